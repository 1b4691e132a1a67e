"""Fires cron triggers: every due time ends as one run or one recorded skip. Any number may do so at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from scheduler import cron
from scheduler.ticks import Verdict, decide, missed_that_run
from studio.exceptions import Conflict, NotFound, StoreError, UserError
from studio.flow import Flow, parse_flow
from studio.revision_run import run_of_revision
from studio.store.flows import ActiveRevision
from studio.store.runs import NewRun
from studio.store.store import Store
from studio.store.triggers import Firing, NewTick, Trigger
from studio.trigger import CronTrigger

logger = logging.getLogger(__name__)

BATCH = 500
"""Triggers that are fired in one transaction."""
MOST_TICKS = 1_000
"""Due times of one trigger that are dealt with in one transaction; there may be more after days without service."""
MOST_WAIT = 1.0
"""Seconds between looks, for another process may have added a trigger."""
SET_BACK = 60 * 1_000_000
"""Microseconds: a database's clock that goes back by more was wrong before."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Ticker:
    """Fires what is due in a store. `fired` is called whenever runs were made."""

    def __init__(self, store: Store, fired: Callable[[], None] = lambda: None) -> None:
        self.store = store
        self._fired = fired
        self._latest: int | None = None
        self._wake = threading.Event()
        self.looked = time.monotonic()
        """When it last looked for what is due (monotonic)."""

    def serve(self, stopping: threading.Event) -> None:
        """Look until `stopping` is set. Trouble of the store that passes does not end it."""
        while not stopping.is_set():
            self._wake.wait(self.look())
            self._wake.clear()

    def nudge(self) -> None:
        """From any thread: another process has changed triggers, or it is to stop."""
        self._wake.set()

    def look(self) -> float:
        """Fire what is due; the seconds until it is time to look again."""
        self.looked = time.monotonic()
        try:
            self.tick()
            now, next_fire = self.store.triggers.outlook()
        except StoreError as error:
            if not error.retryable:
                raise
            logger.warning("trying again: %s", error)
            return MOST_WAIT
        return MOST_WAIT if next_fire is None else min(MOST_WAIT, max(0.0, (next_fire - now) / 1e6))

    def tick(self) -> None:
        """Fire all that is due by now."""
        now, next_fire = self.store.triggers.outlook()
        if self._was_set_back(now):
            self._make_due_sooner(now)
        elif next_fire is None or next_fire > now:
            return
        while due := self.store.triggers.due(BATCH):
            if not self._fire(due):
                return  # another one has them

    def _fire(self, due: Sequence[Trigger]) -> bool:
        """Whether any of them was ours to fire."""
        now = moment(self.store.now())
        active = self.store.flows.active_of({trigger.flow_id for trigger in due})
        plans = {trigger.id: plan for trigger in due if (plan := self._plan(trigger, now, active))}
        with self.store.triggers.firing([trigger for trigger in due if trigger.id in plans]) as firing:
            made = [plans[trigger.id].carry_out(firing, trigger) for trigger in firing.triggers]
        if any(made):
            logger.info("fired", extra={"triggers": len(made), "runs": sum(made)})
            self._fired()
        return bool(made)

    def _plan(self, trigger: Trigger, now: datetime, active: Mapping[tuple[str, str], ActiveRevision]) -> Plan | None:
        """None if the trigger cannot be read: it stands still then, and does not keep the others from firing."""
        try:
            return Plan(cron_of(trigger), trigger, now, active.get((trigger.flow_id, trigger.environment)))
        except (UserError, ValueError) as error:
            logger.error("the trigger stands still", extra={"trigger": trigger.id, "why": str(error)})
            self._stop(trigger, f"It cannot be read: {' '.join(str(error).split())}")
            return None

    def _stop(self, trigger: Trigger, why: str) -> None:
        try:
            self.store.triggers.change(trigger, paused=why)
        except (Conflict, NotFound):
            logger.info("the trigger was mended meanwhile", extra={"trigger": trigger.id})

    def _was_set_back(self, now: int) -> bool:
        """Whether the clock is where it was long before: then it was wrong."""
        latest = self.store.triggers.last_recorded() if self._latest is None else self._latest
        self._latest = now
        if latest is None or now > latest - SET_BACK:
            return False
        logger.warning("the database's clock was set back", extra={"seconds": (latest - now) / 1e6})
        return True

    def _make_due_sooner(self, now: int) -> None:
        """What a wrong clock made due too early may become due again."""
        self.store.triggers.forget_skips_after(now)
        for trigger in self.store.triggers.of():
            if trigger.kind == "cron" and trigger.next_fire is not None and trigger.next_fire > now:
                self._fire_sooner(trigger, moment(now))

    def _fire_sooner(self, trigger: Trigger, now: datetime) -> None:
        with self.store.triggers.firing([trigger]) as firing:
            for held in firing.triggers:
                firing.fire(held, [], next_fire(cron_of(held), now))


