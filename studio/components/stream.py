"""Lazy tables that change piece by piece in Python, and say in our words what goes wrong.

Polars makes a new exception of one that comes out of an expression, and the cure is lost; one that comes out of a
source of pieces stays what it is. So what may fail on the data is a source of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

Pieces = Callable[[list[str]], "Iterator[pl.DataFrame]"]
"""The wanted columns -> the table's pieces, in order."""


def lazy(pieces: Pieces, schema: pl.Schema) -> pl.LazyFrame:
    """A lazy table that asks for its pieces when it runs, every time that it runs."""
    from polars.io.plugins import register_io_source

    def source(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = list(schema) if columns is None else columns
        for piece in pieces(wanted):
            kept = piece if rows is None else piece.head(rows)
            rows = None if rows is None else rows - kept.height
            yield kept if predicate is None else kept.filter(predicate)
            if rows == 0:
                return

    return register_io_source(source, schema=schema, is_pure=True)


def pieces_of(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The pieces of a lazy table in the order of its rows, a few of them in memory at a time."""
    return iter(frame.collect_batches(maintain_order=True, lazy=True))
