"""Alerts: who is told of runs. What they are to tell is the outbox's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from studio.exceptions import Conflict, NotFound, UserError
from studio.problem import Failure
from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.identifier import uuid7


@dataclass(frozen=True)
class NewAlert:
    """An alert to be made; without `flow_id`, for all flows of the environment."""

    name: str
    kind: str
    conditions: list[str]
    settings: dict[str, Any]
    every_seconds: int = 900
    flow_id: str | None = None
    environment: str = "default"
    author: str = ""
    project: str = "default"


@dataclass(frozen=True)
class Alert:
    """Who is told of runs, and how. Times in microseconds."""

    id: str
    project: str
    flow_id: str | None
    environment: str
    name: str
    kind: str
    conditions: list[str]
    settings: dict[str, Any]
    every_seconds: int
    """At most one message goes in that time."""
    paused: str | None
    """Who paused it, or why; None while it is on."""
    version: int
    """Counts its changes by people."""
    author: str
    created: int
    updated: int
    message_id: str | None
    """The message on its way."""
    begun: int | None
    """Since when it is on its way."""
    tries: int
    """How often it was tried."""
    next_try: int | None
    """Before that, no message goes."""
    lease: str | None
    lease_until: int | None
    last_sent: int | None
    failure: Failure | None
    """Why the last try failed; None once one succeeds."""

    @property
    def target(self) -> str:
        """Whom it tells; of a web address the host alone, for the rest may be a secret."""
        to = self.settings["to"] if self.kind == "mail" else [urlsplit(self.settings["url"]).netloc]
        return ", ".join(to)


_a = tables.alert.c
_BY_ID = select(tables.alert).where(_a.id == bindparam("id"))
_ADD = insert(tables.alert).values(created=clock(), updated=clock()).returning(tables.alert)
_DELETE = delete(tables.alert).where(_a.id == bindparam("id"))
_ALL = select(tables.alert).order_by(_a.name, _a.id)


class Alerts:
    """The alerts of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewAlert) -> Alert:
        values = vars(new) | {"id": uuid7(), "version": 1, "tries": 0}
        with self._database.write() as connection:
            return Alert(*connection.execute(_ADD, values).one())

    def get(self, id: str) -> Alert:
        """The alert of that id; raises NotFound."""
        with self._database.read() as connection:
            return _get(connection, id)

    def find(self, wanted: str) -> Alert:
        """The alert of that name, or whose id begins so; raises NotFound, and UserError if several do."""
        meant = or_(_a.name == wanted, _a.id.startswith(wanted, autoescape=True))
        with self._database.read() as connection:
            rows = connection.execute(select(tables.alert).where(meant).limit(2)).all()
        if len(rows) > 1:
            raise UserError(f"{wanted!r} may be more than one alert.", cure="Give more of its id.")
        return Alert(*rows[0]) if wanted and rows else _missing(wanted)

    def all(self) -> list[Alert]:
        """All alerts, by name."""
        with self._database.read() as connection:
            return [Alert(*row) for row in connection.execute(_ALL)]

    def change(self, alert: Alert, **columns: Any) -> Alert:
        """Change columns of `studio.store.tables.alert`; raises Conflict if somebody has changed it since."""
        known = (_a.id == alert.id, _a.version == alert.version)
        new = columns | {"version": alert.version + 1, "updated": clock()}
        with self._database.write() as connection:
            changed = update(tables.alert).where(*known).values(new).returning(tables.alert)
            row = connection.execute(changed).one_or_none()
            if row is None:
                _get(connection, alert.id)
                raise _changed(alert)
            return Alert(*row)

    def delete(self, id: str, version: int | None = None) -> None:
        """Forget an alert and what it had still to tell. Raises NotFound, and Conflict if it has another version."""
        with self._database.write() as connection:
            found = _get(connection, id)
            if version not in (None, found.version):
                raise _changed(found)
            connection.execute(_DELETE, {"id": id})


def _get(connection: Connection, id: str) -> Alert:
    row = connection.execute(_BY_ID, {"id": id}).one_or_none()
    return Alert(*row) if row else _missing(id)


def _changed(alert: Alert) -> Conflict:
    return Conflict(f"The alert {alert.name} has been changed meanwhile.", cure="Look at it, and try again.")


def _missing(wanted: str) -> Alert:
    raise NotFound(f"There is no alert {wanted}.", cure="See `millrace alerts list`.")
