"""Plugins as they are imported: entry point -> plugin manager -> components -> manifest.

Only the plugin host's child calls this, for it runs the plugins' code. Built-ins come in by the same door.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pluggy
from pydantic_core import to_jsonable_python

from studio import hookspecs
from studio.component import Component
from studio.credential import Credential
from studio.exceptions import PluginError
from studio.flow import CODE, NOTEBOOK
from studio.manifest import ComponentManifest, CredentialTypeManifest, PluginManifest, PortManifest

T = TypeVar("T")

GROUP = "millrace"
COMPONENT_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
CREDENTIAL_TYPE = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*")


@dataclass(frozen=True)
class PluginEntry:
    """One line of a package's `[project.entry-points.millrace]`."""

    name: str
    distribution: str
    version: str
    point: importlib.metadata.EntryPoint

    @property
    def label(self) -> str:
        return f"{self.distribution} {self.version}".strip()


def entry_points() -> list[PluginEntry]:
    """Every announced plugin: ours first, the others by name."""
    found = [_entry(point) for point in importlib.metadata.entry_points(group=GROUP)]
    return sorted(found, key=lambda entry: (entry.distribution != "millrace", entry.name, entry.distribution))


def _entry(point: importlib.metadata.EntryPoint) -> PluginEntry:
    metadata: Any = (point.dist.metadata if point.dist else None) or {}
    return PluginEntry(point.name, metadata.get("Name") or "", metadata.get("Version") or "", point)


def entry_point(name: str) -> PluginEntry:
    """The plugin of that name; if two packages announce it, the first."""
    for entry in entry_points():
        if entry.name == name:
            return entry
    raise PluginError(f"No installed package announces the plugin {name!r}.")


def load(name: str) -> pluggy.PluginManager:
    """A plugin manager that holds this one plugin. Imports the plugin: whatever it raises passes through."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(entry_point(name).point.load(), name)
    manager.check_pending()
    return manager


def components_of(name: str) -> list[Component]:
    """The components that the plugin publishes, in its order."""
    published = [item for found in load(name).hook.register_components() for item in found]
    for item in published:
        if not isinstance(item, Component):
            raise PluginError(f"register_components() returned {item!r}. Decorate the function with @component.")
    return published


def credential_types_of(name: str) -> list[type[Credential]]:
    """The credential types that the plugin publishes, in its order."""
    published = [item for found in load(name).hook.register_credential_types() for item in found]
    for item in published:
        if not (isinstance(item, type) and issubclass(item, Credential)):
            raise PluginError(f"register_credential_types() returned {item!r}. Make it a subclass of Credential.")
    return published


def preloads_of(name: str) -> list[str]:
    """The modules that the plugin asks to have imported before a step starts."""
    asked = [item for found in load(name).hook.register_preloads() for item in found]
    for item in asked:
        if not isinstance(item, str) or not all(part.isidentifier() for part in item.split(".")):
            raise PluginError(f"register_preloads() returned {item!r}. Name modules, such as 'rapidfuzz'.")
    return sorted(set(asked))


def manifest_of(component: Component, plugin: str, distribution: str, preload: Sequence[str] = ()) -> ComponentManifest:
    """The component as data. Raises :class:`PluginError` for one that a flow could not use."""
    _check(component)
    return ComponentManifest(
        id=component.id,
        version=component.version,
        name=component.name,
        category=component.category,
        effect=component.effect,
        icon=component.icon,
        doc=component.doc,
        plugin=plugin,
        distribution=distribution,
        module=component.function.__module__,
        qualname=component.function.__qualname__,
        inputs=[PortManifest(**port.to_json()) for port in component.inputs],
        outputs=[PortManifest(**port.to_json()) for port in component.outputs],
        params=component.params.model_json_schema(),
        code=_code_digest(component.function.__module__),
        credentials={name: kind.type for name, kind in component.credentials.items()},
        context=component.context,
        preload=list(preload),
        predicts=component.predict is not None,
        migrates_from=sorted(component.migrations),
        examples=[_plain(vars(example)) for example in component.examples],
        optional_credentials=list(component.optional_credentials),
    )


def type_manifest_of(kind: type[Credential], plugin: str, distribution: str) -> CredentialTypeManifest:
    """The credential type as data. Raises :class:`PluginError` for one without a name to be stored by."""
    _check_type(kind)
    return CredentialTypeManifest(
        id=kind.type,
        title=kind.title or kind.__name__,
        doc=inspect.getdoc(kind) or "",
        plugin=plugin,
        distribution=distribution,
        module=kind.__module__,
        qualname=kind.__qualname__,
        fields=kind.model_json_schema(),
        secret=kind.secret_fields(),
        tests=hasattr(kind, "test"),
    )


def _check_type(kind: type[Credential]) -> None:
    if not CREDENTIAL_TYPE.fullmatch(kind.type):
        raise PluginError(f"{kind.__name__}: its type {kind.type!r} is none. Use lower case words, such as acme.login.")


def _check(component: Component) -> None:
    if not COMPONENT_ID.fullmatch(component.id) or component.id in (CODE, NOTEBOOK):
        raise PluginError(f"{component.id!r} is no component id. Use lower case words, for example acme.fetch.")
    module, name = component.function.__module__, component.function.__qualname__
    if getattr(sys.modules.get(module), name, None) is not component:
        raise PluginError(f"{component.id}: {module}.{name} must be a function at the top level of its module.")
    for kind in component.credentials.values():
        _check_type(kind)


@cache
def _code_digest(module: str) -> str:
    """A hash of the modules of the package, for an editable package changes without a new version."""
    top = getattr(sys.modules[module.partition(".")[0]], "__file__", None) or ""
    own = getattr(sys.modules[module], "__file__", None)
    files = sorted(Path(top).parent.rglob("*.py")) if top.endswith("__init__.py") else [Path(own)] if own else []
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    return to_jsonable_python(value, bytes_mode="base64", inf_nan_mode="strings", fallback=str)


def describe(entry: PluginEntry) -> PluginManifest:
    """What the plugin publishes, or why it cannot. Never raises: even `sys.exit()` becomes the plugin's error."""
    manifest = PluginManifest(name=entry.name, distribution=entry.distribution, version=entry.version)
    try:
        if entry_point(entry.name) != entry:
            raise PluginError(f"Another package already announces a plugin named {entry.name!r}.")
        published, preload = components_of(entry.name), preloads_of(entry.name)
        types = credential_types_of(entry.name)
    except BaseException as error:
        return manifest.model_copy(update=failure(error))
    found: dict[str, Any] = {}
    found["components"] = _each(published, lambda one: manifest_of(one, entry.name, entry.label, preload), found)
    found["credential_types"] = _each(types, lambda one: type_manifest_of(one, entry.name, entry.label), found)
    return manifest.model_copy(update=found)


def _each(published: Iterable[T], described: Callable[[T], Any], found: dict[str, Any]) -> list[Any]:
    """One thing that cannot be described does not take the others with it; why is put into `found`."""
    manifests = []
    for one in published:
        try:
            manifests.append(described(one))
        except BaseException as error:
            found.update(failure(error))
    return manifests


def failure(error: BaseException) -> dict[str, str]:
    """An exception as the `error` and `traceback` of a manifest."""
    return {"error": " ".join(_headline(error)), "traceback": "".join(traceback.format_exception(error))}


def _headline(error: BaseException) -> Iterator[str]:
    text = str(error).strip()
    if not isinstance(error, PluginError):
        yield type(error).__name__ + (":" if text else "")
    yield text.splitlines()[0] if text else ""
