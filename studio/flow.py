"""The flow document: nodes, edges and settings, as people and programs write it."""

from __future__ import annotations

import json
import math
import os
import secrets
import string
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.canonical import LARGEST_INTEGER, canonical_text, sorted_data
from studio.exceptions import FlowError

FORMAT = 1

DEPTH_LIMIT = 100
"""So deep may a document be nested."""

CODE = "code"
NOTEBOOK = "notebook"
"""Node types that are not components: a code node, and a notebook file used as a node."""

Condition = Literal["success", "failure", "always"]


class Part(BaseModel):
    """What every part of the document shares: unknown fields survive."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


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
    retry: Retry = Retry()
    on_failure: Literal["fail", "continue"] = "fail"
    repeat: Literal["allow", "never"] = "allow"
    """`never`: at most once; a lost attempt leaves the step `unknown` for a person to decide."""
    effect: Literal["", "pure", "reads", "writes"] = ""
    """For code and notebook nodes; they count as `reads` unless they say more."""
    kernel: str = ""
    """Kernelspec for notebook nodes; empty for `python3`."""


class Node(Part):
    """One box of a flow."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
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
    id: str
    name: str = ""
    description: str = ""
    inputs: list[FlowInput] = Field(default_factory=list)
    outputs: dict[str, str] = Field(default_factory=dict)
    """Name -> `node.port`: what the flow hands to whoever asks for its result."""
    files: list[str] = Field(default_factory=list)
    """Globs below the project folder: data that runs carry along."""
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
        inputs: dict[str, str] | None = None,
        **fields: Any,
    ) -> Node:
        """Add a node; `inputs` says for each input port which `node.port` feeds it (or a list of them)."""
        if any(node.id.lower() == id.lower() for node in self.nodes):
            raise FlowError(f"The flow has a node {id!r} already.", cure="Choose another id.")
        lines = source.removesuffix("\n").split("\n") if source else []
        node = Node.model_validate({"id": id, "type": type, "params": params or {}, "source": lines, **fields})
        self.nodes.append(node)
        for port, origin in (inputs or {}).items():
            self.connect(origin, f"{id}.{port}")
        return node

    def connect(self, source: str, target: str, when: Condition = "success") -> Edge:
        """Add an edge from `node.port` to `node.port`, or from node to node for one without data."""
        edge = Edge.model_validate({"from": source, "to": target, "when": when})
        self.edges.append(edge)
        self.edges.sort(key=lambda one: (one.source, one.target))
        return edge

    def node(self, id: str) -> Node | None:
        return next((node for node in self.nodes if node.id == id), None)

    def edges_into(self, id: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.to_node == id]

    def edges_out_of(self, id: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.from_node == id]


def reference(value: Any) -> tuple[str, str] | None:
    """`("$input", "month")` for `{"$input": "month"}`; None for a literal."""
    if isinstance(value, dict) and len(value) == 1:
        ((key, name),) = value.items()
        if key in ("$input", "$var", "$credential") and isinstance(name, str):
            return key, name
    return None


def new_flow_id() -> str:
    return "f_" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))


# Text ---------------------------------------------------------------------------------------------------------------

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Mapping[int, Migration] = {}
"""Format -> what makes a document of the next format of one of this."""


def parse_flow(text: str) -> Flow:
    """The flow of a text. Raises :class:`FlowError`: one line that says what is wrong and where."""
    document = _load(text.removeprefix("\ufeff"))
    try:
        return Flow.model_validate(migrate(document))
    except ValidationError as error:
        raise _shape_error(error) from error


def format_flow(flow: Flow) -> str:
    """The flow's canonical text: equal for equal content, whatever the order in which it was written."""
    return canonical_text(_flow_value(flow))


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
        raise FlowError(f"{path.name} cannot be read: {error.strerror}.", cure="Choose a .flow file.") from error
    except FlowError as error:
        raise FlowError(f"{path.name}: {error.message}", cure=error.cure, line=error.line) from error


