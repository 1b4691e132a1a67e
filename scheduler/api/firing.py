"""Triggers at work: when they fire, pausing and firing them by hand, and what became of due times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from scheduler import cron
from scheduler.api.answers import MOST_TIME, Asked, Id, Limit, Shown, at
from scheduler.api.caller import EDIT, READ, RUN, Caller
from scheduler.api.once import Key, once
from scheduler.api.runs import RunShown, run_shown
from scheduler.api.triggers import TriggerShown, shown
from scheduler.cron_triggers import CronTriggers
from scheduler.ticker import moment
from scheduler.trigger_changes import TriggerChanges
from studio.app import App
from studio.store.triggers import Tick, Trigger
from studio.trigger import Schedule


class TickShown(Shown):
    """What became of a due time: a run, or the reason why there is none."""

    due: datetime
    recorded: datetime
    run_id: str | None
    skipped: str | None

    @classmethod
    def of(cls, one: Tick) -> TickShown:
        return cls(due=at(one.fire), recorded=at(one.recorded), run_id=one.run_id, skipped=one.skipped)


class TickPage(Shown):
    """Due times, the latest first."""

    items: list[TickShown]
    next: Annotated[int | None, Field(description="Give it as `before` to get the next page.")]


class Pause(Asked):
    """Why it is paused."""

    why: Annotated[str, Field(max_length=1000)] = ""


class Preview(Asked):
    """A schedule that somebody thinks of."""

    schedule: Schedule
    count: Annotated[int, Field(ge=1, le=100)] = 5


class Previewed(Shown):
    """When it would fire."""

    words: str
    next: list[datetime]


def changes_of(app: App, trigger: Trigger, author: str) -> TriggerChanges:
    """What `author` may do to the trigger."""
    return (CronTriggers if trigger.kind == "cron" else TriggerChanges)(app.store, author)


def firing_router(app: App, made: Callable[[], None]) -> APIRouter:
    """`made` is called when there is a run that waits for a dispatcher."""
    router = APIRouter(prefix="/triggers", tags=["triggers"])

    @router.post("/preview", dependencies=[Depends(READ)])
    def preview_schedule(body: Preview) -> Previewed:
        """A schedule in words, and when it would fire."""
        cron.check(body.schedule)
        times = cron.next_fires(body.schedule, moment(app.store.now()), body.count)
        return Previewed(words=cron.in_words(body.schedule), next=times)

    @router.post("/{trigger_id}/pause")
    def pause_trigger(
        trigger_id: Id, body: Pause, caller: Annotated[Caller, Depends(EDIT)], response: Response
    ) -> TriggerShown:
        """No time is due any more, and nobody's call is taken, until it is resumed."""
        one = app.store.triggers.get(trigger_id)
        return shown(app, changes_of(app, one, caller.name).pause(one, body.why), response)

    @router.post("/{trigger_id}/resume")
    def resume_trigger(trigger_id: Id, caller: Annotated[Caller, Depends(EDIT)], response: Response) -> TriggerShown:
        """Fire again from now on, or take calls again."""
        one = app.store.triggers.get(trigger_id)
        return shown(app, changes_of(app, one, caller.name).resume(one), response)

    @router.post("/{trigger_id}/fire", status_code=201)
    def fire_trigger(trigger_id: Id, caller: Annotated[Caller, Depends(RUN)], key: Key = None) -> RunShown:
        """Queue a run now, whatever the schedule says. A webhook fires when it is called, or by a replay."""
        start = once(caller, key, trigger_id, "fire")
        run = start.earlier(app)
        if run is None:
            one = app.store.triggers.get(trigger_id)
            run = CronTriggers(app.store, caller.name).fire(one, dedup=start.dedup, request=start.asked["request"])
            made()
        return run_shown(app, run)

    @router.get("/{trigger_id}/ticks", dependencies=[Depends(READ)])
    def list_ticks(
        trigger_id: Id, limit: Limit = 50, before: Annotated[int | None, Query(ge=0, le=MOST_TIME)] = None
    ) -> TickPage:
        """What became of a trigger's due times, the latest first."""
        found = app.store.triggers.ticks(app.store.triggers.get(trigger_id).id, limit + 1, before)
        more = found[limit - 1].fire if len(found) > limit else None
        return TickPage(items=[TickShown.of(one) for one in found[:limit]], next=more)

    return router
