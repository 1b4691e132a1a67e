"""What kernels leave behind is found by its mark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from studio.doctor import check_strays
from studio.kernels.cold import ColdLauncher
from studio.kernels.limits import MARK
from studio.kernels.strays import strays
from studio.kernels.warm import WarmLauncher

from .conftest import Run

SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
LOOK = """
import subprocess
from studio.kernels.strays import strays
child = subprocess.Popen(["sh", "-c", "setsid sleep 600 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
grandchild = int(child.stdout.readline())
print(grandchild in [one.pid for one in strays(older=0)])
"""


@pytest.fixture(params=[WarmLauncher, ColdLauncher])
def launcher(request: pytest.FixtureRequest) -> Iterator[WarmLauncher | ColdLauncher]:
    made = request.param(spares=1)
    yield made
    made.close()


def test_a_process_that_has_outlived_its_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = f"setsid {sys.executable} -c '{SLEEP}' &"
    environment = {**os.environ, MARK: "gone"}
    with subprocess.Popen(["sh", "-c", shell], env=environment, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        started.wait()
        try:
            assert pid in [one.pid for one in strays(older=0)]
            assert pid not in [one.pid for one in strays()], "it is young, and may be about to be ended"
            monkeypatch.setattr(psutil.Process, "create_time", lambda process: 0.0)
            check = check_strays()
            assert not check.ok
            assert str(pid) in check.cure
        finally:
            os.kill(pid, signal.SIGKILL)


def test_what_a_living_kernel_has_started_is_none(run: Run, tmp_path: Path) -> None:
    looked = run(LOOK)
    outputs = [output["text"] for output in looked.notebook["cells"][-1]["outputs"]]
    assert outputs == ["False\n"]


def test_nothing_is_left_of_a_kernel_that_was_killed(run: Run) -> None:
    before = {one.pid for one in strays(older=0)}
    started: list[int] = []

    def kill(kernel: object) -> None:
        started.append(kernel.pid)  # type: ignore[attr-defined]

    run("import subprocess; subprocess.Popen(['setsid', 'sleep', '600'])", on_kernel=kill)
    assert {one.pid for one in strays(older=0)} <= before
    assert not psutil.pid_exists(started[0])
