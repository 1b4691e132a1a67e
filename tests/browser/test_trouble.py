"""Bad files, files that change underneath, hostile content, and a service that is not there: nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect

from studio.flow import format_flow, parse_flow
from tests.browser.labs import Lab, running_lab
from tests.integration.test_local_service import PROGRAM, older

AXE = Path(__file__).parents[2] / "jupyter_extension" / "node_modules" / "axe-core" / "axe.min.js"
MODEL = "jupyterapp.shell.currentWidget.context.model"
SHARED = f"{MODEL}.sharedModel"
LONG = 90_000
"""Milliseconds for what waits for a service that starts."""
Open = Callable[[str], Page]
Shoot = Callable[[str], None]


@pytest.fixture
def file(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A flow of a test's own, with one node."""
    path = lab.root / f"{request.node.originalname}.flow"
    path.write_text(text_of("First"))
    return path


def text_of(name: str) -> str:
    source = ["def run(*, limit: int = 2) -> Json:", "    return limit"]
    node = {"id": "first", "type": "code", "name": name, "source": source, "params": {"limit": 1}}
    return format_flow(parse_flow(json.dumps({"format": 1, "id": "f_trouble", "name": "Trouble", "nodes": [node]})))


def rename_node(page: Page, name: str) -> None:
    """An edit; the canvas shows it."""
    page.evaluate(
        f"name => {{ const flow = {SHARED}; flow.together(() => flow.updateNode('first', {{name}})); }}", name
    )
    expect_node(page, name)


def expect_node(page: Page, name: str) -> None:
    expect(page.locator('.react-flow__node[data-id="first"]')).to_contain_text(name, timeout=20_000)


def save(page: Page) -> None:
    """Ask for it; a question may come. While it still saves, JupyterLab does not hear us."""
    page.evaluate(
        "async () => { await window.saving; window.saving = jupyterapp.commands.execute('docmanager:save'); }"
    )


def until_clean(page: Page) -> None:
    page.wait_for_function(f"() => !{MODEL}.dirty")


def name_in(file: Path) -> Any:
    return parse_flow(file.read_text()).nodes[0].name


def no_serious_finding(page: Page, part: str) -> None:
    page.add_script_tag(path=AXE)
    found = page.evaluate("part => axe.run(part)", part)
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == []


# Files that are no flow ----------------------------------------------------------------------------------------------


def test_a_file_that_is_no_flow_is_explained_and_its_flow_appears_once_it_is_mended(
    open_lab: Open, file: Path, shoot: Shoot
):
    broken = text_of("First").replace('"edges"', "edges")
    file.write_text(broken)
    page = open_lab(file.name)
    alert = page.get_by_role("alert").filter(has_text="This file cannot be shown as a flow")
    expect(alert).to_contain_text("The text is no JSON")
    expect(page.get_by_role("region", name="Text of the file")).to_contain_text("edges")
    shoot("unreadable")
    no_serious_finding(page, ".mr-Unreadable")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    assert file.read_text() == broken
    alert.get_by_role("button", name="Open as text").click()
    text = page.locator(".jp-FileEditor .cm-content")
    expect(text).to_contain_text("edges")
    page.evaluate(f"text => {SHARED}.setSource(text)", text_of("Mended"))
    save(page)
    until_clean(page)
    page.get_by_role("tab", name=file.name).first.click()
    expect_node(page, "Mended")
    expect(alert).to_be_hidden()


def test_a_new_flow_is_started_in_an_empty_file(open_lab: Open, file: Path, shoot: Shoot):
    file.write_text("")
    page = open_lab(file.name)
    alert = page.get_by_role("alert").filter(has_text="This file is empty")
    expect(alert.get_by_role("button", name="Open as text")).to_be_visible()
    shoot("empty")
    no_serious_finding(page, ".mr-Unreadable")
    assert file.read_text() == ""
    alert.get_by_role("button", name="Start a new flow here").click()
    expect(page.get_by_text("This flow is empty")).to_be_visible()
    assert parse_flow(file.read_text()).name == file.stem


