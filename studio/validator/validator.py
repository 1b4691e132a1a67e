"""Validation: a flow, the registry and the plugin host's answers in; problems, ports and columns out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from studio.codenodes.parser import CodeSignature, check_settings
from studio.exceptions import FlowError, MillraceError, UserError
from studio.flow import Edge, Flow, Node
from studio.manifest import ComponentManifest
from studio.plugin_host import Check, Columns
from studio.port import Schema
from studio.problem import Problem, did_you_mean
from studio.registry import Registry
from studio.validator import graph
from studio.validator.columns import column_problems
from studio.validator.credentials import credential_problems
from studio.validator.nodes import NodeFacts, Ports, facts_of
from studio.validator.values import default_value, reference_problems, resolve_params

Schemas = dict[str, Schema | None]
"""Port -> columns, None where they are unknown (or the port is no table)."""
Severity = Literal["error", "warning"]
Inputs = dict[str, Columns]


class Host(Protocol):
    """What validation asks of plugins; :class:`studio.plugin_host.PluginHost` is one."""

    def check(
        self,
        component_id: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, Columns],
        directory: str = "",
        unresolved: Collection[str] = (),
    ) -> Check: ...

    def migrate(self, component_id: str, version: int, params: Mapping[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Validation:
    """What was found."""

    problems: list[Problem] = field(default_factory=list)
    ports: dict[str, Ports] = field(default_factory=dict)
    """Node -> its ports; without nodes whose component is not installed."""
    schemas: dict[str, Schemas] = field(default_factory=dict)
    """Node -> output port -> columns, where they can be told without running."""
    pickers: dict[str, dict[str, Schema]] = field(default_factory=dict)
    """Node -> input port -> columns to offer: the known ones, else those of the hints (the last run's)."""
    signatures: dict[str, CodeSignature] = field(default_factory=dict)
    """Code or notebook node -> what its source says of itself."""

    @property
    def errors(self) -> list[Problem]:
        """What keeps the flow from running."""
        return [problem for problem in self.problems if problem.severity == "error"]


class InvalidFlow(FlowError):
    """The flow has problems and cannot run."""

    def __init__(self, validation: Validation) -> None:
        self.problems = validation.errors
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"The flow cannot run: {self.problems[0]}{more}")


