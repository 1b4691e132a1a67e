"""Control groups, where this machine lets us make one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from studio.kernels.cold import ColdLauncher
from studio.kernels.launcher import Kernel, KernelLauncher
from studio.kernels.warm import WarmLauncher
from tests.cluster import wait_for
from tests.launchers import DirectLauncher

from .test_limits import all_gone, running

__all__ = ["running"]

Running = tuple[Kernel, list[psutil.Process]]


def delegated() -> Path | None:
    """A folder of the second version's hierarchy in which we may make groups; None if there is none."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in (Path(fields[1]) for fields in mounts if fields[2] == "cgroup2"):
        made = mount / f"millrace-test-{os.getpid()}"
        try:
            made.mkdir()
        except OSError:
            continue
        return made
    return None


@pytest.fixture(scope="module", params=[ColdLauncher, WarmLauncher, DirectLauncher])
def launcher(request: pytest.FixtureRequest) -> Iterator[KernelLauncher]:
    group = delegated()
    if group is None:
        pytest.skip("no control group may be made here")
    launcher = request.param(cgroup=str(group), spares=1)
    launcher.group = group
    yield launcher
    launcher.close()
    wait_for(lambda: not [one for one in group.iterdir() if one.is_dir()], what="the groups to be removed")
    group.rmdir()


def members(launcher: KernelLauncher) -> list[set[int]]:
    """The processes of each kernel's group."""
    group: Path = launcher.group  # type: ignore[attr-defined]
    return [set(map(int, file.read_text().split())) for file in group.glob("*/cgroup.procs")]


def test_a_kernel_and_all_that_it_starts_are_in_a_group_of_its_own(running: Running, launcher: KernelLauncher) -> None:
    kernel, processes = running
    pids = {one.pid for one in processes}
    assert [pids <= one for one in members(launcher) if pids & one] == [True]
    kernel.kill()
    assert all_gone(processes)
    assert not [one for one in members(launcher) if pids & one]


def test_without_its_guard_even_what_hides_is_killed(running: Running) -> None:
    """A daemon with a session of its own, no parent and no environment: without a group it would stay."""
    kernel, processes = running
    guard = psutil.Process(kernel.pid).parent()
    assert guard is not None
    guard.kill()
    kernel.kill()
    assert all_gone(processes)
