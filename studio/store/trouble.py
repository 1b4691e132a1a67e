"""What a database's error means to whoever keeps the store, and the cure. Errors of our own making mean nothing."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError

from studio.exceptions import StoreError


def store_error(error: DBAPIError | sqlite3.Error, place: str) -> StoreError | None:
    """The trouble behind a driver's error, or None if it is a mistake of ours and keeps its traceback."""
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, place)
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error.orig, place)
    return _of_postgresql(error, place)


_SQLITE: dict[int, tuple[str, str, bool]] = {
    sqlite3.SQLITE_BUSY: ("is locked by another process", "Try again, or end the process that holds it.", True),
    sqlite3.SQLITE_LOCKED: ("is locked by another process", "Try again, or end the process that holds it.", True),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Free some space, then try again.", True),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Make its folder, or set MILLRACE_HOME to one that exists.", False),
    sqlite3.SQLITE_NOTADB: ("is not a database", "Move the file away, or put back a backup.", False),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Put back a backup, or save what is left with sqlite3's .recover.", False),
    sqlite3.SQLITE_READONLY: ("may not be written", "Mend the permissions of the file and its folder.", False),
    sqlite3.SQLITE_PERM: ("may not be used", "Mend the permissions of the file and its folder.", False),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "See whether its disk is full or failing.", True),
}
"""Primary result code -> what is wrong, the cure, whether waiting helps. https://www.sqlite.org/rescode.html"""


def _of_sqlite(error: sqlite3.Error, place: str) -> StoreError | None:
    # Extended codes carry the primary code in their low byte.
    found = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return _error(place, found, str(error)) if found else None


_POSTGRESQL: dict[str, tuple[str, str, bool]] = {
    "08": ("cannot be reached", "See whether PostgreSQL runs at that address, then try again.", True),
    "28": ("refuses the login", "Mend user and password in the store's URL.", False),
    "3D": ("does not exist", "Make the database with createdb, then run `millrace db upgrade`.", False),
    "40": ("is busy with others' changes", "Try again.", True),
    "42501": ("may not be used by this user", "Grant the user its tables.", False),
    "25006": ("is read-only", "Use the primary server's address.", True),
    "25P03": ("ended a transaction that stood still", "Try again.", True),
    "53100": ("cannot grow: the disk is full", "Free some space on the database's server, then try again.", True),
    "53": ("has too little memory or too many connections", "Try again, or raise max_connections.", True),
    "55P03": ("is locked by another process", "Try again, or end the process that holds it.", True),
    "57P": ("is shutting down or starting", "Try again in a moment.", True),
    "58": ("cannot be read or written", "See whether the disk of the database's server is failing.", True),
    "XX": ("is damaged", "See the log of PostgreSQL; put back a backup.", False),
}
"""SQLSTATE or its beginning -> what is wrong, the cure, whether waiting helps; longer ones first."""


def _of_postgresql(error: DBAPIError, place: str) -> StoreError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    found = next((_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL), None)
    if found is None and not state and _is_operational(error):
        found = _POSTGRESQL[_without_state(str(error.orig))]
    return _error(place, found, str(error.orig)) if found else None


def _without_state(message: str) -> str:
    """Which trouble it is when libpq cannot connect, or loses the connection: then it gives words alone."""
    if re.search(r"authentication failed|no password supplied|role .* does not exist", message):
        return "28"
    return "3D" if re.search(r"database .* does not exist", message) else "08"


def _is_operational(error: DBAPIError) -> bool:
    return type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout") or error.connection_invalidated


def _error(place: str, found: tuple[str, str, bool], detail: Any) -> StoreError:
    problem, cure, retryable = found
    first_line = str(detail).strip().split("\n")[0]
    return StoreError(f"The store {place} {problem} ({first_line}).", cure=cure, retryable=retryable)
