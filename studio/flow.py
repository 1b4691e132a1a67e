"""The flow document: nodes, edges and settings, as people and programs write it."""

from __future__ import annotations

import bisect
import json
import math
import os
import secrets
import stat
import string
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.canonical import canonical_text, load_json, path_text, plain, sorted_data, utf16
from studio.exceptions import FlowError

FORMAT = 1

CODE = "code"
NOTEBOOK = "notebook"
"""Node types that are not components: a code node, and a notebook file used as a node."""

NODE_ID = r"^[a-z][a-z0-9_]{0,62}$"

Condition = Literal["success", "failure", "always"]


class Part(BaseModel):
    """What every part of the document shares: unknown fields survive, and no value is taken for one of another type."""

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, populate_by_name=True, use_attribute_docstrings=True
    )


class FlowInput(Part):
    """A value that whoever starts a run may give."""

    name: str
    type: Literal["text", "integer", "number", "boolean", "date", "choice", "json", "file", "table"] = "text"
    title: str = ""
    default: Any = None
    choices: list[str] = Field(default_factory=list)
    required: bool = False


class Retry(Part):
    """How often a failed step is tried again, and when."""

    times: int = Field(default=0, ge=0, le=100)
    wait: float = Field(default=1.0, ge=0)
    """Seconds before the second attempt."""
    factor: float = Field(default=2.0, ge=1)
    """Each wait is this many times the one before."""
    longest: float = Field(default=300.0, ge=0)
    on: list[str] = Field(default_factory=list)
    """Error codes (`timed_out`, `http`) or faults (`user`, `system`); empty: whatever says it is retryable."""


class Execution(Part):
    """How a node's steps are executed."""

    timeout: float | None = Field(default=None, gt=0)
    """Seconds."""
    memory: str = ""
    """`512MB`, `4GB`; empty for the default of the settings."""
    cpu: float | None = Field(default=None, gt=0)
    """CPU seconds that a step's processes may use together."""
    retry: Retry = Retry()
    on_failure: Literal["fail", "continue"] = "fail"
    repeat: Literal["allow", "never"] = "allow"
    """`never`: at most once; a lost attempt leaves the step `unknown` for a person to decide."""
    effect: Literal["", "pure", "reads", "writes"] = ""
    """For code and notebook nodes; they count as `reads` unless they say more."""
    kernel: str = ""
    """For code and notebook nodes: a kernelspec, or the folder of a virtual environment (with a `/` in it); empty for
    the flow's.
    """


class Node(Part):
    """One box of a flow."""

    id: str = Field(pattern=NODE_ID)
    type: str
    version: int = 1
    name: str = ""
    description: str = ""
    parent: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    """Values or references. For code and notebook nodes: their settings."""
    source: list[str] = Field(default_factory=list)
    """Lines of a code node."""
    path: str = ""
    """A notebook node's file, below the project folder."""
    execution: Execution = Execution()
    metadata: dict[str, Any] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.name or self.id

    @property
    def code(self) -> str:
        return "\n".join(self.source)


