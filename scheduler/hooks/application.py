"""`POST /hooks/<path>`: an ASGI application that reads no more of a call than it may."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.types import Receive, Scope, Send

from scheduler.hooks.answers import Answers
from scheduler.hooks.body import Body, Crowded, Gone, TooLarge
from scheduler.hooks.callers import Callers, Reveal
from scheduler.hooks.directory import Broken, Directory, Hook
from scheduler.hooks.limits import Budget
from scheduler.hooks.receiver import Made, Receiver
from scheduler.hooks.reply import Refusal, Reply, closing, later, problem
from scheduler.mapping import Arrival
from studio.artifacts.root import ArtifactRoot
from studio.exceptions import Conflict, NotFound, StoreError
from studio.store.store import Store

logger = logging.getLogger(__name__)

PREFIX = "/hooks/"
BODY_SECONDS = 30.0
"""In which a body must have arrived."""
THREADS = 8
AT_ONCE = 200
"""Calls that are read or worked on at once; beyond, callers are to try again."""
BYTES_AT_ONCE = 256_000_000
"""Of their bodies, all together."""
TROUBLE_SECONDS = 5.0
"""When to try again where the database is in trouble, or too much goes on."""
CONNECTIONS = 1_000
"""Callers at once, with those who wait."""

T = TypeVar("T")


class Hooks:
    """The webhooks of a store. Any number of event loops may serve it. Close it when it is served no more.

    `made` is called when there is a new run. `link` leads to a run, by its id. `body_seconds` is for tests.
    """

    def __init__(
        self,
        store: Store,
        root: ArtifactRoot,
        reveal: Reveal,
        *,
        made: Callable[[], None] = lambda: None,
        link: Callable[[str], str] = "/runs/{}".format,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._directory = Directory(store, Callers(reveal))
        self._receiver = Receiver(store, made, link)
        self._answers = Answers(self._receiver, root)
        self._pool = ThreadPoolExecutor(THREADS, "hooks")
        self._body_seconds = body_seconds
        self._calls = Budget(AT_ONCE)
        self._bytes = Budget(BYTES_AT_ONCE)

    def answer_all(self) -> None:
        """Let nobody wait any longer for a flow's answer: it is served no more soon."""
        self._answers.close()

    def close(self) -> None:
        self._answers.close()
        self._pool.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            reply = await self._reply(scope, receive)
        except Gone:
            return
        headers = [*reply.headers, ("Content-Length", str(len(reply.body)))]
        headers += [("Connection", "close")] if reply.close else []
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        if not scope["path"].startswith(PREFIX):
            return closing(problem(404))
        if scope["method"] != "POST":
            return closing(problem(405, Allow="POST"))
        if not self._calls.take():
            return closing(later(503, TROUBLE_SECONDS))
        try:
            made = await self._made(scope["path"].removeprefix(PREFIX), scope, receive)
        except Refusal as refusal:
            return refusal.reply
        except NotFound:  # it was removed within the last second
            return closing(problem(404))
        except Crowded:
            return closing(later(503, TROUBLE_SECONDS))
        except StoreError as error:
            logger.warning("a caller of a webhook is told to try again: %s", error)
            return closing(later(503, TROUBLE_SECONDS))
        finally:
            self._calls.give()
        return await self._answers.of(made) if made.waits else self._receiver.reply(made.delivery)

    async def _made(self, path: str, scope: Scope, receive: Receive) -> Made:
        """The call's run. Raises :class:`Refusal`."""
        hook = self._directory.known(path) or await self._in_thread(self._directory.find, path)
        hook = await self._in_thread(self._admitted, hook, scope["headers"])
        body = Body(self._bytes, hook.settings.max_bytes)
        try:
            data = await self._read(hook, body, receive)
            headers = tuple(scope["headers"])
            arrival = Arrival("POST", scope["path"], scope["query_string"], headers, data, datetime.now(UTC))
            return await self._in_thread(self._received, path, hook, arrival)
        finally:
            body.close()

    def _admitted(self, hook: Hook | Broken | None, headers: list[tuple[bytes, bytes]]) -> Hook:
        """The webhook, if the call's body is worth reading. Raises :class:`Refusal` if not."""
        try:
            found = _there(hook, self._receiver)
            self._receiver.check_limits(found)
            self._check_headers(found, dict(headers))
        except Refusal as refusal:
            raise Refusal(closing(refusal.reply)) from None
        return found

    def _check_headers(self, hook: Hook, headers: dict[bytes, bytes]) -> None:
        length = int(headers.get(b"content-length", b"0"))  # that it is a number the server has seen to
        if length > hook.settings.max_bytes:
            raise self._too_large(hook)
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            why = "Compressed bodies are not taken."
            raise self._receiver.refused(hook.trigger, "refused", problem(415, why, Accept_Encoding="identity"), why)

    async def _read(self, hook: Hook, body: Body, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._body_seconds):
                return await body.read(receive)
        except TimeoutError:
            refusal = await self._in_thread(self._too_slow, hook)
        except TooLarge:
            refusal = await self._in_thread(self._too_large, hook)
        raise Refusal(closing(refusal.reply))

    def _too_large(self, hook: Hook) -> Refusal:
        why = f"At most {hook.settings.max_bytes:,} bytes are taken."
        return self._receiver.refused(hook.trigger, "too_large", problem(413, why), why)

    def _too_slow(self, hook: Hook) -> Refusal:
        why = f"The body had not arrived within {self._body_seconds:g} s."
        return self._receiver.refused(hook.trigger, "failed", problem(408, why), why)

    def _received(self, path: str, hook: Hook, arrival: Arrival) -> Made:
        try:
            return self._receiver.receive(hook, arrival)
        except (Conflict, NotFound):  # the trigger was changed since we looked
            hook = _there(self._directory.find(path), self._receiver)
        try:
            return self._receiver.receive(hook, arrival)
        except (Conflict, NotFound):
            raise Refusal(later(503, TROUBLE_SECONDS)) from None

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


def _there(hook: Hook | Broken | None, receiver: Receiver) -> Hook:
    if hook is None:
        raise Refusal(problem(404))
    if isinstance(hook, Broken):
        raise receiver.broken(hook)
    return hook
