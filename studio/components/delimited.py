"""Delimited text: its head, its rows in pieces, and the line at which it goes wrong."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from studio.components.columns import distinct_names
from studio.components.source import scratch_folder
from studio.exceptions import UserError

if TYPE_CHECKING:
    import polars as pl

SAMPLE_ROWS = 1000
LONGEST_FIELD = 2 << 20
"""Bytes; also the size of the pieces that are read at once. Measured on 400 MB: 320 MB of memory at most, with pieces
of 8 MB twice as much in twice the time."""

CONTAINERS = {b"PK\x03\x04": "Excel", b"\xd0\xcf\x11\xe0": "Excel", b"PAR1": "Parquet"}
"""First bytes of files that are no text, and the component that reads them."""

QUOTES = "Check the delimiter, and that every quote that opens also closes."
OTHER_ROWS = "Mend the line, check the delimiter, or set Rows of the wrong length (ragged) to fit."

Record = tuple[int, list[str]]
"""The number of its last line, and its fields."""


def one_character(text: str) -> str:
    """A delimiter as a setting: one character, a tab also written as people do."""
    text = {"\\t": "\t"}.get(text, text)
    if len(text) != 1 or text in '"\r\n':
        raise ValueError(f"{text!r} is no delimiter: give one character, or \\\\t for a tab")
    return text


@dataclass(frozen=True)
class Layout:
    """How the text is laid out."""

    delimiter: str = ","
    encoding: str = "utf-8"
    header_row: int = 1
    """0: there is none."""
    ragged: Literal["error", "fit"] = "error"
    null_values: Sequence[str] = ("",)


@dataclass(frozen=True)
class Sample:
    """The head of a file."""

    names: list[str]
    rows: list[list[str]]
    header_lines: int
    """Lines before the first row of data."""


def sample(file: Path, layout: Layout) -> Sample:
    """The names and the first rows. Raises :class:`UserError` for what is no delimited text in that encoding."""
    _refuse_containers(file)
    with _text(file, layout.encoding) as text:
        head = list(itertools.islice(_records(text, layout), SAMPLE_ROWS + 1))
    if not head:
        raise UserError(
            f"{file.name} has no line {layout.header_row}.", cure="Correct the header row.", field="header_row"
        )
    if layout.header_row == 0:
        return Sample(distinct_names([""] * len(head[0][1])), [fields for _, fields in head], 0)
    (line, names), *rows = head
    return Sample(distinct_names(names), [fields for _, fields in rows], line)


def _refuse_containers(file: Path) -> None:
    with file.open("rb") as stream:
        first = stream.read(4)
    if kind := CONTAINERS.get(first):
        raise UserError(f"{file.name} is no CSV file.", cure=f"Use the component Read {kind}.", field="path")


@contextmanager
def _text(file: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as text, unpacked; whoever reads what is not in that encoding gets a :class:`UserError`."""
    with io.TextIOWrapper(
        _unpacked(file), encoding="utf-8-sig" if _is_utf8(encoding) else encoding, newline=""
    ) as text:
        try:
            yield text
        except UnicodeError as error:
            raise undecodable(file, encoding) from error
        except gzip.BadGzipFile as error:
            raise UserError(f"{file.name} is not packed by gzip.", cure="Rename it.", field="path") from error


def _unpacked(file: Path) -> gzip.GzipFile | io.BufferedReader:
    if file.suffix == ".gz":
        return gzip.GzipFile(file, "rb")
    return file.open("rb")


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "ascii", "utf-8-sig")


def _records(text: io.TextIOWrapper, layout: Layout) -> Iterator[Record]:
    """The records from the header row on; empty lines are left out."""
    above = max(0, layout.header_row - 1)
    for _ in range(above):
        text.readline()
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(text, delimiter=layout.delimiter)
    try:
        yield from ((above + reader.line_num, fields) for fields in reader if fields)
    except csv.Error as error:
        line = above + reader.line_num
        raise UserError(f"Line {line} is no delimited text: {error}.", cure=QUOTES, field="path", line=line) from error


def undecodable(file: Path, encoding: str) -> UserError:
    """The error for a file in another encoding; names the first line at fault and suggests what may be right."""
    place = ""
    line = None
    if _is_utf8(encoding):
        line, byte = _first_bad_line(file)
        place = f": line {line} holds the byte 0x{byte:02x}"
    return UserError(
        f"{file.name} is not in the encoding {encoding}{place}.",
        cure=f"Set Encoding to {_likely_encoding(file, encoding)}.",
        field="encoding",
        line=line,
    )


