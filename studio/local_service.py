"""The service of a home folder, for programs that need one: found, or started so that it outlives them.

Who looks after it is nobody: it leaves when there is nothing to do (`millrace serve --leave-when-idle`), and when it is
older than who needs it, and has no run to drive, it makes room for a newer one. One that somebody has started otherwise
is used as it is: whoever looks after it would start it again, and two would fight for its place.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from typing import Any

from packaging.version import Version

from studio.address import LOG, Address, is_taken, running
from studio.client import LOCAL, Client, Refused
from studio.exceptions import StoreError, UserError
from studio.settings import Settings, service_environment

COMMAND = [sys.executable, "-P", "-m", "studio.cli.main", "serve", "--leave-when-idle"]
"""-P: what lies in the folder where it is started is none of its modules."""
LOOK_SECONDS = 0.1
ANSWER_SECONDS = 5.0
MOST_NAMED = 3
"""Runs that a person is told of."""


@dataclass(frozen=True)
class Found:
    """A running service, and how to speak to it."""

    socket: str
    """Path of its unix socket."""
    version: str
    pid: int
    notice: str = ""
    """Why an older service goes on, for people; empty for all others."""


def ensure_service(settings: Settings, *, wait: float = 30.0) -> Found:
    """The service of the home folder, ready for work; one is started if none runs.

    An older one that leaves when idle, and drives no run, ends for one of our version; a newer one is used as it is.
    Several may call this at once. `wait`: the seconds that all this may take. Raises :class:`UserError` with the reason
    why there is no service, such as the last line of one that has ended at once.
    """
    home, end = settings.make_home(), time.monotonic() + wait
    ours, why = _Start(settings), ""
    while time.monotonic() < end:
        if is_taken(home):
            ours.leave_it_to_others()
            try:
                return _found(settings)
            except UserError as error:  # it begins, or ends
                why = error.message
        else:
            ours.go_on()
        ours.rest()
    cure = f"Look at {home / LOG}, and try again."
    raise UserError(f"The service is not ready after {wait:g} s. {why}", cure=cure, retryable=True)


def _found(settings: Settings) -> Found:
    """The service that runs. Raises UserError if it is not ready, or makes room for ours."""
    address = running(settings.home)
    if address is None:
        raise UserError("It has not said yet where it listens.")
    _require_ready(address.socket)
    return Found(address.socket, address.version, address.pid, _make_room(settings, address))


def _require_ready(path: str) -> None:
    """Asked many times while a service begins, when there is enough to do: httpx would take longer, and leaves a socket
    open where nobody listens.
    """
    try:
        with closing(_Unix(path)) as connection:
            connection.request("GET", "/health/ready")
            told = json.load(connection.getresponse())
    except (OSError, HTTPException, ValueError) as error:
        raise UserError("It gives no answer.") from error
    if not told.get("ready"):
        raise UserError(" ".join(told.get("reasons") or [str(told.get("detail"))]))


def _make_room(settings: Settings, address: Address) -> str:
    """Why an older service goes on; nothing if it is none. Raises UserError if it ends for us."""
    from studio.store.store import Store

    ours = version("millrace")
    if Version(address.version) >= Version(ours):
        return ""
    goes_on = f"The service that runs is of version {address.version}, and goes on"
    if not address.leaves:
        return f"{goes_on}: somebody has started it. Start it again to have version {ours}."
    try:
        Store.open(settings.store).close()  # else nobody could take its place
        with Client(LOCAL, home=settings.home, tell=lambda line: None) as client:
            told = client.post("/drain", {"version": ours})
    except (StoreError, Refused) as error:
        return f"{goes_on}: {error}"
    if told["ends"]:
        raise UserError(f"A service of version {address.version} makes room.")
    return f"{goes_on} until these runs have ended: {_named(told['runs'])}."


def _named(runs: list[str]) -> str:
    more = len(runs) - MOST_NAMED
    return ", ".join(runs[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


class _Unix(HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("service", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(self._path)


class _Start:
    """A service that we start, once there is none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = settings.home / LOG
        self._since = 0
        self._process: subprocess.Popen[Any] | None = None

    def go_on(self) -> None:
        """Start it, if it has not been. Raises UserError if it has failed."""
        if self._process is None:
            self._process = self._started()
        elif code := self._process.poll():
            raise UserError(f"The service has ended at once: {self._last_line(code)}", cure=f"Look at {self._log}.")
        elif code == 0:  # somebody has told it to end
            self._process = None

    def leave_it_to_others(self) -> None:
        """Somebody is the service; if ours has ended, another one was quicker."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    def rest(self) -> None:
        """A moment, but no longer than ours lives."""
        if self._process is None or self._process.poll() is not None:
            time.sleep(LOOK_SECONDS)
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LOOK_SECONDS)

    def _started(self) -> subprocess.Popen[Any]:
        """In a session of its own, so that it does not end with ours."""
        with open(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._since = os.fstat(log.fileno()).st_size
            process = subprocess.Popen(
                COMMAND, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=service_environment(self._settings),
            )  # fmt: skip
        # Whoever starts a process has to take note of its end; else it stays in the system's list.
        threading.Thread(target=process.wait, name="service", daemon=True).start()
        return process

    def _last_line(self, code: int) -> str:
        with self._log.open("rb") as log:
            log.seek(self._since)
            lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return (errors or lines or [f"It has said nothing (exit code {code})."])[-1]
