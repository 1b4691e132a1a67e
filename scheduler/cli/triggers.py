"""`millrace triggers`: what runs flows by a schedule, or when somebody calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import schedules, webhooks
from scheduler.cli.add_trigger import command as add
from scheduler.cli.trigger_view import next_text, trigger_json, warn_without_service, words
from studio.cli.screen import as_json, opened, print_json, print_table

if TYPE_CHECKING:
    from scheduler.trigger_changes import TriggerChanges
    from studio.app import App
    from studio.store.triggers import Trigger

SHOWN = 10

trigger_argument = click.argument("name", metavar="TRIGGER")


@click.group("triggers")
def command() -> None:
    """Run published flows by a schedule, or by webhooks. TRIGGER is a trigger's name or id, or the beginning of the id.

    Triggers fire while `millrace serve` runs.
    """


command.add_command(add)


@command.command("list")
@click.argument("flow", metavar="FLOW", required=False)
@as_json
def list_triggers(flow: str | None, as_json: bool) -> None:
    """List triggers, or those of a flow."""
    with opened() as app:
        found = app.store.triggers.of(app.known_flow(flow).id if flow else None)
        if as_json:
            print_json({"triggers": [trigger_json(one) for one in found]})
            return
        if not found:
            click.echo("There are no triggers yet: millrace triggers add FLOW --cron ... or --webhook ...")
            return
        flows = {one.flow_id: app.store.flows.get(one.flow_id).name for one in found}
        rows = [[one.name, flows[one.flow_id], words(app, one), next_text(one), one.id] for one in found]
    print_table(["Trigger", "Flow", "When", "Next", "Id"], rows)


@command.command("show")
@trigger_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """Show a trigger: when it fires next, or where it is called, and what became of its last times or deliveries."""
    with opened() as app:
        one = app.store.triggers.find(name)
        if as_json:
            print_json(trigger_json(one) | _last_json(app, one))
            return
        click.echo(f"{one.name} ({one.id}) runs {app.store.flows.get(one.flow_id).name} in {one.environment}.")
        if one.paused:
            click.echo(f"Paused: {one.paused}")
        if one.kind == "webhook":
            click.echo(webhooks.describe(app, one))
            webhooks.print_deliveries(app.store.deliveries.of(one.id, SHOWN))
            return
        _show_schedule(app, one)


def _show_schedule(app: App, one: Trigger) -> None:
    from scheduler.ticker import cron_of

    if not one.paused:
        click.echo(schedules.describe(cron_of(one), app.store.now()))
    schedules.print_ticks(app.store.triggers.ticks(one.id, SHOWN))


def _last_json(app: App, one: Trigger) -> dict[str, Any]:
    if one.kind == "webhook":
        last = [webhooks.delivery_json(delivery) for delivery in app.store.deliveries.of(one.id, SHOWN)]
        return {"url": webhooks.url(app, one), "deliveries": last}
    return {"ticks": [schedules.tick_json(tick) for tick in app.store.triggers.ticks(one.id, SHOWN)]}


@command.command("ticks")
@trigger_argument
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="So many.")
@as_json
def list_ticks(name: str, limit: int, as_json: bool) -> None:
    """List a trigger's due times, the latest first, each with its run or the reason why there is none."""
    with opened() as app:
        ticks = app.store.triggers.ticks(app.store.triggers.find(name).id, limit)
    if as_json:
        print_json({"ticks": [schedules.tick_json(tick) for tick in ticks]})
        return
    schedules.print_ticks(ticks)


@command.command("deliveries")
@trigger_argument
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="So many.")
@click.option("--before", metavar="DELIVERY", help="Those before that one.")
@as_json
def list_deliveries(name: str, limit: int, before: str | None, as_json: bool) -> None:
    """List what was sent to a webhook, the latest first: what it got, and why."""
    with opened() as app:
        deliveries = app.store.deliveries.of(app.store.triggers.find(name).id, limit, before)
    if as_json:
        print_json({"deliveries": [webhooks.delivery_json(one) for one in deliveries]})
        return
    webhooks.print_deliveries(deliveries)


@command.command("replay")
@click.argument("delivery", metavar="DELIVERY")
@as_json
def replay(delivery: str, as_json: bool) -> None:
    """Make a new run of what was delivered then, by the trigger and the active revision as they are now."""
    from scheduler.webhook_triggers import WebhookTriggers
    from studio.app import whoever_this_is

    with opened() as app:
        made = WebhookTriggers(app.store, whoever_this_is()).replay(app.store.deliveries.find(delivery))
        warn_without_service(app)
    if as_json:
        print_json(webhooks.delivery_json(made))
        return
    click.echo(f"Run {made.run_id} is queued.")


@command.command("pause")
@trigger_argument
@click.option("--note", default="", metavar="TEXT", help="Why.")
def pause(name: str, note: str) -> None:
    """Pause a trigger. What goes on, goes on."""
    with opened() as app:
        one = app.store.triggers.find(name)
        one = changes_of(app, one).pause(one, note)
    click.echo(f"The trigger {one.name} is paused.")


@command.command("resume")
@trigger_argument
def resume(name: str) -> None:
    """Let a paused trigger fire again, from now on."""
    with opened() as app:
        one = app.store.triggers.find(name)
        one = changes_of(app, one).resume(one)
        warn_without_service(app)
    click.echo(f"The trigger {one.name} is on; it fires next {next_text(one)}.")


@command.command("fire")
@trigger_argument
@as_json
def fire(name: str, as_json: bool) -> None:
    """Queue a run now, whatever the schedule says. A service drives it."""
    from scheduler.cron_triggers import CronTriggers
    from studio.app import whoever_this_is

    with opened() as app:
        run = CronTriggers(app.store, whoever_this_is()).fire(app.store.triggers.find(name))
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


def changes_of(app: App, trigger: Trigger) -> TriggerChanges:
    """What this process's user may do to the trigger."""
    from scheduler.cron_triggers import CronTriggers
    from scheduler.trigger_changes import TriggerChanges
    from studio.app import whoever_this_is

    return (CronTriggers if trigger.kind == "cron" else TriggerChanges)(app.store, whoever_this_is())
