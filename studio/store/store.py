"""The store: one object with a repository per noun, over SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from studio.exceptions import StoreError
from studio.store.attempts import Attempts
from studio.store.database import Clock, Database
from studio.store.events import Events
from studio.store.flows import Flows
from studio.store.owned import Owned
from studio.store.runs import Runs
from studio.store.steps import Steps
from studio.store.tables import SCHEMA

_UPGRADE = "Run `millrace db upgrade`."


class Store:
    """What is kept of flows and runs. Safe to share between threads; several processes may open the same one."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.flows = Flows(database)
        self.runs = Runs(database)
        self.steps = Steps(database)
        self.attempts = Attempts(database)
        self.events = Events(database)

    @classmethod
    def open(cls, url: str | Path, *, busy_seconds: float = 10.0, now: Clock | None = None) -> Store:
        """The store at a path or URL. A new SQLite file is made; any other must be of this version's schema.

        Raises StoreError with the cure. `now` (microseconds) replaces SQLite's clock in tests.
        """
        database = Database(url, busy_seconds=busy_seconds, now=now)
        try:
            if database.is_sqlite and _is_new(database):
                _upgrade(database)
            _require_schema(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @staticmethod
    def upgrade(url: str | Path) -> None:
        """Bring the store at a path or URL to this version's schema; a SQLite file is made if there is none."""
        database = Database(url)
        try:
            _upgrade(database)
        finally:
            database.close()

    @staticmethod
    def check(url: str | Path) -> str | None:
        """What is wrong with the store at a path or URL, with the cure; None if nothing is. Changes nothing."""
        try:
            database = Database(url)
            try:
                return _check(database)
            finally:
                database.close()
        except StoreError as error:
            return str(error)

    def document(self, hashed: str) -> str:
        """The text of a flow by its hash; raises NotFound."""
        return self.flows.document(hashed)

    @contextmanager
    def owned(self, run_id: str, owner: str, epoch: int) -> Iterator[Owned]:
        """One transaction over a run that `owner` holds in `epoch`; raises LeaseLost if it does not.

        The run's row is locked first, so that nobody claims it meanwhile. All is written at the end, or nothing.
        Keep it short: on SQLite it holds the one write lock.
        """
        with self.database.write() as connection:
            owned = Owned(connection, run_id, owner, epoch)
            yield owned
            owned.flush()

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _is_new(database: Database) -> bool:
    """Whether the file is missing, or holds no table: somebody died between making and filling it."""
    if not database.file.exists():
        return True
    with database.read() as connection:
        return not inspect(connection).get_table_names()


def _upgrade(database: Database) -> None:
    from studio.store.migration import upgrade

    with database.write() as connection:
        upgrade(connection)


def _schema(connection: Connection) -> str | None:
    """The schema's revision; None if there is no store in the database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return str(found) if found is not None else None


def _require_schema(database: Database) -> None:
    with database.read() as connection:
        found = _schema(connection)
    if found is None:
        raise StoreError(f"There is no store in {database.place} yet.", cure=_UPGRADE)
    if found > SCHEMA:
        cure = "Install the newer Millrace that wrote it: pip install --upgrade millrace."
        raise StoreError(f"The store {database.place} has schema {found}; this Millrace knows {SCHEMA}.", cure=cure)
    if found < SCHEMA:
        raise StoreError(f"The store {database.place} has schema {found}, not {SCHEMA}.", cure=_UPGRADE)


def _check(database: Database) -> str | None:
    if database.is_sqlite and not database.file.exists():
        return f"There is no store at {database.file} yet. {_UPGRADE}"
    _require_schema(database)
    if not database.is_sqlite:
        return None
    with database.read() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    return None if found == "ok" else f"The store {database.file} is damaged ({found}). Put back a backup."
