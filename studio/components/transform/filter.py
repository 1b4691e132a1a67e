"""Filter: keep the rows that meet a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.expression import parsed, tried
from studio.components.prediction import by_trying
from studio.exceptions import UserError

if TYPE_CHECKING:
    import polars as pl


class FilterParams(Params):
    """Which rows to keep."""

    condition: Annotated[
        str,
        ui.Code("sql", "table"),
        Field(
            min_length=1, title="Condition", examples=["amount > 100 AND status = 'open'"],
            description="Rows for which it is true are kept, for example: amount > 100 AND status = 'open'.",
        ),
    ]  # fmt: skip


@component(id="table.filter", version=1, name="Filter", category="Transform", effect="pure", icon="filter")
def table_filter(table: pl.LazyFrame, params: FilterParams) -> pl.LazyFrame:
    """Keep the rows that meet a condition.

    The condition is written in SQL: `amount > 100 AND status = 'open'`, `payee LIKE 'Miller%'`, `note IS NULL`,
    `booked >= DATE '2026-10-01'`. Text stands in single quotes, a column's name with a space in double quotes. A row
    whose condition cannot be told, because a value is missing, is left out.
    """
    import polars as pl

    columns = table.collect_schema()
    keep = parsed(params.condition, columns.names(), field="condition")
    filtered = tried(lambda frame: frame.select(keep.alias("keep")), table, field="condition")
    found = filtered.collect_schema()["keep"]
    if found != pl.Boolean:
        raise UserError(
            "The condition is neither true nor false.", cure="Compare something: amount > 100.", field="condition"
        )
    return tried(lambda frame: frame.filter(keep), table, field="condition")


table_filter.schema(by_trying(table_filter))

table_filter.example(
    title="Open payments above 100",
    inputs={
        "table": {"payee": ["Miller", "Smith", "Jones"], "amount": [120, 80, 500], "status": ["open", "open", "paid"]}
    },
    params={"condition": "amount > 100 AND status = 'open'"},
    expect={"table": {"payee": ["Miller"], "amount": [120], "status": ["open"]}},
)
table_filter.example(
    title="Missing values, and names with a space",
    inputs={"table": {"Payee name": ["Miller", None, "Smith"], "amount": [1, 2, None]}},
    params={"condition": '"Payee name" IS NULL OR amount IS NULL'},
    expect={"table": {"Payee name": [None, "Smith"], "amount": [2, None]}},
)
