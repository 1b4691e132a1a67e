from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from studio.artifacts.copies import fetch
from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import describe, export, read_rows, read_value
from studio.exceptions import ArtifactError, UserError
from studio.manifest import Artifact
from studio.runtime.writing import write_value

HOUSE = Path(__file__).parents[3]
MILLION = 1_000_000


def stored(folder: Path, kind: str, value: Any, table_format: str = "arrow") -> tuple[ArtifactRoot, Artifact]:
    described = write_value(folder, "out", kind, value, table_format)
    return ArtifactRoot(str(folder)), Artifact(path=described.pop("file"), **described)


def exported(root: ArtifactRoot, artifact: Artifact, format: str, rows: int | None = None) -> bytes:
    out = io.BytesIO()
    export(root, artifact, format, out, rows)
    return out.getvalue()


@pytest.fixture(params=["arrow", "parquet"])
def table_format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# Rows ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 10), (131_070, 131_075), (262_144, 300_000), (299_999, 300_000), (0, 300_000), (5, 5), (7, 3), (-5, 2),
     (299_990, 400_000), (400_000, 400_010), (100_000, 290_000)],
)  # fmt: skip
def test_rows_are_those_of_the_table(tmp_path: Path, table_format: str, start: int, stop: int) -> None:
    root, artifact = stored(tmp_path, "table", pl.DataFrame({"n": range(300_000)}), table_format)
    rows = read_rows(root, artifact, start, stop)
    assert rows["n"].to_pylist() == list(range(300_000))[max(0, start) : stop]


def test_columns_are_chosen_in_the_order_asked_for(tmp_path: Path, table_format: str) -> None:
    root, artifact = stored(tmp_path, "table", pl.DataFrame({"a": [1], "b": ["x"], "c": [2.5]}), table_format)
    assert read_rows(root, artifact, 0, 9, ["c", "a"]).to_pydict() == {"c": [2.5], "a": [1]}
    assert read_rows(root, artifact, 0, 0, ["c"]).schema.names == ["c"]
    with pytest.raises(UserError, match=r"no column 'A'\. Did you mean 'a'"):
        read_rows(root, artifact, 0, 1, ["A"])


def test_ten_rows_of_a_million_take_little_memory(tmp_path: Path, table_format: str) -> None:
    frame = pl.DataFrame(
        {f"c{at}": range(MILLION) for at in range(5)} | {"s": [f"customer {n}" for n in range(MILLION)]}
    )
    root, artifact = stored(tmp_path, "table", frame, table_format)
    del frame
    before, pool = pa.total_allocated_bytes(), pa.default_memory_pool()
    rows = read_rows(root, artifact, 500_000, 500_010)
    assert rows["c0"].to_pylist() == list(range(500_000, 500_010))
    # Parquet decodes one row group of the eight at most; Arrow nothing.
    assert pa.total_allocated_bytes() - before < (100_000 if table_format == "arrow" else 2_000_000)
    assert pool.bytes_allocated() == pa.total_allocated_bytes()


def test_rows_of_what_is_no_table_are_refused(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "json", {})
    with pytest.raises(UserError, match="no table but a json"):
        read_rows(root, artifact, 0, 1)


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"ARROW1\x00\x00 but not for long"])
def test_a_damaged_table_says_so(tmp_path: Path, table_format: str, damage: bytes) -> None:
    root, artifact = stored(tmp_path, "table", pl.DataFrame({"n": [1]}), table_format)
    assert root.local
    (root.local / artifact.path).chmod(0o644)
    (root.local / artifact.path).write_bytes(damage)
    with pytest.raises(ArtifactError, match="is damaged"):
        read_rows(root, artifact.model_copy(update={"bytes": len(damage)}), 0, 1)


# Whole values -------------------------------------------------------------------------------------------------------


def test_values_come_as_what_they_are(tmp_path: Path) -> None:
    values = {"json": {"a": 1}, "text": "Grüße", "figure": "<p>ü</p>"}
    for kind, value in values.items():
        (tmp_path / kind).mkdir()
        assert read_value(*stored(tmp_path / kind, kind, value)) == value
    (tmp_path / "a.csv").write_text("a")
    root, artifact = stored(tmp_path, "file", tmp_path / "a.csv")
    assert read_value(root, artifact) == tmp_path / "out.csv"
    assert describe(artifact) == "file a.csv, 1 bytes"


