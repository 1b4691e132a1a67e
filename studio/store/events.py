"""What arrived from outside (events), and what happened inside a run (run events)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from studio.exceptions import NotFound
from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database


@dataclass(frozen=True)
class Event:
    """What arrived and made a run: a person's wish, a cron tick, a webhook. `received` in microseconds."""

    id: str
    project: str
    kind: str
    payload: Any
    received: int


@dataclass(frozen=True)
class NewRunEvent:
    """Something that happened in a run, or to one of its steps."""

    kind: str
    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunEvent:
    """Something that happened in a run. `seq` counts from 1 within the run, without gaps; `time` in microseconds."""

    run_id: str
    seq: int
    time: int
    kind: str
    step: str
    data: dict[str, Any]


_EVENT = select(tables.event).where(tables.event.c.id == bindparam("id"))
_OF_RUN = (
    select(tables.run_event)
    .where(tables.run_event.c.run_id == bindparam("run_id"), tables.run_event.c.seq > bindparam("after"))
    .order_by(tables.run_event.c.seq)
    .limit(bindparam("limit"))
)
_LAST_SEQ = select(func.coalesce(func.max(tables.run_event.c.seq), 0)).where(
    tables.run_event.c.run_id == bindparam("run_id")
)
_APPEND = insert(tables.run_event).values(
    run_id=bindparam("run_id"),
    seq=bindparam("seq"),
    time=clock(),
    kind=bindparam("kind"),
    step=bindparam("step"),
    data=bindparam("data"),
)


def last_seq(connection: Connection, run_id: str) -> int:
    """The number of a run's last event, 0 if it has none. Hold the run's row while you build on it."""
    return int(connection.execute(_LAST_SEQ, {"run_id": run_id}).scalar_one())


def append(connection: Connection, run_id: str, after: int, events: Sequence[NewRunEvent]) -> None:
    """Number the events from `after` + 1 and keep them."""
    rows = [
        {"run_id": run_id, "seq": seq, "kind": event.kind, "step": event.step, "data": event.data}
        for seq, event in enumerate(events, start=after + 1)
    ]
    if rows:
        connection.execute(_APPEND, rows)


class Events:
    """The events of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, run_id: str, after: int = 0, limit: int = 1000) -> list[RunEvent]:
        """A run's events beyond number `after`, in order, at most `limit`."""
        values = {"run_id": run_id, "after": after, "limit": limit}
        with self._database.read() as connection:
            return [RunEvent(*row) for row in connection.execute(_OF_RUN, values)]

    def get(self, event_id: str) -> Event:
        """What arrived, by its id; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_EVENT, {"id": event_id}).one_or_none()
        if row is None:
            raise NotFound(f"There is no event {event_id}.", cure="See `millrace runs list`.")
        return Event(*row)
