"""SQL query: read from a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import distinct_names, require
from studio.components.conversion import LogicalType, Reading, cast
from studio.components.database import DatabaseUrl, SqlError, connected
from studio.components.spool import BATCH_ROWS, Batch, table_of
from studio.credential import DatabaseLogin

if TYPE_CHECKING:
    import polars as pl
    import sqlalchemy as sa

MIXED = "Convert the column in the query: CAST(... AS TEXT)."


class SqlQueryParams(Params):
    """Which database to ask, and what."""

    url: DatabaseUrl = Field(
        min_length=1, title="Database", examples=["sqlite:///data/ledger.db", "postgresql+psycopg://user@server/name"],
        description="Its SQLAlchemy URL; an SQLite file after sqlite:/// lies below the project folder.",
    )  # fmt: skip
    query: Annotated[
        str,
        ui.Code("sql"),
        Field(
            min_length=1, title="Query", examples=["SELECT * FROM payments WHERE month = :month"],
            description="One SELECT. Values that change are written :name and given below.",
        ),
    ]  # fmt: skip
    parameters: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, title="Values",
        description="The values of :name in the query. They reach the database apart from the query, never as a part.",
    )  # fmt: skip
    types: dict[str, LogicalType] = Field(
        default_factory=dict, title="Types",
        description="Columns whose type shall be another, for example amount: decimal(18,2), or booked: date.",
    )  # fmt: skip
    wait: float = Field(
        default=5, ge=0, le=3600, title="Wait",
        description="Seconds to wait for the server, or while another program locks the SQLite file.",
    )  # fmt: skip


@component(id="sql.query", version=1, name="SQL query", category="Extract", effect="reads", icon="database")
def sql_query(params: SqlQueryParams, *, login: DatabaseLogin | None = None) -> pl.LazyFrame:
    """Read the result of a SELECT from a database.

    Any database that SQLAlchemy knows can be asked; SQLite and PostgreSQL need nothing more. The query runs in a
    transaction that is undone at the end, so nothing in the database changes. Rows are fetched in batches, and stored
    on disk if they are many.

    SQLite has no type for money or dates: name the types of such columns under Types. The login is a stored credential;
    what it has, such as user, password and server, stands in place of what the URL has.
    """
    with connected(params.url, wait=params.wait, write=False, login=login) as connection:
        table = table_of(_batches(connection, params), cure=MIXED)
    require(params.types, table.collect_schema().names(), field="types", table="The result")
    return cast(table, params.types, Reading())


def _batches(connection: sa.Connection, params: SqlQueryParams) -> Iterator[Batch]:
    import sqlalchemy as sa

    options = {"stream_results": True, "max_row_buffer": BATCH_ROWS}
    result = connection.execution_options(**options).execute(sa.text(params.query), params.parameters)
    if not result.returns_rows:
        raise SqlError("The query gives no rows.", cure="Write a SELECT; to change data, use SQL write.", field="query")
    names = distinct_names(list(result.keys()))
    some = False
    for rows in result.partitions(BATCH_ROWS):
        some = True
        yield dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    if not some:
        yield {name: [] for name in names}


sql_query.example(
    title="Payments of a month",
    params={
        "url": "sqlite://",
        "query": "WITH payments(id, month, amount) AS (VALUES (1, '2026-10', '10.10'), (2, '2026-11', '7.00')) "
        "SELECT id, amount FROM payments WHERE month = :month",
        "parameters": {"month": "2026-10"},
        "types": {"amount": "decimal(18,2)"},
    },
    expect={"table": {"id": [1], "amount": ["10.10"]}},
)
sql_query.example(
    title="Values are never a part of the query",
    params={
        "url": "sqlite://",
        "query": "SELECT :name AS name, LENGTH(:name) AS letters, NULL AS remark",
        "parameters": {"name": "x'; DROP TABLE payments; --"},
    },
    expect={"table": {"name": ["x'; DROP TABLE payments; --"], "letters": [27], "remark": [None]}},
)
