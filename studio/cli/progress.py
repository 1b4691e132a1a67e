"""A run's progress: a line per step that changes in place on a terminal, and plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import LOOKS, console, rows_text, seconds_text, state_text

if TYPE_CHECKING:
    from rich.table import Table

    from studio.store.events import RunEvent

OnEvent = Callable[["RunEvent"], None]


@dataclass
class Line:
    """What is known of one step."""

    state: str = "blocked"
    since: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    rows: dict[str, int] = field(default_factory=dict)
    note: str = ""

    def take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "progress":
            self.note = progress_text(data)
        elif kind == "step":
            self._take_state(data)

    def _take_state(self, data: dict[str, Any]) -> None:
        if data["state"] != self.state:
            self.state, self.since, self.note = data["state"], time.monotonic(), ""
        self.seconds = data.get("seconds")
        self.rows = data.get("rows") or self.rows
        self.note = note_text(data) or self.note

    @property
    def elapsed(self) -> str:
        running = time.monotonic() - self.since if self.state == "running" else self.seconds
        return seconds_text(running)


class Board:
    """All steps' lines, drawn anew whenever it is looked at."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}

    def take(self, event: RunEvent) -> Line | None:
        """Heed an event; the step's line if it changed its state."""
        if not event.step or event.kind not in ("step", "progress"):
            return None
        line = self.lines.setdefault(event.step, Line())
        before = line.state
        line.take(event.kind, event.data)
        return line if line.state != before else None

    def __rich__(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2, 0, 0))
        for node, line in list(self.lines.items()):
            words = (node, line.elapsed, rows_text(line.rows), line.note)
            table.add_row(state_text(line.state), *(Text(word) for word in words))
        return table


@contextmanager
def shown(*, quiet: bool) -> Iterator[OnEvent | None]:
    """What takes a run's events and shows them; None if `quiet`."""
    screen = console()
    if quiet:
        yield None
    elif screen.is_terminal:
        from rich.live import Live

        board = Board()
        with Live(board, console=screen, refresh_per_second=8):
            yield lambda event: void(board.take(event))
    else:
        yield plain(Board())


def void(_: object) -> None:
    """For whoever must not return anything."""


def plain(board: Board) -> OnEvent:
    """Writes a line whenever a step starts or ends."""

    def take(event: RunEvent) -> None:
        line = board.take(event)
        if line and line.state not in ("blocked", "ready", "submitted"):
            parts = (line.elapsed if line.seconds is not None else "", rows_text(line.rows), line.note)
            sign = LOOKS[line.state][0]
            click.echo("  ".join([f"{sign} {line.state:<9}", event.step, *(part for part in parts if part)]))

    return take


def note_text(data: dict[str, Any]) -> str:
    """Why a step is as it is: its failure, the run it was reused from."""
    failure = data.get("failure")
    if failure:
        return failure_text(failure)
    return f"from run {data['reused_run']}" if data.get("reused_run") else ""


def failure_text(failure: dict[str, Any]) -> str:
    line = f" (line {failure['line']})" if failure.get("line") else ""
    return f"{failure.get('message', '')}{line} {failure.get('cure', '')}".rstrip()


def progress_text(data: dict[str, Any]) -> str:
    fraction = data.get("fraction")
    percent = f"{fraction:.0%}" if isinstance(fraction, int | float) else ""
    return f"{percent} {data.get('message') or ''}".strip()
