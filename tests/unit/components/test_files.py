"""Read Excel, Parquet and JSON; write CSV, Parquet and Excel: odd files, and whole ones only."""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from studio.component import Component
from studio.components import spool
from studio.components.extract.read_excel import ReadExcelParams, read_excel
from studio.components.extract.read_json import ReadJsonParams, read_json
from studio.components.extract.read_parquet import ReadParquetParams, read_parquet
from studio.components.load.write_csv import WriteCsvParams, write_csv
from studio.components.load.write_excel import write_excel
from studio.components.load.write_parquet import write_parquet
from studio.components.target import draft
from studio.exceptions import UserError
from studio.plugin_host.child import options
from studio.testing import run_component

TABLE = {"a": [1, 2], "b": ["x", None]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def rows(component: Component, **params: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = run_component(component, params)["table"].to_pydict()
    return found


def error(component: Component, params: dict[str, Any], **inputs: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        run_component(component, params, **inputs)
    assert caught.value.cure
    assert "\n" not in caught.value.message
    return caught.value


# Parquet ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PAR1 but no more PAR1"])
def test_what_is_no_parquet_file_is_refused(content: bytes) -> None:
    Path("t.parquet").write_bytes(content)
    assert "t.parquet" in error(read_parquet, {"path": "t.parquet"}).message
    assert read_parquet.predict is not None
    assert read_parquet.predict(ReadParquetParams(path="t.parquet")) is None


def test_a_column_that_is_not_in_the_file_is_told_before_the_run() -> None:
    pl.DataFrame(TABLE).write_parquet("t.parquet")
    assert read_parquet.predict is not None
    with pytest.raises(UserError, match="'c'"):
        read_parquet.predict(ReadParquetParams(path="t.parquet", columns=["c"]))


def test_a_name_is_no_pattern() -> None:
    pl.DataFrame(TABLE).write_parquet("t[1].parquet")
    assert rows(read_parquet, path="t[1].parquet") == TABLE


# Excel ------------------------------------------------------------------------------------------------------------


def test_a_sheet_that_is_missing_is_named_with_those_that_are_there() -> None:
    pl.DataFrame(TABLE).write_excel("t.xlsx", "October")
    wrong = error(read_excel, {"path": "t.xlsx", "sheet": "Octobre"})
    assert wrong.field == "sheet"
    assert wrong.cure == "Did you mean 'October'? Its sheets: 'October'."


def test_the_form_offers_the_sheets() -> None:
    pl.DataFrame(TABLE).write_excel("t.xlsx", "October")
    here = str(Path.cwd())
    assert options("builtin", "read.excel", "sheet", {"path": "t.xlsx"}, here) == ["October"]
    assert options("builtin", "read.excel", "sheet", {}, here) == []


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PK\x03\x04 and no more"])
def test_what_is_no_excel_file_is_refused(content: bytes) -> None:
    Path("t.xlsx").write_bytes(content)
    assert "no Excel file" in error(read_excel, {"path": "t.xlsx"}).message
    assert read_excel.predict is not None
    assert read_excel.predict(ReadExcelParams(path="t.xlsx")) is None


def test_a_header_below_other_rows_and_no_header() -> None:
    import xlsxwriter

    with xlsxwriter.Workbook("t.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["Report"], [], ["a", "a", None], [1, "x", 2.5], [3, None, 4]]):
            sheet.write_row(number, 0, row)
    found = rows(read_excel, path="t.xlsx", header_row=3)
    assert found == {"a": [1, 3], "a_1": ["x", None], "column_3": [2.5, 4.0]}
    assert list(rows(read_excel, path="t.xlsx", header_row=0)) == ["column_1", "column_2", "column_3"]


def test_a_type_that_a_cell_does_not_fit_shows_it() -> None:
    pl.DataFrame({"a": ["1", "n/a"]}).write_excel("t.xlsx")
    assert "'n/a'" in error(read_excel, {"path": "t.xlsx", "types": {"a": "int64"}}).message


def test_what_is_written_to_excel_comes_back() -> None:
    data = {
        "n": [1, None],
        "m": [Decimal("1.10"), Decimal("-2.25")],
        "t": ["=1+1", "https://x.org"],
        "f": [0.125, None],
    }
    run_component(write_excel, {"path": "t.xlsx"}, table=data)
    assert rows(read_excel, path="t.xlsx", types={"m": "decimal(38,2)"}) == data


def test_times_with_a_zone_are_written_as_the_clock_shows() -> None:
    run_component(write_excel, {"path": "t.xlsx"}, table={"t": [datetime(2026, 10, 1, 7, tzinfo=UTC)]})
    assert rows(read_excel, path="t.xlsx")["t"][0].hour == 7


@pytest.mark.parametrize("column", [[[1]], [b"x"], ["x" * 32_768]], ids=["several values", "bytes", "a long text"])
def test_what_no_cell_holds_is_refused(column: list[Any]) -> None:
    assert "'a'" in error(write_excel, {"path": "t.xlsx"}, table={"a": column}).message


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    wrong = error(write_excel, {"path": "t.xlsx"}, table={"a": range(1_048_576)})
    assert "1,048,576" in wrong.message
    assert not Path("t.xlsx").exists()


@pytest.mark.parametrize("params", [{"path": "t.csv"}, {"path": "t.xlsx", "sheet": "a/b"}], ids=str)
def test_names_that_excel_does_not_know_are_refused(params: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        write_excel.params.model_validate(params)


# JSON -------------------------------------------------------------------------------------------------------------


def read(document: Any, **params: Any) -> dict[str, list[Any]]:
    Path("t.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return rows(read_json, path="t.json", **params)


def broken(document: str, **params: Any) -> UserError:
    Path("t.json").write_text(document)
    return error(read_json, {"path": "t.json", **params})


def test_fields_may_come_and_go() -> None:
    assert read([{"a": 1}, {"b": [1, 2]}, {"a": 2.5}]) == {"a": [1.0, None, 2.5], "b": [None, [1, 2], None]}


def test_one_object_is_one_row() -> None:
    assert read({"a": 1}) == {"a": [1]}


def test_records_on_lines_need_no_other_name() -> None:
    assert read('{"a": 1}\n{"a": 2}\n') == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("document", "params", "message", "cure"),
    [
        ('[{"a": 1},\n {"a" 2}]', {}, "Line 2 is no JSON", "Mend"),
        ('{"a": 1}\n{"a": 2\n', {}, "Line 2 is no JSON", "Mend"),
        ('{"items": [{"a": 1}]}', {}, "no list", "'items'"),
        ('{"items": [{"a": 1}]}', {"records": "itms"}, "'itms'", "Did you mean 'items'?"),
        ('[{"a": 1}]', {"records": "items"}, "'items'", "nothing with a name"),
        ("[1, 2]", {}, "Record 1", "Mend"),
        ('[{"a": 1}, {"a": "x"}]', {}, "'a' mixes types", "text"),
        ('[{"a": 1}]', {"types": {"b": "text"}}, "'b'", "'a'"),
        ("7", {}, "no list", "the list"),
    ],
)
def test_files_that_cannot_be_read_say_why(document: str, params: dict[str, Any], message: str, cure: str) -> None:
    wrong = broken(document, **params)
    assert message in wrong.message
    assert cure in wrong.cure


def test_mixed_types_can_be_read_as_text() -> None:
    assert read([{"a": 1}, {"a": "x"}, {"a": [1]}], types={"a": "text"}) == {"a": ["1", "x", "[1]"]}


def test_decimals_are_exact_where_they_are_asked_for() -> None:
    document = '[{"a": 0.1, "b": 12345678901234567890.12}]'
    assert read(document, types={"b": "decimal(38,2)"}) == {"a": [0.1], "b": [Decimal("12345678901234567890.12")]}
    assert read(document, exact_decimals=True)["a"] == [Decimal("0.1")]


def test_many_records_come_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.components.extract.read_json.BATCH_ROWS", 3)
    documents = [{"n": n} for n in range(10)] + [{"n": 0.5, "late": "x"}]
    found = read(documents)
    assert found == {"n": [*map(float, range(10)), 0.5], "late": [None] * 10 + ["x"]}


def test_types_that_differ_between_batches_are_refused() -> None:
    with pytest.raises(UserError, match="'a' mixes types"):
        spool.table_of([{"a": [1]}, {"a": ["x"]}], cure="Mend it.")


@pytest.mark.parametrize(
    ("batches", "kind", "values"),
    [
        ([[1], [None], [2.5]], pl.Float64(), [1.0, None, 2.5]),
        ([[Decimal("1.1")], [2], [Decimal("0.001")]], pl.Decimal(38, 3), [Decimal("1.1"), 2, Decimal("0.001")]),
        ([[None], ["x"]], pl.String(), [None, "x"]),
        ([[None], [None]], pl.String(), [None, None]),
        ([[1, Decimal("1.5")], [Decimal("NaN")]], pl.Decimal(38, 1), [1, Decimal("1.5"), None]),
    ],
    ids=str,
)
def test_batches_agree_on_a_type(batches: list[list[Any]], kind: pl.DataType, values: list[Any]) -> None:
    found = spool.table_of([{"a": batch} for batch in batches], cure="").collect()["a"]
    assert (found.dtype, found.to_list()) == (kind, values)


def test_a_prediction_of_json_is_that_of_the_file() -> None:
    Path("t.json").write_text('[{"a": 1}]')
    assert read_json.predict is not None
    assert read_json.predict(ReadJsonParams(path="t.json")).names == ["a"]
    assert read_json.predict(ReadJsonParams(path="none.json")) is None


# Writing ----------------------------------------------------------------------------------------------------------

WRITERS = [(write_csv, "csv"), (write_parquet, "parquet"), (write_excel, "xlsx")]


@pytest.mark.parametrize(("component", "ending"), WRITERS)
def test_a_file_is_replaced_or_not_as_asked(component: Component, ending: str) -> None:
    target = Path(f"out/deep/t.{ending}")
    target.parent.mkdir(parents=True)
    target.write_bytes(b"old")
    assert "there already" in error(component, {"path": str(target), "replace": False}, table=TABLE).message
    assert target.read_bytes() == b"old"
    found = run_component(component, {"path": str(target)}, table=TABLE)
    assert found["file"].read_bytes() == target.read_bytes() != b"old"
    assert [file.name for file in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize("path", ["../t.csv", "/tmp/t.csv", ".", "out", "flow.py", "my.flow", "a.ipynb", "file/t.csv"])
def test_runs_write_below_the_working_directory_and_never_onto_sources(path: str, folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "file").touch()
    assert error(write_csv, {"path": path}, table=TABLE).field == "path"
    assert sorted(file.name for file in folder.iterdir()) == ["file", "out"]


def test_a_link_does_not_lead_out(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / "link").symlink_to(folder.parent / "elsewhere")
    assert error(write_csv, {"path": "link/t.csv"}, table=TABLE).field == "path"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(folder: Path) -> None:
    Path("t.csv").write_text("old")
    with pytest.raises(IsADirectoryError), draft("t.csv", replace=True) as (fresh, target):  # noqa: PT012
        fresh.write_text("half")
        target.parent.write_text("fails")
    assert Path("t.csv").read_text() == "old"
    assert [file.name for file in folder.iterdir()] == ["t.csv"]


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file of this process may grow beyond that: the system's own way to say that there is no room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(("component", "ending"), WRITERS)
def test_a_full_disk_is_told_and_leaves_nothing(component: Component, ending: str, folder: Path) -> None:
    table = {"a": [f"{n * 7919 % 10007}-{n}" for n in range(20_000)]}
    with small_disk(10_000):
        wrong = error(component, {"path": f"t.{ending}"}, table=table)
    assert "disk is full" in wrong.message
    assert list(folder.iterdir()) == []


def test_a_comma_cannot_part_columns_and_decimals() -> None:
    assert error(write_csv, {"path": "t.csv", "decimal_comma": True}, table=TABLE).field == "delimiter"


@pytest.mark.parametrize("column", [[[1]], [{"x": 1}], [b"x"]])
def test_what_no_csv_says_is_refused(column: list[Any]) -> None:
    assert "'a'" in error(write_csv, {"path": "t.csv"}, table={"a": column}).message


def test_a_csv_is_written_from_a_source_of_pieces(folder: Path) -> None:
    table = pl.LazyFrame({"m": [Decimal("10.10")], "t": ['say "hi"'], "d": [datetime(2026, 10, 1, 7).date()]})
    assert write_csv(table, WriteCsvParams(path="t.csv")) == folder / "t.csv"
    assert Path("t.csv").read_text() == 'm,t,d\n10.10,"say ""hi""",2026-10-01\n'
