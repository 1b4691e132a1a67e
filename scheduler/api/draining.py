"""How a newer version takes this service's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from packaging.version import InvalidVersion, Version
from pydantic import Field

from scheduler.api.answers import Asked, Shown
from scheduler.api.caller import ADMIN, Caller
from scheduler.api.problems import Refusal
from studio.exceptions import Conflict, UserError


class Successor(Asked):
    """Who takes this service's place."""

    version: Annotated[str, Field(max_length=100)]


class Drain(Shown):
    """Whether the service ends now."""

    ends: bool
    runs: Annotated[list[str], Field(description="The runs that it drives, after which it would.")]


def draining_router(version: str, drain: Callable[[], list[str]]) -> APIRouter:
    """`drain` ends the service unless it drives runs, whose ids it returns."""
    router = APIRouter(tags=["installation"])

    @router.post("/drain")
    def drain_service(successor: Successor, caller: Annotated[Caller, Depends(ADMIN)]) -> Drain:
        """Make room for a newer version, over the socket alone: the service ends, unless it drives runs."""
        if not caller.local:
            raise Refusal(403, "A service is replaced from its own machine.")
        if not _is_newer(successor.version, version):
            raise Conflict(f"This service is of version {version}: {successor.version} is not newer.")
        runs = drain()
        return Drain(ends=not runs, runs=runs)

    return router


def _is_newer(theirs: str, ours: str) -> bool:
    try:
        return Version(theirs) > Version(ours)
    except InvalidVersion as error:
        raise UserError("That is no version.", cure="Write it like 1.2.0.", field="version") from error
