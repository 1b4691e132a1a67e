"""Real processes for tests: a Dask scheduler, its workers, and the `millrace` command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

T = TypeVar("T")

HOUSE = str(Path(__file__).parents[1])

QUICK = {
    "MILLRACE_BEAT_SECONDS": "0.3",
    "MILLRACE_LOST_SECONDS": "3",
    "MILLRACE_LEASE_SECONDS": "3",
}
"""Times so short that a test sees a loss in seconds."""


def wait_for(look: Callable[[], T], *, seconds: float = 60.0, what: str = "it") -> T:
    """Look at another process's doing until there is something; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class DaskProcesses:
    """A scheduler and workers that can be killed one by one. Each worker has a folder of its own.

    `environment` is added to theirs, such as Dask's own settings.
    """

    def __init__(
        self, folder: Path, *, workers: int = 2, protocol: str = "tcp", environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.environment = {**os.environ, **(environment or {})}
        self.port = free_port()
        self.protocol = protocol
        self.address = f"{protocol}://127.0.0.1:{self.port}"
        self.scheduler = self._start_scheduler()
        self.workers = [self.start_worker() for _ in range(workers)]

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start(
            "scheduler", "--protocol", self.protocol, "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"
        )

    def start_worker(self) -> subprocess.Popen[bytes]:
        local = self.folder / f"worker-{time.monotonic_ns()}"
        local.mkdir(parents=True)
        return self._start(
            "worker", self.address, "--nthreads", "2", "--no-nanny", "--no-dashboard", "--memory-limit", "0",
            "--local-directory", str(local), cwd=local,
        )  # fmt: skip

    def _start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments]
        with (self.folder / f"{arguments[0]}-{time.monotonic_ns()}.log").open("wb") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, cwd=cwd or self.folder, env=self.environment, start_new_session=True
            )

    def restart_scheduler(self) -> None:
        self.scheduler.wait()
        self.scheduler = self._start_scheduler()

    def worker_of(self, pid: int) -> subprocess.Popen[bytes]:
        """The worker whose child (or grandchild) process `pid` is."""
        family = set()
        while pid > 1:
            family.add(pid)
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        return next(worker for worker in self.workers if worker.pid in family)

    def close(self) -> None:
        for process in [*self.workers, self.scheduler]:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


@contextmanager
def dask_processes(folder: Path, **options: Any) -> Iterator[DaskProcesses]:
    processes = DaskProcesses(folder, **options)
    try:
        yield processes
    finally:
        processes.close()


class Millrace:
    """The command line, with a `MILLRACE_HOME` of its own."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        keys = {"MILLRACE_KEY_FILE": f"{home}.secret/keys"}  # else it would lie in the home of whoever tests
        self.environment = {**os.environ, "MILLRACE_HOME": str(home), **keys, **(environment or {})}

    def start(
        self,
        *arguments: str,
        cwd: Path | None = None,
        killed: Sequence[str] = (),
        log: IO[str] | int = subprocess.PIPE,
    ) -> subprocess.Popen[str]:
        """`killed`: at which point, see `tests.killing`. `log`: where its error output goes."""
        module = ["tests.killing", *killed] if killed else ["studio.cli.main"]
        return subprocess.Popen(
            [sys.executable, "-m", *module, *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=self.environment | ({"PYTHONPATH": HOUSE} if killed else {}),
            cwd=cwd,
            start_new_session=True,
        )

    def __call__(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, cwd=cwd)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def json(self, *arguments: str, cwd: Path | None = None) -> Any:
        done = self(*arguments, "--json", cwd=cwd)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)
