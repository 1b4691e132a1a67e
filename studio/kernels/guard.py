"""The guard: one small process per kernel, between the owner and the kernel.

It starts the kernel in a session of its own, copies what the kernel's processes print to a capped log, watches their
memory, and ends them all when the kernel ends, when the owner says so, or when the owner is gone: its standard input
is a pipe from the owner, and that ends with the owner however the owner ends. (PR_SET_PDEATHSIG alone would fire when
the owner's *thread* ends, and spare grandchildren.)

Owner to guard, JSON lines: the order, then `{"signal": 2}` or `{"kill": true}`. End of input means kill.
Guard to owner, JSON lines: `{"pid": 1}`, then `{"exit": -9, "cpu": 0.3, "peak": 9, "breach": null}`.

Standard library only, so that it starts in 20 ms.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

from studio.kernels import limits

WATCH_SECONDS = 0.1
"""How often memory is measured where it is limited."""
KILL_SECONDS = 2.0
"""How long killed processes may take to be gone before the guard gives up on them."""
CHUNK = 65536


class Guard:
    """Everything about one kernel, in one thread."""

    def __init__(self, order: dict[str, Any], rest: bytes) -> None:
        self.order = order
        self.commands = rest
        self.memory: int | None = order["memory"]
        self.breach: int | None = None
        self.peak = 0
        self.cpu = 0.0
        self.exit_code: int | None = None
        self.terminated = False
        self.next_watch = 0.0
        self.wake_reader, wake_writer = os.pipe()
        os.set_blocking(self.wake_reader, False)
        os.set_blocking(wake_writer, False)
        signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.on_terminate)
        self.log = Log(order["log"], order["log_limit"])
        self.pid = self.start()

    def start(self) -> int:
        pid = os.fork()
        if pid == 0:
            become_kernel(self.order, self.log.writer)
        os.close(self.log.writer)
        return pid

    def on_terminate(self, *_: object) -> None:
        self.terminated = True

    def run(self) -> None:
        poll = select.poll()
        for fd in (0, self.wake_reader, self.log.reader):
            poll.register(fd, select.POLLIN)
        self.act()
        while self.exit_code is None:
            ready = {fd for fd, _ in poll.poll(WATCH_SECONDS * 1000 if self.memory else None)}
            if self.log.reader in ready:
                self.log.copy()
                if self.log.ended:
                    poll.unregister(self.log.reader)
            if self.wake_reader in ready:
                self.reap()
            if 0 in ready:
                self.listen()
            if self.terminated:
                self.kill()
            self.watch()
        self.kill()
        self.log.close()

    def listen(self) -> None:
        data = os.read(0, CHUNK)
        self.commands += data
        self.act()
        if not data:
            self.kill()

    def act(self) -> None:
        """Do what the owner has said so far."""
        *lines, self.commands = self.commands.split(b"\n")
        for line in lines:
            command = json.loads(line)
            if "signal" in command and self.exit_code is None:
                os.kill(self.pid, command["signal"])
            elif "kill" in command:
                self.kill()

    def watch(self) -> None:
        if self.memory is None or self.exit_code is not None or time.monotonic() < self.next_watch:
            return
        self.next_watch = time.monotonic() + WATCH_SECONDS
        used = limits.anonymous_memory(limits.descendants(os.getpid()))
        self.peak = max(self.peak, used)
        if used > self.memory:
            self.breach = used
            self.kill()

    def kill(self) -> None:
        """End the group and all descendants, and wait until they are gone."""
        deadline = time.monotonic() + KILL_SECONDS
        while time.monotonic() < deadline:
            if self.exit_code is None:  # once it is reaped, its number may be somebody else's
                limits.kill_group(self.pid)
            alive = limits.descendants(os.getpid())
            for pid in alive:
                limits.kill_process(pid)
            self.reap()
            if not alive and self.exit_code is not None:
                return
            select.select([self.wake_reader], [], [], 0.01)

    def reap(self) -> None:
        """Collect whoever has ended: the kernel, and orphans that fell to us."""
        with suppress(BlockingIOError):
            os.read(self.wake_reader, CHUNK)
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.cpu += used.ru_utime + used.ru_stime
            self.peak = max(self.peak, used.ru_maxrss * (1024 if sys.platform == "linux" else 1))
            if pid == self.pid:
                limits.kill_group(pid)
                self.exit_code = os.waitstatus_to_exitcode(status)


class Log:
    """Copies a pipe to a file, up to a limit; what is beyond is counted and dropped."""

    def __init__(self, path: str, limit: int) -> None:
        self.left = limit
        self.dropped = 0
        self.ended = False
        self.file = _open_log(path)
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)

    def copy(self) -> bool:
        """Copy what has come; whether there was anything."""
        try:
            data = os.read(self.reader, CHUNK)
        except BlockingIOError:
            return False
        self.ended = not data
        kept = data[: self.left]
        self.left -= len(kept)
        self.dropped += len(data) - self.write(kept)
        return bool(data)

    def write(self, data: bytes) -> int:
        """How many bytes were written: none on a full disk, and a lost log must not end the step."""
        try:
            return os.write(self.file, data)
        except OSError:
            return 0

    def close(self) -> None:
        while self.copy():
            pass
        if self.dropped:
            self.write(f"\n[output capped: {self.dropped} bytes dropped]\n".encode())


def _open_log(path: str) -> int:
    if path == "/dev/stderr":  # opened by that name, a file would have two positions
        return os.dup(2)
    return os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def become_kernel(order: dict[str, Any], output: int) -> NoReturn:
    """In the forked child: never returns."""
    try:
        os.setsid()
        limits.die_with_parent()
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        limits.be_killed_first()
        limits.limit_this_process(order["memory"])
        os.chdir(order["directory"])
        os.execvpe(order["argv"][0], order["argv"], order["env"])  # noqa: S606 - a list, no shell
    except OSError as error:
        os.write(2, f"The kernel cannot start: {error}\n".encode())
    os._exit(127)


def read_order() -> tuple[dict[str, Any], bytes]:
    data = b""
    while b"\n" not in data:
        more = os.read(0, CHUNK)
        if not more:
            raise SystemExit(0)
        data += more
    line, _, rest = data.partition(b"\n")
    return json.loads(line), rest


def say(**fields: Any) -> None:
    try:
        os.write(1, json.dumps(fields).encode() + b"\n")
    except BrokenPipeError:  # the owner is gone; there is nobody to tell
        return


def main() -> NoReturn:
    order, rest = read_order()
    limits.adopt_orphans()
    guard = Guard(order, rest)
    say(pid=guard.pid)
    guard.run()
    remove(order["folder"])
    say(exit=guard.exit_code, cpu=guard.cpu, peak=guard.peak, breach=guard.breach)
    os._exit(0)


def remove(folder: str) -> None:
    """The folder of the kernel's sockets, for the owner may be gone without cleaning up."""
    with suppress(FileNotFoundError):
        for name in os.listdir(folder):
            os.unlink(f"{folder}/{name}")
        os.rmdir(folder)
