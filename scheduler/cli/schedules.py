"""Schedules as people write and read them, and what became of their times."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import local_text, print_table, utc_text
from studio.cli.times import read_seconds
from studio.exceptions import UserError

if TYPE_CHECKING:
    from studio.store.triggers import Tick, Trigger
    from studio.trigger import CronTrigger, Cursor

SHOWN_TIMES = 5


def read_settings(
    *,
    cron: str,
    every: str | None,
    timezone: str,
    starts: str | None,
    ends: str | None,
    inputs: dict[str, Any],
    cursor: Cursor | None,
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
        inputs=inputs,
        cursor=cursor,
        deadline=read_seconds("--deadline", deadline) if deadline else None,
        **given,
    )


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


def print_ticks(ticks: list[Tick]) -> None:
    if not ticks:
        click.echo("No time has been due yet.")
        return
    rows = [[local_text(one.fire), one.run_id or "", one.skipped or ""] for one in ticks]
    print_table(["Due", "Run", "Skipped, because"], rows)


def tick_json(tick: Tick) -> dict[str, Any]:
    return {
        "due": utc_text(tick.fire),
        "recorded": utc_text(tick.recorded),
        "run_id": tick.run_id,
        "skipped": tick.skipped,
    }
