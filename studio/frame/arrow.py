"""Arrow tables, and pandas frames by way of Arrow, in canonical types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from studio.exceptions import UserError
from studio.frame.logical import TEXT_EXTENSIONS, canonical_type, check_name, is_list

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

INEXACT_CURE = "Round it to microseconds, for example with .dt.floor('us')."
MIXED_CURE = "Convert the column to one type, for example with .astype(str)."


def from_pandas(frame: pd.DataFrame) -> pa.Table:
    """Named levels of the index come first, as columns; other levels are dropped."""
    index = frame.index
    parts: list[tuple[Any, Any]] = [
        (name, index.get_level_values(at)) for at, name in enumerate(index.names) if name is not None
    ]
    parts += [(name, frame.iloc[:, at]) for at, name in enumerate(frame.columns)]
    check_names([name for name, _ in parts])
    return canonical_table((name, _arrow_column(name, series)) for name, series in parts)


def from_table(table: pa.Table) -> pa.Table:
    check_names(table.column_names)
    return canonical_table(zip(table.column_names, table.columns, strict=True))


def check_names(names: Sequence[Any]) -> None:
    """Column names are text, and each is there once."""
    for name in names:
        if not isinstance(name, str):
            raise UserError(
                f"The column name {name!r} is not text.",
                cure="Name the columns by text, for example df.columns = df.columns.astype(str).",
            )
        check_name(name)
    name, times = Counter(names).most_common(1)[0] if names else ("", 1)
    if times > 1:
        raise UserError(f"There are {times} columns named {name!r}.", cure="Rename all but one of them.")


def canonical_table(columns: Iterable[tuple[str, pa.ChunkedArray]]) -> pa.Table:
    import pyarrow as pa

    canonical = {name: _canonical_column(name, column) for name, column in columns}
    return pa.table(canonical, schema=pa.schema([(name, column.type) for name, column in canonical.items()]))


def _canonical_column(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        target = canonical_type(column.type)
        column = _stored(column)
        if column.type != target:
            column = column.cast(target)
        return without_nan(column)
    except UserError as error:
        raise UserError(f"Column {name!r}: {error.message}", cure=error.cure) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _refusal(name, column.type, str(error)) from error


def _stored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without the wrappings that a cast does not see through."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_run_end_encoded(column.type):
        return pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], column.type.value_type)
    if getattr(column.type, "extension_name", "") in TEXT_EXTENSIONS:
        texts = (None if value is None else str(value) for value in column.to_pylist())
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    return column


def _refusal(name: str, kind: pa.DataType, reason: str) -> UserError:
    if "would lose data" in reason and "[ns" in str(kind):
        return UserError(f"Column {name!r} holds times finer than a microsecond.", cure=INEXACT_CURE)
    if "uint64" in str(kind) and "not in range" in reason:
        return beyond_int64(name)
    return UserError(f"Column {name!r} of type {kind} has no place in a table: {reason}", cure=MIXED_CURE)


def beyond_int64(name: str) -> UserError:
    return UserError(f"Column {name!r} holds integers beyond 64 bits.", cure="Convert the column to decimal or text.")


# NaN becomes null ---------------------------------------------------------------------------------------------------


def without_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """NaN becomes null, inside lists and structs as well. Takes canonical types."""
    import pyarrow as pa

    if not _has_float(column.type):
        return column
    return pa.chunked_array([_clean(chunk) for chunk in column.chunks], column.type)


def _has_float(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if is_list(kind):
        return _has_float(kind.value_type)
    if pa.types.is_struct(kind):
        return any(_has_float(field.type) for field in kind)
    return bool(pa.types.is_floating(kind))


def _clean(array: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _has_float(array.type):
        return array
    if is_list(array.type):
        shape = array.buffers()[:2]
        children = [_clean(array.values)]
        return pa.Array.from_buffers(array.type, len(array), shape, array.null_count, array.offset, children)
    if pa.types.is_struct(array.type):
        fields = list(array.type)
        children = [_clean(array.field(at)) for at in range(len(fields))]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    is_nan = pc.is_nan(array)
    return pc.if_else(is_nan, None, array) if pc.any(is_nan).as_py() else array


# pandas -------------------------------------------------------------------------------------------------------------


def _arrow_column(name: str, series: Any) -> pa.ChunkedArray:
    import pyarrow as pa

    if hasattr(series.dtype, "subtype") and hasattr(series, "sparse"):
        series = series.sparse.to_dense()
    if series.dtype == object:
        _refuse_mixed(name, series)
    try:
        found = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise _mixed(name, str(error)) from error
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _refuse_mixed(name: str, series: Any) -> None:
    """Mixtures that pyarrow would pass with a loss: the time of a datetime, text as bytes, nanoseconds."""
    kinds = {type(value) for value in series}
    if any(issubclass(kind, datetime) for kind in kinds):
        _refuse_mixed_times(name, series, kinds)
    if str in kinds and bytes in kinds:
        raise _mixed(name, "text and bytes")


def _refuse_mixed_times(name: str, series: Any, kinds: set[type]) -> None:
    if date in kinds:
        raise _mixed(name, "dates and datetimes")
    times = [value for value in series if isinstance(value, datetime) and value == value]  # NaT is not
    if len({value.tzinfo is None for value in times}) > 1:
        raise _mixed(name, "datetimes with and without a time zone")
    if any(getattr(value, "nanosecond", 0) for value in times):
        raise UserError(f"Column {name!r} holds times finer than a microsecond.", cure=INEXACT_CURE)


def _mixed(name: str, reason: str) -> UserError:
    first = reason.strip().split("\n")[0]
    return UserError(f"Column {name!r} mixes types, or holds one that no table has: {first}.", cure=MIXED_CURE)
