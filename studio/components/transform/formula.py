"""Formula: new columns computed from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require_distinct
from studio.components.expression import parsed, tried
from studio.components.prediction import by_trying

if TYPE_CHECKING:
    import polars as pl


class Formula(Params):
    """One column and how it is computed."""

    name: str = Field(
        min_length=1, title="Column", description="Name of the new column. A column of that name is replaced."
    )
    expression: Annotated[
        str,
        ui.Code("sql", "table"),
        Field(
            min_length=1, title="Formula", examples=["price * quantity"],
            description="How to compute it from the other columns of the row, for example: price * quantity.",
        ),
    ]  # fmt: skip


class FormulaParams(Params):
    """The new columns."""

    formulas: list[Formula] = Field(
        min_length=1,
        title="Formulas",
        description="Computed in turn: a formula may use the columns of those before it.",
    )


@component(id="table.formula", version=1, name="Formula", category="Transform", effect="pure", icon="function")
def table_formula(table: pl.LazyFrame, params: FormulaParams) -> pl.LazyFrame:
    """Compute new columns from the others.

    Formulas are written in SQL: `price * quantity`, `UPPER(name)`, `ROUND(amount, 2)`,
    `CASE WHEN amount < 0 THEN 'out' ELSE 'in' END`, `COALESCE(note, '')`, `first_name || ' ' || last_name`. A sum over
    the whole column is possible, too: `amount / SUM(amount)` is each row's share. Decimals stay decimals.
    """
    require_distinct([formula.name for formula in params.formulas], field="formulas")
    for position, formula in enumerate(params.formulas):
        table = _with(table, formula, f"formulas.{position}.expression")
    return table


def _with(table: pl.LazyFrame, formula: Formula, field: str) -> pl.LazyFrame:
    expression = parsed(formula.expression, table.collect_schema().names(), field=field).alias(formula.name)
    return tried(lambda frame: frame.with_columns(expression), table, field=field)


table_formula.schema(by_trying(table_formula))

table_formula.example(
    title="Price times quantity, and a word for it",
    inputs={"table": {"price": [2.5, 10.0], "quantity": [4, 1]}},
    params={
        "formulas": [
            {"name": "total", "expression": "price * quantity"},
            {"name": "size", "expression": "CASE WHEN quantity > 1 THEN 'many' ELSE 'one' END"},
        ]
    },
    expect={"table": {"price": [2.5, 10.0], "quantity": [4, 1], "total": [10.0, 10.0], "size": ["many", "one"]}},
)
table_formula.example(
    title="Replace a column, and use one that was just made",
    inputs={"table": {"name": [" anna ", "Bert"]}},
    params={
        "formulas": [
            {"name": "name", "expression": "UPPER(TRIM(name))"},
            {"name": "letters", "expression": "LENGTH(name)"},
        ]
    },
    expect={"table": {"name": ["ANNA", "BERT"], "letters": [4, 4]}},
)
