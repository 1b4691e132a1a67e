"""Ejected components are code nodes with the same ports and settings, and do the same."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

import polars as pl
import pytest

from studio.codenodes.eject import eject
from studio.codenodes.parser import parse
from studio.component import Component
from studio.components import register_components
from studio.exceptions import UserError
from studio.plugins import manifest_of

COMPONENTS: dict[str, Component] = {one.id: one for one in register_components()}


def ejected(id: str) -> str:
    component = COMPONENTS[id]
    return eject(
        manifest_of(component, "millrace", "millrace 1"), textwrap.dedent(inspect.getsource(component.function))
    )


@pytest.mark.parametrize("id", sorted(set(COMPONENTS) - {"sql.write"}))
def test_a_built_in_component_keeps_its_ports_and_settings(id: str) -> None:
    manifest = manifest_of(COMPONENTS[id], "millrace", "millrace 1")
    signature = parse(ejected(id))
    assert signature.problems == ()
    assert {port.name for port in signature.inputs} == {port.name for port in manifest.inputs}
    assert [port.name for port in signature.outputs] == [port.name for port in manifest.outputs]
    assert {one.name for one in signature.settings} == set(manifest.params.get("properties", {}))
    assert signature.credentials == manifest.credentials


def test_an_ejected_component_does_what_it_did() -> None:
    space: dict[str, Any] = {"pl": pl}
    exec(ejected("table.filter"), space)
    frame = pl.LazyFrame({"amount": [1, 200]})
    assert space["run"](frame, condition="amount > 100").collect().rows() == [(200,)]


def test_a_component_whose_port_and_setting_share_a_name_says_why_it_stays() -> None:
    with pytest.raises(UserError, match="both named 'table'"):
        ejected("sql.write")
