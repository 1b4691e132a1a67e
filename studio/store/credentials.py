"""Credentials as they are stored: ciphertexts go in and come out, and what was done with them is recorded.

Here is nothing that could open one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, literal, select, text, tuple_, update

from studio.exceptions import Conflict
from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.identifier import uuid7

_LOCK = 7_013_552_020
"""Any number, but always the same: the advisory lock under which PostgreSQL's credentials are changed."""


@dataclass(frozen=True)
class NewCredential:
    """A credential to be kept. Its id is known before, for the ciphertext is bound to it."""

    id: str
    environment: str
    name: str
    type: str
    shown: dict[str, Any]
    ciphertext: str
    author: str = ""
    project: str = "default"


@dataclass(frozen=True)
class StoredCredential:
    """A credential. Times in microseconds."""

    id: str
    project: str
    environment: str
    name: str
    type: str
    shown: dict[str, Any]
    """Copies of the fields that are not secret."""
    ciphertext: str
    version: int
    """Counts its changes by people."""
    author: str
    """Who changed it last."""
    created: int
    updated: int


@dataclass(frozen=True)
class NewCredentialEvent:
    """Something that was done with a credential, and for which attempt at a step if it was for one."""

    credential: StoredCredential
    who: str
    action: str
    detail: str = ""
    run_id: str | None = None
    step: str | None = None
    attempt: int | None = None


@dataclass(frozen=True)
class CredentialEvent:
    """Something that was done with a credential. `time` in microseconds."""

    id: str
    project: str
    environment: str
    credential_id: str
    name: str
    time: int
    who: str
    action: str
    run_id: str | None
    step: str | None
    attempt: int | None
    detail: str


_c = tables.credential.c
_e = tables.credential_event.c
_ADD = insert(tables.credential).values(created=clock(), updated=clock()).returning(tables.credential)
_DELETE = delete(tables.credential).where(_c.id == bindparam("id"), _c.version == bindparam("version"))
_RECORD = insert(tables.credential_event).values(time=clock())
_PAGE = select(tables.credential).where(_c.id > bindparam("after")).order_by(_c.id).limit(bindparam("limit"))
_REWRAP = update(tables.credential).where(_c.id == bindparam("id_")).values(ciphertext=bindparam("new"))
_CANARY = select(tables.canary.c.ciphertext)
_FORGET_CANARY = delete(tables.canary).where(~exists(select(literal(1)).select_from(tables.credential)))


