"""A real `millrace serve` for tests: started, asked, told to end, killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from studio.address import running
from studio.store.store import Store
from tests.cluster import Millrace, wait_for


class UnixConnection(HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("service", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Served:
    """A running service and what its commands say."""

    def __init__(self, millrace: Millrace) -> None:
        self.millrace = millrace
        self.store_url = millrace.environment.get("MILLRACE_STORE", f"sqlite:///{millrace.home}/store.db")
        self.process: subprocess.Popen[str] | None = None
        self._log = millrace.home.parent / f"{millrace.home.name}.log"

    def start(self) -> None:
        self._start()
        wait_for(self.ready, what="the service")

    def start_to_be_killed(self, *point: str) -> None:
        """Start it, and wait until it has killed itself at that point; see `tests.killing`."""
        process = self._start(*point)
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, self.log

    def _start(self, *point: str) -> subprocess.Popen[str]:
        """Its log goes to a file, for a pipe that nobody reads fills, and then it stands still."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as log:
            self.process = self.millrace.start("serve", killed=point, log=log)
        return self.process

    @property
    def log(self) -> str:
        """What it has logged, all starts together."""
        return self._log.read_text()

    def ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(self.log)
        return bool(self.ask("/health/ready").get("ready"))

    def ask(self, path: str) -> dict[str, Any]:
        """What the service answers; nothing if it does not."""
        address = running(self.millrace.home)
        if address is None:
            return {}
        connection = UnixConnection(address.socket)
        try:
            connection.request("GET", path)
            found: dict[str, Any] = json.load(connection.getresponse())
            return found
        except OSError:  # it begins, or ends
            return {}
        finally:
            connection.close()

    def tell(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, number: signal.Signals | None = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code and its log; with None it has been told already."""
        assert self.process is not None
        if number is not None:
            self.tell(number)
        self.process.communicate(timeout=60)
        return self.process.returncode, self.log

    def kill(self) -> None:
        """As the system does when memory runs out: with all that it has started itself."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    @contextmanager
    def store(self) -> Iterator[Store]:
        with Store.open(self.store_url) as store:
            yield store

    def states(self) -> list[str]:
        with self.store() as store:
            return [run.state.value for run in store.history.page(100_000).items]
