"""Canonical JSON text: the same content always gives the same bytes, in Python and in TypeScript.

Numbers, strings and the order of keys are those of RFC 8785 (JSON Canonicalization Scheme), which are ECMAScript's
`JSON.stringify`; only the white space is ours: two spaces of indent. Whatever the text cannot carry to a reader in
either language (duplicate keys, NaN, half characters, integers beyond 2^53) is refused when it is read as when it is
written.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from studio.exceptions import FlowError

LARGEST_INTEGER = 2**53
"""Beyond it, ECMAScript's numbers lose digits."""

FIRST_EXPONENT = 1e21
"""From here on ECMAScript prints an exponent, so that the number does not look like an integer."""

DEPTH_LIMIT = 100
"""So deep may a document be nested."""

SIZE_LIMIT = 10_000_000
"""So many characters may a document have: as many bytes as a run may carry along."""

Place = tuple["Place", str | int] | None
"""Where a value lies: the place of what holds it, and its key or index. None is the whole document."""


# Reading ------------------------------------------------------------------------------------------------------------


def load_json(text: str) -> Any:
    """The value of a JSON text, as :func:`plain` leaves it. Raises :class:`FlowError`: one line, with the place."""
    if len(text) > SIZE_LIMIT:
        raise too_large()
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        message = f"The text is no JSON: {error.msg.removesuffix(' at')} at {place}."
        raise FlowError(message, cure="Mend it there.", line=error.lineno) from error
    except RecursionError:
        raise _too_deep() from None
    return plain(value)


def plain(value: Any, place: Place = None, depth: int = 0) -> Any:
    """A value with JSON's own types alone: integral numbers are int, tuples are lists.

    Raises :class:`FlowError` that names the place of what no text can carry.
    """
    if depth > DEPTH_LIMIT:
        raise _too_deep()
    if isinstance(value, dict):
        return {_key(key, place): plain(item, (place, key), depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, (place, index), depth + 1) for index, item in enumerate(value)]
    if isinstance(value, str):
        return _whole(value, place)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, place)
    cure = "Use text, numbers, true, false, null, lists and objects."
    raise FlowError(f"{_at(place)}a {type(value).__name__} is no JSON value.", cure=cure)


def path_text(parts: list[str | int]) -> str:
    """A JSON path on one line: `nodes[2].params["a b"]`."""
    return "".join(_path_part(part) for part in parts).removeprefix(".")


def too_large() -> FlowError:
    cure = "Keep data in files beside it, and list them under `files`."
    return FlowError(f"The document has more than {SIZE_LIMIT // 10**6} million characters.", cure=cure)


def repeated_key(pairs: list[tuple[str, Any]]) -> str | None:
    """The first key of a JSON object that comes a second time."""
    seen: set[str] = set()
    return next((key for key, _ in pairs if key in seen or seen.add(key)), None)  # type: ignore[func-returns-value]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = repeated_key(pairs)
        raise FlowError(f"The key {twice!r:.80} comes twice in one object.", cure="Remove one of the two.")
    return value


def _no_constant(name: str) -> Any:
    raise FlowError(f"{name} is no JSON value.", cure="Use null, or text.")


def _integer(digits: str) -> int:
    return int(digits[:40])  # so long a number is too large by its first digits; int() would refuse its length


def _key(key: Any, place: Place) -> str:
    if isinstance(key, str):
        return _whole(key, place)
    raise FlowError(f"{_at(place)}the key {key!r:.80} is no text.", cure="Use text for keys.")


def _whole(text: str, place: Place) -> str:
    """A text without half surrogate pairs, which no UTF-8 can hold; two halves side by side become one character."""
    if text.isascii():
        return text
    try:
        return utf16(text).decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise FlowError(f"{_at(place)}a text holds half a character (U+D800 to U+DFFF).", cure="Delete it.") from error


def _number(value: float, place: Place) -> int | float:
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        raise FlowError(f"{_at(place)}the number is not finite.", cure="Use null, or text.")
    if value != int(value):
        return float(value)
    if abs(value) <= LARGEST_INTEGER:
        return int(value)
    if isinstance(value, float) and abs(value) >= FIRST_EXPONENT:
        return float(value)
    raise FlowError(f"{_at(place)}the integer is beyond 2^53, where digits get lost.", cure="Use text.")


def _too_deep() -> FlowError:
    return FlowError(f"The document is nested more than {DEPTH_LIMIT} levels deep.", cure="Flatten it.")


def _at(place: Place) -> str:
    parts: list[str | int] = []
    while place is not None:
        place, part = place
        parts.insert(0, part)
    return f"{path_text(parts)}: " if parts else ""


def _path_part(part: str | int) -> str:
    if isinstance(part, str) and re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]{0,79}", part):
        return f".{part}"
    return f"[{json.dumps(part)[:80]}]"


# Writing ------------------------------------------------------------------------------------------------------------


def canonical_text(value: Any) -> str:
    """The text of a value that :func:`plain` has let through; objects keep the order of their keys."""
    text = _text(value, "\n") + "\n"
    if len(text) > SIZE_LIMIT:
        raise too_large()
    return text


def sorted_data(value: Any) -> Any:
    """User data with the keys of every object in the order of their UTF-16 code units."""
    if isinstance(value, dict):
        return {key: sorted_data(value[key]) for key in sorted(value, key=utf16)}
    return [sorted_data(item) for item in value] if isinstance(value, list | tuple) else value


def utf16(text: str) -> bytes:
    """Sorts texts as ECMAScript does."""
    return text.encode("utf-16-be", "surrogatepass")


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
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value)


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def number_text(value: float) -> str:
    """A finite number as ECMAScript prints it (ECMA-262, Number::toString)."""
    if value == int(value) and abs(value) <= LARGEST_INTEGER:
        return str(int(value))
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits))
    return "-" * sign + _place_point(text, len(text) + int(exponent))


def _place_point(digits: str, point: int) -> str:
    """`digits` with the decimal point behind the first `point` of them."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    rest = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
