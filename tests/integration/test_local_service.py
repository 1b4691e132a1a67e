"""The service of a home folder as programs find it, start it, leave it to itself, and replace it by a newer one."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from studio.address import is_taken, running
from studio.client import SOCKET_URL
from studio.exceptions import UserError
from studio.flow import Flow, write_flow
from studio.local_service import Found, ensure_service
from studio.settings import Settings
from studio.store.store import Store
from tests.cluster import HOUSE, Millrace, wait_for
from tests.integration.test_service import SLOW
from tests.served import Served

PROGRAM = """
import json
from dataclasses import asdict
from studio.local_service import ensure_service
from studio.settings import Settings
print(json.dumps(asdict(ensure_service(Settings.from_environment(), wait=150))))
"""


class Local:
    """A home folder, and programs that want its service."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.home = folder / "home"
        environment = {"MILLRACE_WORKERS": "1", "MILLRACE_DRAIN_SECONDS": "2", "MILLRACE_URL": "local"}
        for name, value in Millrace(self.home, environment).environment.items():
            monkeypatch.setenv(name, value)
        self.millrace = Millrace(self.home, {**environment, "MILLRACE_URL": ""})

    def ensure(self) -> Found:
        return ensure_service(Settings.from_environment(), wait=150)

    def of_a_program(self, **environment: str) -> Found:
        """As another program finds it, which ends at once."""
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=os.environ | environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return Found(**json.loads(done.stdout))

    def client(self, found: Found) -> httpx.Client:
        return httpx.Client(transport=httpx.HTTPTransport(uds=found.socket), base_url=SOCKET_URL)

    def pid(self) -> int | None:
        address = running(self.home)
        return address.pid if address else None

    def wait_until_it_has_left(self) -> None:
        wait_for(lambda: not is_taken(self.home), what="its end")

    def end(self) -> None:
        if (pid := self.pid()) is not None:
            os.kill(pid, signal.SIGTERM)
        self.wait_until_it_has_left()

    def states(self) -> list[str]:
        with Store.open(f"sqlite:///{self.home}/store.db") as store:
            return [run.state.value for run in store.history.page().items]


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    made = Local(tmp_path, monkeypatch)
    yield made
    made.end()


@pytest.fixture
def slow(local: Local) -> Path:
    """The folder of a published flow whose one step waits for the file `gate`; its trigger `slow` is paused."""
    folder = local.folder / "project"
    folder.mkdir()
    flow = Flow.new("Slow")
    flow.add("code", "slow", source=SLOW, params={"here": str(folder)})
    write_flow(flow, folder / "slow.flow")
    assert local.millrace("publish", "slow.flow", cwd=folder).returncode == 0
    added = local.millrace("triggers", "add", "slow.flow", "--name", "slow", "--cron", "@yearly", cwd=folder)
    assert added.returncode == 0, added.stderr
    assert local.millrace("triggers", "pause", "slow").returncode == 0
    return folder


def fire(local: Local) -> str:
    return str(local.millrace.json("triggers", "fire", "slow")["run_id"])


def older(folder: Path, version: str = "0.0.9") -> Mapping[str, str]:
    """An environment in which Millrace is of another version, as its package's metadata say."""
    ours = distribution("millrace")
    info = folder / version / f"millrace-{version}.dist-info"
    info.mkdir(parents=True)
    metadata = (ours.read_text("METADATA") or "").replace(f"Version: {ours.version}", f"Version: {version}", 1)
    (info / "METADATA").write_text(metadata)
    (info / "entry_points.txt").write_text(ours.read_text("entry_points.txt") or "")
    return {"PYTHONPATH": f"{info.parent}{os.pathsep}{HOUSE}"}


def test_it_is_started_once_outlives_who_started_it_and_is_found_by_others(local: Local) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = [one.result() for one in [pool.submit(local.of_a_program) for _ in range(3)]]
    assert len({one.pid for one in found}) == 1
    assert found[0].pid == os.getsid(found[0].pid), "it is of the session of whoever started it"
    again = local.ensure()
    assert again == found[0]
    with local.client(again) as client:
        assert client.get("/version").json()["version"] == again.version
    assert stat.S_IMODE((local.home / "service.log").stat().st_mode) == 0o600


