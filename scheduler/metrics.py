"""Metrics for Prometheus. What has happened is counted from the start of this process on, by the events of all runs.

Each replica counts what all have done: take one of them, or the greatest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from studio.run import RunState
from studio.store.events import RunEvent
from studio.store.feed import Place
from studio.store.store import Store

CONTENT_TYPE = CONTENT_TYPE_LATEST
MOST_PAGES = 20
"""Of a thousand events, that are looked at in one go; the next one goes on there."""
SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 7200)
UNFINISHED = [state for state in RunState if not state.ended]
Turns = Callable[[], Mapping[str, float]]


class Metrics:
    """The figures of a service. `turns` says when each of its loops turned last (monotonic)."""

    def __init__(self, store: Store, turns: Turns) -> None:
        self._store = store
        self._turns = turns
        self._lock = threading.Lock()
        self._place: Place | None = None
        self._ticked = 0
        self._registry = CollectorRegistry()
        own = self._registry
        self._runs = Gauge("millrace_runs", "Runs that have not ended, by state.", ["state"], registry=own)
        self._oldest = Gauge("millrace_queue_oldest_seconds", "How long the first queued run has waited.", registry=own)
        self._late = Gauge("millrace_trigger_overdue_seconds", "How late the first trigger is now.", registry=own)
        self._turned = Gauge("millrace_loop_turned_seconds", "Since a loop turned last.", ["loop"], registry=own)
        self._ended = Counter("millrace_runs_ended", "Runs that have ended, by state.", ["state"], registry=own)
        self._lost = Counter("millrace_attempts_lost", "Attempts whose worker was lost.", registry=own)
        self._delay = Histogram("millrace_queue_delay_seconds", "Before a run began.", buckets=SECONDS, registry=own)
        self._steps = Histogram("millrace_step_seconds", "That steps took.", ["state"], buckets=SECONDS, registry=own)
        self._lateness = Histogram(
            "millrace_trigger_lateness_seconds", "Between a due time and its end.", buckets=SECONDS, registry=own
        )

    def text(self) -> bytes:
        """All figures, as Prometheus reads them."""
        with self._lock:
            self._count()
            self._look()
            return generate_latest(self._registry)

    def begin(self) -> None:
        """Count from now on."""
        with self._lock:
            self._place = self._store.feed.end()
            self._ticked = self._store.now()

    def _look(self) -> None:
        present = self._store.figures.present()
        for state in UNFINISHED:
            self._runs.labels(state).set(present.runs.get(state, 0))
        self._oldest.set(present.oldest_queued)
        self._late.set(present.late)
        now = time.monotonic()
        for loop, turned in self._turns().items():
            self._turned.labels(loop).set(now - turned)

    def _count(self) -> None:
        assert self._place is not None, "it has begun"
        for _ in range(MOST_PAGES):
            events = self._store.feed.after(self._place, kinds=("run", "step", "lost"))
            if not events:
                break
            self._place = Place.behind(events[-1])
            ended = [event.run_id for event in events if self._counted(event)]
            for delay in self._store.figures.queue_delays(ended):
                self._delay.observe(delay)
        for recorded, late in self._store.figures.lateness(self._ticked):
            self._ticked = recorded
            self._lateness.observe(late)

    def _counted(self, event: RunEvent) -> bool:
        """Whether the event ends a run."""
        if event.kind == "lost":
            self._lost.inc()
            return False
        state = event.data["state"]
        if event.kind == "step":
            if "seconds" in event.data:
                self._steps.labels(state).observe(event.data["seconds"])
            return False
        if RunState(state).ended:
            self._ended.labels(state).inc()
        return RunState(state).ended
