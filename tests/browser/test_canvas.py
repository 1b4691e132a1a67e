"""Everything that is done on the canvas, by the mouse and by the keyboard."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.labs import Lab

EXAMPLES = Path(__file__).parents[2] / "notebooks" / "examples"
AXE = Path(__file__).parents[2] / "jupyter_extension" / "node_modules" / "axe-core" / "axe.min.js"
SETTLE = 60_000
"""Milliseconds for the first answer of a service that is still starting."""

OpenFlow = Callable[..., Page]


@pytest.fixture
def open_flow(open_lab: Callable[[str], Page], lab: Lab, request: pytest.FixtureRequest) -> OpenFlow:
    """Open a flow of a test's own, with the components listed."""

    def open_flow(nodes: list[dict[str, Any]], edges: list[dict[str, Any]] | None = None, **rest: Any) -> Page:
        path = lab.root / request.node.name / "test.flow"
        path.parent.mkdir(exist_ok=True)
        document = {"format": 1, "id": f"f_{request.node.name}", "nodes": nodes, "edges": edges or [], **rest}
        path.write_text(json.dumps(document))
        page = open_lab(f"{request.node.name}/test.flow")
        expect(page.get_by_role("button", name="Read CSV")).to_be_visible(timeout=SETTLE)
        return page

    return open_flow


READ = {"id": "bank", "type": "read.csv", "name": "Bank", "params": {"path": "bank.csv"}}
SORT = {"id": "sort", "type": "table.sort", "name": "Sort"}
WRITE = {"id": "out", "type": "write.csv", "name": "Out", "params": {"path": "secret-target.csv"}}
LAYOUT = {"bank": {"x": 0, "y": 0}, "sort": {"x": 14, "y": 0}, "out": {"x": 28, "y": 0}}
WIRES = [{"from": "bank.table", "to": "sort.table"}, {"from": "sort.table", "to": "out.table"}]

UNLISTED = {
    f"millrace:{name}"
    for name in (
        "accept-completion",
        "choose-file",
        "complete-code",
        "follow-link",
        "open-run",
        "show-code",
        "show-run",
    )
} | {"millrace:show-signature"}
"""Commands that make no sense without arguments, or outside of a field of code."""

NOTE = {"id": "n_1", "text": ["Ask Ada"], "x": 0, "y": 8, "width": 10, "height": 4}
GROUP = {"id": "g_1", "name": "Sources", "nodes": ["bank", "sort"]}


def flow_of(page: Page) -> dict[str, Any]:
    text = page.evaluate("() => jupyterapp.shell.currentWidget.context.model.toString()")
    return json.loads(text)  # type: ignore[no-any-return]


def until(page: Page, condition: str) -> None:
    """Wait until the document, as `flow`, is so."""
    text = "jupyterapp.shell.currentWidget.context.model.toString()"
    page.wait_for_function(f"() => {{ const flow = JSON.parse({text}); return {condition}; }}")


def edges_of(page: Page) -> list[str]:
    return [f"{edge['from']} {edge['to']}" for edge in flow_of(page)["edges"]]


def node(page: Page, id: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{id}"]')


def port(page: Page, node: str, handle: str) -> Locator:
    return page.locator(f'.react-flow__handle[data-nodeid="{node}"][data-handleid="{handle}"]')


def drag(
    page: Page, start: Locator | tuple[float, float], end: Locator | tuple[float, float], *, drop: bool = True
) -> None:
    x, y = middle(start)
    page.mouse.move(x, y)
    page.mouse.down()
    to_x, to_y = middle(end)
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x, to_y, steps=4)
    if drop:
        page.mouse.up()


def middle(place: Locator | tuple[float, float]) -> tuple[float, float]:
    if isinstance(place, tuple):
        return place
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def empty_spot(page: Page) -> tuple[float, float]:
    box = page.locator(".mr-Surface").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2


def keys(page: Page, *presses: str) -> None:
    for press in presses:
        page.keyboard.press(press)


def context(page: Page, place: Locator, item: str) -> None:
    place.click(button="right")
    page.locator(".lm-Menu").get_by_text(item, exact=True).click()


