"""The types of columns, guessed from text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from studio.components.conversion import Misfit, Reading, convert

WHOLE = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
NAME = re.compile(r"[+-]?0\d|[+-]?\d{19}")
"""How a number begins that is a name: an account, a postcode. It stays text."""

LARGEST_SCALE = 18


def guess(values: Sequence[str], reading: Reading, *, exact: bool = False) -> str:
    """The narrowest of int64, float64 (or decimal, if `exact`), bool, date, datetime[us] and text that fits all values.

    Empty values fit every type; a column without any other value is text.
    """
    present = [value.strip() for value in values if value.strip()]
    if not present:
        return "text"
    if all(WHOLE.fullmatch(value) for value in present):
        return "int64"
    if _are_numbers(present, reading):
        return _decimal(present, reading) if exact else "float64"
    return next((kind for kind in ("bool", "date", "datetime[us]") if _fits(present, kind, reading)), "text")


def _are_numbers(values: list[str], reading: Reading) -> bool:
    if any(NAME.match(value) for value in values):
        return False
    if not reading.decimal_comma and any("," in value for value in values):
        return False  # 1,234 is a thousand here and one and a bit there: not for us to guess
    return _fits(values, "float64", reading)


def _decimal(values: list[str], reading: Reading) -> str:
    point = "," if reading.decimal_comma else "."
    scale = max(2, *(len(value.partition(point)[2]) for value in values))
    kind = f"decimal(38,{scale})"
    return kind if scale <= LARGEST_SCALE and _fits(values, kind, reading) else "float64"


def _fits(values: list[str], kind: str, reading: Reading) -> bool:
    import polars as pl

    if kind == "bool" and not {value.casefold() for value in values} <= {"true", "false"}:
        return False
    try:
        convert(pl.Series(values, dtype=pl.String), kind, reading)
    except Misfit:
        return False
    return True