class Plan:
    """What is to become of one trigger's due times, but for the runs that go on: those are known once it is held."""

    def __init__(self, settings: CronTrigger, trigger: Trigger, now: datetime, active: ActiveRevision | None) -> None:
        assert trigger.next_fire is not None
        before = moment(trigger.next_fire) - MICROSECOND
        self.due = cron.due(settings.schedule, before, now, MOST_TICKS)
        self.missed = missed_that_run(settings, before, now)
        self.next_fire = next_fire(settings, self.due[-1] if self.due else now)
        self._settings = settings
        self._now = now
        self._active = active

    def carry_out(self, firing: Firing, trigger: Trigger) -> int:
        """Record what becomes of each due time; the number of runs that are made."""
        going = firing.unfinished[trigger.id]
        due = [fire for fire in self.due if microseconds(fire) not in firing.ended[trigger.id]]
        verdicts = decide(self._settings, due, self._now, missed=self.missed, unfinished=len(going))
        if any(verdict.replaces for verdict in verdicts):
            for run_id in going:
                firing.cancel(run_id)
        ticks = [self._tick(trigger, verdict) for verdict in verdicts]
        firing.fire(trigger, ticks, self.next_fire)
        return sum(tick.run is not None for tick in ticks)

    def _tick(self, trigger: Trigger, verdict: Verdict) -> NewTick:
        fire = microseconds(verdict.fire)
        if verdict.skipped:
            return NewTick(fire, skipped=verdict.skipped)
        try:
            return NewTick(fire, run=self._run(trigger, verdict.fire))
        except UserError as error:
            logger.warning("the trigger cannot run", extra={"trigger": trigger.id, "why": str(error)})
            return NewTick(fire, skipped=str(error))

    def _run(self, trigger: Trigger, fire: datetime) -> NewRun:
        """The run of a due time; raises UserError that says why there can be none."""
        if self._active is None:
            raise UserError(f"No revision is active in {trigger.environment}.", cure="Publish the flow.")
        text = self._active.text
        deadline = self._settings.deadline
        return run_of_revision(
            self._active,
            _parsed(text),
            self._settings.inputs,
            cursor=self._settings.cursor,
            event_kind="cron",
            event_payload={"trigger": trigger.id, "name": trigger.name, "fired": fire.isoformat()},
            dedup=f"cron:{trigger.id}:{microseconds(fire)}",
            trigger_id=trigger.id,
            environment=trigger.environment,
            exclusive=trigger.id if self._settings.overlap in ("queue", "cancel") else None,
            due=microseconds(fire),
            time_limit=self._settings.time_limit,
            start_by=None if deadline is None else microseconds(fire + timedelta(seconds=deadline)),
        )


def cron_of(trigger: Trigger) -> CronTrigger:
    """A stored trigger's settings. Raises UserError if it is another kind of trigger."""
    if trigger.kind != "cron":
        raise UserError(f"The trigger {trigger.name} has no schedule.", cure="See `millrace triggers list`.")
    return CronTrigger.model_validate(trigger.settings)


def next_fire(settings: CronTrigger, after: datetime) -> int | None:
    """When it fires next after a time, in microseconds; None if never again."""
    found = cron.next_fires(settings.schedule, after, 1)
    return microseconds(found[0]) if found else None


def moment(microseconds: int) -> datetime:
    """The time in microseconds since 1970, as the store has it."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds(moment: datetime) -> int:
    """A time as the store has it."""
    return (moment - EPOCH) // MICROSECOND


@lru_cache(maxsize=256)
def _parsed(text: str) -> Flow:
    return parse_flow(text)
