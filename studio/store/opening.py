"""Who has a store open: no version changes the schema under another one that works with it.

PostgreSQL knows its sessions by name. Beside a SQLite file lies another one, which everybody locks who has the store
open; the file itself cannot be locked so, for SQLite's own locks end when any handle of it is closed.
"""

from __future__ import annotations

import fcntl
import os
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, text

from studio.exceptions import StoreError

_SESSIONS = text(
    "SELECT DISTINCT application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'millrace %'"
)


def session_name() -> str:
    """How PostgreSQL shall know us."""
    return f"millrace {version('millrace')}"


def refuse_if_open(connection: Connection, place: str) -> None:
    """Raise StoreError if another process has the PostgreSQL store open."""
    if names := list(connection.scalars(_SESSIONS)):
        raise _is_open(place, f" ({', '.join(sorted(names))})")


class SqliteOpening:
    """One process's hold on a SQLite store, until it is closed: shared, or `alone` to change the schema.

    Raises StoreError if somebody who has it rules that out.
    """

    def __init__(self, file: Path, *, alone: bool = False) -> None:
        self._fd = os.open(f"{file}-open", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise (_is_open(str(file), "") if alone else _is_changed(str(file))) from error

    def close(self) -> None:
        os.close(self._fd)


def _is_open(place: str, who: str) -> StoreError:
    return StoreError(
        f"The schema of {place} is not changed while others have the store open{who}.",
        cure="Stop the services and runs that use it.",
        retryable=True,
    )


def _is_changed(place: str) -> StoreError:
    return StoreError(f"The schema of {place} is being changed right now.", cure="Try again.", retryable=True)
