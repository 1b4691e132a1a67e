"""How the engine speaks with a kernel: over ZeroMQ's sockets, or over the one socket of the direct lane."""

from __future__ import annotations

import math
import select
import signal
import socket
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Protocol

import zmq
from jupyter_client.blocking import BlockingKernelClient
from nbclient.exceptions import DeadKernelError

from studio.kernels.launcher import Kernel
from studio.kernels.wire import IOPUB, SHELL, Wire

RECONNECT_MILLISECONDS = 10
RECEIVE_QUEUE = 100_000
"""Messages; beyond it a kernel would drop outputs unseen."""


class Channels(Protocol):
    """An open connection to one kernel."""

    client: Any
    """jupyter_client's client, whose requests go over these channels."""
    ready: bool
    """Whether it is certain already that we hear all that cells will print."""

    def poll(self, seconds: float | None) -> set[str]:
        """Which of `shell`, `iopub` and `dead` has something, at the latest after so many seconds."""

    def receive(self, channel: str) -> Any:
        """The next message, None if there is none; on iopub its content is still packed."""

    def end(self) -> None:
        """Ask the kernel to leave: exit handlers run, open files are flushed."""

    def close(self) -> None:
        """Let go of the sockets."""


def open_channels(kernel: Kernel) -> Channels:
    return DirectChannels(kernel) if kernel.connection["transport"] == "direct" else ZmqChannels(kernel)


class ZmqChannels:
    """Jupyter's shell and iopub channels."""

    ready = False

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        context: Any = zmq.Context.shadow(zmq.Context.instance())
        context.reconnect_ivl = RECONNECT_MILLISECONDS
        context.rcvhwm = RECEIVE_QUEUE
        self.client = _client(kernel, context=context)
        self.client.load_connection_info({name: at for name, at in kernel.connection.items() if name != "key"})
        self.client.start_channels(stdin=False, hb=False, control=False)
        self._sockets = {"shell": self.client.shell_channel.socket, "iopub": self.client.iopub_channel.socket}
        self._names = {socket: name for name, socket in self._sockets.items()}
        self._poller = zmq.Poller()
        for source in (*self._sockets.values(), kernel.fileno()):
            self._poller.register(source, zmq.POLLIN)

    def poll(self, seconds: float | None) -> set[str]:
        ready = self._poller.poll(_milliseconds(seconds))
        return {self._names.get(source, "dead") for source, _ in ready}

    def receive(self, channel: str) -> Any:
        return self.client.session.recv(self._sockets[channel], content=channel == "shell")[1]

    def end(self) -> None:
        if self._kernel.polite:
            self._kernel.signal(signal.SIGTERM)
        else:
            self.client.shutdown()

    def close(self) -> None:
        self.client.shell_channel.stop()
        self.client.iopub_channel.stop()
        if not self._kernel.polite:
            self.client.control_channel.stop()


class DirectChannels:
    """The one socket of a direct kernel."""

    ready = True

    def __init__(self, kernel: Kernel) -> None:
        self.client = _client(kernel)
        self.client.allow_stdin = False
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(kernel.connection["ip"])
        except OSError as error:
            end.close()
            raise DeadKernelError("The kernel died before it was ready.") from error
        self._wire = Wire(end)
        self._kernel = kernel
        self._next: tuple[bytes, list[bytes]] | None = None
        self.client._shell_channel = SimpleNamespace(send=self._send)

    def _send(self, message: dict[str, Any]) -> None:
        self._wire.send(SHELL, self.client.session.serialize(message))

    def poll(self, seconds: float | None) -> set[str]:
        """`dead` is said only when all messages were received."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._look():
            ready = self._wait(None if end is None else end - time.monotonic())
            if not ready:
                return set()
            if "wire" not in ready:
                return {"dead"}
            self._wire.receive()
        assert self._next is not None
        return {"iopub" if self._next[0] == IOPUB else "shell"}

    def _wait(self, seconds: float | None) -> set[str]:
        sources = {self._kernel.fileno(): "dead"}
        if -1 in sources:  # another thread has closed it
            return {"dead"}
        if not self._wire.ended:
            sources[self._wire.end.fileno()] = "wire"
        poll = select.poll()
        for fd in sources:
            poll.register(fd, select.POLLIN)
        return {sources[fd] for fd, _ in poll.poll(_milliseconds(seconds))}

    def _look(self) -> bool:
        self._next = self._next or self._wire.next()
        return self._next is not None

    def receive(self, channel: str) -> Any:
        wanted = IOPUB if channel == "iopub" else SHELL
        if not self._look() or self._next is None or self._next[0] != wanted:
            return None
        (_, parts), self._next = self._next, None
        _, parts = self.client.session.feed_identities(parts)
        return self.client.session.deserialize(parts, content=channel == "shell")

    def end(self) -> None:
        with suppress(OSError):  # it has gone already
            self._wire.end.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._wire.close()


def _client(kernel: Kernel, **options: Any) -> BlockingKernelClient:
    client = BlockingKernelClient(**options)
    client.session.key = kernel.connection["key"].encode()
    return client


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else math.ceil(max(0.0, 1000 * seconds))
