"""Read CSV: what it guesses, what it refuses, and in which words."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from studio.components.extract.read_csv import ReadCsvParams, read_csv, read_csv_schema
from studio.exceptions import UserError
from studio.testing import run_component, served


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def columns(content: str | bytes, **params: Any) -> dict[str, list[Any]]:
    Path("t.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    found: dict[str, list[Any]] = run_component(read_csv, {"path": "t.csv", **params})["table"].to_pydict()
    return found


def types(content: str, **params: Any) -> list[str]:
    Path("t.csv").write_text(content)
    schema = read_csv_schema(ReadCsvParams(path="t.csv", **params))
    assert schema is not None
    return [column.type for column in schema.columns]


def error(content: str | bytes, **params: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        columns(content, **params)
    assert caught.value.cure
    return caught.value


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", ""], "int64"),
        (["1", "2.5"], "float64"),
        (["1e3", ".5"], "float64"),
        (["true", "FALSE"], "bool"),
        (["2026-10-01", ""], "date"),
        (["2026-10-01T07:00", "2026-10-01 07:00:00.5"], "datetime[us]"),
        (["00123", "7"], "text"),
        (["1", "x"], "text"),
        (["", ""], "text"),
        (["123456789012345678901"], "text"),
        (["'1"], "text"),
        (["2026-13-01"], "text"),
    ],
)
def test_types_are_guessed_narrowly(cells: list[str], kind: str) -> None:
    assert types("a,b\n" + "".join(f"{cell},x\n" for cell in cells)) == [kind, "text"]


def test_a_comma_in_a_number_is_not_for_us_to_guess() -> None:
    assert types('a\n"1,234"\n') == ["text"]
    assert types('a\n"1,234"\n', decimal_comma=True) == ["float64"]


def test_exact_decimals_keep_every_digit() -> None:
    assert types("a,b\n1.125,1\n2.5,2\n", exact_decimals=True) == ["decimal(38,3)", "int64"]


def test_money_is_read_to_the_cent_or_not_at_all() -> None:
    money = {"types": {"a": "decimal(18,2)"}}
    assert [str(value) for value in columns("a\n0.1\n-7\n1.500\n", **money)["a"]] == ["0.10", "-7.00", "1.50"]
    assert "2.345" in error("a\n1.10\n2.345\n", **money).message


@pytest.mark.parametrize(
    ("text", "value"), [("1.234.567,50", "1234567.50"), ("12,5-", "-12.50"), ("1 234,00", "1234.00"), ("-3", "-3.00")]
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    found = columns(f"a;b\n{text};\n", delimiter=";", decimal_comma=True, types={"a": "decimal(18,2)"})
    assert str(found["a"][0]) == value


@pytest.mark.parametrize("text", ["1.23,5", "1,2,3", "12.34", "abc", "--1", "1e2"])
def test_what_is_no_number_with_a_decimal_comma_is_refused(text: str) -> None:
    error(f'a;b\n"{text}";\n', delimiter=";", decimal_comma=True, types={"a": "decimal(18,2)"})


@pytest.mark.parametrize("row", ["3,4,5", "3"])
def test_a_row_of_the_wrong_length_is_named_by_its_line(row: str) -> None:
    wrong = error(f'a,b\n1,"x\ny"\n\n{row}\n7,8\n')
    assert wrong.message == f"Line 5 has {len(row.split(','))} column{'s' * (len(row) > 1)} where 2 are expected."
    assert (wrong.line, wrong.field) == (5, "ragged")
    assert "ragged" in wrong.cure


def test_rows_of_the_wrong_length_can_be_made_to_fit() -> None:
    assert columns("title\na,b\n1,2,3\n4\n", ragged="fit", header_row=2) == {"a": [1, 4], "b": [2, None]}


def test_a_wrong_encoding_names_the_line_and_what_may_be_right() -> None:
    wrong = error("name,b\nok,1\nMüller,2\n".encode("cp1252"))
    assert (wrong.line, wrong.field) == (3, "encoding")
    assert "cp1252" in wrong.cure
    assert columns("name,b\nMüller,2\n".encode("cp1252"), encoding="cp1252")["name"] == ["Müller"]


def test_a_wrong_encoding_far_down_is_found_as_well() -> None:
    wrong = error(b"name,b\n" + b"ok,1\n" * 5000 + "Müller,2\n".encode("cp1252"))
    assert wrong.line == 5002


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_other_encodings_are_read(encoding: str) -> None:
    assert columns("näme,b\nü,2\n".encode(encoding), encoding=encoding) == {"näme": ["ü"], "b": [2]}


def test_utf_16_is_recognized_in_the_error() -> None:
    assert "utf-16" in error("a,b\n1,2\n".encode("utf-16")).cure


def test_a_mark_of_utf_8_is_no_part_of_the_first_name() -> None:
    assert columns("\ufeffa,b\n1,2\n") == {"a": [1], "b": [2]}


def test_a_value_that_breaks_the_guess_is_named_by_its_line() -> None:
    wrong = error("a,b\n" + "1,2\n" * 3000 + "n/a,2\n")
    assert wrong.message == "Line 3002, column 'a': 'n/a' is no int64."
    assert (wrong.line, wrong.field) == (3002, "types")


def test_texts_for_nothing_are_nothing() -> None:
    assert columns("a,b\nn/a,x\n1,-\n", null_values=["n/a", "-"]) == {"a": [None, 1], "b": ["x", None]}


def test_a_missing_file_is_named_with_the_nearest() -> None:
    Path("bank.csv").touch()
    with pytest.raises(UserError, match=r"no file 'bnak\.csv'") as caught:
        run_component(read_csv, {"path": "bnak.csv"})
    assert caught.value.cure == "Did you mean 'bank.csv'?"


def test_a_missing_file_far_from_any_other_says_how_to_take_it_along() -> None:
    with pytest.raises(UserError) as caught:
        run_component(read_csv, {"path": "data/x.csv"})
    assert "list the file under files or use a URL" in caught.value.cure


def test_an_empty_file_a_folder_and_a_missing_header_are_refused() -> None:
    assert "empty" in error("").message
    assert "header" in error("a\n", header_row=7).cure
    with pytest.raises(UserError, match="folder"):
        run_component(read_csv, {"path": "."})


def test_a_file_of_names_only_is_a_table_without_rows() -> None:
    assert columns("a,b\n") == {"a": [], "b": []}


@pytest.mark.parametrize(("start", "reader"), [(b"PK\x03\x04", "Excel"), (b"PAR1", "Parquet")])
def test_a_file_of_another_kind_names_its_reader(start: bytes, reader: str) -> None:
    assert reader in error(start + b"\x00\x01").cure


@pytest.mark.parametrize("rows", [1, 2_000_000])
def test_a_quote_that_never_closes_is_an_error(rows: int) -> None:
    assert "quote" in error('a,b\n1,"2' + "\n3,4" * rows + "\n").cure


def test_a_quoted_text_at_the_end_may_hold_lines() -> None:
    assert columns('a,b\n1,"2\n3"\n')["b"] == ["2\n3"]


def test_lines_inside_quotes_may_fall_between_the_pieces_that_are_read() -> None:
    rows, text = 100_000, "\n".join("a text of many lines")
    found = columns("a,b\n" + f'1,"{text}"\n' * rows + f'1,"{text}"\n' * rows)
    assert found["b"] == [text] * 2 * rows


def test_names_are_made_distinct() -> None:
    assert list(columns('"two\nlines",a,a,,a_2\n1,2,3,4,5\n')) == ["two\nlines", "a", "a_3", "column_4", "a_2"]


def test_without_a_header_columns_are_numbered() -> None:
    assert columns("1,x\n2,y\n", header_row=0) == {"column_1": [1, 2], "column_2": ["x", "y"]}


def test_a_packed_file_is_unpacked() -> None:
    Path("t.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert run_component(read_csv, {"path": "t.csv.gz"})["table"].to_pydict() == {"a": [1], "b": [2]}
    Path("u.csv.gz").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(UserError, match="gzip"):
        run_component(read_csv, {"path": "u.csv.gz"})


def test_a_tab_may_be_written_as_people_write_it() -> None:
    assert columns("a\tb\n1\t2\n", delimiter="\\t") == {"a": [1], "b": [2]}


@pytest.mark.parametrize(
    "params", [{"delimiter": "ab"}, {"delimiter": '"'}, {"encoding": "utf-9"}, {"types": {"a": "money"}}], ids=str
)
def test_settings_that_cannot_be_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ReadCsvParams(path="t.csv", **params)


def test_a_type_for_a_column_that_is_not_there_is_told_before_the_run() -> None:
    Path("t.csv").write_text("amount\n1\n")
    with pytest.raises(UserError, match="'amout'") as caught:
        read_csv_schema(ReadCsvParams(path="t.csv", types={"amout": "text"}))
    assert (caught.value.field, caught.value.cure) == ("types", "Did you mean 'amount'?")


@pytest.mark.parametrize("path", ["none.csv", "http://example.com/t.csv", "empty.csv", "wrong.csv"])
def test_what_cannot_be_read_yet_predicts_nothing_and_asks_no_server(path: str) -> None:
    Path("empty.csv").touch()
    Path("wrong.csv").write_bytes(b"\xff\xfea\x00")
    assert read_csv_schema(ReadCsvParams(path=path)) is None


def test_a_url_is_downloaded() -> None:
    with served({"http://example.com/t.csv": "a,b\n1,2\n"}):
        found = run_component(read_csv, {"path": "http://example.com/t.csv"})
        assert found["table"].to_pydict() == {"a": [1], "b": [2]}
        with pytest.raises(UserError, match="404"):
            run_component(read_csv, {"path": "http://example.com/u.csv"})


def test_only_wanted_rows_and_columns_come_out() -> None:
    Path("t.csv").write_text("a,b\n" + "".join(f"{n},x{n}\n" for n in range(1000)))
    table = read_csv(ReadCsvParams(path="t.csv"))
    assert table.select("b").head(2).collect()["b"].to_list() == ["x0", "x1"]
    assert table.filter(pl.col("a") > 997).select("b").collect()["b"].to_list() == ["x998", "x999"]
    assert table.filter(pl.col("a") > 10).head(3).collect()["a"].to_list() == [11, 12, 13]


def test_prediction_reads_the_head_only() -> None:
    Path("t.csv").write_text("a,b\n" + "1,some text to make it long\n" * 400_000)
    tracemalloc.start()
    assert types_of_head() == ["int64", "text"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def types_of_head() -> list[str]:
    schema = read_csv_schema(ReadCsvParams(path="t.csv"))
    assert schema is not None
    return [column.type for column in schema.columns]
