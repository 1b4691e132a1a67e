"""One WebSocket for each window: all that it follows, side by side, and the state of the service.

Browsers allow six connections to a server, and proxies hold back server-sent events. Nothing is kept here for a slow
browser: its streams wait until it has taken what was sent, and if that takes too long, it is cut off and comes back
with the ids of the last events that it got.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import iostream, web, websocket

from jupyter_extension.connection import Connection
from jupyter_extension.handler import RESOURCE, person, problem
from jupyter_extension.subscription import Subscription
from studio.exceptions import UserError

MOST_SUBSCRIPTIONS = 100
MOST_BYTES = 10_000
"""Of a browser's message."""
LONGEST_ID = 100
SLOW_SECONDS = 30.0
TOO_SLOW = 4008
"""Code by which a slow browser is cut off."""


class StreamHandler(WebSocketMixin, websocket.WebSocketHandler, JupyterHandler):
    """`{base_url}millrace/stream`."""

    auth_resource = RESOURCE

    def initialize(self, connection: Connection) -> None:
        self.connection = connection
        self._follows: dict[str, asyncio.Task[None]] = {}
        self._tell: Callable[[], None] = self._tell_state
        self._telling: asyncio.Task[None] | None = None

    @property
    def max_message_size(self) -> int:
        return MOST_BYTES

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        if not await ensure_async(self.authorizer.is_authorized(self, self.current_user, "read", RESOURCE)):
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        super().open(*args, **kwargs)
        self.connection.watch(self._tell)
        self._tell_state()

    def on_close(self) -> None:
        self.connection.unwatch(self._tell)
        for task in (*self._follows.values(), self._telling):
            if task is not None:
                task.cancel()
        self._follows.clear()

    async def on_message(self, message: str | bytes) -> None:
        id = ""
        try:
            kind, asked = _read(message)
            id = asked["id"]
            self._stop(id)
            if kind == "subscribe":
                self._follow(asked)
        except UserError as error:
            with suppress(websocket.WebSocketClosedError):
                await self._send({"id": id, "error": problem(error, 422)})

    def _follow(self, asked: dict[str, str]) -> None:
        if len(self._follows) >= MOST_SUBSCRIPTIONS:
            raise UserError(f"A window follows at most {MOST_SUBSCRIPTIONS} things.", cure="Close some of them.")
        one = Subscription(self.connection, asked["id"], asked["path"], asked["after"], person(self))
        self._follows[one.id] = task = asyncio.create_task(one.follow(self._send))
        task.add_done_callback(partial(self._ended, one.id))

    def _stop(self, id: str) -> None:
        task = self._follows.pop(id, None)
        if task is not None:
            task.cancel()

    def _ended(self, id: str, task: asyncio.Task[None]) -> None:
        if self._follows.get(id) is task:
            del self._follows[id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, (websocket.WebSocketClosedError, iostream.StreamClosedError)):
            self.log.error("a stream of events has failed", exc_info=error)
            self.close(1011)

    def _tell_state(self) -> None:
        """The state of the service as it is now; if the last one still waits to be sent, it goes unsaid."""
        if self._telling is not None:
            self._telling.cancel()
        told = {"service": self.connection.told()}
        self._telling = asyncio.create_task(self._send(told))
        self._telling.add_done_callback(partial(self._ended, ""))

    async def _send(self, message: dict[str, Any]) -> None:
        """Returns when the message has left for the browser."""
        try:
            await asyncio.wait_for(self.write_message(json.dumps(message)), SLOW_SECONDS)
        except TimeoutError:
            self.log.warning("a browser that takes nothing is cut off")
            self.close(TOO_SLOW, "too slow")
            raise websocket.WebSocketClosedError from None


def _read(message: str | bytes) -> tuple[str, dict[str, str]]:
    """What a browser asks for. Raises UserError for what it may not."""
    try:
        found = json.loads(message)
    except ValueError:
        found = None
    if isinstance(found, dict) and len(found) == 1:
        kind, asked = next(iter(found.items()))
        if kind == "unsubscribe" and _is_id(asked):
            return kind, {"id": asked}
        if kind == "subscribe" and isinstance(asked, dict):
            return kind, _subscribe(asked)
    raise UserError("A message subscribes or unsubscribes.")


def _subscribe(asked: dict[str, Any]) -> dict[str, str]:
    given = {"after": "", **{name: value for name, value in asked.items() if value is not None}}
    if set(given) != {"id", "path", "after"} or not all(isinstance(one, str) for one in given.values()):
        raise UserError("A subscription has an id, a path and perhaps `after`.")
    if not _is_id(given["id"]):
        raise UserError(f"The id of a subscription is a text of up to {LONGEST_ID} characters.", field="id")
    return given


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID
