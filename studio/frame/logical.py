"""Logical types: the words for a column's type in schemas, forms and docs.

    bool  int64  float64  decimal(10,2)  text  date  time  duration  binary
    datetime[us]  datetime[us, Europe/Zurich]  list<T>  struct<name: T, "any name": T>

Each logical type has one physical Arrow type, its canonical one; many physical types have the same logical type:

- all integers are int64, all floats float64, all strings (also dictionaries of them) text;
- times of day count nanoseconds, datetimes and durations microseconds;
- a datetime with a fixed offset (`+05:30`) becomes the same instant in UTC, for polars knows named zones only;
- a decimal has at most 38 digits; one with a negative scale gets scale 0;
- a column without a type, for all its values are null, is text;
- a map is a list of structs of key and value; a UUID is text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from studio.exceptions import UserError
from studio.port import Column, Schema
from studio.problem import did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa

MOST_DIGITS = 38
PLAIN_NAME = re.compile(r"[^\s\",:<>]+")
SIMPLE_NAMES = ("bool", "int64", "float64", "text", "date", "time", "duration", "binary", "datetime[us]")
SYNTAX_CURE = (
    "Types are bool, int64, float64, decimal(10,2), text, date, time, duration, binary, datetime[us], "
    "datetime[us, Europe/Zurich], list<T> and struct<name: T>."
)


def logical_type(kind: pa.DataType) -> str:
    """The logical type of an Arrow type. Raises :class:`UserError` if a table port cannot hold it."""
    return _text(canonical_type(kind))


def arrow_type(text: str) -> pa.DataType:
    """The canonical Arrow type of a logical type. Raises :class:`UserError` if it is none."""
    reader = _Reader(text)
    found = reader.type()
    reader.expect(r"$")
    return found


def arrow_schema(schema: Schema) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(column.name, arrow_type(column.type)) for column in schema.columns])


def logical_schema(schema: pa.Schema) -> Schema:
    return Schema(tuple(Column(field.name, logical_type(field.type)) for field in schema))


def canonical_type(kind: pa.DataType) -> pa.DataType:
    """The Arrow type in which a table port holds `kind`. Raises :class:`UserError` if it cannot."""
    for is_kind, canonical in _simple_types():
        if is_kind(kind):
            return canonical
    for is_kind, make in _made_types():
        if is_kind(kind):
            return make(kind)
    name = getattr(kind, "extension_name", str(kind))
    raise UserError(f"The type {name} has no place in a table.", cure="Convert it to text, or to a type of a table.")


@cache
def _simple_types() -> list[tuple[Callable[[pa.DataType], bool], pa.DataType]]:
    import pyarrow as pa

    is_ = pa.types
    return [
        (is_.is_boolean, pa.bool_()),
        (is_.is_integer, pa.int64()),
        (is_.is_floating, pa.float64()),
        (is_text, pa.large_string()),
        (is_.is_null, pa.large_string()),
        (is_.is_date, pa.date32()),
        (is_.is_time, pa.time64("ns")),
        (is_.is_duration, pa.duration("us")),
        (is_binary, pa.large_binary()),
    ]


@cache
def _made_types() -> list[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], pa.DataType]]]:
    import pyarrow as pa

    is_ = pa.types
    return [
        (is_.is_timestamp, lambda kind: pa.timestamp("us", _named_zone(kind.tz))),
        (is_.is_decimal, _canonical_decimal),
        (is_.is_dictionary, lambda kind: canonical_type(kind.value_type)),
        (is_.is_run_end_encoded, lambda kind: canonical_type(kind.value_type)),
        (is_list, lambda kind: pa.large_list(canonical_type(kind.value_type))),
        (is_.is_struct, lambda kind: _struct({field.name: canonical_type(field.type) for field in kind}, len(kind))),
        (is_.is_map, lambda kind: pa.large_list(_key_and_value(kind))),
        (lambda kind: getattr(kind, "extension_name", "") in TEXT_EXTENSIONS, lambda _: pa.large_string()),
    ]


TEXT_EXTENSIONS = ("arrow.json", "arrow.uuid")


def is_text(kind: pa.DataType) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def is_binary(kind: pa.DataType) -> bool:
    from pyarrow import types

    small = types.is_binary(kind) or types.is_fixed_size_binary(kind)
    return bool(small or types.is_large_binary(kind) or types.is_binary_view(kind))


def is_list(kind: pa.DataType) -> bool:
    """Not list views: pyarrow's cast of them loses values."""
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _named_zone(zone: str | None) -> str | None:
    return "UTC" if zone and re.match(r"[+-]", zone) else zone


