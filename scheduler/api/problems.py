"""What went wrong, as `application/problem+json` (RFC 9457): what the client can mend with its cure, and no more."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException

from scheduler.api.answers import JsonAnswer, Shown
from studio.exceptions import (
    ArtifactError,
    Conflict,
    ExecutorError,
    InUse,
    NotFound,
    PluginError,
    StoreError,
    UserError,
)
from studio.validator import InvalidFlow

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
MOST_SHOWN = 20
"""Mistakes of one request that are told."""
STATUSES: list[tuple[type[UserError], int]] = [
    (NotFound, 404),
    (Conflict, 409),
    (InUse, 409),
    (ExecutorError, 503),
    (StoreError, 500),
    (ArtifactError, 410),
]


class Mistake(Shown):
    """One thing that is wrong in a request."""

    where: str
    message: str


class Problem(Shown):
    """What went wrong."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    cure: str = ""
    field: str = ""
    """The field of the request at fault."""
    line: int | None = None
    retryable: bool = False
    """Whether the same request may do better later."""
    mistakes: Annotated[list[Mistake], Field(default_factory=list)]
    """Of a request that is not as documented."""
    problems: Annotated[list[dict[str, Any]], Field(default_factory=list)]
    """Of a flow that cannot run, as `POST /validation` has them."""
    id: str = ""
    """Of a fault of ours: what the service's log has it by."""


class ProblemAnswer(JsonAnswer):
    """A :class:`Problem` as an answer."""

    media_type = "application/problem+json"


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {ProblemAnswer.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in (("4XX", "What the client can mend"), ("5XX", "What it cannot"))
}


class Refusal(UserError):
    """A request that is answered by a status of HTTP's own."""

    def __init__(self, status: int, message: str, *, cure: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message, cure=cure)
        self.status = status
        self.code = HTTPStatus(status).name.lower()
        self.headers = headers or {}


def handle_problems(api: FastAPI) -> None:
    """Let every error of the API's be answered by a problem."""
    handlers: dict[type[Exception], Callable[[Request, Any], Response]] = {
        UserError: lambda _, error: of_user(error),
        PluginError: lambda _, error: problem(502, "plugin", error.message, cure="Tell the plugin's author."),
        RequestValidationError: lambda _, error: of_request(error),
        HTTPException: lambda _, error: of_http(error),
        Exception: ours,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> ProblemAnswer:
    content = {
        "type": f"urn:millrace:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **{name: value for name, value in more.items() if value},
    }
    return ProblemAnswer(content, status, headers)


def of_user(error: UserError) -> ProblemAnswer:
    """A mistake that whoever asks can mend."""
    headers = dict(error.headers) if isinstance(error, Refusal) else {}
    status = error.status if isinstance(error, Refusal) else _status(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    found = [one.to_json() for one in error.problems] if isinstance(error, InvalidFlow) else []
    return problem(
        status, error.code, error.message, headers,
        cure=error.cure, field=error.field, line=error.line, retryable=error.retryable, problems=found,
    )  # fmt: skip


def _status(error: UserError) -> int:
    if error.retryable and not isinstance(error, Conflict):
        return 503
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 422)


def of_request(error: RequestValidationError) -> ProblemAnswer:
    """A request that is not as documented. What it held is not repeated: it may be a secret."""
    found = [{"where": _where(one["loc"]), "message": one["msg"]} for one in error.errors()[:MOST_SHOWN]]
    first = found[0]
    detail = f"{first['where']}: {first['message']}." if first["where"] else f"{first['message']}."
    return problem(422, "request", detail, field=first["where"], mistakes=found)


def _where(place: Sequence[Any]) -> str:
    """A field by its path; the first part says whether it is in the body, the query or a header."""
    return ".".join(str(part)[:100] for part in place[1:])


def of_http(error: HTTPException) -> ProblemAnswer:
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    return problem(status, status.name.lower(), str(error.detail) or status.phrase, headers)


def ours(request: Request, error: Exception) -> ProblemAnswer:
    """A fault of ours: the log has its traceback, the answer the id by which it is found there."""
    id = uuid.uuid4().hex
    logger.error(
        "a request has failed",
        exc_info=error,
        extra={"id": id, "method": request.method, "route": getattr(request.scope.get("route"), "path", "")},
    )
    return problem(500, "fault", "The service has failed at this.", id=id, cure=f"Look for {id} in the service's log.")
