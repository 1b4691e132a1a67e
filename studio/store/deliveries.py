"""Deliveries: what was sent to webhooks, and what became of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import Connection, Insert, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from studio.exceptions import Conflict, NotFound, UserError
from studio.store import events, runs, tables
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.events import NewEvent
from studio.store.identifier import uuid7
from studio.store.runs import NewRun

Outcome = Literal["accepted", "duplicate", "conflict", "refused", "invalid", "paused", "limited", "too_large", "failed"]

MOST_TOGETHER = 50
"""Deliveries that are accepted in one transaction."""
WRITERS = 4
"""Such transactions at once; on SQLite there is one."""


@dataclass(frozen=True)
class NewDelivery:
    """What was sent to a trigger, and the HTTP status that it got. `key` is the sender's id of it.

    `body_hash` is the SHA-256 of the body in hex, `size` its bytes. `unrecorded` counts others of the same outcome
    before it that were not recorded.
    """

    trigger_id: str
    outcome: Outcome
    status: int
    reason: str = ""
    key: str | None = None
    body_hash: str | None = None
    size: int | None = None
    unrecorded: int = 0
    replay_of: str | None = None


@dataclass(frozen=True)
class Delivery:
    """What was sent to a trigger, and what became of it. `received` in microseconds."""

    id: str
    trigger_id: str
    received: int
    key: str | None
    body_hash: str | None
    size: int | None
    status: int
    outcome: Outcome
    reason: str
    unrecorded: int
    run_id: str | None
    event_id: str | None
    """What arrived, if it was kept."""
    replay_of: str | None


_d = tables.delivery.c
_t = tables.trigger.c
# So that nobody deletes it meanwhile. It may be changed: whoever does so has done so after this delivery.
_TRIGGER = select(_t.version, _t.paused).where(_t.id == bindparam("id")).with_for_update(read=True, key_share=True)
_RECORD = insert(tables.delivery).values(received=clock()).returning(tables.delivery)


def _accept(dialect: Any) -> Insert:
    statement = dialect.insert(tables.delivery).values(received=clock())
    kept: Insert = statement.on_conflict_do_nothing(
        index_elements=["trigger_id", "key"], index_where=tables.ACCEPTED
    ).returning(tables.delivery)
    return kept


_ACCEPT = {"sqlite": _accept(sqlite), "postgresql": _accept(postgresql)}
_OF_KEY = select(tables.delivery).where(
    _d.trigger_id == bindparam("trigger_id"), _d.key == bindparam("key"), tables.ACCEPTED
)
_BY_ID = select(tables.delivery).where(_d.id == bindparam("id"))
_BY_PREFIX = (
    select(tables.delivery).where(_d.id >= bindparam("low"), _d.id < bindparam("high")).order_by(_d.id).limit(2)
)
_SET_STATUS = update(tables.delivery).where(_d.id == bindparam("id_")).values(status=bindparam("new"))


@dataclass(frozen=True)
class _Asked:
    """A delivery that somebody wants to be accepted."""

    new: NewDelivery
    run: NewRun
    version: int
    answer: Future[Delivery] = field(default_factory=Future)

    def tell(self, answer: Delivery | UserError) -> None:
        if isinstance(answer, UserError):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Deliveries:
    """The deliveries of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Semaphore(1 if database.is_sqlite else WRITERS)
        self._asked: deque[_Asked] = deque()

    def accept(self, new: NewDelivery, run: NewRun, version: int) -> Delivery:
        """Keep a delivery, its event and its run in one transaction, which is on the disk when this returns.

        If the trigger has accepted its `key` before, no run is made: what is recorded is a duplicate, which names the
        run that was made then, or a conflict where the body was another. Raises NotFound if the trigger is gone, and
        Conflict if it is paused or has not that version any more.
        """
        asked = _Asked(new, replace(run, id=uuid7(), event_id=uuid7()), version)
        self._asked.append(asked)
        with self._turn:  # whoever has it takes along those who wait: the disk is waited for once for all of them
            while not asked.answer.done() and (some := self._next()):
                self._accept_all(some)
        return asked.answer.result()

    def _next(self) -> list[_Asked]:
        """Those that wait, unless another one takes them just now."""
        found: list[_Asked] = []
        with suppress(IndexError):
            while len(found) < MOST_TOGETHER:
                found.append(self._asked.popleft())
        # In one order everywhere: those that wait for each other's keys do not do so in a circle.
        return sorted(found, key=lambda one: (one.new.trigger_id, one.new.key or ""))

    def _accept_all(self, asked: Sequence[_Asked]) -> None:
        found: list[Delivery | UserError] = []
        try:
            with self._database.write(durable=True) as connection:
                found = [_accepted(connection, one) for one in asked]
                accepted = {one.run_id for one in found if isinstance(one, Delivery) and one.outcome == "accepted"}
                runs.queue(connection, [one.run for one in asked if one.run.id in accepted])
        except BaseException as error:  # each of them raises it
            for one in asked:
                one.answer.set_exception(error)
        else:
            for one, answer in zip(asked, found, strict=True):
                one.tell(answer)

    def record(self, new: NewDelivery, event: NewEvent | None = None) -> Delivery:
        """Keep a delivery that makes no run; with its event, so that it can be replayed.

        Raises NotFound if the trigger is gone.
        """
        event_id = uuid7() if event else None
        with self._database.write() as connection:
            _held(connection, new.trigger_id)
            if event_id and event:
                events.add(connection, {event_id: event})
            return Delivery(*connection.execute(_RECORD, _values(new, None, event_id)).one())

    def set_status(self, id: str, status: int) -> None:
        """What the sender has got in the end."""
        with self._database.write() as connection:
            connection.execute(_SET_STATUS, {"id_": id, "new": status})

    def of(self, trigger_id: str, limit: int = 100, before: str | None = None) -> Sequence[Delivery]:
        """A trigger's deliveries, the latest first, those `before` the delivery of an id."""
        query = select(tables.delivery).where(_d.trigger_id == trigger_id).order_by(_d.id.desc()).limit(limit)
        if before is not None:
            query = query.where(_d.id < before)
        with self._database.read() as connection:
            return [Delivery(*row) for row in connection.execute(query)]

    def get(self, id: str) -> Delivery:
        """The delivery of that id; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"id": id}).one_or_none()
        return Delivery(*row) if row else _missing(id)

    def find(self, prefix: str) -> Delivery:
        """The delivery whose id begins so; raises NotFound, and UserError if several do."""
        low = prefix.strip().lower()
        with self._database.read() as connection:
            rows = connection.execute(_BY_PREFIX, {"low": low, "high": low + "g"}).all() if low else []
        if len(rows) > 1:
            raise UserError(f"More than one delivery begins with {prefix}.", cure="Give more of the id.")
        return Delivery(*rows[0]) if rows else _missing(prefix)


def _missing(wanted: str) -> Delivery:
    raise NotFound(f"There is no delivery {wanted}.", cure="See `millrace triggers deliveries TRIGGER`.")


def _held(connection: Connection, trigger_id: str) -> tuple[int, str | None]:
    """The trigger's version, and why it is paused."""
    row = connection.execute(_TRIGGER, {"id": trigger_id}).one_or_none()
    if row is None:
        raise NotFound(f"There is no trigger {trigger_id}.", cure="See `millrace triggers list`.")
    return row.version, row.paused


