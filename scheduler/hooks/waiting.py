"""Callers who wait for the answer of a flow's *Respond* node. One thread looks for all of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import Future

from studio.exceptions import StoreError
from studio.manifest import Artifact
from studio.run import RunState
from studio.store.store import Store

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
MOST = 100
"""Callers who wait at once; others are told where to look."""

Answer = Artifact | RunState | None
"""What the node has left, or the state in which the run ended without it; None where nobody looks any more."""


class Waiting:
    """The callers who wait. Close it, so that they are told to look themselves."""

    def __init__(self, store: Store, most: int = MOST) -> None:
        self._store = store
        self._most = most
        self._changed = threading.Condition()
        self._waiting: dict[Future[Answer], tuple[str, Collection[str]]] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._look_on, name="respond")
        self._thread.start()

    def wait(self, run_id: str, steps: Collection[str]) -> Future[Answer] | None:
        """Done once one of the run's steps has left its answer, or the run has ended. None if too many wait."""
        with self._changed:
            if len(self._waiting) >= self._most:
                return None
            future: Future[Answer] = Future()
            if self._closed:
                future.set_result(None)
                return future
            self._waiting[future] = (run_id, steps)
            self._changed.notify()
        return future

    def forget(self, future: Future[Answer]) -> None:
        with self._changed:
            self._waiting.pop(future, None)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _look_on(self) -> None:
        while self._wanted():
            self._look()
        with self._changed:
            for future in self._waiting:
                self._tell(future, None)

    def _wanted(self) -> bool:
        """Wait until it is time to look; False if there is no more looking."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            return not self._changed.wait_for(lambda: self._closed, LOOK_SECONDS)

    def _look(self) -> None:
        with self._changed:
            waiting = dict(self._waiting)
        wanted: dict[str, set[str]] = {}
        for run_id, steps in waiting.values():
            wanted.setdefault(run_id, set()).update(steps)
        try:
            found = self._store.steps.results(wanted)
        except StoreError as error:
            logger.warning("trying again: %s", error)
            return
        for future, (run_id, _) in waiting.items():
            answer = _answer(found.get(run_id, RunState.CANCELLED))  # a run that is gone was deleted
            if answer is not None:
                self._tell(future, answer)
                self.forget(future)

    @staticmethod
    def _tell(future: Future[Answer], answer: Answer) -> None:
        if future.set_running_or_notify_cancel():
            future.set_result(answer)


def _answer(found: RunState | Mapping[str, Artifact]) -> Answer:
    if isinstance(found, RunState):
        return found if found.ended else None
    return found["response"]
