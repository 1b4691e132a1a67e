"""Services that are killed, that stand still, and that share a store: nothing is lost, and nothing runs twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from studio.flow import Flow, write_flow
from studio.store.triggers import Tick
from tests.cluster import QUICK, DaskProcesses, Millrace, wait_for
from tests.served import Served

SECOND = 1_000_000
NIGHTLY = pytest.mark.nightly
COUNTED = """
from pathlib import Path

def run(*, here: str, run: RunContext) -> Json:
    with (Path(here) / "executions").open("a") as file:
        file.write(f"{run.run_id}\\n")
    return 1
"""
UNHURRIED = COUNTED.replace("return 1", "import time; time.sleep(0.3); return 1")
HANGING = """
import os, time
from pathlib import Path

def run(*, here: str, run: RunContext) -> Json:
    with (Path(here) / "executions").open("a") as file:
        file.write(f"{run.run_id}\\n")
    while not (Path(here) / "gate").exists():
        time.sleep(0.02)
    return 1
"""


@pytest.fixture
def serve(tmp_path: Path, store_url: str) -> Iterator[Callable[..., Served]]:
    """Makes services with homes of their own, that share a store and an artifact folder."""
    made: list[Served] = []

    def one(**environment: str) -> Served:
        shared = {"MILLRACE_STORE": store_url, "MILLRACE_ARTIFACTS": str(tmp_path / "artifacts")}
        home = tmp_path / f"home{len(made)}"
        made.append(Served(Millrace(home, {**QUICK, "MILLRACE_WORKERS": "2", **shared, **environment})))
        return made[-1]

    yield one
    for served in made:
        if served.process is not None and served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGCONT)
            served.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


def publish(served: Served, folder: Path, source: str) -> None:
    flow = Flow.new("Counted")
    flow.add("code", "one", source=source, params={"here": str(folder)})
    write_flow(flow, folder / "counted.flow")
    done = served.millrace("publish", "counted.flow", cwd=folder)
    assert done.returncode == 0, done.stderr


def add_trigger(served: Served, name: str, *options: str) -> None:
    added = served.millrace("triggers", "add", "Counted", "--name", name, *options)
    assert added.returncode == 0, added.stderr


def executions(folder: Path) -> Counter[str]:
    """Run -> how often its step was executed."""
    path = folder / "executions"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def all_ticks(served: Served) -> list[list[Tick]]:
    with served.store() as store:
        return [store.triggers.ticks(one.id, 10_000)[::-1] for one in store.triggers.of()]


def wait_for_ticks(served: Served, count: int) -> None:
    wait_for(lambda: len(all_ticks(served)[0]) >= count, what=f"{count} due times")


def pause_all(served: Served) -> None:
    with served.store() as store:
        for one in store.triggers.of():
            store.triggers.change(one, paused="enough")


def ended(served: Served) -> bool:
    return set(served.states()) <= {"succeeded", "failed", "cancelled"}


def owners_of_ended(served: Served) -> set[str | None]:
    with served.store() as store:
        return {run.owner for run in store.history.page(10_000).items if run.state.ended}


def breaches(served: Served) -> list[Any]:
    with served.store() as store:
        return store.invariants.breaches()


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=NIGHTLY)])
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
    for ticks in all_ticks(served):
        assert {later.fire - earlier.fire for earlier, later in pairwise(ticks)} == {SECOND}
        assert all(tick.run_id for tick in ticks)
    assert set(served.states()) == {"succeeded"}
    assert len(served.states()) == sum(map(len, all_ticks(served)))
    assert breaches(served) == []


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
    (ticks,) = all_ticks(served)
    assert {later.fire - earlier.fire for earlier, later in pairwise(ticks)} == {SECOND}
    assert all(tick.run_id for tick in ticks)
    assert set(served.states()) == {"succeeded"}
    assert breaches(served) == []
