"""Hands the events of all runs to whoever follows them: one look at the store for all of them, while there are any.

A follower says where it stands and gets what comes after, in order and without a gap. The last events are kept here;
a follower that stands further back, because it has just come or is slow, gets its events from the store. So nobody's
events are piled up for them.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from bisect import bisect_right
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager

from studio.exceptions import StoreError
from studio.store.events import RunEvent
from studio.store.feed import Place
from studio.store.store import Store

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
KEPT = 10_000
"""Events that are kept for followers who are up to date."""
PAGE = 1_000
REST_SECONDS = 15.0
"""Silence after which a follower is told that all is well."""


class Feeder:
    """Looks at a store's feed in a thread of its own."""

    def __init__(self, store: Store, *, look_seconds: float = LOOK_SECONDS, kept: int = KEPT) -> None:
        self._store = store
        self._look_seconds = look_seconds
        self._kept = kept
        self._lock = threading.Lock()
        self._someone = threading.Event()
        self._wakes: set[Callable[[], None]] = set()
        self._events: list[RunEvent] = []
        self._places: list[Place] = []
        self._start: Place | None = None
        """All events behind this place, as far as they have been looked at, are kept; None while nobody follows."""
        self.ended = False

    def serve(self, stopping: threading.Event) -> None:
        """Look until `stopping` is set. Trouble of the store that passes does not end it."""
        while not stopping.is_set():
            if not self._someone.wait(self._look_seconds * 5):
                continue
            try:
                found = self.look()
            except StoreError as error:
                if not error.retryable:
                    raise
                logger.warning("trying again: %s", error)
                found = False
            if not found:
                stopping.wait(self._look_seconds)
        self.close()

    def look(self) -> bool:
        """Fetch what is new; whether there was anything."""
        with self._lock:
            start = self._places[-1] if self._places else self._start
        if start is None:
            start = self._store.feed.end()
            with self._lock:
                self._start = start
        found = self._store.feed.after(start, PAGE)
        if found:
            self._keep(found)
            self._wake()
        return bool(found)

    def close(self) -> None:
        """Let every follower end."""
        self.ended = True
        self._wake()

    async def follow(self, place: Place) -> AsyncGenerator[list[RunEvent], None]:
        """Events behind a place as they come; an empty list after a while without any."""
        with self._following() as news:
            while not self.ended:
                news.clear()
                found = self._recent(place)
                if found is None:
                    found = await asyncio.to_thread(self._store.feed.after, place, PAGE)
                if found:
                    place = Place.behind(found[-1])
                    yield found
                elif not await _heard(news):
                    yield []

    def _recent(self, place: Place) -> list[RunEvent] | None:
        """The kept events behind a place; None if there may be others that are kept no longer."""
        with self._lock:
            if self._start is None or place < self._start:
                return None
            at = bisect_right(self._places, place)
            return self._events[at : at + PAGE]

    def _keep(self, found: list[RunEvent]) -> None:
        with self._lock:
            if self._start is None:  # the last follower has just gone
                return
            self._events += found
            self._places += map(Place.behind, found)
            more = len(self._events) - self._kept
            if more > 0:
                self._start = self._places[more - 1]
                del self._events[:more], self._places[:more]

    def _wake(self) -> None:
        with self._lock:
            for wake in self._wakes:
                wake()

    @contextmanager
    def _following(self) -> Iterator[asyncio.Event]:
        """Be woken when there are news. The looking begins with the first follower and ends with the last."""
        news = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(news.set)

        with self._lock:
            self._wakes.add(wake)
            self._someone.set()
        try:
            yield news
        finally:
            with self._lock:
                self._wakes.remove(wake)
                if not self._wakes:
                    self._someone.clear()
                    self._start = None
                    self._events, self._places = [], []


async def _heard(news: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(news.wait(), REST_SECONDS)
    except TimeoutError:
        return False
    return True
