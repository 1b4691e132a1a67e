"""Bad input: one clear error at the right node with its cure, and nothing before it is lost."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.app import App
from studio.exceptions import FlowError
from studio.flow import Flow
from studio.problem import Failure
from studio.run_view import RunView
from studio.settings import Settings
from studio.validator import InvalidFlow

GOOD = "def run() -> Json:\n    return 'kept'\n"


def failing(app: App, dask: str, type: str, **fields: Any) -> tuple[RunView, Failure]:
    """Run a good node and the one that must fail, side by side; its failure is checked for what all must have."""
    flow = Flow.new("Bad")
    flow.add("code", "good", source=GOOD)
    flow.add(type, "bad", **fields)
    view = app.run(flow, dask=dask)
    failure = view.step("bad").failure
    assert view.run.state == "failed"
    assert view.run.ended is not None
    assert failure is not None
    assert failure.node == "bad"
    assert failure.cure
    assert "\n" not in failure.message
    assert view.run.failure == failure
    assert view.value("good", "json") == "kept"
    return view, failure


def test_a_broken_flow_file_is_one_line_with_its_place(app: App) -> None:
    Path("broken.flow").write_text('{"format": 1,\n "id": }')
    with pytest.raises(FlowError, match="line 2"):
        app.run("broken.flow")


def test_a_missing_flow_file_is_said_to_be_missing(app: App) -> None:
    with pytest.raises(FlowError, match=r"nothing\.flow"):
        app.run("nothing.flow")


def test_an_invalid_flow_does_not_start(app: App) -> None:
    flow = Flow.new("Bad")
    flow.add("read.cvs", "bank")
    with pytest.raises(InvalidFlow, match=r"read\.csv"):
        app.run(flow)
    assert app.runs().items == []


def test_ragged_rows_name_the_line(app: App, dask: str) -> None:
    Path("bad.csv").write_text("a,b\n1,2\n3,4,5\n")
    _, failure = failing(app, dask, "read.csv", params={"path": "bad.csv"})
    assert "3" in failure.message


def test_the_wrong_encoding_names_the_param(app: App, dask: str) -> None:
    Path("bad.csv").write_bytes("name\nMüller\n".encode("latin-1"))
    _, failure = failing(app, dask, "read.csv", params={"path": "bad.csv"})
    assert "ncoding" in failure.cure


def test_a_missing_file_is_named(app: App, dask: str) -> None:
    _, failure = failing(app, dask, "read.csv", params={"path": "none.csv"})
    assert "none.csv" in failure.message


def test_a_missing_column_behind_a_code_node_fails_at_its_node(app: App, dask: str) -> None:
    source = "import polars as pl\ndef run() -> pl.DataFrame:\n    return pl.DataFrame({'amount': [1]})\n"
    flow = Flow.new("Bad")
    flow.add("code", "good", source=source)
    flow.add("table.filter", "bad", params={"condition": "amout > 0"}, inputs={"table": "good.table"})
    view = app.run(flow, dask=dask)
    failure = view.step("bad").failure
    assert failure is not None
    assert "amout" in failure.message
    assert "amount" in failure.cure
    assert view.value("good").shape == (1, 1)


def test_a_locked_database_is_retryable(app: App, dask: str) -> None:
    with sqlite3.connect("locked.db", isolation_level=None) as connection:
        connection.execute("create table t (a)")
        connection.execute("begin exclusive")
        params = {"url": "sqlite:///locked.db", "query": "select * from t"}
        _, failure = failing(app, dask, "sql.query", params=params)
    assert "locked" in failure.message
    assert failure.retryable


def test_a_component_that_raises_names_its_error(app: App, dask: str) -> None:
    _, failure = failing(app, dask, "code", source="def run() -> Json:\n    return 1 / 0\n")
    assert "ZeroDivisionError" in failure.message
    assert failure.line == 2


def test_a_step_that_exits_has_handed_nothing_over(app: App, dask: str) -> None:
    source = "import sys\ndef run() -> Json:\n    sys.exit(0)\n"
    failing(app, dask, "code", source=source)


def test_a_step_whose_process_ends_itself_says_its_exit_code(app: App, dask: str) -> None:
    _, failure = failing(app, dask, "code", source="import os\ndef run() -> Json:\n    os._exit(3)\n")
    assert (failure.code, "3" in failure.message) == ("died", True)


def test_a_step_killed_from_outside_is_taken_for_out_of_memory(app: App, dask: str) -> None:
    source = "import os, signal\ndef run() -> Json:\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    _, failure = failing(app, dask, "code", source=source)
    assert (failure.code, failure.fault, failure.retryable) == ("killed", "system", True)


def test_a_step_above_its_memory_limit_says_so(app: App, dask: str) -> None:
    source = "def run() -> Json:\n    return len(bytearray(900_000_000))\n"
    _, failure = failing(app, dask, "code", source=source, execution={"memory": "500MB"})
    assert "memory" in failure.message.lower()


def test_a_step_above_its_time_is_stopped(app: App, dask: str) -> None:
    source = "def run() -> Json:\n    while True:\n        pass\n"
    view, failure = failing(app, dask, "code", source=source, execution={"timeout": 1.0})
    assert failure.code == "timed_out"
    assert app.store.attempts.of(view.run.id, "bad")[0].state == "timed_out"


def test_a_hundred_megabytes_of_print_are_capped_and_said_to_be(app: App, dask: str) -> None:
    flow = Flow.new("Loud")
    flow.add("code", "loud", source="def run() -> Json:\n    for _ in range(100):\n        print('x' * 1_000_000)\n")
    flow.node("loud")
    view = app.run(flow, dask=dask)
    notebook = app.records.notebook(view.run.id, "loud")
    assert view.ok, view.to_json()
    assert len(notebook) < 12_000_000
    assert b"capped" in notebook


def test_a_step_that_returns_what_its_port_cannot_hold_names_the_port(app: App, dask: str) -> None:
    _, failure = failing(app, dask, "code", source="def run() -> Table:\n    return 'no table'\n")
    assert "table" in failure.message


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 30 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_while_an_artifact_is_written_keeps_what_was_there(
    tmp_path: Path, small_disk: Path, dask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    large = "import polars as pl\ndef run() -> pl.DataFrame:\n    return pl.select(n=pl.int_range(10_000_000))\n"
    settings = {"MILLRACE_HOME": str(tmp_path / "home"), "MILLRACE_ARTIFACTS": str(small_disk / "artifacts")}
    with App.open(Settings.from_environment(settings)) as app:
        flow = Flow.new("Large")
        flow.add("code", "good", source=GOOD)
        flow.add("code", "large", source=large)
        flow.connect("good", "large")  # side by side, the good one may find the disk full, too
        view = app.run(flow, dask=dask)
        failure = view.step("large").failure
        assert failure is not None
        assert "disk is full" in failure.message
        assert view.value("good", "json") == "kept"
        small = Flow.new("After")
        small.add("code", "good", source=GOOD)
        assert app.run(small, dask=dask).ok, "the failed attempt left its half-written table behind"
