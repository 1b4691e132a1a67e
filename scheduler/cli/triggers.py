"""`millrace triggers`: what runs flows by a schedule, or when somebody calls."""

from __future__ import annotations

import click

from scheduler.cli import schedules, webhooks
from scheduler.cli.add_trigger import command as add
from scheduler.cli.trigger_places import JSON, ServedTriggers, StoredTriggers, triggers
from studio.cli.screen import as_json, local_text, print_json, print_table

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
    with triggers() as place:
        found = place.of(place.flows.known(flow)["flow_id"] if flow else None)
    if as_json:
        print_json({"triggers": found})
        return
    if not found:
        click.echo("There are no triggers yet: millrace triggers add FLOW --cron ... or --webhook ...")
        return
    rows = [[one["name"], one["flow"], one["url"] or one["words"], next_text(one), one["trigger_id"]] for one in found]
    print_table(["Trigger", "Flow", "When", "Next", "Id"], rows)


@command.command("show")
@trigger_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """Show a trigger: when it fires next, or where it is called, and what became of its last times or deliveries."""
    with triggers() as place:
        one = place.find(name)
        last = last_of(place, one)
    if as_json:
        print_json(one | last)
        return
    click.echo(f"{one['name']} ({one['trigger_id']}) runs {one['flow']} in {one['environment']}.")
    if one["paused"]:
        click.echo(f"Paused: {one['paused']}")
    if one["kind"] == "webhook":
        click.echo(webhooks.describe(one))
        webhooks.print_deliveries(last["deliveries"])
        return
    if not one["paused"]:
        click.echo(schedules.describe(one["settings"]))
    schedules.print_ticks(last["ticks"])


def last_of(place: StoredTriggers | ServedTriggers, one: JSON) -> JSON:
    if one["kind"] == "webhook":
        return {"deliveries": place.deliveries(one["trigger_id"], SHOWN)}
    return {"ticks": place.ticks(one["trigger_id"], SHOWN)}


def next_text(one: JSON) -> str:
    if one["paused"]:
        return f"paused ({one['paused']})"
    return "when it is called" if one["kind"] == "webhook" else local_text(one["next"]) or "never again"


@command.command("ticks")
@trigger_argument
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="So many.")
@as_json
def list_ticks(name: str, limit: int, as_json: bool) -> None:
    """List a trigger's due times, the latest first, each with its run or the reason why there is none."""
    with triggers() as place:
        ticks = place.ticks(place.find(name)["trigger_id"], limit)
    if as_json:
        print_json({"ticks": ticks})
        return
    schedules.print_ticks(ticks)


@command.command("deliveries")
@trigger_argument
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="So many.")
@click.option("--before", metavar="DELIVERY", help="Those before that one.")
@as_json
def list_deliveries(name: str, limit: int, before: str | None, as_json: bool) -> None:
    """List what was sent to a webhook, the latest first: what it got, and why."""
    with triggers() as place:
        deliveries = place.deliveries(place.find(name)["trigger_id"], limit, before)
    if as_json:
        print_json({"deliveries": deliveries})
        return
    webhooks.print_deliveries(deliveries)


@command.command("replay")
@click.argument("delivery", metavar="DELIVERY")
@as_json
def replay(delivery: str, as_json: bool) -> None:
    """Make a new run of what was delivered then, by the trigger and the active revision as they are now."""
    with triggers() as place:
        made = place.replay(delivery)
        place.warn()
    if as_json:
        print_json(made)
        return
    click.echo(f"Run {made['run_id']} is queued.")


@command.command("pause")
@trigger_argument
@click.option("--note", default="", metavar="TEXT", help="Why.")
def pause(name: str, note: str) -> None:
    """Pause a trigger. What goes on, goes on."""
    with triggers() as place:
        one = place.pause(place.find(name)["trigger_id"], note)
    click.echo(f"The trigger {one['name']} is paused.")


@command.command("resume")
@trigger_argument
def resume(name: str) -> None:
    """Let a paused trigger fire again, from now on."""
    with triggers() as place:
        one = place.resume(place.find(name)["trigger_id"])
        place.warn()
    click.echo(f"The trigger {one['name']} is on; it fires next {next_text(one)}.")


@command.command("fire")
@trigger_argument
@as_json
def fire(name: str, as_json: bool) -> None:
    """Queue a run now, whatever the schedule says. A service drives it."""
    with triggers() as place:
        run_id = place.fire(place.find(name)["trigger_id"])
        place.warn()
    if as_json:
        print_json({"run_id": run_id})
        return
    click.echo(f"Run {run_id} is queued.")


@command.command("remove")
@trigger_argument
def remove(name: str) -> None:
    """Remove a trigger. Its runs are kept."""
    with triggers() as place:
        one = place.find(name)
        place.remove(one)
    click.echo(f"The trigger {one['name']} is removed.")
