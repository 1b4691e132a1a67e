"""Polars frames in canonical types, without collecting them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.exceptions import UserError
from studio.frame.arrow import INEXACT_CURE, beyond_int64
from studio.frame.logical import check_name
from studio.frame.named import is_pattern

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


class CanonicalFrame:
    """A lazy frame whose columns have canonical types. Values that do not fit are found while it is collected."""

    def __init__(self, frame: pl.LazyFrame | pl.DataFrame) -> None:
        lazy = frame.lazy()
        self._misfits: list[UserError] = []
        columns = lazy.collect_schema()
        names = [check_name(name) for name in columns]
        plain = _plain(names)
        if plain != names:
            lazy = lazy.rename(dict(zip(names, plain, strict=True)))
        chosen = [self._column(old, name, kind) for old, (name, kind) in zip(plain, columns.items(), strict=True)]
        self.frame = lazy.select(chosen) if chosen else lazy

    def collect(self) -> pa.Table:
        import polars as pl

        with self._own_words():
            table = self.frame.collect().to_arrow(compat_level=pl.CompatLevel.oldest())
        return table.replace_schema_metadata(None)

    def schema(self) -> pa.Schema:
        import polars as pl

        empty = pl.DataFrame(schema=self.frame.collect_schema())
        return empty.to_arrow(compat_level=pl.CompatLevel.oldest()).schema.remove_metadata()

    def sink(self, path: Path, format: str, rows: int) -> None:
        """Write it as `arrow` or `parquet`, `rows` to a batch, holding some batches in memory at a time.

        The size of batches is set so that equal tables become equal files; polars' own choice depends on timing.
        """
        import polars as pl

        with self._own_words():
            if format == "parquet":
                self.frame.sink_parquet(path, compression="zstd", row_group_size=rows)
            else:
                level = pl.CompatLevel.oldest()
                self.frame.sink_ipc(path, compression="uncompressed", compat_level=level, record_batch_size=rows)

    @contextmanager
    def _own_words(self) -> Iterator[None]:
        """Polars hands an exception on as a new one with more text and without the cure: raise the first again."""
        try:
            yield
        except Exception:
            if self._misfits:
                raise self._misfits[0] from None
            raise

    def _column(self, plain: str, name: str, dtype: Any) -> pl.Expr:
        import polars as pl

        return self._canonical(pl.col(plain), dtype, name).alias(name)

    def _canonical(self, values: pl.Expr, dtype: Any, name: str) -> pl.Expr:
        """The same object if nothing needs to change."""
        import polars as pl

        if dtype.is_float():
            return values.cast(pl.Float64).fill_nan(None)
        if dtype.is_integer():
            return self._integer(values, dtype, name)
        if isinstance(dtype, (pl.Datetime, pl.Duration)):
            return self._instant(values, dtype, name)
        if isinstance(dtype, (pl.Categorical, pl.Enum, pl.Null)):
            return values.cast(pl.String)
        if dtype.is_nested():
            return self._nested(values, dtype, name)
        if isinstance(dtype, (pl.String, pl.Boolean, pl.Binary, pl.Date, pl.Time, pl.Decimal)):
            return values
        raise UserError(f"Column {name!r}: the type {dtype} has no place in a table.", cure="Convert it to text.")

    def _integer(self, values: pl.Expr, dtype: Any, name: str) -> pl.Expr:
        import polars as pl

        if isinstance(dtype, pl.Int64):
            return values
        if dtype in (pl.UInt64, pl.Int128, pl.UInt128):
            return self._checked(values, pl.Int64(), _fits_int64, beyond_int64(name))
        return values.cast(pl.Int64)

    def _instant(self, values: pl.Expr, dtype: Any, name: str) -> pl.Expr:
        if dtype.time_unit == "us":
            return values
        if dtype.time_unit == "ms":
            return values.dt.cast_time_unit("us")
        target = type(dtype)("us", dtype.time_zone) if hasattr(dtype, "time_zone") else type(dtype)("us")
        misfit = UserError(f"Column {name!r} holds times finer than a microsecond.", cure=INEXACT_CURE)
        return self._checked(values, target, _fits_microseconds, misfit)

    def _checked(self, values: pl.Expr, target: Any, fits: Callable[[pl.Series], bool], misfit: UserError) -> pl.Expr:
        """A cast that `misfit` stops; polars' own casts cut nanoseconds off, and name no cure."""

        def cast(series: pl.Series) -> pl.Series:
            if not fits(series):
                self._misfits.append(misfit)
                raise misfit
            return series.cast(target)

        return values.map_batches(cast, return_dtype=target, is_elementwise=True)

    def _nested(self, values: pl.Expr, dtype: Any, name: str) -> pl.Expr:
        import polars as pl

        if isinstance(dtype, pl.Struct):
            return self._struct(values, dtype, name)
        as_list = values.arr.to_list() if isinstance(dtype, pl.Array) else values
        element = pl.element()
        inner = self._canonical(element, dtype.inner, name)
        return as_list if inner is element else as_list.list.eval(inner)

    def _struct(self, values: pl.Expr, dtype: Any, name: str) -> pl.Expr:
        import polars as pl

        if not dtype.fields:
            raise UserError(f"Column {name!r}: a struct with no fields has no place in a table.", cure="Drop it.")
        names = [check_name(field.name) for field in dtype.fields]
        plain = _plain(names)
        renamed = values if plain == names else values.struct.rename_fields(plain)
        fields = [(renamed.struct.field(old), field) for old, field in zip(plain, dtype.fields, strict=True)]
        inner = [(self._canonical(old, field.dtype, name), old, field.name) for old, field in fields]
        if all(new is old for new, old, _ in inner):
            return values
        rebuilt = pl.struct(new.alias(field) for new, _, field in inner)
        return pl.when(values.is_not_null()).then(rebuilt)


def _plain(names: list[str]) -> list[str]:
    """Names that stand for these: the same, where polars takes none of them for a pattern."""
    return [str(at) for at in range(len(names))] if any(map(is_pattern, names)) else names


def _fits_int64(series: pl.Series) -> bool:
    import polars as pl

    return series.cast(pl.Int64, strict=False).null_count() == series.null_count()


def _fits_microseconds(series: pl.Series) -> bool:
    return not (series.to_physical() % 1000 != 0).any()
