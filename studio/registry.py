"""The registry: id -> manifest of a component or credential type, and what failed. No plugin is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from studio.exceptions import NotFound
from studio.manifest import ComponentManifest, CredentialTypeManifest, PluginManifest
from studio.problem import did_you_mean

M = TypeVar("M", ComponentManifest, CredentialTypeManifest)


@dataclass(frozen=True)
class PluginFailure:
    """A plugin that does not work, or (with `component`) a component or credential type that it could not publish."""

    plugin: str
    distribution: str
    message: str
    traceback: str = ""
    component: str = ""


class Registry:
    """What all plugins publish together. Whoever comes first keeps an id; plugins come in the order given."""

    def __init__(self, plugins: Sequence[PluginManifest]) -> None:
        self.renew(plugins)

    def renew(self, plugins: Sequence[PluginManifest]) -> None:
        """Let these be the plugins from now on, for all who hold this registry."""
        failures = [_failure(plugin) for plugin in plugins if plugin.error]
        components = _by_id([one for plugin in plugins for one in plugin.components], failures)
        types = _by_id([one for plugin in plugins for one in plugin.credential_types], failures)
        self.plugins, self.failures = list(plugins), failures
        self._components, self._credential_types = components, types

    def component(self, id: str) -> ComponentManifest | None:
        return self._components.get(id)

    def components(self) -> list[ComponentManifest]:
        """All components, by id."""
        return sorted(self._components.values(), key=lambda component: component.id)

    def credential_type(self, id: str) -> CredentialTypeManifest:
        """The credential type of that id; raises NotFound."""
        found = self._credential_types.get(id)
        if found is None:
            cure = did_you_mean(id, self._credential_types) or "See `millrace credentials types`."
            raise NotFound(f"There is no credential type {id!r}.", cure=cure)
        return found

    def credential_types(self) -> list[CredentialTypeManifest]:
        """All credential types, by id."""
        return sorted(self._credential_types.values(), key=lambda one: one.id)

    def suggest(self, id: str) -> str:
        """`Did you mean 'match.fuzzy'?`, or an empty text if no id is near."""
        return did_you_mean(id, self._components)


def _by_id(published: Iterable[M], failures: list[PluginFailure]) -> dict[str, M]:
    found: dict[str, M] = {}
    for one in published:
        first = found.setdefault(one.id, one)
        if first is not one:
            failures.append(_taken(one, first))
    return found


def _failure(plugin: PluginManifest) -> PluginFailure:
    return PluginFailure(plugin.name, plugin.distribution, plugin.error, plugin.traceback)


def _taken(one: M, first: M) -> PluginFailure:
    message = f"The id {one.id!r} is taken: {first.distribution} (plugin {first.plugin!r}) publishes it, too."
    origin = f"{one.module}.{one.qualname} against {first.module}.{first.qualname}"
    return PluginFailure(one.plugin, one.distribution, message, origin, one.id)
