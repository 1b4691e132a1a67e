"""Hears what other processes have done to a PostgreSQL store, see `studio.store.news`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from studio.store.database import Database
from studio.store.news import ALL, CHANNEL, News

if TYPE_CHECKING:
    from psycopg import Connection

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Between looks whether it is to end."""
REST_SECONDS = 0.02
"""After news: those that come meanwhile are told as one."""
FIRST_WAIT = 0.2
LONGEST_WAIT = 10.0
"""Seconds before the next try to listen; each wait is twice the one before."""


class Listener:
    """Calls `heard` with what is new. While it cannot listen, `listening` is false, and whoever waits must look."""

    def __init__(self, database: Database, heard: Callable[[Set[News]], None]) -> None:
        self._database = database
        self._heard = heard
        self._failures = 0
        self.listening = False

    def serve(self, stopping: threading.Event) -> None:
        """Listen until `stopping` is set. A connection that is lost is made again."""
        import psycopg

        while not stopping.is_set():
            try:
                self._listen(stopping)
            except psycopg.Error as error:
                self._note_loss(error)
                stopping.wait(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (self._failures - 1)))

    def _listen(self, stopping: threading.Event) -> None:
        with self._connected() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.listening, self._failures = True, 0
            self._heard(ALL)  # there may have been news before
            while not stopping.is_set():
                found = {one.payload for one in connection.notifies(timeout=LOOK_SECONDS, stop_after=1)}
                if known := found & ALL:
                    self._heard(cast(Set[News], known))
                    stopping.wait(REST_SECONDS)

    def _note_loss(self, error: Exception) -> None:
        if self._failures == 0:  # once for each loss
            logger.warning("news of the store are not heard now, but looked for", extra={"why": type(error).__name__})
        self._failures += 1

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection for this alone."""
        pooled = self._database.engine.raw_connection()
        connection = cast("Connection", pooled.driver_connection)
        pooled.detach()
        try:
            connection.autocommit = True
            yield connection
        finally:
            self.listening = False
            pooled.close()
