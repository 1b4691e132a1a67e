"""What callers are answered: JSON, and problems by RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from scheduler.signatures import CHALLENGE


@dataclass(frozen=True)
class Reply:
    """Status, headers and body. With `close`, the rest of what the caller sends is not read."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    close: bool = False


class Refusal(Exception):
    """A call that ends with this reply, whatever else was to be done."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


def json_reply(status: int, value: Mapping[str, Any], **headers: str) -> Reply:
    """Underscores in the names of headers stand for hyphens."""
    return _reply(status, "application/json", value, headers)


def problem(status: int, detail: str = "", *, more: Mapping[str, Any] | None = None, **headers: str) -> Reply:
    """A problem that says no more than its status, unless there is a `detail`."""
    found = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        found["detail"] = detail
    return _reply(status, "application/problem+json", {**found, **(more or {})}, headers)


def later(status: int, seconds: float, detail: str = "") -> Reply:
    """A problem that may be over after some seconds."""
    return problem(status, detail, Retry_After=str(max(1, round(seconds))))


def unknown_caller() -> Reply:
    """The one answer to whoever may not call; why is for the trigger's log alone."""
    return problem(401, WWW_Authenticate=CHALLENGE)


def closing(reply: Reply) -> Reply:
    return Reply(reply.status, reply.headers, reply.body, close=True)


def _reply(status: int, kind: str, value: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
    named = [(name.replace("_", "-"), text) for name, text in headers.items()]
    body = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    return Reply(status, (("Content-Type", kind), ("Cache-Control", "no-store"), *named), body)