def write_flow(flow: Flow, path: Path | str) -> None:
    """Replace the file by the flow's canonical text, all of it or nothing."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(format_flow(flow))
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def migrate(document: dict[str, Any], migrations: Mapping[int, Migration] = MIGRATIONS) -> dict[str, Any]:
    """A document of an older format, brought to the present one step by step."""
    format = document.get("format", FORMAT)
    newest = max(migrations, default=FORMAT - 1) + 1
    if not isinstance(format, int) or isinstance(format, bool) or format > newest:
        raise FlowError(f"The flow has format {format!r}; this Millrace reads up to {newest}.", cure="Update Millrace.")
    while format < newest:
        if format not in migrations:
            raise FlowError(f"The flow has format {format}, which no Millrace wrote.", cure="Correct `format`.")
        document = migrations[format](document)
        format += 1
    return document | {"format": format}


def flow_schema() -> dict[str, Any]:
    """The document's JSON Schema."""
    return Flow.model_json_schema(by_alias=True)


def _load(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FlowError(
            f"The flow is no JSON: {error.msg} at {place}.", cure="Mend it there.", line=error.lineno
        ) from error
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # an integer of thousands of digits
        raise FlowError(f"The flow is no JSON: {error}.", cure="Write such a number as text.") from error
    if not isinstance(document, dict):
        raise FlowError("A flow is a JSON object.", cure="Open a .flow file.")
    _check(document, "", 0)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise FlowError(f"The key {twice!r} comes twice in one object.", cure="Remove one of the two.")
    return value


def _no_constant(name: str) -> Any:
    raise FlowError(f"{name} is no JSON value.", cure="Use null, or text.")


def _too_deep() -> FlowError:
    return FlowError(f"The flow is nested more than {DEPTH_LIMIT} levels deep.", cure="Flatten it.")


def _check(value: Any, where: str, depth: int) -> None:
    if depth > DEPTH_LIMIT:
        raise _too_deep()
    if isinstance(value, dict):
        for key, item in value.items():
            _check(item, f"{where}.{key}" if where else key, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{where}[{index}]", depth + 1)
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise FlowError(f"{where}: the number is beyond 2^53.", cure="Use text.")
    elif isinstance(value, float) and math.isinf(value):
        raise FlowError(f"{where}: the number is too large.", cure="Use text.")


def _shape_error(error: ValidationError) -> FlowError:
    first = error.errors()[0]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    given = "" if isinstance(first["input"], dict) else f" (it is {str(first['input'])[:60]!r})"
    return FlowError(f"{where}: {first['msg']}{given}.", cure="Correct it, or undo the last change.")


def _flow_value(flow: Flow) -> dict[str, Any]:
    value = _part_value(flow)
    value["nodes"] = [_part_value(node) for node in sorted(flow.nodes, key=lambda node: node.id)]
    value["edges"] = [_part_value(edge) for edge in sorted(flow.edges, key=lambda edge: (edge.source, edge.target))]
    if flow.layout:
        value["layout"] = {id: _placed(value["layout"][id]) for id in value["layout"]}
    known = [field.alias or name for name, field in Flow.model_fields.items()]
    return {key: value[key] for key in [*known, *sorted_data(value)] if key in value}


def _placed(place: dict[str, Any]) -> dict[str, Any]:
    """Positions are whole grid units."""
    return {key: round(at) if key in ("x", "y") and isinstance(at, float) else at for key, at in place.items()}


def _part_value(part: Part) -> dict[str, Any]:
    """A part as JSON: fields in schema order without defaults, then unknown ones, user data sorted."""
    known: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if field.is_required() or name in ALWAYS or value != field.get_default(call_default_factory=True):
            known[field.alias or name] = _value(value)
    known.update(sorted_data(part.model_extra or {}))
    return known


ALWAYS = ("format", "nodes", "edges")
"""Written even if empty."""


def _value(value: Any) -> Any:
    if isinstance(value, Part):
        return _part_value(value)
    if isinstance(value, list) and any(isinstance(item, Part) for item in value):
        return [_part_value(item) for item in value]
    return sorted_data(value)
