"""What arrived from outside (events), and what happened inside a run (run events)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from studio.exceptions import NotFound
from studio.store import tables
from studio.store.columns import Id, clock, position
from studio.store.database import Database

LOG_EVENTS = 1000
"""Log lines are kept among so many last events of a run: the whole log is an artifact, the store has its end."""
LOG_CHARACTERS = 16_000
"""Of one log event; what is too long loses its beginning."""
_LOOK_EVERY = 100
"""Events after which old lines are looked for."""


@dataclass(frozen=True)
class Event:
    """What arrived and made a run: a person's wish, a cron tick, a webhook. `received` in microseconds."""

    id: str
    project: str
    kind: str
    payload: Any
    received: int
    body: bytes | None = field(repr=False)
    """That of a webhook, as it came; None once it is kept no longer."""


@dataclass(frozen=True)
class NewEvent:
    """Something that arrived. `body` may hold what nobody else shall see."""

    kind: str
    payload: Any
    body: bytes | None = field(default=None, repr=False)
    project: str = "default"


@dataclass(frozen=True)
class NewRunEvent:
    """Something that happened in a run, or to one of its steps."""

    kind: str
    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunEvent:
    """Something that happened in a run. `seq` counts from 1 within the run, `time` in microseconds.

    Numbers are missing where old log lines were forgotten.
    """

    run_id: str
    seq: int
    time: int
    kind: str
    step: str
    data: dict[str, Any]
    position: int = 0
    """Among the events of all runs, see `studio.store.feed`."""


_ADD = insert(tables.event).values(received=clock())
_EVENT = select(tables.event).where(tables.event.c.id == bindparam("id"))
_WISHES = select(tables.event.c.id, tables.event.c.payload).where(
    tables.event.c.id.in_(bindparam("ids", expanding=True)), tables.event.c.kind == "person"
)
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
    position=position(bindparam("run_id", type_=Id)),
)
_APPEND_NEXT = _APPEND.values(seq=_LAST_SEQ.scalar_subquery() + 1)

_FORGET_LOG = delete(tables.run_event).where(
    tables.run_event.c.run_id == bindparam("run_id_"),
    tables.run_event.c.seq <= bindparam("until"),
    tables.run_event.c.kind == "log",
)


def add(connection: Connection, events: Mapping[str, NewEvent]) -> None:
    """Keep what has arrived, by the id that it is to have."""
    if events:
        connection.execute(_ADD, [{"id": id, **vars(event)} for id, event in events.items()])


def last_seq(connection: Connection, run_id: str) -> int:
    """The number of a run's last event, 0 if it has none. Hold the run's row while you build on it."""
    return int(connection.execute(_LAST_SEQ, {"run_id": run_id}).scalar_one())


def append(connection: Connection, run_id: str, after: int, events: Sequence[NewRunEvent]) -> None:
    """Number the events from `after` + 1 and keep them. Of the run's log, the last lines are kept."""
    rows = [
        {"run_id": run_id, "seq": seq, "kind": event.kind, "step": event.step, "data": _bounded(event)}
        for seq, event in enumerate(events, start=after + 1)
    ]
    if rows:
        connection.execute(_APPEND, rows)
    last = after + len(rows)
    if last > LOG_EVENTS and last // _LOOK_EVERY > after // _LOOK_EVERY:
        connection.execute(_FORGET_LOG, {"run_id_": run_id, "until": last - LOG_EVENTS})


def append_to_all(connection: Connection, run_ids: Collection[str], event: NewRunEvent) -> None:
    """The same event, as the next one of each of the runs. Hold their rows."""
    if run_ids:
        connection.execute(_APPEND_NEXT, [{"run_id": run_id, **vars(event)} for run_id in run_ids])


def _bounded(event: NewRunEvent) -> dict[str, Any]:
    text = event.data.get("text")
    if event.kind != "log" or not isinstance(text, str) or len(text) <= LOG_CHARACTERS:
        return event.data
    return event.data | {"text": "..." + text[-LOG_CHARACTERS:]}


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

    def authors(self, event_ids: Sequence[str]) -> dict[str, str]:
        """Of those events that are people's wishes, who had them, where that is known."""
        with self._database.read() as connection:
            wishes = connection.execute(_WISHES, {"ids": list(event_ids)}).all()
        return {id: payload["author"] for id, payload in wishes if isinstance(payload, dict) and payload.get("author")}
