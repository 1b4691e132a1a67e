"""Expressions over columns, written in polars' SQL: `amount > 100 AND status = 'open'`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from studio.components.columns import missing
from studio.components.stream import lazy, pieces_of
from studio.exceptions import UserError

if TYPE_CHECKING:
    import polars as pl

HOW_TO = "Write it like: amount > 100 AND status = 'open'. Names with spaces go in double quotes, text in single ones."
OTHER_TYPES = "Check the types of the columns; a Select node can change them."


def parsed(text: str, names: Sequence[str], *, field: str) -> pl.Expr:
    """The expression. Raises :class:`UserError` if it cannot be read, or names a column that is not among `names`."""
    import polars as pl

    try:
        expression = pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise UserError(f"{text!r} cannot be read: {_headline(error)}.", cure=HOW_TO, field=field) from error
    for name in expression.meta.root_names():
        if name.startswith("_POLARS_TMP"):
            raise UserError("An expression cannot hold a SELECT.", cure="Use a Join node.", field=field)
        if name not in names:
            raise _missing(name, text, names, field)
    return expression


def _missing(name: str, text: str, names: Sequence[str], field: str) -> UserError:
    error = missing(name, names, field=field)
    if f'"{name}"' in text:
        error.cure += f" If it is text, put it in single quotes: '{name}'."
    return error


def tried(build: Callable[[pl.LazyFrame], pl.LazyFrame], table: pl.LazyFrame, *, field: str) -> pl.LazyFrame:
    """`build(table)`, once it has run on an empty table of the same columns.

    So types that do not go together are told before any data flows. What goes wrong on the data, such as text that is
    no number, is told when they do. Both raise :class:`UserError` with polars' own words.
    """
    import polars as pl

    try:
        build(pl.LazyFrame(schema=table.collect_schema())).collect()
    except pl.exceptions.PolarsError as error:
        raise told(error, field) from error
    return guarded(build(table), field=field)


def guarded(table: pl.LazyFrame, *, field: str) -> pl.LazyFrame:
    """The same table; polars' errors on its data become :class:`UserError`."""
    import polars as pl

    from studio.frame import columns

    def pieces(wanted: list[str]) -> Iterator[pl.DataFrame]:
        try:
            yield from pieces_of(table.select(columns(wanted)))
        except pl.exceptions.PolarsError as error:
            raise told(error, field) from error

    return lazy(pieces, table.collect_schema())


def told(error: Exception, field: str) -> UserError:
    text = _headline(error)
    return UserError(f"{text[:1].upper()}{text[1:]}.", cure=OTHER_TYPES, field=field)


def _headline(error: Exception) -> str:
    """The first line of polars' message, without the plan that follows it."""
    return str(error).partition("\n")[0].strip().rstrip(".")
