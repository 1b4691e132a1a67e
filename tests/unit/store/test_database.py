from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from studio.exceptions import StoreError
from studio.store.database import Database, store_url
from studio.store.trouble import store_error


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("/data/millrace.db", "sqlite:////data/millrace.db"),
        (Path("/data/millrace.db"), "sqlite:////data/millrace.db"),
        ("sqlite:////data/millrace.db", "sqlite:////data/millrace.db"),
        ("postgres://ada@db/mill", "postgresql+psycopg://ada@db/mill"),
        ("postgresql://ada@db/mill?sslmode=require", "postgresql+psycopg://ada@db/mill?sslmode=require"),
        ("postgresql+psycopg2://ada@db/mill", "postgresql+psycopg://ada@db/mill"),
    ],
)
def test_a_path_and_the_usual_urls_are_understood(given: str | Path, used: str) -> None:
    assert str(store_url(given)) == used


@pytest.mark.parametrize(
    "given",
    ["mysql://ada@db/mill", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "://", "a://b:c:d/"],
)
def test_any_other_url_is_refused_with_the_cure(given: str) -> None:
    with pytest.raises(StoreError) as error:
        store_url(given)
    assert "postgresql://" in error.value.cure


def test_a_password_is_in_no_message() -> None:
    url = "postgresql://ada:secret@127.0.0.1:1/mill?password=secret&connect_timeout=2"
    with pytest.raises(StoreError) as error, Database(url).read():
        pass
    assert "secret" not in str(error.value)
    assert "ada" in str(error.value)


def test_a_postgresql_that_cannot_be_reached_is_worth_another_try() -> None:
    with (
        pytest.raises(StoreError, match="cannot be reached") as error,
        Database("postgresql://ada@127.0.0.1:1/m").read(),
    ):
        pass
    assert error.value.retryable


def test_a_write_has_the_lock_from_its_start(tmp_path: Path) -> None:
    first, second = (Database(tmp_path / "x.db", busy_seconds=0.05) for _ in range(2))
    with first.write(), pytest.raises(StoreError, match="locked") as error, second.write():
        pass
    assert error.value.retryable
    with second.write() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
    first.close()
    second.close()


def test_reading_neither_waits_for_a_write_nor_sees_half_of_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", busy_seconds=0.05)
    database.use_wal()
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
    with database.write() as writing, database.read() as reading:
        writing.execute(text("INSERT INTO t VALUES (1)"))
        assert reading.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
    with database.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM t")).scalar_one() == 1
    database.close()


def test_turning_to_wal_waits_for_a_reader(tmp_path: Path) -> None:
    reader, hasty, patient = (Database(tmp_path / "x.db", busy_seconds=seconds) for seconds in (1, 0.01, 60))
    with reader.write() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
    with ThreadPoolExecutor() as pool:
        with reader.read() as reading:
            reading.execute(text("SELECT * FROM t"))
            with pytest.raises(StoreError, match="locked"):
                hasty.use_wal()
            turning = pool.submit(patient.use_wal)
        turning.result()
    with patient.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    for database in (reader, hasty, patient):
        database.close()


def test_a_read_sees_one_moment(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    database.use_wal()
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
    with database.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
        with database.write() as writing:
            writing.execute(text("INSERT INTO t VALUES (1)"))
        assert reading.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
    database.close()


def test_tables_are_made_in_the_transaction_too(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")

    def make_and_fail() -> None:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE t (n)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_and_fail()
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_schema")).scalar_one() == 0
    database.close()


def test_a_missing_folder_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened") as error, Database(tmp_path / "no" / "x.db").read():
        pass
    assert "MILLRACE_HOME" in error.value.cure
    assert str(tmp_path) in error.value.message


def test_a_mistake_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (n PRIMARY KEY)"))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("INSERT INTO t VALUES (1), (1)"))
    database.close()


def test_a_full_disk_is_one_clear_error_and_undoes_the_transaction(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    event.listen(database.engine, "connect", lambda connection, entry: connection.execute("PRAGMA max_page_count = 4"))
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (n)"))

    def fill() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO t VALUES ('first')"))
            connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))

    with pytest.raises(StoreError, match="the disk is full") as error:
        fill()
    assert error.value.retryable
    with database.write() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
        connection.execute(text("INSERT INTO t VALUES ('after')"))
    database.close()


@pytest.mark.parametrize("code", ["28P01", "3D000", "40P01", "42501", "53100", "53300", "55P03", "57P01", "58030"])
def test_postgresqls_troubles_have_cures(code: str) -> None:
    error = DBAPIError("SELECT 1", {}, psycopg.errors.lookup(code)("said so\nand more"))
    found = store_error(error, "here")
    assert found is not None
    assert found.cure
    assert "said so" in found.message
    assert "more" not in found.message


@pytest.mark.parametrize("code", ["23505", "42P01", "22P02", "42601"])
def test_postgresqls_complaints_of_our_statements_are_ours(code: str) -> None:
    assert store_error(DBAPIError("SELECT 1", {}, psycopg.errors.lookup(code)("said so")), "here") is None


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ('FATAL:  password authentication failed for user "ada"', "refuses the login"),
        ("fe_sendauth: no password supplied", "refuses the login"),
        ('FATAL:  role "ada" does not exist', "refuses the login"),
        ('FATAL:  database "mill" does not exist', "does not exist"),
        ("Connection refused\n\tIs the server running?", "cannot be reached"),
        ("server closed the connection unexpectedly", "cannot be reached"),
    ],
)
def test_libpqs_words_are_told_apart(words: str, problem: str) -> None:
    found = store_error(DBAPIError("SELECT 1", {}, psycopg.OperationalError(words)), "here")
    assert found is not None
    assert problem in found.message


def test_sqlites_complaints_of_our_statements_are_ours() -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as error:
        connection.execute("SELECT nonsense")
    connection.close()
    assert store_error(DBAPIError("SELECT nonsense", {}, error.value), "here") is None


def test_what_is_durable_is_on_the_disk_before_it_ends(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    waits_for_the_disk = {True: 2, False: 1}
    for durable in (True, False, True):
        with database.write(durable=durable) as connection:
            found = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        assert found == waits_for_the_disk[durable]
    database.close()


def test_writers_of_one_process_go_in_turn_and_wait_no_longer_than_they_may(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", busy_seconds=0.05)

    def write() -> None:
        with database.write():
            pass

    with database.write(), ThreadPoolExecutor(1) as pool, pytest.raises(StoreError) as error:
        pool.submit(write).result()
    assert error.value.retryable
    write()
    database.close()
