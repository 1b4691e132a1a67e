"""Deduplicate: of rows that are equal, keep one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require
from studio.components.prediction import by_trying
from studio.port import Outputs

if TYPE_CHECKING:
    import polars as pl


class DeduplicateParams(Params):
    """What makes rows equal, and which of them to keep."""

    columns: Annotated[list[str], ui.Columns("table")] = Field(
        default_factory=list, title="Columns",
        description="Rows with equal values in these columns are duplicates. Empty: all columns.",
    )  # fmt: skip
    keep: Literal["first", "last", "none"] = Field(
        default="first", title="Keep", description="Which of the equal rows stays; none: only rows that come once stay."
    )


class Deduplicated(Outputs):
    """The rows that stay, and those that go."""

    table: pl.LazyFrame
    duplicates: pl.LazyFrame


@component(id="table.deduplicate", version=1, name="Deduplicate", category="Transform", effect="pure", icon="copy")
def table_deduplicate(table: pl.LazyFrame, params: DeduplicateParams) -> Deduplicated:
    """Remove duplicate rows, and hand them over by themselves: a payment that was booked twice is worth a look.

    `table` holds the rows that stay, `duplicates` those that were removed, both in the order in which they came.
    """
    import polars as pl

    from studio.frame import columns

    names = table.collect_schema().names()
    require(params.columns, names, field="columns")
    row = pl.struct(columns(params.columns or names))
    tests = {"first": row.is_first_distinct, "last": row.is_last_distinct, "none": row.is_unique}
    stays = tests[params.keep]()
    return Deduplicated(table=table.filter(stays), duplicates=table.filter(~stays))


table_deduplicate.schema(by_trying(table_deduplicate))

table_deduplicate.example(
    title="Payments that were booked twice",
    inputs={"table": {"invoice": ["A1", "A2", "A1"], "amount": [10, 20, 10]}},
    expect={
        "table": {"invoice": ["A1", "A2"], "amount": [10, 20]},
        "duplicates": {"invoice": ["A1"], "amount": [10]},
    },
)
table_deduplicate.example(
    title="The newest address of each customer",
    inputs={"table": {"customer": [1, 2, 1], "city": ["Bern", "Basel", "Zug"]}},
    params={"columns": ["customer"], "keep": "last"},
    expect={
        "table": {"customer": [2, 1], "city": ["Basel", "Zug"]},
        "duplicates": {"customer": [1], "city": ["Bern"]},
    },
)
