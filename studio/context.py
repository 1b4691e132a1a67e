"""What a step may ask of its run: progress, log lines and an idempotency key.

Standard library only, for kernels of any environment import this.
"""

from __future__ import annotations

from typing import Protocol


class RunContext(Protocol):
    """Ask for it by a keyword-only argument annotated `RunContext`."""

    run_id: str
    node: str
    attempt: int
    idempotency_key: str
    """Equal for every attempt at this step of this run: hand it to services that must not act twice."""

    def progress(self, fraction: float, message: str = "") -> None:
        """Show how far the step is, from 0 to 1."""

    def log(self, message: str) -> None:
        """Write a line to the step's log."""
