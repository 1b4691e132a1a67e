"""Kill -9 and SIGSTOP in the middle of a run: it still ends, and every step is committed once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio.flow import Flow, write_flow
from tests.cluster import QUICK, DaskProcesses, Millrace, wait_for

SLOW = """
import os, time
from pathlib import Path

def run(start: Json, *, here: str) -> Json:
    folder = Path(here)
    with (folder / "executions").open("a") as file:
        file.write(f"{os.getpid()}\\n")
    while not (folder / "gate").exists():
        time.sleep(0.02)
    return {"start": start, "pid": os.getpid()}
"""

NIGHTLY = pytest.mark.nightly
LED = "select id from run where state = 'running' and lease_until > 1e6 * (julianday('now') - 2440587.5) * 86400"

FIRST = "def run() -> Json:\n    return 1\n"
LAST = "def run(slow: Json) -> Json:\n    return slow['start'] + 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """first -> slow -> last, where `slow` waits until the file `gate` is there."""
    folder = tmp_path / "project"
    folder.mkdir()
    flow = Flow.new("Slow")
    flow.add("code", "first", source=FIRST)
    flow.add("code", "slow", source=SLOW, params={"here": str(folder)}, inputs={"start": "first.json"})
    flow.add("code", "last", source=LAST, inputs={"slow": "slow.json"})
    write_flow(flow, folder / "slow.flow")
    return folder


class Going:
    """A run that hangs in its slow step."""

    def __init__(self, millrace: Millrace, project: Path, *options: str) -> None:
        self.millrace = millrace
        self.project = project
        self.process = millrace.start("run", str(project / "slow.flow"), "--json", *options)

    def begin(self) -> Going:
        """Wait until the slow step runs."""
        self.kernel = self.wait_for_executions(1)[0]
        return self

    def wait_for_executions(self, count: int, *, seconds: float = 60.0) -> list[int]:
        """The processes that executed the slow step, once there are `count`; a failure shows what the run says."""
        try:
            wait_for(lambda: len(self.executions()) >= count, seconds=seconds, what=f"execution {count}")
        except AssertionError as error:
            os.killpg(self.process.pid, signal.SIGTERM)
            raise AssertionError(f"{error}: {self.process.communicate()}") from None
        return self.executions()

    def executions(self) -> list[int]:
        path = self.project / "executions"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def open_gate(self) -> None:
        (self.project / "gate").touch()

    def end(self) -> Any:
        out, err = self.process.communicate(timeout=120)
        assert out, err
        return json.loads(out)


@contextmanager
def slow_run(millrace: Millrace, project: Path, *options: str) -> Iterator[Going]:
    run = Going(millrace, project, *options)
    yield run.begin()
    if run.process.poll() is None:
        os.killpg(run.process.pid, signal.SIGCONT)
        os.killpg(run.process.pid, signal.SIGKILL)
    run.process.communicate()


@pytest.fixture
def going(millrace: Millrace, cluster: DaskProcesses, project: Path) -> Iterator[Going]:
    with slow_run(millrace, project, "--dask", cluster.address) as run:
        yield run


def rows(millrace: Millrace, query: str) -> list[Any]:
    if not (millrace.home / "store.db").exists():
        return []
    with sqlite3.connect(millrace.home / "store.db") as connection:
        made = connection.execute("select 1 from sqlite_master where name = 'run_event'").fetchall()
        return connection.execute(query).fetchall() if made else []


def attempts(millrace: Millrace, step: str = "slow") -> list[str]:
    return [row[0] for row in rows(millrace, f"select state from attempt where step = '{step}' order by number")]


def assert_each_step_committed_once(millrace: Millrace) -> None:
    """One successful attempt and one success event for each step, and the run ended well."""
    assert rows(millrace, "select state from run") == [("succeeded",)]
    assert {state for (state,) in rows(millrace, "select state from step")} == {"succeeded"}
    good = Counter(step for (step,) in rows(millrace, "select step from attempt where state = 'succeeded'"))
    assert good == {"first": 1, "slow": 1, "last": 1}
    events = rows(millrace, "select step, data from run_event where kind = 'step'")
    committed = Counter(step for step, data in events if json.loads(data)["state"] == "succeeded")
    assert committed == {"first": 1, "slow": 1, "last": 1}


def resume(going: Going, *options: str) -> subprocess.CompletedProcess[str]:
    def try_it() -> subprocess.CompletedProcess[str] | None:
        done = going.millrace("runs", "resume", "latest", "--json", *options)
        return None if done.returncode == 2 else done

    return wait_for(try_it, what="the lease to run out")


def test_a_killed_dispatcher_is_followed_by_another_that_adopts_the_running_step(
    going: Going, cluster: DaskProcesses
) -> None:
    os.killpg(going.process.pid, signal.SIGKILL)
    going.process.communicate()
    going.open_gate()
    done = resume(going, "--dask", cluster.address)
    assert done.returncode == 0, done.stderr
    assert_each_step_committed_once(going.millrace)
    assert going.executions() == [going.kernel], "the started step was begun again"


def test_a_dispatcher_that_slept_past_its_lease_commits_nothing(going: Going, cluster: DaskProcesses) -> None:
    os.killpg(going.process.pid, signal.SIGSTOP)
    going.open_gate()
    done = resume(going, "--dask", cluster.address)
    assert done.returncode == 0, done.stderr
    os.killpg(going.process.pid, signal.SIGCONT)
    _, err = going.process.communicate(timeout=60)
    assert going.process.returncode != 0
    assert "another dispatcher" in err.lower()
    assert_each_step_committed_once(going.millrace)


def test_a_killed_worker_loses_the_attempt_and_the_next_one_finishes(going: Going, cluster: DaskProcesses) -> None:
    cluster.worker_of(going.kernel).kill()
    going.wait_for_executions(2)
    going.open_gate()
    assert going.end()["state"] == "succeeded"
    assert attempts(going.millrace) == ["lost", "succeeded"]
    assert_each_step_committed_once(going.millrace)


def test_a_killed_scheduler_may_come_back_with_new_workers(going: Going, cluster: DaskProcesses) -> None:
    cluster.scheduler.kill()
    for worker in cluster.workers:
        worker.wait(timeout=60)
    cluster.restart_scheduler()
    cluster.workers.append(cluster.start_worker())
    going.wait_for_executions(2)
    going.open_gate()
    assert going.end()["state"] == "succeeded"
    assert_each_step_committed_once(going.millrace)


def test_a_killed_kernel_fails_its_step_with_the_cure_and_the_run_ends(going: Going) -> None:
    os.kill(going.kernel, signal.SIGKILL)
    end = going.end()
    error = next(step["error"] for step in end["steps"] if step["node"] == "slow")
    assert end["state"] == "failed"
    assert (error["code"], error["fault"], error["node"]) == ("killed", "system", "slow")
    assert error["cure"]


def test_a_worker_that_sleeps_and_wakes_late_is_fenced_off(going: Going, cluster: DaskProcesses) -> None:
    sleeper = cluster.worker_of(going.kernel)
    sleeper.send_signal(signal.SIGSTOP)
    going.wait_for_executions(2)
    going.open_gate()
    end = going.end()
    sleeper.send_signal(signal.SIGCONT)
    assert end["state"] == "succeeded"
    assert attempts(going.millrace) == ["lost", "succeeded"]
    assert_each_step_committed_once(going.millrace)


def test_a_step_that_beats_may_take_longer_than_silence_may(
    millrace: Millrace, cluster: DaskProcesses, tmp_path: Path
) -> None:
    quiet = 1.5 * float(QUICK["MILLRACE_LOST_SECONDS"])
    flow = Flow.new("Long")
    flow.add("code", "long", source=f"import time\ndef run() -> Json:\n    time.sleep({quiet})\n    return 1\n")
    write_flow(flow, tmp_path / "long.flow")
    end = millrace.json("run", str(tmp_path / "long.flow"), "--dask", cluster.address)
    assert end["state"] == "succeeded"
    assert attempts(millrace, "long") == ["succeeded"]


def test_a_killed_dispatcher_takes_its_own_cluster_and_kernels_along(millrace: Millrace, project: Path) -> None:
    with slow_run(millrace, project) as going:
        os.kill(going.process.pid, signal.SIGKILL)
        going.process.wait()
        wait_for(lambda: not Path(f"/proc/{going.kernel}").exists(), what="the kernel's death")
        going.open_gate()
        done = resume(going)
    assert done.returncode == 0, done.stderr
    assert attempts(millrace) == ["lost", "succeeded"]
    assert_each_step_committed_once(millrace)


@pytest.mark.parametrize("seconds", [0.9, 1.7, pytest.param(1.3, marks=NIGHTLY), pytest.param(2.3, marks=NIGHTLY)])
def test_a_dispatcher_may_be_killed_again_and_again(
    millrace: Millrace, cluster: DaskProcesses, tmp_path: Path, seconds: float
) -> None:
    """Wherever it was: each of its followers gets a little further, and no step is committed twice."""
    flow = Flow.new("Chain")
    flow.add("code", "s0", source=FIRST)
    for n in range(1, 6):
        source = "def run(value: Json) -> Json:\n    return value + 1\n"
        flow.add("code", f"s{n}", source=source, inputs={"value": f"s{n - 1}.json"})
    write_flow(flow, tmp_path / "chain.flow")
    command = ["run", str(tmp_path / "chain.flow")]
    for _ in range(3):
        process = millrace.start(*command, "--dask", cluster.address)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if rows(millrace, "select id from run"):
            command = ["runs", "resume", "latest"]
            wait_for(lambda: not rows(millrace, LED), what="the lease to run out")
    done = millrace(*command, "--dask", cluster.address)
    assert done.returncode == 0, done.stderr
    assert rows(millrace, "select state from run") == [("succeeded",)]
    good = Counter(step for (step,) in rows(millrace, "select step from attempt where state = 'succeeded'"))
    assert good == {f"s{n}": 1 for n in range(6)}
    assert millrace("artifact", "latest", "s5", "json", "--format", "json").stdout.strip() == "6"


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_worker_that_sleeps_for_a_minute_is_fenced_off_at_the_default_pace(
    tmp_path: Path, cluster: DaskProcesses, project: Path
) -> None:
    millrace = Millrace(tmp_path / "home")
    with slow_run(millrace, project, "--dask", cluster.address) as going:
        sleeper = cluster.worker_of(going.kernel)
        sleeper.send_signal(signal.SIGSTOP)
        going.wait_for_executions(2, seconds=90)
        time.sleep(60)
        sleeper.send_signal(signal.SIGCONT)
        going.open_gate()
        assert going.end()["state"] == "succeeded"
    assert attempts(millrace) == ["lost", "succeeded"]
    assert_each_step_committed_once(millrace)
