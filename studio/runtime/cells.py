"""Cells of a table as JSON values: for previews, where they are cut, and for export, where they are whole."""

from __future__ import annotations

import base64
import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

EXACT = 2**53
"""Beyond it, integers lose digits in JavaScript, and go as text."""


def json_cells(column: pa.ChunkedArray, most: int | None = None) -> list[Any]:
    """A column's values as JSON: decimals and huge integers as text, times in ISO 8601, bytes in base64, infinity as
    text. Text, and lists and structs as JSON text, are cut at `most` characters.
    """
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        # As text by Arrow: Python has no times with nanoseconds, nor a year 10000.
        return [value and value.replace(" ", "T", 1) for value in column.cast(pa.string()).to_pylist()]
    if pa.types.is_date(column.type):
        return list(column.cast(pa.string()).to_pylist())
    return [_short(value, most) for value in column.to_pylist()]


def cut(text: str, most: int | None) -> str:
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


def _short(value: Any, most: int | None) -> Any:
    plain = _plain(value, most)
    if most is None or not isinstance(plain, (list, dict)):
        return plain
    text = json.dumps(plain, ensure_ascii=False)
    return plain if len(text) <= most else cut(text, most)


def _plain(value: Any, most: int | None) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner, most) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, most) for inner in value[:most]]
    if isinstance(value, str):
        return cut(value, most)
    if isinstance(value, bytes):
        return cut(base64.b64encode(value[:most]).decode(), most)
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
    return format(value, "f") if isinstance(value, Decimal) else value


def _duration(value: timedelta) -> str:
    """ISO 8601 in seconds, `PT90.5S`."""
    seconds = Decimal(value // timedelta(microseconds=1)) / 1_000_000
    return f"PT{seconds.normalize():f}S"
