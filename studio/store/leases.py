"""Leases: which dispatcher drives a run, and for how long. Only the holder of a lease may change a run."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Update, and_, bindparam, func, literal, or_, select, text, update

from studio.run import RunState
from studio.store import causes, news, tables
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.runs import OVERDUE, Run, note_state

_CLAIM_LOCK = 7_013_552_020
"""PostgreSQL's advisory lock under which runs are chosen, so that two choosers do not both fill the last place."""


@dataclass(frozen=True)
class Places:
    """How many runs are driven at once, by all dispatchers together: `in_all`, and of each flow."""

    in_all: int
    per_flow: int


UNLIMITED = Places(1_000_000, 1_000_000)

_r = tables.run.c
_DRIVEN = _r.state.in_([RunState.RUNNING, RunState.WAITING])
_ABANDONED = and_(_DRIVEN, or_(_r.lease_until.is_(None), _r.lease_until < clock()))
_OWNED = and_(_r.owner == bindparam("owner_"), _DRIVEN)
_LEASE_END = clock() + bindparam("lease")


def _unhindered() -> Any:
    """No other run with the same `exclusive` is driven, or queued before it."""
    other = tables.run.alias("other")
    same = select(literal(1)).where(other.c.exclusive == _r.exclusive)
    before = or_(other.c.created < _r.created, and_(other.c.created == _r.created, other.c.id < _r.id))
    driven = same.where(other.c.state.in_([RunState.RUNNING, RunState.WAITING]))
    earlier = same.where(other.c.state == RunState.QUEUED, before)
    hindered = or_(*(query.correlate(tables.run).exists() for query in (driven, earlier)))
    return or_(_r.exclusive.is_(None), ~hindered)


# Which queued runs are next. For each flow that has some, what its best could be; then only those of the best flows are
# looked at, for there may be very many.
_HEADS = (
    select(_r.flow_id, func.max(_r.priority).label("priority"), func.min(_r.created).label("created"))
    .where(tables.QUEUED)
    .group_by(_r.flow_id)
)
_DRIVEN_NOW = select(_r.flow_id, func.count().label("runs")).where(tables.DRIVEN).group_by(_r.flow_id)
_CANDIDATES = (
    select(_r.id, _r.priority, _r.created)
    .where(tables.QUEUED, _r.flow_id == bindparam("flow_id"), _unhindered())
    .order_by(_r.priority.desc(), _r.created, _r.id)
    .limit(bindparam("limit"))
)


