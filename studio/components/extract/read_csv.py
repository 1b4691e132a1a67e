"""Read CSV: delimited text, as it comes from banks, spreadsheets and databases."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from studio import ui
from studio.component import Params, component
from studio.components import delimited
from studio.components.columns import require
from studio.components.conversion import LogicalType, Misfit, Reading, convert
from studio.components.delimited import Layout, Sample, one_character
from studio.components.guess import guess
from studio.components.source import head, opened
from studio.components.stream import lazy
from studio.exceptions import UserError
from studio.port import Schema

if TYPE_CHECKING:
    import polars as pl


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"There is no encoding {name!r}: use utf-8, cp1252 or utf-16") from None
    return name


class ReadCsvParams(Params):
    """How to read the file."""

    path: Annotated[
        str,
        ui.FilePath(types=["csv", "txt", "tsv", "gz"]),
        Field(
            min_length=1,
            title="File",
            description="A file of the project, or a URL. Files packed by gzip are unpacked.",
        ),
    ]
    delimiter: Annotated[str, AfterValidator(one_character)] = Field(
        default=",", title="Delimiter", examples=[",", ";", "\\t", "|"],
        description="The character between two columns: often a comma, a semicolon or a tab (\\t).",
    )  # fmt: skip
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        default="utf-8", title="Encoding", examples=["utf-8", "cp1252", "utf-16"],
        description="How letters are stored: utf-8, or cp1252 for many files of Windows and Excel.",
    )  # fmt: skip
    header_row: int = Field(
        default=1, ge=0, le=1000, title="Header row",
        description="The line with the names of the columns; lines above it are skipped. 0: there are no names.",
    )  # fmt: skip
    decimal_comma: bool = Field(
        default=False, title="Decimal comma", description="Numbers are written 1.234,50 instead of 1,234.50."
    )
    exact_decimals: bool = Field(
        default=False, title="Exact decimals",
        description="Read numbers with decimals exactly, as money needs it, and not as floating point.",
    )  # fmt: skip
    types: dict[str, LogicalType] = Field(
        default_factory=dict, title="Types",
        description="Columns whose type shall not be guessed, for example amount: decimal(18,2).",
    )  # fmt: skip
    date_formats: list[str] = Field(
        default_factory=list, title="Date formats",
        description="How dates are written, for example dd.mm.yyyy; several are tried in turn. Empty: 2026-10-31.",
    )  # fmt: skip
    null_values: list[str] = Field(
        default_factory=lambda: [""], title="Empty values", description="Texts that mean that there is no value."
    )
    ragged: Literal["error", "fit"] = Field(
        default="error", title="Rows of the wrong length",
        description="error: stop at the first one. fit: fill short rows with empty values, cut what is too long.",
    )  # fmt: skip


@component(id="read.csv", version=1, name="Read CSV", category="Extract", effect="reads", icon="file-text")
def read_csv(params: ReadCsvParams) -> pl.LazyFrame:
    """Read a table from a CSV file.

    The types of the columns are guessed from the first 1,000 rows: whole number, number, true or false, date, time,
    else text. Numbers with leading zeros, such as account numbers, stay text. Name the type yourself where the guess
    is wrong, and for money: `decimal(18,2)` is exact to the cent.

    The file is read piece by piece, so it may be bigger than the memory.
    """
    from studio.frame import polars_schema

    layout = _layout(params)
    original = opened(params.path)
    first = delimited.sample(original, layout)
    kinds = _kinds(first, params)
    file = delimited.plain(original, layout, len(first.names))

    def pieces(wanted: list[str]) -> Iterator[pl.DataFrame]:
        return _typed(file, layout, first, {name: kinds[name] for name in wanted}, _reading(params))

    return lazy(pieces, polars_schema(Schema.of(kinds)))


@read_csv.schema
def read_csv_schema(params: ReadCsvParams) -> Schema | None:
    file = head(params.path)
    if file is None:
        return None
    try:
        first = delimited.sample(file, _layout(params))
    except UserError:
        return None  # the run will say it; until then the file may change
    return Schema.of(_kinds(first, params))


def _layout(params: ReadCsvParams) -> Layout:
    return Layout(params.delimiter, params.encoding, params.header_row, params.ragged, tuple(params.null_values))


def _reading(params: ReadCsvParams) -> Reading:
    return Reading(tuple(params.date_formats), decimal_comma=params.decimal_comma)


def _kinds(first: Sample, params: ReadCsvParams) -> dict[str, str]:
    """Column -> type, given or guessed."""
    require(params.types, first.names, field="types", table="The file")
    nulls = set(params.null_values)
    kinds = {}
    for position, name in enumerate(first.names):
        values = [row[position] for row in first.rows if position < len(row) and row[position] not in nulls]
        kinds[name] = params.types.get(name) or guess(values, _reading(params), exact=params.exact_decimals)
    return kinds


def _typed(
    file: Path, layout: Layout, first: Sample, kinds: dict[str, str], reading: Reading
) -> Iterator[pl.DataFrame]:
    import polars as pl

    try:
        for piece in delimited.pieces(file, layout, first, list(kinds)):
            yield pl.DataFrame([convert(piece[name], kind, reading) for name, kind in kinds.items()])
    except Misfit as error:
        raise _located(error, file, layout, first) from error


def _located(error: Misfit, file: Path, layout: Layout, first: Sample) -> UserError:
    """The error with its line."""
    position = first.names.index(error.column)
    found = delimited.line_where(
        file, layout, lambda fields: position < len(fields) and fields[position] == error.value
    )
    line = found[0] if found else None
    place = f"Line {line}, column" if line else "Column"
    return UserError(
        error.message.replace("Column", place, 1),
        cure=f"Give {error.column!r} another type under Types, for example {_wider(error.kind)}; or mend the value.",
        field="types",
        line=line,
    )


def _wider(kind: str) -> str:
    return "float64, decimal(18,2) or text" if kind == "int64" else "text"


read_csv.example(
    title="Read a bank statement",
    files={"bank.csv": "booked,payee,amount\n2026-10-01,Miller Ltd,120.50\n2026-10-02,Smith & Sons,-35\n"},
    params={"path": "bank.csv", "types": {"amount": "decimal(18,2)"}},
    expect={
        "table": {
            "booked": ["2026-10-01", "2026-10-02"],
            "payee": ["Miller Ltd", "Smith & Sons"],
            "amount": ["120.50", "-35.00"],
        }
    },
)
read_csv.example(
    title="Semicolons, decimal commas and German dates, below two lines of title",
    files={
        "export.csv": "Kontoauszug\r\n\r\nTag;Konto;Betrag\r\n31.12.2026;00123;1.234,50\r\n01.01.2027;00456;-7,00\r\n"
    },
    params={
        "path": "export.csv", "delimiter": ";", "header_row": 3, "decimal_comma": True, "exact_decimals": True,
        "date_formats": ["dd.mm.yyyy"],
    },
    expect={
        "table": {
            "Tag": ["2026-12-31", "2027-01-01"],
            "Konto": ["00123", "00456"],
            "Betrag": ["1234.50", "-7.00"],
        }
    },
)  # fmt: skip
read_csv.example(
    title="Rows of different length",
    files={"notes.csv": "name,note\nAnna,late,again\nBert\n"},
    params={"path": "notes.csv", "ragged": "fit"},
    expect={"table": {"name": ["Anna", "Bert"], "note": ["late", None]}},
)
