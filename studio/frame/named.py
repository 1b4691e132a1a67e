"""Columns of polars by their very names: polars itself takes `*` for all columns, and `^...$` for a pattern."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def is_pattern(name: str) -> bool:
    """Whether polars takes the name for a pattern of others."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def column(name: str) -> pl.Expr:
    """The column of that name. Where :func:`is_pattern`, polars panics on its lists and structs being looked into."""
    import polars as pl
    from polars.selectors import by_name

    return by_name(name).as_expr() if is_pattern(name) else pl.col(name)


def columns(names: Iterable[str]) -> list[pl.Expr]:
    """The columns of those names, in their order."""
    return [column(name) for name in names]