def test_an_empty_file_that_was_filled_meanwhile_is_not_written_over(open_lab: Open, file: Path):
    file.write_text("")
    page = open_lab(file.name)
    begin = page.get_by_role("button", name="Start a new flow here")
    expect(begin).to_be_visible()
    page.route("**/api/contents/*content=0*", lambda route: route.abort())  # it is not seen by itself
    file.write_text(text_of("Theirs"))
    begin.click()
    expect_node(page, "Theirs")
    assert name_in(file) == "Theirs"


def test_a_merge_that_went_wrong_under_an_open_editor_is_explained_and_nothing_is_lost(open_lab: Open, file: Path):
    page = open_lab(file.name)
    expect_node(page, "First")
    conflict = f"<<<<<<< HEAD\n{text_of('First')}=======\n{text_of('Theirs')}>>>>>>> theirs\n"
    file.write_text(conflict)
    expect(page.get_by_role("alert").filter(has_text="cannot be shown as a flow")).to_be_visible()
    assert file.read_text() == conflict
    file.write_text(text_of("Merged"))
    expect_node(page, "Merged")


# Files that change underneath ----------------------------------------------------------------------------------------


def test_what_git_writes_is_taken_over_where_nothing_was_edited(open_lab: Open, file: Path):
    page = open_lab(file.name)
    page.locator('.react-flow__node[data-id="first"]').click()
    settings = page.locator(".mr-Settings")
    expect(settings).to_contain_text("First")
    file.write_text(text_of("Theirs"))
    expect_node(page, "Theirs")
    assert page.evaluate("() => jupyterapp.shell.currentWidget.editor.store.getState().selection") == ["first"]
    assert not page.evaluate(f"() => {MODEL}.dirty")
    page.evaluate(f"() => {SHARED}.undo()")  # that, too, can be undone
    expect_node(page, "First")
    save(page)
    until_clean(page)
    assert name_in(file) == "First"


