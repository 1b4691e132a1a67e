"""The registry: component id -> manifest, and what failed. Data only; no plugin is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.manifest import ComponentManifest, PluginManifest
from studio.problem import did_you_mean


@dataclass(frozen=True)
class PluginFailure:
    """A plugin that does not work, or (with `component`) one component that it could not publish."""

    plugin: str
    distribution: str
    message: str
    traceback: str = ""
    component: str = ""


class Registry:
    """What all plugins publish together. Whoever comes first keeps an id; plugins come in the order given."""

    def __init__(self, plugins: Sequence[PluginManifest]) -> None:
        self.plugins = list(plugins)
        self.failures = [_failure(plugin) for plugin in plugins if plugin.error]
        self._components: dict[str, ComponentManifest] = {}
        for plugin in plugins:
            for component in plugin.components:
                self._add(component)

    def _add(self, component: ComponentManifest) -> None:
        first = self._components.setdefault(component.id, component)
        if first is not component:
            self.failures.append(_taken(component, first))

    def component(self, id: str) -> ComponentManifest | None:
        return self._components.get(id)

    def components(self) -> list[ComponentManifest]:
        """All components, by id."""
        return sorted(self._components.values(), key=lambda component: component.id)

    def suggest(self, id: str) -> str:
        """`Did you mean 'match.fuzzy'?`, or an empty text if no id is near."""
        return did_you_mean(id, self._components)


def _failure(plugin: PluginManifest) -> PluginFailure:
    return PluginFailure(plugin.name, plugin.distribution, plugin.error, plugin.traceback)


def _taken(component: ComponentManifest, first: ComponentManifest) -> PluginFailure:
    message = f"The id {component.id!r} is taken: {first.distribution} (plugin {first.plugin!r}) publishes it, too."
    origin = f"{component.module}.{component.qualname} against {first.module}.{first.qualname}"
    return PluginFailure(component.plugin, component.distribution, message, origin, component.id)
