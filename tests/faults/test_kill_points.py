"""Processes that are killed at the worst moments: between two steps of what must happen both or not at all."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.flow import Flow, write_flow
from studio.store.store import Store
from tests.cluster import DaskProcesses, Millrace, wait_for
from tests.served import Served

from .counted import (
    COUNTED,
    add_trigger,
    all_ticks,
    assert_nothing_is_lost,
    ended,
    executions,
    pause_all,
    publish,
)

DRIVER = "studio.dispatcher.driver:Driver"
POINTS = {
    "fired, not committed": ("studio.store.triggers:Firing.flush", "after", "2"),
    "claimed, not adopted": (f"{DRIVER}.adopt", "before", "2"),
    "begun, not submitted": (f"{DRIVER}._begin", "after", "2"),
    "submitted, not heard of": ("studio.executors.dask_executor:DaskExecutor.submit", "after", "2"),
    "result read, not committed": ("studio.dispatcher.active_run:ActiveRun.commit", "after", "2"),
    "steps ended, run not": (f"{DRIVER}.end", "before", "5"),
    "run ended, not let go": (f"{DRIVER}.end", "after", "5"),
}
DAILY = {
    ("sqlite", "fired, not committed"),
    ("sqlite", "submitted, not heard of"),
    ("sqlite", "steps ended, run not"),
    ("postgresql", "result read, not committed"),
}
CASES = [
    pytest.param(base, point, marks=() if (base, point) in DAILY else pytest.mark.nightly, id=f"{base}: {point}")
    for base in ("sqlite", "postgresql")
    for point in POINTS
]


@pytest.mark.parametrize(("store_url", "point"), CASES, indirect=["store_url"])
def test_a_service_that_is_killed_at_a_point_loses_nothing_and_repeats_nothing_that_is_committed(
    serve: Callable[..., Served], folder: Path, point: str
) -> None:
    served = serve()
    publish(served, folder, COUNTED)
    add_trigger(served, "often", "--every", "1s", "--missed", "all", "--missed-cap", "10000")
    served.start_to_be_killed(*POINTS[point])
    served.start()
    pause_all(served)
    wait_for(lambda: ended(served), what="the end of all runs")
    assert_nothing_is_lost(served)
    assert set(executions(folder)) == {tick.run_id for tick in all_ticks(served)[0]}


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_step_that_outlives_the_service_that_submitted_it_is_adopted_and_not_executed_again(
    serve: Callable[..., Served], cluster: DaskProcesses, folder: Path
) -> None:
    served = serve(MILLRACE_DASK=cluster.address)
    publish(served, folder, COUNTED)
    add_trigger(served, "often", "--every", "1s", "--missed", "all", "--missed-cap", "10000")
    served.start_to_be_killed("studio.executors.dask_executor:DaskExecutor.submit", "after", "2")
    served.start()
    pause_all(served)
    wait_for(lambda: ended(served), what="the end of all runs")
    assert_nothing_is_lost(served)
    assert set(executions(folder).values()) == {1}


LARGE = """
from pathlib import Path
import pandas as pd

def run(*, here: str) -> Table:
    Path(here, "writes").touch()
    return pd.DataFrame({"n": range(20_000_000)})
"""


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_half_an_artifact_is_never_taken_for_one(serve: Callable[..., Served], folder: Path, tmp_path: Path) -> None:
    served = serve()
    flow = Flow.new("Large")
    flow.add("code", "one", source=LARGE, params={"here": str(folder)})
    write_flow(flow, folder / "large.flow")
    assert served.millrace("publish", "large.flow", cwd=folder).returncode == 0
    assert served.millrace("triggers", "add", "Large", "--cron", "@yearly", "--name", "yearly").returncode == 0
    served.start()
    run_id = served.millrace.json("triggers", "fire", "yearly")["run_id"]

    def half_written() -> list[Path]:
        return [path for path in (tmp_path / "artifacts" / "runs").rglob("table*") if path.stat().st_size > 1_000_000]

    wait_for(half_written, what="a part of the table")
    served.kill()
    served.start()
    wait_for(lambda: ended(served), what="the end")
    with served.store() as store:
        (step,) = store.steps.of(run_id)
    assert served.states() == ["succeeded"]
    assert step.outputs["table"].rows == 20_000_000
    shown = served.millrace("artifact", run_id, "one", "table", "--rows", "1")
    assert shown.returncode == 0, shown.stderr


EXECUTE = "sqlalchemy.engine.default:DefaultDialect.do_execute"


@pytest.mark.parametrize("statement", [1, 5, 20, 40])
def test_an_upgrade_that_is_killed_leaves_the_store_as_it_was(tmp_path: Path, statement: int) -> None:
    """Of the first upgrade, which makes a store, nothing is left; and the next one makes it whole."""
    millrace = Millrace(tmp_path / "home")
    process = millrace.start("db", "upgrade", killed=(EXECUTE, "after", str(statement)))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    file = tmp_path / "home" / "store.db"
    with sqlite3.connect(file) as connection:
        assert connection.execute("select count(*) from sqlite_master").fetchone() == (0,)
    assert millrace("db", "upgrade").returncode == 0
    assert Store.check(file) is None


def test_an_upgrade_of_postgresql_that_is_killed_leaves_it_as_it_was(tmp_path: Path, empty_database: str) -> None:
    millrace = Millrace(tmp_path / "home", {"MILLRACE_STORE": empty_database})
    process = millrace.start("db", "upgrade", killed=(EXECUTE, "after", "20"))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert "There is no store" in str(Store.check(empty_database))
    assert millrace("db", "upgrade").returncode == 0
    assert Store.check(empty_database) is None
