"""What only SQLite's store has: it makes itself, its clock can be set, its file can be spoilt."""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, event, text

from studio.exceptions import StoreError
from studio.run import RunState
from studio.store import tables
from studio.store.attempts import Attempt
from studio.store.events import Event, RunEvent
from studio.store.flows import KnownFlow, Revision
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep, Step
from studio.store.store import Store


def new_run(**fields: Any) -> NewRun:
    return NewRun("f_1", "Bank", "{}\n", [NewStep("bank", "bank", 0)], **fields)


@pytest.mark.parametrize(
    ("noun", "table"),
    [
        (Attempt, tables.attempt),
        (Event, tables.event),
        (KnownFlow, tables.flow),
        (Revision, tables.revision),
        (Run, tables.run),
        (RunEvent, tables.run_event),
        (Step, tables.step),
    ],
)
def test_a_noun_has_the_columns_of_its_table_in_order(noun: Any, table: Table) -> None:
    assert [field.name for field in dataclasses.fields(noun)] == table.columns.keys()


def test_a_new_file_is_made_and_used(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.db") as store:
        run = store.runs.create(new_run())
        with store.database.read() as connection:
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
    assert pragmas == ["wal", 1, 1, 10000]
    with Store.open(tmp_path / "x.db") as store:
        assert store.runs.get(run.id) == run


def test_a_file_that_was_made_but_not_filled_is_filled(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    with Store.open(tmp_path / "x.db") as store:
        assert store.history.page().items == []


OPEN_AND_CREATE = """
import sys
from studio.store.runs import NewRun
from studio.store.store import Store
print("ready", flush=True)
sys.stdin.readline()
with Store.open(sys.argv[1]) as store:
    store.runs.create(NewRun("f_1", "Bank", "{}", []))
"""


def test_processes_may_make_the_same_store_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AND_CREATE, str(tmp_path / "x.db")]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    complaints = [process.communicate(timeout=60)[1] for process in processes]
    assert complaints == [""] * 4
    with Store.open(tmp_path / "x.db") as store:
        assert len(store.history.page().items) == 4


def test_leases_run_out_by_the_stores_clock(tmp_path: Path) -> None:
    times = [1_000_000]
    with Store.open(tmp_path / "x.db", now=lambda: times[0]) as store:
        run = store.runs.create(new_run(owner="me", lease_seconds=30))
        assert (run.created, run.lease_until) == (1_000_000, 31_000_000)
        times[0] = 31_000_000
        assert store.leases.claim("other", 30) == []
        times[0] = 31_000_001
        assert [taken.lease_until for taken in store.leases.claim("other", 30)] == [61_000_001]


def test_a_run_made_by_hand_with_a_flow_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "x.db") as store,
        pytest.raises(Exception, match="FOREIGN KEY"),
        store.database.write() as connection,
    ):
        connection.execute(text("INSERT INTO step VALUES ('r', 'p', 'n', 0, 'ready', 0" + ", NULL" * 7 + ")"))


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (n)")
    connection.close()
    before = path.read_bytes()
    for use in (Store.open, Store.upgrade):
        with pytest.raises(StoreError):
            use(path)
    assert "There is no store" in str(Store.check(path))
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text("This is a letter, not a database. " * 100)
    for use in (Store.open, Store.upgrade):
        with pytest.raises(StoreError, match="is not a database") as error:
            use(path)
        assert "backup" in error.value.cure
    assert "is not a database" in str(Store.check(path))


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Store.open(path) as store:
        for _ in range(50):
            store.runs.create(new_run())
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert "is damaged" in str(Store.check(path))
    with pytest.raises(StoreError, match="is damaged"), Store.open(path) as store:
        store.history.page()


def test_a_store_that_is_not_there_is_a_problem_and_is_not_made(tmp_path: Path) -> None:
    assert "Run `millrace db upgrade`" in str(Store.check(tmp_path / "x.db"))
    assert list(tmp_path.iterdir()) == []
    assert "cannot be opened" in _error_of_open(tmp_path / "no" / "x.db")
    assert "cannot be opened" in _error_of_open(tmp_path)


def test_a_store_that_cannot_be_reached_is_a_problem() -> None:
    assert "cannot be reached" in str(Store.check("postgresql://ada@127.0.0.1:1/mill"))
    assert "cannot be kept in mysql" in str(Store.check("mysql://ada@127.0.0.1/mill"))


def test_a_disk_that_fills_loses_nothing_already_stored(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Store.open(path) as store:
        kept = store.runs.create(new_run(owner="me", lease_seconds=60))
    with Store.open(path) as store:
        _let_no_page_be_added(store)
        with pytest.raises(StoreError, match="the disk is full") as error:
            store.runs.create(new_run(inputs={"text": "x" * 100_000}))
        assert "Free some space" in error.value.cure
        with pytest.raises(StoreError, match="the disk is full"):
            _fail_with_a_long_log(store, kept)
        assert store.history.page().items == [kept]
        assert len(store.events.of(kept.id)) == 1
    with Store.open(path) as store:
        _fail_with_a_long_log(store, kept)
    assert Store.check(path) is None


def _fail_with_a_long_log(store: Store, run: Run) -> None:
    with store.owned(run.id, "me", 1) as owned:
        owned.set_run(RunState.FAILED)
        owned.append_event("log", text="x" * 100_000)


def _error_of_open(path: Path) -> str:
    with pytest.raises(StoreError) as error:
        Store.open(path)
    return str(error.value)


def _let_no_page_be_added(store: Store) -> None:
    store.database.engine.dispose()
    # SQLite takes the present size where that is more.
    event.listen(
        store.database.engine, "connect", lambda connection, entry: connection.execute("PRAGMA max_page_count=1")
    )
