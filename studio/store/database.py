"""The engine and its transactions: one way to read, one way to write, and every trouble as a :class:`StoreError`."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from studio.exceptions import StoreError
from studio.store import news
from studio.store.opening import SqliteOpening, session_name
from studio.store.trouble import store_error

logger = logging.getLogger(__name__)

Clock = Callable[[], int]
"""Microseconds since 1970, UTC."""

_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds, and how often: whoever only listens hears of a server that is cut off within a minute."""
STUCK_SECONDS = 60
"""A PostgreSQL session that holds its transaction idle for so long is ended by the server: its process hangs."""


class Database:
    """An engine. `busy_seconds` is how long to wait for a lock; `now` replaces SQLite's clock, for tests."""

    def __init__(self, url: str | Path, *, busy_seconds: float = 10.0, now: Clock | None = None) -> None:
        self.url = store_url(url)
        self.place = _place(self.url)
        self.busy_seconds = busy_seconds
        self.now = now or _now
        self._opening: SqliteOpening | None = None
        self._turn = threading.Lock()
        self.engine = self._sqlite_engine() if self.is_sqlite else self._postgresql_engine()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path:
        """SQLite's file."""
        return Path(str(self.url.database))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: it sees one moment of the store and keeps nobody waiting."""
        with self._translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction that writes: all of it, or nothing. On SQLite it holds the one write lock from its start.

        What SQLite has committed outlives our death, but only what is `durable` outlives the machine's: it is on the
        disk when this ends. On PostgreSQL everything is.
        """
        engine = self._durable if durable else self._writing
        with self._in_turn(), self._translated(), engine.connect() as connection:
            news.noted(connection)  # of a transaction that failed
            with connection.begin():
                yield connection
            self._tell(connection)

    def _tell(self, connection: Connection) -> None:
        """Tell others of what was committed. If that fails they look for it themselves, a little later."""
        try:
            if found := news.noted(connection):
                news.tell(connection, found)
        except DBAPIError as error:
            logger.warning("others are not told of a change to the store", extra={"why": type(error.orig).__name__})

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite lets those who wait for its lock look now and then, and whoever looks first has it."""
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self.busy_seconds):
            raise StoreError(f"The store {self.place} is busy.", cure="Try again.", retryable=True)
        try:
            yield
        finally:
            self._turn.release()

    def use_wal(self) -> None:
        """Let readers and a writer of SQLite work at once. The file remembers; only for files that are ours."""
        end = time.monotonic() + self.busy_seconds
        while True:
            try:
                return self._turn_to_wal()
            except StoreError as error:
                # Here alone SQLite does not wait for a lock by itself, whatever the busy timeout.
                if not error.retryable or time.monotonic() > end:
                    raise
            time.sleep(0.01)

    def _turn_to_wal(self) -> None:
        with self._translated(), self.engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction first: within one the mode stays as it is.
            connection.connection.execute("PRAGMA journal_mode = WAL").close()

    def hold(self) -> None:
        """Let nobody change a SQLite store's schema until this is closed; PostgreSQL knows of us anyhow."""
        if self.is_sqlite:
            self._opening = SqliteOpening(self.file)

    def close(self) -> None:
        self.engine.dispose()
        if self._opening is not None:
            self._opening.close()
            self._opening = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            found = store_error(error, self.place)
            if found is None:
                raise
            raise found from error

    def _sqlite_engine(self) -> Engine:
        engine = create_engine(self.url, connect_args={"timeout": self.busy_seconds})
        event.listen(engine, "connect", self._on_sqlite_connect)
        event.listen(engine, "begin", _begin_sqlite)
        self._writing: Engine = engine.execution_options(millrace_write=True)
        self._durable: Engine = engine.execution_options(millrace_write=True, millrace_durable=True)
        return engine

    def _on_sqlite_connect(self, connection: Any, entry: ConnectionPoolEntry) -> None:
        # The driver would begin by itself, and late; _begin_sqlite does it instead.
        connection.isolation_level = None
        connection.create_function("millrace_clock", 0, self.now)
        connection.execute("PRAGMA foreign_keys = ON").close()

    def _postgresql_engine(self) -> Engine:
        engine = _with_driver(self.url)
        event.listen(engine, "connect", self._on_postgresql_connect)
        self._writing = self._durable = engine
        return engine

    def _on_postgresql_connect(self, connection: Any, entry: ConnectionPoolEntry) -> None:
        milliseconds = {
            "lock_timeout": int(self.busy_seconds * 1000),
            "idle_in_transaction_session_timeout": STUCK_SECONDS * 1000,
        }
        for name, value in milliseconds.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
        connection.commit()


def store_url(url: str | Path) -> URL:
    """A path, or a URL of SQLite or PostgreSQL, with the driver that we use."""
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(url))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("The store's URL cannot be read.", cure=_URL_CURE) from error
    backend = parsed.drivername.split("+")[0]
    if backend == "sqlite":
        return _sqlite_url(parsed)
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"A store cannot be kept in {backend}.", cure=_URL_CURE)


def _place(url: URL) -> str:
    """How messages name the store: without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").difference_update_query(["password"]).render_as_string(hide_password=True)


_URL_CURE = "Use sqlite:////folder/millrace.db or postgresql://user@host/database."


def _sqlite_url(url: URL) -> URL:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreError("A store is kept in a file, not in memory.", cure=_URL_CURE)
    return url.set(drivername="sqlite")


def _with_driver(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": session_name(), **_KEEPALIVES},
        )
    except ImportError as error:
        cure = "Install it: pip install 'millrace[postgresql]'."
        raise StoreError("PostgreSQL's driver is not installed.", cure=cure) from error


def _begin_sqlite(connection: Connection) -> None:
    # Plain BEGIN then write fails at once when another has written since, however long the busy timeout is.
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('millrace_durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("millrace_write") else "BEGIN")


def _now() -> int:
    return time.time_ns() // 1000
