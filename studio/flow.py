"""The flow document: nodes, edges and settings, as people and programs write it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1

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
