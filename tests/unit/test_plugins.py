from __future__ import annotations

import importlib
from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest

import studio
from studio import ui
from studio.component import Component, Params, component
from studio.context import RunContext
from studio.credential import ApiKey, Credential, HttpBasic, Smtp
from studio.exceptions import PluginError, UserError
from studio.plugins import (
    components_of,
    describe,
    entry_point,
    entry_points,
    failure,
    load,
    manifest_of,
    type_manifest_of,
)
from studio.port import Outputs, Table, Text


class PickParams(Params):
    column: Annotated[str, ui.Column("left")] = "a"


class Picked(Outputs):
    picked: Table
    note: Text


@component(id="test.pick", version=3, name="Pick", category="Test", effect="pure", icon="hand")
def pick(
    left: Table,
    others: list[Table],
    maybe: Table | None = None,
    *,
    params: PickParams,
    run: RunContext,
    login: HttpBasic,
    key: ApiKey | None = None,
) -> Picked:
    """Pick some."""
    return Picked(picked=left, note="")


def test_a_manifest_says_all_that_the_signature_says() -> None:
    manifest = manifest_of(pick, "test", "test 1.0")
    assert [(port.name, port.many, port.required) for port in manifest.inputs] == [
        ("left", False, True),
        ("others", True, True),
        ("maybe", False, False),
    ]
    assert [(port.name, port.kind) for port in manifest.outputs] == [("picked", "table"), ("note", "text")]
    assert (manifest.module, manifest.qualname, manifest.context) == (__name__, "pick", "run")
    assert manifest.credentials == {"login": "http.basic", "key": "http.api-key"}
    assert manifest.optional_credentials == ["key"]
    assert manifest.params["properties"]["column"]["x-millrace"]["port"] == "left"
    assert (manifest.doc, manifest.version, manifest.predicts) == ("Pick some.", 3, False)


def test_a_name_cannot_be_a_setting_and_a_credential() -> None:
    with pytest.raises(UserError, match="'column' is a setting and a credential"):

        @component(id="test.clash")
        def clash(params: PickParams, *, column: HttpBasic) -> Table:
            """Clash."""


@component(id="test.example")
def example(table: Table) -> Table:
    return table


example.example(
    title="Money",
    inputs={"table": {"amount": [Decimal("1.20"), None], "day": [date(2026, 10, 31)] * 2}},
    expect={"table": {"amount": [float("nan"), 1]}},
    files={"a.bin": b"\x00\xff"},
)


def test_examples_become_plain_values() -> None:
    (found,) = manifest_of(example, "test", "test 1.0").examples
    assert found["inputs"]["table"] == {"amount": ["1.20", None], "day": ["2026-10-31", "2026-10-31"]}
    assert found["files"] == {"a.bin": "AP8="}


@pytest.mark.parametrize("id", ["code", "notebook", "Read CSV", "a..b", ""])
def test_an_id_that_no_flow_could_use_is_refused(id: str) -> None:
    def function() -> Table:
        """Never called."""

    with pytest.raises(PluginError, match="is no component id"):
        manifest_of(component(id=id)(function), "test", "test 1.0")


def test_a_component_must_be_importable_by_its_name() -> None:
    def inner() -> Table:
        """Never called."""

    with pytest.raises(PluginError, match="at the top level"):
        manifest_of(component(id="test.inner")(inner), "test", "test 1.0")


def test_built_ins_enter_by_the_entry_point_and_come_first() -> None:
    first = entry_points()[0]
    assert (first.name, first.distribution) == ("builtin", "millrace")
    assert load("builtin").has_plugin("builtin")
    assert all(isinstance(found, Component) for found in components_of("builtin"))
    assert describe(first).error == ""


def test_a_plugin_that_nobody_announces_is_an_error() -> None:
    with pytest.raises(PluginError, match="No installed package announces the plugin 'nobody'"):
        entry_point("nobody")


def test_an_exception_becomes_one_line_and_its_traceback() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        found = failure(error)
    assert found["error"] == "ValueError: first"
    assert "test_plugins.py" in found["traceback"]


def test_the_front_door_offers_component_and_run_even_after_the_rooms_of_that_name_are_imported() -> None:
    for room in ("component", "run"):
        importlib.import_module(f"studio.{room}")
    assert studio.component is component
    assert "run" not in vars(studio)


class Nameless(Credential):
    pass


def test_a_component_asks_for_a_type_that_has_a_name() -> None:
    @component(id="test.nameless")
    def function(*, login: Nameless) -> Text:
        return ""

    globals()[function.function.__qualname__] = function
    with pytest.raises(PluginError, match="Nameless: its type '' is none"):
        manifest_of(function, "test", "test 1.0")


def test_a_credential_type_as_data_holds_what_a_form_needs() -> None:
    found = type_manifest_of(Smtp, "builtin", "millrace 1.0")
    assert (found.id, found.secret, found.tests) == ("smtp", ["password"], True)
    assert found.fields["required"] == ["host", "sender"]
    assert not type_manifest_of(HttpBasic, "builtin", "millrace 1.0").tests