class Edge(Part):
    """A wire. `from` and `to` are `node.port`, or `node` alone for an edge that carries no data."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    when: Condition = "success"

    @property
    def from_node(self) -> str:
        return self.source.partition(".")[0]

    @property
    def from_port(self) -> str:
        return self.source.partition(".")[2]

    @property
    def to_node(self) -> str:
        return self.target.partition(".")[0]

    @property
    def to_port(self) -> str:
        return self.target.partition(".")[2]


class Flow(Part):
    """The whole document. Its parts are values; the flow itself may be built up step by step."""

    model_config = ConfigDict(frozen=False)

    format: int = FORMAT
    id: str = Field(min_length=1)
    """Made once (`f_7k2m9q`); what the store knows the flow by, wherever its file lies."""
    name: str = ""
    description: str = ""
    inputs: list[FlowInput] = Field(default_factory=list)
    outputs: dict[str, str] = Field(default_factory=dict)
    """Name -> `node.port`: what the flow hands to whoever asks for its result."""
    files: list[str] = Field(default_factory=list)
    """Globs below the project folder: data that runs carry along."""
    kernel: str = ""
    """Where its code and notebook nodes run: a kernelspec, or the folder of a virtual environment (with a `/` in it);
    empty for `python3`.
    """
    nodes: list[Node] = Field(default_factory=list)
    edges: list[Edge] = Field(default_factory=list)
    groups: list[dict[str, Any]] = Field(default_factory=list)
    notes: list[dict[str, Any]] = Field(default_factory=list)
    layout: dict[str, dict[str, Any]] = Field(default_factory=dict)
    metadata: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def new(cls, name: str) -> Flow:
        """An empty flow with an id of its own."""
        return cls(id=new_flow_id(), name=name)

    def add(
        self,
        type: str,
        id: str,
        *,
        params: dict[str, Any] | None = None,
        source: str = "",
        inputs: Mapping[str, str | Sequence[str]] | None = None,
        **fields: Any,
    ) -> Node:
        """Add a node; `inputs` says for each input port which `node.port` feeds it (or a list of them).

        The indent that all lines of `source` share is taken off. Raises :class:`FlowError` for what no node may be.
        """
        if any(node.id.lower() == id.lower() for node in self.nodes):
            raise FlowError(f"The flow has a node {id!r} already.", cure="Choose another id.")
        lines = textwrap.dedent(source).strip("\n").split("\n") if source else []
        node = _made(Node, {"id": id, "type": type, "params": params or {}, "source": lines, **fields}, f"Node {id!r}")
        self.nodes.append(node)
        for port, origins in (inputs or {}).items():
            for origin in [origins] if isinstance(origins, str) else origins:
                self.connect(origin, f"{id}.{port}")
        return node

    def connect(self, source: str, target: str, when: Condition = "success") -> Edge:
        """Add an edge from `node.port` to `node.port`, or from node to node for one without data."""
        edge = _made(Edge, {"from": source, "to": target, "when": when}, f"Edge from {source!r} to {target!r}")
        bisect.insort(self.edges, edge, key=_edge_order)
        return edge

    def node(self, id: str) -> Node | None:
        return next((node for node in self.nodes if node.id == id), None)

    def edges_into(self, id: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.to_node == id]

    def edges_out_of(self, id: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.from_node == id]


REFERENCES = ("$input", "$var", "$credential")

RESERVED = ("$expr", "$template", "$literal")
"""Keys of references to come."""


def reference(value: Any) -> tuple[str, str] | None:
    """`("$input", "month")` for `{"$input": "month"}`; None for a literal."""
    if isinstance(value, dict) and len(value) == 1:
        ((key, name),) = value.items()
        if key in REFERENCES and isinstance(name, str):
            return key, name
    return None


def credentials_in(params: Mapping[str, Any]) -> dict[str, str]:
    """Param -> name of the credential that fills it."""
    found = ((name, reference(value)) for name, value in params.items())
    return {name: known[1] for name, known in found if known and known[0] == "$credential"}


def new_flow_id() -> str:
    return "f_" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))


# Text ---------------------------------------------------------------------------------------------------------------

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Mapping[int, Migration] = {}
"""Format -> what makes a document of the next format of one of this."""


def parse_flow(text: str) -> Flow:
    """The flow of a text, its edges in order. Raises :class:`FlowError`: one line that says what is wrong and where."""
    document = load_json(text.removeprefix("\ufeff"))
    if not isinstance(document, dict):
        raise FlowError("A flow is a JSON object.", cure="Open a .flow file.")
    flow = _made(Flow, migrate(document))
    flow.edges.sort(key=_edge_order)
    return flow


def format_flow(flow: Flow) -> str:
    """The flow's canonical text: equal for equal content, whatever the order in which it was written.

    Raises :class:`FlowError` for a flow built of values that JSON has not.
    """
    return canonical_text(_flow_value(_made(Flow, plain(_raw(flow)))))


def read_flow(path: Path | str) -> Flow:
    """The flow of a file; :class:`FlowError` if it cannot be read."""
    path = Path(path)
    try:
        return parse_flow(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise FlowError(f"There is no file {str(path)!r}.", cure="Check the path.") from None
    except UnicodeDecodeError as error:
        raise FlowError(f"{path.name} is no UTF-8 text (byte {error.start}).", cure="Save it as UTF-8.") from error
    except OSError as error:
        raise FlowError(
            f"{path.name or path} cannot be read: {error.strerror}.", cure="Choose a .flow file."
        ) from error
    except FlowError as error:
        raise FlowError(f"{path.name}: {error.message}", cure=error.cure, line=error.line) from error
    except ValueError as error:  # a NUL in the path
        raise FlowError(f"{str(path)!r} is no path: {error}.", cure="Choose a .flow file.") from error


def write_flow(flow: Flow, path: Path | str) -> None:
    """Replace the file by the flow's canonical text, all of it or nothing; links and permissions stay.

    Raises :class:`FlowError`, and leaves the file as it was.
    """
    data = format_flow(flow).encode()
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".millrace-{secrets.token_hex(8)}")
    try:
        _write_new(temporary, data)
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except OSError as error:
        cure = "Choose another place, or make room."
        raise FlowError(f"{path.name} cannot be written: {error.strerror}.", cure=cure) from error
    finally:
        with suppress(OSError):  # there is none: it got its name, or could not be made
            temporary.unlink()


def _write_new(path: Path, data: bytes) -> None:
    """Bytes in a new file that are on the disk before it gets its name."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def migrate(document: dict[str, Any], migrations: Mapping[int, Migration] = MIGRATIONS) -> dict[str, Any]:
    """A document of an older format, brought to the present one step by step."""
    format = document.get("format", FORMAT)
    newest = max(migrations, default=FORMAT - 1) + 1
    if not isinstance(format, int) or isinstance(format, bool) or format > newest:
        shown = json.dumps(format)[:40]
        raise FlowError(f"The flow has format {shown}; this Millrace reads up to {newest}.", cure="Update Millrace.")
    while format < newest:
        if format not in migrations:
            raise FlowError(f"The flow has format {format}, which no Millrace wrote.", cure="Correct `format`.")
        document = migrations[format](document)
        format += 1
    return document | {"format": format}