def test_one_that_was_killed_is_followed_by_another(local: Local) -> None:
    first = local.ensure()
    os.killpg(first.pid, signal.SIGKILL)
    local.wait_until_it_has_left()
    assert (local.home / "service.json").exists()
    assert local.ensure().pid != first.pid


def test_one_that_cannot_start_says_why_in_one_line(local: Local) -> None:
    local.home.mkdir()
    with Store.open(f"sqlite:///{local.home}/store.db") as store, store.database.write() as connection:
        connection.execute(text("UPDATE millrace_schema SET version_num = '0001'"))
    with pytest.raises(UserError, match=r"ended at once: The store .* has schema 0001.*Run `millrace db upgrade`"):
        local.ensure()


def test_one_that_is_not_ready_in_time_says_so(local: Local) -> None:
    with pytest.raises(UserError, match=r"not ready after 0\.01 s") as error:
        ensure_service(Settings.from_environment(), wait=0.01)
    assert error.value.retryable
    local.ensure()


def test_modules_that_lie_about_where_it_is_started_are_none_of_its(
    local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studio.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "secrets.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert local.ensure().pid


def test_it_leaves_when_nobody_needs_it_and_the_next_one_does_what_came_too_late(
    local: Local, slow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_IDLE_EXIT", "1")
    (slow / "gate").touch()
    assert local.millrace("triggers", "resume", "slow").returncode == 0
    first = local.ensure()
    with local.client(first) as client, client.stream("GET", "/events") as events:  # somebody looks on
        lines = events.iter_lines()  # the stream ends with it
        next(lines)
        assert local.millrace("triggers", "pause", "slow").returncode == 0
        fire(local)
        wait_for(lambda: local.states() == ["succeeded"], seconds=120, what="the run")
        assert local.pid() == first.pid
    local.wait_until_it_has_left()
    assert "nobody needed it" in (local.home / "service.log").read_text()
    fire(local)
    assert local.states() == ["queued", "succeeded"]
    assert local.ensure().pid != first.pid
    wait_for(lambda: local.states() == ["succeeded", "succeeded"], seconds=120, what="the run that came too late")
    local.wait_until_it_has_left()


def test_an_older_one_that_has_nothing_to_do_makes_room(local: Local) -> None:
    first = local.of_a_program(**older(local.folder))
    assert first.version == "0.0.9"
    found = local.ensure()
    assert (found.version, found.notice) == (distribution("millrace").version, "")
    assert found.pid != first.pid
    assert local.of_a_program(**older(local.folder, "0.0.8")) == found, "an older client replaces nothing"


def test_an_older_one_that_drives_runs_goes_on_and_makes_room_after_them(local: Local, slow: Path) -> None:
    first = local.of_a_program(**older(local.folder))
    run_id = fire(local)
    wait_for(lambda: (slow / "executions").exists(), what="the step")
    found = local.ensure()
    assert (found.pid, found.version) == (first.pid, "0.0.9")
    assert found.notice.endswith(f"goes on until these runs have ended: {run_id}.")
    (slow / "gate").touch()
    wait_for(lambda: local.states() == ["succeeded"], what="the run")
    wait_for(lambda: not local.ensure().notice, what="that it makes room")
    assert local.pid() != first.pid
    assert len((slow / "executions").read_text().split()) == 1


def test_an_older_one_goes_on_where_ours_could_not_open_its_store(local: Local) -> None:
    first = local.of_a_program(**older(local.folder))
    with Store.open(f"sqlite:///{local.home}/store.db") as store, store.database.write() as connection:
        connection.execute(text("UPDATE millrace_schema SET version_num = '0001'"))
    found = local.ensure()
    assert found.pid == first.pid
    assert "has schema 0001" in found.notice
    assert "millrace db upgrade" in found.notice


def test_an_older_one_that_a_person_has_started_is_used_and_what_to_do_is_said(local: Local) -> None:
    served = Served(Millrace(local.home, {**older(local.folder), "MILLRACE_URL": ""}))
    served.start()
    assert served.process is not None
    found = local.ensure()
    assert (found.pid, found.version) == (served.process.pid, "0.0.9")
    assert found.notice == (
        "The service that runs is of version 0.0.9, and goes on: somebody has started it. "
        f"Start it again to have version {distribution('millrace').version}."
    )
    assert served.end()[0] == 0
