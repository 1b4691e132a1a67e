"""What stands behind the question mark: a parameter that nobody reads is refused, for it was meant to say something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute


def refuse_unknown(router: APIRouter) -> None:
    """Let all routes that are not included anywhere yet refuse parameters that their document does not name."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.dependencies.append(Depends(_only_known))


async def _only_known(request: Request) -> None:
    """Raise RequestValidationError for one that is unknown, and for one value too many."""
    if not request.query_params:
        return
    known = _documented(request.app, request.scope["route"], request.method)
    for name in request.query_params:
        if name not in known:
            raise _mistake(name, "There is no such parameter")
        if not known[name] and len(request.query_params.getlist(name)) > 1:
            raise _mistake(name, "Give it once")


def _documented(api: FastAPI, route: APIRoute, method: str) -> dict[str, bool]:
    """Query parameter -> whether it may be given several times."""
    operation = api.openapi()["paths"][route.path_format][method.lower()]
    found = (one for one in operation.get("parameters", []) if one["in"] == "query")
    return {one["name"]: _is_list(one["schema"]) for one in found}


def _is_list(schema: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "array" for one in [schema, *schema.get("anyOf", [])])


def _mistake(name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("query", name), "msg": message, "type": "query"}])
