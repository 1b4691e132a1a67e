"""`millrace alerts`: who is told when runs fail, begin late or are skipped while nobody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from studio.cli.revisions import environment_option
from studio.cli.screen import as_json, local_text, opened, print_json, print_table, utc_text
from studio.cli.times import read_seconds
from studio.exceptions import UserError

if TYPE_CHECKING:
    from studio.alert import AlertSettings
    from studio.app import App
    from studio.store.alerts import Alert
    from studio.store.outbox import Notice

CONDITIONS = ["failed", "late", "skipped", "recovered"]

SHOWN_NOTICES = 20

alert_argument = click.argument("name", metavar="ALERT")


@click.group("alerts")
def command() -> None:
    """Tell people or programs of runs of published flows. ALERT is an alert's name or id, or the beginning of the id.

    Messages hold names, times and error codes, and no data. They are sent while `millrace serve` runs.
    """


@command.command("add")
@click.argument("flow", metavar="FLOW", required=False)
@click.option("--name", required=True, metavar="NAME", help="What to call the alert.")
@click.option("--mail", "to", multiple=True, metavar="ADDRESS", help="Send an e-mail there; give it again for more.")
@click.option("--webhook", "url", metavar="URL", help="Or POST JSON there: https://, or http:// on this machine.")
@click.option("--credential", default="", metavar="NAME",
              help="For mail the SMTP server; for a webhook the secret to sign with (Standard Webhooks).")  # fmt: skip
@click.option("--on", "conditions", multiple=True, type=click.Choice(CONDITIONS), default=CONDITIONS[:3],
              show_default=True, help="Of what to tell; give it again for more.")  # fmt: skip
@click.option("--every", default="15m", show_default=True, metavar="TIME", help="At most one message in that time.")
@click.option("--late-after", metavar="TIME", help="From when a run that begins is late.  [default: 5m]")
@environment_option
@as_json
def add(flow: str | None, name: str, conditions: tuple[str, ...], every: str, environment: str, as_json: bool,
        **options: Any) -> None:  # fmt: skip
    """Tell somebody of the runs of FLOW, or without it of all flows in the environment."""
    from scheduler.courier import require_credential
    from studio.app import whoever_this_is
    from studio.store.alerts import NewAlert

    settings = read_settings(**options)
    with opened() as app:
        require_credential(app, settings, environment)
        new = NewAlert(
            name=name,
            kind=settings.kind,
            conditions=list(dict.fromkeys(conditions)),
            settings=settings.model_dump(mode="json"),
            every_seconds=read_every(every),
            flow_id=app.known_flow(flow).id if flow else None,
            environment=environment,
            author=whoever_this_is(),
        )
        made = app.store.alerts.add(new)
    if as_json:
        print_json(alert_json(made))
        return
    click.echo(f"The alert {made.name} is on ({made.id}). Try it: millrace alerts test {made.id[:13]}")


@command.command("list")
@as_json
def list_alerts(as_json: bool) -> None:
    """List alerts."""
    with opened() as app:
        found = app.store.alerts.all()
        if as_json:
            print_json({"alerts": [alert_json(one) for one in found]})
            return
        rows = [
            [one.name, flow_text(app, one), ", ".join(one.conditions), one.target, state_text(one), one.id]
            for one in found
        ]
    if not rows:
        click.echo("There are no alerts yet: millrace alerts add --name NAME --mail ADDRESS --credential NAME")
        return
    print_table(["Alert", "Flow", "Of", "To", "State", "Id"], rows)


@command.command("show")
@alert_argument
@as_json
def show(name: str, as_json: bool) -> None:
    """Show an alert: what it has told last, and what went wrong."""
    with opened() as app:
        one = app.store.alerts.find(name)
        notices = app.store.outbox.of(one.id, SHOWN_NOTICES)
        if as_json:
            print_json(alert_json(one) | {"notices": [notice_json(notice) for notice in notices]})
            return
        click.echo(f"{one.name} ({one.id}) tells {one.target} of {flow_text(app, one)}: {', '.join(one.conditions)}.")
        click.echo(state_text(one))
    if notices:
        print_table(["When", "What", "Flow", "Run", "Told"], [notice_row(notice) for notice in notices])


@command.command("pause")
@alert_argument
@click.option("--note", default="", metavar="TEXT", help="Why.")
def pause(name: str, note: str) -> None:
    """Pause an alert. It never tells what happens meanwhile."""
    from studio.app import whoever_this_is

    with opened() as app:
        who = whoever_this_is()
        one = app.store.alerts.change(app.store.alerts.find(name), paused=f"{who}: {note}" if note else f"by {who}")
    click.echo(f"The alert {one.name} is paused.")


@command.command("resume")
@alert_argument
def resume(name: str) -> None:
    """Switch a paused alert on again."""
    with opened() as app:
        one = app.store.alerts.change(app.store.alerts.find(name), paused=None)
    click.echo(f"The alert {one.name} is on.")


@command.command("remove")
@alert_argument
def remove(name: str) -> None:
    """Remove an alert, with what it had still to tell."""
    with opened() as app:
        one = app.store.alerts.find(name)
        app.store.alerts.delete(one.id)
    click.echo(f"The alert {one.name} is removed.")


@command.command("test")
@alert_argument
def test(name: str) -> None:
    """Send a test message now, from here."""
    from scheduler.courier import courier_of
    from scheduler.message import trial_message
    from studio.store.identifier import uuid7

    with opened() as app:
        one = app.store.alerts.find(name)
        courier_of(app).send(one, trial_message(one.name, one.environment, uuid7()))
    click.echo(f"A test message has gone to {one.target}.")


def read_settings(*, to: tuple[str, ...], url: str | None, credential: str, late_after: str | None) -> AlertSettings:
    """The settings that options stand for; raises UserError for what cannot be read."""
    from pydantic import ValidationError

    from studio.alert import MailAlert, WebhookAlert

    if bool(to) == bool(url):
        raise click.UsageError("Give either --mail or --webhook.")
    if to and not credential:
        raise click.UsageError("Name the SMTP server's credential: --credential NAME.")
    given: dict[str, Any] = {"credential": credential}
    if late_after:
        given["late_after"] = read_seconds("--late-after", late_after)
    try:
        return MailAlert(to=list(to), **given) if to else WebhookAlert(url=url or "", **given)
    except ValidationError as error:
        first = error.errors()[0]
        shown = f"--{str(first['loc'][0]).replace('_', '-').replace('to', 'mail')} {first['input']!r}"
        raise UserError(f"{shown} cannot be used: {first['msg']}.", cure="See `millrace alerts add --help`.") from error


def read_every(text: str) -> int:
    from studio.alert import LEAST_EVERY

    seconds = round(read_seconds("--every", text))
    if seconds < LEAST_EVERY:
        raise UserError(f"--every {text} is too often.", cure=f"Give at least {LEAST_EVERY}s.")
    return seconds


def flow_text(app: App, alert: Alert) -> str:
    return app.store.flows.get(alert.flow_id).name if alert.flow_id else f"all flows in {alert.environment}"


def state_text(alert: Alert) -> str:
    if alert.paused:
        return f"paused ({alert.paused})"
    if alert.failure:
        again = f" It is tried again at {local_text(alert.next_try)}." if alert.message_id else " That was given up."
        return f"{alert.failure}{again}"
    return f"on, told last at {local_text(alert.last_sent)}" if alert.last_sent else "on"


def notice_row(notice: Notice) -> list[str]:
    if notice.failure:
        told = f"given up: {notice.failure.message}"
    else:
        told = local_text(notice.done) if notice.done else "not yet"
    return [local_text(notice.created), notice.condition, notice.data["flow"], notice.run_id or "", told]


def alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "alert_id": alert.id,
        "name": alert.name,
        "flow_id": alert.flow_id,
        "environment": alert.environment,
        "kind": alert.kind,
        "conditions": alert.conditions,
        "settings": alert.settings,
        "every_seconds": alert.every_seconds,
        "paused": alert.paused,
        "author": alert.author,
        "last_sent": utc_text(alert.last_sent),
        "error": alert.failure.to_json() if alert.failure else None,
    }


def notice_json(notice: Notice) -> dict[str, Any]:
    return {
        "condition": notice.condition,
        "flow_id": notice.flow_id,
        "run_id": notice.run_id,
        "created": utc_text(notice.created),
        "message_id": notice.message_id,
        "done": utc_text(notice.done),
        "error": notice.failure.to_json() if notice.failure else None,
    }
