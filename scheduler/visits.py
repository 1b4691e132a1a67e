"""Who is with the service right now: requests that are answered, streams that are followed."""

from __future__ import annotations

import threading
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.api.problems import problem


class Visits:
    """Counts those who ask something of the service. From any number of event loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._here = 0
        self._last = time.monotonic()
        self._closed = False

    def counted(self, application: ASGIApp) -> ASGIApp:
        """The application, whose visitors count."""

        async def counting(scope: Scope, receive: Receive, send: Send) -> None:
            if not self._come():
                cure = "Ask again: the next service takes its place."
                refused = problem(503, "leaving", "The service leaves, for nobody needed it.", {"Retry-After": "1"},
                                  cure=cure, retryable=True)  # fmt: skip
                return await refused(scope, receive, send)
            try:
                await application(scope, receive, send)
            finally:
                self._go()

        return counting

    @property
    def last(self) -> float:
        """When somebody was here last (monotonic)."""
        with self._lock:
            return time.monotonic() if self._here else self._last

    def close(self) -> bool:
        """Let nobody in any more; False, and nothing changes, if somebody is here."""
        with self._lock:
            self._closed = not self._here
            return self._closed

    def reopen(self) -> None:
        with self._lock:
            self._closed = False

    def _come(self) -> bool:
        with self._lock:
            self._here += not self._closed
            return not self._closed

    def _go(self) -> None:
        with self._lock:
            self._here -= 1
            self._last = time.monotonic()
