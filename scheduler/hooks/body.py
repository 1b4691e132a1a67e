"""A body as it streams in: so much of it, and so much of all bodies together."""

from __future__ import annotations

from starlette.types import Receive

from scheduler.hooks.limits import Budget


class Gone(Exception):
    """The caller has gone away."""


class TooLarge(Exception):
    """There is more than is taken."""


class Crowded(Exception):
    """Too much is being read at once."""


class Body:
    """At most `most` bytes, out of a budget that all bodies share. Close it."""

    def __init__(self, budget: Budget, most: int) -> None:
        self.size = 0
        self._budget = budget
        self._most = most
        self._parts: list[bytes] = []

    async def read(self, receive: Receive) -> bytes:
        """All of it. Raises Gone, TooLarge and Crowded."""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise Gone
            self._add(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(self._parts)

    def close(self) -> None:
        self._budget.give(self.size)

    def _add(self, part: bytes) -> None:
        if self.size + len(part) > self._most:
            raise TooLarge
        if not self._budget.take(len(part)):
            raise Crowded
        self.size += len(part)
        self._parts.append(part)
