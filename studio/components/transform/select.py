"""Select: choose, order, rename and convert columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require, require_distinct
from studio.components.conversion import LogicalType, Reading, cast
from studio.components.prediction import by_trying

if TYPE_CHECKING:
    import polars as pl


class Choice(Params):
    """One column, and what becomes of it."""

    column: Annotated[str, ui.Column("table"), Field(title="Column", description="A column of the table.")]
    name: str = Field(default="", title="New name", description="Empty: it keeps its name.")
    type: LogicalType | Literal[""] = Field(
        default="", title="New type", examples=["text", "int64", "float64", "decimal(18,2)", "bool", "date"],
        description="For example decimal(18,2) for money, date, int64 or text. Empty: it keeps its type.",
    )  # fmt: skip


class SelectParams(Params):
    """The columns, in their new order."""

    columns: list[Choice] = Field(min_length=1, title="Columns", description="The columns, in their new order.")
    others: Literal["drop", "keep"] = Field(
        default="drop",
        title="Other columns",
        description="What becomes of columns that are not named: they go, or follow.",
    )
    decimal_comma: bool = Field(
        default=False, title="Decimal comma", description="Numbers in text are written 1.234,50 instead of 1,234.50."
    )
    date_formats: list[str] = Field(
        default_factory=list, title="Date formats",
        description="How dates in text are written, for example dd.mm.yyyy. Empty: 2026-10-31.",
    )  # fmt: skip


@component(id="table.select", version=1, name="Select", category="Transform", effect="pure", icon="columns")
def table_select(table: pl.LazyFrame, params: SelectParams) -> pl.LazyFrame:
    """Choose columns, put them in order, rename them, and convert their types.

    A value that does not fit the new type stops the flow and is shown: nothing is rounded away or emptied silently.
    """
    from studio.frame import column

    names = table.collect_schema().names()
    require((choice.column for choice in params.columns), names, field="columns")
    chosen = [(choice.column, choice.name or choice.column) for choice in params.columns]
    if params.others == "keep":
        named = {choice.column for choice in params.columns}
        chosen += [(name, name) for name in names if name not in named]
    require_distinct((name for _, name in chosen), field="columns")
    renamed = table.select(column(old).alias(new) for old, new in chosen)
    kinds = {choice.name or choice.column: choice.type for choice in params.columns if choice.type}
    reading = Reading(tuple(params.date_formats), decimal_comma=params.decimal_comma)
    return cast(renamed, kinds, reading, field="columns")


table_select.schema(by_trying(table_select))

table_select.example(
    title="Choose and rename",
    inputs={"table": {"id": [1, 2], "nm": ["Anna", "Bert"], "tmp": [0, 0]}},
    params={"columns": [{"column": "nm", "name": "name"}, {"column": "id"}]},
    expect={"table": {"name": ["Anna", "Bert"], "id": [1, 2]}},
)
table_select.example(
    title="Text into money and dates",
    inputs={"table": {"amount": ["1.234,50", "-7,00"], "booked": ["31.12.2026", "01.01.2027"], "note": ["a", None]}},
    params={
        "columns": [{"column": "booked", "type": "date"}, {"column": "amount", "type": "decimal(18,2)"}],
        "others": "keep",
        "decimal_comma": True,
        "date_formats": ["dd.mm.yyyy"],
    },
    expect={"table": {"booked": ["2026-12-31", "2027-01-01"], "amount": ["1234.50", "-7.00"], "note": ["a", None]}},
)
