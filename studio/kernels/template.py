"""The template: a process without threads of Python's that has imported what steps need, and forks a kernel for each.

Its children are guards. Each has one kernel at a time, made in advance: a spare. Whoever connects to the template's
socket gets the guard of a spare, which from then on answers alone: what happens to the template, or to other steps, is
nothing to it. When its kernel has ended it parks until another spare is due.

The template never computes: libraries that have started threads of their own (polars, above all) hang after a fork. It
rehearses a step in a fork that is thrown away, to learn which modules that imports.

Run as a command with the options as JSON in its one argument: `folder`, `preload`, `spares`, `cgroup`. Its standard
input is a pipe from the owner, and ends with it. On standard output it says once that it is ready, by
naming what it depends on: paths, and when they changed. Standard library only, but for what it preloads.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from studio.kernels import limits, polite
from studio.kernels.connection import new_birth
from studio.kernels.guard import Guard, silence

LANES = ("kernel", "direct")
FREE, GO, HERE = b"f", b"g", b"h"

REHEARSAL = (
    "1 + 1",
    "print(1)",
    "import pandas\nframe = pandas.DataFrame({'n': [1.5], 't': ['x']})\nframe._repr_html_()\nrepr(frame)",
    "import pyarrow, pandas\npyarrow.Table.from_pandas(pandas.DataFrame({'n': [1.5]})).to_pandas()",
    "from studio.runtime import open_step",
    "from studio.components import register_components\nregister_components()",
    "from studio.runtime.rehearsal import rehearse\nrehearse(folder)",
    "def fail():\n    1 / 0\nfail()",
)
"""Cells whose imports every step profits from. Those that fail, in environments with less in them, do no harm. No
matplotlib: it chooses its backend when it is imported.
"""


@dataclass(eq=False)
class Spare:
    """A guard, seen from the template."""

    lane: str
    control: socket.socket
    state: str = "idle"
    """`idle` with a kernel, `busy` with an owner, or `parked`."""


class Template:
    """Forks guards, and hands them to whoever connects."""

    def __init__(self, folder: str, spares: int, cgroup: str) -> None:
        self.folder = folder
        self.cgroup = cgroup
        self.wanted = spares
        self.spares: list[Spare] = []
        self.owners: list[socket.socket] = []
        """Who is being served just now."""
        self.listeners = {lane: listen(f"{folder}/{lane}") for lane in LANES}
        self.app = polite.prepare()

    # ----------------------------------------------------------------- the loop

    def run(self) -> NoReturn:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps them
        while True:
            lane = self.short()
            ready = self.wait(None if lane is None else 0)
            for fd in ready:
                self.attend(fd)
            if not ready and lane is not None:
                self.replenish(lane)

    def wait(self, milliseconds: int | None) -> list[int]:
        poll = select.poll()
        for fd in (0, *self.sockets()):
            poll.register(fd, select.POLLIN)
        return [fd for fd, _ in poll.poll(milliseconds)]

    def sockets(self) -> list[int]:
        return [one.fileno() for one in (*self.listeners.values(), *(spare.control for spare in self.spares))]

    def attend(self, fd: int) -> None:
        if fd == 0:
            self.leave()
        for lane, listener in self.listeners.items():
            if fd == listener.fileno():
                self.lease(lane, listener.accept()[0])
        for spare in [one for one in self.spares if one.control.fileno() == fd]:
            self.hear(spare)

    def leave(self) -> NoReturn:
        """Idle guards see their sockets close; busy ones stay with their owners."""
        remove_sockets(self.folder)
        os._exit(0)

    # ----------------------------------------------------------------- spares

    def count(self, lane: str, state: str = "") -> int:
        return sum(one.lane == lane and state in ("", one.state) for one in self.spares)

    def short(self) -> str | None:
        """A lane with too few idle spares."""
        return next((lane for lane in LANES if self.count(lane, "idle") < self.wanted), None)

    def replenish(self, lane: str) -> Spare:
        for spare in self.spares:
            if spare.lane == lane and spare.state == "parked":
                spare.control.send(GO)
                spare.state = "idle"
                return spare
        return self.bear(lane)

    def lease(self, lane: str, owner: socket.socket) -> None:
        self.owners.append(owner)
        while True:
            spare = next((one for one in self.spares if one.lane == lane and one.state == "idle"), None)
            spare = spare or self.replenish(lane)
            try:
                socket.send_fds(spare.control, [HERE], [owner.fileno()])
                break
            except ConnectionError:  # it has just died
                self.dismiss(spare)
        spare.state = "busy"
        self.owners.pop().close()

    def hear(self, spare: Spare) -> None:
        """A guard is free again, or gone."""
        try:
            said = spare.control.recv(1)
        except ConnectionError:
            said = b""
        if said == FREE and self.count(spare.lane) <= 2 * self.wanted:
            spare.state = "parked"
        else:
            self.dismiss(spare)

    def dismiss(self, spare: Spare) -> None:
        spare.control.close()
        self.spares.remove(spare)

    def bear(self, lane: str) -> Spare:
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            try:
                ours.close()
                self.let_go()
                serve(self.app, lane, theirs, self.new_birth)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        theirs.close()
        spare = Spare(lane, ours)
        self.spares.append(spare)
        return spare

    def new_birth(self) -> dict[str, Any]:
        folder = f"{self.folder}/{secrets.token_hex(4)}"
        os.mkdir(folder, 0o700)
        return new_birth(folder, waits=True, cgroup=self.cgroup, parent=self.folder)

    def let_go(self) -> None:
        """In a guard: keep nothing open that tells others of the template's end."""
        for one in (*self.listeners.values(), *self.owners, *(spare.control for spare in self.spares)):
            one.close()
        silence(0, 1)


