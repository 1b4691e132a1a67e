"""How answers look: tables, times, states. What is for programs is one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from studio.cli.server import require_local

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from studio.app import App
    from studio.store.store import Store

LOOKS = {
    "queued": ("·", "dim"),
    "blocked": ("·", "dim"),
    "ready": ("·", ""),
    "submitted": ("·", ""),
    "running": ("●", "cyan"),
    "waiting": ("…", "yellow"),
    "succeeded": ("✓", "green"),
    "reused": ("↺", "green"),
    "failed": ("✗", "bold red"),
    "skipped": ("–", "dim"),
    "cancelled": ("■", "yellow"),
    "unknown": ("?", "bold red"),
}
"""State -> its sign and style. The state's name always stands beside the sign."""

WIDE = 100_000

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@contextmanager
def opened(*, anywhere: bool = False) -> Iterator[App]:
    """The app of this environment's settings; also if a service is to be asked, where it matters not (`anywhere`)."""
    from studio.app import App

    if not anywhere:
        require_local()
    with App.open() as app:
        yield app


@contextmanager
def stored() -> Iterator[Store]:
    """The store alone, of this environment's settings."""
    from studio.settings import Settings
    from studio.store.store import Store

    require_local()
    settings = Settings.from_environment()
    settings.make_home()
    with Store.open(settings.store) as store:
        yield store


def console() -> Console:
    """Where people look. What is no terminal has no width, so that nothing is folded there."""
    from rich.console import Console

    screen = Console(highlight=False, soft_wrap=True, markup=False)
    return screen if screen.is_terminal else Console(highlight=False, soft_wrap=True, markup=False, width=WIDE)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """A plain table; columns named in `right` are aligned to the right. A terminal folds long text into its column."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for header in headers:
        justify = "right" if header in right else "left"
        table.add_column(header, justify=justify, overflow="fold", no_wrap=header == headers[0])  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    screen = console()
    with screen.capture() as drawn:
        screen.print(table)
    click.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()), color=screen.is_terminal)


def state_text(state: str) -> Text:
    from rich.text import Text

    sign, style = LOOKS.get(state, ("·", ""))
    return Text(f"{sign} {state}", style=style)


def rows_text(rows: dict[str, int]) -> str:
    """`matched 1,204, left_only 12`; a single port's name says nothing and is left out."""
    if len(rows) == 1:
        return f"{next(iter(rows.values())):,}"
    return ", ".join(f"{port} {count:,}" for port, count in rows.items())


def seconds_text(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


def bytes_text(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size = size / 1000  # type: ignore[assignment]
    return f"{size:.1f} GB"


def when(microseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(microseconds / 1e6, UTC) if microseconds is not None else None


def utc_text(microseconds: int | None) -> str | None:
    """ISO 8601, for programs, as the API writes it."""
    moment = when(microseconds)
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def local_text(moment: int | str | None) -> str:
    """A time in microseconds, or of :func:`utc_text`, in the time zone of whoever looks."""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else when(moment)
    return found.astimezone().strftime("%Y-%m-%d %H:%M:%S") if found else ""
