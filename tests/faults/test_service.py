"""Services that are killed, that stand still, and that share a store: nothing is lost, and nothing runs twice."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster import DaskProcesses, wait_for
from tests.served import Served

from .counted import (
    COUNTED,
    HANGING,
    SECOND,
    UNHURRIED,
    add_trigger,
    all_ticks,
    assert_nothing_is_lost,
    breaches,
    ended,
    executions,
    owners_of_ended,
    pause_all,
    publish,
    wait_for_ticks,
)

NIGHTLY = pytest.mark.nightly


@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=NIGHTLY)])
def test_each_due_time_has_one_end_though_the_service_is_killed_again_and_again(
    serve: Callable[..., Served], folder: Path, kills: int
) -> None:
    served = serve()
    publish(served, folder, COUNTED)
    for number in range(5):
        add_trigger(served, f"t{number}", "--every", "1s", "--missed", "all", "--missed-cap", "10000")
    for _ in range(kills):
        served.start()
        wait_for_ticks(served, len(all_ticks(served)[0]) + 2)
        time.sleep(random.uniform(0, 1))  # anywhere in its work
        served.kill()
    served.start()
    pause_all(served)
    wait_for(lambda: ended(served), seconds=120, what="the end of all runs")
    assert_nothing_is_lost(served)


@pytest.mark.parametrize("runs", [30, pytest.param(1000, marks=NIGHTLY)])
def test_two_services_share_runs_and_one_ends_those_of_the_other_that_is_killed(
    serve: Callable[..., Served], cluster: DaskProcesses, folder: Path, runs: int
) -> None:
    first, second = serve(MILLRACE_DASK=cluster.address), serve(MILLRACE_DASK=cluster.address)
    publish(first, folder, UNHURRIED)
    add_trigger(first, "often", "--every", "1s", "--missed", "all", "--missed-cap", "10000", "--overlap", "allow",
                "--parallel", "100000")  # fmt: skip
    first.start()
    second.start()
    with first.store() as store:
        (trigger,) = store.triggers.of()
        store.triggers.change(trigger, next_fire=store.now() // SECOND * SECOND - runs * SECOND)
    wait_for(lambda: len(owners_of_ended(second)) == 2, what="ended runs of both")
    first.kill()
    pause_all(second)
    wait_for(lambda: ended(second), seconds=240, what="the end of all runs")
    assert set(second.states()) == {"succeeded"}
    assert len(second.states()) >= runs
    counts = executions(folder)
    assert set(counts.values()) == {1}, "a step was executed twice"
    assert len(counts) == len(second.states())
    assert breaches(second) == []


def test_a_service_that_slept_past_its_lease_commits_nothing_of_what_another_took(
    serve: Callable[..., Served], cluster: DaskProcesses, folder: Path
) -> None:
    first, second = serve(MILLRACE_DASK=cluster.address), serve(MILLRACE_DASK=cluster.address)
    publish(first, folder, HANGING)
    add_trigger(first, "yearly", "--cron", "@yearly")
    first.start()
    run_id = first.millrace.json("triggers", "fire", "yearly")["run_id"]
    wait_for(lambda: executions(folder), what="the step")

    def owner() -> str | None:
        with second.store() as store:
            return store.runs.get(run_id).owner

    asleep = owner()
    first.tell(signal.SIGSTOP)
    second.start()
    wait_for(lambda: owner() != asleep, what="the second to take the run")
    (folder / "gate").touch()
    wait_for(lambda: ended(second), what="the end")
    first.tell(signal.SIGCONT)
    wait_for(first.ready, what="the first to go on")
    assert second.states() == ["succeeded"]
    assert executions(folder) == {run_id: 1}
    assert first.end()[0] == 0
    assert breaches(second) == []


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=NIGHTLY)])
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_locked_database_delays_what_is_due_and_loses_none_of_it(
    serve: Callable[..., Served], folder: Path, seconds: float
) -> None:
    served = serve()
    publish(served, folder, COUNTED)
    add_trigger(served, "often", "--every", "1s", "--missed", "all", "--missed-cap", "10000")
    served.start()
    wait_for(lambda: served.states().count("succeeded") > 1, what="some runs")
    with sqlite3.connect(served.store_url.removeprefix("sqlite:///"), isolation_level=None) as connection:
        connection.execute("begin immediate")
        time.sleep(seconds)  # the lock itself is the event
        connection.execute("rollback")
    locked = len(all_ticks(served)[0])
    wait_for(lambda: len(all_ticks(served)[0]) > locked + seconds, what="the times that were due meanwhile")
    pause_all(served)
    wait_for(lambda: ended(served), what="the end of all runs")
    assert_nothing_is_lost(served)
