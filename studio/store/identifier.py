"""Identifiers that sort by the time they were made: UUID version 7 (RFC 9562)."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_COUNTER_BITS = 42
_lock = threading.Lock()
_last_millisecond = 0
_counter = 0


def uuid7() -> str:
    """A new identifier, greater than every earlier one of this process, also when the clock is set back."""
    millisecond, counter = _next_tick(time.time_ns() // 1_000_000)
    value = millisecond << 80 | 0x7 << 76 | (counter >> 30) << 64 | 0b10 << 62
    value |= (counter & 0x3FFFFFFF) << 32 | secrets.randbits(32)
    return str(uuid.UUID(int=value))


def _next_tick(millisecond: int) -> tuple[int, int]:
    """The time and the counter within it. The counter starts at random, below half, so that it has room to grow."""
    global _last_millisecond, _counter
    with _lock:
        if millisecond > _last_millisecond:
            _last_millisecond, _counter = millisecond, secrets.randbits(_COUNTER_BITS - 1)
        else:
            _counter += 1
        return _last_millisecond, _counter
