"""Where steps run: the protocol that the dispatcher knows, and the reports that come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from studio.order import Order


class AttemptKey(NamedTuple):
    """One attempt at one step of one run."""

    run: str
    step: str
    attempt: int


@dataclass(frozen=True)
class Report:
    """What an attempt says while it runs. Reports are hints and may be lost: the manifest is the truth."""

    kind: Literal["started", "beat", "progress", "log", "ended"]
    key: AttemptKey
    data: dict[str, Any] = field(default_factory=dict)
    """`started`: execution, worker. `progress`: fraction, message. `log`: text. `ended`: how the task returned,
    `{}` when all is in the manifest, else `{"failure": ...}`; `{"already_started": true}` where another task has the
    attempt; `{"error": ...}` of a task that broke, `{"gone": ...}` of one that is out of sight.
    """
    time: int = field(default_factory=lambda: time.time_ns() // 1000)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "key": list(self.key), "data": self.data, "time": self.time}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Report:
        return cls(value["kind"], AttemptKey(*value["key"]), value["data"], value["time"])


Send = Callable[[Report], None]


class Executor(Protocol):
    """Takes orders and executes them somewhere else. No method waits for a step."""

    @property
    def slots(self) -> int:
        """How many steps can run at once."""

    @property
    def outlives(self) -> bool:
        """Whether what runs goes on when this process ends."""

    def submit(self, order: Order) -> None:
        """Hand over one attempt. Raises :class:`~studio.exceptions.ExecutorError` if that is not possible now."""

    def cancel(self, key: AttemptKey) -> None:
        """Kill the attempt's processes wherever they are; nothing happens if it is not running."""

    def reports(self) -> list[Report]:
        """What has come in since the last call."""

    def close(self) -> None:
        """End what is running, and let go of everything."""
