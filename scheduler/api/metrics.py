"""Metrics, as Prometheus reads them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response

from scheduler.api.caller import READ
from scheduler.metrics import CONTENT_TYPE, Metrics

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {CONTENT_TYPE: {"schema": {"type": "string"}}}, "description": "The figures"}
}


def metrics_router(metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["metrics"])

    @router.get("/metrics", dependencies=[Depends(READ)], response_class=Response, responses=_TEXT)
    def get_metrics() -> Response:
        """Queue delay, runs by state, seconds of steps, lost attempts, lateness of triggers, the loops' last turns."""
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return router
