"""Artifacts as values: a few rows, a whole JSON or text, a file to hand out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from studio.artifacts.copies import present
from studio.artifacts.root import ArtifactRoot
from studio.exceptions import ArtifactError, UserError
from studio.manifest import Artifact
from studio.problem import did_you_mean
from studio.runtime.cells import json_cells
from studio.runtime.failure import disk_full, is_disk_full
from studio.runtime.table_file import BATCH_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

JSON_ROWS = 1_000
"""Rows that are Python objects at a time while a table is exported as JSON."""
FEWEST_ROWS = 1_024
"""Rows of Parquet that are decoded at once, at least."""
FORMATS = ("csv", "json", "parquet", "arrow")


def describe(artifact: Artifact) -> str:
    """One line: what it is and how large."""
    size = f"{artifact.bytes:,} bytes"
    if artifact.kind == "table":
        return f"table, {artifact.rows:,} rows x {len(artifact.columns or [])} columns, {size}"
    return f"{artifact.kind} {artifact.name or artifact.format}, {size}"


def read_rows(
    root: ArtifactRoot, artifact: Artifact, start: int, stop: int, columns: Sequence[str] | None = None
) -> pa.Table:
    """Rows `start` to `stop` (not included) of a table. Only what holds them is read."""
    import pyarrow as pa

    with _opened(root, artifact, columns) as table:
        pieces = [piece for piece in table.pieces(max(0, start), max(0, stop)) if piece.num_rows]
        return pa.concat_tables([table.schema.empty_table(), *pieces])


def read_value(root: ArtifactRoot, artifact: Artifact) -> Any:
    """JSON as it is; text, and figures of HTML or SVG, as text; a model or another figure as bytes.

    A file is bytes on a remote root, and its path on a local one.
    """
    if artifact.kind == "table":
        return read_rows(root, artifact, 0, artifact.rows or 0)
    if artifact.kind == "file" and root.local:
        return root.local / artifact.path
    data = root.read_bytes(artifact.path)
    if artifact.kind == "json":
        return json.loads(data)
    return data.decode("utf-8") if artifact.kind == "text" or artifact.format in ("html", "svg") else data


# Tables in pieces ---------------------------------------------------------------------------------------------------


class _ArrowTable:
    """Record batches of a memory map."""

    def __init__(self, reader: Any, columns: Sequence[str] | None) -> None:
        self._reader = reader
        self._columns = columns
        self.schema = _selected(reader.schema, columns)

    def pieces(self, start: int, stop: int) -> Iterator[pa.Table]:
        import pyarrow as pa

        for at in range(self._reader.num_record_batches):
            if stop <= 0:
                return
            batch = pa.Table.from_batches([self._reader.get_batch(at)]).select(self.schema.names)
            rows = batch.num_rows
            for first in range(max(0, start), min(rows, stop), BATCH_ROWS):
                yield batch.slice(first, min(BATCH_ROWS, stop - first))
            start, stop = start - rows, stop - rows


class _ParquetTable:
    """Row groups of a Parquet file."""

    def __init__(self, file: Any, columns: Sequence[str] | None) -> None:
        self._file = file
        self.schema = _selected(file.schema_arrow.remove_metadata(), columns)

    def pieces(self, start: int, stop: int) -> Iterator[pa.Table]:
        for group in range(self._file.num_row_groups):
            rows = self._file.metadata.row_group(group).num_rows
            if start < rows and stop > 0:
                yield from self._of_group(group, max(0, start), stop)
            start, stop = start - rows, stop - rows

    def _of_group(self, group: int, start: int, stop: int) -> Iterator[pa.Table]:
        import pyarrow as pa

        size = min(BATCH_ROWS, max(FEWEST_ROWS, stop - start))
        batches = self._file.iter_batches(batch_size=size, row_groups=[group], columns=self.schema.names)
        for batch in batches:
            if stop <= 0:
                return
            piece = pa.Table.from_batches([batch], self.schema)
            if start < piece.num_rows:
                first = max(0, start)
                yield piece.slice(first, stop - first)
            start, stop = start - batch.num_rows, stop - batch.num_rows


def _selected(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    import pyarrow as pa

    for name in columns or ():
        if name not in schema.names:
            raise UserError(f"The table has no column {name!r}.", cure=did_you_mean(name, schema.names))
    return schema if columns is None else pa.schema([schema.field(name) for name in columns])


@contextmanager
def _opened(
    root: ArtifactRoot, artifact: Artifact, columns: Sequence[str] | None
) -> Iterator[_ArrowTable | _ParquetTable]:
    import pyarrow as pa
    from pyarrow import parquet

    if artifact.kind != "table":
        raise UserError(f"This is no table but a {artifact.kind}.", cure="Leave --rows out.")
    try:
        if artifact.format == "parquet":
            with root.open(artifact.path) as file, parquet.ParquetFile(file) as opened:
                yield _ParquetTable(opened, columns)
        else:
            with _arrow_source(root, artifact) as source:
                yield _ArrowTable(pa.ipc.open_file(source), columns)
    except pa.ArrowInvalid as error:
        raise ArtifactError(f"The table {artifact.path} is damaged: {error}", cure="Run the step again.") from error


@contextmanager
def _arrow_source(root: ArtifactRoot, artifact: Artifact) -> Iterator[Any]:
    """The memory map stays open for as long as tables made from it live."""
    import pyarrow as pa

    if root.local:
        yield pa.memory_map(str(present(root, artifact)))
    else:
        with root.open(artifact.path) as file:
            yield pa.PythonFile(file, "r")


# Export -------------------------------------------------------------------------------------------------------------


def export(root: ArtifactRoot, artifact: Artifact, format: str, out: BinaryIO | Path, rows: int | None = None) -> None:
    """Write the artifact to `out`: a table as `csv`, `json`, `parquet` or `arrow`, the first `rows` of it; all other
    kinds as they are stored (`format` is then not looked at).
    """
    if isinstance(out, Path):
        _export_to_path(root, artifact, format, out, rows)
    elif artifact.kind != "table":
        _copy(root, artifact, out)
    else:
        _export_table(root, artifact, format, out, rows)


def _export_to_path(root: ArtifactRoot, artifact: Artifact, format: str, out: Path, rows: int | None) -> None:
    """Whole or not at all."""
    fresh = out.parent / f".{uuid.uuid4().hex}.part"
    try:
        with fresh.open("wb") as file:
            export(root, artifact, format, file, rows)
        fresh.replace(out)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(out.parent) from error
        raise ArtifactError(
            f"{out} cannot be written: {error.strerror or error}.", cure="Choose another file."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)


def _copy(root: ArtifactRoot, artifact: Artifact, out: BinaryIO) -> None:
    with root.open(artifact.path) as file:
        while piece := file.read(2**20):
            out.write(piece)


def _export_table(root: ArtifactRoot, artifact: Artifact, format: str, out: BinaryIO, rows: int | None) -> None:
    writers = {"csv": _write_csv, "json": _write_json, "parquet": _write_parquet, "arrow": _write_arrow}
    if format not in writers:
        raise UserError(f"{format!r} is no format for a table.", cure=f"Choose one of: {', '.join(FORMATS)}.")
    with _opened(root, artifact, None) as table:
        stop = artifact.rows or 0 if rows is None else rows
        writers[format](table.schema, table.pieces(0, stop), out)


def _write_csv(schema: pa.Schema, pieces: Iterator[pa.Table], out: BinaryIO) -> None:
    """RFC 4180, in UTF-8. Lists and structs are JSON, bytes base64; null is an empty field, empty text is quoted."""
    import pyarrow as pa
    from pyarrow import csv

    flat = pa.schema([(field.name, _csv_type(field.type)) for field in schema])
    with csv.CSVWriter(out, flat) as writer:
        for piece in pieces:
            writer.write_table(_flat(piece, flat))


def _csv_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    types = pa.types
    as_text = types.is_nested(kind) or types.is_large_binary(kind) or types.is_duration(kind)
    return pa.large_string() if as_text else kind


def _flat(piece: pa.Table, flat: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = [
        column if column.type == field.type else pa.chunked_array([_texts(column)])
        for column, field in zip(piece.columns, flat, strict=True)
    ]
    return pa.table(columns, schema=flat)


def _texts(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    cells = (cell if cell is None or isinstance(cell, str) else _json_line(cell) for cell in json_cells(column))
    return pa.array(cells, pa.large_string())


def _write_json(schema: pa.Schema, pieces: Iterator[pa.Table], out: BinaryIO) -> None:
    """A list of objects, one to a line."""
    before = b"[\n"
    for row in _json_rows(schema.names, pieces):
        out.write(before + _json_line(row).encode("utf-8"))
        before = b",\n"
    out.write(b"\n]\n" if before == b",\n" else b"[]\n")


def _json_rows(names: list[str], pieces: Iterator[pa.Table]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        for start in range(0, piece.num_rows, JSON_ROWS):
            columns = [json_cells(column) for column in piece.slice(start, JSON_ROWS).columns]
            yield from (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _json_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_parquet(schema: pa.Schema, pieces: Iterator[pa.Table], out: BinaryIO) -> None:
    from pyarrow import parquet

    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for piece in pieces:
            writer.write_table(piece)


def _write_arrow(schema: pa.Schema, pieces: Iterator[pa.Table], out: BinaryIO) -> None:
    import pyarrow as pa

    with pa.ipc.new_file(out, schema) as writer:
        for piece in pieces:
            writer.write_table(piece)
