"""What is in a stored file: searched as it is, and unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

from studio.artifacts.contents import CHUNK, contents

NEEDLE = b"a needle of some length"


def finds(path: Path) -> bool:
    return NEEDLE in b"".join(contents(path))


def test_a_file_is_read_in_chunks(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(CHUNK - 3) + NEEDLE + bytes(CHUNK))
    assert max(map(len, contents(path))) == CHUNK
    assert finds(path)


@pytest.mark.parametrize("compression", ["zstd", "snappy", "uncompressed"])
def test_parquet_is_unpacked(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "x.parquet"
    words = [f"word {n % 97}" for n in range(20_000)] + [NEEDLE.decode()]
    frame = pl.DataFrame({"n": range(20_001), "nested": [{"a": [word]} for word in words]})
    frame.write_parquet(path, compression=compression)  # type: ignore[arg-type]
    assert finds(path)
    frame.head(10).write_parquet(path)
    assert not finds(path)


def test_archives_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one", "x" * 1000)
        archive.writestr("two", b"y" * 3 * CHUNK + NEEDLE)
    assert NEEDLE not in path.read_bytes()
    assert finds(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 and no more", b"PK\x05\x06" + bytes(18), b"PK\x03\x04broken"])
def test_what_only_begins_like_one_is_taken_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert b"".join(contents(path)) == content


def test_a_broken_member_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("broken", "x" * 5000)
        archive.writestr("whole", NEEDLE * 10)
    data = bytearray(path.read_bytes())
    data[40] ^= 0xFF
    path.write_bytes(data)
    assert finds(path)
