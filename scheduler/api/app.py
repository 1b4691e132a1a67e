"""Puts the routers together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from scheduler.api.alerts import alerts_router
from scheduler.api.answers import JsonAnswer
from scheduler.api.artifacts import artifacts_router
from scheduler.api.caller import READ, require_scopes
from scheduler.api.components import components_router
from scheduler.api.credentials import credentials_router
from scheduler.api.deliveries import deliveries_router
from scheduler.api.draining import draining_router
from scheduler.api.events import events_router
from scheduler.api.firing import firing_router
from scheduler.api.flows import flows_router
from scheduler.api.folders import folders_router
from scheduler.api.health import health_router
from scheduler.api.installation import installation_router
from scheduler.api.methods import KnownMethods
from scheduler.api.metrics import metrics_router
from scheduler.api.opening import opening_router
from scheduler.api.problems import DOCUMENTED, Problem, handle_problems
from scheduler.api.query import refuse_unknown
from scheduler.api.runs import runs_router
from scheduler.api.steps import steps_router
from scheduler.api.triggers import triggers_router
from scheduler.api.validation import validation_router
from scheduler.feeder import Feeder
from scheduler.metrics import Metrics
from scheduler.slicing import Slicing
from studio.app import App

PUBLIC = {"/health/live", "/health/ready"}
"""What is answered without a token."""


class Api(FastAPI):
    """FastAPI whose document knows what a problem looks like."""

    def openapi(self) -> dict[str, object]:
        if self.openapi_schema is None:
            found = super().openapi()
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            found["components"]["schemas"] |= schema.pop("$defs") | {"Problem": schema}
        return super().openapi()


def make_api(
    app: App,
    version: str,
    reasons: Callable[[], list[str]],
    made: Callable[[], None],
    *,
    drain: Callable[[], list[str]],
    feeder: Feeder,
    slicing: Slicing,
    metrics: Metrics,
) -> FastAPI:
    """The API of a service; see :func:`health_router` for `reasons`, and :func:`draining_router` for `drain`. `made` is
    called when a run waits to be begun.
    """
    api = Api(
        title="Millrace",
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        default_response_class=JsonAnswer,
        generate_unique_id_function=_name,
        redirect_slashes=False,
    )
    api.state.app = app
    handle_problems(api)
    routers = [
        health_router(version, reasons),
        installation_router(app, version),
        draining_router(version, drain),
        flows_router(app),
        folders_router(app),
        validation_router(app),
        components_router(app),
        runs_router(app, made),
        steps_router(app),
        opening_router(app),
        artifacts_router(app, slicing),
        triggers_router(app),
        firing_router(app, made),
        deliveries_router(app, made),
        credentials_router(app),
        alerts_router(app),
        events_router(app, feeder),
        metrics_router(metrics),
        _document_router(api),
    ]
    for router in routers:
        require_scopes(router, PUBLIC)
        refuse_unknown(router)
        api.include_router(router, responses=DOCUMENTED)
    api.add_middleware(
        KnownMethods, routes=[one for router in routers for one in router.routes if isinstance(one, APIRoute)]
    )
    return api


def _document_router(api: FastAPI) -> APIRouter:
    router = APIRouter(tags=["installation"])

    @router.get("/openapi.json", dependencies=[Depends(READ)])
    def get_openapi() -> dict[str, object]:
        """This document."""
        return api.openapi()

    return router


def _name(route: APIRoute) -> str:
    """Operations go by the names of their functions, whatever becomes of their paths."""
    return route.name
