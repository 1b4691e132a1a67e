"""A `.flow` file opens as a flow, and is saved as the canonical text."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.labs import Lab

EXAMPLES = Path(__file__).parents[2] / "notebooks" / "examples"


def test_an_example_opens_with_all_of_its_nodes(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
):
    shutil.copytree(EXAMPLES / "reconcile", lab.root / "reconcile", dirs_exist_ok=True)
    page = open_lab("reconcile/reconcile.flow")
    expect(page.locator(".react-flow__node")).to_have_count(8)
    shoot("reconcile")
