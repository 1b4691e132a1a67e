"""What becomes of due times: which run, which are skipped, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler import cron
from studio.trigger import CronTrigger

LATE = timedelta(seconds=60)
"""A due time that is later than that was missed, for nobody looked."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a due time: it runs, or is skipped for a reason."""

    fire: datetime
    skipped: str | None = None
    replaces: bool = False
    """The runs of the trigger that go on are to be cancelled for it."""


def missed_that_run(trigger: CronTrigger, after: datetime, now: datetime) -> set[datetime]:
    """Of all times later than `after` that have been missed by now: those that run all the same."""
    schedule = trigger.schedule
    if trigger.missed == "all":
        return set(cron.latest_due(schedule, after, now - LATE, trigger.missed_cap))
    if trigger.missed == "skip" or cron.latest_due(schedule, max(after, now - LATE), now, 1):
        return set()
    return set(cron.latest_due(schedule, after, now - LATE, 1))


def decide(
    trigger: CronTrigger, due: Sequence[datetime], now: datetime, *, missed: Collection[datetime], unfinished: int
) -> list[Verdict]:
    """What becomes of the times that are due by `now`, ascending.

    `missed`: those that run although they were missed. `unfinished`: how many runs of the trigger have not ended.
    """
    skipped = {fire: reason for fire in due if (reason := _too_late(trigger, fire, now, missed))}
    skipped |= _overlapping(trigger, [fire for fire in due if fire not in skipped], unfinished)
    replaces = trigger.overlap == "cancel" and unfinished > 0
    return [Verdict(fire, skipped.get(fire), replaces and fire not in skipped) for fire in due]


def _too_late(trigger: CronTrigger, fire: datetime, now: datetime, missed: Collection[datetime]) -> str | None:
    late = now - fire
    if trigger.deadline is not None and late > timedelta(seconds=trigger.deadline):
        return f"It was {_seconds(late)} late, and the deadline is {trigger.deadline:g} s."
    if late <= LATE or fire in missed:
        return None
    why = {"all": f"and only the latest {trigger.missed_cap} that were run", "latest": "and a later one runs"}
    return f"It was missed: {_seconds(late)} late{', ' + why[trigger.missed] if trigger.missed in why else ''}."


def _overlapping(trigger: CronTrigger, running: Sequence[datetime], unfinished: int) -> dict[datetime, str]:
    if trigger.overlap == "queue":
        return {}
    if trigger.overlap == "cancel":
        return dict.fromkeys(running[:-1], "A later one took its place.")
    most = trigger.parallel if trigger.overlap == "allow" else 1
    beyond = running[max(0, most - unfinished) :]
    return dict.fromkeys(beyond, "An earlier run had not ended." if most == 1 else f"{most} runs had not ended.")


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} s"
