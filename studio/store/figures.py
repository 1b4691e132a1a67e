"""Figures of a store for those who watch it: cheap to ask, however long its history is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, or_, select

from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database

_r = tables.run.c
_t = tables.trigger.c
_k = tables.tick.c
_a = tables.alert.c
_o = tables.outbox.c
_UNFINISHED = select(_r.state, func.count()).where(tables.UNFINISHED).group_by(_r.state)
_OLDEST = select(clock() - func.min(_r.created)).where(tables.QUEUED)
_LATEST = select(clock() - func.min(_t.next_fire)).where(_t.paused.is_(None), _t.next_fire < clock())
_NOTICES = exists().where(tables.PENDING, _o.alert_id == _a.id, _a.paused.is_(None))
_TRIGGERS = exists().where(_t.paused.is_(None), or_(_t.next_fire.is_not(None), _t.path.is_not(None)))
_AWAITED = select(or_(exists().select_from(tables.run).where(tables.UNFINISHED), _TRIGGERS, _NOTICES))
_DELAYS = select(_r.started - _r.created).where(_r.id.in_(bindparam("ids", expanding=True)), _r.started.is_not(None))
_TICKS = (
    select(_k.recorded, _k.fire).where(_k.recorded > bindparam("after")).order_by(_k.recorded).limit(bindparam("limit"))
)


@dataclass(frozen=True)
class Present:
    """How things stand now. Times in seconds."""

    runs: dict[str, int]
    """State -> how many runs have not ended."""
    oldest_queued: float
    """How long the run has waited that waits longest; 0 if none does."""
    late: float
    """How late the trigger is that should have fired first; 0 if none should have."""


class Figures:
    """The figures of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def present(self) -> Present:
        with self._database.read() as connection:
            runs = {str(state): int(count) for state, count in connection.execute(_UNFINISHED)}
            oldest = connection.execute(_OLDEST).scalar_one()
            late = connection.execute(_LATEST).scalar_one()
        return Present(runs, max(0, oldest or 0) / 1e6, max(0, late or 0) / 1e6)

    def anything_awaited(self) -> bool:
        """Whether there is a run that has not ended, a trigger that may fire, or a notice that is to be sent."""
        with self._database.read() as connection:
            return bool(connection.execute(_AWAITED).scalar_one())

    def queue_delays(self, run_ids: Collection[str]) -> list[float]:
        """How long runs have waited before they were begun, in seconds."""
        with self._database.read() as connection:
            return [delay / 1e6 for delay in connection.execute(_DELAYS, {"ids": list(run_ids)}).scalars()]

    def lateness(self, after: int, limit: int = 10_000) -> list[tuple[int, float]]:
        """When due times were dealt with, after a time (microseconds), and how late that was, in seconds."""
        with self._database.read() as connection:
            found = connection.execute(_TICKS, {"after": after, "limit": limit})
            return [(recorded, max(0, recorded - fire) / 1e6) for recorded, fire in found]
