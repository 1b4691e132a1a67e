"""HTTP servers, each in a thread of its own, and the sockets that they listen on."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from studio.exceptions import UserError
from studio.settings import split_address

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5
BACKLOG = 1024


class Server:
    """Serves an ASGI application on a listening socket. If it ends without being told to, `ended` is called.

    With `most` connections at once, others are answered 503.
    """

    def __init__(
        self,
        name: str,
        application: Any,
        listening: socket.socket,
        ended: Callable[[], None],
        *,
        most: int | None = None,
    ) -> None:
        self.name = name
        self.failed = False
        self._ended = ended
        self._socket = listening
        config = uvicorn.Config(
            application,
            http=OwnUsers if listening.family == socket.AF_UNIX else "h11",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            limit_concurrency=most,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name=name)
        self.address = _address(listening)
        """`host:port`, or the path of a unix socket."""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Answer what was asked already, and end."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        try:
            self._server.run([self._socket])
        except Exception:
            logger.exception("%s has failed", self.name)
        if not self._server.should_exit:
            self.failed = True
            self._ended()


class OwnUsers(H11Protocol):
    """Hangs up on whoever is another user than we, however they have come to open our socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        user = _user(transport.get_extra_info("socket"))
        if user not in (None, os.getuid()):
            logger.warning("another user is refused", extra={"user": user})
            transport.abort()
        super().connection_made(transport)


def _user(peer: socket.socket) -> int | None:
    """The user id of a unix socket's other end; None where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    _, user, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(user)


def unix_socket(path: Path) -> socket.socket:
    """One that this user alone may open."""
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # whoever could open it before a chmod would have a hold on it
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(BACKLOG)
    return made


def tcp_socket(address: str) -> socket.socket:
    """One on an address such as `127.0.0.1:8420`. Raises UserError if it cannot be had."""
    host, port = split_address(address)
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_listening(address, error) from error
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(where)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise _not_listening(address, error) from error
    return made


def _address(listening: socket.socket) -> str:
    name = listening.getsockname()
    if isinstance(name, str):
        return name
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _not_listening(address: str, error: OSError) -> UserError:
    return UserError(f"The service cannot listen on {address}: {error.strerror}.", cure="Choose another address.")