def test_a_table_as_a_value_is_whole(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "table", pd.DataFrame({"a": [1, 2]}))
    assert read_value(root, artifact).to_pydict() == {"a": [1, 2]}
    assert describe(artifact).startswith("table, 2 rows x 1 columns, ")


def test_a_local_artifact_is_fetched_by_its_own_path_if_it_is_whole(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "text", "hello")
    assert fetch(root, artifact, tmp_path / "cache") == tmp_path / "out.txt"
    assert not (tmp_path / "cache").exists()
    with pytest.raises(ArtifactError, match="is damaged: it has 5 bytes instead of 6"):
        fetch(root, artifact.model_copy(update={"bytes": 6}), tmp_path / "cache")
    with pytest.raises(ArtifactError, match="is gone"):
        fetch(root, artifact.model_copy(update={"path": "none.txt"}), tmp_path / "cache")


# Export -------------------------------------------------------------------------------------------------------------

EVERY = pa.table(
    {
        "n": pa.array([1, 2**60, None]),
        "f": pa.array([1.5, float("inf"), None]),
        "s": pa.array(['a "b", c', "", None]),
        "b": pa.array([True, False, None]),
        "d": pa.array([Decimal("1.50"), Decimal("-0.01"), None]),
        "day": pa.array([dt.date(2026, 10, 1), dt.date(1, 1, 1), None]),
        "t": pa.array([dt.time(1, 2, 3), dt.time(0), None]),
        "w": pa.array([dt.datetime(2026, 10, 1, 2, 3, 4, 5), dt.datetime(1700, 1, 1), None]),
        "z": pa.array([dt.datetime(2026, 7, 1, tzinfo=dt.UTC), None, None], pa.timestamp("us", "Europe/Zurich")),
        "p": pa.array([dt.timedelta(seconds=1.5), dt.timedelta(0), None]),
        "x": pa.array([b"\x00", b"", None]),
        "l": pa.array([["ü", None], [], None]),
        "o": pa.array([{"a": 1}, {"a": None}, None]),
    }
)


def test_csv_can_be_read_by_anybody(tmp_path: Path, table_format: str) -> None:
    root, artifact = stored(tmp_path, "table", EVERY, table_format)
    lines = list(csv.reader(io.StringIO(exported(root, artifact, "csv").decode("utf-8"))))
    assert lines[0] == EVERY.column_names
    assert lines[1][:6] == ["1", "1.5", 'a "b", c', "true", "1.50", "2026-10-01"]
    assert lines[1][6].startswith("01:02:03")
    assert lines[1][7].startswith("2026-10-01 02:03:04.000005")
    assert lines[1][9:] == ["PT1.5S", "AA==", '["ü", null]', '{"a": 1}']
    assert lines[3] == [""] * 13


def test_csv_tells_empty_text_from_null(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "table", pa.table({"a": ["", None], "b": [1, 2]}))
    assert exported(root, artifact, "csv").decode().splitlines()[1:] == ['"",1', ",2"]


def test_json_is_a_list_of_rows(tmp_path: Path, table_format: str) -> None:
    root, artifact = stored(tmp_path, "table", EVERY, table_format)
    rows = json.loads(exported(root, artifact, "json"))
    assert rows[0] | {"z": 0} == {
        "n": 1, "f": 1.5, "s": 'a "b", c', "b": True, "d": "1.50", "day": "2026-10-01", "t": "01:02:03.000000000",
        "w": "2026-10-01T02:03:04.000005", "z": 0, "p": "PT1.5S", "x": "AA==", "l": ["ü", None], "o": {"a": 1},
    }  # fmt: skip
    assert (rows[1]["n"], rows[1]["f"]) == (str(2**60), "inf")
    assert set(rows[2].values()) == {None}


