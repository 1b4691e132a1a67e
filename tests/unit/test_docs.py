"""The documentation is a test subject."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from studio.component import Component
from studio.components import register_components
from studio.credential import BUILT_IN, Credential
from studio.testing import check_component

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("component", register_components(), ids=lambda component: component.id)
def test_every_built_in_component_is_documented_with_its_outputs(component: Component) -> None:
    row = re.search(rf"^\| `{re.escape(component.id)}` \|.*$", (DOCS / "components.md").read_text(), re.MULTILINE)
    assert row, f"docs/components.md has no row for {component.id}"
    outputs = re.findall(r"`(\w+)`", row[0].rpartition(" | ")[2])
    assert outputs == [port.name for port in component.outputs]


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
def test_every_built_in_credential_type_is_documented(kind: type[Credential]) -> None:
    assert f"`{kind.type}`" in (DOCS / "credentials.md").read_text()


def test_the_credential_type_of_the_guide_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = re.search(r"```python\n(.*?)```", (DOCS / "credentials.md").read_text(), re.DOTALL)
    assert source
    (tmp_path / "acme_login.py").write_text(source[1])
    monkeypatch.syspath_prepend(tmp_path)
    (kind,) = import_module("acme_login").register_credential_types()
    assert kind.secret_fields() == ["token"]
    assert kind(user="ada", token="acme-1").test() == "It looks right."


def test_the_first_component_of_the_guide_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = re.search(r"```python\n(# acme_match.*?)```", (DOCS / "components.md").read_text(), re.DOTALL)
    assert source
    (tmp_path / "acme_match.py").write_text(source[1])
    monkeypatch.syspath_prepend(tmp_path)
    (keep,) = import_module("acme_match").register_components()
    check_component(keep)
