"""Schedules as people write and read them, and what became of their times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import local_text, print_table
from studio.cli.times import read_seconds
from studio.exceptions import UserError

if TYPE_CHECKING:
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


def describe(settings: dict[str, Any]) -> str:
    """The schedule of a trigger's settings in words, and when it fires next, in its own zone."""
    from zoneinfo import ZoneInfo

    from scheduler import cron
    from studio.trigger import CronTrigger

    schedule = CronTrigger.model_validate(settings).schedule
    times = cron.next_fires(schedule, datetime.now(UTC), SHOWN_TIMES)
    zone = ZoneInfo(schedule.timezone)
    lines = [time.astimezone(zone).strftime("  %a %Y-%m-%d %H:%M:%S %Z") for time in times]
    return "\n".join([f"{cron.in_words(schedule)}; next:", *lines])


def print_ticks(ticks: list[dict[str, Any]]) -> None:
    if not ticks:
        click.echo("No time has been due yet.")
        return
    rows = [[local_text(one["due"]), one["run_id"] or "", one["skipped"] or ""] for one in ticks]
    print_table(["Due", "Run", "Skipped, because"], rows)
