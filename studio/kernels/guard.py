"""The guard: one small loop per kernel, between the owner and the kernel.

It starts the kernel in a session of its own, copies what the kernel's processes print to a capped log, watches their
memory, CPU time and number, and ends them all when the kernel ends, when the owner says so, or when the owner is gone:
the lease is a socket, and that ends with the owner however the owner ends. (PR_SET_PDEATHSIG alone would fire when the
owner's *thread* ends, and spare grandchildren.) It is the subreaper of all that its kernel starts, and has one kernel
at a time: whatever is below it belongs to that kernel.

Owner to guard, JSON lines: the order, then `{"signal": 2}` or `{"kill": true}`. End of input means kill.
Guard to owner, JSON lines: `{"pid": 1, "guard": 2, "token": "...", "connection": {...}}` once the kernel has its order,
then `{"exit": -9, "cpu": 0.3, "peak": 9, "breach": null, "used": 0}`.

A cold kernel's guard is a process that starts in 20 ms, from the standard library only. That of a forked kernel is a
fork of the template, and serves one kernel after another.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from studio.kernels import limits
from studio.kernels.cgroup import Cgroup

WATCH_SECONDS = 0.1
"""How often the use of memory, CPU and processes is measured."""
KILL_SECONDS = 2.0
"""How long killed processes may take to be gone before the guard gives up on them."""
CHUNK = 65536


class Guard:
    """Everything about one kernel, in one thread.

    `birth` is what the kernel is born with (:func:`studio.kernels.connection.new_birth`).
    `become` is called in the kernel's process. `lease` is the owner's socket; that of a spare leads to the template,
    and the owner's comes over it.
    """

    def __init__(
        self,
        birth: dict[str, Any],
        become: Callable[[Guard], NoReturn],
        lease: socket.socket,
        *,
        order: dict[str, Any] | None = None,
        spare: bool = False,
    ) -> None:
        self.birth = birth
        self.lease = lease
        self.spare = spare
        self.cgroup = own_cgroup(birth)
        self.order = order
        self.commands = b""
        self.breach: str | None = None
        self.used = 0.0
        self.peak = 0
        self.cpu = 0.0
        self.exit_code: int | None = None
        self.terminated = False
        self.entrusted = False
        """Whether its order held credentials, of which this process's memory may keep traces."""
        self.next_watch = 0.0
        self.log: Log | None = None
        self.wake_reader, self.wake_writer = os.pipe()
        self.output_reader, self.output_writer = os.pipe()
        self.order_reader, self.order_writer = os.pipe()
        for fd in (self.wake_reader, self.wake_writer, self.output_reader):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(self.wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.on_terminate)
        self.pid = self.start(become)
        if order is not None:
            self.activate(order)

    def start(self, become: Callable[[Guard], NoReturn]) -> int:
        pid = os.fork()
        if pid == 0:
            enter_kernel(self, become)
        os.close(self.output_writer)
        os.close(self.order_reader)
        return pid

    def activate(self, order: dict[str, Any]) -> None:
        """Give the kernel its limits and its order, and tell the owner of it."""
        credentials = order.pop("credentials", None)
        self.order = order
        self.entrusted = bool(credentials)
        if self.cgroup is not None:
            self.cgroup.limit(order["memory"], order["processes"])
        self.log = Log(self.output_reader, order["log"], order["log_limit"])
        with suppress(ProcessLookupError, BrokenPipeError):  # it has just died, which is told in a moment
            if self.birth["waits"]:
                limits.limit_process(self.pid, order["memory"])
                env = order["env"] | {limits.MARK: self.birth["token"]}
                told = {"env": env, "directory": order["directory"], "credentials": credentials}
                write_all(self.order_writer, json.dumps(told).encode())
        os.close(self.order_writer)
        self.say(
            pid=self.pid, guard=os.getpid(), token=self.birth["token"], connection=self.birth["connection"],
            cgroup=self.cgroup.folder if self.cgroup else None,
        )  # fmt: skip

    def on_terminate(self, *_: object) -> None:
        self.terminated = True

    def run(self) -> None:
        """Until the kernel and all that it started are gone, and the owner knows."""
        while self.exit_code is None:
            ready = self.wait()
            if self.log is not None and self.output_reader in ready:
                self.log.copy()
            if self.wake_reader in ready:
                self.reap()
            if self.lease.fileno() in ready:
                self.take_lease() if self.spare else self.listen()
            if self.terminated:
                self.kill()
            self.watch()
        self.kill()
        self.end()

    def wait(self) -> set[int]:
        poll = select.poll()
        for fd in (self.lease.fileno(), self.wake_reader):
            poll.register(fd, select.POLLIN)
        if self.log is not None and not self.log.ended:
            poll.register(self.output_reader, select.POLLIN)
        return {fd for fd, _ in poll.poll(None if self.order is None else WATCH_SECONDS * 1000)}

    def take_lease(self) -> None:
        """The template hands over the owner's socket; or it is gone, or needs no spare."""
        _, given, *_ = socket.recv_fds(self.lease, 1, 1)
        if not given:
            self.kill()
            return
        self.lease = socket.socket(fileno=given[0])
        self.spare = False

    def listen(self) -> None:
        try:
            data = self.lease.recv(CHUNK)
        except ConnectionError:
            data = b""
        self.commands += data
        *lines, self.commands = self.commands.split(b"\n")
        for line in lines:
            self.act(json.loads(line))
        if not data:
            self.kill()

    def act(self, command: dict[str, Any]) -> None:
        if self.order is None:
            self.activate(command)
        elif "signal" in command and self.exit_code is None:
            os.kill(self.pid, command["signal"])
        elif "kill" in command:
            self.kill()

    def watch(self) -> None:
        """End a kernel that, with its children, uses more than it may."""
        if self.order is None or self.exit_code is not None or time.monotonic() < self.next_watch:
            return
        self.next_watch = time.monotonic() + WATCH_SECONDS
        pids = limits.descendants(os.getpid())
        used: dict[str, float] = {"processes": len(pids)}
        if self.order["memory"] is not None:
            used["memory"] = limits.anonymous_memory(pids)
            self.peak = max(self.peak, int(used["memory"]))
        if self.order["cpu"] is not None:
            used["cpu"] = self.cpu + limits.cpu_seconds(pids)
        for what, amount in used.items():
            if self.order[what] is not None and amount > self.order[what]:
                self.breach, self.used = what, amount
                self.kill()
                return

    def kill(self) -> None:
        """End the group and all descendants, and wait until they are gone."""
        deadline = time.monotonic() + KILL_SECONDS
        while time.monotonic() < deadline:
            if self.cgroup is not None:
                self.cgroup.kill()
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

    def end(self) -> None:
        """Let go of everything, and say how it ended."""
        if self.cgroup is not None:
            if self.cgroup.out_of_memory():
                self.breach = self.breach or "memory"
            self.cgroup.remove()
        if self.log is not None:
            self.log.close()
        else:
            os.close(self.order_writer)
        remove(self.birth["folder"])
        if self.birth["parent"]:
            with suppress(OSError):  # the template, or other kernels, are in it still
                os.rmdir(self.birth["parent"])
        if not self.spare:
            self.say(exit=self.exit_code, cpu=self.cpu, peak=self.peak, breach=self.breach, used=self.used)
            self.lease.close()
        signal.set_wakeup_fd(-1)
        for fd in (self.wake_reader, self.wake_writer, self.output_reader):
            os.close(fd)

    def say(self, **fields: Any) -> None:
        try:
            self.lease.sendall(json.dumps(fields).encode() + b"\n")
        except ConnectionError:  # the owner is gone; there is nobody to tell
            return