def remove_sockets(folder: str) -> None:
    """The template's own, and the folder if no kernel has its sockets there: else the last of them removes it."""
    for lane in LANES:
        with suppress(FileNotFoundError):
            os.unlink(f"{folder}/{lane}")
    with suppress(OSError):
        os.rmdir(folder)


def refuse_threads() -> None:
    """Raises RuntimeError if an imported module has started a thread of Python's: forked kernels would lack it."""
    started = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    if started:
        raise RuntimeError(f"a module that is imported beforehand starts a thread: {', '.join(started)}")


def listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(128)
    return listener


# --------------------------------------------------------------------- guards and their kernels


def serve(app: Any, lane: str, control: socket.socket, new_birth: Callable[[], dict[str, Any]]) -> NoReturn:
    """A guard's life: one kernel after another, as long as the template wants it."""
    gc.disable()
    limits.adopt_orphans()
    wanted = True
    with suppress(ConnectionError, FileNotFoundError):  # the template has gone, and its folder
        while wanted:
            guard = new_guard(app, lane, control, new_birth())
            guard.run()
            if guard.spare or guard.entrusted:  # it died before anybody needed it; or the next kernel could read them
                break
            control.send(FREE)
            wanted = control.recv(1) == GO
    os._exit(0)


def new_guard(app: Any, lane: str, control: socket.socket, birth: dict[str, Any]) -> Guard:
    if lane == "kernel":
        return Guard(birth, partial(become_kernel, app), control, spare=True)
    birth["connection"]["transport"] = "direct"
    with listen(birth["connection"]["ip"]) as listener:
        return Guard(birth, partial(become_direct, app, listener), control, spare=True)


def become_kernel(app: Any, guard: Guard) -> NoReturn:
    gc.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    polite.boot(app, guard.birth["connection"], guard.birth["file"])
    polite.take_order()
    polite.finish(app)
    polite.serve(app)
    os._exit(0)


def become_direct(app: Any, listener: socket.socket, guard: Guard) -> NoReturn:
    from studio.kernels import direct

    direct.become(app, listener, guard.birth["connection"], guard.birth["file"])


# --------------------------------------------------------------------- preloading


def preload(modules: list[str]) -> None:
    for name in modules:
        with suppress(ImportError):  # this environment has less in it
            importlib.import_module(name)


def rehearse(template: Template) -> None:
    """Import what a step imports, as a fork that is thrown away has found. Raises RuntimeError if no kernel starts."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            template.let_go()
            found = rehearsed(template)
            os.write(writer, json.dumps(found).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writer)
    with open(reader, "rb") as file:
        said = file.read()
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("no kernel starts from a template in this environment")
    for name in json.loads(said):
        with suppress(Exception):  # some are made by others, and cannot be imported by name
            importlib.import_module(name)


def rehearsed(template: Template) -> list[str]:
    before = set(sys.modules)
    birth = template.new_birth()
    polite.boot(template.app, birth["connection"], birth["file"])
    polite.finish(template.app)
    shell = template.app.shell
    shell.user_ns["folder"] = birth["folder"]
    for cell in REHEARSAL:
        shell.run_cell(cell, silent=True)
    shutil.rmtree(birth["folder"])
    return sorted(set(sys.modules) - before - {"__main__", "__mp_main__"})


# --------------------------------------------------------------------- what it depends on


def folder_times() -> dict[str, int]:
    """The folders that packages are installed to, and when one came or went last."""
    standard = set(sysconfig.get_paths().values())
    folders = [path for path in sys.path if path in standard or os.path.basename(path).endswith("-packages")]
    return {path: changed(path) for path in folders}


def file_times(folders: dict[str, int]) -> dict[str, int]:
    """The modules that were imported from elsewhere, such as projects that are installed to be edited."""
    files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
    inside = tuple(folder + os.sep for folder in folders)
    return {file: changed(file) for file in files if file.endswith(".py") and not file.startswith(inside)}


def changed(path: str) -> int:
    """0 for what is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def main() -> NoReturn:
    options = json.loads(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's interrupt is for the owner
    sys.path.pop()  # where this module was found
    sys.path[:] = [path for path in sys.path if path]
    polite.lend_studio()
    folders = folder_times()
    preload([*options["preload"], "studio.kernels.direct"])
    template = Template(options["folder"], options["spares"], options["cgroup"])
    rehearse(template)
    refuse_threads()
    gc.collect()
    gc.freeze()  # a collection would touch, and so copy, every page
    os.write(1, json.dumps(folders | file_times(folders)).encode() + b"\n")
    template.run()
