"""The store: one object with a repository per noun, over SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Text, column, inspect, select, table, text

from studio.exceptions import StoreError
from studio.store.alerts import Alerts
from studio.store.attempts import Attempts
from studio.store.columns import clock
from studio.store.credentials import CredentialRows
from studio.store.database import Clock, Database
from studio.store.deliveries import Deliveries
from studio.store.events import Events
from studio.store.feed import Feed
from studio.store.figures import Figures
from studio.store.flows import Flows
from studio.store.history import History
from studio.store.invariants import Invariants
from studio.store.leases import Leases
from studio.store.listener import Listener
from studio.store.news import News
from studio.store.opening import SqliteOpening, refuse_if_open
from studio.store.outbox import Outbox
from studio.store.owned import Owned
from studio.store.retention import Retention
from studio.store.runs import Runs
from studio.store.steps import Steps
from studio.store.tables import SCHEMA, VERSION_TABLE
from studio.store.tokens import Tokens
from studio.store.triggers import Triggers

_CURE = "Run `millrace db upgrade`."
_UPGRADE_LOCK = 7_013_552_019
"""Any number, but always the same: PostgreSQL's advisory lock under which we migrate."""

_VERSION = select(column("version_num", Text)).select_from(table(VERSION_TABLE))


class Store:
    """What is kept of flows and runs. Safe to share between threads; several processes may open the same one."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.flows = Flows(database)
        self.runs = Runs(database)
        self.history = History(database)
        self.leases = Leases(database)
        self.steps = Steps(database)
        self.attempts = Attempts(database)
        self.events = Events(database)
        self.feed = Feed(database)
        self.figures = Figures(database)
        self.triggers = Triggers(database)
        self.credentials = CredentialRows(database)
        self.deliveries = Deliveries(database)
        self.tokens = Tokens(database)
        self.alerts = Alerts(database)
        self.outbox = Outbox(database)
        self.retention = Retention(database)
        self.invariants = Invariants(database)

    @classmethod
    def open(cls, url: str | Path, *, busy_seconds: float = 10.0, now: Clock | None = None) -> Store:
        """The store at a path or URL. A new SQLite file is made; any other must be of this version's schema.

        Raises StoreError with the cure. `now` (microseconds) replaces SQLite's clock in tests.
        """
        database = Database(url, busy_seconds=busy_seconds, now=now)
        try:
            if database.is_sqlite and _is_new(database):
                _make(database)
            database.hold()
            _require_schema(database)
            if database.is_sqlite:
                database.use_wal()
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

    def now(self) -> int:
        """Now by the database's clock, in microseconds."""
        with self.database.read() as connection:
            return int(connection.execute(select(clock())).scalar_one())

    def listener(self, heard: Callable[[Set[News]], None]) -> Listener | None:
        """What hears of other processes' news and calls `heard`; None for SQLite, where one has to look."""
        return None if self.database.is_sqlite else Listener(self.database, heard)

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


def _make(database: Database) -> None:
    """Fill a SQLite file that holds no table. Of those who do so at once, the others find it filled."""
    from studio.store.migration import upgrade

    with database.write() as connection:
        _refuse_others(connection, database.place)
        upgrade(connection)


def _upgrade(database: Database) -> None:
    from studio.store.migration import upgrade

    with _alone(database), database.write() as connection:
        if not database.is_sqlite:  # where one writes at a time anyhow
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        _refuse_others(connection, database.place)
        if not database.is_sqlite and _is_outdated(connection):
            refuse_if_open(connection, database.place)
        upgrade(connection)


def _alone(database: Database) -> AbstractContextManager[object]:
    """While it lasts, nobody else has an old SQLite store open."""
    if not database.is_sqlite or _is_new(database):
        return nullcontext()
    with database.read() as connection:
        outdated = _is_outdated(connection)
    return closing(SqliteOpening(database.file, alone=True)) if outdated else nullcontext()


def _is_outdated(connection: Connection) -> bool:
    found = _schema(connection)
    return found is not None and found < SCHEMA


def _refuse_others(connection: Connection, place: str) -> None:
    """Neither tables of somebody else nor those of a newer Millrace are for us to change."""
    found = _schema(connection)
    if found is not None and found > SCHEMA:
        raise _newer(place, found)
    if found is None and inspect(connection).get_table_names():
        raise StoreError(f"{place} holds tables that are not Millrace's.", cure="Give the store a database of its own.")


def _schema(connection: Connection) -> str | None:
    """The schema's revision; None if there is no store in the database."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(_VERSION).scalar_one_or_none()


def _require_schema(database: Database) -> None:
    with database.read() as connection:
        found = _schema(connection)
    if found is None:
        raise StoreError(f"There is no store in {database.place} yet.", cure=_CURE)
    if found > SCHEMA:
        raise _newer(database.place, found)
    if found < SCHEMA:
        raise StoreError(f"The store {database.place} has schema {found}, not {SCHEMA}.", cure=_CURE)


def _newer(place: str, found: str) -> StoreError:
    problem = f"A newer Millrace wrote the store {place} (schema {found}; this one knows {SCHEMA})."
    return StoreError(problem, cure="Install that version: pip install --upgrade millrace.")


def _check(database: Database) -> str | None:
    if database.is_sqlite and not database.file.exists():
        return f"There is no store at {database.place} yet. {_CURE}"
    _require_schema(database)
    return _damage(database) if database.is_sqlite else None


def _damage(database: Database) -> str | None:
    with database.read() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    return None if found == "ok" else f"The store {database.place} is damaged ({found}). Put back a backup."
