"""With jupyter-collaboration installed, a flow is edited by several people at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.flow import Flow, format_flow
from tests.browser.labs import Lab, running_lab

SHARED = "jupyterapp.shell.currentWidget?.context.model.sharedModel"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("rooms"), collaboration=True) as lab:
        yield lab


@pytest.fixture
def file(lab: Lab) -> Path:
    flow = Flow.new("Shared")
    flow.add("code", "first", source="def run() -> int:\n    return 1", params={"limit": 1})
    path = lab.root / "shared.flow"
    path.write_text(format_flow(flow))
    return path


@pytest.fixture
def others(browser: Browser, lab: Lab) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(lab.page("shared.flow"))
    yield page
    context.close()


def shown(page: Page) -> dict[str, Any]:
    text: str = page.evaluate(f"() => {SHARED}.getSource()")
    return json.loads(text)


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {{ const flow = {SHARED}?.flow; return flow?.nodes?.length && ({condition}) }}")


def test_what_two_people_edit_is_one_document_and_each_undoes_their_own(
    open_lab: Callable[[str], Page], others: Page, file: Path
):
    page = open_lab("shared.flow")
    for one in (page, others):
        wait_for(one, "flow.nodes[0].params.limit === 1")
    page.evaluate(f"() => {SHARED}.setParam('first', 'limit', 5)")
    others.evaluate(f"() => {SHARED}.updateNode('first', {{name: 'Theirs'}})")
    for one in (page, others):
        wait_for(one, "flow.nodes[0].params.limit === 5 && flow.nodes[0].name === 'Theirs'")
    page.evaluate(f"() => {SHARED}.undo()")
    wait_for(others, "flow.nodes[0].params.limit === 1 && flow.nodes[0].name === 'Theirs'")
    assert shown(page) == shown(others)


def test_the_room_saves_the_canonical_text(open_lab: Callable[[str], Page], file: Path):
    page = open_lab("shared.flow")
    wait_for(page, "flow.nodes[0].id === 'first'")
    page.evaluate(f"() => {SHARED}.setParam('first', 'limit', 77)")
    page.wait_for_function(f"() => !{SHARED}.dirty")
    flow = json.loads(file.read_text())
    assert flow["nodes"][0]["params"] == {"limit": 77}
    assert file.read_text() == page.evaluate(f"() => {SHARED}.getSource()")


def test_a_room_of_a_file_that_is_no_flow_shows_why_until_it_is_one(open_lab: Callable[[str], Page], lab: Lab):
    (lab.root / "empty.flow").write_text("")
    page = open_lab("empty.flow")
    page.get_by_role("button", name="Start a new flow here").click()
    expect(page.get_by_text("This flow is empty")).to_be_visible()
    assert json.loads((lab.root / "empty.flow").read_text())["name"] == "empty"
