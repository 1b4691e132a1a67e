"""Manifests: what a component says of itself, and what an attempt left behind."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from studio.port import Port


class PortManifest(BaseModel):
    """A port, as data."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    kind: Literal["table", "json", "text", "file", "figure", "model"]
    frame: Literal["pandas", "polars", "lazy", "arrow", "dask"] | None = None
    many: bool = False
    required: bool = True
    description: str = ""

    def port(self) -> Port:
        return Port(**self.model_dump())


class ComponentManifest(BaseModel):
    """A component as data: what the palette, the form and the validator need without importing its plugin."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: int
    name: str
    category: str
    effect: Literal["pure", "reads", "writes"]
    icon: str = ""
    doc: str = ""
    plugin: str
    """Name of the entry point that published it."""
    distribution: str
    """pip package and version, `acme-match 1.2.0`."""
    module: str
    qualname: str
    """Where the function lives: the compiler writes `from <module> import <qualname>`."""
    code: str = ""
    """Hash of the package's modules: a pure step's result is reused only while it stays."""
    inputs: list[PortManifest]
    outputs: list[PortManifest]
    params: dict[str, Any]
    """JSON Schema of the params."""
    credentials: dict[str, str] = Field(default_factory=dict)
    """Argument -> id of the credential type that it takes."""
    context: str | None = None
    preload: list[str] = Field(default_factory=list)
    """Modules that its plugin asks to have imported before a step starts."""
    predicts: bool = False
    migrates_from: list[int] = Field(default_factory=list)
    examples: list[dict[str, Any]] = Field(default_factory=list)
    optional_credentials: list[str] = Field(default_factory=list)
    """The arguments of `credentials` that may stay empty."""


class CredentialTypeManifest(BaseModel):
    """A credential type as data."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    title: str
    doc: str = ""
    plugin: str
    distribution: str
    module: str
    qualname: str
    fields: dict[str, Any]
    """JSON Schema of the fields."""
    secret: list[str]
    """Those that nobody reads again."""
    tests: bool = False
    """Whether it can be tried."""


class PluginManifest(BaseModel):
    """A plugin: what it published, or why it could not."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    distribution: str
    version: str
    components: list[ComponentManifest] = Field(default_factory=list)
    credential_types: list[CredentialTypeManifest] = Field(default_factory=list)
    error: str = ""
    """One line; empty if the plugin works."""
    traceback: str = ""


class Artifact(BaseModel):
    """The stored value of an output port."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    path: str
    """Below the artifact root, with `/`."""
    kind: Literal["table", "json", "text", "file", "figure", "model"]
    format: str
    """`arrow`, `parquet`, `json`, `txt`, `png`, `svg`, `html`, or a file's ending."""
    hash: str
    """`sha256:<hex>` of the stored bytes as the kernel wrote them."""
    bytes: int
    rows: int | None = None
    columns: list[dict[str, str]] | None = None
    """For tables: `[{"name": ..., "type": <logical type>}]`."""
    preview: Any = None
    """Tables: at most 100 rows as lists of JSON values; JSON and text: at most 10 kB of text; else None."""
    name: str = ""
    """For files: the file's own name."""


class AttemptManifest(BaseModel):
    """What one attempt at a step left behind. Outputs exist only once this is written."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = 1
    run: str
    step: str
    attempt: int
    execution: str
    state: Literal["succeeded", "failed", "timed_out", "cancelled"]
    outputs: dict[str, Artifact] = Field(default_factory=dict)
    failure: dict[str, Any] | None = None
    """A :class:`studio.problem.Failure` as JSON."""
    log: str = ""
    """Path of the log below the root."""
    notebook: str = ""
    """Path of the executed notebook below the root."""
    started: int
    ended: int
    """Microseconds since 1970, UTC, by the worker's clock."""
    seconds: dict[str, float] = Field(default_factory=dict)
    """Timings: `prepare`, `execute`, `store`; and the CPU time of the step's processes, `cpu`."""
    peak_memory: int | None = None
    """Bytes."""
    exit_code: int | None = None
    """Of the kernel; negative for a signal."""
    worker: str = ""
