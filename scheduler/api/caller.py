"""Who asks, and what they may do. Every route says which scope it needs; one that does not is not served."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from scheduler.api.door import LOCAL
from scheduler.api.problems import Refusal
from studio.app import App, whoever_this_is
from studio.store.tokens import Token
from studio.token import Scope, secret_hash

USER_HEADER = "Millrace-User"
LONGEST_NAME = 200

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="Of `millrace tokens new`. Over the socket none is needed.",
)


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    name: str
    """Who is said to have made, changed or started something."""
    local: bool
    """Whether they came over the socket, and so may do all that the service's user may."""
    id: str = ""
    """Of the token; empty over the socket."""


@dataclass(frozen=True)
class May:
    """A dependency that lets callers pass who have a scope."""

    scope: Scope

    def __call__(
        self, request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
    ) -> Caller:
        if request.scope.get(LOCAL) is True:
            return Caller(_person(request) or whoever_this_is(), local=True)
        if USER_HEADER in request.headers:
            raise Refusal(403, f"The header {USER_HEADER} is heeded over the service's socket only.")
        found = _good(request.app.state.app, token.credentials) if token else None
        if found is None:
            raise _unknown(given=token is not None)
        if not {self.scope, "admin"} & set(found.scopes):
            raise Refusal(
                403, f"The token lacks the scope {self.scope!r}.", cure="Ask for one that has it: millrace tokens new."
            )
        return Caller(f"{found.author} by token {found.name}", local=False, id=found.id)


def require_scopes(router: APIRouter, public: set[str]) -> None:
    """Raises AssertionError if a route does not say who may use it."""
    for route in router.routes:
        assert isinstance(route, APIRoute)
        said = [one.call for one in route.dependant.dependencies if isinstance(one.call, May)]
        assert len(said) == (0 if route.path in public else 1), f"{route.path} must have one scope"


def _person(request: Request) -> str:
    """The person for whom a program asks, such as JupyterLab's server for whoever is logged in there."""
    name = request.headers.get(USER_HEADER, "").encode("latin-1").decode("utf-8", "replace").strip()
    if len(name) > LONGEST_NAME or not (name.isprintable() or not name):
        raise Refusal(400, f"The header {USER_HEADER} holds no name.")
    return name


def _good(app: App, secret: str) -> Token | None:
    hashed = secret_hash(secret)
    found = app.store.tokens.good(hashed)
    return found if found and hmac.compare_digest(found.hash, hashed) else None


def _unknown(*, given: bool) -> Refusal:
    message = "The token is unknown, has expired or was revoked." if given else "A token is needed."
    headers: dict[str, Any] = {"WWW-Authenticate": 'Bearer realm="millrace"'}
    return Refusal(
        401, message, cure="Send `Authorization: Bearer` with one of `millrace tokens new`.", headers=headers
    )


READ, RUN, EDIT, CREDENTIALS, ADMIN = May("read"), May("run"), May("edit"), May("credentials"), May("admin")