def own_cgroup(birth: dict[str, Any]) -> Cgroup | None:
    """A control group where one is delegated to us."""
    if not birth["cgroup"]:
        return None
    try:
        return Cgroup.make(birth["cgroup"], birth["token"])
    except OSError as error:
        os.write(2, f"Kernels go without control groups: {error}\n".encode())
        return None


class Log:
    """Copies a pipe to a file, up to a limit; what is beyond is counted and dropped."""

    def __init__(self, reader: int, path: str, limit: int) -> None:
        self.reader = reader
        self.left = limit
        self.dropped = 0
        self.ended = False
        self.file = _open_log(path)

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
        os.close(self.file)


def _open_log(path: str) -> int:
    if path == "/dev/stderr":  # opened by that name, a file would have two positions
        return os.dup(2)
    return os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def enter_kernel(guard: Guard, become: Callable[[Guard], NoReturn]) -> NoReturn:
    """In the forked child: a session of its own, nothing of the guard's open, and its order on standard input."""
    try:
        os.setsid()
        limits.die_with_parent()
        if guard.cgroup is not None:
            guard.cgroup.join()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for source, target in ((guard.order_reader, 0), (guard.output_writer, 1), (guard.output_writer, 2)):
            os.dup2(source, target)
        mine = (guard.order_reader, guard.order_writer, guard.output_reader, guard.output_writer)
        for fd in (*mine, guard.wake_reader, guard.wake_writer):
            os.close(fd)
        guard.lease.close()
        limits.be_killed_first()
        become(guard)
    except BaseException as error:
        os.write(2, f"The kernel cannot start: {error!r}\n".encode())
        os._exit(127)


def become_command(guard: Guard) -> NoReturn:
    """The kernel is a program of its own. One that does not wait has its order already."""
    birth = guard.birth
    env, directory = birth["env"], "/"
    if guard.order is not None:
        silence(0)
        limits.limit_process(0, guard.order["memory"])
        env, directory = guard.order["env"], guard.order["directory"]
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.chdir(directory)
    os.execvpe(birth["argv"][0], birth["argv"], env | {limits.MARK: birth["token"]})  # noqa: S606 - a list, no shell


def silence(*descriptors: int) -> None:
    """From now on nothing comes from them, and what goes to them is lost."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for one in descriptors:
        os.dup2(nothing, one)
    os.close(nothing)


def write_all(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


def read_line(lease: socket.socket) -> dict[str, Any]:
    """The next line that the owner sends, and nothing beyond it."""
    line = bytearray()
    while not line.endswith(b"\n"):
        more = lease.recv(CHUNK, socket.MSG_PEEK)
        if not more:
            raise SystemExit(0)
        line += lease.recv(more.find(b"\n") + 1 or len(more))
    answer: dict[str, Any] = json.loads(line)
    return answer


def main() -> NoReturn:
    """The guard of a cold kernel; its standard input is the lease."""
    lease = socket.socket(fileno=os.dup(0))
    birth = read_line(lease)
    order = None if birth["waits"] else read_line(lease)
    limits.adopt_orphans()
    Guard(birth, become_command, lease, order=order).run()
    os._exit(0)


def remove(folder: str) -> None:
    """The folder of the kernel's sockets, for the owner may be gone without cleaning up."""
    with suppress(FileNotFoundError):
        for name in os.listdir(folder):
            os.unlink(f"{folder}/{name}")
        os.rmdir(folder)
