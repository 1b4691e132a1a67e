"""The direct lane: ipykernel's own kernel, without ZeroMQ and the threads that serve it.

A component's step needs no standard input, no debugger and nobody else who listens. Its kernel is forked with the shell
ready, and answers over one socket, message by message as a kernel answers: what comes out is the same by construction,
for two thirds of the CPU time.

What differs: what a child that was forked by user code prints goes to the step's raw log; and there is one connection.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel import iostream
from tornado.ioloop import IOLoop

from studio.kernels import polite
from studio.kernels.wire import IOPUB, SHELL, Outlet, Wire


class Publisher(iostream.IOPubThread):
    """What the kernel and its streams publish through: at once, in the thread that has something to say."""

    def __init__(self, outlet: Outlet) -> None:
        self.socket: Any = outlet
        self.background_socket = iostream.BackgroundSocket(self)  # type: ignore[no-untyped-call]
        self.io_loop: Any = None
        self.thread = threading.Thread()

    def schedule(self, f: Callable[[], None]) -> None:
        f()

    def send_multipart(self, *args: Any, **options: Any) -> None:
        self.socket.send_multipart(*args, **options)


class OutStream(iostream.OutStream):
    """A stream that flushes itself a while after it was written to, from a thread that starts with the first text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._flushing = threading.RLock()
        self._due = threading.Event()
        self._flusher: threading.Thread | None = None

    def write(self, string: str) -> int | None:  # type: ignore[override]
        """A child that user code has forked writes to the raw log: two writers on one socket would mix their frames."""
        if os.getpid() == self._master_pid:
            return super().write(string)
        os.write(1, string.encode("utf-8", "backslashreplace"))
        return len(string)

    def _schedule_flush(self) -> None:
        if self._flush_pending:
            return
        self._flush_pending = True
        if self._flusher is None:
            self._flusher = threading.Thread(target=self._keep_flushing, name="millrace-flush", daemon=True)
            self._flusher.start()
        self._due.set()

    def _flush(self) -> None:
        """Of two threads that flush, the one that took the earlier text sends it first."""
        with self._flushing:
            super()._flush()  # type: ignore[no-untyped-call]

    def _keep_flushing(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            time.sleep(self.flush_interval)
            if self._flush_pending:
                self._flush()


def become(app: Any, listener: socket.socket, connection: dict[str, Any], file: str) -> NoReturn:
    """In the forked child."""
    gc.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # but while a cell runs
    iopub, shell = Outlet(IOPUB), Outlet(SHELL)
    polite.become_own(app, connection["key"], file)
    boot(app, iopub)
    polite.take_order()
    end, _ = listener.accept()
    listener.close()
    iopub.wire = shell.wire = Wire(end)
    polite.finish(app)
    polite.mend_streams()
    asyncio.get_event_loop().run_until_complete(serve(app.kernel, shell.wire, shell))
    polite.leave(app)
    os._exit(0)


def boot(app: Any, iopub: Outlet) -> None:
    """What ipykernel does with sockets and threads, without them."""
    app.iopub_thread = Publisher(iopub)
    app.iopub_socket = app.iopub_thread.background_socket
    app.outstream_class = f"{__name__}.{OutStream.__name__}"
    app.init_io()
    app.kernel.io_loop = IOLoop.current()
    app.kernel._abort_queues = lambda *_: None  # there are none
    polite.connect(app, shell_channel_thread=SimpleNamespace(parent_thread=threading.current_thread()))


async def serve(kernel: Any, wire: Wire, replies: Outlet) -> None:
    """Answer until the other end is closed."""
    loop = asyncio.get_running_loop()
    while True:
        while (found := wire.next()) is not None:
            _, parts = kernel.session.feed_identities(found[1])
            await handle(kernel, kernel.session.deserialize(parts), replies)
        if wire.ended:
            return
        await _readable(loop, wire.end.fileno())
        wire.receive()


async def handle(kernel: Any, message: dict[str, Any], replies: Outlet) -> None:
    """As the kernel's `dispatch_shell` does, for a stream of ours."""
    kernel.set_parent([], message, channel="shell")
    kernel._publish_status("busy", "shell")
    kernel.pre_handler_hook()
    try:
        answer = kernel.shell_handlers[message["header"]["msg_type"]](replies, [], message)
        if answer is not None:
            await answer
    except KeyboardInterrupt:
        kernel.log.error("KeyboardInterrupt caught in kernel.")
    finally:
        kernel.post_handler_hook()
    sys.stdout.flush()
    sys.stderr.flush()
    kernel._publish_status("idle", "shell")


async def _readable(loop: asyncio.AbstractEventLoop, fd: int) -> None:
    """Until something has come; meanwhile tasks that cells have left behind go on."""
    ready = loop.create_future()
    loop.add_reader(fd, ready.set_result, None)
    try:
        await ready
    finally:
        loop.remove_reader(fd)