def validate(
    flow: Flow,
    registry: Registry,
    host: Host,
    *,
    directory: Path,
    inputs: Mapping[str, Any] | None = None,
    hints: Mapping[str, Mapping[str, Schema]] | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Validation:
    """Everything that is wrong with the flow, as far as it can be told without running.

    `directory` is the flow's folder. `inputs` are resolved values of the flow's inputs; None: their defaults. `hints`
    are columns that the nodes' outputs had in the last run: they serve column pickers and never cause a problem.
    `credentials` maps the names of those that a run can get to the ids of their types; None: they are not known. Never
    raises for a flow that could be read, and never executes user code in this process.
    """
    facts = {node.id: facts_of(node, registry, directory) for node in reversed(flow.nodes)}
    facts = {node.id: facts[node.id] for node in flow.nodes}
    ports = {id: fact.ports for id, fact in facts.items()}
    order, cycles = graph.order_nodes(flow, facts)
    problems = [*_flow_problems(flow, ports), *(problem for fact in facts.values() for problem in fact.problems)]
    problems += graph.wire_problems(flow, ports)
    problems += map(graph.cycle_problem, cycles)
    checker = _Checker(
        flow, graph.incoming(flow), host, str(directory), _values(flow) if inputs is None else dict(inputs), credentials
    )
    for id in order:
        problems += checker.check(facts[id])
    known = {id: found for id, found in ports.items() if found}
    signatures = {id: fact.signature for id, fact in facts.items() if fact.signature}
    return Validation(problems, known, checker.schemas, _pickers(flow, checker.schemas, hints or {}), signatures)


def migrate_flow(flow: Flow, registry: Registry, host: Host) -> Flow:
    """The flow with the params of older component versions brought to the installed ones, ready to run.

    Raises :class:`UserError` or :class:`PluginError` where there is no way; :func:`validate` reports these.
    """
    nodes = [_migrated(node, registry.component(node.type), host) for node in flow.nodes]
    return flow.model_copy(update={"nodes": nodes})


def _migrated(node: Node, manifest: ComponentManifest | None, host: Host) -> Node:
    if manifest is None or node.version >= manifest.version:
        return node
    params = host.migrate(manifest.id, node.version, node.params)
    return node.model_copy(update={"params": params, "version": manifest.version})


def _flow_problems(flow: Flow, ports: graph.AllPorts) -> Iterator[Problem]:
    yield from _repeated("duplicate_id", "node", [node.id for node in flow.nodes])
    yield from _repeated("input", "input", [item.name for item in flow.inputs])
    for item in flow.inputs:
        try:
            default_value(item)
        except UserError as error:
            yield Problem("input", error.message, "Change the input's default.", field=error.field)
    for name, source in flow.outputs.items():
        yield from _output_problems(name, source, ports)


def _repeated(code: str, what: str, names: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            node, field = (name, "id") if what == "node" else ("", f"input:{name}")
            yield Problem(code, f"More than one {what} is called {name!r}.", "Rename one of them.", node, field)
        seen.add(name.casefold())


def _output_problems(name: str, source: str, ports: graph.AllPorts) -> Iterator[Problem]:
    node, _, port = source.partition(".")
    place = (node, f"output:{name}")
    if node not in ports:
        cure = did_you_mean(node, ports) or "Name an output as `node.port`."
        yield Problem("output", f"The flow's output {name!r} is taken from {node!r}, which is no node.", cure, *place)
        return
    known = ports[node]
    if known and not known.output(port):
        cure = f"Its outputs: {', '.join(item.name for item in known.outputs) or 'none'}."
        yield Problem("output", f"The flow's output {name!r} is taken from {source!r}: no such port.", cure, *place)


def _values(flow: Flow) -> dict[str, Any]:
    """Values of the inputs before anybody gives any: those that have a default."""
    values = {}
    for item in flow.inputs:
        try:
            value = default_value(item)
        except UserError:
            continue  # reported as a problem of the flow
        if value is not None:
            values[item.name] = value
    return values


def _pickers(
    flow: Flow, schemas: Mapping[str, Schemas], hints: Mapping[str, Mapping[str, Schema]]
) -> dict[str, dict[str, Schema]]:
    found: dict[str, dict[str, Schema]] = {}
    for edge in flow.edges:
        schema = schemas.get(edge.from_node, {}).get(edge.from_port)
        schema = schema or hints.get(edge.from_node, {}).get(edge.from_port)
        if schema:
            before = found.setdefault(edge.to_node, {}).get(edge.to_port, Schema(()))
            new = tuple(column for column in schema.columns if column.name not in before.names)
            found[edge.to_node][edge.to_port] = Schema(before.columns + new)
    return found


@dataclass
class _Checker:
    """Checks nodes, sources first, and remembers the columns they put out."""

    flow: Flow
    incoming: Mapping[tuple[str, str], list[Edge]]
    host: Host
    directory: str
    values: dict[str, Any]
    credentials: Mapping[str, str] | None
    schemas: dict[str, Schemas] = field(default_factory=dict)

    def check(self, facts: NodeFacts) -> Iterator[Problem]:
        """Problems of the node's settings."""
        if facts.ports is None:
            return
        self.schemas[facts.node.id] = {port.name: None for port in facts.ports.outputs}
        for problem in self._problems(facts):
            yield replace(problem, node=facts.node.id, cure=problem.cure or "Change the setting.")

    def _problems(self, facts: NodeFacts) -> Iterator[Problem]:
        node = facts.node
        try:
            node = _migrated(node, facts.manifest, self.host)
        except MillraceError as error:
            yield replace(_host_problem(error, "error"), code="version", field="version")
            return
        names = [item.name for item in self.flow.inputs]
        source = facts.manifest or facts.signature or CodeSignature()
        yield from credential_problems(source, node.params, self.credentials)
        plain = {name: value for name, value in node.params.items() if name not in source.credentials}
        yield from reference_problems(plain, dict.fromkeys(names))
        unresolved = {name for name, value in plain.items() if any(reference_problems(value, self.values))}
        known = {name: value for name, value in plain.items() if name not in unresolved}
        params = resolve_params(known, self.values)
        if facts.signature is not None:
            yield from _setting_problems(facts.signature, params, unresolved)
        elif facts.manifest is not None:
            yield from self._component_problems(facts, facts.manifest, params, unresolved)

    def _component_problems(
        self, facts: NodeFacts, manifest: ComponentManifest, params: dict[str, Any], unresolved: set[str]
    ) -> Iterator[Problem]:
        inputs = self._inputs(facts)
        columns = list(column_problems(manifest.params, params, _known(inputs)))
        yield from columns
        try:
            check = self.host.check(manifest.id, params, inputs, self.directory, unresolved)
        except MillraceError as error:
            yield _host_problem(error, "warning")  # the step itself may still run, and will say so if it does not
            return
        self.schemas[facts.node.id] |= check.outputs
        yield from (problem for problem in check.problems if not (columns and problem.code == "schema"))

    def _inputs(self, facts: NodeFacts) -> Inputs:
        """The columns that come in, by port."""
        found: Inputs = {}
        for port in facts.ports.inputs if facts.ports else ():
            edges = self.incoming.get((facts.node.id, port.name), [])
            schemas = [self.schemas.get(edge.from_node, {}).get(edge.from_port) for edge in edges]
            found[port.name] = schemas if port.many else next(iter(schemas), None)
        return found


def _known(inputs: Inputs) -> dict[str, Schema]:
    """Ports whose columns are all known; those of a port that takes many wires, taken together."""
    known = {}
    for port, value in inputs.items():
        schemas = value if isinstance(value, list) else [value]
        if schemas and all(schema is not None for schema in schemas):
            known[port] = Schema(tuple(column for schema in schemas if schema for column in schema.columns))
    return known


def _setting_problems(signature: CodeSignature, params: dict[str, Any], unresolved: set[str]) -> Iterator[Problem]:
    for problem in check_settings(signature, params):
        if problem.field.split(".")[0] not in unresolved:
            yield problem


def _host_problem(error: MillraceError, severity: Severity) -> Problem:
    if isinstance(error, UserError):
        return Problem("params", error.message, error.cure, field=error.field)
    message = f"The component could not be asked about its settings: {error.message}"
    return Problem("plugin", message, "Tell the plugin's author.", field="params", severity=severity)
