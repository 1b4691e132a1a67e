import pytest

from studio.exceptions import NotFound
from studio.manifest import ComponentManifest, CredentialTypeManifest, PluginManifest
from studio.registry import Registry


def component(id: str, plugin: str) -> ComponentManifest:
    return ComponentManifest(
        id=id, version=1, name=id, category="Test", effect="pure", plugin=plugin, distribution=f"{plugin} 1.0",
        module=plugin, qualname=id.replace(".", "_"), inputs=[], outputs=[], params={},
    )  # fmt: skip


def plugin(name: str, *ids: str, error: str = "") -> PluginManifest:
    published = [component(id, name) for id in ids]
    return PluginManifest(
        name=name, distribution=name, version="1.0", components=published, error=error, traceback=f"trace of {error}"
    )


def test_components_are_found_by_id_and_listed_by_id() -> None:
    registry = Registry([plugin("one", "b.two", "a.one"), plugin("two", "c.three")])
    assert [component.id for component in registry.components()] == ["a.one", "b.two", "c.three"]
    found = registry.component("c.three")
    assert found is not None
    assert found.plugin == "two"
    assert registry.component("c.four") is None
    assert registry.failures == []


def test_a_taken_id_is_one_failure_and_the_first_keeps_it() -> None:
    registry = Registry([plugin("one", "a.x"), plugin("two", "a.x", "a.y"), plugin("three", "a.z")])
    assert {component.id: component.plugin for component in registry.components()} == {
        "a.x": "one",
        "a.y": "two",
        "a.z": "three",
    }
    (failure,) = registry.failures
    assert (failure.plugin, failure.component) == ("two", "a.x")
    assert failure.message == "The id 'a.x' is taken: one 1.0 (plugin 'one') publishes it, too."
    assert failure.traceback


def test_one_plugin_may_not_publish_an_id_twice() -> None:
    registry = Registry([plugin("one", "a.x", "a.x")])
    assert [failure.component for failure in registry.failures] == ["a.x"]


def test_a_broken_plugin_is_a_failure_with_its_traceback() -> None:
    registry = Registry([plugin("one", error="ImportError: no"), plugin("two", "a.x")])
    (failure,) = registry.failures
    assert (failure.plugin, failure.message, failure.traceback) == (
        "one",
        "ImportError: no",
        "trace of ImportError: no",
    )
    assert [component.id for component in registry.components()] == ["a.x"]


def test_a_misspelled_id_is_met_with_the_nearest_one() -> None:
    registry = Registry([plugin("one", "match.fuzzy", "read.csv")])
    assert registry.suggest("match.fuzy") == "Did you mean 'match.fuzzy'?"
    assert registry.suggest("Read.CSV") == "Did you mean 'read.csv'?"
    assert registry.suggest("zzz") == ""


def credential_type(id: str, plugin: str) -> CredentialTypeManifest:
    return CredentialTypeManifest(
        id=id,
        title=id,
        plugin=plugin,
        distribution=f"{plugin} 1.0",
        module=plugin,
        qualname="Login",
        fields={},
        secret=[],
    )


def test_credential_types_are_found_by_id_and_the_first_keeps_it() -> None:
    plugins = [
        PluginManifest(
            name=name, distribution=name, version="1.0", credential_types=[credential_type("acme.login", name)]
        )
        for name in ("one", "two")
    ]
    registry = Registry(plugins)
    assert registry.credential_type("acme.login").plugin == "one"
    assert [one.id for one in registry.credential_types()] == ["acme.login"]
    (failure,) = registry.failures
    assert failure.message == "The id 'acme.login' is taken: one 1.0 (plugin 'one') publishes it, too."
    with pytest.raises(NotFound, match=r"'acme\.logn'\. Did you mean 'acme\.login'"):
        registry.credential_type("acme.logn")
