"""Any frame into a canonical Arrow table, and back into the frame that an author asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.exceptions import UserError
from studio.frame.arrow import from_pandas, from_table
from studio.frame.lazy import CanonicalFrame
from studio.frame.logical import arrow_schema, logical_schema
from studio.port import Frame, Schema

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

CLASSES: dict[tuple[str, str], Frame] = {
    ("pandas", "DataFrame"): "pandas",
    ("polars", "DataFrame"): "polars",
    ("polars", "LazyFrame"): "lazy",
    ("pyarrow", "Table"): "arrow",
    ("dask", "DataFrame"): "dask",
}


def frame_of(value: Any) -> Frame | None:
    """What kind of frame the value is, or None. Imports nothing: whoever made it has done so."""
    for known in type(value).__mro__:
        if found := CLASSES.get((known.__module__.partition(".")[0], known.__qualname__)):
            return found
    return None


def to_arrow(value: Any, port: str = "") -> pa.Table:
    """Any frame as an Arrow table in canonical types, without metadata. Lazy frames are collected.

    NaN becomes null; of an index, only named levels become columns. Raises :class:`UserError` that names `port` and
    the column for what a table cannot hold: duplicate names, names that are no text, mixed types, integers beyond 64
    bits, times finer than a microsecond.
    """
    try:
        return _to_arrow(value)
    except UserError as error:
        raise at_port(error, port) from error


def at_port(error: UserError, port: str) -> UserError:
    """The same error, with the port's name before it; one that names a setting or a line comes from elsewhere."""
    if not port or error.field or error.line:
        return error
    return UserError(f"Output {port!r}: {error.message}", cure=error.cure, retryable=error.retryable)


def _to_arrow(value: Any) -> pa.Table:
    kind = frame_of(value)
    if kind in ("polars", "lazy"):
        return CanonicalFrame(value).collect()
    if kind == "arrow":
        return from_table(value)
    if kind == "pandas":
        return from_pandas(value)
    if kind == "dask":
        return from_pandas(value.compute())
    return from_table(_streamed(value))


def _streamed(value: Any) -> pa.Table:
    """A table of any other library that hands out Arrow data, such as a DuckDB relation."""
    import pyarrow as pa

    try:
        if hasattr(value, "__arrow_c_stream__") or isinstance(value, pa.RecordBatch):
            return pa.table(value)
    except (TypeError, ValueError, pa.ArrowException):
        pass  # a single column: refused below, like all that is no table
    raise UserError(
        f"This is no table but a {type(value).__name__}.",
        cure="Hand over a pandas or polars DataFrame, a LazyFrame or a pyarrow Table.",
    )


def from_arrow(table: pa.Table, frame: Frame | None) -> Any:
    """A canonical Arrow table as the frame that is asked for; None asks for pandas.

    pandas columns are backed by Arrow, so that integers with nulls, text and decimals stay what they are. Nothing is
    copied, except that polars makes views of text (16 bytes per row).
    """
    if frame == "arrow":
        return table
    if frame in ("polars", "lazy"):
        import polars as pl

        found = pl.DataFrame(table)
        return found.lazy() if frame == "lazy" else found
    import pandas as pd

    pandas = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
    return _to_dask(pandas) if frame == "dask" else pandas


def _to_dask(frame: Any) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(frame, npartitions=max(1, len(frame) // 1_000_000))


def schema_of(value: Any) -> Schema:
    """The columns of a frame of any kind with their logical types. Lazy frames are not collected."""
    import pyarrow as pa

    if isinstance(value, pa.Schema):
        return logical_schema(value)
    if frame_of(value) in ("polars", "lazy"):
        return logical_schema(CanonicalFrame(value).schema())
    return logical_schema(to_arrow(value).schema)


def polars_schema(schema: Schema) -> pl.Schema:
    import polars as pl

    return pl.DataFrame(arrow_schema(schema).empty_table()).schema


def empty_frame(schema: Schema) -> pl.LazyFrame:
    """No rows, but these columns: what a component predicts its output columns with."""
    import polars as pl

    return pl.LazyFrame(schema=polars_schema(schema))