def test_cards_show_names_ports_and_how_they_fared(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
):
    shutil.copytree(EXAMPLES / "reconcile", lab.root / "cards")
    flow = lab.root / "cards" / "reconcile.flow"
    document = json.loads(flow.read_text())
    del next(one for one in document["nodes"] if one["id"] == "excel")["params"]["path"]
    flow.write_text(json.dumps(document))
    page = open_lab("cards/reconcile.flow")
    expect(page.get_by_role("button", name="Read CSV")).to_be_visible(timeout=SETTLE)
    expect(page.locator(".react-flow__node")).to_have_count(8)
    expect(page.get_by_role("group", name="Read CSV, Bank statement")).to_be_visible()
    expect(page.locator(".react-flow__edge")).to_have_count(15)
    steps = {
        "bank": {"state": "succeeded", "seconds": 0.41, "progress": None, "outputs": {"table": {"rows": 1204}}},
        "ledger": {"state": "reused", "seconds": 0.1, "progress": None, "outputs": {"table": {"rows": 1187}}},
        "clean": {"state": "succeeded", "seconds": 2.3, "progress": None, "outputs": {"bank": {"rows": 1200}}},
        "reconcile": {"state": "running", "progress": {"at": 0.4, "text": "page 4 of 10"}},
        "similar": {"state": "failed", "progress": None, "failure": {"message": "There is no column 'payee'."}},
        "overview": {"state": "blocked", "progress": None},
    }
    asked = {"run_id": "r", "state": "running", "created": "2026-11-25T12:00:00Z", "started": None, "ended": None,
             "seconds": None, "failure": None, "forgotten": False, "inputs": {}, "revision_id": None}  # fmt: skip
    run = {"runId": "r", "state": "running", "live": True, "steps": steps, "run": asked, "logs": {}, "last": 0}
    page.evaluate("run => jupyterapp.shell.currentWidget.editor.store.setState({run})", run)
    expect(page.get_by_role("group", name="Read CSV, Bank statement, succeeded, 1,204 rows")).to_be_visible()
    expect(page.get_by_role("group", name="problem: File is missing.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "40")
    expect(page.locator(".mr-Wire-rows").first).to_be_visible()
    expect(
        page.get_by_role("status").filter(has_text="4 of 6 nodes done. Failed: Match by similar name.")
    ).to_be_attached()
    assert not page.evaluate("() => jupyterapp.shell.currentWidget.context.model.dirty")
    shoot("reconcile")
    page.evaluate("() => jupyterapp.shell.collapseLeft()")
    page.get_by_role("button", name="Fit View").click()
    shoot("reconcile-wide")
    page.evaluate("() => jupyterapp.commands.execute('millrace:zoom-flow', {to: 'actual'})")
    expect(page.locator(".mr-Surface")).not_to_have_class("mr-Surface mr-mod-far")
    shoot("reconcile-near")


def test_a_flow_without_places_is_laid_out_and_stays_clean(open_flow: OpenFlow):
    page = open_flow([READ, SORT, WRITE], WIRES)
    lefts = [middle(node(page, id))[0] for id in ("bank", "sort", "out")]
    assert lefts == sorted(set(lefts))
    assert not page.evaluate("() => jupyterapp.shell.currentWidget.context.model.dirty")
    drag(page, node(page, "sort"), (middle(node(page, "sort"))[0], middle(node(page, "sort"))[1] + 120))
    until(page, "Object.keys(flow.layout).length === 3")


def test_wires_are_pulled_refused_and_removed_by_the_mouse(open_flow: OpenFlow, shoot: Callable[[str], None]):
    other = {"id": "web", "type": "http.request", "name": "Web"}
    page = open_flow([READ, SORT, WRITE, other], layout={**LAYOUT, "web": {"x": 0, "y": 8}})
    drag(page, port(page, "bank", "out:table"), port(page, "sort", "in:table"))
    until(page, "flow.edges.length === 1")
    # Of another kind, and said so while the wire hangs over the port.
    drag(page, port(page, "out", "out:file"), port(page, "sort", "in:table"), drop=False)
    expect(page.get_by_text("The output gives a file, but the input takes a table.")).to_be_visible()
    shoot("refused")
    page.mouse.up()
    assert len(flow_of(page)["edges"]) == 1
    # In a circle.
    drag(page, port(page, "sort", "out:table"), port(page, "out", "in:table"))
    until(page, "flow.edges.length === 2")
    drag(page, port(page, "out", "out:"), port(page, "bank", "in:"))
    expect(page.get_by_text("That would make a circle")).to_be_visible()
    # Without data, from head to head.
    drag(page, port(page, "web", "out:"), port(page, "sort", "in:"))
    until(page, "flow.edges.some(edge => edge.from === 'web' && edge.to === 'sort')")
    wire = page.locator('.react-flow__edge[data-id="web sort"] .react-flow__edge-interaction')
    wire.click(button="right", force=True)
    page.locator(".lm-Menu").get_by_text("Follow If It Fails").click()
    until(page, "flow.edges.some(edge => edge.when === 'failure')")
    expect(page.get_by_text("if it fails")).to_be_visible()
    wire.click(force=True)
    keys(page, "Delete")
    until(page, "flow.edges.length === 2")


def test_the_end_of_a_wire_is_moved_to_another_port_by_the_mouse(open_flow: OpenFlow):
    other = {"id": "more", "type": "read.csv", "name": "More", "params": {"path": "more.csv"}}
    wire = {"from": "bank.table", "to": "sort.table", "when": "failure"}
    layout = {**LAYOUT, "more": {"x": 0, "y": 8}, "sort": {"x": 14, "y": 4}}
    page = open_flow([READ, SORT, WRITE, other], [wire], layout=layout)
    drag(page, page.locator(".react-flow__edgeupdater-target"), port(page, "out", "in:table"))
    until(page, "flow.edges[0].to === 'out.table'")
    drag(page, page.locator(".react-flow__edgeupdater-source"), port(page, "more", "out:table"))
    until(page, "flow.edges[0].from === 'more.table'")
    # Where no port is, and where one does not take it, it stays as it was.
    drag(page, page.locator(".react-flow__edgeupdater-target"), empty_spot(page))
    drag(page, page.locator(".react-flow__edgeupdater-target"), port(page, "bank", "in:"), drop=False)
    expect(page.get_by_text("Wire a port to a port, or a node to a node.")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert flow_of(page)["edges"] == [{"from": "more.table", "to": "out.table", "when": "failure"}]
    keys(page, "Control+z", "Control+z")
    until(page, "flow.edges[0].from === 'bank.table' && flow.edges[0].to === 'sort.table'")


def test_wires_are_made_changed_and_removed_by_the_keyboard(open_flow: OpenFlow):
    page = open_flow([READ, SORT, WRITE], layout=LAYOUT)
    node(page, "bank").focus()
    keys(page, "Control+Alt+c")
    picker = page.get_by_role("dialog", name="Connect to")
    expect(picker.get_by_role("option", name="To Sort")).to_have_count(2)
    page.keyboard.type("sort table")
    keys(page, "Enter")
    until(page, "flow.edges.length === 1 && flow.edges[0].to === 'sort.table'")
    expect(page.get_by_text("Connected Bank (table) to Sort (table).")).to_be_visible()
    expect(node(page, "bank")).to_be_focused()
    keys(page, "Control+Alt+w")
    expect(page.get_by_role("dialog", name="Wires")).to_be_visible()
    keys(page, "Enter")
    page.keyboard.type("fails")
    keys(page, "Enter")
    until(page, "flow.edges[0].when === 'failure'")
    keys(page, "Control+Alt+w", "Enter")
    page.keyboard.type("remove")
    keys(page, "Enter")
    until(page, "flow.edges.length === 0")


def test_new_nodes_are_wired_in_by_the_keyboard(open_flow: OpenFlow):
    page = open_flow([READ, WRITE], layout=LAYOUT)
    node(page, "bank").focus()
    keys(page, "Control+Alt+c")
    page.keyboard.type("to a new node")
    keys(page, "Enter")
    expect(page.get_by_role("dialog", name="Send it to a new")).to_be_visible()
    page.keyboard.type("sort")
    keys(page, "Enter")
    until(page, "flow.nodes.length === 3 && flow.edges[0].to === 'table_sort.table'")
    node(page, "bank").focus()
    keys(page, "Control+Alt+w", "Enter")
    page.keyboard.type("between")
    keys(page, "Enter")
    picker = page.get_by_role("dialog", name="Put in between")
    expect(picker.get_by_role("option", name="Write CSV")).to_have_count(0)  # it has no table to hand on
    page.keyboard.type("filter")
    keys(page, "Enter")
    until(page, "flow.nodes.length === 4 && flow.edges.length === 2")
    assert set(edges_of(page)) == {"bank.table table_filter.table", "table_filter.table table_sort.table"}
    boxes = [node(page, id).bounding_box() for id in ("bank", "table_sort", "table_filter")]
    assert all(apart(a, b) for a, b in itertools.combinations(boxes, 2))


def apart(a: Any, b: Any) -> bool:
    """Whether two boxes do not overlap."""
    return any(a[at] + a[size] <= b[at] or b[at] + b[size] <= a[at] for at, size in (("x", "width"), ("y", "height")))


def test_the_palette_searches_tells_and_adds(open_flow: OpenFlow, shoot: Callable[[str], None]):
    page = open_flow([])
    expect(page.get_by_text("This flow is empty")).to_be_visible()
    palette = page.get_by_role("navigation", name="Components")
    item = palette.get_by_role("button", name="Fuzzy match")
    item.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Inputs")
    shoot("palette")
    palette.get_by_role("searchbox").fill("rows sort")
    item = palette.get_by_role("button", name="Sort", exact=True)
    item.dblclick()
    until(page, "flow.nodes.length === 1 && flow.nodes[0].type === 'table.sort'")
    item.focus()
    keys(page, "Enter")
    until(page, "flow.nodes.length === 2")
    item.drag_to(page.locator(".react-flow__pane"), target_position={"x": 100, "y": 60})
    until(page, "flow.nodes.length === 3")
    palette.get_by_role("searchbox").fill("zzz")
    expect(page.get_by_text("No component is called")).to_be_visible()


def test_favourites_stand_on_top_of_the_palette_and_are_kept(
    open_flow: OpenFlow, page: Page, shoot: Callable[[str], None]
):
    open_flow([])
    palette = page.get_by_role("navigation", name="Components")
    row = palette.get_by_role("listitem").filter(has_text="Read CSV")
    row.first.get_by_role("button", name="Favourite").click()
    favourites = palette.get_by_role("list", name="Favourites").get_by_role("listitem")
    expect(favourites).to_have_text(["Read CSV"])
    star = palette.get_by_role("listitem").filter(has_text="Join").get_by_role("button", name="Favourite")
    star.focus()
    keys(page, "Enter")
    expect(star.first).to_have_attribute("aria-pressed", "true")
    expect(favourites).to_have_text(["Join", "Read CSV"])
    page.locator(".react-flow__pane").hover()
    shoot("favourites")
    assert not page.evaluate("() => jupyterapp.shell.currentWidget.context.model.dirty")
    settings = "jupyterapp.serviceManager.settings.fetch('millrace:document')"
    page.wait_for_function(f"() => {settings}.then(one => one.raw.includes('read.csv') && one.raw.includes('join'))")
    page.reload()
    expect(favourites).to_have_text(["Join", "Read CSV"], timeout=SETTLE)
    for name in ("Join", "Read CSV"):
        favourites.filter(has_text=name).get_by_role("button", name="Favourite").click()
    expect(favourites).to_have_count(0)


def test_typing_on_the_canvas_adds_a_node_at_the_pointer(open_flow: OpenFlow, shoot: Callable[[str], None]):
    page = open_flow([])
    x, y = empty_spot(page)
    page.mouse.click(x, y)
    page.keyboard.type("read p")
    expect(page.get_by_role("option", selected=True)).to_have_text("Read ParquetExtract")
    shoot("quick-add")
    keys(page, "Enter")
    until(page, "flow.nodes.length === 1 && flow.nodes[0].type === 'read.parquet'")
    expect(page.get_by_role("group", name="Read Parquet")).to_be_focused()
    keys(page, "Insert", "Escape")
    expect(page.get_by_role("dialog", name="Add a node")).to_be_hidden()


def test_a_wire_pulled_into_empty_space_offers_what_fits(open_flow: OpenFlow, shoot: Callable[[str], None]):
    page = open_flow([READ], layout={"bank": {"x": 0, "y": 0}})
    x, y = middle(node(page, "bank"))
    drag(page, port(page, "bank", "out:table"), (x + 180, y + 130))
    picker = page.get_by_role("dialog")
    expect(picker.get_by_role("option", name="Sort")).to_be_visible()
    expect(picker.get_by_role("option", name="Read CSV")).to_be_hidden()
    shoot("pull")
    page.keyboard.type("sort")
    keys(page, "Enter")
    until(page, "flow.nodes.length === 2 && flow.edges[0].to === 'table_sort.table'")
    keys(page, "Control+z")
    until(page, "flow.nodes.length === 1 && flow.edges.length === 0")


def test_a_node_dropped_on_a_wire_is_spliced_in(open_flow: OpenFlow):
    far = {**LAYOUT, "out": {"x": 14, "y": 0}, "sort": {"x": 4, "y": 8}}
    page = open_flow([READ, WRITE, SORT], [{"from": "bank.table", "to": "out.table"}], layout=far)
    wire = page.locator(".react-flow__edge-interaction")
    item = page.get_by_role("button", name="Deduplicate")
    spot = page.locator(".react-flow__pane").bounding_box()
    assert spot
    x, y = middle(wire)
    item.drag_to(
        page.locator(".react-flow__pane"), target_position={"x": x - spot["x"], "y": y - spot["y"]}, force=True
    )
    until(page, "flow.nodes.length === 4 && flow.edges.length === 2")
    assert edges_of(page) == ["bank.table table_deduplicate.table", "table_deduplicate.table out.table"]
    keys(page, "Control+z")
    until(page, "flow.nodes.length === 3 && flow.edges.length === 1")
    # A node that is there already, dragged onto the wire.
    drag(page, node(page, "sort"), middle(page.locator(".react-flow__edge-interaction")))
    until(page, "flow.edges.some(edge => edge.to === 'sort.table')")


def test_data_files_become_configured_readers(open_flow: OpenFlow, lab: Lab, tmp_path: Path):
    folder = lab.root / "test_data_files_become_configured_readers"
    folder.mkdir(exist_ok=True)
    (folder / "sales.csv").write_text("day,amount\n2026-01-01,3\n")
    (folder / "notes.docx").write_text("")
    page = open_flow([])
    # From JupyterLab's file browser.
    drag(page, page.get_by_role("listitem", name="sales.csv"), empty_spot(page))
    until(page, "flow.nodes[0]?.params.path === 'sales.csv' && flow.nodes[0].name === 'sales'")
    drag(page, page.get_by_role("listitem", name="notes.docx"), empty_spot(page))
    expect(page.get_by_text("Nothing that is installed reads notes.docx.")).to_be_visible()
    # The same by the menu, which the keyboard opens, too.
    context(page, page.get_by_role("listitem", name="sales.csv"), "Add to Flow")
    until(page, "flow.nodes.length === 2 && flow.nodes[1].params.path === 'sales.csv'")
    # From the desktop.
    page.evaluate(
        """([x, y]) => {
            const files = new DataTransfer();
            files.items.add(new File(['a,b\\n1,2\\n'], 'rates.csv'));
            const target = document.querySelector('.mr-Surface .react-flow__pane');
            const options = {dataTransfer: files, bubbles: true, cancelable: true, clientX: x, clientY: y};
            target.dispatchEvent(new DragEvent('drop', options));
        }""",
        list(empty_spot(page)),
    )
    until(page, "flow.nodes.some(node => node.params.path === 'data/rates.csv')")
    assert (folder / "data" / "rates.csv").read_text() == "a,b\n1,2\n"


def test_nodes_are_copied_across_flows_and_duplicated(open_flow: OpenFlow, page: Page, lab: Lab):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    (lab.root / "other.flow").write_text('{"format": 1, "id": "f_other", "nodes": [], "edges": []}')
    open_flow([READ, SORT, WRITE], WIRES, layout=LAYOUT)
    node(page, "bank").click()
    node(page, "sort").click(modifiers=["Control"])
    keys(page, "Control+d")
    until(page, "flow.nodes.length === 5 && flow.edges.some(edge => edge.from === 'bank_2.table')")
    keys(page, "Control+c")
    expect(page.get_by_text("Copied 2 nodes.")).to_be_visible()
    page.evaluate("() => jupyterapp.commands.execute('docmanager:open', {path: 'other.flow'}).then(() => null)")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.context.path === 'other.flow'")
    page.locator(".mr-Surface:visible").click(position={"x": 60, "y": 60})
    keys(page, "Control+v")
    until(page, "flow.nodes.length === 2 && flow.edges.length === 1")
    keys(page, "Control+x")
    until(page, "flow.nodes.length === 0")
    keys(page, "Control+z")
    until(page, "flow.nodes.length === 2")
    keys(page, "Control+Shift+z")
    until(page, "flow.nodes.length === 0")


def test_nodes_are_selected_moved_and_put_in_order(open_flow: OpenFlow):
    places = {"bank": {"x": 0, "y": 0}, "sort": {"x": 11, "y": 3}, "out": {"x": 30, "y": 1}}
    page = open_flow([READ, SORT, WRITE], WIRES, layout=places)
    page.locator(".mr-Surface").focus()
    keys(page, "Control+a")
    expect(page.locator(".react-flow__node.selected")).to_have_count(3)
    page.evaluate("() => jupyterapp.commands.execute('millrace:align-nodes', {to: 'top'})")
    until(page, "['bank', 'sort', 'out'].every(id => flow.layout[id].y === 0)")
    page.evaluate("() => jupyterapp.commands.execute('millrace:distribute-nodes', {axis: 'x'})")
    until(page, "flow.layout.sort.x === 15")
    page.locator(".mr-Surface").focus()
    keys(page, "Escape")
    expect(page.locator(".react-flow__node.selected")).to_have_count(0)
    node(page, "bank").click()
    keys(page, "Alt+ArrowDown", "Alt+ArrowRight")
    until(page, "flow.layout.bank.x === 1 && flow.layout.bank.y === 1")
    x, y = middle(node(page, "bank"))
    drag(page, node(page, "bank"), (x + 30, y + 100))
    until(page, "flow.layout.bank.y > 2")
    keys(page, "Control+z")
    until(page, "flow.layout.bank.y === 1")
    # A box around all.
    surface = page.locator(".mr-Surface").bounding_box()
    assert surface
    page.keyboard.down("Shift")
    start = (surface["x"] + 4, surface["y"] + 4)
    drag(page, start, (surface["x"] + surface["width"] - 4, surface["y"] + surface["height"] * 0.6))
    page.keyboard.up("Shift")
    expect(page.locator(".react-flow__node.selected")).to_have_count(3)
    keys(page, "Control+Alt+a")
    until(page, "flow.layout.bank.y === flow.layout.out.y")
    keys(page, "Backspace")
    until(page, "flow.nodes.length === 0")
    assert flow_of(page)["edges"] == []


def test_the_keyboard_walks_along_the_wires(open_flow: OpenFlow):
    page = open_flow([READ, SORT, WRITE], WIRES, layout=LAYOUT)
    page.locator(".mr-Surface").focus()
    keys(page, "ArrowRight")
    expect(node(page, "bank")).to_be_focused()
    keys(page, "ArrowRight")
    expect(node(page, "sort")).to_be_focused()
    keys(page, "ArrowRight", "ArrowLeft")
    expect(node(page, "sort")).to_be_focused()
    keys(page, "Tab")
    expect(node(page, "out")).to_be_focused()
    keys(page, "Space")
    expect(page.locator(".react-flow__node.selected")).to_have_count(2)
    keys(page, "Enter")
    expect(page.get_by_label("Name of the node")).to_be_focused()
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)


def test_notes_and_groups(open_flow: OpenFlow, shoot: Callable[[str], None]):
    page = open_flow([READ, SORT, WRITE], WIRES, layout=LAYOUT)
    x, y = empty_spot(page)
    page.mouse.click(x, y)
    keys(page, "Control+Alt+n")
    field = page.get_by_role("textbox", name="Text of the note")
    expect(field).to_be_focused()
    page.keyboard.type("Ask Ada\nbefore the 5th")
    keys(page, "Escape")
    until(page, "flow.notes[0].text.join('|') === 'Ask Ada|before the 5th'")
    page.get_by_text("Ask Ada").dblclick()
    expect(field).to_be_focused()
    keys(page, "Control+a", "Delete")
    page.keyboard.type("Done <b>really</b>")
    page.mouse.click(x + 200, y)
    until(page, "flow.notes[0].text[0] === 'Done <b>really</b>'")
    expect(page.get_by_text("Done <b>really</b>")).to_be_visible()
    # A frame around two nodes, which takes them along.
    node(page, "bank").click()
    node(page, "sort").click(modifiers=["Control"])
    keys(page, "Control+Alt+g")
    name = page.get_by_role("textbox", name="Name of the group")
    expect(name).to_be_focused()
    page.keyboard.type("Sources")
    keys(page, "Enter")
    until(page, "flow.groups[0].name === 'Sources' && flow.groups[0].nodes.length === 2")
    shoot("group")
    title = page.get_by_text("Sources", exact=True)
    drag(page, title, (middle(title)[0], middle(title)[1] + 100))
    until(page, "flow.layout.bank.y > 2 && flow.layout.bank.y === flow.layout.sort.y && flow.layout.out.y === 0")
    context(page, title, "Ungroup Nodes")
    until(page, "!flow.groups")
    note = page.locator(".react-flow__node-note")
    note.click()
    keys(page, "Delete")
    until(page, "!flow.notes")
    assert len(flow_of(page)["nodes"]) == 3


def test_a_note_is_resized_at_its_corners(open_flow: OpenFlow):
    page = open_flow([READ], layout={"bank": {"x": 0, "y": 0}}, notes=[NOTE])
    note = page.locator(".react-flow__node-note")
    note.click()
    before = note.bounding_box()
    corner = middle(note.locator(".handle.bottom.right"))
    drag(page, note.locator(".handle.bottom.right"), (corner[0] + 72, corner[1] + 48), drop=False)
    grown = note.bounding_box()
    assert before
    assert grown
    assert (grown["width"] - before["width"], grown["height"] - before["height"]) == (72, 48)  # while it is pulled
    page.mouse.up()
    until(page, "flow.notes[0].width === 13 && flow.notes[0].height === 6")
    corner = middle(note.locator(".handle.top.left"))
    drag(page, note.locator(".handle.top.left"), (corner[0] - 48, corner[1] + 24))
    until(page, "flow.notes[0].width === 15 && flow.notes[0].height === 5")
    assert (flow_of(page)["notes"][0]["x"], flow_of(page)["notes"][0]["y"]) == (-2, 9)
    keys(page, "Control+z")  # each in one step
    until(page, "flow.notes[0].width === 13 && flow.notes[0].x === 0")
    keys(page, "Control+z")
    until(page, "flow.notes[0].width === 10 && flow.notes[0].height === 4")


def test_notes_and_groups_are_reached_and_changed_by_the_keyboard(open_flow: OpenFlow):
    group = {"id": "g1", "name": "Sources", "nodes": ["bank"]}
    page = open_flow([READ], layout={"bank": {"x": 0, "y": 0}}, notes=[NOTE], groups=[group])
    page.get_by_role("region", name="Flow").focus()
    keys(page, "Tab", "Alt+ArrowDown")  # a group takes its nodes along
    until(page, "flow.layout.bank.y === 1")
    node(page, "bank").click()  # what is selected elsewhere does not matter
    page.locator(".react-flow__node-frame").focus()
    keys(page, "F2")
    expect(page.get_by_role("textbox", name="Name of the group")).to_be_focused()
    page.keyboard.type("Banks")
    keys(page, "Enter")
    until(page, "flow.groups[0].name === 'Banks'")
    keys(page, "Escape", "Tab")
    expect(page.locator(".react-flow__node-note")).to_be_focused()
    keys(page, "Alt+Shift+ArrowRight", "Alt+Shift+ArrowDown", "Alt+Shift+ArrowDown", "Alt+Shift+ArrowUp")
    until(page, "flow.notes[0].width === 11 && flow.notes[0].height === 5")
    keys(page, "Alt+ArrowLeft")
    until(page, "flow.notes[0].x === -1")
    keys(page, "Enter")
    expect(page.get_by_role("textbox", name="Text of the note")).to_be_focused()
    page.keyboard.type("Ask Ada")
    keys(page, "Escape")
    until(page, "flow.notes[0].text[0] === 'Ask Ada'")
    keys(page, "Space", "Tab", "Space")
    expect(page.locator(".react-flow__node.selected")).to_have_count(2)
    keys(page, "Space")  # the node is taken out again
    keys(page, "Delete")
    until(page, "!flow.notes && flow.nodes.length === 1")


def test_keys_in_fields_do_nothing_to_the_canvas(open_flow: OpenFlow):
    page = open_flow([READ], layout={"bank": {"x": 0, "y": 0}})
    node(page, "bank").click()
    search = page.get_by_role("searchbox", name="Search components")
    search.fill("abc")
    keys(page, "Backspace", "Delete", "Control+a", "Control+x")
    expect(search).to_have_value("")
    node(page, "bank").click()
    page.keyboard.type("xyz")
    keys(page, "Backspace", "Delete")
    assert len(flow_of(page)["nodes"]) == 1


def test_finding_and_the_outline(open_flow: OpenFlow, shoot: Callable[[str], None]):
    page = open_flow([READ, SORT, WRITE], WIRES, layout=LAYOUT)
    page.locator(".mr-Surface").click(position={"x": 5, "y": 5})
    keys(page, "Control+f")
    page.locator(".jp-DocumentSearch-input").first.fill("secret-target")
    expect(page.locator(".mr-NodeCard.mr-mod-found")).to_have_count(1)
    expect(node(page, "out")).to_have_class(
        "react-flow__node react-flow__node-card nopan selected selectable draggable"
    )
    shoot("find")
    page.locator(".jp-DocumentSearch-input").first.fill("t")
    index = page.locator(".jp-DocumentSearch-index-counter")
    expect(index).to_have_text(re.compile("^1/[23]$"))
    keys(page, "Enter")
    expect(index).to_have_text(re.compile("^2/[23]$"))
    page.evaluate("() => new Promise(done => setTimeout(done, 1000))")  # JupyterLab searches anew when told to, later
    expect(index).to_have_text(re.compile("^2/[23]$"))
    keys(page, "Escape")
    expect(page.locator(".mr-NodeCard.mr-mod-other")).to_have_count(0)
    page.evaluate("() => jupyterapp.commands.execute('toc:show-panel')")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.editor.store.getState().checked")  # draws it anew
    entries = page.locator(".jp-TableOfContents .jp-tocItem-content")
    expect(entries).to_have_text(["Bank", "Sort", "Out"])
    entries.nth(1).click()
    expect(node(page, "sort")).to_have_attribute(
        "class", "react-flow__node react-flow__node-card nopan selected selectable draggable"
    )
    shoot("outline")


def test_menus_and_the_palette_of_commands_offer_the_same(open_flow: OpenFlow, shoot: Callable[[str], None]):
    page = open_flow([READ, SORT], layout=LAYOUT)
    context(page, node(page, "bank"), "Duplicate Nodes")
    until(page, "flow.nodes.length === 3")
    page.get_by_role("menuitem", name="Edit").click()
    shoot("edit-menu")
    page.locator(".lm-Menu").get_by_text("Undo", exact=True).click()
    until(page, "flow.nodes.length === 2")
    node(page, "bank").click(button="right")
    shoot("context-menu")
    keys(page, "Escape")
    keys(page, "Control+Shift+c")
    page.keyboard.type("Millrace flow show the whole")
    expect(page.get_by_text("Show the Whole Flow").first).to_be_visible()
    keys(page, "Escape")
    page.locator(".react-flow__minimap").wait_for()
    page.evaluate("() => jupyterapp.commands.execute('millrace:toggle-minimap')")
    expect(page.locator(".react-flow__minimap")).to_be_hidden()


def test_every_command_is_in_the_palette(open_flow: OpenFlow):
    page = open_flow([READ, SORT], layout=LAYOUT)
    node(page, "bank").click()
    keys(page, "Control+Shift+c")
    page.locator(".lm-CommandPalette-item[data-command='millrace:fit-flow']").wait_for()
    ours = page.evaluate("() => jupyterapp.commands.listCommands().filter(id => id.startsWith('millrace:'))")
    items = page.locator(".lm-CommandPalette-item").evaluate_all("items => items.map(item => item.dataset.command)")
    assert set(ours) - set(items) == UNLISTED


def test_axe_finds_nothing_serious(open_flow: OpenFlow):
    page = open_flow([READ, SORT, WRITE], WIRES, layout=LAYOUT, notes=[NOTE], groups=[GROUP])
    assert serious(page) == []
    node(page, "bank").click()
    keys(page, "Insert")
    expect(page.get_by_role("dialog", name="Add a node")).to_be_visible()
    assert serious(page) == []


def serious(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found = page.evaluate("() => axe.run('.mr-Editor')")
    return [
        f"{violation['id']}: {violation['help']}: {[one['html'][:200] for one in violation['nodes'][:3]]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("count", [500, 2000])
def test_a_large_flow_opens_and_is_walked(open_flow: OpenFlow, count: int, shoot: Callable[[str], None]):
    nodes = [{"id": f"n{i}", "type": "table.sort", "name": f"Sort {i}"} for i in range(count)]
    edges = [{"from": f"n{i}.table", "to": f"n{i + 10}.table"} for i in range(count - 10)]
    layout = {f"n{i}": {"x": 13 * (i // 10), "y": 5 * (i % 10)} for i in range(count)}
    page = open_flow(nodes, edges, layout=layout)
    node(page, "n0").wait_for()
    page.locator(".mr-Surface").focus()
    keys(page, "ArrowRight", "ArrowRight", "ArrowDown")
    expect(node(page, "n11")).to_be_focused()
    page.evaluate(f"() => jupyterapp.shell.currentWidget.editor.view.current.reveal('n{count - 1}')")
    expect(node(page, f"n{count - 1}")).to_be_focused()
    shoot(f"large-{count}")
    keys(page, "Delete")
    until(page, f"flow.nodes.length === {count - 1}")
