"""`millrace triggers`: what runs flows by a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from studio.cli.revisions import environment_option
from studio.cli.run import parse_param
from studio.cli.screen import as_json, local_text, opened, print_json, print_table, utc_text
from studio.cli.times import read_seconds
from studio.exceptions import UserError

if TYPE_CHECKING:
    from scheduler.cron_triggers import CronTriggers
    from studio.app import App
    from studio.store.triggers import Tick, Trigger
    from studio.trigger import CronTrigger, Cursor

SHOWN_TIMES = 5
SHOWN_TICKS = 10

trigger_argument = click.argument("name", metavar="TRIGGER")


@click.group("triggers")
def command() -> None:
    """Run published flows by a schedule. TRIGGER is a trigger's name or id, or the beginning of the id.

    Triggers fire while `millrace serve` runs.
    """


@command.command("add")
@click.argument("flow", metavar="FLOW")
@click.option("--name", metavar="NAME", help="What to call the trigger; by default, as the flow.")
@click.option("--cron", default="", metavar="FIELDS", help='Five cron fields or a preset: "0 6 * * MON-FRI", @daily.')
@click.option("--every", metavar="TIME", help="An interval instead: 90s, 15m, 6h, 1d.")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Such as Europe/Berlin.")
@click.option("--starts", metavar="TIME", help="Do not fire before: 2026-12-01 or 2026-12-01T06:00 in that zone.")
@click.option("--ends", metavar="TIME", help="Do not fire from then on.")
@click.option("--param", "params", multiple=True, metavar="N=V", help="Give the flow's input N the value V.")
@click.option("--cursor", metavar="N=NODE.PORT", help="Give the input N what the last success left at that output.")
@click.option(
    "--missed", type=click.Choice(["latest", "all", "skip"]), default="latest", show_default=True,
    help="Which of the times run that were missed while no service ran.",
)  # fmt: skip
@click.option("--missed-cap", type=click.IntRange(1, 10_000), metavar="N", help="With --missed all: the latest N.")
@click.option(
    "--overlap", type=click.Choice(["queue", "skip", "cancel", "allow"]), default="queue", show_default=True,
    help="While an earlier run goes on: wait, skip the time, cancel that run, or run beside it.",
)  # fmt: skip
@click.option("--parallel", type=click.IntRange(1), metavar="N", help="With --overlap allow: N runs at once.")
@click.option("--deadline", metavar="TIME", help="A run that cannot begin within that time is not worth it: 30m.")
@environment_option
@click.option("--dry-run", is_flag=True, help="Only say when it would fire.")
@as_json
def add(flow: str, name: str | None, environment: str, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Run a published flow's active revision by a schedule."""
    settings = read_settings(**options)
    with changing() as (app, triggers):
        known = app.known_flow(flow)
        if dry_run:
            triggers.check(known, settings, environment)
            click.echo(describe(settings, app.store.now()))
            return
        made = triggers.add(known, name or known.name, settings, environment)
        if as_json:
            print_json(trigger_json(made))
            return
        click.echo(f"The trigger {made.name} is on ({made.id}).")
        click.echo(describe(settings, app.store.now()))
        warn_without_service(app)


@command.command("list")
@click.argument("flow", metavar="FLOW", required=False)
@as_json
def list_triggers(flow: str | None, as_json: bool) -> None:
    """List triggers, or those of a flow."""
    with opened() as app:
        found = app.store.triggers.of(app.known_flow(flow).id if flow else None)
        flows = {one.flow_id: app.store.flows.get(one.flow_id).name for one in found}
    if as_json:
        print_json({"triggers": [trigger_json(one) for one in found]})
        return
    if not found:
        click.echo("There are no triggers yet: millrace triggers add FLOW --cron ...")
        return
    rows = [[one.name, flows[one.flow_id], words(one), next_text(one), one.id] for one in found]
    print_table(["Trigger", "Flow", "When", "Next", "Id"], rows)


@command.command("show")
@trigger_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """Show a trigger: when it fires next, and what became of its last times."""
    from scheduler.ticker import cron_of

    with opened() as app:
        one = app.store.triggers.find(name)
        ticks = app.store.triggers.ticks(one.id, SHOWN_TICKS)
        if as_json:
            print_json(trigger_json(one) | {"ticks": [tick_json(tick) for tick in ticks]})
            return
        click.echo(f"{one.name} ({one.id}) runs {app.store.flows.get(one.flow_id).name} in {one.environment}.")
        click.echo(f"Paused: {one.paused}" if one.paused else describe(cron_of(one), app.store.now()))
        print_ticks(ticks)


@command.command("ticks")
@trigger_argument
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="So many.")
@as_json
def list_ticks(name: str, limit: int, as_json: bool) -> None:
    """List a trigger's due times, the latest first, each with its run or the reason why there is none."""
    with opened() as app:
        ticks = app.store.triggers.ticks(app.store.triggers.find(name).id, limit)
    if as_json:
        print_json({"ticks": [tick_json(tick) for tick in ticks]})
        return
    print_ticks(ticks)


@command.command("pause")
@trigger_argument
@click.option("--note", default="", metavar="TEXT", help="Why.")
def pause(name: str, note: str) -> None:
    """Pause a trigger. What goes on, goes on."""
    with changing() as (app, triggers):
        one = triggers.pause(app.store.triggers.find(name), note)
    click.echo(f"The trigger {one.name} is paused.")


