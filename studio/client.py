"""Speaks to a service's API: over the socket of the service here, or by an address and a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from studio.address import read
from studio.exceptions import UserError

LOCAL = "local"
"""Instead of an address: the service of this home."""
SOCKET_URL = "http://service"
"""Before the paths of what is asked over a socket."""
VERSION_HEADER = "Millrace-Version"
LAST_PORT = 65_535
PAGE = 1000
SECONDS = httpx.Timeout(120.0, connect=10.0)
"""That each part of an answer may take: publishing a large project, or looking whether all is well, takes a while."""


class Refused(UserError):
    """The service has not done what it was asked for. `problems` are those of a flow, as JSON."""

    code = "refused"

    def __init__(self, message: str, *, problems: list[dict[str, Any]] | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.problems = problems or []


class Client:
    """A service, as programs meet it. Close it, or use it as a context manager.

    `tell` is called once with a line, if the service is of another version.
    """

    def __init__(self, url: str, *, home: Path, token: str = "", tell: Callable[[str], None]) -> None:
        self.local = url == LOCAL
        """Whether it sees the files that are seen here."""
        self._url = url
        self._tell = tell
        self._told = False
        self._http = _over_the_socket(home) if self.local else _over_the_network(url, token)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The JSON of an answer. Raises UserError if the service cannot be asked, :class:`Refused` if it refuses."""
        return self.ask("GET", path, params=params)

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return self.ask("POST", path, body)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        seen: int | None = None,
        params: dict[str, Any] | None = None,
        also: int | None = None,
    ) -> dict[str, Any]:
        """As `get`. `seen` is the version of what is to be changed; `also` is a status that is no refusal either."""
        headers = {} if seen is None else {"If-Match": f'"{seen}"'}
        given = {name: value for name, value in (params or {}).items() if value is not None}
        content = {} if body is None else {"json": body}
        try:
            answer = self._http.request(method, path, params=given, headers=headers, **content)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        self._compare(answer)
        if not answer.is_success and answer.status_code != also:
            raise self._refused(answer)
        return {} if answer.status_code == 204 else self._json(answer)

    def items(self, path: str, most: int | None = None, **params: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page by page; at most so many."""
        left, before = most, params.pop("before", None)
        while left is None or left > 0:
            page = self.get(path, limit=min(left or PAGE, PAGE), before=before, **params)
            yield from page["items"]
            left = None if left is None else left - len(page["items"])
            before = page["next"]
            if before is None:
                return

    def _unreachable(self, error: httpx.HTTPError) -> UserError:
        if isinstance(error, httpx.TimeoutException):
            return UserError(f"{self._name} gives no answer in time.", cure="Try again later.", retryable=True)
        cure = "Start it: millrace serve" if self.local else "Check the address, and whether the service runs there."
        return UserError(f"{self._name} cannot be reached: {error}.", cure=cure, retryable=True)

    def _compare(self, answer: httpx.Response) -> None:
        theirs, ours = answer.headers.get(VERSION_HEADER, ""), version("millrace")
        if theirs and theirs != ours and not self._told:
            self._told = True
            self._tell(f"{self._name} is of version {theirs[:50]}, this command of {ours}.")

    def _refused(self, answer: httpx.Response) -> Refused:
        told = self._json(answer)
        message = str(told.get("detail") or f"{self._name} answered {answer.status_code}.")
        cure = str(told.get("cure", ""))
        if answer.status_code == 401:
            cure = "Set MILLRACE_TOKEN to one of `millrace tokens new`, made where the service runs."
        same = {name: told[name] for name in ("field", "line", "retryable", "problems") if name in told}
        return Refused(message, cure=cure, **same)

    def _json(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            message = f"{self._name} answered {answer.status_code}, and not as a service of Millrace's does."
            raise UserError(message, cure="Check the address.")
        return found

    @property
    def _name(self) -> str:
        return "The service here" if self.local else self._url


def path_of(*parts: object) -> str:
    """A path of the API, whatever its parts hold."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


def _over_the_socket(home: Path) -> httpx.Client:
    found = read(home)
    if found is None:
        raise UserError(f"No service runs for {home}.", cure="Start one: millrace serve")
    return httpx.Client(transport=httpx.HTTPTransport(uds=found.socket), base_url=SOCKET_URL, timeout=SECONDS)


def _over_the_network(url: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=service_url(url), headers=headers, timeout=SECONDS)


def service_url(url: str) -> httpx.URL:
    """A service's address. Raises UserError for one that cannot be read, or where others could read the token."""
    found = _read(url)
    _require_private(found)
    return found


def _read(url: str) -> httpx.URL:
    cure = "Write it like https://flows.example.com, or local."
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UserError(f"The server's address cannot be read: {error}.", cure=cure) from error
    known = found.scheme in ("http", "https") and (found.port or 0) <= LAST_PORT
    if not (known and found.host) or " " in url:
        raise UserError("The server's address cannot be read.", cure=cure)
    return found


def _require_private(url: httpx.URL) -> None:
    """The token, and what is sent, are for nobody else."""
    if url.userinfo:
        raise UserError("The server's address holds a user or a password.", cure="Set MILLRACE_TOKEN instead.")
    if url.scheme == "http" and not _is_loopback(url.host):
        cure = "Use https://, by a proxy with TLS before the service; http:// is for this machine alone."
        raise UserError(f"Tokens and secrets are not sent in clear to {url.host}.", cure=cure)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
