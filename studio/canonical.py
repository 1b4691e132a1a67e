"""Canonical JSON text: the same content always gives the same bytes, in Python and in TypeScript.

Numbers, strings and the order of unknown keys are those of RFC 8785 (JSON Canonicalization Scheme), which are
ECMAScript's `JSON.stringify`; only the white space is ours: two spaces of indent.
"""

from __future__ import annotations

import json
import math
from typing import Any

LARGEST_INTEGER = 2**53
"""Beyond it, ECMAScript's numbers lose digits."""


def canonical_text(value: Any) -> str:
    """The text of a JSON value; objects keep the order of their keys. Raises ValueError for what is no JSON."""
    return _text(value, "\n") + "\n"


def sorted_data(value: Any) -> Any:
    """User data with the keys of every object in the order of their UTF-16 code units."""
    if isinstance(value, dict):
        return {key: sorted_data(value[key]) for key in sorted(value, key=_utf16)}
    return [sorted_data(item) for item in value] if isinstance(value, list) else value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _text(value: Any, line: str) -> str:
    inner = line + "  "
    if isinstance(value, dict) and value:
        items = [f"{_string(key)}: {_text(item, inner)}" for key, item in value.items()]
        return "{" + inner + ("," + inner).join(items) + line + "}"
    if isinstance(value, list) and value:
        return "[" + inner + ("," + inner).join(_text(item, inner) for item in value) + line + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value)


def _string(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text)


def number_text(value: float) -> str:
    """A number as ECMAScript prints it (ECMA-262, Number::toString)."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number")
    if value == int(value) and abs(value) <= LARGEST_INTEGER:
        return str(int(value))
    if isinstance(value, int):
        raise ValueError(f"{value} is beyond 2^53")
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction.rstrip("0").rjust(0)).lstrip("0") if fraction != "0" else whole
    point = len(whole) + int(exponent or 0)
    if whole == "0":
        point -= len(fraction) - len(fraction.lstrip("0")) + 1
    return ("-" if value < 0 else "") + _place(digits.rstrip("0"), point)


def _place(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + exponent
