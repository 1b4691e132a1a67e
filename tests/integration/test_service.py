"""`millrace serve` as people meet it: the command, its signals, its socket, and what it does to published flows."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.address import running
from studio.flow import Flow, write_flow
from tests.cluster import QUICK, Millrace, wait_for
from tests.served import Served

SLOW = """
import os, time
from pathlib import Path

def run(*, here: str) -> Json:
    folder = Path(here)
    with (folder / "executions").open("a") as file:
        file.write(f"{os.getpid()}\\n")
    while not (folder / "gate").exists():
        time.sleep(0.02)
    return os.getpid()
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(Millrace(tmp_path / "home", {**QUICK, "MILLRACE_WORKERS": "2", "MILLRACE_DRAIN_SECONDS": "2"}))
    yield made
    if made.process is not None and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.communicate()


@pytest.fixture
def slow(served: Served, tmp_path: Path) -> Path:
    """The folder of a published flow whose one step waits for the file `gate`, with a trigger `slow`."""
    folder = tmp_path / "project"
    folder.mkdir()
    flow = Flow.new("Slow")
    flow.add("code", "slow", source=SLOW, params={"here": str(folder)})
    write_flow(flow, folder / "slow.flow")
    assert served.millrace("publish", "slow.flow", cwd=folder).returncode == 0
    added = served.millrace("triggers", "add", "slow.flow", "--name", "slow", "--cron", "@yearly", cwd=folder)
    assert added.returncode == 0, added.stderr
    return folder


def executions(folder: Path) -> list[int]:
    path = folder / "executions"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def fire(served: Served, name: str = "slow") -> str:
    return str(served.millrace.json("triggers", "fire", name)["run_id"])


def attempts(served: Served, run_id: str) -> list[str]:
    with served.store() as store:
        return [one.state.value for one in store.attempts.of(run_id)]


def test_a_published_flow_runs_by_its_schedule(served: Served, tmp_path: Path) -> None:
    flow = Flow.new("Clock")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    write_flow(flow, tmp_path / "clock.flow")
    assert served.millrace("publish", "clock.flow", "--note", "first", cwd=tmp_path).returncode == 0
    served.start()
    added = served.millrace("triggers", "add", "Clock", "--name", "often", "--every", "1s", cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    wait_for(lambda: served.states().count("succeeded") >= 2, what="two runs")
    assert served.millrace("triggers", "pause", "often").returncode == 0
    wait_for(lambda: set(served.states()) == {"succeeded"}, what="the end of all runs")
    shown = served.millrace.json("triggers", "show", "often")
    assert shown["paused"]
    with served.store() as store:
        made = {run.id for run in store.history.page(1000).items}
        listed = served.millrace.json("runs", "list", "--trigger", "often", "--limit", "1000")["runs"]
        assert {run["run_id"] for run in listed} == made
        assert {tick.run_id for tick in store.triggers.ticks(shown["trigger_id"]) if tick.run_id} == made
        assert store.invariants.breaches() == []
    code, log = served.end()
    assert code == 0
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"the service is ready", "fired", "the service has ended"} <= {line["message"] for line in lines}


def test_one_service_runs_for_each_home_and_its_user_alone_may_speak_to_it(served: Served) -> None:
    served.start()
    second = served.millrace("serve")
    assert second.returncode == 2
    address = running(served.millrace.home)
    assert address is not None
    assert f"process {address.pid}" in second.stderr
    assert stat.S_IMODE(Path(address.socket).stat().st_mode) == 0o600
    assert stat.S_IMODE((served.millrace.home / "service.json").stat().st_mode) == 0o600
    assert served.ask("/health/live")["version"] == address.version
    code, _ = served.end()
    assert (code, running(served.millrace.home)) == (0, None)
    assert not Path(address.socket).exists()


def test_a_service_deletes_what_is_kept_no_longer(served: Served, tmp_path: Path) -> None:
    """Its first look, which is due minutes after its start, is made at once here."""
    flow = Flow.new("Kept")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    write_flow(flow, tmp_path / "kept.flow")
    first, last = (served.millrace.json("run", "kept.flow", cwd=tmp_path)["run_id"] for _ in range(2))
    program = "import scheduler.sweeper as s; s.FIRST_SECONDS = 0; from studio.cli.main import main; main(['serve'])"
    environment = served.millrace.environment | {"MILLRACE_KEEP_BYTES": "1B"}
    served.process = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    runs = served.millrace.home / "artifacts" / "runs"
    wait_for(lambda: {path.name for path in runs.iterdir()} == {last}, what="the sweep")
    with served.store() as store:
        assert store.runs.get(first).forgotten is not None
    served.tell(signal.SIGTERM)
    _, log = served.process.communicate(timeout=60)
    assert served.process.returncode == 0
    (swept,) = (line for line in map(json.loads, log.splitlines()) if line["message"] == "swept")
    assert (swept["runs"], swept["things"]) == (1, 0)


