"""Aggregate: one row per group, with counts, sums and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require, require_distinct
from studio.components.expression import tried
from studio.components.prediction import by_trying
from studio.exceptions import UserError

if TYPE_CHECKING:
    import polars as pl

Function = Literal["rows", "count", "distinct", "sum", "mean", "median", "min", "max", "std", "first", "last"]


class Measure(Params):
    """One figure per group."""

    column: Annotated[str, ui.Column("table")] = Field(
        default="", title="Column", description="The column to summarize; none is needed to count rows."
    )
    function: Function = Field(
        default="sum", title="Function",
        description="rows: number of rows. count: of values that are not empty. distinct: of different values. "
        "sum, mean, median, min, max, std (standard deviation), first and last speak for themselves.",
    )  # fmt: skip
    name: str = Field(
        default="",
        title="Name",
        description="Name of the new column. Empty: made of function and column, like sum_amount.",
    )

    @property
    def title(self) -> str:
        return self.name or "_".join(part for part in (self.function, self.column) if part)


class AggregateParams(Params):
    """The groups and the figures."""

    by: Annotated[list[str], ui.Columns("table")] = Field(
        default_factory=list,
        title="Group by",
        description="One row for each combination of values. Empty: one row for all.",
    )
    measures: list[Measure] = Field(
        default_factory=lambda: [Measure(function="rows")], title="Figures", description="The columns to compute.",
        min_length=1,
    )  # fmt: skip


@component(id="table.aggregate", version=1, name="Aggregate", category="Transform", effect="pure", icon="sigma")
def table_aggregate(table: pl.LazyFrame, params: AggregateParams) -> pl.LazyFrame:
    """Group rows and compute figures for each group, as a pivot table does. The groups come out sorted.

    Empty values count in no figure but `rows`. The sum of decimals is exact; mean, median and std are floating point.
    """
    from studio.frame import columns

    names = table.collect_schema().names()
    require(params.by, names, field="by")
    require_distinct([*params.by, *(measure.title for measure in params.measures)], field="measures")
    figures = [
        _figure(measure, names, f"measures.{position}.column") for position, measure in enumerate(params.measures)
    ]
    if not params.by:
        return tried(lambda frame: frame.select(figures), table, field="measures")
    ordered = any(measure.function in ("first", "last") for measure in params.measures)

    def grouped(frame: pl.LazyFrame) -> pl.LazyFrame:
        keys = columns(params.by)
        return frame.group_by(keys, maintain_order=ordered).agg(figures).sort(keys, nulls_last=True)

    return tried(grouped, table, field="measures")


def _figure(measure: Measure, names: list[str], field: str) -> pl.Expr:
    import polars as pl

    from studio.frame import column

    if measure.function == "rows":
        return pl.len().alias(measure.title)
    if not measure.column:
        raise UserError(f"The function {measure.function} needs a column.", cure="Choose one.", field=field)
    require([measure.column], names, field=field)
    values = column(measure.column)
    if measure.function == "distinct":
        return values.drop_nulls().n_unique().alias(measure.title)
    if measure.function in ("first", "last"):
        values = values.drop_nulls()
    figure: pl.Expr = getattr(values, measure.function)()
    return figure.alias(measure.title)


table_aggregate.schema(by_trying(table_aggregate))

table_aggregate.example(
    title="Sum and number of payments per payee",
    inputs={"table": {"payee": ["Smith", "Miller", "Smith"], "amount": [10, 20, 5]}},
    params={
        "by": ["payee"],
        "measures": [{"column": "amount", "function": "sum"}, {"function": "rows", "name": "payments"}],
    },
    expect={"table": {"payee": ["Miller", "Smith"], "sum_amount": [20, 15], "payments": [1, 2]}},
)
table_aggregate.example(
    title="One row for the whole table",
    inputs={"table": {"city": ["Bern", "Basel", "Bern", None], "amount": [1.0, 2.0, None, 6.0]}},
    params={
        "measures": [
            {"column": "city", "function": "distinct", "name": "cities"},
            {"column": "amount", "function": "mean"},
            {"column": "amount", "function": "count"},
            {"column": "amount", "function": "last"},
        ]
    },
    expect={"table": {"cities": [2], "mean_amount": [3.0], "count_amount": [3], "last_amount": [6.0]}},
)
