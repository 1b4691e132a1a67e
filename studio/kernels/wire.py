"""Messages of Jupyter's protocol over one stream socket, in place of ZeroMQ's five. Standard library only.

A message is a frame: the channel's letter, how many parts there are, their sizes, and the parts themselves, as
`Session.serialize` of jupyter_client makes them.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from collections.abc import Sequence

IOPUB, SHELL = b"i", b"s"
CHUNK = 1 << 20
_HEAD = struct.Struct("!cI")


class Wire:
    """One end of the socket. Sending is thread-safe; receiving is for one thread."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.ended = False
        """Whether the other end was closed: nothing more will come."""
        self._received = bytearray()
        self._sending = threading.Lock()
        self._pid = os.getpid()
        end.setblocking(False)

    def send(self, channel: bytes, parts: Sequence[bytes | memoryview]) -> None:
        """In a forked child it does nothing: two writers would mix their frames."""
        if os.getpid() != self._pid:
            return
        sizes = [len(memoryview(part).cast("B")) for part in parts]
        head = _HEAD.pack(channel, len(sizes)) + struct.pack(f"!{len(sizes)}Q", *sizes)
        with self._sending:
            self._send_all(b"".join((head, *parts)))

    def _send_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[self.end.send(left) :]
            except BlockingIOError:
                select.select([], [self.end], [])
            except ConnectionError:  # nobody listens any more
                return

    def receive(self) -> None:
        """Take in what has come."""
        try:
            data = self.end.recv(CHUNK)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        self._received += data
        self.ended = not data

    def next(self) -> tuple[bytes, list[bytes]] | None:
        """The next whole message, its channel first."""
        data = self._received
        if len(data) < _HEAD.size:
            return None
        channel, count = _HEAD.unpack_from(data)
        start = _HEAD.size + 8 * count
        if len(data) < start:
            return None
        sizes = struct.unpack_from(f"!{count}Q", data, _HEAD.size)
        if len(data) < start + sum(sizes):
            return None
        parts = []
        for size in sizes:
            parts.append(bytes(data[start : start + size]))
            start += size
        del data[:start]
        return channel, parts

    def close(self) -> None:
        self.end.close()


class Outlet:
    """One channel of a wire, as ipykernel takes a ZeroMQ socket: something with `send_multipart`."""

    def __init__(self, channel: bytes) -> None:
        self.channel = channel
        self.wire: Wire | None = None

    def send_multipart(self, parts: Sequence[bytes | memoryview], *_: object, **__: object) -> None:
        if self.wire is not None:
            self.wire.send(self.channel, parts)
