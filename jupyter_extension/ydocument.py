"""A flow as a collaboration room holds it: the twin of `src/document/sharedFlow.ts`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Awareness, Doc, Map, Text

from studio.exceptions import FlowError
from studio.flow import format_flow, parse_flow

LISTS = ("nodes", "edges", "layout", "notes", "groups")
"""Fields of the document that are maps of their own; the map `flow` has the others."""


class YFlow(YBaseDoc):
    """Maps and texts that people edit together; its source is the flow's canonical text.

    A text that is no flow is kept as it is, for the browser to show what is wrong with it.
    """

    def __init__(self, ydoc: Doc[Any] | None = None, awareness: Awareness | None = None) -> None:
        super().__init__(ydoc, awareness)
        self._maps = {name: self._ydoc.get(name, type=Map) for name in ("flow", *LISTS)}
        for shared in self._maps.values():
            self.undo_manager.expand_scope(shared)

    @property
    def version(self) -> str:
        return "1.0.0"

    def get(self) -> str:
        unreadable = self._ystate.get("unreadable")
        if unreadable is not None:
            return str(unreadable)
        shown = {name: _plain(shared) for name, shared in self._maps.items()}
        document = shown.pop("flow")
        for name in LISTS:
            document[name] = shown[name] if name == "layout" else list(shown[name].values())
        return format_flow(parse_flow(json.dumps(document)))

    def set(self, value: str) -> None:
        try:
            document = json.loads(format_flow(parse_flow(value)))
        except FlowError:
            self._ystate["unreadable"] = value
            return
        with self._ydoc.transaction():
            if "unreadable" in self._ystate:
                del self._ystate["unreadable"]
            _assign(self._maps["flow"], {name: item for name, item in document.items() if name not in LISTS})
            _assign_nodes(self._maps["nodes"], _keyed(document["nodes"], lambda node: str(node["id"])))
            _assign(self._maps["edges"], _keyed(document["edges"], lambda edge: f"{edge['from']} {edge['to']}"))
            _assign(self._maps["layout"], document.get("layout", {}))
            for name in ("notes", "groups"):
                _assign(self._maps[name], _keyed(document.get(name, []), lambda item: item.get("id")))

    def observe(self, callback: Callable[[str, Any], None]) -> None:
        self.unobserve()
        self._subscriptions[self._ystate] = self._ystate.observe(partial(callback, "state"))
        for name, shared in self._maps.items():
            self._subscriptions[shared] = shared.observe_deep(partial(callback, name))


def _keyed(items: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[str, dict[str, Any]]:
    """Items by their keys; the second of one key, which is a mistake, gets another, and one without a key its place."""
    found: dict[str, dict[str, Any]] = {}
    for index, item in enumerate(items):
        wanted = key(item)
        name = wanted if isinstance(wanted, str) else f"#{index}"
        found[f"{name}#{index}" if name in found else name] = item
    return found


def _assign(shared: Map[Any], wanted: Mapping[str, Any]) -> None:
    """Make a map's content another one by the fewest edits."""
    for name in set(shared.keys()) - set(wanted):
        del shared[name]
    for name, value in wanted.items():
        if name not in shared or _plain(shared[name]) != value:
            shared[name] = value


def _assign_nodes(shared: Map[Any], wanted: Mapping[str, dict[str, Any]]) -> None:
    for key in set(shared.keys()) - set(wanted):
        del shared[key]
    for key, node in wanted.items():
        if key in shared:
            _assign_node(shared[key], node)
        else:
            shared[key] = Map({name: _shareable(name, value) for name, value in node.items()})


def _assign_node(shared: Map[Any], node: dict[str, Any]) -> None:
    for name in set(shared.keys()) - set(node):
        del shared[name]
    for name, value in node.items():
        known = shared.get(name)
        if name == "params" and isinstance(known, Map):
            _assign(known, value)
        elif name == "source" and isinstance(known, Text):
            if str(known) != "\n".join(value):
                known.clear()
                known += "\n".join(value)
        elif name not in shared or _plain(known) != value:
            shared[name] = _shareable(name, value)


def _shareable(name: str, value: Any) -> Any:
    if name == "params":
        return Map(value)
    return Text("\n".join(value)) if name == "source" else value


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, Map):
        return {key: _plain(item, key) for key, item in value.items()}
    if isinstance(value, Text):
        return str(value).split("\n") if name == "source" else str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
