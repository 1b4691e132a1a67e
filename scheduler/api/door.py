"""What every request passes on its way in, and every answer on its way out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scheduler.api.problems import problem

MOST_BYTES = 10_000_000
"""Of a request's body."""
LOCAL = "millrace.local"
"""Whether a request came over the socket that the service's user alone may open; in the request's scope."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
VERSION_HEADER = "Millrace-Version"


class Door:
    """Lets requests in to an API. Whoever comes over the socket (`local`) is the service's own user.

    Over the network a request must be for one of `hosts`: else a web page could have its own name mean this machine,
    and be its own origin here.
    """

    def __init__(self, api: ASGIApp, version: str, *, local: bool, hosts: Collection[str] = ()) -> None:
        self._api = api
        self._version = version
        self._local = local
        self._hosts = {*LOOPBACK, *hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope[LOCAL] = self._local
        leave = self._marked(send)
        refused = self._refusal(Headers(scope=scope))
        if refused is not None:
            await refused(scope, receive, leave)
        else:
            await self._api(scope, _limited(receive), leave)

    def _refusal(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._local and _without_port(host).lower() not in self._hosts:
            cure = "Call it by its address, or name the host in MILLRACE_API_HOSTS."
            return problem(421, "host", "This service does not go by the host name of the request.", cure=cure)
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > MOST_BYTES):
            return problem(413, "too_large", f"A request holds at most {MOST_BYTES:,} bytes.")
        return None

    def _marked(self, send: Send) -> Send:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[VERSION_HEADER] = self._version
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        return marked


def _limited(receive: Receive) -> Receive:
    """Nothing beyond the limit is read, also of a body that does not say its length."""
    count = 0

    async def limited() -> Any:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > MOST_BYTES:
            raise HTTPException(413, f"A request holds at most {MOST_BYTES:,} bytes.")
        return message

    return limited


def _without_port(host: str) -> str:
    return host if host.endswith("]") else host.rpartition(":")[0] or host