def _canonical_decimal(kind: pa.DataType) -> pa.DataType:
    """A wider one than a port holds is narrowed, which fails later if a value needs all its digits."""
    import pyarrow as pa

    scale = max(kind.scale, 0)
    digits = kind.precision + max(-kind.scale, 0)
    return pa.decimal128(min(max(digits, scale), MOST_DIGITS), min(scale, MOST_DIGITS))


def _key_and_value(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.struct([("key", canonical_type(kind.key_type)), ("value", canonical_type(kind.item_type))])


def check_name(name: str) -> str:
    """The name of a column or field: any text without NUL, on which polars panics and PostgreSQL chokes."""
    if "\x00" in name:
        raise UserError(f"The name {name!r} holds a NUL character.", cure="Rename it.")
    return name


def _struct(fields: dict[str, pa.DataType], count: int) -> pa.DataType:
    import pyarrow as pa

    for name in fields:
        check_name(name)
    if not fields or len(fields) < count:
        what = "no fields" if not fields else "two fields of one name"
        raise UserError(f"A struct with {what} has no place in a table.", cure="Give each field a name of its own.")
    return pa.struct(list(fields.items()))


def _text(kind: pa.DataType) -> str:
    """Of a canonical type."""
    from pyarrow import types

    if types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if types.is_timestamp(kind):
        return f"datetime[us, {kind.tz}]" if kind.tz else "datetime[us]"
    if is_list(kind):
        return f"list<{_text(kind.value_type)}>"
    if types.is_struct(kind):
        return "struct<" + ", ".join(f"{_name_text(field.name)}: {_text(field.type)}" for field in kind) + ">"
    return next(name for name in SIMPLE_NAMES if arrow_type(name) == kind)


def _name_text(name: str) -> str:
    return name if PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


class _Reader:
    """Reads a logical type from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = text.strip()

    def take(self, pattern: str) -> re.Match[str] | None:
        """What `pattern` matches at the present place, or None; white space after it is passed over."""
        found = re.match(pattern, self.rest)
        if found:
            self.rest = self.rest[found.end() :].lstrip()
        return found

    def expect(self, pattern: str) -> re.Match[str]:
        found = self.take(pattern)
        if found is None:
            raise self.mistake()
        return found

    def mistake(self) -> UserError:
        near = did_you_mean(self.text, SIMPLE_NAMES)
        return UserError(f"{self.text[:200]!r} is no type of a column.", cure=near or SYNTAX_CURE)

    def type(self) -> pa.DataType:
        name = self.expect(r"[a-z0-9]+")[0]
        readers = {"decimal": self.decimal, "datetime": self.datetime, "list": self.list, "struct": self.struct}
        return readers[name]() if name in readers else self.simple(name)

    def simple(self, name: str) -> pa.DataType:
        import pyarrow as pa

        kinds = {
            "bool": pa.bool_(), "int64": pa.int64(), "float64": pa.float64(), "text": pa.large_string(),
            "date": pa.date32(), "time": pa.time64("ns"), "duration": pa.duration("us"), "binary": pa.large_binary(),
        }  # fmt: skip
        if name not in kinds:
            raise self.mistake()
        return kinds[name]

    def decimal(self) -> pa.DataType:
        import pyarrow as pa

        digits, scale = map(int, self.expect(r"\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)").groups())
        if not (1 <= digits <= MOST_DIGITS and scale <= digits):
            raise UserError(
                f"{self.text!r} is no decimal.", cure=f"It has 1 to {MOST_DIGITS} digits, no more after the point."
            )
        return pa.decimal128(digits, scale)

    def datetime(self) -> pa.DataType:
        import pyarrow as pa

        zone = self.expect(r"\[\s*us\s*(?:,\s*([^\]\s]+)\s*)?\]")[1]
        return pa.timestamp("us", zone and known_zone(zone))

    def list(self) -> pa.DataType:
        import pyarrow as pa

        self.expect("<")
        inner = self.type()
        self.expect(">")
        return pa.large_list(inner)

    def struct(self) -> pa.DataType:
        self.expect("<")
        fields: dict[str, pa.DataType] = {}
        count = 0
        while not count or self.take(","):
            name = self.name()
            self.expect(":")
            fields[name] = self.type()
            count += 1
        self.expect(">")
        return _struct(fields, count)

    def name(self) -> str:
        quoted = self.take(r'"(?:[^"\\]|\\.)*"')
        return str(json.loads(quoted[0])) if quoted else self.expect(PLAIN_NAME.pattern)[0]


def known_zone(zone: str) -> str:
    """The zone, if the computer's time zone data have it by that name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(f"There is no time zone {zone!r}.", cure="Name it like Europe/Zurich or UTC.") from None
