"""The first rows of a table, and the beginning of a text, as JSON that fits into a manifest."""

from __future__ import annotations

import base64
import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 100
MOST_CELL = 1_000
"""Characters of one cell."""
MOST_BYTES = 200_000
"""Characters of all cells; of a very wide table, fewer rows are shown."""
MOST_TEXT = 10_000
EXACT = 2**53
"""Beyond it, integers lose digits in JavaScript, and go as text."""


def table_preview(table: pa.Table) -> list[list[Any]]:
    """At most 100 rows as lists of JSON values: decimals and huge integers as text, times in ISO 8601, bytes in
    base64. Long text and large lists are cut at 1 kB.
    """
    columns = [_cells(column) for column in table.slice(0, MOST_ROWS).columns]
    rows: list[list[Any]] = []
    size = 0
    for row in zip(*columns, strict=True):
        size += len(json.dumps(row))
        if rows and size > MOST_BYTES:
            break
        rows.append(list(row))
    return rows


def text_preview(text: str) -> str:
    return _cut(text, MOST_TEXT)


def _cells(column: pa.ChunkedArray) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        return [value and value.replace(" ", "T", 1) for value in column.cast(pa.string()).to_pylist()]
    return [cell(value) for value in column.to_pylist()]


def cell(value: Any) -> Any:
    """A value as JSON that is short."""
    plain = _plain(value)
    if isinstance(plain, (list, dict)):
        text = json.dumps(plain, ensure_ascii=False)
        return plain if len(text) <= MOST_CELL else _cut(text, MOST_CELL)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value[:MOST_CELL]]
    if isinstance(value, str):
        return _cut(value, MOST_CELL)
    if isinstance(value, (bytes, bytearray)):
        return _cut(base64.b64encode(value[:MOST_CELL]).decode(), MOST_CELL)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT:
        return str(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    return str(value) if isinstance(value, Decimal) else value


def _duration(value: timedelta) -> str:
    """ISO 8601 in seconds, `PT90.5S`."""
    seconds = Decimal(value // timedelta(microseconds=1)) / 1_000_000
    return f"PT{seconds.normalize():f}S"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
