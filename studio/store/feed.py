"""The feed: the events of all runs in one order, so that whoever follows it misses none.

A transaction that began earlier may commit later, so no number that is drawn while it goes on orders what others can
see. On PostgreSQL an event's position is its transaction's id, and only positions below the oldest transaction that
goes on (the horizon) are handed out: nothing can appear below them any more. An event is never put before an earlier
one of its run. On SQLite, where one writes at a time, a
position is above all that are there, and everything that is there may be handed out.

So a follower gets every event once, in an order in which the events of a run keep their own. It waits for the longest
transaction that writes to the server. A place that lies beyond the horizon was never handed out by this database: that
was put back from a backup, or lost its last events while its clock was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select, tuple_

from studio.exceptions import UserError
from studio.store import tables
from studio.store.columns import Id
from studio.store.database import Database
from studio.store.events import RunEvent

_e = tables.run_event.c
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9a-f-]{0,36})\.([0-9]{1,9})")


@dataclass(frozen=True, order=True)
class Place:
    """Where a follower stands: behind the event of that position, run and number."""

    position: int
    run_id: str = ""
    seq: int = 0

    def __str__(self) -> str:
        return f"{self.position}.{self.run_id}.{self.seq}"

    @classmethod
    def behind(cls, event: RunEvent) -> Place:
        return cls(event.position, event.run_id, event.seq)

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises UserError for what is no place."""
        parts = _PLACE.fullmatch(text)
        if parts is None:
            raise UserError(f"{text[:80]!r} is no place in the feed.", cure="Give the id of an event of it.")
        return cls(int(parts[1]), parts[2], int(parts[3]))


_HORIZON = {
    "postgresql": select(literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")),
    "sqlite": select(func.coalesce(func.max(_e.position), 0) + 1),
}
"""The lowest position at which something may still appear."""
_key = tuple_(_e.position, _e.run_id, _e.seq)
_AFTER = (
    select(tables.run_event)
    .where(
        _key > tuple_(bindparam("position"), bindparam("run_id", type_=Id), bindparam("seq")),
        _e.position < bindparam("horizon"),
    )
    .order_by(_e.position, _e.run_id, _e.seq)
    .limit(bindparam("limit"))
)
_OF_KINDS = _AFTER.where(_e.kind.in_(bindparam("kinds", expanding=True)))


class Feed:
    """The events of all runs of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def end(self) -> Place:
        """The place behind all that may be handed out now."""
        with self._database.read() as connection:
            return Place(_horizon(connection))

    def after(self, place: Place, limit: int = 1000, kinds: Sequence[str] = ()) -> list[RunEvent]:
        """At most `limit` events behind a place, in order; with `kinds`, those alone."""
        values: dict[str, Any] = vars(place) | {"limit": limit, "kinds": list(kinds)}
        with self._database.read() as connection:
            values["horizon"] = _horizon(connection)
            statement = _OF_KINDS if kinds else _AFTER
            return [RunEvent(*row) for row in connection.execute(statement, values)]


def _horizon(connection: Connection) -> int:
    return int(connection.execute(_HORIZON[connection.dialect.name]).scalar_one())
