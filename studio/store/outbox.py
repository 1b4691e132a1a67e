"""The outbox: what alerts are to tell, which `studio.store.causes` writes, and the messages that tell it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from studio.alert import Condition
from studio.problem import Failure
from studio.store import tables
from studio.store.alerts import Alert
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.identifier import uuid7

if TYPE_CHECKING:
    pass

MOST_NOTICES = 1_000
"""That one message tells of; the rest comes with the next."""


@dataclass(frozen=True)
class Notice:
    """Something that an alert is to tell. Times in microseconds.

    `data`: `flow` (its name), for a skip also `trigger`, `trigger_id`, `count`, `first` and `last` (due times), for a
    failure `step` and `code`, for a late run `late` (seconds).
    """

    id: str
    alert_id: str
    condition: Condition
    flow_id: str
    run_id: str | None
    data: dict[str, Any]
    created: int
    message_id: str | None
    done: int | None
    failure: Failure | None


@dataclass(frozen=True)
class Delivery:
    """A message that is ours to send: the same notices under the same id at every try."""

    alert: Alert
    notices: list[Notice]
    seconds: float
    """Since the message was first to go."""

    @property
    def message_id(self) -> str:
        assert self.alert.message_id is not None
        return self.alert.message_id


_a = tables.alert.c
_o = tables.outbox.c
_r = tables.run.c
_s = tables.step.c


_READY = and_(
    _a.paused.is_(None),
    or_(_a.next_try.is_(None), _a.next_try <= clock()),
    or_(_a.lease_until.is_(None), _a.lease_until < clock()),
    exists().where(_o.alert_id == _a.id, tables.PENDING),
)
_ANY_READY = select(literal(1)).select_from(tables.alert).where(_READY).limit(1)
_READY_ALERTS = (
    select(tables.alert)
    .where(_READY)
    .order_by(_a.next_try, _a.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(tables.alert)
    .where(_a.id == bindparam("id_"))
    .values(
        message_id=bindparam("message"),
        begun=func.coalesce(_a.begun, clock()),
        tries=_a.tries + 1,
        lease=bindparam("token"),
        lease_until=clock() + bindparam("microseconds"),
    )
    .returning(tables.alert, clock())
)
_GATHER = (
    update(tables.outbox)
    .where(
        _o.id.in_(
            select(_o.id)
            .where(_o.alert_id == bindparam("id_"), tables.PENDING)
            .order_by(_o.id)
            .limit(MOST_NOTICES)
            .scalar_subquery()
        )
    )
    .values(message_id=bindparam("message"))
)
_NOTICES = select(tables.outbox).where(_o.message_id == bindparam("message"), tables.PENDING).order_by(_o.id)
_TOLD = (
    select(tables.outbox).where(_o.alert_id == bindparam("alert_id")).order_by(_o.id.desc()).limit(bindparam("limit"))
)
_HELD = and_(_a.id == bindparam("id_"), _a.lease == bindparam("token"))
_LET_GO = {"lease": None, "lease_until": None}
_SETTLE = (
    update(tables.alert)
    .where(_HELD)
    .values(
        message_id=None,
        begun=None,
        tries=0,
        next_try=clock() + cast(_a.every_seconds, BigInteger) * 1_000_000,
        failure=bindparam("why"),
        **_LET_GO,
    )
)
_SENT = _SETTLE.values(last_sent=clock())
_PUT_OFF = (
    update(tables.alert)
    .where(_HELD)
    .values(next_try=clock() + bindparam("microseconds"), failure=bindparam("why"), **_LET_GO)
)
_DONE = (
    update(tables.outbox)
    .where(_o.message_id == bindparam("message"), tables.PENDING)
    .values(done=clock(), failure=bindparam("why"))
)


class Outbox:
    """The outbox of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, lease_seconds: float, limit: int) -> list[Delivery]:
        """Messages to be sent now, of at most `limit` alerts, which nobody else sends for so long.

        What has gathered becomes one message; while one is on its way, the next gathers. Settle each by `sent`,
        `put_off` or `give_up`.
        """
        if limit < 1 or not self._anything():
            return []
        with self._database.write() as connection:
            ready = [Alert(*row) for row in connection.execute(_READY_ALERTS, {"limit": limit})]
            return [_take(connection, alert, lease_seconds) for alert in ready]

    def sent(self, delivery: Delivery) -> bool:
        """It has arrived: the alert's next message goes after its `every_seconds`. False if another sends it now."""
        return self._settle(delivery, _SENT, None)

    def put_off(self, delivery: Delivery, failure: Failure, seconds: float) -> bool:
        """It could not be sent, and is tried again after so many seconds; False if another sends it now."""
        values = _held(delivery) | {"why": failure, "microseconds": int(seconds * 1_000_000)}
        with self._database.write() as connection:
            return connection.execute(_PUT_OFF, values).rowcount == 1

    def give_up(self, delivery: Delivery, failure: Failure) -> bool:
        """It could not be sent and never will be, which is recorded; False if another sends it now."""
        return self._settle(delivery, _SETTLE, failure)

    def of(self, alert_id: str, limit: int = 20) -> list[Notice]:
        """What an alert has told or is to tell, the latest first."""
        with self._database.read() as connection:
            return [Notice(*row) for row in connection.execute(_TOLD, {"alert_id": alert_id, "limit": limit})]

    def _settle(self, delivery: Delivery, statement: Any, failure: Failure | None) -> bool:
        with self._database.write() as connection:
            if connection.execute(statement, _held(delivery) | {"why": failure}).rowcount != 1:
                return False
            connection.execute(_DONE, {"message": delivery.message_id, "why": failure})
            return True

    def _anything(self) -> bool:
        """Asked every second or so: a read keeps nobody waiting."""
        with self._database.read() as connection:
            return connection.execute(_ANY_READY).first() is not None


def _take(connection: Connection, alert: Alert, lease_seconds: float) -> Delivery:
    message = alert.message_id or uuid7()
    if alert.message_id is None:
        connection.execute(_GATHER, {"id_": alert.id, "message": message})
    values = {
        "id_": alert.id,
        "message": message,
        "token": secrets.token_hex(8),
        "microseconds": int(lease_seconds * 1_000_000),
    }
    *taken, now = connection.execute(_TAKE, values).one()
    held = Alert(*taken)
    notices = [Notice(*row) for row in connection.execute(_NOTICES, {"message": message})]
    return Delivery(held, notices, (now - (held.begun or now)) / 1e6)


def _held(delivery: Delivery) -> dict[str, Any]:
    return {"id_": delivery.alert.id, "token": delivery.alert.lease}
