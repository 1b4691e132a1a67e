"""Flows that have been run or published, their texts and their revisions."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.exceptions import NotFound, UserError
from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.identifier import uuid7


@dataclass(frozen=True)
class KnownFlow:
    """A flow by its id, with the name and path it had when it was last run or published."""

    id: str
    project: str
    name: str
    path: str
    created: int
    updated: int


@dataclass(frozen=True)
class NewRevision:
    """A version of a flow to be published."""

    flow_id: str
    flow_name: str
    document_text: str
    flow_path: str = ""
    bundle: str = ""
    note: str = ""
    author: str = ""
    project: str = "default"


@dataclass(frozen=True)
class Revision:
    """A published version of a flow. Numbers count from 1 within the flow."""

    id: str
    project: str
    flow_id: str
    number: int
    document: str
    bundle: str
    note: str
    author: str
    created: int


@dataclass(frozen=True)
class Activation:
    """The revision that an environment's triggers run, who made it so, and since when."""

    flow_id: str
    environment: str
    revision_id: str
    author: str
    since: int


@dataclass(frozen=True)
class ActiveRevision:
    """What an environment's triggers run: the revision, its flow, and the text of its document."""

    flow: KnownFlow
    revision: Revision
    text: str


def document_hash(text: str) -> str:
    """SHA-256 of the text's UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep_flow(connection: Connection, *, id: str, project: str, name: str, path: str) -> None:
    """Make the flow known, or note its present name and path. An unchanged row is not written."""
    values = {"id": id, "project": project, "name": name, "path": path}
    connection.execute(_KEEP_FLOW[connection.dialect.name], values)


def keep_document(connection: Connection, text: str) -> str:
    """Keep a flow's text, once per content; its hash."""
    hashed = document_hash(text)
    connection.execute(_KEEP_DOCUMENT[connection.dialect.name], {"hash": hashed, "text": text})
    return hashed


def _keep_flow(dialect: Any) -> Insert:
    statement = dialect.insert(tables.flow).values(
        id=bindparam("id"),
        project=bindparam("project"),
        name=bindparam("name"),
        path=bindparam("path"),
        created=clock(),
        updated=clock(),
    )
    new = statement.excluded
    changed = or_(tables.flow.c.name != new.name, tables.flow.c.path != new.path)
    values = {"name": new.name, "path": new.path, "updated": new.updated}
    upsert: Insert = statement.on_conflict_do_update(index_elements=["id"], set_=values, where=changed)
    return upsert


def _keep_document(dialect: Any) -> Insert:
    upsert: Insert = dialect.insert(tables.document).on_conflict_do_nothing(index_elements=["hash"])
    return upsert


_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}
_KEEP_FLOW = {name: _keep_flow(dialect) for name, dialect in _DIALECTS.items()}
_KEEP_DOCUMENT = {name: _keep_document(dialect) for name, dialect in _DIALECTS.items()}

_FLOW = select(tables.flow).where(tables.flow.c.id == bindparam("id"))
_DOCUMENT = select(tables.document.c.text).where(tables.document.c.hash == bindparam("hash"))
_REVISION = select(tables.revision).where(tables.revision.c.id == bindparam("id"))
_REVISIONS = (
    select(tables.revision)
    .where(tables.revision.c.flow_id == bindparam("flow_id"))
    .order_by(tables.revision.c.number.desc())
)
_LAST_NUMBER = select(func.coalesce(func.max(tables.revision.c.number), 0)).where(
    tables.revision.c.flow_id == bindparam("flow_id")
)
_ADD_REVISION = insert(tables.revision).values(created=clock()).returning(tables.revision)


def _activate(dialect: Any) -> Insert:
    statement = dialect.insert(tables.activation).values(since=clock())
    new = statement.excluded
    values = {"revision_id": new.revision_id, "author": new.author, "since": new.since}
    upsert: Insert = statement.on_conflict_do_update(index_elements=["flow_id", "environment"], set_=values)
    return upsert


_ACTIVATE = {name: _activate(dialect) for name, dialect in _DIALECTS.items()}
_ACTIVATIONS = (
    select(tables.activation)
    .where(tables.activation.c.flow_id == bindparam("flow_id"))
    .order_by(tables.activation.c.environment)
)
_ACTIVE = (
    select(tables.revision)
    .join(tables.activation, tables.activation.c.revision_id == tables.revision.c.id)
    .where(
        tables.activation.c.flow_id == bindparam("flow_id"), tables.activation.c.environment == bindparam("environment")
    )
)

_ACTIVE_OF_ALL = (
    select(tables.flow, tables.revision, tables.document.c.text, tables.activation.c.environment)
    .join_from(tables.activation, tables.revision, tables.activation.c.revision_id == tables.revision.c.id)
    .join(tables.flow, tables.revision.c.flow_id == tables.flow.c.id)
    .join(tables.document, tables.revision.c.document == tables.document.c.hash)
)
_ACTIVE_OF = _ACTIVE_OF_ALL.where(tables.activation.c.flow_id.in_(bindparam("flow_ids", expanding=True)))


