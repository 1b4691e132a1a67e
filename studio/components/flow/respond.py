"""Respond: answer whoever called the flow's webhook, and waits."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from studio.component import Params, component
from studio.exceptions import UserError
from studio.port import Json, Outputs, Text

MOST_CHARACTERS = 10_000_000
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")
NOT_OURS = {
    "connection", "content-length", "date", "keep-alive", "proxy-authenticate", "proxy-authorization", "server",
    "set-cookie", "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip
"""Headers of the connection, which the server sends itself, and cookies: webhooks share their host with others."""
WITHOUT_BODY = (204, 205, 304)


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not NAME.fullmatch(name) or name.lower() in NOT_OURS:
            raise ValueError(f"{name!r:.80} is no header that an answer may have")
        if len(value) > 4_000 or not VALUE.fullmatch(value):
            raise ValueError(f"the value of {name} is no text of printable ASCII")
    return headers


class RespondParams(Params):
    """The answer's status and headers; its body comes over a wire."""

    status: int = Field(default=200, ge=200, le=599, title="Status", description="200 is success, 422 a wrong request.")
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict, title="Headers", description="More headers of the answer, for example Location."
    )


class Response(Outputs):
    """What is sent."""

    response: Json


@component(id="flow.respond", version=1, name="Respond", category="Flow", effect="pure", icon="reply")
def respond(body: Json | None, text: Text | None, params: RespondParams) -> Response:
    """Answer whoever called the flow's webhook, and waits.

    Wire data to `body` and it is sent as JSON; wire text to `text` and it is sent as it is. Without a wire the answer
    has no body. The caller gets it as soon as this step has succeeded; the flow goes on. How long a caller waits is set
    at the trigger, and whoever waits no more is told where the run is. Of several of these nodes, one that has
    succeeded answers. Without a webhook nothing is sent, and `response` shows what would have been.
    """
    if body is not None and text is not None:
        raise UserError("There are two bodies.", cure="Leave one of the wires away.")
    content, kind = _content(body, text)
    if content and params.status in WITHOUT_BODY:
        raise UserError(
            f"An answer of the status {params.status} has no body.", cure="Choose another status.", field="status"
        )
    if len(content) > MOST_CHARACTERS:
        raise UserError(f"The answer has {len(content):,} characters.", cure=f"At most {MOST_CHARACTERS:,} are sent.")
    named = {name.lower() for name in params.headers}
    headers = {"Content-Type": kind} if kind and "content-type" not in named else {}
    return Response(response={"status": params.status, "headers": headers | params.headers, "body": content})


def _content(body: Any, text: str | None) -> tuple[str, str]:
    """What is sent, and its content type."""
    if text is not None:
        return text, "text/plain; charset=utf-8"
    if body is not None:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")), "application/json"
    return "", ""


respond.example(
    title="A price as JSON",
    inputs={"body": {"order": 7, "total": "12.50"}},
    expect={
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": '{"order":7,"total":"12.50"}',
        }
    },
)
respond.example(
    title="Created, and where",
    params={"status": 201, "headers": {"Location": "/orders/7"}},
    expect={"response": {"status": 201, "headers": {"Location": "/orders/7"}, "body": ""}},
)
respond.example(
    title="Plain text",
    inputs={"text": "accepted"},
    expect={"response": {"status": 200, "headers": {"Content-Type": "text/plain; charset=utf-8"}, "body": "accepted"}},
)
