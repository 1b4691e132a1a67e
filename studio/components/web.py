"""What can go wrong on the web, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.exceptions import UserError

if TYPE_CHECKING:
    import httpx

TRY_AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 that may pass."""

CURES = {
    401: "The server wants you to sign in: check the credential, or the headers.",
    403: "The server does not let you in: check the credential, or ask for access.",
    404: "Correct the URL.",
    405: "Choose another method.",
    429: "The server wants fewer requests: give the node retries with a wait.",
}


class HttpError(UserError):
    """A server that refuses, or does not answer."""

    code = "http"


def refused(response: httpx.Response, *, field: str = "url") -> HttpError:
    """The error for a status of 400 or more, with the first 200 characters of what the server says."""
    status = response.status_code
    said = " ".join(response.text[:200].split())
    retryable = status >= 500 or status in TRY_AGAIN
    return HttpError(
        f"{plain(response.url)} answered {status} {response.reason_phrase}".rstrip() + (f": {said}" if said else "."),
        cure=CURES.get(status) or ("Try again later." if retryable else "Check the request."),
        field=field,
        retryable=retryable,
    )


def no_answer(url: str, error: Exception, *, field: str = "url") -> HttpError:
    """The error for a server that cannot be reached or hangs up."""
    import httpx

    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return HttpError(f"{plain(url)} is no web address.", cure="It begins with https:// or http://.", field=field)
    if isinstance(error, httpx.TooManyRedirects):
        return HttpError(f"{plain(url)} leads round in circles.", cure="Correct the URL.", field=field)
    late = isinstance(error, httpx.TimeoutException)
    what = "did not answer in time" if late else f"cannot be reached: {error}"
    return HttpError(
        f"{plain(url)} {what}.".replace("..", "."),
        cure="Try again later, or allow more time." if late else "Check the address and your connection.",
        field=field,
        retryable=isinstance(error, httpx.TransportError),
    )


def plain(url: object) -> str:
    """The URL without what may be secret: user, password and query."""
    text = str(url).partition("?")[0]
    scheme, separator, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"