class Flows:
    """The flows of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, flow_id: str) -> KnownFlow:
        """The flow of that id; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_FLOW, {"id": flow_id}).one_or_none()
        if row is None:
            raise NotFound(f"No flow {flow_id} has been run or published here.", cure="See `millrace runs list`.")
        return KnownFlow(*row)

    def active_of(self, flow_ids: Collection[str]) -> dict[tuple[str, str], ActiveRevision]:
        """Flow and environment -> what triggers run there, for many flows at once."""
        with self._database.read() as connection:
            rows = connection.execute(_ACTIVE_OF, {"flow_ids": list(flow_ids)}).all()
        columns, more = len(tables.flow.c), len(tables.revision.c)
        return {
            (row.flow_id, row.environment): ActiveRevision(
                KnownFlow(*row[:columns]), Revision(*row[columns : columns + more]), row.text
            )
            for row in rows
        }

    def active_in(self, environment: str) -> list[tuple[KnownFlow, str]]:
        """The flows that triggers run in an environment, and the texts of their active revisions; by name."""
        query = _ACTIVE_OF_ALL.where(tables.activation.c.environment == environment).order_by(tables.flow.c.name)
        columns = len(tables.flow.c)
        with self._database.read() as connection:
            return [(KnownFlow(*row[:columns]), row.text) for row in connection.execute(query)]

    def find(self, wanted: str) -> KnownFlow:
        """The flow of that id or name; raises NotFound, and UserError if several have the name."""
        meant = or_(tables.flow.c.id == wanted, tables.flow.c.name == wanted)
        with self._database.read() as connection:
            rows = connection.execute(select(tables.flow).where(meant).limit(2)).all()
        if len(rows) > 1:
            raise UserError(f"More than one flow is called {wanted!r}.", cure="Give its id, or its file.")
        if not rows:
            raise NotFound(f"No flow {wanted!r} has been run or published here.", cure="Give its file, id or name.")
        return KnownFlow(*rows[0])

    def document(self, hashed: str) -> str:
        """The text of a flow by its hash; raises NotFound."""
        with self._database.read() as connection:
            text = connection.execute(_DOCUMENT, {"hash": hashed}).scalar_one_or_none()
        if text is None:
            raise NotFound(f"The store holds no document {hashed}.", cure="Its runs have been deleted; run it again.")
        return str(text)

    def publish(self, new: NewRevision, environment: str) -> Revision:
        """Keep a new revision, numbered one above the flow's last, and make it the environment's active one."""
        with self._database.write() as connection:
            # This locks the flow's row, also where it changes nothing: two who publish at once take numbers in turn.
            keep_flow(connection, id=new.flow_id, project=new.project, name=new.flow_name, path=new.flow_path)
            number = connection.execute(_LAST_NUMBER, {"flow_id": new.flow_id}).scalar_one() + 1
            values = {
                "id": uuid7(),
                "project": new.project,
                "flow_id": new.flow_id,
                "number": number,
                "document": keep_document(connection, new.document_text),
                "bundle": new.bundle,
                "note": new.note,
                "author": new.author,
            }
            made = Revision(*connection.execute(_ADD_REVISION, values).one())
            _make_active(connection, made, environment, new.author)
            return made

    def activate(self, revision: Revision, environment: str, author: str) -> None:
        """Make it the revision that the environment's triggers run from now on."""
        with self._database.write() as connection:
            _make_active(connection, revision, environment, author)

    def activations(self, flow_id: str) -> list[Activation]:
        """Where a flow's revisions are active, by environment."""
        with self._database.read() as connection:
            return [Activation(*row) for row in connection.execute(_ACTIVATIONS, {"flow_id": flow_id})]

    def active(self, flow_id: str, environment: str) -> Revision | None:
        """The revision that the environment's triggers run."""
        with self._database.read() as connection:
            row = connection.execute(_ACTIVE, {"flow_id": flow_id, "environment": environment}).one_or_none()
        return Revision(*row) if row else None

    def revision(self, id: str) -> Revision:
        """The revision of that id; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_REVISION, {"id": id}).one_or_none()
        if row is None:
            raise NotFound(f"There is no revision {id}.", cure="Publish the flow first.")
        return Revision(*row)

    def revisions(self, flow_id: str) -> list[Revision]:
        """A flow's revisions, the newest first."""
        with self._database.read() as connection:
            return [Revision(*row) for row in connection.execute(_REVISIONS, {"flow_id": flow_id})]

    def list(self, limit: int = 100, before: str | None = None) -> list[KnownFlow]:
        """Flows by id, the last first, those before an id."""
        query = select(tables.flow).order_by(tables.flow.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            found = connection.execute(query if before is None else query.where(tables.flow.c.id < before))
            return [KnownFlow(*row) for row in found]


def _make_active(connection: Connection, revision: Revision, environment: str, author: str) -> None:
    values = {
        "flow_id": revision.flow_id,
        "environment": environment,
        "revision_id": revision.id,
        "author": author,
    }
    connection.execute(_ACTIVATE[connection.dialect.name], values)