class CredentialRows:
    """The credentials of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, project: str, environment: str | None = None) -> list[StoredCredential]:
        """A project's credentials in an environment, or in all, by name."""
        query = select(tables.credential).where(_c.project == project)
        if environment is not None:
            query = query.where(_c.environment == environment)
        with self._database.read() as connection:
            found = [StoredCredential(*row) for row in connection.execute(query)]
        return sorted(found, key=lambda one: (one.name, one.environment))

    def canary(self) -> str | None:
        """What the right ring opens; None while nothing is encrypted."""
        with self._database.read() as connection:
            return connection.execute(_CANARY).scalar_one_or_none()

    def page(self, after: str, limit: int) -> list[StoredCredential]:
        """Credentials of all projects in the order of their ids, those beyond `after`."""
        with self._database.read() as connection:
            return _page(connection, after, limit)

    def events(
        self,
        project: str,
        *,
        name: str | None = None,
        environment: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[CredentialEvent]:
        """What was done, the latest first, before the event of an id."""
        given = [_e.project == project]
        given += [_e.name == name] if name is not None else []
        given += [_e.environment == environment] if environment is not None else []
        if before is not None:
            given.append(tuple_(_e.time, _e.id) < select(_e.time, _e.id).where(_e.id == before).scalar_subquery())
        query = select(tables.credential_event).where(*given).order_by(_e.time.desc(), _e.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [CredentialEvent(*row) for row in connection.execute(query)]

    @contextmanager
    def changing(self, *, durable: bool = False) -> Iterator[HeldCredentials]:
        """One transaction during which nobody else changes or uses credentials. With all before, it is on the disk when
        it ends, if it is `durable`.
        """
        with self._holding("pg_advisory_xact_lock", durable=durable) as held:
            yield held

    @contextmanager
    def using(self) -> Iterator[HeldCredentials]:
        """One transaction during which nobody changes credentials: they stay under the keys that the ring has."""
        with self._holding("pg_advisory_xact_lock_shared") as held:
            yield held

    @contextmanager
    def _holding(self, lock: str, *, durable: bool = False) -> Iterator[HeldCredentials]:
        with self._database.write(durable=durable) as connection:
            if not self._database.is_sqlite:  # where one writes at a time anyhow
                connection.execute(text(f"SELECT {lock}(:lock)"), {"lock": _LOCK})
            yield HeldCredentials(connection)


class HeldCredentials:
    """The credentials of a store, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def named(self, names: Collection[str], project: str, environment: str) -> dict[str, StoredCredential]:
        """Those of the names that there are."""
        place = and_(_c.project == project, _c.environment == environment)
        found = self._connection.execute(select(tables.credential).where(place, _c.name.in_(list(names))))
        return {one.name: one for one in (StoredCredential(*row) for row in found)}

    def page(self, after: str, limit: int) -> list[StoredCredential]:
        return _page(self._connection, after, limit)

    def canary(self) -> str | None:
        return self._connection.execute(_CANARY).scalar_one_or_none()

    def keep_canary(self, ciphertext: str) -> None:
        self._connection.execute(delete(tables.canary))
        self._connection.execute(insert(tables.canary), {"id": "canary", "ciphertext": ciphertext})

    def add(self, new: NewCredential) -> StoredCredential:
        return StoredCredential(*self._connection.execute(_ADD, vars(new) | {"version": 1}).one())

    def change(self, old: StoredCredential, **columns: Any) -> StoredCredential:
        """Change columns of `studio.store.tables.credential`; raises Conflict if somebody has changed it since."""
        new = columns | {"version": old.version + 1, "updated": clock()}
        known = (_c.id == old.id, _c.version == old.version)
        row = self._connection.execute(
            update(tables.credential).where(*known).values(new).returning(tables.credential)
        ).one_or_none()
        if row is None:
            raise _changed(old)
        return StoredCredential(*row)

    def delete(self, one: StoredCredential) -> None:
        """With the last one goes the canary, so that somebody who lost the keys may begin anew.

        Raises Conflict if somebody has changed the credential since.
        """
        if self._connection.execute(_DELETE, {"id": one.id, "version": one.version}).rowcount == 0:
            raise _changed(one)
        self._connection.execute(_FORGET_CANARY)

    def rewrap(self, ciphertexts: dict[str, str]) -> None:
        """Id -> the same secret under another key. This is no change of the credential."""
        if ciphertexts:
            rows = [{"id_": id, "new": ciphertext} for id, ciphertext in ciphertexts.items()]
            self._connection.execute(_REWRAP, rows)

    def record(self, events: Sequence[NewCredentialEvent]) -> None:
        rows = [
            {
                "id": uuid7(),
                "project": event.credential.project,
                "environment": event.credential.environment,
                "credential_id": event.credential.id,
                "name": event.credential.name,
                "who": event.who,
                "action": event.action,
                "run_id": event.run_id,
                "step": event.step,
                "attempt": event.attempt,
                "detail": event.detail,
            }
            for event in events
        ]
        if rows:
            self._connection.execute(_RECORD, rows)


def _changed(one: StoredCredential) -> Conflict:
    return Conflict(f"The credential {one.name} has been changed meanwhile.", cure="Look at it, and try again.")


def _page(connection: Connection, after: str, limit: int) -> list[StoredCredential]:
    return [StoredCredential(*row) for row in connection.execute(_PAGE, {"after": after, "limit": limit})]
