"""The right to be the service of a `MILLRACE_HOME`, which one process has, and how others find it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from studio.address import FILE, LOCK, Address, locked, read, running
from studio.exceptions import UserError

SOCKET = "service.sock"
LOOK_SECONDS = 0.5
"""Longer than anybody takes to look whether a service runs."""
LONGEST_SOCKET = 100
"""Bytes of a socket's path; Linux takes 107, macOS 103."""


def hooks_of(home: Path) -> str:
    """What stands before a webhook's path; without host where no service listens for webhooks on an address."""
    service = running(home)
    return f"http://{service.hooks}/hooks/" if service and service.hooks else "/hooks/"


class Presence:
    """The right to be a home folder's service. Others find it once it is announced."""

    def __init__(self, home: Path, socket: Path) -> None:
        self._file = home / FILE
        self.socket = socket
        """Where to listen."""

    def announce(self, version: str, *, api: str = "", hooks: str = "", leaves: bool = False) -> None:
        """Say where we listen, as from now on we do, and whether we leave by ourselves."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        _write(self._file, Address(os.getpid(), version, str(self.socket), started, api, hooks, leaves))


@contextmanager
def presence(home: Path) -> Iterator[Presence]:
    """Be the one service of a home folder while this lasts. Raises UserError if there is one."""
    with (home / LOCK).open("a+b") as lock:
        if not _locked_soon(lock.fileno()):
            found = read(home)
            who = f" (process {found.pid}, since {found.started})" if found else ""
            raise UserError(f"A service runs already for {home}{who}.", cure="Stop it first, or use it.")
        (home / FILE).unlink(missing_ok=True)  # of one that was killed
        socket, made = _socket_path(home)
        try:
            yield Presence(home, socket)
        finally:
            (home / FILE).unlink(missing_ok=True)
            socket.unlink(missing_ok=True)
            if made is not None:
                shutil.rmtree(made)


def _locked_soon(fd: int) -> bool:
    """As `locked`, but those who only look whether a service runs have the lock for a moment, too."""
    end = time.monotonic() + LOOK_SECONDS
    while not locked(fd):
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS / 20)
    return True


def _socket_path(home: Path) -> tuple[Path, Path | None]:
    """Where to listen, and the folder that was made for it if the home's own path is too long for a socket."""
    path = home / SOCKET
    made = None
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        made = Path(tempfile.mkdtemp(prefix="millrace-"))  # for this user alone
        path = made / SOCKET
    path.unlink(missing_ok=True)
    return path, made


def _write(path: Path, address: Address) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(address), file)
    fresh.replace(path)
