"""`millrace runs`: the history, and what can be done with a run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from studio.cli.execution import execute, execution_options, own_failure
from studio.cli.progress import failure_text
from studio.cli.run import parse_param
from studio.cli.screen import (
    as_json,
    local_text,
    opened,
    print_json,
    print_table,
    rows_text,
    seconds_text,
    state_text,
    stored,
    utc_text,
)
from studio.cli.times import read_moment
from studio.run import RunState

if TYPE_CHECKING:
    from studio.app import App
    from studio.run_view import RunView
    from studio.store.history import Filter
    from studio.store.runs import Run

run_argument = click.argument("run_id", metavar="RUN")


@click.group("runs")
def command() -> None:
    """List, show, cancel, resume and retry runs."""


@command.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="Runs on a page."
)
@click.option("--before", metavar="KEY", help="Go on from here: the key that the page before ended with.")
@click.option("--flow", metavar="NAME", help="Only runs of the flows with this name or id.")
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in RunState]),
              help="Only runs in this state; give it again for another.")  # fmt: skip
@click.option("--trigger", metavar="NAME", help="Only runs that this trigger has made.")
@click.option(
    "--since", metavar="TIME", help="Only runs made then or later: 2026-12-01, 2026-12-01T06:00, 2h or 3d ago."
)
@click.option("--until", metavar="TIME", help="Only runs made before: a date means its first moment.")
@click.option(
    "--search", default="", metavar="TEXT", help="Only ended runs whose failures or log have all these words."
)
@as_json
@click.pass_context
def list_runs(ctx: click.Context, /, limit: int, before: str | None, as_json: bool, **filters: Any) -> None:
    """List runs, the newest first.

    A word of --search may be the beginning of one, and case does not matter.
    """
    with opened() as app:
        page = app.runs(limit, before, read_filter(app, **filters))
    if as_json:
        print_json({"runs": [run_json(run) for run in page.items], "next": page.next})
        return
    given = given_options(ctx)
    if not page.items:
        click.echo("There are no such runs." if given or before else "There are no runs yet: millrace run FLOW")
        return
    rows = [
        [run.id, run.flow_name, state_text(run.state), local_text(run.started), seconds_text(duration(run))]
        for run in page.items
    ]
    print_table(["Run", "Flow", "State", "Started", "Took"], rows, right=["Took"])
    if page.next:
        click.echo(f"More: millrace runs list {' '.join([*given, '--before', page.next])}")


def read_filter(
    app: App,
    *,
    flow: str | None,
    states: tuple[str, ...],
    trigger: str | None,
    since: str | None,
    until: str | None,
    search: str,
) -> Filter:
    """What the options of `runs list` ask for."""
    from studio.store.history import Filter

    now = app.store.now() if since or until else 0
    return Filter(
        flow=flow,
        states=tuple(RunState(state) for state in states),
        trigger_id=app.store.triggers.find(trigger).id if trigger is not None else None,
        since=read_moment("--since", since, now) if since is not None else None,
        until=read_moment("--until", until, now) if until is not None else None,
        text=search,
    )


def given_options(ctx: click.Context) -> list[str]:
    """The filters of the command as they were typed, for the command that shows the next page."""
    words = []
    for option in ctx.command.params:
        if option.name in ("flow", "states", "trigger", "since", "until", "search") and ctx.params[option.name]:
            value = ctx.params[option.name]
            for one in value if isinstance(value, tuple) else [value]:
                words += [option.opts[0], shlex.quote(one)]
    return words


@command.command("show")
@run_argument
@as_json
def show(run_id: str, as_json: bool) -> None:
    """Show a run's steps."""
    with opened() as app:
        view = app.view(run_id)
        show_view(view, app.records.provenance(view.run), as_json=as_json)


@command.command("log")
@run_argument
@click.argument("node", required=False)
@as_json
def log(run_id: str, node: str | None, as_json: bool) -> None:
    """Print what a run's steps have logged, or one step alone."""
    with opened() as app:
        if node:
            app.view(run_id).step(node)
        run = app.find(run_id)
        lines = app.records.log(run.id, node)
        if as_json:
            print_json({"run_id": run.id, "lines": list(lines)})
            return
        empty = True
        for line in lines:
            click.echo(line)
            empty = False
        if empty:
            click.echo("Nothing was logged.", err=True)


