"""The installation: its version, its settings as far as anybody may know them, and whether all is well."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from scheduler.api.answers import Shown
from scheduler.api.caller import ADMIN, READ
from studio.app import App


class Version(Shown):
    """What answers. A client of another version asks its person to reload, or its service to restart."""

    version: str
    api: Annotated[int, Field(description="Raised by a change that breaks clients.")] = 1


class SettingsShown(Shown):
    """Settings. Addresses of databases and stores are not told: they may hold passwords."""

    home: str
    store: Annotated[str, Field(description="`sqlite` or `postgresql`.")]
    table_format: str
    projects: list[str]
    workers: int
    dask: Annotated[bool, Field(description="Whether steps run on a Dask cluster that is not the service's own.")]
    kernels: str
    step_memory: int | None
    runs_at_once: int
    flow_runs_at_once: int
    keep_days: float | None
    keep_bytes: int | None


class CheckShown(Shown):
    """One thing that was looked at."""

    name: str
    ok: bool
    message: str
    cure: str


class Checks(Shown):
    """Whether all is well."""

    ok: bool
    items: list[CheckShown]


class BreachShown(Shown):
    """An invariant of the store that does not hold, and the first few rows that break it."""

    name: str
    message: str
    ids: list[str]
    count: int


class Breaches(Shown):
    """What must be true of the store and is not."""

    items: list[BreachShown]


def installation_router(app: App, version: str) -> APIRouter:
    router = APIRouter(tags=["installation"])

    @router.get("/version", dependencies=[Depends(READ)])
    def get_version() -> Version:
        """What answers. Every answer carries its version as the header Millrace-Version, too."""
        return Version(version=version)

    @router.get("/settings", dependencies=[Depends(READ)])
    def get_settings() -> SettingsShown:
        """The service's settings."""
        settings = app.settings
        same = ("workers", "kernels", "step_memory", "runs_at_once", "flow_runs_at_once", "keep_days", "keep_bytes")
        return SettingsShown(
            home=str(settings.home),
            store="sqlite" if app.store.database.is_sqlite else "postgresql",
            table_format=app.root.table_format,
            projects=[str(folder) for folder in settings.projects],
            dask=bool(settings.dask),
            **{name: getattr(settings, name) for name in same},
        )

    @router.get("/doctor", dependencies=[Depends(ADMIN)])
    def examine() -> Checks:
        """Look at everything that steps need. It starts a kernel, which takes some seconds."""
        found = app.doctor()
        return Checks(ok=all(one.ok for one in found), items=[CheckShown(**vars(one)) for one in found])

    @router.get("/invariants", dependencies=[Depends(READ)])
    def check_invariants() -> Breaches:
        """What must be true of the store and is not."""
        return Breaches(items=[BreachShown(**vars(one)) for one in app.store.invariants.breaches()])

    return router
