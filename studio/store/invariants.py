"""What must be true of every store, as queries that find what breaks it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, or_, select

from studio.run import AttemptState, RunState, StepState
from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database

LATE = 60 * 1_000_000
"""Microseconds: what should have happened so long ago and has not, does not happen by itself."""
SHOWN = 5

_r = tables.run.c
_s = tables.step.c
_a = tables.attempt.c
_t = tables.trigger.c
_k = tables.tick.c
_d = tables.delivery.c
_ENDED = [state for state in RunState if state.ended]


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold: what is wrong, and of which rows (the first few)."""

    name: str
    message: str
    ids: list[str]
    count: int


def _late_leases() -> Select[tuple[str]]:
    driven = _r.state.in_([RunState.RUNNING, RunState.WAITING])
    return select(_r.id).where(driven, or_(_r.lease_until.is_(None), _r.lease_until < clock() - LATE))


def _unended_parts() -> Select[tuple[str]]:
    going = [state for state in StepState if not state.ended]
    open_step = exists().where(_s.run_id == _r.id, _s.state.in_(going))
    trying = [AttemptState.SUBMITTED, AttemptState.RUNNING]
    open_attempt = exists().where(_a.run_id == _r.id, _a.state.in_(trying))
    return select(_r.id).where(_r.state.in_(_ENDED), or_(_r.ended.is_(None), open_step, open_attempt))


def _results_twice() -> Select[tuple[str]]:
    good = _a.state == AttemptState.SUCCEEDED
    return (
        select((_a.run_id + "/" + _a.step).label("id"))
        .where(good)
        .group_by(_a.run_id, _a.step)
        .having(func.count() > 1)
    )


def _results_of_nothing() -> Select[tuple[str]]:
    good = exists().where(_a.run_id == _s.run_id, _a.step == _s.path, _a.state == AttemptState.SUCCEEDED)
    return select((_s.run_id + "/" + _s.path).label("id")).where(_s.state == StepState.SUCCEEDED, ~good)


def _ticks_that_wait() -> Select[tuple[str]]:
    return select(_t.id).where(_t.paused.is_(None), _t.next_fire < clock() - LATE)


def _runs_without_a_tick() -> Select[tuple[str]]:
    has_trigger = exists().where(_t.id == _r.trigger_id)
    has_tick = exists().where(_k.trigger_id == _r.trigger_id, _k.run_id == _r.id)
    return select(_r.id).where(_r.dedup.startswith("cron:"), has_trigger, ~has_tick)


def _ticks_run_twice() -> Select[tuple[str]]:
    return select(_k.run_id.label("id")).where(_k.run_id.is_not(None)).group_by(_k.run_id).having(func.count() > 1)


def _deliveries_without_a_run() -> Select[tuple[str]]:
    has_run = exists().where(_r.id == _d.run_id, _r.event_id == _d.event_id)
    return select(_d.id).where(_d.outcome == "accepted", ~has_run)


INVARIANTS = {
    "leases": ("runs go on without anybody who drives them; does a service run?", _late_leases()),
    "ends": ("runs have ended, but not all of their steps", _unended_parts()),
    "results": ("steps have more than one committed result", _results_twice()),
    "sources": ("steps have a result that no attempt made", _results_of_nothing()),
    "due": ("triggers have been due for more than a minute; does a service run?", _ticks_that_wait()),
    "ticks": ("runs of triggers belong to no due time", _runs_without_a_tick()),
    "dates": ("runs belong to more than one due time", _ticks_run_twice()),
    "deliveries": ("accepted deliveries of webhooks have no run", _deliveries_without_a_run()),
}
"""Name -> what is wrong when its query finds something."""


class Invariants:
    """The invariants of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def breaches(self) -> list[Breach]:
        """What does not hold; empty in a sound store."""
        found = []
        with self._database.read() as connection:
            for name, (message, query) in INVARIANTS.items():
                ids = [str(row[0]) for row in connection.execute(query.limit(1000))]
                if ids:
                    found.append(Breach(name, message, ids[:SHOWN], len(ids)))
        return found
