"""The plugin host as the house sees it."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from studio.exceptions import NotFound, PluginError
from studio.manifest import ComponentManifest, CredentialTypeManifest, PluginManifest
from studio.plugin_host import cache
from studio.plugin_host.answers import Check, Columns, CredentialCheck
from studio.plugin_host.process import Child, Gone
from studio.port import Schema
from studio.problem import Problem
from studio.registry import Registry

LOG = logging.getLogger(__name__)


class PluginHost:
    """Asks plugins, each in a child process that alone imports them.

    The child starts with the first question that the cached manifest cannot answer. A plugin that raises, hangs,
    prints or dies costs its own answer only (:class:`PluginError`); the next question starts a new child. Any thread
    may ask; questions wait for each other. `python` may be the interpreter of another environment.
    """

    def __init__(
        self, home: Path, python: str = sys.executable, *, seconds: float = 5.0, import_seconds: float = 20.0
    ) -> None:
        self._home = home
        self._python = python
        self._seconds = seconds
        self._import_seconds = import_seconds
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._cached: cache.Cached | None = None
        self._owners: dict[str, ComponentManifest] = {}

    def __enter__(self) -> PluginHost:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child. The host may be used again."""
        with self._lock:
            if self._child:
                self._child.close()
                self._child = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is no child."""
        return self._child.pid if self._child else None

    def plugins(self) -> list[PluginManifest]:
        """What every installed plugin publishes, or why it cannot; ours first, then by name.

        Starts a child only when the packages are not those of the cached manifest.
        """
        with self._lock:
            cached = self._cached or cache.read(self._file)
            if cached and cached.python == self._python and cached.fingerprint == cache.fingerprint(cached.path):
                return self._remember(cached)
            return self.rescan()

    def rescan(self) -> list[PluginManifest]:
        """Forget the cached manifest and ask every plugin again."""
        with self._lock:
            self.close()
            path = self._search_path()
            fingerprint = cache.fingerprint(path)
            announced = self._ask("announced", seconds=self._import_seconds)
            plugins = [self._describe(position, plugin) for position, plugin in enumerate(announced)]
            cached = cache.Cached(python=self._python, path=path, fingerprint=fingerprint, plugins=plugins)
            cache.write(self._file, cached)
            return self._remember(cached)

    def _search_path(self) -> list[str]:
        try:
            path: list[str] = self._ask("where", seconds=self._import_seconds)["path"]
        except Gone as error:
            message = f"The plugin host does not start with {self._python}."
            raise PluginError(message, traceback=error.traceback) from error
        return path

    @property
    def _file(self) -> Path:
        return cache.cache_file(self._home, self._python)

    def _remember(self, cached: cache.Cached) -> list[PluginManifest]:
        if cached is not self._cached:
            self._cached = cached
            self._owners = {component.id: component for component in Registry(cached.plugins).components()}
        return cached.plugins

    def _describe(self, position: int, plugin: dict[str, str]) -> PluginManifest:
        """One plugin's manifest. If the child dies, a fresh one tells whether this plugin or an earlier one did it."""
        for _ in range(2):
            alone = not (self._child and self._child.imported)
            try:
                return PluginManifest.model_validate(self._import("describe", plugin["name"], position=position))
            except Gone as error:
                gone = error
                if alone or gone.late:
                    break
        return PluginManifest(**plugin, error=gone.message, traceback=gone.traceback)

    def check(
        self,
        component_id: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, Columns],
        directory: str = "",
        unresolved: Collection[str] = (),
    ) -> Check:
        """Problems of a component's params, and its output columns as far as they can be told without running.

        `inputs` are the known columns by port, lists for ports that take many; relative paths in params mean
        `directory`. Params named in `unresolved` have no value yet: they are left out and cause no problem. Raises
        :class:`PluginError` if the plugin raised, hung or died.
        """
        columns = {port: _to_json(value) for port, value in inputs.items()}
        answer = self._ask_component(
            "check",
            component_id,
            params=dict(params),
            inputs=columns,
            directory=directory,
            unresolved=sorted(unresolved),
        )
        outputs = {
            port: Schema.from_json(found) if found is not None else None for port, found in answer["outputs"].items()
        }
        return Check([Problem(**problem) for problem in answer["problems"]], outputs)

    def options(self, component_id: str, field: str, params: Mapping[str, Any], directory: str = "") -> list[str]:
        """The choices that a param marked with `ui.Options` offers, given the other params."""
        found: list[str] = self._ask_component(
            "options", component_id, field=field, params=dict(params), directory=directory
        )
        return found

    def migrate(self, component_id: str, version: int, params: Mapping[str, Any]) -> dict[str, Any]:
        """Params of an older version, brought to the installed one. Raises :class:`UserError` if there is no way."""
        migrated: dict[str, Any] = self._ask_component("migrate", component_id, version=version, params=dict(params))
        return migrated

    def source(self, component_id: str) -> str:
        """The component's function as its author wrote it."""
        return str(self._ask_component("source", component_id))

    def check_credential(self, kind: CredentialTypeManifest, values: Mapping[str, Any]) -> CredentialCheck:
        """What is wrong with a credential's values; if nothing is, all its fields. Problems show no value.

        Raises :class:`PluginError` as :meth:`check` does. What an error says is the plugin's own: it may hold a secret.
        """
        answer = self._ask_in_secret("check_credential", kind, values)
        return CredentialCheck([Problem(**problem) for problem in answer["problems"]], answer["values"])

    def test_credential(self, kind: CredentialTypeManifest, values: Mapping[str, Any]) -> str:
        """What *Test connection* finds; raises :class:`UserError` if it does not work. Of errors the same is true."""
        return str(self._ask_in_secret("test_credential", kind, values))

    def _ask_in_secret(self, question: str, kind: CredentialTypeManifest, values: Mapping[str, Any]) -> Any:
        """Ask a child of its own, so that secrets end with it and nobody waits for it. They travel over its pipes."""
        child = self._new_child()
        try:
            child.ask("load", seconds=self._import_seconds, plugin=kind.plugin)
            return child.ask(question, seconds=self._seconds, plugin=kind.plugin, type=kind.id, values=dict(values))
        finally:
            child.close()

    def _ask_component(self, question: str, component_id: str, **arguments: Any) -> Any:
        with self._lock:
            if not self._owners:
                self.plugins()
            owner = self._owners.get(component_id)
            if owner is None:
                raise NotFound(f"There is no component {component_id!r}.", cure="See `millrace components list`.")
            if not (self._child and owner.plugin in self._child.imported):
                self._import("load", owner.plugin)
            return self._ask(question, seconds=self._seconds, plugin=owner.plugin, component=component_id, **arguments)

    def _import(self, question: str, plugin: str, **arguments: Any) -> Any:
        """Ask what makes the child import the plugin, which may take longer."""
        self._running().imported.add(plugin)
        return self._ask(question, seconds=self._import_seconds, plugin=plugin, **arguments)

    def _ask(self, question: str, *, seconds: float, **arguments: Any) -> Any:
        try:
            return self._running().ask(question, seconds=seconds, **arguments)
        except Gone as error:
            self._child = None
            LOG.info("The plugin host's child was asked %r and is gone: %s\n%s", question, error, error.traceback)
            raise

    def _running(self) -> Child:
        if self._child and not self._child.alive:
            self.close()  # it died between questions: nobody who asks now is to blame
        if self._child is None:
            self._child = self._new_child()
        return self._child

    def _new_child(self) -> Child:
        self._home.mkdir(parents=True, exist_ok=True)
        return Child(self._python, self._home)


def _to_json(value: Columns) -> Any:
    if isinstance(value, list):
        return {"many": [_to_json(item) for item in value]}
    return value.to_json() if value is not None else None


def _from_json(value: list[dict[str, str]] | None) -> Schema | None:
    return Schema.from_json(value) if value is not None else None
