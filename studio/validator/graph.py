"""Problems of the wires: dangling, of the wrong kind, too many, missing, in circles. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from studio.flow import Edge, Flow
from studio.port import Port
from studio.problem import Problem, did_you_mean
from studio.validator.nodes import Ports

AllPorts = Mapping[str, Ports | None]
"""Node id -> its ports; None where they are unknown."""


def wire_problems(flow: Flow, ports: AllPorts) -> Iterator[Problem]:
    """Problems of every edge by itself, then of every input port."""
    for edge in flow.edges:
        yield from _edge_problems(edge, ports)
    arriving = incoming(flow)
    for node, known in ports.items():
        for port in known.inputs if known else ():
            yield from _input_problems(node, port, arriving.get((node, port.name), []))
    yield from _isolated(flow, ports)


def incoming(flow: Flow) -> dict[tuple[str, str], list[Edge]]:
    """(node, input port) -> its edges, in the flow's order."""
    found = defaultdict(list)
    for edge in flow.edges:
        found[edge.to_node, edge.to_port].append(edge)
    return found


def _edge_problems(edge: Edge, ports: AllPorts) -> Iterator[Problem]:
    dangling = [*_dangling(edge, edge.from_node, "starts", ports), *_dangling(edge, edge.to_node, "ends", ports)]
    yield from dangling
    if dangling or not (edge.from_port or edge.to_port):
        return
    if not (edge.from_port and edge.to_port):
        cure = "Name a port at both ends, or at neither for an edge that carries no data."
        yield Problem("edge", f"The edge {_shown(edge)} has a port at one end only.", cure, *_place(edge))
        return
    yield from _port_problems(edge, ports[edge.from_node], ports[edge.to_node])


def _dangling(edge: Edge, node: str, verb: str, ports: AllPorts) -> Iterator[Problem]:
    if node not in ports:
        cure = did_you_mean(node, ports) or "Remove the edge, or add the node."
        at = edge.to_node if edge.to_node in ports else edge.from_node
        yield Problem("edge", f"The edge {_shown(edge)} {verb} at {node!r}, which is no node.", cure, at, _field(edge))


def _port_problems(edge: Edge, source: Ports | None, target: Ports | None) -> Iterator[Problem]:
    from_port = source.output(edge.from_port) if source else None
    to_port = target.input(edge.to_port) if target else None
    if source and not from_port:
        names = [port.name for port in source.outputs]
        message = f"{edge.from_node!r} has no output {edge.from_port!r}."
        yield Problem("port", message, _choose(edge.from_port, names, "outputs"), *_place(edge))
    if target and not to_port:
        names = [port.name for port in target.inputs]
        message = f"{edge.to_node!r} has no input {edge.to_port!r}."
        yield Problem("port", message, _choose(edge.to_port, names, "inputs"), *_place(edge))
    if from_port and to_port and from_port.kind != to_port.kind:
        message = f"{edge.source} gives a {from_port.kind}; {edge.target} takes a {to_port.kind}."
        yield Problem("port_kind", message, f"Wire an output that gives a {to_port.kind}.", *_place(edge))
    if to_port and edge.when == "failure":
        message = f"The edge {_shown(edge)} can never bring data: a node that failed has no outputs."
        cure = "Take away the ports, so that the edge carries no data, or let it be taken on success."
        severity = "error" if to_port.required else "warning"
        yield Problem("never", message, cure, *_place(edge), severity=severity)  # type: ignore[arg-type]


def _choose(name: str, names: Collection[str], what: str) -> str:
    return did_you_mean(name, names) or f"Its {what}: {', '.join(names) or 'none'}."


def _input_problems(node: str, port: Port, edges: list[Edge]) -> Iterator[Problem]:
    field = f"port:{port.name}"
    if port.required and not edges:
        cure = f"Wire a {port.kind} to it."
        yield Problem("missing_input", f"The input {port.name!r} has no wire.", cure, node, field)
    if len(edges) > 1 and not port.many:
        sources = ", ".join(edge.source for edge in edges)
        message = f"The input {port.name!r} takes one wire, and has {len(edges)}: {sources}."
        yield Problem("two_edges", message, "Remove all but one.", node, field)


def _isolated(flow: Flow, ports: AllPorts) -> Iterator[Problem]:
    """Nodes that could be wired and are not, beside others."""
    wired = {node for edge in flow.edges for node in (edge.from_node, edge.to_node)}
    for node, known in ports.items():
        if len(ports) > 1 and node not in wired and known and (known.inputs or known.outputs):
            cure = "Wire it, or remove it."
            yield Problem("isolated", "Nothing is wired to this node.", cure, node, severity="warning")


def _shown(edge: Edge) -> str:
    return f"{edge.source} -> {edge.target}"


def _place(edge: Edge) -> tuple[str, str]:
    return edge.to_node, _field(edge)


def _field(edge: Edge) -> str:
    return f"port:{edge.to_port}" if edge.to_port else "edges"


def order_nodes(flow: Flow, known: Collection[str]) -> tuple[list[str], list[list[str]]]:
    """The nodes, sources first, and the cycles that kept some from being ordered (those come last)."""
    before: dict[str, set[str]] = {node: set() for node in known}
    for edge in flow.edges:
        if edge.from_node in before and edge.to_node in before:
            before[edge.to_node].add(edge.from_node)
    cycles = []
    while cycle := _cycle(before):
        cycles.append(cycle)
        before = {node: sources - {*cycle} for node, sources in before.items() if node not in cycle}
    ordered = list(TopologicalSorter(before).static_order())
    return [*ordered, *(node for cycle in cycles for node in cycle)], cycles


def _cycle(before: Mapping[str, set[str]]) -> list[str]:
    """The nodes of one cycle, in the direction of its wires, the least one first."""
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        nodes = error.args[1][:-1]
        start = nodes.index(min(nodes))
        return [*nodes[start:], *nodes[:start]]
    return []


def cycle_problem(cycle: list[str]) -> Problem:
    shown = " -> ".join([*cycle, cycle[0]])
    message = f"These nodes wait for each other: {shown}."
    return Problem("cycle", message, "Remove one of their edges.", cycle[0], "edges")
