"""Columns brought to a logical type, strictly: nothing is rounded away or lost without an error that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from studio.components.stream import lazy, pieces_of
from studio.exceptions import UserError
from studio.port import Schema

if TYPE_CHECKING:
    import polars as pl

TRUE = ("true", "yes", "y", "1", "on")
FALSE = ("false", "no", "n", "0", "off")

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def _known_type(text: str) -> str:
    from studio.frame import arrow_type

    try:
        arrow_type(text)
    except UserError as error:
        raise ValueError(str(error)) from error
    return text


LogicalType = Annotated[
    str,
    AfterValidator(_known_type),
    Field(examples=["text", "int64", "float64", "decimal(18,2)", "bool", "date", "time", "datetime[us]"]),
]
"""The type of a column, as a setting: `text`, `int64`, `decimal(18,2)`, ..."""


@dataclass(frozen=True)
class Reading:
    """How text is to be read."""

    formats: Sequence[str] = ()
    """For dates and times, tried in turn: `%d.%m.%Y` or `dd.mm.yyyy`. Empty: as ISO 8601 has it."""
    decimal_comma: bool = False


class Misfit(UserError):
    """A value that does not fit the type that its column was given."""

    code = "misfit"

    def __init__(self, column: str, value: Any, kind: str, *, field: str = "") -> None:
        self.column = column
        self.value = value
        self.kind = kind
        super().__init__(
            f"Column {column!r}: {_short(value)} is no {kind}.",
            cure=f"Mend the value, or give the column {column!r} another type, for example text.",
            field=field,
        )


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def dtype_of(kind: str) -> pl.DataType:
    """The polars type of a logical one."""
    from studio.frame import polars_schema

    return polars_schema(Schema.of({"it": kind}))["it"]


def cast(
    table: pl.LazyFrame, kinds: Mapping[str, str], reading: Reading = Reading(), *, field: str = "types"
) -> pl.LazyFrame:
    """The table with the columns of `kinds`, which the setting `field` gave, brought to these types, lazily.

    Running it raises :class:`Misfit` for the first value that does not fit.
    """
    import polars as pl

    from studio.frame import columns

    schema = table.collect_schema()
    if all(schema[name] == dtype_of(kind) for name, kind in kinds.items()):
        return table

    def pieces(wanted: list[str]) -> Iterator[pl.DataFrame]:
        for piece in pieces_of(table.select(columns(wanted))):
            yield piece.with_columns(
                convert(piece[name], kinds[name], reading, field=field) for name in wanted if name in kinds
            )

    return lazy(pieces, pl.Schema(schema | {name: dtype_of(kind) for name, kind in kinds.items()}))


def convert(series: pl.Series, kind: str, reading: Reading = Reading(), *, field: str = "") -> pl.Series:
    """The column as that type, its nulls kept. Raises :class:`Misfit` with the first value that does not fit."""
    import polars as pl

    dtype = dtype_of(kind)
    if series.dtype == dtype:
        return series
    try:
        converted = _converted(series, dtype, reading)
    except pl.exceptions.PolarsError as error:
        raise UserError(
            f"Column {series.name!r}: {series.dtype} cannot become {kind}.", cure="Choose another type.", field=field
        ) from error
    if converted.null_count() > series.null_count():
        _refuse_lost(series, converted, kind, field)
    return converted


def _refuse_lost(series: pl.Series, converted: pl.Series, kind: str, field: str) -> None:
    """Raise for the first value that became null, other than blanks and what is not a number."""
    import polars as pl

    lost = converted.is_null() & series.is_not_null()
    if series.dtype == pl.String:
        lost = lost & (series.str.strip_chars() != "")
    elif series.dtype.is_float():
        lost = lost & series.is_not_nan()
    if lost.any():
        raise Misfit(series.name, series.filter(lost)[0], kind, field=field)


def _converted(series: pl.Series, dtype: pl.DataType, reading: Reading) -> pl.Series:
    import polars as pl

    if series.dtype == pl.String:
        return _read(series, dtype, reading)
    if isinstance(dtype, pl.Decimal):
        return _exact(series, dtype)
    if dtype.is_integer() and (series.dtype.is_float() or series.dtype.is_decimal()):
        whole = series.cast(dtype, strict=False)
        return _where(whole == series, whole)
    return series.cast(dtype, strict=False)


def _exact(series: pl.Series, dtype: pl.Decimal) -> pl.Series:
    """A number as a decimal. Floats are rounded to its scale, since they were never exact; decimals must fit."""
    import polars as pl

    if series.dtype.is_float():
        fine = series.cast(pl.String).cast(pl.Decimal(38, min(18, dtype.scale + 6)), strict=False)
        return fine.round(dtype.scale, mode="half_away_from_zero").cast(dtype, strict=False)
    exact = series.cast(dtype, strict=False)
    if series.dtype.is_decimal():
        return _where(exact.cast(series.dtype, strict=False) == series, exact)
    return exact


def _where(mask: pl.Series, series: pl.Series) -> pl.Series:
    """The values where `mask` is true, null elsewhere."""
    import polars as pl

    return pl.select(pl.when(mask).then(series)).to_series().alias(series.name)


def _read(text: pl.Series, dtype: pl.DataType, reading: Reading) -> pl.Series:
    import polars as pl

    if isinstance(dtype, pl.Decimal):
        return _read_decimal(plain_number(text, reading), dtype)
    if dtype.is_numeric():
        return _read_number(text, dtype, reading)
    text = text.str.strip_chars()
    if dtype == pl.Boolean:
        words = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
        return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    if dtype in (pl.Date, pl.Time, pl.Datetime):
        return _read_time(text, dtype, reading)
    return text.cast(dtype, strict=False)


def _read_number(text: pl.Series, dtype: pl.DataType, reading: Reading) -> pl.Series:
    """Most numbers are written as programs write them, and the plain cast is ten times as quick."""
    quick = text.cast(dtype, strict=False)
    if quick.null_count() == text.null_count() and not reading.decimal_comma:
        return quick
    return plain_number(text, reading).cast(dtype, strict=False)


def _read_decimal(text: pl.Series, dtype: pl.Decimal) -> pl.Series:
    """Only what fits the scale: the cast itself would cut the rest off."""
    digits = text.str.extract(r"\.(\d*?)0*$").str.len_bytes().fill_null(0)
    return _where((digits <= dtype.scale) & ~text.str.contains("[eE]"), text).cast(dtype, strict=False)


def plain_number(text: pl.Series, reading: Reading) -> pl.Series:
    """Numbers as people write them (`1.234,50`, `1 234.50`, `12.50-`) as programs do; null for what is no number."""
    plain = _where(text.str.contains(NUMBER), text)
    if plain.null_count() == text.null_count() and not reading.decimal_comma:
        return plain
    point, group = (",", ".") if reading.decimal_comma else (".", ",")
    text = text.str.strip_chars().str.replace_all("[\u00a0\u202f ]", "").str.replace(r"^(.+)-$", "-$1")
    grouped = text.str.contains(rf"^[+-]?\d{{1,3}}(\{group}\d{{3}})+(\{point}\d*)?$")
    text = _where(grouped, text.str.replace_all(group, "", literal=True)).fill_null(_where(~grouped, text))
    if reading.decimal_comma:
        text = _where(~text.str.contains(".", literal=True), text).str.replace(",", ".", literal=True)
    return _where(text.str.contains(NUMBER), text)


def _read_time(text: pl.Series, dtype: pl.DataType, reading: Reading) -> pl.Series:
    import polars as pl

    formats = [strptime_format(format) for format in reading.formats] or _iso_formats(dtype)
    found = pl.Series(text.name, [None], dtype=dtype).extend_constant(None, max(0, len(text) - 1)).head(len(text))
    for format in formats:
        found = found.fill_null(_strptime(text, dtype, format))
    return found


def _strptime(text: pl.Series, dtype: pl.DataType, format: str) -> pl.Series:
    import polars as pl

    if dtype == pl.Date:
        return text.str.to_date(format, strict=False)
    if dtype == pl.Time:
        return text.str.to_time(format, strict=False)
    zone = getattr(dtype, "time_zone", None)
    if "%z" in format:
        moment = text.str.to_datetime(format, strict=False, time_unit="us")
        return moment.dt.convert_time_zone(zone) if zone else moment.dt.replace_time_zone(None)
    moment = text.str.to_datetime(format, strict=False, time_unit="us")
    return moment.dt.replace_time_zone(zone) if zone else moment


def _iso_formats(dtype: pl.DataType) -> list[str]:
    import polars as pl

    if dtype == pl.Date:
        return ["%Y-%m-%d"]
    times = ["%H:%M:%S%.f", "%H:%M"]
    if dtype == pl.Time:
        return times
    return [f"%Y-%m-%d{gap}{time}{zone}" for gap in "T " for time in times for zone in ("", "%z")] + ["%Y-%m-%d"]


def strptime_format(format: str) -> str:
    """`dd.mm.yyyy hh:mm:ss`, as spreadsheets write it, in the way of `strptime`; one with `%` stays as it is."""
    if "%" in format:
        return format
    codes = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "m": "%m", "dd": "%d", "d": "%d", "hh": "%H", "h": "%H", "ss": "%S"}
    parts = re.findall(r"[a-z]+|[^a-z]+", format.casefold())
    hours_seen = False
    for position, part in enumerate(parts):
        parts[position] = "%M" if part in ("mm", "m") and hours_seen else codes.get(part, part)
        hours_seen = hours_seen or part in ("hh", "h")
    return "".join(parts)
