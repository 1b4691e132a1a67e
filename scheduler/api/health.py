"""Whether the service lives, and whether it is ready for work. The only routes that need no token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from scheduler.api.answers import Shown


class Live(Shown):
    """The process answers."""

    version: str


class Ready(Shown):
    """Whether runs are claimed and triggers fire."""

    ready: bool
    reasons: Annotated[list[str], Field(description="Why it is not ready, one line each.")]


def health_router(version: str, reasons: Callable[[], list[str]]) -> APIRouter:
    """`reasons` says what keeps the service from working; empty if nothing does."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    def live() -> Live:
        """Whether the process answers."""
        return Live(version=version)

    @router.get("/ready", responses={503: {"model": Ready}})
    def ready(response: Response) -> Ready:
        """Whether runs are claimed and triggers fire, and if not, why."""
        found = reasons()
        response.status_code = 503 if found else 200
        return Ready(ready=not found, reasons=found)

    return router