@command.command("resume")
@trigger_argument
def resume(name: str) -> None:
    """Let a paused trigger fire again, from now on."""
    with changing() as (app, triggers):
        one = triggers.resume(app.store.triggers.find(name))
        warn_without_service(app)
    click.echo(f"The trigger {one.name} is on; it fires next at {next_text(one)}.")


@command.command("fire")
@trigger_argument
@as_json
def fire(name: str, as_json: bool) -> None:
    """Queue a run now, whatever the schedule says. A service drives it."""
    with changing() as (app, triggers):
        run = triggers.fire(app.store.triggers.find(name))
        warn_without_service(app)
    if as_json:
        print_json({"run_id": run.id})
        return
    click.echo(f"Run {run.id} is queued.")


@command.command("remove")
@trigger_argument
def remove(name: str) -> None:
    """Remove a trigger. Its runs are kept."""
    with opened() as app:
        one = app.store.triggers.find(name)
        app.store.triggers.delete(one.id)
    click.echo(f"The trigger {one.name} is removed.")


@contextmanager
def changing() -> Iterator[tuple[App, CronTriggers]]:
    """The app, and its triggers as this process's user changes them."""
    from scheduler.cron_triggers import CronTriggers
    from studio.app import whoever_this_is

    with opened() as app:
        yield app, CronTriggers(app.store, whoever_this_is())


def warn_without_service(app: App) -> None:
    """On stderr. A store that others use may have its service elsewhere."""
    from scheduler.presence import running

    if running(app.settings.home) is None:
        click.echo("No service runs here: start one with `millrace serve`, or nothing happens.", err=True)


def read_settings(
    *,
    cron: str,
    every: str | None,
    timezone: str,
    starts: str | None,
    ends: str | None,
    params: tuple[str, ...],
    cursor: str | None,
    deadline: str | None,
    **policies: Any,
) -> CronTrigger:
    """The settings that options stand for; raises UserError for what cannot be read."""
    from studio.trigger import CronTrigger, Schedule

    if bool(cron) == bool(every):
        raise click.UsageError("Give either --cron or --every.")
    schedule = Schedule(
        cron=cron,
        every=round(read_seconds("--every", every)) if every else None,
        timezone=timezone,
        starts=read_time("--starts", starts, timezone),
        ends=read_time("--ends", ends, timezone),
    )
    given = {name: value for name, value in policies.items() if value is not None}
    return CronTrigger(
        schedule=schedule,
        inputs=dict(parse_param(text) for text in params),
        cursor=read_cursor(cursor) if cursor else None,
        deadline=read_seconds("--deadline", deadline) if deadline else None,
        **given,
    )


def read_cursor(text: str) -> Cursor:
    """`since=load.json`."""
    from pydantic import ValidationError

    from studio.trigger import Cursor

    name, _, of = text.partition("=")
    try:
        return Cursor(input=name.strip(), of=of.strip())
    except ValidationError as error:
        raise UserError(f"--cursor {text!r} is no input and output.", cure="Write it like since=load.json.") from error


def read_time(option: str, text: str | None, timezone: str) -> datetime | None:
    """An ISO time; without an offset, it is one of the zone."""
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))
    except (ValueError, OSError, KeyError) as error:
        raise UserError(
            f"{option} {text!r} is no time in {timezone}.", cure="Write it like 2026-12-01T06:00."
        ) from error


def describe(settings: CronTrigger, now: int) -> str:
    """The schedule in words, and when it fires next, in its own zone."""
    from zoneinfo import ZoneInfo

    from scheduler import cron
    from scheduler.ticker import moment

    zone = ZoneInfo(settings.schedule.timezone)
    times = cron.next_fires(settings.schedule, moment(now), SHOWN_TIMES)
    lines = [time.astimezone(zone).strftime("  %a %Y-%m-%d %H:%M:%S %Z") for time in times]
    return "\n".join([f"{cron.in_words(settings.schedule)}; next:", *lines])


def words(trigger: Trigger) -> str:
    from scheduler import cron
    from scheduler.ticker import cron_of

    return cron.in_words(cron_of(trigger).schedule)


def next_text(trigger: Trigger) -> str:
    return f"paused ({trigger.paused})" if trigger.paused else local_text(trigger.next_fire) or "never again"


def print_ticks(ticks: list[Tick]) -> None:
    if not ticks:
        click.echo("No time has been due yet.")
        return
    rows = [[local_text(one.fire), one.run_id or "", one.skipped or ""] for one in ticks]
    print_table(["Due", "Run", "Skipped, because"], rows)


def trigger_json(trigger: Trigger) -> dict[str, Any]:
    return {
        "trigger_id": trigger.id,
        "name": trigger.name,
        "flow_id": trigger.flow_id,
        "environment": trigger.environment,
        "settings": trigger.settings,
        "paused": trigger.paused,
        "next": utc_text(trigger.next_fire),
        "author": trigger.author,
    }


def tick_json(tick: Tick) -> dict[str, Any]:
    return {
        "due": utc_text(tick.fire),
        "recorded": utc_text(tick.recorded),
        "run_id": tick.run_id,
        "skipped": tick.skipped,
    }
