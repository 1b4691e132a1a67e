"""Rows that arrive as Python values, in batches, as one lazy table: on disk if they are many."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.components.source import scratch_folder
from studio.exceptions import UserError

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 50_000
DIGITS = 38

Batch = dict[str, list[Any]]
"""Column -> values."""


def table_of(batches: Iterable[Batch], *, cure: str) -> pl.LazyFrame:
    """The batches below each other. The types of columns are those that all values fit.

    Raises :class:`UserError` with that cure for a column that mixes types: nothing becomes text, or null, silently.
    """
    import polars as pl

    frames = (_frame(batch, cure) for batch in batches)
    first = next(frames, None)
    if first is None:
        return pl.LazyFrame()
    second = next(frames, None)
    if second is None:
        return first.lazy()
    stored = list(_stored([first, second]))
    stored += _stored(frames, len(stored))
    return _concatenated(stored, cure)


def _stored(frames: Iterable[pl.DataFrame], start: int = 0) -> Iterator[Path]:
    folder = scratch_folder()
    for number, frame in enumerate(frames, start):
        file = folder / f"{number}.arrow"
        frame.write_ipc(file)
        yield file


def _frame(batch: Batch, cure: str) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame([_column(name, values, cure) for name, values in batch.items()])


def _column(name: str, values: Sequence[Any], cure: str) -> pl.Series:
    import polars as pl
    import pyarrow as pa

    plain = [_plain(value) for value in values]
    kinds = {type(value) for value in plain} - {type(None)}
    if {date, datetime} <= kinds:
        raise _mixed(name, "dates and times", cure)
    if int in kinds and Decimal in kinds and kinds <= {int, Decimal}:
        plain = [None if value is None else Decimal(value) for value in plain]
    try:
        found = pl.Series(name, pa.array(plain))
    except (pa.ArrowException, TypeError, OverflowError) as error:
        what = " and ".join(sorted(kind.__name__ for kind in kinds))
        raise _mixed(name, what if len(kinds) > 1 else str(error).partition("\n")[0], cure) from error
    return found.cast(pl.Decimal(DIGITS, found.dtype.scale)) if isinstance(found.dtype, pl.Decimal) else found


def _plain(value: Any) -> Any:
    """Values of databases that no column holds as they are."""
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    if isinstance(value, uuid.UUID):
        return str(value)
    return bytes(value) if isinstance(value, (memoryview, bytearray)) else value


def _mixed(name: str, what: str, cure: str) -> UserError:
    return UserError(f"Column {name!r} mixes types: {what}.", cure=cure)


def _concatenated(files: list[Path], cure: str) -> pl.LazyFrame:
    import polars as pl

    scans = [pl.scan_ipc(file) for file in files]
    names = list(dict.fromkeys(name for scan in scans for name in scan.collect_schema().names()))
    types = {
        name: _common(name, [kind for scan in scans if (kind := scan.collect_schema().get(name)) is not None], cure)
        for name in names
    }
    return pl.concat([_brought_to(scan, types) for scan in scans])


def _brought_to(scan: pl.LazyFrame, types: dict[str, pl.DataType]) -> pl.LazyFrame:
    import polars as pl

    from studio.frame import column

    present = scan.collect_schema()
    return scan.select(
        (column(name) if name in present else pl.lit(None)).cast(kind).alias(name) for name, kind in types.items()
    )


def _common(name: str, kinds: list[pl.DataType], cure: str) -> pl.DataType:
    """The type that holds the values of all batches."""
    import polars as pl

    known = list(dict.fromkeys(kind for kind in kinds if kind != pl.Null))
    if len(known) < 2:
        return known[0] if known else pl.String()
    if all(kind.is_integer() or kind.is_decimal() for kind in known):
        return pl.Decimal(DIGITS, max(getattr(kind, "scale", 0) for kind in known))
    if all(kind.is_integer() or kind.is_float() for kind in known):
        return pl.Float64()
    if all(kind.is_nested() for kind in known):
        return pl.concat([pl.DataFrame(schema={name: kind}) for kind in known], how="vertical_relaxed").schema[name]
    raise _mixed(name, " and ".join(map(str, known)), cure)
