"""The HTTP server, in a thread of its own."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 5


class Server:
    """Serves an API on a unix socket that this user alone may open."""

    def __init__(self, api: FastAPI, path: Path) -> None:
        self._socket = _listening(path)
        config = uvicorn.Config(api, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="api")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Answer what was asked already, and end."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()


def _listening(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # whoever could open it before a chmod would have a hold on it
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(128)
    return made
