"""Every example, by the suite that Millrace offers to plugins."""

from __future__ import annotations

import pytest
from millrace_matching import register_components

from studio.testing import check_component


@pytest.mark.parametrize("component", register_components(), ids=lambda component: component.id)
def test_a_component_keeps_its_promises(component):
    check_component(component)
