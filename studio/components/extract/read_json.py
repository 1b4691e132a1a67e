"""Read JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import require
from studio.components.conversion import LogicalType, Reading, cast
from studio.components.prediction import by_reading
from studio.components.source import opened
from studio.components.spool import BATCH_ROWS, Batch, table_of
from studio.exceptions import UserError
from studio.port import Schema
from studio.problem import did_you_mean

if TYPE_CHECKING:
    import polars as pl

MIXED = "Name the column under Types as text, or mend the file."


class ReadJsonParams(Params):
    """Which file to read, and where its records are."""

    path: Annotated[
        str,
        ui.FilePath(types=["json", "jsonl", "ndjson"]),
        Field(min_length=1, title="File", description="A JSON file of the project, or a URL."),
    ]
    records: str = Field(
        default="", title="Records at", examples=["data.items"],
        description="Where in the file the list of records is, for example data.items. Empty: the file is the list.",
    )  # fmt: skip
    types: dict[str, LogicalType] = Field(
        default_factory=dict, title="Types",
        description="Columns whose type shall be another, for example amount: decimal(18,2), or booked: date.",
    )  # fmt: skip
    exact_decimals: bool = Field(
        default=False, title="Exact decimals",
        description="Read numbers with decimals exactly, as money needs it, and not as floating point.",
    )  # fmt: skip


@component(id="read.json", version=1, name="Read JSON", category="Extract", effect="reads", icon="braces")
def read_json(params: ReadJsonParams) -> pl.LazyFrame:
    """Read a table from a JSON file: a list of records, or one record per line (JSON Lines).

    Each field becomes a column; a record without it has no value there. Lists and objects inside a record stay what
    they are, unless you name the type text: then they become their JSON.
    """
    return _read(opened(params.path), params)


def _read(file: Path, params: ReadJsonParams) -> pl.LazyFrame:
    table = table_of(_batches(_records(file, params), params), cure=MIXED)
    require(params.types, table.collect_schema().names(), field="types", table="The file")
    return cast(table, params.types, Reading())


def _records(file: Path, params: ReadJsonParams) -> Iterator[Any]:
    """The records in their order."""
    exact = params.exact_decimals or any(kind.startswith("decimal") for kind in params.types.values())
    decoder = json.JSONDecoder(parse_float=Decimal if exact else None)
    with file.open(encoding="utf-8-sig") as text:
        try:
            if file.suffix.lower() in (".jsonl", ".ndjson"):
                yield from _lines(text, decoder)
            else:
                yield from _list(text.read(), params.records, decoder)
        except UnicodeDecodeError as error:
            raise UserError(f"{file.name} is not UTF-8.", cure="Save it as UTF-8.", field="path") from error


def _lines(lines: Iterable[str], decoder: json.JSONDecoder) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _decoded(line, decoder, number)


def _decoded(text: str, decoder: json.JSONDecoder, first_line: int = 1) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise UserError(
            f"Line {line} is no JSON: {error.msg}.", cure="Mend the file.", field="path", line=line
        ) from error


def _list(text: str, place: str, decoder: json.JSONDecoder) -> list[Any]:
    """The records of a whole document; several documents, one per line, are records as well."""
    try:
        document = _decoded(text, decoder)
    except UserError as error:
        if "Extra data" not in error.message:
            raise
        return list(_lines(text.splitlines(), decoder))
    for name in filter(None, place.split(".")):
        document = _inside(document, name)
    if isinstance(document, list):
        return document
    lists = [name for name, value in document.items() if isinstance(value, list)] if isinstance(document, dict) else []
    if lists or not isinstance(document, dict):
        places = " or ".join(repr(f"{place}.{name}".strip(".")) for name in lists) or "the list"
        raise UserError("There is no list of records.", cure=f"Set Records at to {places}.", field="records")
    return [document]


def _inside(document: Any, name: str) -> Any:
    if isinstance(document, dict) and name in document:
        return document[name]
    known = list(document) if isinstance(document, dict) else []
    cure = did_you_mean(name, known) or f"There is: {', '.join(map(repr, known)) or 'nothing with a name'}."
    raise UserError(f"The file has no {name!r} at that place.", cure=cure, field="records")


def _batches(records: Iterator[Any], params: ReadJsonParams) -> Iterator[Batch]:
    start = 0
    while chunk := list(itertools.islice(records, BATCH_ROWS)):
        for number, record in enumerate(chunk, start + 1):
            if not isinstance(record, dict):
                raise UserError(f"Record {number} is no object but {str(record)[:40]!r}.", cure="Mend the file.")
        names = dict.fromkeys(name for record in chunk for name in record)
        yield {name: [_value(record.get(name), name, params) for record in chunk] for name in names}
        start += len(chunk)


def _value(value: Any, name: str, params: ReadJsonParams) -> Any:
    kind = params.types.get(name, "")
    if kind == "text" and not isinstance(value, (str, type(None))):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if params.exact_decimals or kind.startswith("decimal") else _with_floats(value)


def _with_floats(value: Any) -> Any:
    """Decimals that were read for the sake of another column become floats again."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _with_floats(inner) for name, inner in value.items()}
    return [_with_floats(inner) for inner in value] if isinstance(value, list) else value


@read_json.schema
def read_json_schema(params: ReadJsonParams) -> Schema | None:
    return by_reading(params.path, lambda file: _read(file, params), told=("records", "types"))


read_json.example(
    title="A list of records",
    files={"orders.json": '[{"id": 1, "city": "Bern"}, {"id": 2, "paid": true}]'},
    params={"path": "orders.json"},
    expect={"table": {"id": [1, 2], "city": ["Bern", None], "paid": [None, True]}},
)
read_json.example(
    title="Records inside an answer, with exact amounts and dates",
    files={"answer.json": '{"data": {"items": [{"amount": 10.10, "booked": "2026-10-01", "tags": ["a"]}]}}'},
    params={
        "path": "answer.json",
        "records": "data.items",
        "types": {"amount": "decimal(18,2)", "booked": "date", "tags": "text"},
    },
    expect={"table": {"amount": ["10.10"], "booked": ["2026-10-01"], "tags": ['["a"]']}},
)
read_json.example(
    title="One record per line",
    files={"log.jsonl": '{"n": 1}\n\n{"n": 2.5}\n'},
    params={"path": "log.jsonl"},
    expect={"table": {"n": [1.0, 2.5]}},
)
