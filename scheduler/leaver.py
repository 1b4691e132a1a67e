"""Lets a service end by itself that nobody needs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from scheduler.visits import Visits
from studio.exceptions import StoreError
from studio.store.store import Store

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class Leaver:
    """Calls `leave` once for `seconds` nothing was awaited in the store, and nobody has asked anything."""

    def __init__(self, store: Store, visits: Visits, seconds: float, leave: Callable[[], None]) -> None:
        self._store = store
        self._visits = visits
        self._seconds = seconds
        self._leave = leave
        self._needed = time.monotonic()

    def serve(self, stopping: threading.Event) -> None:
        """Look until `stopping` is set. Trouble of the store does not end it."""
        while not stopping.wait(min(LOOK_SECONDS, self._seconds / 4)):
            self.look()

    def look(self) -> None:
        """Leave, if it is time.

        Once it is decided nobody is let in any more, and what was asked for just before that is in the store: so no
        work is accepted that nobody does. What other processes put there later waits for the next service.
        """
        if self._is_needed() or not self._visits.close():
            return
        if self._is_needed():
            self._visits.reopen()
            return
        logger.info("the service leaves: nobody needed it", extra={"seconds": self._seconds})
        self._leave()

    def _is_needed(self) -> bool:
        if self._anything_awaited():
            self._needed = time.monotonic()
            return True
        return time.monotonic() - max(self._needed, self._visits.last) < self._seconds

    def _anything_awaited(self) -> bool:
        try:
            return self._store.figures.anything_awaited()
        except StoreError as error:
            if not error.retryable:
                raise
            logger.warning("trying again: %s", error)
            return True
