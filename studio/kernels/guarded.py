"""A kernel, seen through its guard."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from studio.exceptions import ExecutorError
from studio.kernels import limits
from studio.kernels.cgroup import Cgroup
from studio.kernels.guard import remove
from studio.kernels.launcher import Usage

START_SECONDS = 30.0
"""How long a guard may take to start on a loaded machine."""
KILL_SECONDS = 5.0


class GuardedKernel:
    """Holds the lease: a socket to the guard, whose closing kills all that the kernel has started. Thread-safe.

    `release` is called once, after the end of both, for whatever the launcher must tidy.
    """

    def __init__(
        self,
        lease: socket.socket,
        *,
        polite: bool,
        language_info: dict[str, Any] | None,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self._ending = threading.RLock()  # taken before the other two: whoever waits needs the lease open
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._lease = lease
        lease.setblocking(False)
        self._said = b""
        self._usage: Usage | None = None
        self._release = release
        self.closed = False
        self.polite = polite
        self.language_info = language_info
        self.pid = 0
        self.connection: dict[str, Any] = {}

    def start(self, order: dict[str, Any]) -> None:
        """Send the order, and wait for the guard's answer. Raises :class:`GuardGone` if none comes."""
        try:
            self.send(order)
            born = self._first_answer()
        except BaseException:
            self._lease.close()
            self._release()
            self.closed = True
            raise
        self.pid, self.connection = born["pid"], born["connection"]
        self._guard, self._token, self._cgroup = born["guard"], born["token"], born["cgroup"]

    def fileno(self) -> int:
        return self._lease.fileno()

    def poll(self) -> int | None:
        with self._lock:
            if self._usage is None and not self.closed:
                self._listen()
            return None if self._usage is None else self._usage.exit_code

    def signal(self, number: int) -> None:
        if self.poll() is None:
            self.send({"signal": number})

    def kill(self) -> None:
        with self._ending:
            if self.poll() is not None or self.closed or not self.pid:  # a spare ends with its lease
                return
            self.send({"kill": True})
            if not self.wait(KILL_SECONDS):  # the guard is stopped or stuck
                limits.kill_process(self._guard)
                self.wait(KILL_SECONDS)

    def close(self) -> Usage:
        with self._ending:
            self.kill()
            with self._sending, self._lock:
                if not self.closed:
                    self._lease.close()
                    self._release()
                    self.closed = True
        return self._usage or Usage()

    def send(self, message: dict[str, Any]) -> None:
        with self._sending:
            if self.closed:
                return
            left = memoryview(json.dumps(message).encode() + b"\n")
            with suppress(ConnectionError):  # the guard has gone, which is heard on the same socket
                while left:
                    _wait_for(self._lease, select.POLLOUT)
                    left = left[self._lease.send(left) :]

    def _first_answer(self) -> dict[str, Any]:
        end = time.monotonic() + START_SECONDS
        while b"\n" not in self._said:
            if not _wait_for(self._lease, select.POLLIN, end - time.monotonic()):
                raise ExecutorError("The kernel's guard does not answer.", cure="Is the machine overloaded?")
            if not (more := _received(self._lease)):
                raise GuardGone("The kernel's guard has gone.", cure="Is the machine overloaded?", retryable=True)
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "pid" not in answer:  # the kernel died while it was handed over
            raise GuardGone("The kernel has died before it was used.", cure="Look at its log.", retryable=True)
        return answer

    def _listen(self) -> None:
        """Take in what the guard has said; a guard that ends without a word was killed."""
        ended = False
        try:
            while more := _received(self._lease):
                self._said += more
            ended = True
        except BlockingIOError:
            pass
        if b"\n" in self._said:
            last = json.loads(self._said)
            self._usage = Usage(last["exit"], last["cpu"], last["peak"], last["breach"], last["used"])
        elif ended:
            if self._cgroup:
                Cgroup(self._cgroup).kill()
                Cgroup(self._cgroup).remove()
            limits.kill_group(self.pid)
            limits.kill_marked(self._token)
            remove(os.path.dirname(self.connection["ip"]))
            self._usage = Usage(-signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Whether it is dead, at the latest after so many seconds."""
        deadline = time.monotonic() + seconds
        while self.poll() is None and not self.closed:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            _wait_for(self._lease, select.POLLIN, left)
        return True


class GuardGone(ExecutorError):
    """The guard, or its kernel, was gone before the kernel was ours."""


def _received(lease: socket.socket) -> bytes:
    try:
        return lease.recv(65536)
    except ConnectionError:
        return b""


def _wait_for(lease: socket.socket, event: int, seconds: float | None = None) -> bool:
    if lease.fileno() < 0:  # another thread has closed it
        return True
    poll = select.poll()
    poll.register(lease, event)
    return bool(poll.poll(None if seconds is None else max(0.0, 1000 * seconds)))