@command.command("cancel")
@run_argument
@as_json
def cancel(run_id: str, as_json: bool) -> None:
    """Ask for the end of a run.

    Whoever drives it kills its steps. A run that nobody drives any more ends when it is resumed.
    """
    with stored() as store:  # without the rest, which takes a while to import
        run = store.runs.request_cancel(store.runs.find(run_id).id)
    if as_json:
        with opened() as app:
            print_json(app.view(run.id).to_json())
    elif run.state.ended:
        click.echo(f"Run {run.id} is {run.state}.")
    else:
        click.echo(f"Run {run.id} is asked to end.")


@command.command("resume")
@run_argument
@execution_options
@click.pass_context
def resume(ctx: click.Context, run_id: str, workers: int | None, dask: str | None, as_json: bool) -> None:
    """Finish a run whose process has gone."""

    def start(app: App, on_event: Any) -> RunView:
        return app.resume(run_id, workers=workers, dask=dask, on_event=on_event)

    execute(ctx, start, as_json=as_json)


@command.command("retry")
@run_argument
@click.option("--from", "from_", metavar="NODE", help="Run this node and what follows again, even what succeeded.")
@click.option("--fresh", is_flag=True, help="Run every step again, from the start.")
@click.option("--param", "params", multiple=True, metavar="N=V", help="Give the flow's input N another value.")
@click.option("--revision", type=click.Choice(["same", "active"]), default="same", show_default=True,
              help="Run the same document again, or the revision that is active now.")  # fmt: skip
@execution_options
@click.pass_context
def retry(
    ctx: click.Context,
    run_id: str,
    from_: str | None,
    fresh: bool,
    params: tuple[str, ...],
    revision: Any,
    workers: int | None,
    dask: str | None,
    as_json: bool,
) -> None:
    """Run again what did not succeed, as a new run that keeps the rest.

    With other inputs, or another revision, also the steps run again that depend on what has changed.
    """
    if from_ and fresh:
        raise click.UsageError("--fresh runs every step; --from only some. Give one of them.")
    inputs = dict(parse_param(text) for text in params)

    def start(app: App, on_event: Any) -> RunView:
        return app.retry(
            run_id, from_=from_, inputs=inputs, revision=revision, fresh=fresh,
            workers=workers, dask=dask, on_event=on_event,
        )  # fmt: skip

    execute(ctx, start, as_json=as_json)


def show_view(view: RunView, provenance: dict[str, Any], *, as_json: bool) -> None:
    report = view.to_json() | provenance
    if as_json:
        print_json(report)
        return
    run = view.run
    took = f", took {seconds_text(duration(run))}" if run.ended else ""
    click.echo(f"{run.flow_name}: run {run.id} of {provenance_text(provenance)}")
    click.echo(f"{run.state}, started {local_text(run.started) or 'not yet'}{took}")
    if provenance["drift"]:
        click.echo(f"Not as when it was published: {', '.join(provenance['drift'])}.")
    if run.forgotten is not None:
        click.echo(f"Its values, logs and notebooks are kept no longer (since {local_text(run.forgotten)}).")
    for name, value in run.inputs.items():
        click.echo(f"  {name} = {value}")
    print_table(["Step", "State", "Took", "Rows", ""], [step_row(step) for step in report["steps"]], right=["Took"])
    for late in provenance["late"]:
        what = f"attempt {late['attempt']} at {late['node']} {late['state'].replace('_', ' ')}"
        click.echo(f"Late: {what} after it had been given up. What it left was not taken.")
    if own_failure(view):
        click.echo(own_failure(view))


def provenance_text(provenance: dict[str, Any]) -> str:
    """`a draft`, or `revision 3 in default, by the trigger morning`."""
    if provenance["revision"] is None:
        return "a draft"
    by = f", by the trigger {provenance['trigger']}" if provenance["trigger"] else ""
    return f"revision {provenance['revision']} in {provenance['environment']}{by}"


def step_row(step: dict[str, Any]) -> list[Any]:
    error = failure_text(step["error"]) if step["error"] else ""
    return [step["node"], state_text(step["state"]), seconds_text(step["seconds"]), rows_text(step["rows"]), error]


def run_json(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "flow": run.flow_name,
        "flow_id": run.flow_id,
        "state": run.state,
        "draft": run.revision_id is None,
        "trigger_id": run.trigger_id,
        "created": utc_text(run.created),
        "started": utc_text(run.started),
        "ended": utc_text(run.ended),
        "seconds": duration(run),
    }


def duration(run: Run) -> float | None:
    return None if run.started is None or run.ended is None else (run.ended - run.started) / 1e6