def _require(connection: Connection, trigger_id: str, version: int) -> None:
    if _held(connection, trigger_id) != (version, None):
        raise Conflict("The trigger has been changed meanwhile.", cure="Look at it, and try again.")


def _accepted(connection: Connection, asked: _Asked) -> Delivery | UserError:
    new, run = asked.new, asked.run
    try:
        _require(connection, new.trigger_id, asked.version)
    except (NotFound, Conflict) as error:  # of this one; the others are written
        return error
    row = connection.execute(_ACCEPT[connection.dialect.name], _values(new, run.id, run.event_id)).one_or_none()
    return _again(connection, new) if row is None else Delivery(*row)


def _again(connection: Connection, new: NewDelivery) -> Delivery:
    first = Delivery(*connection.execute(_OF_KEY, {"trigger_id": new.trigger_id, "key": new.key}).one())
    if first.body_hash == new.body_hash:
        same = replace(new, outcome="duplicate", reason=f"It was accepted before, as {first.id}.")
        return Delivery(*connection.execute(_RECORD, _values(same, first.run_id, first.event_id)).one())
    other = replace(new, outcome="conflict", status=409, reason=f"{first.id} had the same id and another body.")
    return Delivery(*connection.execute(_RECORD, _values(other, None, None)).one())


def _values(new: NewDelivery, run_id: str | None, event_id: str | None) -> dict[str, Any]:
    return {**vars(new), "id": uuid7(), "run_id": run_id, "event_id": event_id}
