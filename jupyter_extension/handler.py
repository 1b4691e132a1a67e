"""What our handlers have in common: who may call them, for whom they ask, and how they say what went wrong."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_extension.connection import Connection, NoService
from studio.exceptions import NotFound, UserError

RESOURCE = "millrace"
"""What an authorizer is asked about: `read` for looking, `write` for all else."""
USER_HEADER = b"Millrace-User"
STATUSES: dict[type[UserError], int] = {NoService: 503, NotFound: 404}
LONGEST_NAME = 200
RETRY_SECONDS = 1
_NOBODY = re.compile(r"[0-9a-f]{32}")


class Handler(APIHandler):
    """Answers in JSON; errors are `application/problem+json`, as the service's are."""

    auth_resource = RESOURCE

    def initialize(self, connection: Connection) -> None:
        self.connection = connection

    def answer(self, value: Any, status: int = 200) -> None:
        self.set_status(status)
        self.finish(json.dumps(value))

    def body(self, *fields: str) -> list[str]:
        """The text fields of the request's JSON object, which has no others. Raises UserError."""
        try:
            found = json.loads(self.request.body)
        except ValueError:
            found = None
        if not isinstance(found, dict) or set(found) != set(fields) or not all(map(_is_text, found.values())):
            raise UserError(f"The request is no JSON object of the texts {', '.join(fields)}.")
        return [found[name] for name in fields]

    def refuse(self, error: UserError, status: int = 422) -> None:
        """Answer by a problem."""
        status = next((found for kind, found in STATUSES.items() if isinstance(error, kind)), status)
        if error.retryable:
            self.set_header("Retry-After", str(RETRY_SECONDS))
        self._finish_problem(status, problem(error, status))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What Jupyter or Tornado refuse is a problem, too; of a fault of ours the log has the traceback."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, UserError):
            self.refuse(error)
            return
        said = error.log_message if isinstance(error, web.HTTPError) else None
        found = UserError(said or HTTPStatus(status_code).phrase)
        self._finish_problem(status_code, problem(found, status_code))

    def log_exception(self, *info: Any) -> None:
        if not isinstance(info[1], UserError):
            super().log_exception(*info)

    def _finish_problem(self, status: int, content: dict[str, Any]) -> None:
        self.set_status(status)
        self.finish(json.dumps(content), set_content_type="application/problem+json")


def problem(error: UserError, status: int) -> dict[str, Any]:
    """As RFC 9457 wants it; `message` is where JupyterLab looks for it."""
    return {
        "type": f"urn:millrace:problem:{error.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "message": error.message,
        "code": error.code,
        "cure": error.cure,
        "retryable": error.retryable,
    }


def person(handler: Any) -> dict[bytes, bytes]:
    """The header that tells the service who asks; none for somebody whom Jupyter does not know by name either."""
    user = handler.current_user
    name = str(getattr(user, "username", "") or "")
    if _NOBODY.fullmatch(name):  # a token or password is all that they had, and their name is made up
        name = "" if user.name.startswith("Anonymous ") else user.name
    printable = "".join(one for one in name if one.isprintable()).strip()[:LONGEST_NAME]
    return {USER_HEADER: printable.encode(errors="replace")} if printable else {}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
