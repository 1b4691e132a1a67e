"""Where the service of a home folder is: what its `service.json` says, as long as it runs."""

from __future__ import annotations

import fcntl
import json
from dataclasses import dataclass, fields
from pathlib import Path

LOCK = "service.lock"
"""Whoever has this file locked is the home folder's service."""
FILE = "service.json"
LOG = "service.log"
"""Where a service logs that was started by a client."""


@dataclass(frozen=True)
class Address:
    """What `service.json` says of a running service."""

    pid: int
    version: str
    socket: str
    """Path of its unix socket, which its user alone may open."""
    started: str
    api: str = ""
    """Where its API listens beside that, `host:port`."""
    hooks: str = ""
    """Where it listens for webhooks beside that, `host:port`."""
    leaves: bool = False
    """Whether it ends by itself when there is nothing to do, and a newer one may take its place."""


def running(home: Path) -> Address | None:
    """The service that runs for a home folder."""
    return read(home) if is_taken(home) else None


def is_taken(home: Path) -> bool:
    """Whether a service runs for a home folder, or is about to. What one has left that was killed does not count."""
    try:
        with (home / LOCK).open("r+b") as lock:
            return not locked(lock.fileno(), fcntl.LOCK_SH)  # shared: those who only look do not see each other
    except FileNotFoundError:
        return False


def locked(fd: int, how: int = fcntl.LOCK_EX) -> bool:
    """Whether the lock could be had: the system lets go of it when its owner ends, however that is."""
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read(home: Path) -> Address | None:
    """What the file says, whether or not that service lives; None if there is no file. Of a newer version, what we
    know of.
    """
    try:
        said = json.loads((home / FILE).read_text())
    except FileNotFoundError:  # it begins, or ends, right now
        return None
    return Address(**{one.name: said[one.name] for one in fields(Address) if one.name in said})
