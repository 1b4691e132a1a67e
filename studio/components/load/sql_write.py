"""SQL write: put rows into a table of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from studio.component import Params, component
from studio.components.database import DatabaseUrl, SqlError, connected, require_columns, split_name
from studio.components.stream import pieces_of
from studio.credential import DatabaseLogin
from studio.exceptions import UserError
from studio.port import Json, Outputs

if TYPE_CHECKING:
    import polars as pl
    import sqlalchemy as sa

BATCH_ROWS = 5_000


class SqlWriteParams(Params):
    """Where to put the rows."""

    url: DatabaseUrl = Field(
        min_length=1, title="Database", examples=["sqlite:///data/ledger.db", "postgresql+psycopg://user@server/name"],
        description="Its SQLAlchemy URL; an SQLite file after sqlite:/// lies below the project folder.",
    )  # fmt: skip
    table: str = Field(
        min_length=1, title="Table", examples=["payments", "ledger.payments"],
        description="Name of the table, made if it is not there; after a point that of its schema comes first.",
    )  # fmt: skip
    mode: Literal["append", "replace", "fail"] = Field(
        default="append", title="If there is such a table",
        description="append: add the rows. replace: delete its rows first. fail: stop.",
    )  # fmt: skip
    wait: float = Field(
        default=5, ge=0, le=3600, title="Wait",
        description="Seconds to wait for the server, or while another program locks the SQLite file.",
    )  # fmt: skip


class Written(Outputs):
    """What was written."""

    written: Json


@component(id="sql.write", version=1, name="SQL write", category="Load", effect="writes", icon="database")
def sql_write(table: pl.LazyFrame, params: SqlWriteParams, *, login: DatabaseLogin | None = None) -> Written:
    """Write a table into a table of a database, in one transaction: all rows, or none.

    Columns are matched by name; a table that is there keeps its structure, and columns that are not given stay empty.
    SQLite has no type for money: decimals become text there, digit by digit. A step that is tried again after a crash
    may append its rows a second time: choose replace, or a table with a key, where that matters. The login is a stored
    credential; what it has, such as user, password and server, stands in place of what the URL has.
    """
    name, schema = split_name(params.table)
    with connected(params.url, wait=params.wait, write=True, login=login) as connection:
        _prepare(connection, table.collect_schema(), name, schema, params)
        rows = _insert(connection, table, name, schema)
    return Written(written={"table": params.table, "rows": rows, "mode": params.mode})


def _prepare(
    connection: sa.Connection, columns: pl.Schema, name: str, schema: str | None, params: SqlWriteParams
) -> None:
    """Make the table, or make it ready."""
    import sqlalchemy as sa

    inspector = sa.inspect(connection)
    if not inspector.has_table(name, schema=schema):
        kinds = [sa.Column(column, _sql_type(column, kind, connection)) for column, kind in columns.items()]
        sa.Table(name, sa.MetaData(), *kinds, schema=schema).create(connection)
        return
    if params.mode == "fail":
        raise SqlError(f"There is a table {params.table!r} already.", cure="Choose append or replace.", field="mode")
    known = [column["name"] for column in inspector.get_columns(name, schema=schema)]
    require_columns(columns.names(), known, params.table)
    if params.mode == "replace":
        connection.execute(sa.delete(sa.table(name, schema=schema)))


def _sql_type(column: str, kind: pl.DataType, connection: sa.Connection) -> Any:
    import polars as pl
    import sqlalchemy as sa

    if isinstance(kind, pl.Decimal):
        return sa.Text() if _is_sqlite(connection) else sa.Numeric(kind.precision, kind.scale)
    if isinstance(kind, pl.Datetime):
        return sa.DateTime(timezone=kind.time_zone is not None)
    kinds = {
        pl.String: sa.Text, pl.Int64: sa.BigInteger, pl.Float64: sa.Double, pl.Boolean: sa.Boolean, pl.Date: sa.Date,
        pl.Time: sa.Time, pl.Duration: sa.Interval, pl.Binary: sa.LargeBinary,
    }  # fmt: skip
    for known, made in kinds.items():
        if kind == known:
            return made()
    raise UserError(f"Column {column!r} holds several values in one.", cure="Leave it out by a Select node.")


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _insert(connection: sa.Connection, table: pl.LazyFrame, name: str, schema: str | None) -> int:
    """The number of rows."""
    import sqlalchemy as sa

    names = table.collect_schema().names()
    target = sa.table(name, *map(sa.column, names), schema=schema)
    convert = _for_sqlite if _is_sqlite(connection) else _as_it_is
    count = 0
    for rows in _rows(table, convert):
        connection.execute(sa.insert(target), [dict(zip(names, row, strict=True)) for row in rows])
        count += len(rows)
    return count


def _rows(table: pl.LazyFrame, convert: Callable[[Any], Any]) -> Iterator[list[list[Any]]]:
    for piece in pieces_of(table):
        for part in piece.iter_slices(BATCH_ROWS):
            yield [[convert(value) for value in row] for row in part.iter_rows()]


def _as_it_is(value: Any) -> Any:
    return value


def _for_sqlite(value: Any) -> Any:
    """Values of types that SQLite lacks, as its own functions read them."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return format(value, "f") if isinstance(value, Decimal) else value


sql_write.example(
    title="A new table",
    inputs={"table": {"payee": ["Miller", "Smith"], "amount": [10, 20]}},
    params={"url": "sqlite:///out.db", "table": "payments"},
    expect={"written": {"table": "payments", "rows": 2, "mode": "append"}},
)
sql_write.example(
    title="Instead of the rows of yesterday, exact to the cent",
    inputs={"table": {"booked": [date(2026, 10, 1)], "amount": [Decimal("10.10")]}},
    params={"url": "sqlite:///out.db", "table": "payments", "mode": "replace"},
    expect={"written": {"table": "payments", "rows": 1, "mode": "replace"}},
)
