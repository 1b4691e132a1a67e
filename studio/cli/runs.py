"""`millrace runs`: the history, and what can be done with a run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from studio.cli.execution import execute, execution_options
from studio.cli.places import runs as places
from studio.cli.progress import failure_text
from studio.cli.run import parse_param
from studio.cli.screen import as_json, local_text, print_json, print_table, rows_text, seconds_text, state_text
from studio.cli.server import asked, require_local
from studio.cli.times import read_moment
from studio.problem import Failure
from studio.run import RunState

if TYPE_CHECKING:
    from studio.app import App
    from studio.run_view import RunView

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
    with places.runs() as place:
        page = place.page(limit, before, read_filter(place, **filters))
    if as_json:
        print_json(page)
        return
    given = given_options(ctx)
    if not page["runs"]:
        click.echo("There are no such runs." if given or before else "There are no runs yet: millrace run FLOW")
        return
    rows = [
        [
            run["run_id"], run["flow"], state_text(run["state"]), local_text(run["started"]),
            seconds_text(run["seconds"]),
        ]
        for run in page["runs"]
    ]  # fmt: skip
    print_table(["Run", "Flow", "State", "Started", "Took"], rows, right=["Took"])
    if page["next"]:
        click.echo(f"More: millrace runs list {' '.join([*given, '--before', page['next']])}")


def read_filter(
    place: places.StoredRuns | places.ServedRuns,
    *,
    flow: str | None,
    states: tuple[str, ...],
    trigger: str | None,
    since: str | None,
    until: str | None,
    search: str,
) -> places.JSON:
    """What the options of `runs list` ask for."""
    now = place.now() if since or until else 0
    return {
        "flow": flow,
        "state": list(states),
        "trigger_id": place.trigger_id(trigger) if trigger is not None else None,
        "since": read_moment("--since", since, now) if since is not None else None,
        "until": read_moment("--until", until, now) if until is not None else None,
        "search": search,
    }


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
    with places.runs() as place:
        run = place.show(run_id)
    if as_json:
        print_json(run)
    else:
        show_run(run)


@command.command("log")
@run_argument
@click.argument("node", required=False)
@as_json
def log(run_id: str, node: str | None, as_json: bool) -> None:
    """Print what a run's steps have logged, or one step alone."""
    with places.runs() as place:
        lines = place.log(run_id, node)
        if as_json:
            print_json({"run_id": place.show(run_id)["run_id"], "lines": list(lines)})
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
    run = places.cancel(run_id)
    if as_json:
        with places.runs() as place:
            print_json(place.show(run["run_id"]))
    elif RunState(run["state"]).ended:
        click.echo(f"Run {run['run_id']} is {run['state']}.")
    else:
        click.echo(f"Run {run['run_id']} is asked to end.")


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

    With other inputs, or another revision, also the steps run again that depend on what has changed. At a service
    (--server), the run is queued there.
    """
    if from_ and fresh:
        raise click.UsageError("--fresh runs every step; --from only some. Give one of them.")
    inputs = dict(parse_param(text) for text in params)
    with asked() as client:
        if client is not None:
            if workers or dask:
                require_local()
            body = {"from": from_, "fresh": fresh, "inputs": inputs, "revision": revision}
            queued = places.ServedRuns(client).retry(run_id, body)
            print_json({"run_id": queued}) if as_json else click.echo(f"Run {queued} is queued.")
            return

    def start(app: App, on_event: Any) -> RunView:
        return app.retry(
            run_id, from_=from_, inputs=inputs, revision=revision, fresh=fresh,
            workers=workers, dask=dask, on_event=on_event,
        )  # fmt: skip

    execute(ctx, start, as_json=as_json)


def show_run(run: places.JSON) -> None:
    took = f", took {seconds_text(run['seconds'])}" if run["ended"] else ""
    click.echo(f"{run['flow']}: run {run['run_id']} of {provenance_text(run)}")
    click.echo(f"{run['state']}, started {local_text(run['started']) or 'not yet'}{took}")
    if run["drift"]:
        click.echo(f"Not as when it was published: {', '.join(run['drift'])}.")
    if run["forgotten"] is not None:
        click.echo(f"Its values, logs and notebooks are kept no longer (since {local_text(run['forgotten'])}).")
    for name, value in run["inputs"].items():
        click.echo(f"  {name} = {value}")
    print_table(["Step", "State", "Took", "Rows", ""], [step_row(step) for step in run["steps"]], right=["Took"])
    for late in run["late"]:
        what = f"attempt {late['attempt']} at {late['node']} {late['state'].replace('_', ' ')}"
        click.echo(f"Late: {what} after it had been given up. What it left was not taken.")
    if run["failure"] and not any(step["error"] for step in run["steps"]):  # else one of its steps says so already
        click.echo(str(Failure.from_json(run["failure"])))


def provenance_text(provenance: dict[str, Any]) -> str:
    """`a draft`, or `revision 3 in default, by the trigger morning`."""
    if provenance["revision"] is None:
        return "a draft"
    by = f", by the trigger {provenance['trigger']}" if provenance["trigger"] else ""
    return f"revision {provenance['revision']} in {provenance['environment']}{by}"


def step_row(step: dict[str, Any]) -> list[Any]:
    error = failure_text(step["error"]) if step["error"] else ""
    return [step["node"], state_text(step["state"]), seconds_text(step["seconds"]), rows_text(step["rows"]), error]
