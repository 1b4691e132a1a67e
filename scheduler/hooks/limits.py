"""How much is taken at once, and how much is written down. Each is of one service; several threads may share one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

Clock = Callable[[], float]
"""Seconds that only grow."""


class Rate:
    """Lets so many through per minute: that many at once after a rest, then evenly."""

    def __init__(self, per_minute: int, clock: Clock = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left = float(per_minute)
        self._at = clock()

    def wait(self) -> float:
        """Seconds until the next may pass; 0 for now."""
        with self._lock:
            self._refill()
            return max(0.0, (1 - self._left) * 60 / self.per_minute)

    def take(self) -> bool:
        """Whether one more may pass now."""
        with self._lock:
            self._refill()
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self.per_minute, self._left + (now - self._at) * self.per_minute / 60)
        self._at = now


class Budget:
    """So much of something at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._used = 0

    @property
    def full(self) -> bool:
        return self._used >= self.most

    def take(self, amount: int = 1) -> bool:
        """Whether there was so much left; then it is used."""
        with self._lock:
            if self._used + amount > self.most:
                return False
            self._used += amount
            return True

    def give(self, amount: int = 1) -> None:
        with self._lock:
            self._used -= amount


class Sparing:
    """Says of things that come in floods which of them are written down: so many a minute of each kind."""

    def __init__(self, per_minute: int, clock: Clock = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._per_minute = per_minute
        self._clock = clock
        self._rates: dict[Hashable, Rate] = {}
        self._passed: dict[Hashable, int] = {}

    def next(self, kind: Hashable) -> int | None:
        """How many were not written down since the last one that was; None if this one is not, either."""
        with self._lock:
            if self._rates.setdefault(kind, Rate(self._per_minute, self._clock)).take():
                return self._passed.pop(kind, 0)
            self._passed[kind] = self._passed.get(kind, 0) + 1
            return None
