"""Sort: bring rows into an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require
from studio.components.expression import tried
from studio.components.prediction import by_trying

if TYPE_CHECKING:
    import polars as pl


class SortKey(Params):
    """One column to sort by."""

    column: Annotated[str, ui.Column("table"), Field(title="Column", description="A column of the table.")]
    order: Literal["ascending", "descending"] = Field(
        default="ascending", title="Order", description="ascending: smallest or earliest first, text from A to Z."
    )


class SortParams(Params):
    """What to sort by."""

    by: list[SortKey] = Field(
        min_length=1, title="Sort by", description="The second column decides where the first is equal, and so on."
    )
    empty: Literal["last", "first"] = Field(
        default="last", title="Empty values", description="Where rows without a value go."
    )


@component(id="table.sort", version=1, name="Sort", category="Transform", effect="pure", icon="sort")
def table_sort(table: pl.LazyFrame, params: SortParams) -> pl.LazyFrame:
    """Sort the rows by one or more columns. Rows that are equal in all of them keep their order."""
    from studio.frame import columns

    require((key.column for key in params.by), table.collect_schema().names(), field="by")
    keys = columns(key.column for key in params.by)
    descending = [key.order == "descending" for key in params.by]
    last = params.empty == "last"
    return tried(
        lambda frame: frame.sort(keys, descending=descending, nulls_last=last, maintain_order=True),
        table,
        field="by",
    )


table_sort.schema(by_trying(table_sort))

table_sort.example(
    title="Largest amount first, then by name",
    inputs={"table": {"name": ["Cleo", "Bert", "Anna"], "amount": [5, 9, 9]}},
    params={"by": [{"column": "amount", "order": "descending"}, {"column": "name"}]},
    expect={"table": {"name": ["Anna", "Bert", "Cleo"], "amount": [9, 9, 5]}},
)
table_sort.example(
    title="Rows without a date first",
    inputs={"table": {"booked": ["2026-10-02", None, "2026-10-01"]}},
    params={"by": [{"column": "booked"}], "empty": "first"},
    expect={"table": {"booked": [None, "2026-10-01", "2026-10-02"]}},
)
