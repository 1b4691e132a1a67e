"""One suite over every component and every example: those that come with Millrace, and those of our plugins."""

from __future__ import annotations

import pytest

from studio.component import Component
from studio.plugins import components_of, entry_points
from studio.testing import check_component

OURS = ("millrace", "millrace-matching")


def published() -> list[Component]:
    """The components of our distributions, as the plugin host finds them."""
    names = [entry.name for entry in entry_points() if entry.distribution in OURS]
    return [component for name in names for component in components_of(name)]


@pytest.mark.parametrize("component", published(), ids=lambda component: component.id)
def test_a_component_keeps_its_promises(component: Component) -> None:
    check_component(component)


def test_no_two_components_share_an_id_or_a_name() -> None:
    components = published()
    assert len({component.id for component in components}) == len(components)
    assert len({component.name for component in components}) == len(components)
