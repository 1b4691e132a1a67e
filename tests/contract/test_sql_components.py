"""SQL write and SQL query over SQLite and a real PostgreSQL: what is written comes back."""

from __future__ import annotations

import traceback
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import make_url

from studio.components.database import connected
from studio.components.extract.sql_query import sql_query
from studio.components.load.sql_write import sql_write
from studio.credential import DatabaseLogin
from studio.exceptions import UserError
from studio.testing import run_component

TABLE: dict[str, list[Any]] = {
    "n": [1, 2, 3],
    "money": [Decimal("12345678901234567890.12"), Decimal("-0.10"), None],
    "share": [0.1, None, -2.5],
    "text": ["it's", 'a "test"', None],
    "yes": [True, False, None],
    "day": [date(2026, 10, 1), None, date(1999, 12, 31)],
    "moment": [datetime(2026, 10, 1, 7, 30, 0, 5), None, datetime(1999, 12, 31)],
    "raw": [b"\x00\xff", None, b""],
}
TYPES = {"money": "decimal(38,2)", "yes": "bool", "day": "date", "moment": "datetime[us]"}
"""SQLite has none of them."""


def query(url: str, text: str, **params: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = run_component(sql_query, {"url": url, "query": text, **params})["table"].to_pydict()
    return found


def test_what_is_written_comes_back_exactly(store_url: str) -> None:
    url = store_url
    for mode, rows in (("append", 3), ("append", 6), ("replace", 3)):
        run_component(sql_write, {"url": url, "table": "payments", "mode": mode}, table=TABLE)
        assert query(url, "SELECT COUNT(*) AS n FROM payments") == {"n": [rows]}
    assert query(url, "SELECT * FROM payments ORDER BY n", types=TYPES) == TABLE


def test_values_are_bound(store_url: str) -> None:
    run_component(sql_write, {"url": store_url, "table": "payments"}, table=TABLE)
    found = query(store_url, "SELECT n FROM payments WHERE text = :text", parameters={"text": "it's"})
    assert found == {"n": [1]}


def test_nothing_is_written_if_a_row_is_refused(store_url: str) -> None:
    run_component(sql_write, {"url": store_url, "table": "payments"}, table={"n": [1]})
    with pytest.raises(UserError) as caught:
        run_component(sql_write, {"url": store_url, "table": "payments", "mode": "replace"}, table={"m": [1]})
    assert "'m'" in caught.value.message
    assert query(store_url, "SELECT n FROM payments") == {"n": [1]}


def test_a_query_leaves_no_trace(store_url: str) -> None:
    run_component(sql_write, {"url": store_url, "table": "payments"}, table={"n": [1]})
    with suppress(UserError):  # PostgreSQL streams nothing but a SELECT
        query(store_url, "DELETE FROM payments RETURNING n")
    assert query(store_url, "SELECT n FROM payments") == {"n": [1]}


def test_many_rows_are_streamed(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.components.extract.sql_query.BATCH_ROWS", 1000)
    run_component(sql_write, {"url": store_url, "table": "payments"}, table={"n": list(range(12_345))})
    assert query(store_url, "SELECT n FROM payments ORDER BY n")["n"] == list(range(12_345))


def test_a_mistake_in_the_query_is_told_in_the_words_of_the_database(store_url: str) -> None:
    run_component(sql_write, {"url": store_url, "table": "payments"}, table={"n": [1]})
    with pytest.raises(UserError, match="paymnts") as caught:
        query(store_url, "SELECT * FROM paymnts")
    assert (caught.value.field, caught.value.retryable) == ("query", False)


def test_a_password_that_the_database_repeats_is_hidden(empty_database: str) -> None:
    secret = "ge" + "heim"
    url = empty_database.replace("postgres:@", f"postgres:{secret}@")
    assert secret in url
    with pytest.raises(UserError) as caught, connected(url, wait=5, write=False) as connection:
        connection.exec_driver_sql(f"SELECT {secret}")
    assert "***" in caught.value.message
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_types_of_postgresql_come_as_they_are(empty_database: str) -> None:
    found = query(
        empty_database,
        "SELECT 1.10::numeric(10,2) AS money, DATE '2026-10-01' AS day, TIME '07:30' AS hour, '{1,2}'::int[] AS list,"
        " TIMESTAMPTZ '2026-10-01 07:30+02' AS moment, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS id,"
        " '\\x00ff'::bytea AS raw, TRUE AS yes, 'NaN'::numeric AS nan",
    )
    assert found == {
        "money": [Decimal("1.10")],
        "day": [date(2026, 10, 1)],
        "hour": [time(7, 30)],
        "list": [[1, 2]],
        "moment": [datetime(2026, 10, 1, 5, 30, tzinfo=UTC)],
        "id": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
        "raw": [b"\x00\xff"],
        "yes": [True],
        "nan": [None],
    }


def test_a_login_opens_the_database(empty_database: str) -> None:
    """The server asks for no password here, so only the user shows whose login it was."""
    url = make_url(empty_database)
    with connected(empty_database, wait=5, write=True) as connection:
        connection.exec_driver_sql("CREATE ROLE ann LOGIN")
    login = DatabaseLogin(username="ann", password="s3cret", database=url.database)
    try:
        bare = url.set(username=None, password=None, database="none").render_as_string(hide_password=False)
        params = {"url": bare, "query": "SELECT current_user AS who, current_database() AS place"}
        found = run_component(sql_query, params, login=login)["table"].to_pydict()
        assert found == {"who": ["ann"], "place": [url.database]}
    finally:
        with connected(empty_database, wait=5, write=True) as connection:
            connection.exec_driver_sql("DROP ROLE ann")
