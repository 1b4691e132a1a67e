"""SQL query and SQL write on SQLite: odd queries, locks, missing files, and secrets that stay secret."""

from __future__ import annotations

import sqlite3
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import ValidationError

from studio.component import Component
from studio.components.database import connected
from studio.components.extract.sql_query import sql_query
from studio.components.load.sql_write import sql_write
from studio.credential import DatabaseLogin
from studio.exceptions import UserError
from studio.plugin_host.answers import check
from studio.testing import run_component

URL = "sqlite:///ledger.db"
TABLE = {"id": [1, 2], "payee": ["Miller", None]}


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one table of two rows."""
    monkeypatch.chdir(tmp_path)
    execute("CREATE TABLE payments (id INTEGER PRIMARY KEY, payee TEXT, amount TEXT)")
    execute("INSERT INTO payments VALUES (1, 'Miller', '10.10'), (2, 'Smith', '7')")
    return tmp_path / "ledger.db"


def execute(statement: str) -> list[Any]:
    connection = sqlite3.connect("ledger.db")
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


def query(text: str, url: str = URL, **params: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = run_component(sql_query, {"url": url, "query": text, **params})["table"].to_pydict()
    return found


def error(component: Component, params: dict[str, Any], **inputs: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        run_component(component, {"url": URL, **params}, **inputs)
    assert caught.value.cure
    assert "\n" not in caught.value.message
    return caught.value


def write(data: dict[str, Any], **params: Any) -> dict[str, Any]:
    written: dict[str, Any] = run_component(sql_write, {"url": URL, "table": "payments", **params}, table=data)[
        "written"
    ]
    return written


def test_money_comes_exact_from_text() -> None:
    found = query("SELECT amount FROM payments", types={"amount": "decimal(18,2)"})
    assert found["amount"] == [Decimal("10.10"), Decimal("7.00")]


def test_no_rows_still_have_columns() -> None:
    assert query("SELECT id, payee FROM payments WHERE id > 5") == {"id": [], "payee": []}


def test_equal_names_are_made_distinct() -> None:
    assert query("SELECT 1 AS a, 2 AS a") == {"a": [1], "a_2": [2]}


def test_many_rows_come_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.components.extract.sql_query.BATCH_ROWS", 1)
    assert query("SELECT id, payee FROM payments ORDER BY id") == {"id": [1, 2], "payee": ["Miller", "Smith"]}


@pytest.mark.parametrize(
    ("params", "message", "cure", "field"),
    [
        ({"query": "SELEC 1"}, "syntax", "query", "query"),
        ({"query": "SELECT * FROM paymnts"}, "paymnts", "query", "query"),
        ({"query": "SELECT :month"}, "month", "Values", "parameters"),
        ({"query": "SELECT 1; SELECT 2"}, "one statement", "one statement", "query"),
        ({"query": "INSERT INTO payments VALUES (3, 'x', '1')"}, "no rows", "SQL write", "query"),
        ({"query": "SELECT 1 AS a UNION ALL SELECT 'x'"}, "'a' mixes", "CAST", ""),
        ({"query": "SELECT 1 AS a", "types": {"b": "text"}}, "'b'", "'a'", "types"),
        ({"query": "SELECT 1", "url": "nonsense"}, "no URL", "sqlite:///", "url"),
        ({"query": "SELECT 1", "url": "sqlite:///leger.db"}, "leger.db", "'ledger.db'", "url"),
        ({"query": "SELECT 1", "url": "nosuch://u@h/x"}, "nosuch", "sqlite:///", "url"),
        ({"query": "SELECT 1", "url": "oracle+oracledb://u@h/x"}, "oracledb", "pip install oracledb", "url"),
    ],
    ids=str,
)
def test_queries_that_cannot_be_say_why(params: dict[str, Any], message: str, cure: str, field: str) -> None:
    wrong = error(sql_query, params)
    assert message in wrong.message
    assert cure in wrong.cure
    assert wrong.field == field


def test_a_missing_database_is_not_made() -> None:
    error(sql_query, {"url": "sqlite:///none.db", "query": "SELECT 1"})
    assert not Path("none.db").exists()


def test_a_file_that_is_no_database_is_refused() -> None:
    Path("text.db").write_text("no database at all " * 100)
    wrong = error(sql_query, {"url": "sqlite:///text.db", "query": "SELECT 1 FROM x"})
    assert wrong.field == "url"


@pytest.mark.parametrize("statement", ["DELETE FROM payments RETURNING id", "DROP TABLE payments"])
def test_a_query_changes_nothing(statement: str) -> None:
    with suppress(UserError):
        query(statement)
    assert execute("SELECT COUNT(*) FROM payments") == [(2,)]


def test_a_locked_database_is_told_to_be_worth_another_try() -> None:
    with sqlite3.connect("ledger.db", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        reading = error(sql_query, {"query": "SELECT * FROM payments", "wait": 0.05})
        writing = error(sql_write, {"table": "payments", "wait": 0.05}, table=TABLE)
        holder.execute("ROLLBACK")
    holder.close()
    for wrong in (reading, writing):
        assert "locked" in wrong.message
        assert (wrong.retryable, wrong.field) == (True, "wait")


def test_a_lock_that_ends_in_time_is_waited_for() -> None:
    holder = sqlite3.connect("ledger.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.3, holder.execute, ["ROLLBACK"])
    release.start()
    assert query("SELECT COUNT(*) AS n FROM payments", wait=30) == {"n": [2]}
    release.join()
    holder.close()


@pytest.mark.parametrize("password", ["s3cr3t-w0rd", "p%40ss%2Fword"])
def test_a_password_is_in_no_message_and_no_traceback(password: str) -> None:
    url = f"postgresql+psycopg://analyst:{password}@127.0.0.1:1/ledger"
    with pytest.raises(UserError) as caught, connected(url, wait=1, write=False):
        pass
    told = "".join(traceback.format_exception(caught.value)) + caught.value.cure
    assert password not in told
    assert "p@ss/word" not in told
    assert caught.value.retryable


def test_rows_are_added_to_those_that_are_there() -> None:
    assert write({"id": [3], "amount": [Decimal("0.10")]}) == {"table": "payments", "rows": 1, "mode": "append"}
    assert execute("SELECT * FROM payments WHERE id = 3") == [(3, None, "0.10")]


def test_replacing_keeps_the_structure_of_the_table() -> None:
    write({"id": [9], "payee": ["Jones"]}, mode="replace")
    assert execute("SELECT * FROM payments") == [(9, "Jones", None)]
    assert "PRIMARY KEY" in execute("SELECT sql FROM sqlite_master")[0][0]


def test_a_table_that_must_not_be_there_stops_the_flow() -> None:
    assert error(sql_write, {"table": "payments", "mode": "fail"}, table=TABLE).field == "mode"
    assert write(TABLE, table="fresh", mode="fail")["rows"] == 2


def test_a_column_that_the_table_lacks_is_named() -> None:
    assert error(sql_write, {"table": "payments"}, table={"paye": ["x"]}).cure == "Did you mean 'payee'?"


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_all_rows_are_written_or_none(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.components.load.sql_write.BATCH_ROWS", 1)
    wrong = error(sql_write, {"table": "payments", "mode": mode}, table={"id": [5, 6, 5]})
    assert "UNIQUE" in wrong.message
    assert execute("SELECT id FROM payments") == [(1,), (2,)]


def test_a_table_that_could_not_be_filled_is_not_left_behind() -> None:
    import polars as pl

    from studio.components.conversion import cast
    from studio.components.load.sql_write import SqlWriteParams

    bad = cast(pl.LazyFrame({"a": ["1", "x"]}), {"a": "int64"})
    with pytest.raises(UserError, match="'x'"):
        sql_write(bad, SqlWriteParams(url=URL, table="fresh"))
    assert execute("SELECT name FROM sqlite_master WHERE type = 'table'") == [("payments",)]


def test_every_type_is_written_and_read_back_exactly() -> None:
    data: dict[str, Any] = {
        "i": [2**62, None],
        "m": [Decimal("12345678901234567890.12"), None],
        "f": [0.1, None],
        "t": ["x'; DROP TABLE t; --", None],
        "b": [True, None],
        "d": [date(2026, 10, 1), None],
        "w": [datetime(2026, 10, 1, 7, 30, 0, 5), None],
        "x": [b"\x00\xff", None],
    }
    write(data, table="all types")
    kinds = {"m": "decimal(38,2)", "d": "date", "w": "datetime[us]", "b": "bool"}
    assert query('SELECT * FROM "all types"', types=kinds) == data


def test_lists_have_no_place_in_a_table() -> None:
    assert "'a'" in error(sql_write, {"table": "t"}, table={"a": [[1]]}).message


def test_a_folder_that_is_missing_is_named() -> None:
    assert "none" in error(sql_write, {"url": "sqlite:///none/x.db", "table": "t"}, table=TABLE).message


@pytest.mark.parametrize("call", [lambda: query("SELECT 1 AS a"), lambda: write(TABLE, mode="replace")])
def test_no_connection_stays_open(call: Callable[[], Any], ledger: Path) -> None:
    call()
    assert str(ledger) not in [file.path for file in psutil.Process().open_files()]


@pytest.mark.parametrize("url", ["postgresql://ada:secret@db/x", "postgresql://db/x?user=ada&password=secret"])
@pytest.mark.parametrize("component", [sql_query, sql_write])
def test_a_password_has_no_place_in_a_flow(component: Component, url: str) -> None:
    problems = check(component, {"url": url, "query": "SELECT 1"}, {}, "", ()).problems
    refused = next(problem for problem in problems if problem.field == "url")
    assert "password" in refused.message
    assert "secret" not in str(problems)
    with pytest.raises(ValidationError) as caught:
        component.params(url=url)
    assert "secret" not in str(caught.value)


def test_sqlite_takes_no_login() -> None:
    login = DatabaseLogin(username="ann", password="s3cret")
    with pytest.raises(UserError, match="no users") as caught:
        run_component(sql_query, {"url": URL, "query": "SELECT 1"}, login=login)
    assert caught.value.field == "login"


def test_a_login_stands_in_place_of_what_the_url_has() -> None:
    """A refused connection says which server was asked; nothing says the password."""
    login = DatabaseLogin(username="ann", password="s3cret", host="127.0.0.1", port=1, database="ledger")
    for component, inputs in ((sql_query, {}), (sql_write, {"table": TABLE})):
        params = {"url": "postgresql+psycopg://server.invalid:5432/name", "query": "SELECT 1", "table": "t"}
        params = {name: value for name, value in params.items() if name in component.params.model_fields}
        with pytest.raises(UserError, match=r"127\.0\.0\.1") as caught:
            run_component(component, params, login=login, **inputs)
        assert "s3cret" not in "".join(traceback.format_exception(caught.value))