@pytest.mark.parametrize(("answer", "kept"), [("Revert", "Theirs"), ("Overwrite", "Mine")])
def test_a_file_that_changed_under_edits_is_asked_about_when_it_is_saved(
    open_lab: Open, file: Path, answer: str, kept: str
):
    page = open_lab(file.name)
    expect_node(page, "First")
    rename_node(page, "Mine")
    file.write_text(text_of("Theirs"))
    save(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("has changed on disk")
    assert name_in(file) == "Theirs"
    dialog.get_by_role("button", name=answer).click()
    expect_node(page, kept)
    until_clean(page)
    assert name_in(file) == kept
    rename_node(page, "Later")
    save(page)
    until_clean(page)
    assert name_in(file) == "Later"


def test_the_second_of_two_windows_is_asked_before_it_saves_over_the_first(
    open_lab: Open, browser: Browser, lab: Lab, file: Path
):
    page = open_lab(file.name)
    context = browser.new_context()
    other = context.new_page()
    other.goto(f"{lab.page(file.name)}")
    for window, name in ((page, "Mine"), (other, "Theirs")):
        expect_node(window, "First")
        rename_node(window, name)
    save(page)
    until_clean(page)
    save(other)
    expect(other.get_by_role("dialog")).to_contain_text("has changed on disk")
    other.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert name_in(file) == "Mine"
    expect_node(other, "Theirs")
    save(other)
    other.get_by_role("dialog").get_by_role("button", name="Overwrite").click()
    until_clean(other)
    expect_node(page, "Theirs")  # which has no edits of its own any more
    context.close()


def test_a_file_that_is_renamed_while_open_keeps_its_edits(open_lab: Open, lab: Lab, file: Path):
    page = open_lab(file.name)
    expect_node(page, "First")
    rename_node(page, "Mine")
    page.evaluate("to => jupyterapp.serviceManager.contents.rename(jupyterapp.shell.currentWidget.context.path, to)",
                  "renamed.flow")  # fmt: skip
    expect(page.get_by_role("tab", name="renamed.flow")).to_be_visible()
    save(page)
    until_clean(page)
    assert name_in(lab.root / "renamed.flow") == "Mine"
    assert not file.exists()
    rename_node(page, "Later")
    page.evaluate(f"() => {SHARED}.undo()")
    expect_node(page, "Mine")


def test_a_file_that_was_deleted_comes_back_when_it_is_saved(open_lab: Open, file: Path):
    page = open_lab(file.name)
    expect_node(page, "First")
    file.unlink()
    rename_node(page, "Mine")
    save(page)
    until_clean(page)
    assert name_in(file) == "Mine"


def test_edits_are_saved_by_themselves(open_lab: Open, file: Path):
    page = open_lab("")
    page.evaluate("() => jupyterapp.serviceManager.settings.save("
                  "'@jupyterlab/docmanager-extension:plugin', '{\"autosaveInterval\": 1}')")  # fmt: skip
    page = open_lab(file.name)
    expect_node(page, "First")
    rename_node(page, "Mine")
    until_clean(page)
    assert name_in(file) == "Mine"
    page.evaluate("() => jupyterapp.serviceManager.settings.save("
                  "'@jupyterlab/docmanager-extension:plugin', '{}')")  # fmt: skip


def test_saved_edits_can_be_undone_and_checkpoints_restored(open_lab: Open, file: Path):
    page = open_lab(file.name)
    expect_node(page, "First")
    rename_node(page, "Mine")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.evaluate(f"() => {SHARED}.undo()")
    expect_node(page, "First")
    assert page.evaluate(f"() => {MODEL}.dirty")
    page.evaluate(f"() => {SHARED}.redo()")
    expect_node(page, "Mine")
    rename_node(page, "Later")
    page.evaluate("() => { void jupyterapp.commands.execute('docmanager:restore-checkpoint'); }")
    page.get_by_role("dialog").get_by_role("button", name="Revert").click()
    expect_node(page, "Mine")
    assert name_in(file) == "Mine"


def test_what_millrace_does_not_know_is_shown_and_kept_to_the_byte(open_lab: Open, file: Path, shoot: Shoot):
    document = json.loads(text_of("First"))
    document["nodes"] += [
        {
            "id": "acme",
            "type": "acme.fetch",
            "version": 7,
            "name": "Acme",
            "params": {"deep": [1, {"x": 2.5}]},
            "mood": 1,
        },
        {"id": "twice", "type": "read.csv"},
    ]
    document["edges"] = [{"from": "acme.table", "to": "nowhere.table", "when": "failure", "why": "x"},
                         {"from": "gone", "to": "first"}, {"from": "acme.table", "to": "first.table"}]  # fmt: skip
    document["from_tomorrow"] = {"b": 1, "a": ["ä", "\u2028"]}
    document["nodes"][0]["execution"] = {"retry": {"times": 3, "colour": "red"}, "gpu": 1}
    text = format_flow(parse_flow(json.dumps(document)))
    file.write_text(text)
    page = open_lab(file.name)
    expect(page.locator('.react-flow__node[data-id="acme"]')).to_contain_text("Acme")
    rename_node(page, "Other")
    save(page)
    until_clean(page)
    assert file.read_text() == text.replace('"name": "First"', '"name": "Other"')
    expect(page.get_by_role("button", name="Read CSV")).to_be_visible(timeout=LONG)
    shoot("unknown")


def test_line_ends_of_windows_are_kept(open_lab: Open, file: Path):
    file.write_bytes(text_of("First").replace("\n", "\r\n").encode())
    page = open_lab(file.name)
    expect_node(page, "First")
    rename_node(page, "Mine")
    save(page)
    until_clean(page)
    assert file.read_bytes() == text_of("Mine").replace("\n", "\r\n").encode()


def test_a_flow_of_2000_nodes_opens_is_edited_and_saved(open_lab: Open, file: Path, shoot: Shoot):
    code = {"type": "code", "source": ["def run(table: Table) -> Table:", "    return table"]}
    nodes = [{"id": f"n{number}", "name": f"Node {number}", **code} for number in range(2000)]
    edges = [{"from": f"n{number}.table", "to": f"n{number + 1}.table"} for number in range(1999) if number % 40 != 39]
    layout = {f"n{number}": {"x": number % 40 * 12, "y": number // 40 * 6} for number in range(2000)}
    document = {"format": 1, "id": "f_large", "nodes": nodes, "edges": edges, "layout": layout}
    file.write_text(format_flow(parse_flow(json.dumps(document))))
    page = open_lab(file.name)
    expect(page.locator('.react-flow__node[data-id="n0"]')).to_be_attached(timeout=LONG)
    page.evaluate(f"() => {SHARED}.updateNode('n1999', {{name: 'The last'}})")
    save(page)
    until_clean(page)
    saved = parse_flow(file.read_text())
    assert len(saved.nodes) == 2000
    assert [node.name for node in saved.nodes if node.id == "n1999"] == ["The last"]
    shoot("large")


# Hostile content -----------------------------------------------------------------------------------------------------

HOSTILE = (
    "<img src=x onerror=\"window.owned=1\"><script>window.owned=1</script><svg onload='window.owned=1'></svg>"
    "[x](javascript:window.owned=1) $\\href{javascript:window.owned=1}{y}$ ${window.owned=1} {{7*7}}"
)


def test_hostile_names_notes_and_errors_are_shown_as_text_and_never_run(open_lab: Open, file: Path, shoot: Shoot):
    source = ["def run() -> Table:", f"    raise UserError({HOSTILE!r}, cure={HOSTILE!r})"]
    outputs = [
        *["class Out(Outputs):", "    html: Html", "    text: Text", "    json: Json", "def run() -> Out:"],
        *[f"    bad = {HOSTILE!r}", "    print(bad)", "    return Out(html=bad, text=bad, json={bad: bad})"],
    ]
    nodes = [
        {"id": "first", "type": "code", "name": HOSTILE, "description": HOSTILE, "source": source},
        {"id": "second", "type": "code", "name": "Outputs", "source": outputs},
        {"id": "third", "type": HOSTILE, "name": HOSTILE, "params": {HOSTILE: HOSTILE}},
    ]
    note = {"id": "n_1", "text": [HOSTILE], "x": 0, "y": 14, "width": 20, "height": 8}
    group = {"id": "g_1", "name": HOSTILE, "nodes": ["first"]}
    inputs = [{"name": "month", "type": "text", "title": HOSTILE, "default": HOSTILE}]
    document = {"format": 1, "id": "f_hostile", "name": HOSTILE, "description": HOSTILE, "inputs": inputs,
                "nodes": nodes, "notes": [note], "groups": [group]}  # fmt: skip
    file.write_text(json.dumps(document))
    page = open_lab(file.name)
    bad = page.locator('.react-flow__node[data-id="first"]')
    expect(bad).to_contain_text("<img src=x onerror=")
    expect(page.locator(".react-flow__node").filter(has_text="javascript:window.owned")).not_to_have_count(0)
    bad.focus()
    bad.press("Enter")
    expect(page.locator(".mr-Settings")).to_be_visible()
    page.get_by_role("button", name="Read CSV").wait_for(timeout=LONG)
    page.evaluate(f"() => {SHARED}.removeNodes(['third'])")  # with which nothing would run
    page.get_by_role("button", name="Run", exact=True).click()
    data = page.get_by_role("region", name="Data", exact=True)
    expect(page.locator(".mr-RunStatus")).to_contain_text("Failed", timeout=LONG)
    expect(data).to_contain_text("<img src=x onerror=")
    shoot("hostile-error")
    second = page.locator('.react-flow__node[data-id="second"]')
    second.focus()
    second.press("Enter")
    for port in ("text", "json", "html"):
        data.get_by_role("radio", name=port).check(force=True)
        expect(data.get_by_role("tabpanel")).not_to_contain_text("Loading")
    for tab in ("Log", "Notebook", "Details"):
        data.get_by_role("tab", name=tab).click()
        expect(data.get_by_role("tabpanel")).not_to_contain_text("Loading")
    shoot("hostile-outputs")
    page.evaluate("() => { void jupyterapp.commands.execute('millrace:open-runs'); }")
    expect(page.get_by_role("row").filter(has_text="Failed").first).to_be_visible()
    shoot("hostile-runs")
    assert all("owned" not in (frame.evaluate("() => Object.keys(window).join()")) for frame in page.frames)
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_a_hostile_text_that_is_no_flow_is_shown_as_text(open_lab: Open, file: Path):
    file.write_text(HOSTILE)
    page = open_lab(file.name)
    expect(page.get_by_role("alert").filter(has_text="cannot be shown")).to_contain_text("<img")
    assert page.evaluate("() => window.owned") is None


# The service and the network -----------------------------------------------------------------------------------------


def test_the_page_asks_nothing_outside_of_jupyter(page: Page, open_lab: Open, lab: Lab, file: Path):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if _is_outside(request, lab) else None)
    open_lab(file.name)
    expect_node(page, "First")
    expect(page.get_by_role("button", name="Read CSV")).to_be_visible(timeout=LONG)
    page.evaluate("() => { void jupyterapp.commands.execute('millrace:open-plugins'); }")
    expect(page.get_by_role("tab", name="Plugins")).to_be_visible()
    assert asked == []


def _is_outside(request: Request, lab: Lab) -> bool:
    return not request.url.startswith((lab.url, "data:", "blob:"))


def test_a_service_that_is_killed_while_somebody_types_takes_nothing_with_it(open_lab: Open, lab: Lab, file: Path):
    page = open_lab(file.name)
    status = page.locator(".mr-ServiceItem")
    expect(status).to_contain_text("is ready", timeout=LONG)
    expect(page.get_by_role("button", name="Read CSV")).to_be_visible(timeout=LONG)
    page.locator('.react-flow__node[data-id="first"]').click()
    code = page.locator(".mr-Settings .cm-content").first
    code.click()
    page.keyboard.press("Control+End")
    pid = json.loads((lab.home / "service.json").read_text())["pid"]
    page.keyboard.type("  # typed bef")
    os.kill(pid, signal.SIGKILL)
    page.keyboard.type("ore and after")
    page.wait_for_function(f"() => {SHARED}.getSource().includes('# typed before and after')")
    save(page)
    until_clean(page)
    assert "# typed before and after" in file.read_text()
    expect(status).to_contain_text("is ready", timeout=LONG)
    page.wait_for_function("pid => jupyterapp.shell.currentWidget.editor.lab.service().then("
                           "told => told.state === 'ready' && told.pid !== pid)", arg=pid, timeout=LONG)  # fmt: skip
    expect(code).to_contain_text("# typed before and after")


@pytest.mark.nightly  # it waits for a service to drain and for another to start
def test_a_service_that_is_upgraded_under_an_open_editor_takes_nothing_with_it(
    open_lab: Open, lab: Lab, file: Path, tmp_path: Path, shoot: Shoot
):
    page = open_lab(file.name)
    status = page.locator(".mr-ServiceItem")
    expect(status).to_contain_text("is ready", timeout=LONG)
    rename_node(page, "Before")
    # A program of the newer version wants the service of the home, and replaces it.
    newer = older(tmp_path, "9.0.0")
    subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **newer, "MILLRACE_HOME": str(lab.home)}, check=True
    )
    version = "jupyterapp.shell.currentWidget.editor.lab.service().then(told => told.version)"
    page.wait_for_function(f"() => {version}.then(version => version === '9.0.0')", timeout=LONG)
    expect(status).to_contain_text("is ready", timeout=LONG)
    expect_node(page, "Before")
    rename_node(page, "After")
    save(page)
    until_clean(page)
    assert name_in(file) == "After"
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".mr-RunStatus")).to_contain_text("Succeeded", timeout=LONG)
    page.evaluate("() => { void jupyterapp.commands.execute('millrace:show-service'); }")
    expect(page.get_by_role("dialog")).to_contain_text("Version 9.0.0")
    shoot("upgraded")


