"""What differs between two versions of a flow, in the words of whoever edits it. Where a node lies is no difference."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from studio.flow import Edge, Flow, Node

SHOWN = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Difference:
    """One difference. `where` is a node, `edge`, `input` or `flow`; `what` tells it in a line."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def differences(old: Flow, new: Flow) -> list[Difference]:
    """What has to be done to `old` to get `new`: nodes, then edges, inputs and what the flow itself says."""
    return [
        *_nodes(old, new),
        *_parts("edge", {_wire(one): one for one in old.edges}, {_wire(one): one for one in new.edges}, _fields),
        *_parts("input", {one.name: one for one in old.inputs}, {one.name: one for one in new.inputs}, _fields),
        *_flow(old, new),
    ]


def changed_nodes(old: Flow, new: Flow) -> set[str]:
    """The nodes of `new` that do not do what those of the same id in `old` do, or get it by other edges."""
    before = {node.id: _work(old, node) for node in old.nodes}
    return {node.id for node in new.nodes if before.get(node.id) != _work(new, node)}


def _work(flow: Flow, node: Node) -> dict[str, Any]:
    """What a node does, apart from what it is called, how long it may take and how often it is tried."""
    return {
        **_rest(node, "id", "name", "description", "metadata", "execution"),
        "kernel": node.execution.kernel or flow.kernel,
        "edges": [(edge.source, edge.target, edge.when) for edge in flow.edges_into(node.id)],
    }


def _nodes(old: Flow, new: Flow) -> Iterator[Difference]:
    before, after = ({node.id: node for node in flow.nodes} for flow in (old, new))
    for id in sorted(before.keys() - after.keys()):
        yield Difference(id, f"removed ({before[id].type})")
    for id in sorted(after.keys() - before.keys()):
        yield Difference(id, f"added ({after[id].type})")
    for id in sorted(before.keys() & after.keys()):
        for what in _node(before[id], after[id]):
            yield Difference(id, what)


def _node(old: Node, new: Node) -> Iterator[str]:
    yield from _values("setting ", old.params, new.params)
    if old.source != new.source:
        yield _lines(old.source, new.source)
    yield from _values("", _rest(old, "id", "params", "source"), _rest(new, "id", "params", "source"))


def _flow(old: Flow, new: Flow) -> Iterator[Difference]:
    told = ("id", "format", "nodes", "edges", "inputs", "layout")
    for what in _values("", _rest(old, *told), _rest(new, *told)):
        yield Difference("flow", what)


def _parts(
    where: str, old: dict[str, Any], new: dict[str, Any], fields: Callable[[Any], dict[str, Any]]
) -> Iterator[Difference]:
    for name in sorted(old.keys() - new.keys()):
        yield Difference(where, f"{name} removed")
    for name in sorted(new.keys() - old.keys()):
        yield Difference(where, f"{name} added")
    for name in sorted(old.keys() & new.keys()):
        for what in _values("", fields(old[name]), fields(new[name])):
            yield Difference(where, f"{name}: {what}")


def _values(prefix: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{prefix}{name}: {_shown(old, name)} -> {_shown(new, name)}"


def _shown(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return "not set"
    text = json.dumps(values[name], ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _lines(old: list[str], new: list[str]) -> str:
    changed = [line[0] for line in difflib.ndiff(old, new)]
    return f"code: {changed.count('+')} lines added, {changed.count('-')} removed"


def _fields(part: Any) -> dict[str, Any]:
    return _rest(part, "name") if not isinstance(part, Edge) else {"when": part.when}


def _rest(part: Any, *told: str) -> dict[str, Any]:
    """What is set in a part beside what is told otherwise; the fields of its own parts one by one."""
    given: dict[str, Any] = part.model_dump(mode="json", exclude=set(told), exclude_defaults=True, by_alias=True)
    execution = given.pop("execution", {})
    return given | {f"execution.{name}": value for name, value in execution.items()}


def _wire(edge: Edge) -> str:
    return f"{edge.source} -> {edge.target}"
