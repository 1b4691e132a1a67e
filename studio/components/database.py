"""Databases by SQLAlchemy URL, and what can go wrong with them, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator

from studio.credential import DatabaseLogin
from studio.exceptions import UserError
from studio.problem import did_you_mean

if TYPE_CHECKING:
    import sqlalchemy as sa

DRIVERS = {"mysql": "mysqlclient", "mariadb": "mysqlclient", "postgresql": "psycopg[binary]", "oracle": "oracledb"}


def _refuse_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password or "password=" in parts.query.lower():
        raise ValueError(
            "The URL of the database holds a password, which everybody who reads the flow or its runs would see. Leave "
            "it out, store it as a credential of the type database, and name that as the login."
        )
    return url


DatabaseUrl = Annotated[str, AfterValidator(_refuse_password)]
"""A setting; a credential fills in what it leaves out."""


class SqlError(UserError):
    """A database that cannot be reached, is busy, or does not understand."""

    code = "sql"


@contextmanager
def connected(url: str, *, wait: float, write: bool, login: DatabaseLogin | None = None) -> Iterator[sa.Connection]:
    """A connection in one transaction: committed at the end if it is to `write`, undone in all other cases.

    What `login` has stands in place of what the URL has. Relative SQLite files lie in the working directory. Waits
    `wait` seconds for a server, or for the lock of an SQLite file. Raises :class:`SqlError`, in which there is no
    password.
    """
    import sqlalchemy as sa

    known = _parsed(url, write=write)
    if login is not None:
        known = _signed_in(known, login)
    try:
        engine = _engine(known, wait, write=write)
        with engine.connect() as connection, connection.begin() as transaction:
            yield connection
            if not write:
                transaction.rollback()
    except sa.exc.SQLAlchemyError as error:
        told = _told(error, known)
        if _shows_password(error, known):
            raise told from None
        raise told from error


def _parsed(url: str, *, write: bool) -> sa.URL:
    import sqlalchemy as sa

    try:
        known = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise SqlError("That is no URL of a database.", cure=URLS, field="url") from None
    if known.get_backend_name() == "sqlite" and known.database and not known.database.startswith(("file:", ":")):
        _check_file(Path(known.database), write=write)
    return known


def _signed_in(url: sa.URL, login: DatabaseLogin) -> sa.URL:
    if url.get_backend_name() == "sqlite":
        raise SqlError("SQLite knows no users.", cure="Leave the login out.", field="login")
    return url.set(
        username=login.username or None, password=login.password.get_secret_value() or None, host=login.host,
        port=login.port, database=login.database or None,
    )  # fmt: skip


URLS = "Write it like sqlite:///data/ledger.db or postgresql+psycopg://user@server/name."


def _check_file(file: Path, *, write: bool) -> None:
    """SQLite makes a new, empty database of a file that is not there: that is no answer to a query."""
    if write and not file.parent.is_dir():
        raise SqlError(f"There is no folder {str(file.parent)!r}.", cure="Make it, or correct the URL.", field="url")
    if write or file.is_file():
        return
    names = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
    cure = did_you_mean(file.name, names) or "Correct the URL: sqlite:///data/x.db is below the project folder."
    raise SqlError(f"There is no database {str(file)!r} in {Path.cwd()}.", cure=cure, field="url")


def _engine(url: sa.URL, wait: float, *, write: bool) -> sa.Engine:
    import sqlalchemy as sa

    timeouts = {"sqlite": {"timeout": wait}, "postgresql": {"connect_timeout": max(1, round(wait))}}
    try:
        engine = sa.create_engine(
            url, poolclass=sa.NullPool, connect_args=timeouts.get(url.get_backend_name(), {}), hide_parameters=True
        )
    except ModuleNotFoundError as error:
        package = DRIVERS.get(url.get_backend_name(), str(error.name))
        raise SqlError(
            f"The driver {error.name} is not installed.", cure=f"Install it: pip install {package}.", field="url"
        ) from error
    if url.get_backend_name() == "sqlite":
        _begin_by_ourselves(engine, "BEGIN IMMEDIATE" if write else "BEGIN")
    return engine


def _begin_by_ourselves(engine: sa.Engine, begin: str) -> None:
    """Python's sqlite3 begins no transaction before a CREATE or DROP, which so could not be undone."""
    import sqlalchemy as sa

    @sa.event.listens_for(engine, "connect")
    def leave_transactions_alone(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin_one(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


def _told(error: Exception, url: sa.URL) -> SqlError:
    import sqlalchemy as sa

    text = _without_password(str(getattr(error, "orig", None) or error).partition("\n")[0].strip(), url)
    if isinstance(error, sa.exc.NoSuchModuleError):
        return SqlError(f"There is no driver for {url.drivername}.", cure=URLS, field="url")
    for words, cure, field, retryable in KNOWN:
        if words in text:
            return SqlError(f"The database says: {text}.", cure=cure, field=field, retryable=retryable)
    if isinstance(error, sa.exc.OperationalError) and url.get_backend_name() != "sqlite":
        return SqlError(
            f"The database says: {text}.", cure="Check the URL, and that the server is up.", field="url", retryable=True
        )
    return SqlError(f"The database says: {text}.", cure="Correct the query or the table.", field="query")


KNOWN = [
    ("database is locked", "Another program writes to it: try again, or allow a longer wait.", "wait", True),
    ("database table is locked", "Another program uses it: try again, or allow a longer wait.", "wait", True),
    ("disk is full", "Free some space, then run it again.", "", False),
    ("unable to open", "Check the path, and that the file may be read.", "url", False),
    ("not a database", "Choose an SQLite file.", "url", False),
    ("readonly database", "Ask for the right to write the file and its folder.", "url", False),
    ("A value is required for bind parameter", "Give it a value under Values.", "parameters", False),
    ("one statement at a time", "Leave one statement in the query.", "query", False),
]
"""Words of the error, the cure, the setting at fault, and whether it may pass."""


def _without_password(text: str, url: sa.URL) -> str:
    for secret in _secrets(url):
        text = text.replace(secret, "***")
    return text


def _secrets(url: sa.URL) -> list[str]:
    password = str(url.password or "")
    return [secret for secret in {password, unquote(password)} if secret]


def _shows_password(error: BaseException | None, url: sa.URL) -> bool:
    """Whether the error, or what led to it, tells the password."""
    while error is not None:
        if any(secret in str(error) for secret in _secrets(url)):
            return True
        error = error.__cause__ or error.__context__
    return False


def split_name(table: str) -> tuple[str, str | None]:
    """`ledger.payments` as table and schema."""
    schema, _, name = table.rpartition(".")
    return name, schema or None


def require_columns(wanted: Sequence[str], known: Sequence[str], table: str) -> None:
    """Raise :class:`SqlError` for a column that the table of the database lacks."""
    for name in wanted:
        if name not in known:
            cure = did_you_mean(name, known) or "Leave it out by a Select node, or add it to the table."
            raise SqlError(f"The table {table!r} of the database has no column {name!r}.", cure=cure, field="table")
