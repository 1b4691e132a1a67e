"""`millrace triggers add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import schedules, webhooks
from scheduler.cli.trigger_places import triggers
from studio.cli.revisions import environment_option
from studio.cli.run import parse_param
from studio.cli.screen import as_json, print_json
from studio.cli.times import read_seconds
from studio.exceptions import UserError

if TYPE_CHECKING:
    from studio.trigger import CronTrigger, Cursor, WebhookTrigger

SCHEDULE_OPTIONS = {
    "cron", "every", "timezone", "starts", "ends", "missed", "missed_cap", "overlap", "parallel", "deadline",
}  # fmt: skip
WEBHOOK_OPTIONS = {"auth", "mapping", "respond_seconds", "rate", "queue", "max_bytes", "delivery_header"}


@click.command("add")
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
@click.option("--time-limit", metavar="TIME", help="A run that takes longer is ended, and has failed: 2h.")
@click.option("--webhook", is_flag=False, flag_value="", metavar="[PATH]", help="Run when /hooks/PATH is called.")
@click.option(
    "--auth", multiple=True, metavar="METHOD",
    help="Who may call: api-key:NAME, basic:NAME, standard:NAME[,NAME] or github:NAME[,NAME] with the names of "
    "credentials, or open for anybody. Give it again for alternatives.",
)  # fmt: skip
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="N=POINTER",
    help="Give the input N what arrives there: month=/body/item.",
)
@click.option(
    "--respond", "respond_seconds", type=click.FloatRange(0, 60), metavar="SECONDS",
    help="Let callers wait so long for the flow's Respond node.",
)  # fmt: skip
@click.option("--rate", type=click.IntRange(1), metavar="N", help="At most N deliveries a minute (600).")
@click.option("--queue", type=click.IntRange(1), metavar="N", help="At most N runs that have not ended (1000).")
@click.option("--max-bytes", metavar="SIZE", help="The largest body: 10MB.")
@click.option("--delivery-header", metavar="NAME", help="Where the sender's id of a delivery is (Idempotency-Key).")
@environment_option
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    /,
    flow: str,
    name: str | None,
    params: tuple[str, ...],
    cursor: str | None,
    time_limit: str | None,
    webhook: str | None,
    environment: str,
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run a published flow's active revision by a schedule, or when somebody calls its webhook."""
    _refuse_foreign(ctx, SCHEDULE_OPTIONS if webhook is not None else WEBHOOK_OPTIONS)
    inputs = dict(parse_param(text) for text in params)
    given: dict[str, Any] = {"inputs": inputs, "cursor": read_cursor(cursor) if cursor else None}
    given["time_limit"] = read_seconds("--time-limit", time_limit) if time_limit else None
    kind = WEBHOOK_OPTIONS if webhook is not None else SCHEDULE_OPTIONS
    given |= {name: value for name, value in options.items() if name in kind}
    settings = schedules.read_settings(**given) if webhook is None else webhooks.read_settings(path=webhook, **given)
    add(flow, name, environment, settings, dry_run=dry_run, as_json=as_json)


def _refuse_foreign(ctx: click.Context, names: set[str]) -> None:
    """Options of another kind of trigger would do nothing, and silently."""
    for one in ctx.command.params:
        source = ctx.get_parameter_source(one.name or "")
        if one.name in names and source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{one.opts[0]} is for triggers of another kind.")


def add(
    flow: str,
    name: str | None,
    environment: str,
    settings: CronTrigger | WebhookTrigger,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    with triggers() as place:
        known = place.flows.known(flow)
        if dry_run:
            place.check(known["flow_id"], settings, environment)
            webhook = settings.kind == "webhook"
            click.echo("The flow takes such a webhook." if webhook else schedules.describe(settings.model_dump()))
            return
        made = place.add(known["flow_id"], name or known["name"], settings, environment)
        if as_json:
            print_json(made)
            return
        click.echo(f"The trigger {made['name']} is on ({made['trigger_id']}).")
        click.echo(webhooks.describe(made) if made["kind"] == "webhook" else schedules.describe(made["settings"]))
        place.warn(made["kind"])


def read_cursor(text: str) -> Cursor:
    """`since=load.json`."""
    from pydantic import ValidationError

    from studio.trigger import Cursor

    name, _, of = text.partition("=")
    try:
        return Cursor(input=name.strip(), of=of.strip())
    except ValidationError as error:
        raise UserError(f"--cursor {text!r} is no input and output.", cure="Write it like since=load.json.") from error