def test_a_service_that_is_told_to_end_lets_runs_end_first(served: Served, slow: Path) -> None:
    served.start()
    run_id = fire(served)
    wait_for(lambda: executions(slow), what="the step")
    served.tell(signal.SIGTERM)
    wait_for(lambda: not served.ask("/health/ready").get("ready", True), what="the answer that it ends")
    (slow / "gate").touch()
    assert served.end(None)[0] == 0
    assert attempts(served, run_id) == ["succeeded"]
    assert served.states() == ["succeeded"]


def test_what_has_not_ended_in_time_is_handed_back_and_begun_again(served: Served, slow: Path) -> None:
    served.start()
    run_id = fire(served)
    (first,) = wait_for(lambda: executions(slow), what="the step")
    assert served.end()[0] == 0
    assert not Path(f"/proc/{first}").exists(), "the step's kernel has outlived the service"
    assert served.states() == ["running"]
    (slow / "gate").touch()
    served.start()
    wait_for(lambda: served.states() == ["succeeded"], what="the end")
    assert attempts(served, run_id) == ["cancelled", "succeeded"]
    with served.store() as store:
        assert store.invariants.breaches() == []


def test_a_second_signal_leaves_runs_no_time(served: Served, slow: Path) -> None:
    served.millrace.environment["MILLRACE_DRAIN_SECONDS"] = "600"
    served.start()
    fire(served)
    wait_for(lambda: executions(slow), what="the step")
    served.tell(signal.SIGINT)
    wait_for(lambda: not served.ask("/health/ready").get("ready", True), what="the answer that it ends")
    assert served.end(signal.SIGINT)[0] == 0
    assert served.states() == ["running"]


def test_a_killed_service_is_followed_by_another_that_ends_its_runs(served: Served, slow: Path) -> None:
    served.start()
    run_id = fire(served)
    wait_for(lambda: executions(slow), what="the step")
    assert served.process is not None
    served.process.kill()
    served.process.communicate()
    (slow / "gate").touch()
    served.start()
    wait_for(lambda: served.states() == ["succeeded"], what="the end")
    assert attempts(served, run_id)[-1] == "succeeded"
    with served.store() as store:
        assert store.invariants.breaches() == []


def test_a_run_is_cancelled_by_command_while_the_service_drives_it(served: Served, slow: Path) -> None:
    served.start()
    run_id = fire(served)
    (kernel,) = wait_for(lambda: executions(slow), what="the step")
    assert served.millrace("runs", "cancel", run_id).returncode == 0
    wait_for(lambda: served.states() == ["cancelled"], what="the end")
    assert not Path(f"/proc/{kernel}").exists()


def test_a_run_whose_time_is_over_is_ended_with_its_kernel(served: Served, slow: Path) -> None:
    given = ("--name", "limited", "--cron", "@yearly", "--time-limit", "1h")
    assert served.millrace("triggers", "add", "Slow", *given).returncode == 0
    served.start()
    run_id = fire(served, "limited")
    (kernel,) = wait_for(lambda: executions(slow), what="the step")
    with served.store() as store, store.database.write() as connection:
        connection.exec_driver_sql("UPDATE run SET time_limit = 0.1 WHERE time_limit = 3600")  # an hour passes
    wait_for(lambda: served.states() == ["failed"], what="the end")
    assert not Path(f"/proc/{kernel}").exists()
    with served.store() as store:
        failure = store.runs.get(run_id).failure
        assert failure is not None
        assert failure.code == "deadline"
        assert store.invariants.breaches() == []


def test_runs_of_many_flows_end_and_none_waits_for_a_hanging_one(served: Served, slow: Path, tmp_path: Path) -> None:
    flow = Flow.new("Quick")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    write_flow(flow, tmp_path / "quick.flow")
    assert served.millrace("publish", "quick.flow", cwd=tmp_path).returncode == 0
    assert served.millrace("triggers", "add", "Quick", "--cron", "@yearly", cwd=tmp_path).returncode == 0
    served.start()
    fire(served)
    wait_for(lambda: executions(slow), what="the hanging step")
    for _ in range(5):
        fire(served, "Quick")
    wait_for(lambda: served.states().count("succeeded") == 5, what="the quick runs")
    assert served.states().count("running") == 1


def test_a_revision_that_cannot_be_driven_fails_and_the_service_goes_on(served: Served, slow: Path) -> None:
    """Its bundle is gone: somebody has cleared the artifacts."""
    (bundle,) = (served.millrace.home / "artifacts" / "bundles").iterdir()
    kept = bundle.read_bytes()
    bundle.unlink()
    served.start()
    run_id = fire(served)
    wait_for(lambda: served.states() == ["failed"], what="the end")
    with served.store() as store:
        failure = store.runs.get(run_id).failure
        assert failure is not None
        assert failure.message
    bundle.write_bytes(kept)
    (slow / "gate").touch()
    fire(served)
    wait_for(lambda: sorted(served.states()) == ["failed", "succeeded"], what="the next run")