@pytest.fixture
def broken_lab(tmp_path: Path) -> Iterator[Lab]:
    with running_lab(tmp_path / "broken", MILLRACE_STORE="sqlite:////nowhere/at/all/store.db") as lab:
        (lab.root / "test.flow").write_text(text_of("First"))
        yield lab


def test_without_a_service_a_flow_is_edited_and_saved_and_why_is_told(page: Page, broken_lab: Lab, shoot: Shoot):
    page.goto(broken_lab.page("test.flow"))
    page.wait_for_function("() => window.jupyterapp && window.jupyterapp.restored.then(() => true)")
    expect_node(page, "First")
    alert = (
        page.get_by_role("region", name="Data")
        .get_by_role("alert")
        .filter(has_text="You can edit and save this flow, but not run it.")
    )
    expect(alert).to_contain_text("/nowhere/at/all/store.db", timeout=LONG)
    rename_node(page, "Mine")
    save(page)
    until_clean(page)
    assert name_in(broken_lab.root / "test.flow") == "Mine"
    expect(page.locator(".mr-ServiceItem")).to_contain_text("cannot start", timeout=LONG)
    shoot("no-service")
    expect(page.get_by_role("navigation", name="Components")).to_contain_text("The service cannot be reached.")
    expect(page.get_by_text("/nowhere/at/all/store.db")).to_have_count(1)
    no_serious_finding(page, ".mr-Palette")
    no_serious_finding(page, ".mr-Data")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(alert).to_contain_text("/nowhere/at/all/store.db", timeout=LONG)


