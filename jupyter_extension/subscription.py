"""One stream of the service's events, followed for a browser, and resumed where it was cut off."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_extension.connection import Connection, Way
from jupyter_extension.handler import problem
from studio.exceptions import UserError

if TYPE_CHECKING:
    import httpx

SILENCE_SECONDS = 45.0
"""The service says something every 15 s; whoever is silent for longer is gone."""
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
"""Seconds before a stream that broke is opened again; each time twice as long."""
LONGEST_AFTER = 100
_RUN = re.compile(r"/runs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/events")
_AFTER = re.compile(r"[0-9a-f.-]*")

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Message:
    """One server-sent event. Without data it only says where the stream stands."""

    kind: str
    id: str
    data: str


class Refused(Exception):
    """The service will not let anybody follow this, now or later."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__()
        self.problem = problem


class Subscription:
    """What a browser follows under an id of its own. Raises UserError for what cannot be followed."""

    def __init__(self, connection: Connection, id: str, path: str, after: str, headers: Mapping[bytes, bytes]) -> None:
        self.id = id
        self._connection = connection
        self._params = _params(path)
        self._last = _place(after)
        self._headers = headers
        self._moved = False

    async def follow(self, send: Send) -> None:
        """Until the stream ends or is refused; the browser is told which."""
        wait = FIRST_WAIT
        while True:
            self._moved = False
            try:
                if await self._once(send):
                    await send({"id": self.id, "end": True})
                    return
            except Refused as refused:
                await send({"id": self.id, "error": refused.problem})
                return
            wait = FIRST_WAIT if self._moved else min(wait * 2, LONGEST_WAIT)
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  (no secret)

    async def _once(self, send: Send) -> bool:
        """Follow till the stream breaks, or ends: whether it has ended."""
        import httpx

        try:
            way = await self._connection.way()
        except UserError as error:
            if not error.retryable:
                raise Refused(problem(error, 503)) from error
            return False
        try:
            return await self._read(way, send)
        except httpx.HTTPError:
            await self._connection.check(way)
            return False

    async def _read(self, way: Way, send: Send) -> bool:
        import httpx

        headers = dict(self._headers) if way.private else {}
        if self._last:
            headers[b"Last-Event-ID"] = self._last.encode()
        timeout = httpx.Timeout(SILENCE_SECONDS, connect=5.0)
        async with way.client.stream("GET", "/events", params=self._params, headers=headers, timeout=timeout) as answer:
            if not answer.is_success:
                await _complain(answer)
                return False
            async with aclosing(_messages(answer.aiter_lines())) as messages:
                async for message in messages:
                    if message.kind == "end":
                        return True
                    await send(self._told(message))
                    self._last, self._moved = message.id, True  # only now: what was not sent is asked for again
        await self._connection.check(way)
        return False

    def _told(self, message: Message) -> dict[str, Any]:
        told: dict[str, Any] = {"id": self.id, "last": message.id}
        if message.kind == "reset":
            return told | {"reset": True}
        return told | ({"event": json.loads(message.data)} if message.data else {})


async def _complain(answer: httpx.Response) -> None:
    """Raises Refused, unless the same may be granted later."""
    await answer.aread()
    try:
        told = answer.json()
    except ValueError:
        told = {}
    if answer.status_code < 500 or not told.get("retryable", True):
        raise Refused(told or problem(UserError(f"The service has answered {answer.status_code}."), answer.status_code))


async def _messages(lines: AsyncIterator[str]) -> AsyncGenerator[Message, None]:
    """Of a stream as the service writes it: one line of data for each event."""
    fields: dict[str, str] = {}
    async for line in lines:
        name, colon, value = line.partition(": ")
        if name and colon:
            fields[name] = value
        elif not line:
            if "id" in fields:
                yield Message(fields.get("event", ""), fields["id"], fields.get("data", ""))
            fields = {}


def _params(path: str) -> dict[str, str]:
    if path == "/events":
        return {}
    run = _RUN.fullmatch(path)
    if run is None:
        raise UserError("Only /events and /runs/RUN/events can be followed.", field="path")
    return {"run": run[1]}


def _place(after: str) -> str:
    if len(after) > LONGEST_AFTER or not _AFTER.fullmatch(after):
        raise UserError("`after` is no id of an event.", field="after")
    return after
