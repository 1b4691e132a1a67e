"""The order: everything a worker needs for one attempt at one step. Versioned JSON, the task's only argument."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from studio.exceptions import UserError
from studio.manifest import Artifact

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


class Limits(BaseModel):
    """What a step may use. None means no limit."""

    model_config = ConfigDict(frozen=True)

    seconds: float | None = None
    memory: int | None = None
    """Bytes of anonymous memory, summed over the step's processes."""
    cpu: float | None = None
    """CPU seconds, summed likewise."""
    output: int = 10_000_000
    """Bytes of printed output that are kept; what is beyond is counted and dropped."""


class Binding(BaseModel):
    """One input port of a step: the artifacts that its edges bring. Not `many`: none or one."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["table", "json", "text", "file", "figure", "model"]
    frame: Literal["pandas", "polars", "lazy", "arrow", "dask"] | None = None
    many: bool = False
    artifacts: list[Artifact] = Field(default_factory=list)


class Order(BaseModel):
    """One attempt at one step."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    run: str
    step: str
    attempt: int
    node: str
    root: str
    """Artifact root: a folder or an fsspec URL."""
    root_options: dict[str, Any] = Field(default_factory=dict)
    """fsspec options without secrets (endpoint, region)."""
    canary: str = ""
    """Name of the file under the root that proves the worker sees the same root."""
    bundle: str = ""
    """Hash of the bundle; empty if there is none."""
    directory: str = ""
    """The project folder, used as the working directory where it exists."""
    flow_path: str = ""
    """The flow's path below the project folder, for messages."""
    notebook: dict[str, Any]
    """The step's notebook (nbformat 4)."""
    kernel: str = "python3"
    """A kernelspec, or the folder of a virtual environment, which has a `/` in it."""
    lane: Literal["kernel", "direct"] = "kernel"
    """`direct` for notebooks that need no more of a kernel than its outputs."""
    preload: list[str] = Field(default_factory=list)
    """Modules that the step profits from having imported before it starts."""
    own_notebook: bool = False
    """Whether the notebook is the user's own: it gets `parameters`, and hands over no outputs."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Only for notebook nodes: values of their own `parameters` cell."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """The node's resolved params: literals only."""
    inputs: dict[str, Binding] = Field(default_factory=dict)
    outputs: dict[str, str] = Field(default_factory=dict)
    """Port -> kind, in order."""
    limits: Limits = Limits()
    credentials: str = Field(default="", repr=False)
    """The credentials that the step asks for, sealed for this attempt; empty if there are none."""
    idempotency_key: str
    beat: float = 10.0
    """Seconds between beats."""


def parse_bytes(text: str) -> int | None:
    """`512MB` or `4 GB` as bytes (powers of ten); None for empty text. Raises :class:`UserError` for anything else."""
    compact = text.strip().upper().replace(" ", "")
    if not compact:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(B|KB|MB|GB|TB)?", compact)
    amount = int(float(found[1]) * UNITS[found[2] or "B"]) if found else 0
    if amount < 1:
        raise UserError(f"{text!r} is no amount of memory.", cure="Write it like 512MB or 4GB.")
    return amount