# JupyterLab ----------------------------------------------------------------------------------------------------------


def test_a_flow_is_made_from_the_file_menu_and_comes_back_after_a_reload(open_lab: Open, lab: Lab):
    page = open_lab("")
    page.get_by_role("menuitem", name="File").click()
    page.locator(".lm-Menu-item").filter(has_text="New").first.hover()
    with page.expect_response(_saves_the_tab, timeout=LONG):  # JupyterLab saves its layout about a second later
        page.locator(".lm-Menu").last.locator(".lm-Menu-item").filter(has_text="Flow").click()
    expect(page.get_by_text("This flow is empty")).to_be_visible()
    tab = page.get_by_role("tab", name="untitled.flow")
    expect(tab.locator("svg[data-icon='millrace:flow']")).to_be_visible()
    row = page.locator(".jp-DirListing-item").filter(has_text="untitled.flow")
    expect(row.locator("svg[data-icon='millrace:flow']")).to_be_visible()
    page.goto(f"{lab.url}/lab")
    expect(page.get_by_role("tab", name="untitled.flow")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("This flow is empty")).to_be_visible()


def _saves_the_tab(answer: Response) -> bool:
    """Whether it is that of a layout which knows the tab, and the flow in it."""
    request = answer.request
    if request.method != "PUT" or "/lab/api/workspaces/" not in request.url:
        return False
    data = request.post_data_json["data"]
    layout = json.dumps(data.get("layout-restorer:data"))
    return "millrace:untitled.flow" in data and "millrace:untitled.flow" in layout
