"""What is in a stored file, as bytes to be searched: Parquet, and zip archives such as Excel files, unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

CHUNK = 1 << 20
MOST_UNPACKED = 4 << 30
"""Bytes of archives that are unpacked: no file must keep a worker busy for ever."""


def contents(file: Path) -> Iterator[bytes]:
    """Chunks of the file as it is, then of what is packed in it."""
    with file.open("rb") as opened:
        head = opened.read(4)
        opened.seek(0)
        yield from iter(lambda: opened.read(CHUNK), b"")
    if head == b"PAR1":
        yield from _of_parquet(file)
    elif zipfile.is_zipfile(file):
        yield from _of_zip(file)


def _of_parquet(file: Path) -> Iterator[bytes]:
    import pyarrow as pa
    from pyarrow import parquet

    with suppress(pa.ArrowException), parquet.ParquetFile(file) as opened:
        for batch in opened.iter_batches():
            for column in batch.columns:
                yield from _buffers(column)


def _buffers(column: Any) -> Iterator[bytes]:
    for buffer in column.buffers():
        for start in range(0, buffer.size if buffer else 0, CHUNK):
            yield buffer.slice(start, min(CHUNK, buffer.size - start)).to_pybytes()


def _of_zip(file: Path) -> Iterator[bytes]:
    left = MOST_UNPACKED
    with suppress(*BROKEN), zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            with suppress(*BROKEN), archive.open(name) as member:
                while left > 0 and (chunk := member.read(CHUNK)):
                    left -= len(chunk)
                    yield chunk


BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, RuntimeError)
"""What unpacking raises where it cannot be done; the last one for encrypted members and packings that are not known.
What cannot be unpacked here is not shown to others either.
"""
