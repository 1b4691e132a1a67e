"""Join: put the rows of two tables side by side where their keys are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require, require_distinct
from studio.components.expression import guarded
from studio.components.prediction import by_trying
from studio.exceptions import UserError
from studio.port import Outputs, Schema

if TYPE_CHECKING:
    import polars as pl


class JoinParams(Params):
    """Which columns must be equal."""

    left_on: Annotated[list[str], ui.Columns("left")] = Field(
        min_length=1, title="Left columns", description="The key: columns of the left table."
    )
    right_on: Annotated[list[str], ui.Columns("right")] = Field(
        min_length=1,
        title="Right columns",
        description="The columns of the right table that must be equal, in the same order.",
    )
    suffix: str = Field(
        default="_right", min_length=1, title="Suffix",
        description="Added to the name of a right column where the left table has one of that name.",
    )  # fmt: skip
    right_is_unique: bool = Field(
        default=False, title="Right keys are unique",
        description="Stop if a key comes twice in the right table, instead of repeating the left row.",
    )  # fmt: skip


class Joined(Outputs):
    """Pairs, and rows without a partner."""

    matched: pl.LazyFrame
    left_only: pl.LazyFrame
    right_only: pl.LazyFrame


@component(id="table.join", version=1, name="Join", category="Combine", effect="pure", icon="join")
def table_join(left: pl.LazyFrame, right: pl.LazyFrame, params: JoinParams) -> Joined:
    """Look up rows of one table in another, as VLOOKUP does, for one or more columns.

    `matched` holds the pairs: the left columns, then the right ones without its key. `left_only` and `right_only` hold
    the rows that found no partner. A left row with several partners comes several times. Empty values match nothing.
    """
    from polars.selectors import by_name

    kinds = _key_types(left.collect_schema(), right.collect_schema(), params)
    _refuse_equal_names(left.collect_schema().names(), right.collect_schema().names(), params)
    keys = [f"__key_{position}" for position in range(len(kinds))]
    left_keyed, right_keyed = _keyed(left, params.left_on, kinds), _keyed(right, params.right_on, kinds)
    matched = left_keyed.join(
        right_keyed.drop(by_name(params.right_on)),
        on=keys, how="inner", suffix=params.suffix, maintain_order="left_right",
        validate="m:1" if params.right_is_unique else "m:m",
    ).drop(keys)  # fmt: skip
    return Joined(
        matched=guarded(matched, field="right_is_unique") if params.right_is_unique else matched,
        left_only=left_keyed.join(right_keyed, on=keys, how="anti", maintain_order="left").drop(keys),
        right_only=right_keyed.join(left_keyed, on=keys, how="anti", maintain_order="left").drop(keys),
    )


def _key_types(left: pl.Schema, right: pl.Schema, params: JoinParams) -> list[pl.DataType]:
    """The types in which to compare the keys."""
    if len(params.left_on) != len(params.right_on):
        raise UserError(
            f"{len(params.left_on)} left columns cannot equal {len(params.right_on)} right ones.",
            cure="Choose as many on each side.", field="right_on",
        )  # fmt: skip
    require(params.left_on, left.names(), field="left_on", table="The left table")
    require(params.right_on, right.names(), field="right_on", table="The right table")
    pairs = zip(params.left_on, params.right_on, strict=True)
    return [_common_type(left[ours], right[theirs], ours, theirs) for ours, theirs in pairs]


def _common_type(ours: pl.DataType, theirs: pl.DataType, left: str, right: str) -> pl.DataType:
    import polars as pl

    if ours == theirs:
        return ours
    if all(kind.is_decimal() or kind.is_integer() for kind in (ours, theirs)):
        return pl.Decimal(38, max(getattr(kind, "scale", 0) for kind in (ours, theirs)))
    raise UserError(
        f"The keys {left!r} ({_name(left, ours)}) and {right!r} ({_name(right, theirs)}) are of different types.",
        cure="Bring them to one type by a Select node.", field="right_on",
    )  # fmt: skip


def _name(column: str, kind: pl.DataType) -> str:
    import polars as pl

    from studio.frame import schema_of

    return schema_of(pl.LazyFrame(schema={column: kind})).columns[0].type


def _keyed(table: pl.LazyFrame, columns: list[str], kinds: list[pl.DataType]) -> pl.LazyFrame:
    """The table with its key in columns of their own."""
    from studio.frame import column

    pairs = enumerate(zip(columns, kinds, strict=True))
    return table.with_columns(column(name).cast(kind).alias(f"__key_{at}") for at, (name, kind) in pairs)


def _refuse_equal_names(left: list[str], right: list[str], params: JoinParams) -> None:
    added = [name for name in right if name not in params.right_on]
    require_distinct([*left, *(name + params.suffix if name in left else name for name in added)], field="suffix")


@table_join.schema
def table_join_schema(params: JoinParams, left: Schema | None, right: Schema | None) -> dict[str, Schema | None]:
    both = by_trying(table_join)(params, left=left, right=right)
    return both or {"left_only": left, "right_only": right}


table_join.example(
    title="Names for customer numbers",
    inputs={
        "left": {"invoice": ["A1", "A2", "A3"], "customer": [7, 8, 9]},
        "right": {"number": [8, 7, 5], "name": ["Smith", "Miller", "Jones"]},
    },
    params={"left_on": ["customer"], "right_on": ["number"]},
    expect={
        "matched": {"invoice": ["A1", "A2"], "customer": [7, 8], "name": ["Miller", "Smith"]},
        "left_only": {"invoice": ["A3"], "customer": [9]},
        "right_only": {"number": [5], "name": ["Jones"]},
    },
)
table_join.example(
    title="Two columns as key, several partners, equal names",
    inputs={
        "left": {"year": [2026, 2026], "month": [1, 2], "amount": [10, 20]},
        "right": {"year": [2026, 2026, 2025], "month": [1, 1, 2], "amount": [3, 7, 9]},
    },
    params={"left_on": ["year", "month"], "right_on": ["year", "month"], "suffix": "_planned"},
    expect={
        "matched": {"year": [2026, 2026], "month": [1, 1], "amount": [10, 10], "amount_planned": [3, 7]},
        "left_only": {"year": [2026], "month": [2], "amount": [20]},
        "right_only": {"year": [2025], "month": [2], "amount": [9]},
    },
)
