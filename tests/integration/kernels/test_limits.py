import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Queue

import psutil
import pytest

from studio.kernels import guarded
from studio.kernels.launcher import Kernel, KernelLauncher, KernelRequest
from tests.cluster import wait_for
from tests.launchers import LAUNCHERS

from .conftest import Run, printed

FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
escapee = subprocess.Popen(["sleep", "601"], start_new_session=True)
read, write = os.pipe()
if os.fork() == 0:  # a daemon: a session of its own, no parent, no environment
    os.setsid()
    if os.fork() == 0:
        os.write(write, str(os.getpid()).encode() + b"\\n")
        os.execve("/bin/sleep", ["sleep", "602"], {})
    os._exit(0)
daemon = int(os.read(read, 100))
with open("family", "w") as pipe:
    pipe.write(f"{os.getpid()} {child.pid} {escapee.pid} {daemon}\\n")
"""


class Family:
    """A named pipe in a folder, on which FAMILY tells who they are."""

    def __init__(self, folder: Path) -> None:
        os.mkfifo(folder / "family")
        self.pipe = os.open(folder / "family", os.O_RDWR)

    def pids(self) -> list[int]:
        """Waits until they are there."""
        said = b""
        while not said.endswith(b"\n"):
            said += os.read(self.pipe, 1000)
        os.close(self.pipe)
        return [int(pid) for pid in said.split()]


def all_gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def running(run: Run, tmp_path: Path) -> Iterator[tuple[Kernel, list[psutil.Process]]]:
    """A kernel whose cell has started a family and goes on for ever."""
    kernels: Queue[Kernel] = Queue()
    relatives = Family(tmp_path)
    thread = threading.Thread(target=run, args=(FAMILY + "time.sleep(600)",), kwargs={"on_kernel": kernels.put})
    thread.start()
    kernel = kernels.get()
    try:
        yield kernel, [psutil.Process(pid) for pid in relatives.pids()]
    finally:
        kernel.kill()
        thread.join()


def test_kill_ends_the_kernel_its_children_and_those_that_left_its_session(
    running: tuple[Kernel, list[psutil.Process]],
) -> None:
    kernel, processes = running
    kernel.kill()
    assert kernel.poll() == -signal.SIGKILL
    assert all_gone(processes)
    kernel.kill()


def test_kill_from_many_threads_at_once_is_as_good_as_one(running: tuple[Kernel, list[psutil.Process]]) -> None:
    kernel, processes = running
    threads = [threading.Thread(target=kernel.kill) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all_gone(processes)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_without_its_guard_the_kernel_is_killed_all_the_same(
    running: tuple[Kernel, list[psutil.Process]], blow: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "KILL_SECONDS", 0.5)
    kernel, processes = running
    guard = psutil.Process(kernel.pid).parent()
    assert guard is not None
    guard.send_signal(blow)
    kernel.kill()
    assert kernel.close().exit_code == -signal.SIGKILL
    assert not Path(kernel.connection["ip"]).parent.exists()
    assert all_gone([guard, *processes[:3]])  # the daemon without environment has nobody left who knows it
    with suppress(psutil.NoSuchProcess):  # unless it was found before it got rid of its environment
        processes[3].kill()


def test_what_a_finished_step_leaves_running_is_ended(run: Run, tmp_path: Path) -> None:
    relatives = Family(tmp_path)
    assert run(FAMILY).end == "completed"
    assert not [pid for pid in relatives.pids() if psutil.pid_exists(pid)]


OWNER = """
import sys, threading, time
from pathlib import Path
from tests.integration.kernels.conftest import notebook
from tests.launchers import LAUNCHERS
from studio.kernels.engine import execute
from studio.kernels.launcher import KernelRequest
request = KernelRequest("python3", Path(sys.argv[1]))
cell = sys.argv[2] + "time.sleep(600)"
arguments = {"launcher": LAUNCHERS[sys.argv[3]](), "request": request, "parameters": {}}
thread = threading.Thread(target=execute, args=(notebook(cell),), kwargs=arguments)
thread.start()
thread.join()
"""


@pytest.mark.parametrize("kind", LAUNCHERS)
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_a_kernel_and_all_its_processes_die_with_their_owner(tmp_path: Path, blow: signal.Signals, kind: str) -> None:
    sockets = tmp_path / "s"
    sockets.mkdir()
    relatives = Family(tmp_path)
    env = os.environ | {"TMPDIR": str(sockets)}
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path), FAMILY, kind], env=env)
    processes = [psutil.Process(pid) for pid in relatives.pids()]
    guard = processes[0].parent()
    assert guard is not None
    owner.send_signal(blow)
    owner.wait()
    assert all_gone([guard, *processes])
    wait_for(lambda: not list(sockets.iterdir()), what="the last one to remove the sockets")


@pytest.mark.parametrize("kind", LAUNCHERS)
def test_a_kernel_dies_with_its_guard_even_if_its_owner_does_nothing(tmp_path: Path, kind: str) -> None:
    relatives = Family(tmp_path)
    env = os.environ | {"TMPDIR": str(tmp_path)}  # nobody is left to remove the sockets
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path), FAMILY, kind], env=env)
    kernel, *others = [psutil.Process(pid) for pid in relatives.pids()]
    guard = kernel.parent()
    assert guard is not None
    owner.send_signal(signal.SIGSTOP)
    wait_for(lambda: psutil.Process(owner.pid).status() == psutil.STATUS_STOPPED, what="the owner to stand still")
    guard.kill()
    assert all_gone([kernel])
    owner.kill()
    owner.wait()
    for one in others:
        one.kill()


def test_a_terminals_interrupt_does_not_reach_guard_and_kernel(launcher: KernelLauncher, tmp_path: Path) -> None:
    kernel = launcher.launch(KernelRequest("python3", tmp_path))
    guard = psutil.Process(kernel.pid).parent()
    assert guard is not None
    assert os.getsid(0) not in (os.getsid(guard.pid), os.getsid(kernel.pid))


def test_a_kernel_outlives_the_thread_that_started_it(launcher: KernelLauncher, tmp_path: Path) -> None:
    kernels: list[Kernel] = []
    thread = threading.Thread(target=lambda: kernels.append(launcher.launch(KernelRequest("python3", tmp_path))))
    thread.start()
    thread.join()
    process = psutil.Process(kernels[0].pid)
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(timeout=0.3)
    assert kernels[0].poll() is None


# --------------------------------------------------------------------- memory

MEGABYTES = 1_000_000


def test_memory_is_summed_over_the_processes_of_a_step(run: Run) -> None:
    cell = (
        "import subprocess, sys\nhold = 'x = bytearray(150_000_000); import time; time.sleep(600)'\n"
        "for one in [subprocess.Popen([sys.executable, '-c', hold]) for _ in range(3)]:\n    one.wait()"
    )
    done = run(cell, memory=400 * MEGABYTES)
    assert (done.end, done.exit_code) == ("memory", -signal.SIGKILL)
    assert done.usage.breach == "memory"
    assert done.usage.used > 400 * MEGABYTES
    assert done.usage.peak_memory >= done.usage.used


def test_one_huge_allocation_is_a_memory_error_at_its_line(run: Run) -> None:
    done = run("x = bytearray(20_000_000_000)", memory=300 * MEGABYTES)
    assert (done.end, done.ename) == ("error", "MemoryError")
    assert "bytearray" in done.traceback


def test_a_library_that_aborts_for_want_of_memory_is_told_as_such(run: Run) -> None:
    cell = "import polars\npolars.select(polars.int_range(0, 10_000_000_000)).to_series().len()"
    done = run(cell, memory=500 * MEGABYTES)
    assert (done.end, done.exit_code) == ("memory", -signal.SIGABRT)


def test_mapped_files_do_not_count(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(2_000 * MEGABYTES)
    cell = (
        "import mmap\nfile = open('big', 'rb')\nmapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\nmapped[-1]"
    )
    assert run(cell, memory=300 * MEGABYTES).end == "completed"


def test_within_its_limit_a_step_with_the_usual_libraries_runs(run: Run) -> None:
    cell = (
        "import pandas, polars, pyarrow\nframe = polars.DataFrame({'a': range(100_000)})\n"
        "print(frame.lazy().select(polars.col('a').sum()).collect().item(), len(frame.to_pandas()))"
    )
    done = run(cell, memory=400 * MEGABYTES)
    assert printed(done) == "4999950000 100000\n"


def test_no_core_dump_is_left(run: Run, tmp_path: Path) -> None:
    done = run("import resource\nprint(resource.getrlimit(resource.RLIMIT_CORE))")
    assert printed(done) == "(0, 0)\n"


# --------------------------------------------------------------------- sockets


def test_sockets_lie_in_a_short_private_folder_that_goes_with_the_kernel(
    launcher: KernelLauncher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    kernel = launcher.launch(KernelRequest("python3", tmp_path))
    assert kernel.connection["transport"] in ("ipc", "direct")
    folder = Path(kernel.connection["ip"]).parent
    assert len(str(folder)) < 90
    assert stat.S_IMODE(folder.stat().st_mode) & 0o777 == 0o700  # Jupyter sets the sticky bit
    kernel.close()
    assert not folder.exists()


def test_closing_the_launcher_ends_its_kernels(launcher: KernelLauncher, tmp_path: Path) -> None:
    kernels = [launcher.launch(KernelRequest("python3", tmp_path)) for _ in range(3)]
    processes = [psutil.Process(kernel.pid) for kernel in kernels]
    launcher.close()
    assert all_gone(processes)
    assert [kernel.close().exit_code for kernel in kernels] == [-signal.SIGKILL] * 3


def test_a_kernel_that_was_closed_ignores_what_comes_later(launcher: KernelLauncher, tmp_path: Path) -> None:
    kernel = launcher.launch(KernelRequest("python3", tmp_path))
    usage = kernel.close()
    kernel.signal(signal.SIGINT)
    kernel.kill()
    assert kernel.close() == usage
    assert kernel.poll() == usage.exit_code