def flow_schema() -> dict[str, Any]:
    """The document's JSON Schema."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | Flow.model_json_schema(by_alias=True)


P = TypeVar("P", bound=Part)


def _made(kind: type[P], value: dict[str, Any], what: str = "") -> P:
    """A part of the document's form of it; :class:`FlowError` with the place of the first wrong value."""
    try:
        return kind.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        given = "" if isinstance(first["input"], dict) else f" (it is {_shown(first['input'])})"
        place = ", ".join(part for part in (what, path_text(list(first["loc"]))) if part)
        raise FlowError(f"{place}: {first['msg']}{given}.", cure="Correct it, or undo the last change.") from error


def _shown(value: Any) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _raw(value: Any) -> Any:
    """Parts as objects of all their fields; user data as it is."""
    if isinstance(value, Part):
        fields = {field.alias or name: _raw(getattr(value, name)) for name, field in type(value).model_fields.items()}
        return fields | (value.model_extra or {})
    if isinstance(value, list):
        return [_raw(item) if isinstance(item, Part) else item for item in value]
    return value


def _flow_value(flow: Flow) -> dict[str, Any]:
    value = _part_value(flow)
    value["nodes"] = [_part_value(node) for node in sorted(flow.nodes, key=_node_order)]
    value["edges"] = [_part_value(edge) for edge in sorted(flow.edges, key=_edge_order)]
    if flow.layout:
        value["layout"] = {id: _placed(place) for id, place in value["layout"].items()}
    return value


def _node_order(node: Node) -> tuple[str, str]:
    """By id; nodes of one id, which is a mistake, by their text."""
    return node.id, canonical_text(_part_value(node))


def _edge_order(edge: Edge) -> tuple[bytes, bytes, str]:
    return utf16(edge.source), utf16(edge.target), canonical_text(_part_value(edge))


def _placed(place: dict[str, Any]) -> dict[str, Any]:
    """Positions are whole grid units; halves go up, as ECMAScript's `Math.round` does."""
    return {key: _rounded(at) if key in ("x", "y") and isinstance(at, float) else at for key, at in place.items()}


def _rounded(at: float) -> float:
    below = math.floor(at)
    return at if at == below else below + (at - below >= 0.5)


def _part_value(part: Part) -> dict[str, Any]:
    """A part as JSON: fields in schema order without defaults, then unknown ones, user data sorted."""
    known: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if field.is_required() or name in ALWAYS or value != _default(type(part), name):
            known[field.alias or name] = _value(value)
    known.update(sorted_data(part.model_extra or {}))
    return known


@cache
def _default(part: type[Part], name: str) -> Any:
    """pydantic looks at a factory's signature each time it is asked: half of a flow's text was spent on that."""
    return part.model_fields[name].get_default(call_default_factory=True)


ALWAYS = ("format", "nodes", "edges")
"""Written even if empty."""


def _value(value: Any) -> Any:
    if isinstance(value, Part):
        return _part_value(value)
    if isinstance(value, list) and any(isinstance(item, Part) for item in value):
        return [_value(item) for item in value]
    return sorted_data(value)