def _abandoned_ids() -> Select[Any]:
    return (
        select(_r.id)
        .where(_ABANDONED)
        .order_by(_r.priority.desc(), _r.created, _r.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


def _claim(condition: Any) -> Update:
    return (
        update(tables.run)
        .where(condition)
        .values(
            state=RunState.RUNNING,
            owner=bindparam("owner_"),
            epoch=_r.epoch + 1,
            lease_until=_LEASE_END,
            started=func.coalesce(_r.started, clock()),
        )
        .returning(tables.run)
    )


# The rows are locked in a CTE, for a subquery may be evaluated twice.
_CLAIM_ABANDONED = _claim(_r.id.in_(select(_abandoned_ids().cte("due").c.id)))
_CLAIM_QUEUED = _claim(and_(_r.id.in_(bindparam("run_ids", expanding=True)), _r.state == RunState.QUEUED))
_CLAIM_ONE = _claim(
    and_(
        _r.id == bindparam("run_id"),
        or_(_ABANDONED, and_(_r.state == RunState.QUEUED, _unhindered())),
    )
)
_WAITING = select(literal(1)).where(or_(_r.state == RunState.QUEUED, _ABANDONED)).limit(1)
_RENEW = (
    update(tables.run)
    .where(_OWNED, _r.id.in_(bindparam("run_ids", expanding=True)))
    .values(lease_until=_LEASE_END)
    .returning(_r.id)
)
_RELEASE = (
    update(tables.run)
    .where(_OWNED, _r.id == bindparam("run_id"), _r.epoch == bindparam("epoch_"))
    .values(owner=None, lease_until=None)
)
_DRIVEN_BY = select(_r.id).where(_OWNED).order_by(_r.created, _r.id)
_OVERDUE = select(_r.id).where(_OWNED, OVERDUE)
_CANCEL_REQUESTS = select(_r.id).where(_OWNED, _r.cancel_requested)


class Leases:
    """The leases of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, owner: str, lease_seconds: float, limit: int = 1, places: Places = UNLIMITED) -> list[Run]:
        """Take at most `limit` runs: first those whose owner let the lease run out, then queued ones.

        Queued ones come by priority, the flows in turn, then by age, as far as there are places. Each run gets a new
        epoch, so that a former owner's commits fail. No two claimers get the same run.
        """
        if limit < 1 or not self._anything():
            return []
        values = {"owner_": owner, "lease": _microseconds(lease_seconds)}
        with self._database.write() as connection:
            claimed = [Run(*row) for row in connection.execute(_CLAIM_ABANDONED, values | {"limit": limit})]
            if len(claimed) < limit:
                ids = _chosen(connection, limit - len(claimed), places)
                begun = [Run(*row) for row in connection.execute(_CLAIM_QUEUED, values | {"run_ids": ids})]
                _note_begun(connection, begun)
                claimed += begun
        return sorted(claimed, key=lambda run: (-run.priority, run.created, run.id))

    def claim_one(self, owner: str, lease_seconds: float, run_id: str) -> Run | None:
        """Take that run, if it is queued or its owner let the lease run out."""
        values = {"owner_": owner, "lease": _microseconds(lease_seconds), "run_id": run_id}
        with self._database.write() as connection:
            claimed = [Run(*row) for row in connection.execute(_CLAIM_ONE, values)]
            _note_begun(connection, [run for run in claimed if run.epoch == 1])
        return claimed[0] if claimed else None

    def renew(self, owner: str, lease_seconds: float, run_ids: Collection[str]) -> set[str]:
        """Lengthen the leases to `lease_seconds` from now; the ids of those runs that are still the owner's."""
        if not run_ids:
            return set()
        values = {"owner_": owner, "lease": _microseconds(lease_seconds), "run_ids": list(run_ids)}
        with self._database.write() as connection:
            return set(connection.execute(_RENEW, values).scalars())

    def release(self, run_id: str, owner: str, epoch: int) -> bool:
        """Let go of a run, so that anybody may claim it at once; False if it was the owner's no more."""
        values = {"run_id": run_id, "owner_": owner, "epoch_": epoch}
        with self._database.write() as connection:
            released = connection.execute(_RELEASE, values).rowcount == 1
            if released:
                news.note(connection, "runs")
            return released

    def cancel_requests(self, owner: str) -> set[str]:
        """Which of the owner's runs somebody wants cancelled."""
        with self._database.read() as connection:
            return set(connection.execute(_CANCEL_REQUESTS, {"owner_": owner}).scalars())

    def driven_by(self, owner: str) -> list[str]:
        """The runs that the owner drives, the oldest first."""
        with self._database.read() as connection:
            return list(connection.execute(_DRIVEN_BY, {"owner_": owner}).scalars())

    def overdue(self, owner: str) -> set[str]:
        """Which of the owner's runs have taken longer than they may."""
        with self._database.read() as connection:
            return set(connection.execute(_OVERDUE, {"owner_": owner}).scalars())

    def _anything(self) -> bool:
        """Asked five times a second: a read is cheap, and keeps nobody waiting."""
        with self._database.read() as connection:
            return connection.execute(_WAITING).first() is not None


def _note_begun(connection: Connection, begun: Sequence[Run]) -> None:
    note_state(connection, [run.id for run in begun], RunState.RUNNING)
    causes.note_begun(connection, begun)


def _chosen(connection: Connection, limit: int, places: Places) -> list[str]:
    """Queued runs for the free places: by priority, then so that each flow gets one in turn, then by age."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyhow
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CLAIM_LOCK})
    driven: dict[str, int] = {row.flow_id: row.runs for row in connection.execute(_DRIVEN_NOW)}
    free = min(limit, places.in_all - sum(driven.values()))
    heads = connection.execute(_HEADS).all() if free > 0 else []
    turns = [
        (-head.priority, driven.get(head.flow_id, 0), head.created, head.flow_id)
        for head in heads
        if driven.get(head.flow_id, 0) < places.per_flow
    ]
    heapq.heapify(turns)
    waiting: dict[str, list[Any]] = {}
    chosen: list[str] = []
    while turns and len(chosen) < free:
        *_, flow_id = heapq.heappop(turns)
        if flow_id in waiting:
            chosen.append(waiting[flow_id].pop().id)
            driven[flow_id] = driven.get(flow_id, 0) + 1
        else:
            values = {"flow_id": flow_id, "limit": free}
            waiting[flow_id] = list(connection.execute(_CANDIDATES, values))[::-1]
        if waiting[flow_id] and driven.get(flow_id, 0) < places.per_flow:
            best = waiting[flow_id][-1]
            heapq.heappush(turns, (-best.priority, driven.get(flow_id, 0), best.created, flow_id))
    return chosen


def _microseconds(seconds: float) -> int:
    return int(seconds * 1_000_000)
