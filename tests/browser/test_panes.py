"""The panes around the canvas: hidden and shown by keyboard and menu, with the sizes that people gave them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from studio.flow import Flow, write_flow
from tests.browser.labs import Lab


@pytest.fixture
def page_of_flow(lab: Lab, open_lab: Callable[[str], Page]) -> Page:
    flow = Flow.new("Panes")
    flow.add("read.csv", "bank", params={"path": "bank.csv"})
    flow.layout["bank"] = {"x": 0, "y": 0}
    write_flow(flow, lab.root / "panes.flow")
    page = open_lab("panes.flow")
    page.locator(".react-flow__node").click()
    return page


def box(part: Locator) -> FloatRect:
    expect(part).to_be_visible()
    found = part.bounding_box()
    assert found is not None
    return found


def drag(page: Page, handle: Locator, x: float = 0, y: float = 0) -> None:
    at = box(handle)
    middle = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + x, middle[1] + y, steps=4)
    page.mouse.up()


def test_panes_are_hidden_and_shown_by_keyboard_and_by_the_view_menu(
    page_of_flow: Page, shoot: Callable[[str], None]
) -> None:
    page = page_of_flow
    palette = page.get_by_role("navigation", name="Components")
    settings = page.get_by_role("region", name="Settings", exact=True)
    data = page.get_by_role("region", name="Data", exact=True)
    shoot("panes")
    wide = box(page.locator(".mr-Canvas"))["width"]
    settings.get_by_label("Encoding").focus()
    for key, pane in {"1": palette, "2": settings, "3": data}.items():
        expect(pane).to_be_visible()
        page.keyboard.press(f"Control+Alt+{key}")
        expect(pane).to_be_hidden()
        expect(page.locator(".mr-Canvas :focus, .mr-Settings :focus")).to_have_count(1)  # the next key is heard, too
    assert box(page.locator(".mr-Canvas"))["width"] > wide + 400
    shoot("panes-hidden")
    page.get_by_role("menuitem", name="View", exact=True).click()
    page.get_by_role("menuitemcheckbox", name="Show Data of Nodes").or_(
        page.get_by_role("menuitem", name="Show Data of Nodes")
    ).click()
    expect(data).to_be_visible()
    page.evaluate("() => jupyterapp.commands.execute('millrace:open-settings')")
    expect(settings).to_be_visible()


def test_panes_keep_the_sizes_that_people_gave_them(page_of_flow: Page) -> None:
    page = page_of_flow
    settings, data = page.locator(".mr-Settings"), page.locator(".mr-Data")
    handles = page.locator(".mr-Editor-top > .lm-SplitPanel-handle:not(.lm-mod-hidden)")
    before = box(settings)["width"]
    drag(page, handles.nth(1), x=-80)
    wide = box(settings)["width"]
    assert wide == pytest.approx(before + 80, abs=8)
    drag(page, page.locator(".mr-Editor > .lm-SplitPanel-handle:not(.lm-mod-hidden)").first, y=-60)
    high = box(data)["height"]
    settings.get_by_label("Encoding").focus()
    for _ in range(2):
        page.keyboard.press("Control+Alt+2")
        page.keyboard.press("Control+Alt+3")
    assert box(settings)["width"] == pytest.approx(wide, abs=2)
    assert box(data)["height"] == pytest.approx(high, abs=2)
    page.evaluate("async () => { await jupyterapp.commands.execute('launcher:create') }")
    expect(settings).to_be_hidden()
    page.get_by_role("tab", name="panes.flow").click()
    assert box(settings)["width"] == pytest.approx(wide, abs=2)
    drag(page, handles.nth(1), x=900)
    assert box(settings)["width"] >= 260
    drag(page, handles.nth(0), x=-900)
    assert box(page.locator(".mr-Palette"))["width"] >= 160
