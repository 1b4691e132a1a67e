"""Hands requests on to the service's API, for whoever is logged in to Jupyter, and its answers back piece by piece."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import iostream, web

from jupyter_extension.connection import Way, gone
from jupyter_extension.handler import Handler, person
from studio.exceptions import UserError

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 10_000_000
"""Of a request's body; the service takes no more."""
ASKED = ("Accept", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key")
"""Headers that go to the service: no cookie, token or address of the browser's is among them."""
ANSWERED = (
    "Cache-Control", "Content-Disposition", "Content-Length", "Content-Type", "ETag", "Millrace-Version", "Retry-After",
)  # fmt: skip
"""Headers that come back."""
NOT_HERE = ("events", "hooks")
"""First parts of paths that have another way: the stream for events; webhooks are called from outside."""
_LOOKS = re.compile(r"/runs/[^/]+/steps/[^/]+/outputs/[^/]+/rows")
"""A question with a body: who may look may ask it."""
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""Whatever a flow made, a browser that is led here shall not run it."""


class ProxyHandler(Handler):
    """`{base_url}millrace/api/...` is the service's `/...`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def head(self) -> None:
        await self._pass_on()

    @web.authenticated
    async def post(self) -> None:
        await (self._look() if _LOOKS.fullmatch(self._target()) else self._change())

    @authorized(action="read")  # type: ignore[untyped-decorator]
    async def _look(self) -> None:
        await self._pass_on()

    @authorized(action="write")  # type: ignore[untyped-decorator]
    async def _change(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def put(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def patch(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        await self._pass_on()

    def compute_etag(self) -> None:
        """The service's own is passed on."""

    async def _pass_on(self) -> None:
        import httpx

        target = self._target()
        if len(self.request.body) > MOST_BYTES:
            self.refuse(UserError(f"A request holds at most {MOST_BYTES:,} bytes."), 413)
            return
        way = await self.connection.way()
        try:
            async with way.client.stream(
                self.request.method or "GET", _url(way.client, target),
                content=self.request.body or None, headers=self._asked(way),
            ) as answer:  # fmt: skip
                await self._answer(answer)
        except httpx.TimeoutException:
            self._break_off(UserError("The Millrace service gives no answer in time.", retryable=True), 504)
        except httpx.HTTPError as error:
            await self.connection.check(way)
            self.log.warning("Millrace's service cannot be asked: %r", error)
            self._break_off(gone(), 503)

    def _target(self) -> str:
        """The path below the API and the query, as they came. Raises UserError for a path that leads elsewhere."""
        start = url_path_join(self.settings["base_url"], "millrace", "api")
        path = self.request.path.removeprefix(start)
        parts = [unquote(part) for part in path.split("/")[1:]]
        if not parts or any(part in ("", ".", "..") or "/" in part or "\\" in part or "\0" in part for part in parts):
            raise web.HTTPError(404, "The API has no such path.")
        if parts[0] in NOT_HERE:
            raise web.HTTPError(404, f"/{parts[0]} is not reached this way.")
        return f"{path}?{self.request.query}" if self.request.query else path

    def _asked(self, way: Way) -> dict[bytes, bytes]:
        """The headers for the service."""
        given = self.request.headers
        found = {name.encode(): given[name].encode("latin-1", "replace") for name in ASKED if name in given}
        return {**found, b"Accept-Encoding": b"identity", **(person(self) if way.private else {})}

    async def _answer(self, answer: httpx.Response) -> None:
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            cure = "Set MILLRACE_TOKEN to one of `millrace tokens new`, made there, and start Jupyter again."
            self.refuse(UserError("The Millrace service does not take Jupyter's token.", cure=cure), 502)
            return
        if answer.has_redirect_location:
            cure = "Set MILLRACE_URL to the service itself."
            self.refuse(UserError("The Millrace service's address leads elsewhere.", cure=cure), 502)
            return
        self.set_status(answer.status_code)
        for name in ANSWERED:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        self.set_header("Content-Security-Policy", SANDBOX)
        self.set_header("X-Content-Type-Options", "nosniff")
        try:
            async for piece in answer.aiter_raw():
                self.write(piece)
                await self.flush()  # whoever reads slowly is waited for, and nothing piles up here
            await self.finish(set_content_type=answer.headers.get("Content-Type", "application/octet-stream"))
        except iostream.StreamClosedError:
            self.log.debug("the browser has left in the middle of an answer")

    def _break_off(self, error: UserError, status: int) -> None:
        """Say what went wrong; in the middle of an answer, cut it off so that nobody takes it for whole."""
        if self._headers_written:
            assert self.request.connection is not None
            self.request.connection.stream.close()  # type: ignore[attr-defined]
        else:
            self.clear()
            self.refuse(error, status)


def _url(client: httpx.AsyncClient, target: str) -> httpx.URL:
    """Below the service's address, byte for byte as it was asked for."""
    base = client.base_url
    return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + target.encode("latin-1"))
