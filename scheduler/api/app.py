"""Puts the routers together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from scheduler.api.health import health_router


def make_api(version: str, reasons: Callable[[], list[str]]) -> FastAPI:
    """The API of a service; see :func:`health_router` for `reasons`."""
    api = FastAPI(title="Millrace", version=version, docs_url=None, redoc_url=None)
    api.include_router(health_router(version, reasons))
    return api
