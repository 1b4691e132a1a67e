"""HTTP request: ask a web service."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue

from studio.component import Params, component
from studio.components.web import HttpError, no_answer, plain, refused
from studio.context import RunContext
from studio.credential import ApiKey, BearerToken, HttpBasic
from studio.port import Json, Outputs, Text

if TYPE_CHECKING:
    import httpx


AnyLogin = HttpBasic | BearerToken | ApiKey


def _web_address(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError("It begins with https:// or http://")
    return url


class HttpRequestParams(Params):
    """What to ask, and of whom."""

    url: Annotated[str, AfterValidator(_web_address)] = Field(
        title="URL",
        description="Where to ask; it begins with https:// or http://.",
        examples=["https://api.example.com/v1"],
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = Field(
        default="GET", title="Method", description="GET reads; the others may change something at the server."
    )
    query: dict[str, str | int | float | bool] = Field(
        default_factory=dict, title="Query", description="What stands after the ? of the URL, by name."
    )
    headers: dict[str, str] = Field(
        default_factory=dict, title="Headers", description="Headers of the request, by name."
    )
    body: JsonValue = Field(default=None, title="Body", description="Sent as JSON. Empty: nothing is sent.")
    answer: Literal["json", "text"] = Field(
        default="json", title="Answer", description="What the server answers with: JSON, or any other text."
    )
    timeout: float = Field(
        default=30, gt=0, le=3600, title="Timeout", description="Seconds to wait for each part of the answer."
    )
    follow_redirects: bool = Field(
        default=True, title="Follow redirects", description="Ask again where the server points elsewhere."
    )


class Answer(Outputs):
    """What the server answered."""

    json: Json
    text: Text
    status: Json


@component(id="http.request", version=1, name="HTTP request", category="Extract", effect="reads", icon="globe")
def http_request(
    params: HttpRequestParams,
    *,
    run: RunContext,
    login: HttpBasic | None = None,
    token: BearerToken | None = None,
    key: ApiKey | None = None,
) -> Answer:
    """Ask a web service, and hand its answer over.

    `json` is the answer as data (nothing, if you choose text), `text` the answer as it came, `status` its number, URL
    and headers. A status of 400 or more stops the flow; where it may pass, as 429 and 500 and above do, retries of the
    node apply. All but GET and HEAD carry an Idempotency-Key that stays the same when a step is tried again, so that
    services that know it act only once.

    Login, token and key are stored credentials, at most one of them: a user and a password, a bearer token, or a key in
    a header of its own. They go to the server that the URL names, and to no other that it leads to.
    """
    given = [one for one in (login, token, key) if one is not None]
    if len(given) > 1:
        raise HttpError("There is more than one credential.", cure="Choose login, token or key.", field="login")
    response = _sent(params, run, given[0] if given else None)
    if response.status_code >= 400:
        raise refused(response)
    return Answer(
        json=_parsed(response) if params.answer == "json" and params.method != "HEAD" else None,
        text=response.text,
        status={"status": response.status_code, "url": plain(response.url), "headers": dict(response.headers)},
    )


def _sent(params: HttpRequestParams, run: RunContext, credential: AnyLogin | None) -> httpx.Response:
    import httpx

    headers = dict(params.headers)
    if params.method not in ("GET", "HEAD"):
        headers.setdefault("Idempotency-Key", run.idempotency_key)
    try:
        with httpx.Client(timeout=params.timeout, follow_redirects=params.follow_redirects) as client:
            if credential is not None:
                client.event_hooks["request"] = [_signer(params.url, *_header(credential))]
            return client.request(
                params.method, params.url, params=params.query or None, headers=headers, json=params.body
            )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise no_answer(params.url, error) from error


def _header(credential: AnyLogin) -> tuple[str, str]:
    """The header that a credential is sent in, and its value."""
    if isinstance(credential, ApiKey):
        return credential.header, credential.key.get_secret_value()
    if isinstance(credential, BearerToken):
        return "Authorization", f"Bearer {credential.token.get_secret_value()}"
    pair = f"{credential.username}:{credential.password.get_secret_value()}".encode()
    return "Authorization", f"Basic {b64encode(pair).decode()}"


def _signer(url: str, header: str, value: str) -> Callable[[httpx.Request], None]:
    """Signs each request to the URL's own server, and takes the header off those to others.

    By a hook, for that sees the requests that follow a redirect, too.
    """
    import httpx

    def origin(url: httpx.URL) -> tuple[str, str, int | None]:
        return url.scheme, url.host, url.port

    own = origin(httpx.URL(url))

    def sign(request: httpx.Request) -> None:
        request.headers.pop(header, None)
        if origin(request.url) == own:
            request.headers[header] = value

    return sign


def _parsed(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        said = " ".join(response.text[:200].split())
        raise HttpError(
            f"{plain(response.url)} answered no JSON: {said}", cure="Choose text as the answer.", field="answer"
        ) from error


http_request.example(
    title="Exchange rates as data",
    files={"http://api.example.com/rates": '{"base": "CHF", "rates": {"EUR": 1.05}}'},
    params={"url": "http://api.example.com/rates", "query": {"base": "CHF"}},
    expect={"json": {"base": "CHF", "rates": {"EUR": 1.05}}},
)
http_request.example(
    title="Send data, and take the answer as text",
    files={"http://api.example.com/orders": "accepted"},
    params={
        "url": "http://api.example.com/orders",
        "method": "POST",
        "body": {"article": 7, "pieces": 2},
        "answer": "text",
    },
    expect={"text": "accepted", "json": None},
)
