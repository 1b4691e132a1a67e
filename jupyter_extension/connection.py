"""The way to the service: found or started when it is first needed, and noticed when it is gone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from studio.exceptions import UserError

if TYPE_CHECKING:
    import httpx

    from studio.address import Address
    from studio.settings import Settings

logger = logging.getLogger(__name__)

LOCAL = "local"
AT_REST = "It starts when it is needed."
PATIENCE_SECONDS = 10.0
"""How long a request waits for a service that starts. Then whoever asks is told so, and asks again: proxies before
Jupyter give up after 20 seconds, some of them.
"""
START_SECONDS = 60.0
GRACE_SECONDS = 3.0
"""A service that was lost has so long to come back by itself, as one that systemd keeps does."""
REST_SECONDS = 5.0
"""After a start that failed, before the next one is tried."""
LOOK_SECONDS = 1.0
"""Between looks whether the service is still there, while somebody watches."""
ANSWER_SECONDS = 120.0
CONNECT_SECONDS = 5.0


class NoService(UserError):
    """There is no service to ask."""

    code = "no_service"


def gone() -> NoService:
    """What is said to whoever has asked in vain."""
    message = "The Millrace service has gone, or broken off its answer."
    return NoService(message, cure="Try again: it is started again.", retryable=True)


State = Literal["starting", "ready", "down", "restarting"]


@dataclass(frozen=True)
class Way:
    """An open way to one service."""

    client: httpx.AsyncClient = field(repr=False)
    version: str
    pid: int | None = None
    """Of a service on this machine. It is asked over its socket, and believes us who asks."""

    @property
    def private(self) -> bool:
        return self.pid is not None


class Connection:
    """One for each Jupyter server. It lives in the server's event loop, which is its only thread."""

    def __init__(self) -> None:
        self.state: State = "down"
        self.why = AT_REST
        """Why there is no service, in words."""
        self.failed = False
        """Whether somebody must do something about that."""
        self._way: Way | None = None
        self._seen: Address | None = None
        """A service that runs, to which no way was opened yet."""
        self._opening: asyncio.Task[Way] | None = None
        self._failure: UserError | None = None
        self._failed = float("-inf")
        self._lost = float("-inf")
        self._watchers: set[Callable[[], None]] = set()
        self._watch: asyncio.Task[None] | None = None

    # What there is --------------------------------------------------------------------------------------------------

    @cached_property
    def settings(self) -> Settings:
        """Raises UserError if a variable of the environment is wrong."""
        from studio.settings import Settings

        return Settings.from_environment()

    def read_settings(self) -> None:
        """So that the secrets among them leave the environment. What is wrong is said to whoever asks."""
        try:
            self.settings  # noqa: B018  (it is kept)
        except UserError as error:
            logger.warning("Millrace cannot be used: %s", error)

    @property
    def elsewhere(self) -> bool:
        """Whether `MILLRACE_URL` names a team's service."""
        return self.settings.url not in ("", LOCAL)

    @property
    def pid(self) -> int | None:
        """Of the service, if it runs on this machine."""
        found = self._way or self._seen
        return found.pid if found else None

    @property
    def version(self) -> str:
        """Of the service; empty if there is none."""
        found = self._way or self._seen
        return found.version if found else ""

    # Going there ----------------------------------------------------------------------------------------------------

    async def way(self) -> Way:
        """The way to the service, which is started if it is ours and does not run.

        Raises NoService if there is none, or none soon.
        """
        try:
            return self._way or await self._opened_soon()
        except UserError as error:
            raise NoService(error.message, cure=error.cure, retryable=error.retryable) from error

    async def start(self) -> Way:
        """As `way`, for somebody who asks for it: at once, also after a failure."""
        self._failure, self._lost = None, float("-inf")
        return await self.way()

    async def _opened_soon(self) -> Way:
        if self._opening is None:
            if self._failure is not None and time.monotonic() < self._failed + REST_SECONDS:
                raise self._failure
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opened)
        try:
            return await asyncio.wait_for(asyncio.shield(self._opening), PATIENCE_SECONDS)
        except TimeoutError:
            message = "The Millrace service is starting."
            raise UserError(message, cure="Try again in a moment.", retryable=True) from None

    async def check(self, way: Way) -> None:
        """Something went wrong on the way: look whether the service is still there."""
        if self._way is way and not await self._is_there(way):
            self._lose(way)

    async def look(self) -> None:
        """Bring the state up to date; nothing is started. Raises UserError if a team's service cannot be reached."""
        if self._way is not None:
            await self.check(self._way)
        elif self.elsewhere:
            await self.way()
        elif self._opening is None:
            self._seen = self._running()
            if self._seen is not None:
                self._set("ready")
            elif self.state == "ready":
                self._set("down", AT_REST)

    # Telling --------------------------------------------------------------------------------------------------------

    def told(self) -> dict[str, Any]:
        """The state, as browsers are told."""
        return {"state": self.state, "version": self.version, "why": self.why, "failed": self.failed}

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when the state changes, until `unwatch`."""
        self._watchers.add(watcher)
        if self._watch is None:
            self._watch = asyncio.create_task(self._keep_looking())

    def unwatch(self, watcher: Callable[[], None]) -> None:
        self._watchers.discard(watcher)
        if not self._watchers and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except UserError as error:
                self._set("down", str(error), failed=True)
            except Exception:  # else nobody would look any more
                logger.exception("cannot look for the service")
            await asyncio.sleep(LOOK_SECONDS * (10 if self._way and not self._way.private else 1))

    def _set(self, state: State, why: str = "", *, failed: bool = False) -> None:
        if (state, why) == (self.state, self.why):
            return
        self.state, self.why, self.failed = state, why, failed
        logger.info("the service is %s%s", state, f": {why}" if why else "")
        for watcher in list(self._watchers):
            watcher()

    # Opening and losing ---------------------------------------------------------------------------------------------

    async def _open(self) -> Way:
        if self.state != "ready":
            self._set("restarting" if self._lost > float("-inf") else "starting")
        if self.elsewhere:
            return self._accept(await self._team_service())
        from studio.local_service import ensure_service

        while time.monotonic() < self._lost + GRACE_SECONDS and self._running() is None:
            await asyncio.sleep(0.1)
        found = await asyncio.to_thread(ensure_service, self.settings, wait=START_SECONDS)
        return self._accept(Way(_local_client(found.socket), found.version, found.pid), found.notice)

    def _opened(self, task: asyncio.Task[Way]) -> None:
        self._opening = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed = time.monotonic()
            self._failure = error if isinstance(error, UserError) else None
            if self._failure is None:
                logger.error("the service cannot be reached", exc_info=error)
            self._set("down", str(error), failed=True)

    async def _team_service(self) -> Way:
        client = _team_client(self.settings.url, self.settings.token)
        version = await _version(client)
        if version is None:
            await client.aclose()
            message = f"The service {self.settings.url} cannot be reached."
            raise UserError(message, cure="Check MILLRACE_URL, and whether it runs there.", retryable=True)
        return Way(client, version)

    async def _is_there(self, way: Way) -> bool:
        if not way.private:
            return await _version(way.client) is not None
        now = self._running()
        return now is not None and now.pid == way.pid

    def _running(self) -> Address | None:
        """The service of this home, whoever has started it."""
        from studio.address import running

        return running(self.settings.home)

    def _accept(self, way: Way, notice: str = "") -> Way:
        self._way = way
        self._failure = None
        self._lost = float("-inf")
        self._set("ready", notice)
        return way

    def _lose(self, way: Way) -> None:
        self._way = self._seen = None
        self._lost = time.monotonic()
        self._set("down", "It has gone. " + ("" if self.elsewhere else AT_REST))
        asyncio.get_running_loop().create_task(way.client.aclose())


def _local_client(socket: str) -> httpx.AsyncClient:
    import httpx

    from studio.client import SOCKET_URL

    transport = httpx.AsyncHTTPTransport(uds=socket, limits=_limits())
    return httpx.AsyncClient(transport=transport, base_url=SOCKET_URL, timeout=_timeout())


def _team_client(url: str, token: str) -> httpx.AsyncClient:
    import httpx

    from studio.client import service_url

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=service_url(url), headers=headers, timeout=_timeout(), limits=_limits())


def _timeout() -> httpx.Timeout:
    import httpx

    return httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)


def _limits() -> httpx.Limits:
    """Streams hold connections for long, and nobody shall wait for them to end."""
    import httpx

    return httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=2.0)


async def _version(client: httpx.AsyncClient) -> str | None:
    """Of a service that answers; None if none does."""
    import httpx

    try:
        answer = await client.get("/health/live", timeout=CONNECT_SECONDS)
        return str(answer.json()["version"]) if answer.is_success else None
    except (httpx.HTTPError, ValueError, LookupError, TypeError):
        return None
