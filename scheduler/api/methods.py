"""What may be done at a path: a method that none of its routes knows is answered 405, with all that they know."""

from __future__ import annotations

from collections.abc import Iterable
from re import Pattern

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.api.problems import problem


class KnownMethods:
    """Stands before an API, which would name the methods of one route, or take `preview` for the id of a trigger."""

    def __init__(self, api: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._api = api
        self._methods: dict[Pattern[str], set[str]] = {}
        found = [route for route in routes if isinstance(route, APIRoute)]
        for route in sorted(found, key=lambda route: "{" in route.path):  # what is spelt out goes before what fits
            self._methods.setdefault(route.path_regex, set()).update(route.methods or ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = self._of(scope["path"])
        if not known or scope["method"] in known:
            await self._api(scope, receive, send)
            return
        allow = ", ".join(sorted(known))
        refused = problem(405, "method_not_allowed", f"This path knows {allow} alone.", {"Allow": allow})
        await refused(scope, receive, send)

    def _of(self, path: str) -> set[str]:
        """Of the path; empty if there is none such, as the API says better."""
        return next((methods for pattern, methods in self._methods.items() if pattern.match(path)), set())