def test_json_of_no_rows_is_an_empty_list(tmp_path: Path, table_format: str) -> None:
    root, artifact = stored(tmp_path, "table", EVERY.slice(0, 0), table_format)
    assert json.loads(exported(root, artifact, "json")) == []
    assert exported(root, artifact, "csv").decode().count("\n") == 1


@pytest.mark.parametrize("format", ["parquet", "arrow"])
def test_parquet_and_arrow_keep_every_type(tmp_path: Path, table_format: str, format: str) -> None:
    root, artifact = stored(tmp_path, "table", EVERY, table_format)
    data = io.BytesIO(exported(root, artifact, format))
    back = parquet.read_table(data) if format == "parquet" else pa.ipc.open_file(data).read_all()
    assert back.equals(read_rows(root, artifact, 0, 3))


@pytest.mark.parametrize("format", ["csv", "json", "parquet", "arrow"])
def test_the_first_rows_only(tmp_path: Path, table_format: str, format: str) -> None:
    root, artifact = stored(tmp_path, "table", pl.DataFrame({"n": range(300_000)}), table_format)
    export(root, artifact, format, tmp_path / "out", rows=131_080)
    readers: dict[str, Any] = {
        "csv": pl.read_csv,
        "json": pl.read_json,
        "parquet": pl.read_parquet,
        "arrow": pl.read_ipc,
    }
    assert readers[format](tmp_path / "out")["n"].to_list() == list(range(131_080))


@pytest.mark.parametrize(
    ("format", "rows"), [("csv", 2 * MILLION), ("json", MILLION // 2), ("parquet", 2 * MILLION), ("arrow", 2 * MILLION)]
)
def test_exporting_a_large_table_takes_memory_for_a_piece(tmp_path: Path, format: str, rows: int) -> None:
    frame = pl.DataFrame({f"c{at}": range(rows) for at in range(4)})
    _, artifact = stored(tmp_path, "table", frame)
    del frame
    code = (
        "import sys; from pathlib import Path; import pyarrow as pa\n"
        "from studio.artifacts.root import ArtifactRoot; from studio.artifacts.values import export\n"
        "from studio.manifest import Artifact\n"
        "export(ArtifactRoot(sys.argv[1]), Artifact.model_validate_json(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))\n"
        "print(pa.default_memory_pool().max_memory())"
    )
    arguments = [str(tmp_path), artifact.model_dump_json(), format, str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=HOUSE, check=True
    )
    assert int(done.stdout) < artifact.bytes * 0.6


def test_other_kinds_are_exported_as_they_are(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "text", "Grüße\n")
    assert exported(root, artifact, "csv") == "Grüße\n".encode()


def test_an_unknown_format_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "table", EVERY)
    with pytest.raises(UserError, match="Choose one of: csv, json, parquet, arrow"):
        export(root, artifact, "xml", tmp_path / "out.xml")
    assert [path.name for path in tmp_path.iterdir()] == ["out.arrow"]


def test_a_target_that_cannot_be_written_is_a_users_mistake(tmp_path: Path) -> None:
    root, artifact = stored(tmp_path, "table", EVERY)
    with pytest.raises(ArtifactError, match="cannot be written: No such file or directory"):
        export(root, artifact, "csv", tmp_path / "none" / "out.csv")


FULL = """
import resource, sys
from pathlib import Path
from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import export
from studio.exceptions import ArtifactError
from studio.manifest import Artifact
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
try:
    export(ArtifactRoot(sys.argv[1]), Artifact.model_validate_json(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
except ArtifactError as error:
    print(error)
"""


@pytest.mark.parametrize("format", ["csv", "json", "parquet", "arrow"])
def test_a_disk_that_fills_during_an_export_leaves_the_old_file(tmp_path: Path, format: str) -> None:
    _, artifact = stored(tmp_path, "table", pl.DataFrame({"n": range(100_000)}))
    (tmp_path / "target").write_text("old")
    arguments = [str(tmp_path), artifact.model_dump_json(), format, str(tmp_path / "target")]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *arguments], capture_output=True, text=True, cwd=HOUSE, check=True
    )
    assert "The disk is full" in done.stdout
    assert (tmp_path / "target").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["out.arrow", "target"]