def _first_bad_line(file: Path) -> tuple[int, int]:
    """The number of the first line that is no UTF-8, and the byte at fault."""
    with _unpacked(file) as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return number, line[error.start]
    return number, line[-1]


def _likely_encoding(file: Path, encoding: str) -> str:
    """What to try instead of `encoding`."""
    with file.open("rb") as stream:
        first = stream.read(4096)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in first[:200]:
        return "utf-16"
    try:
        first[: first.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        encoding = "utf-8"
    return "utf-8" if not _is_utf8(encoding) else "cp1252, as many files of Windows and Excel are"


def plain(file: Path, layout: Layout, width: int) -> Path:
    """The file itself if it is plain UTF-8 and its rows are taken as they are, else a copy that is."""
    if _is_utf8(layout.encoding) and file.suffix != ".gz" and layout.ragged == "error":
        return file
    copy = scratch_folder() / file.name.removesuffix(".gz")
    with _text(file, layout.encoding) as text, copy.open("w", encoding="utf-8", newline="") as out:
        if layout.ragged == "error":
            shutil.copyfileobj(text, out)
        else:
            _fit(text, out, layout, width)
    return copy


def _fit(text: io.TextIOWrapper, out: io.TextIOWrapper, layout: Layout, width: int) -> None:
    """Fill the short rows and cut the long ones. What is above the header row becomes empty lines."""
    out.write("\n" * max(0, layout.header_row - 1))
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\n")
    header_seen = layout.header_row == 0
    for _, fields in _records(text, layout):
        writer.writerow([*fields, *[""] * (width - len(fields))][:width] if header_seen else fields)
        header_seen = True


def pieces(file: Path, layout: Layout, head: Sample, wanted: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The wanted columns of a plain file, all text, piece by piece."""
    import polars as pl
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    try:
        reader = arrow_csv.open_csv(
            file,
            arrow_csv.ReadOptions(
                use_threads=False, block_size=LONGEST_FIELD, skip_rows=head.header_lines, column_names=head.names
            ),
            arrow_csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(head.names, pa.large_string()), include_columns=list(wanted),
                null_values=list(layout.null_values), strings_can_be_null=True,
            ),
        )  # fmt: skip
        last = None
        for batch in reader:
            last = pl.DataFrame(pa.Table.from_batches([batch]))
            yield last
        _refuse_open_end(file, head.names[-1], last)
    except pa.ArrowInvalid as error:
        raise _told(error, file, layout, len(head.names)) from error


def _refuse_open_end(file: Path, column: str, last: pl.DataFrame | None) -> None:
    """Raise if the last field is a quoted text that runs to the end of the file: its end was forgotten."""
    if last is None or column not in last.columns or "\n" not in (last[column][-1] or ""):
        return
    with file.open("rb") as stream:
        stream.seek(-min(100, file.stat().st_size), 2)
        end = stream.read().rstrip(b"\r\n")
    if not end.endswith(b'"'):
        raise UserError(f"The last quoted text in {file.name} does not end.", cure=QUOTES, field="path")


def _told(error: Exception, file: Path, layout: Layout, width: int) -> UserError:
    text = str(error)
    if "invalid UTF8" in text:
        return undecodable(file, "utf-8")
    if "Expected" in text and (found := line_where(file, layout, lambda fields: len(fields) != width)):
        line, fields = found
        return UserError(
            f"Line {line} has {len(fields)} column{'s' * (len(fields) != 1)} where {width} are expected.",
            cure=OTHER_ROWS, field="ragged", line=line,
        )  # fmt: skip
    if "straddling" in text:
        return UserError(f"A text in {file.name} does not end, or is longer than 2 MB.", cure=QUOTES, field="path")
    return UserError(f"{file.name} cannot be read: {text}", cure=QUOTES, field="path")


def line_where(file: Path, layout: Layout, test: Callable[[list[str]], bool]) -> Record | None:
    """The first record below the header row that passes the test. Slow: only for saying what is wrong."""
    with _text(file, "utf-8") as text:
        records = _records(text, layout)
        if layout.header_row:
            next(records, None)
        return next((record for record in records if test(record[1])), None)


def require_plain(table: pl.LazyFrame) -> None:
    """Raise :class:`UserError` for a column that no CSV can say."""
    import polars as pl

    for name, kind in table.collect_schema().items():
        if kind.is_nested() or kind == pl.Binary:
            what = "bytes" if kind == pl.Binary else "several values in one"
            raise UserError(
                f"Column {name!r} holds {what}: no CSV can say that.",
                cure="Leave it out by a Select node, or write Parquet.",
            )
