"""What is wrong: a problem found before a run, or the failure of a step.

Standard library only, for kernels of any environment import this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Problem:
    """One thing that validation found: what is wrong, where, and the cure."""

    code: str
    message: str
    cure: str = ""
    node: str = ""
    field: str = ""
    """The param, port (`port:left`) or flow input (`input:month`) at fault; empty for the node or flow as a whole."""
    line: int | None = None
    severity: Literal["error", "warning"] = "error"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        where = ".".join(part for part in (self.node, self.field.removeprefix("port:")) if part)  # as edges name ports
        line = f" (line {self.line})" if self.line else ""
        return f"{where + ': ' if where else ''}{self.message}{line} {self.cure}".rstrip()


@dataclass(frozen=True)
class Failure:
    """Why a run, step or attempt failed."""

    code: str
    message: str
    cure: str = ""
    node: str = ""
    item: int | None = None
    line: int | None = None
    fault: Literal["user", "system"] = "user"
    retryable: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Failure:
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        return cls(**known)

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".rstrip()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question that names the nearest known name (`Did you mean 'amount'?`), or an empty text."""
    import difflib

    spelled = {other.casefold(): other for other in known}
    near = difflib.get_close_matches(name.casefold(), spelled, n=1)
    return f"Did you mean {spelled[near[0]]!r}?" if near else ""
