"""Components and the plugins that publish them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from scheduler.api.answers import Asked, Shown
from scheduler.api.caller import ADMIN, EDIT, READ, Caller
from scheduler.api.folders import LONGEST_PATH, files_for
from studio.app import App
from studio.codenodes.eject import eject
from studio.exceptions import NotFound
from studio.manifest import ComponentManifest, PluginManifest

ComponentId = Annotated[str, Path(min_length=1, max_length=200)]


class Components(Shown):
    """All components, by id."""

    items: list[ComponentManifest]


class PluginFailureShown(Shown):
    """A plugin that does not work, or one component that it could not publish."""

    plugin: str
    distribution: str
    component: str
    message: str
    traceback: str


class PluginShown(Shown):
    """An installed plugin."""

    name: str
    distribution: str
    version: str
    components: list[str]
    error: Annotated[str, Field(description="Why it does not work; empty if it does.")]


class Plugins(Shown):
    """What is installed, and what failed and why."""

    items: list[PluginShown]
    failures: list[PluginFailureShown]


class AskOptions(Asked):
    """Whose choices are asked for, given the other settings."""

    field: Annotated[str, Field(min_length=1, max_length=500)]
    params: dict[str, Any]
    directory: Annotated[str, Field(max_length=LONGEST_PATH, description="The flow's folder.")] = ""


class Options(Shown):
    """The choices that a setting offers."""

    items: list[str]


class ComponentSource(Shown):
    """A code node that does what the component does."""

    source: str


def components_router(app: App) -> APIRouter:
    router = APIRouter(tags=["components"])

    @router.get("/components", dependencies=[Depends(READ)])
    def list_components() -> Components:
        """All components with their manifests: ports, the form's JSON Schema, docs and examples."""
        return Components(items=app.registry.components())

    @router.get("/components/{component_id}", dependencies=[Depends(READ)])
    def get_component(component_id: ComponentId) -> ComponentManifest:
        """A component's manifest."""
        return _manifest(app, component_id)

    @router.get("/components/{component_id}/source")
    def get_component_source(component_id: ComponentId, caller: Annotated[Caller, Depends(EDIT)]) -> ComponentSource:
        """The component as the source of a code node, with the same ports and settings."""
        found = _manifest(app, component_id)
        return ComponentSource(source=eject(found, app.host.source(found.id)))

    @router.post("/components/{component_id}/options")
    def ask_options(component_id: ComponentId, body: AskOptions, caller: Annotated[Caller, Depends(EDIT)]) -> Options:
        """The choices that a setting offers now. Its plugin is asked, and may look at data."""
        found = _manifest(app, component_id)
        directory = str(files_for(app, caller).folder(body.directory)) if body.directory else ""
        return Options(items=app.host.options(found.id, body.field, body.params, directory))

    @router.get("/plugins", dependencies=[Depends(READ)])
    def list_plugins() -> Plugins:
        """What is installed, and what failed and why."""
        return _plugins(app)

    @router.post("/plugins/rescan", dependencies=[Depends(ADMIN)])
    def rescan_plugins() -> Plugins:
        """Ask every plugin again what it publishes."""
        app.rescan()
        return _plugins(app)

    return router


def _manifest(app: App, component_id: str) -> ComponentManifest:
    found = app.registry.component(component_id)
    if found is None:
        raise NotFound(f"There is no component {component_id!r}.", cure=app.registry.suggest(component_id))
    return found


def _plugins(app: App) -> Plugins:
    return Plugins(
        items=[_plugin(one) for one in app.registry.plugins],
        failures=[PluginFailureShown(**vars(one)) for one in app.registry.failures],
    )


def _plugin(plugin: PluginManifest) -> PluginShown:
    same = {name: getattr(plugin, name) for name in ("name", "distribution", "version", "error")}
    return PluginShown(components=[one.id for one in plugin.components], **same)
