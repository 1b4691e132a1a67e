"""Progress and log lines of a running step, appended to a file that the worker follows."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

PROGRESS_SECONDS = 0.05
"""At most one line of progress is written in this time; the newest wins."""
MOST_MESSAGE = 1_000
MOST_LINE = 10_000
MOST_LOG = 10_000_000
"""Characters of one progress message, of one log line, and of all log lines together."""


class StepContext:
    """The :class:`~studio.context.RunContext` of a step. Thread-safe."""

    def __init__(self, document: dict[str, Any], path: Path) -> None:
        self.run_id: str = document["run"]
        self.node: str = document["node"]
        self.attempt: int = document["attempt"]
        self.idempotency_key: str = document["idempotency_key"]
        self._path = path
        self._lock = threading.Lock()
        self._last = float("-inf")
        self._pending: dict[str, Any] | None = None
        self._timer: threading.Timer | None = None
        self._logged = 0

    def progress(self, fraction: float, message: str = "") -> None:
        """Show how far the step is, from 0 to 1; what lies beyond is taken as the nearer end."""
        fraction = min(1.0, max(0.0, float(fraction)))
        with self._lock:
            self._pending = _event("progress", fraction=fraction, message=str(message)[:MOST_MESSAGE])
            wait = self._last + PROGRESS_SECONDS - time.monotonic()
            if wait <= 0:
                self._write_pending()
            elif self._timer is None:
                self._timer = threading.Timer(wait, self._tick)
                self._timer.daemon = True
                self._timer.start()

    def log(self, message: str) -> None:
        """Write a line to the step's log."""
        text = str(message)[:MOST_LINE]
        with self._lock:
            if self._logged > MOST_LOG:
                return
            self._logged += len(text) + 1
            if self._logged > MOST_LOG:
                text = f"The log has reached {MOST_LOG // 10**6} MB: further lines are dropped."
            self._append(_event("log", text=text))

    def close(self) -> None:
        """Write what is pending."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._write_pending()

    def _tick(self) -> None:
        with self._lock:
            self._write_pending()

    def _write_pending(self) -> None:
        self._timer = None
        if self._pending is not None:
            event, self._pending = self._pending, None
            self._last = time.monotonic()
            self._append(event)

    def _append(self, event: dict[str, Any]) -> None:
        line = json.dumps(event).encode() + b"\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line)


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"time": time.time_ns() // 1000, "kind": kind, **fields}
