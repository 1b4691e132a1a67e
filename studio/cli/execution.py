"""What `run`, `runs resume` and `runs retry` share: their options, and how a run's end is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studio.cli.main import FAILED, complain
from studio.cli.progress import OnEvent, failure_text, shown
from studio.cli.screen import as_json, console, opened, print_json, seconds_text, state_text
from studio.exceptions import LeaseLost

if TYPE_CHECKING:
    from studio.app import App
    from studio.run_view import RunView

F = TypeVar("F", bound=Callable[..., Any])


def execution_options(command: F) -> F:
    """`--workers`, `--dask` and `--json`."""
    workers = click.option(
        "--workers", type=click.IntRange(min=1), metavar="N", help="Steps that run at once (local cluster)."
    )
    dask = click.option("--dask", metavar="ADDRESS", help="Dask scheduler to run on, such as tcp://host:8786.")
    return workers(dask(as_json(command)))


def execute(ctx: click.Context, start: Callable[[App, OnEvent | None], RunView], *, as_json: bool) -> None:
    """Start a run, show it, tell its end. Exits 0 if it succeeded, else 1."""
    with opened() as app:
        try:
            with shown(quiet=as_json) as on_event:
                view = start(app, on_event)
        except LeaseLost as error:
            complain([f"{error.message} See `millrace runs list`."])
            ctx.exit(FAILED)
        tell(view, as_json=as_json)
    if not view.ok:
        ctx.exit(FAILED)


def tell(view: RunView, *, as_json: bool) -> None:
    report = view.to_json()
    if as_json:
        print_json(report)
        return
    screen = console()
    screen.print(state_text(report["state"]), f"run {report['run_id']}", seconds_text(report["seconds"]), sep="  ")
    if view.kept:
        screen.print(f"  Kept of run {view.run.origin_run}: {', '.join(view.kept)}.")
    failed = [step for step in report["steps"] if step["error"]]
    for step in failed:
        screen.print(f"  {step['node']}: {failure_text(step['error'])}")
    if failed:
        screen.print(f"  Look closer: millrace runs log {report['run_id']} {failed[0]['node']}")
    if own_failure(view):
        screen.print(f"  {own_failure(view)}")


def own_failure(view: RunView) -> str:
    """Why the run failed, unless one of its steps says so already."""
    return "" if any(step.failure for step in view.steps) else str(view.run.failure or "")
