"""The settings pane: forms that write the file, the service's words under fields, code nodes, and eject."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from nbformat import v4
from playwright.sync_api import Locator, Page, expect

from studio.flow import Flow, read_flow, write_flow
from tests.browser.labs import Lab

BANK = "payee,amount,day\nAda,1.50,2026-10-01\nBob,20.00,2026-10-02\n"
SOURCE = "def run(table: Table, *, least: float = 0.8) -> Table:\n    return table\n"


@pytest.fixture
def flow(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A flow of its own in a folder of its own, with a data file."""
    folder = lab.root / request.node.name
    folder.mkdir()
    (folder / "bank.csv").write_text(BANK)
    made = Flow.new("Clean the bank statement")
    made.add("read.csv", "bank", params={"path": "bank.csv"})
    made.add("table.filter", "keep", inputs={"table": "bank.table"}, params={"condition": "amount > 2"})
    made.add("table.aggregate", "sum", inputs={"table": "keep.table"}, params={"measures": [{"column": "amount"}]})
    made.add("table.deduplicate", "once", inputs={"table": "keep.table"})
    made.add("code", "code", inputs={"table": "keep.table"}, source=SOURCE)
    made.add("http.request", "ask", params={"url": "https://example.com"})
    for place, node in enumerate(made.nodes):
        made.layout[node.id] = {"x": 11 * (place % 3), "y": 6 * (place // 3)}
    path = folder / "clean.flow"
    write_flow(made, path)
    return path


@pytest.fixture
def pane(flow: Path, lab: Lab, open_lab: Callable[[str], Page]) -> Callable[[str], Locator]:
    """Open the flow; `pane("keep")` selects a node and gives the settings pane."""
    page = open_lab(str(flow.relative_to(lab.root)))
    expect(page.locator(".react-flow__node")).to_have_count(6)

    def select(node: str = "") -> Locator:
        if node:
            page.locator(f".react-flow__node[data-id='{node}']").click()
        return page.get_by_role("region", name="Settings")

    state = "jupyterapp.shell.currentWidget.editor.store.getState()"
    page.wait_for_function(f"() => {state}.checked && {state}.components", timeout=60_000)
    return select


def saved(page: Page, flow: Path, node: str) -> Any:
    """What the file says of a node once it is saved."""
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    return next(one for one in json.loads(flow.read_text())["nodes"] if one["id"] == node)


def test_a_form_is_filled_and_saved_from_within_a_field(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    settings = pane("bank")
    expect(settings.get_by_label("Name of the node")).to_have_attribute("placeholder", "Read CSV")
    settings.get_by_label("Delimiter").fill(";")
    settings.get_by_role("checkbox", name="Decimal comma").check()
    shoot("form")
    settings.get_by_label("Encoding").press("Control+s")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    bank = next(node for node in read_flow(flow).nodes if node.id == "bank")
    assert bank.params == {"path": "bank.csv", "delimiter": ";", "decimal_comma": True}
    settings.get_by_label("Delimiter").fill(",")  # the default: nothing to write down
    settings.get_by_role("button", name="Reset to default").click()
    assert saved(page, flow, "bank")["params"] == {"path": "bank.csv"}


def test_a_description_wraps_and_its_field_grows(
    pane: Callable[[str], Locator], page: Page, shoot: Callable[[str], None]
):
    field = pane("bank").get_by_label("Description of the node")
    fits = "field => field.scrollHeight <= field.clientHeight && field.scrollWidth <= field.clientWidth"
    low = field.evaluate("field => field.clientHeight")
    field.fill("What the bank sends each morning, with all accounts of the company and those of its daughters.")
    assert field.evaluate(fits)
    assert field.evaluate("field => field.clientHeight") > 1.5 * low
    shoot("description")


def test_looking_at_nodes_changes_nothing(pane: Callable[[str], Locator], flow: Path, page: Page):
    for node in read_flow(flow).nodes:
        expect(pane(node.id).get_by_label("Name of the node")).to_be_visible()
        assert page.evaluate("() => jupyterapp.shell.currentWidget.context.model.dirty") is False


def test_a_column_is_picked_from_those_that_come_in(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    settings = pane("sum")
    settings.get_by_role("combobox", name="New entry").click()
    expect(page.locator(".mr-Combobox-popup").get_by_role("option")).to_have_text(
        ["payeetext", "amountfloat64", "daydate"]
    )
    shoot("columns")
    page.get_by_role("option", name="payee").click()
    settings.get_by_role("button", name="Add", exact=True).click()
    entry = settings.get_by_role("group", name="Figures, entry 2")
    entry.get_by_label("Column").fill("da")
    entry.get_by_label("Column").press("ArrowDown")
    entry.get_by_label("Column").press("Enter")
    entry.get_by_label("Function").select_option(label="max")
    params = saved(page, flow, "sum")["params"]
    assert params == {"by": ["payee"], "measures": [{"column": "amount"}, {"column": "day", "function": "max"}]}
    shoot("list")


def test_a_wrong_value_shows_the_services_words_under_its_field(
    pane: Callable[[str], Locator], page: Page, shoot: Callable[[str], None]
):
    entry = pane("sum").get_by_role("group", name="Figures, entry 1")
    entry.get_by_label("Column").fill("amout")
    expect(entry).to_contain_text("no column 'amout'")
    shoot("wrong-entry")
    rows = pane("bank").get_by_label("Header row")
    rows.fill("many")
    expect(rows).to_have_accessible_description(re.compile("must be a whole number, not 'many'"))
    expect(rows).to_have_attribute("aria-invalid", "true")
    shoot("wrong")


def test_an_edit_of_a_form_is_undone_and_backspace_deletes_no_node(
    pane: Callable[[str], Locator], flow: Path, page: Page
):
    field = pane("bank").get_by_label("Encoding")
    field.fill("cp1252")
    field.press("Control+z")
    expect(field).to_have_value("utf-8")
    field.press("Control+Shift+z")
    expect(field).to_have_value("cp1252")
    for _ in range(8):
        field.press("Backspace")
    expect(page.locator(".react-flow__node")).to_have_count(6)
    assert "encoding" in saved(page, flow, "bank")["params"]


def test_a_setting_takes_a_flow_input_that_is_made_in_the_pane(
    pane: Callable[[], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    settings = pane()
    settings.get_by_role("button", name="Add an input").click()
    card = settings.get_by_role("group", name="Input input1")
    card.get_by_label("Title").fill("The file")
    card.get_by_label("Default").fill("bank.csv")
    shoot("flow")
    settings = pane("bank")
    settings.get_by_label("Where the value comes from").first.select_option("input1")
    assert saved(page, flow, "bank")["params"] == {"path": {"$input": "input1"}}
    assert json.loads(flow.read_text())["inputs"] == [{"name": "input1", "title": "The file", "default": "bank.csv"}]


def test_the_signature_of_a_code_node_is_its_ports_and_its_form(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    settings = pane("code")
    expect(settings.get_by_label("least")).to_have_value("0.8")
    code = settings.locator(".cm-content").first
    code.click()
    page.keyboard.press("Control+Home")
    for _ in "def run(table: Table":
        page.keyboard.press("ArrowRight")
    page.keyboard.type(", rates: Table")
    ports = "jupyterapp.shell.currentWidget.editor.store.getState().checked.ports.code.inputs"
    page.wait_for_function(f"() => {ports}.map(port => port.name).join() === 'table,rates'")
    shoot("code")
    page.keyboard.press("Control+End")
    page.keyboard.type("  oops(")
    expect(settings.get_by_text("Line 2")).to_contain_text("syntax error")
    expect(settings.locator(".mr-Code-line")).to_have_count(1)
    expect(settings.get_by_label("least")).to_be_visible()  # the form of before stays
    shoot("code-wrong")
    node = saved(page, flow, "code")
    assert node["source"][0].startswith("def run(table: Table, rates: Table, *")
    page.keyboard.press("Control+z")
    expect(settings.get_by_text("Line 2")).to_have_count(0)


def test_the_wire_of_a_port_that_is_renamed_in_the_code_goes_along(
    pane: Callable[[str], Locator], flow: Path, page: Page
):
    settings = pane("code")
    code = settings.locator(".cm-content").first
    code.click()
    page.keyboard.press("Control+Home")
    for _ in "def run(":
        page.keyboard.press("ArrowRight")
    for _ in "table":
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.type("orders")
    wires = "jupyterapp.shell.currentWidget.editor.document.flow.edges.map(edge => edge.to)"
    page.wait_for_function(f"() => {wires}.includes('code.orders')")
    expect(page.get_by_role("group", name=re.compile("code.*problem"))).to_have_count(0)
    expect(page.locator(".react-flow__edge")).to_have_count(4)
    state = "jupyterapp.shell.currentWidget.editor.document"
    while "run(table:" not in "".join(page.evaluate(f"() => {state}.node('code').source")):
        assert page.evaluate(f"() => {state}.undo()")
    assert "code.table" in page.evaluate(f"() => {wires}")
    page.evaluate(f"() => {{ while ({state}.canRedo()) {state}.redo(); }}")
    assert "code.orders" in page.evaluate(f"() => {wires}")
    assert saved(page, flow, "code")["source"][0].startswith("def run(orders: Table, *")


def test_code_is_completed_by_the_columns_that_come_in(pane: Callable[[str], Locator], flow: Path, page: Page):
    settings = pane("keep")
    code = settings.locator(".cm-content").first
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("pay")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(" = 'Ada'")
    assert saved(page, flow, "keep")["params"]["condition"] == "payee = 'Ada'"


def test_a_component_is_ejected_to_code_in_one_step(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    settings = pane("keep")
    settings.get_by_role("button", name="Eject to code").click()
    shoot("eject")
    page.get_by_role("dialog").get_by_role("button", name="Eject to code").click()
    expect(settings.locator(".cm-content").first).to_contain_text("def run(table: pl.LazyFrame")
    expect(settings.locator(".mr-Form").first).to_contain_text("condition")
    node = saved(page, flow, "keep")
    assert (node["type"], node["params"]) == ("code", {"condition": "amount > 2"})
    page.evaluate("() => jupyterapp.shell.currentWidget.editor.document.undo()")
    assert saved(page, flow, "keep")["type"] == "table.filter"


def test_a_credential_of_the_right_type_is_chosen(pane: Callable[[str], Locator], flow: Path, page: Page, lab: Lab):
    make = """async ([name, type, values]) => {
        const { client } = jupyterapp.shell.currentWidget.editor;
        return (await client.routes.POST('/credentials', { body: { name, type, values } })).response.status;
    }"""
    bank = ["bank", "http.basic", {"username": "ada", "password": "secret"}]
    assert page.evaluate(make, bank) == 201
    assert page.evaluate(make, ["other", "http.bearer", {"token": "secret"}]) == 201
    chooser = pane("ask").get_by_label("Login")
    expect(chooser.get_by_role("option")).to_have_text(["None", "bank"])
    chooser.select_option("bank")
    assert saved(page, flow, "ask")["params"]["login"] == {"$credential": "bank"}


def test_a_credential_is_made_where_it_is_needed(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    field = pane("ask").locator(".mr-List-row").filter(has=page.get_by_label("Login"))
    field.get_by_role("button", name="New credential…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Type")).to_have_value("http.basic")
    dialog.get_by_label("Name").fill("shop")
    dialog.get_by_role("textbox", name=re.compile("^User")).fill("ada")
    dialog.get_by_label("Password").fill("secret")
    shoot("new-credential")
    dialog.get_by_label("Password").press("Enter")
    expect(dialog).to_have_count(0)
    expect(field.get_by_label("Login")).to_have_value("shop")
    assert saved(page, flow, "ask")["params"]["login"] == {"$credential": "shop"}


def test_a_line_of_code_is_shown_by_a_command(pane: Callable[[str], Locator], page: Page):
    settings = pane("bank")
    page.evaluate("() => jupyterapp.commands.execute('millrace:toggle-settings')")
    expect(settings).to_be_hidden()
    page.evaluate("() => jupyterapp.commands.execute('millrace:show-code', { node: 'code', line: 2 })")
    expect(settings.locator(".cm-content").first).to_be_focused()
    page.keyboard.type("# here")
    expect(settings.locator(".cm-content .cm-line").nth(1)).to_have_text("# here    return table")


def test_a_file_is_chosen_in_jupyterlabs_own_dialog(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    (flow.parent / "data").mkdir()
    (flow.parent / "data" / "ledger.csv").write_text(BANK)
    pane("bank").get_by_role("button", name="Choose a file").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("data", exact=True).dblclick()
    dialog.get_by_text("ledger.csv").click()
    shoot("file")
    dialog.get_by_role("button", name="Select").click()
    expect(pane("bank").get_by_label("File", exact=False).first).to_have_value("data/ledger.csv")
    assert saved(page, flow, "bank")["params"]["path"] == "data/ledger.csv"


def test_sheets_are_offered_of_the_workbook_that_is_chosen(pane: Callable[[str], Locator], flow: Path, page: Page):
    for name, sheets in (("book.xlsx", ["North", "South"]), ("other.xlsx", ["East"])):
        with pd.ExcelWriter(flow.parent / name) as book:
            for sheet in sheets:
                pd.DataFrame({"a": [1]}).to_excel(book, sheet_name=sheet)
    pane("bank")
    page.get_by_role("button", name="Read Excel").dblclick()
    settings = pane("read_excel")
    file, sheet = settings.get_by_label("File", exact=False).first, settings.get_by_role("combobox", name="Sheet")
    offered = page.locator(".mr-Combobox-popup").get_by_role("option")
    sheet.click()
    expect(page.locator(".mr-Combobox-popup")).to_contain_text("Nothing is offered.")  # no file is chosen
    file.fill("book.xlsx")
    file.blur()
    sheet.click()
    expect(offered).to_have_text(["North", "South"])
    offered.last.click()
    file.fill("other.xlsx")
    file.blur()
    sheet.click()
    expect(offered).to_have_text(["East"])
    offered.click()
    assert saved(page, flow, "read_excel")["params"] == {"path": "other.xlsx", "sheet": "East"}


def test_a_notebook_is_chosen_its_parameters_are_a_form_and_it_runs(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    cells = [v4.new_code_cell("month = '2026-10'\nrate: float = 1.5", metadata={"tags": ["parameters"]}),
             v4.new_code_cell("print(f'{month} at {rate}')")]  # fmt: skip
    (flow.parent / "report.ipynb").write_text(v4.writes(v4.new_notebook(cells=cells)))
    pane("bank")
    page.get_by_role("navigation", name="Components").get_by_role("button", name="Notebook").dblclick()
    settings = pane("notebook")
    settings.get_by_role("button", name="Choose a notebook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("report.ipynb").click()
    dialog.get_by_role("button", name="Select").click()
    expect(settings.get_by_label("Notebook", exact=True)).to_have_value("report.ipynb")
    expect(settings.get_by_label("rate")).to_have_value("1.5")
    settings.get_by_label("month").fill("2026-11")
    shoot("notebook-node")
    node = saved(page, flow, "notebook")
    assert (node["path"], node["params"]) == ("report.ipynb", {"month": "2026-11"})
    pane("notebook")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".mr-RunStatus")).to_contain_text("Succeeded", timeout=60_000)
    data = page.get_by_role("region", name="Data", exact=True)
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("2026-11 at 1.5")


def test_settings_of_execution_are_written_only_where_they_differ(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    settings = pane("bank")
    settings.get_by_text("Execution", exact=True).click()
    settings.get_by_label("How often").fill("3")
    settings.get_by_label("Memory limit").fill("lots")
    expect(settings.get_by_text("'lots' is no amount of memory")).to_be_visible()
    shoot("execution")
    settings.get_by_label("Memory limit").fill("2GB")
    assert saved(page, flow, "bank")["execution"] == {"memory": "2GB", "retry": {"times": 3}}


HEAR = """live => {
  window.said = [];
  new MutationObserver(() => window.said.push(live.textContent)).observe(live, {childList: true, subtree: true});
}"""


def type_line(page: Page, code: Locator, text: str) -> None:
    """In a line of its own, at the end of the code, as far to the right as the line before."""
    code.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type(text)


def test_a_tables_methods_are_completed_in_code_and_their_signature_shown(
    pane: Callable[[str], Locator], flow: Path, page: Page, shoot: Callable[[str], None]
):
    code = pane("code").locator(".cm-content").first
    items, signature = page.locator(".jp-Completer-item"), page.locator(".mr-Signature")
    pane("").locator(".cm-announced").first.evaluate(HEAR)  # CodeMirror takes back what it has said after 0.2 s
    type_line(page, code, "table.mer")

    def complete() -> None:
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        expect(items.filter(has_text="merge")).to_have_count(1, timeout=2_000)

    patiently(complete)
    shoot("completion")
    page.keyboard.press("Enter")
    expect(code).to_contain_text("table.merge")
    page.keyboard.type("(")
    expect(signature.locator("b")).to_have_text(re.compile("^right"))
    shoot("signature")
    page.keyboard.type("table, ")
    expect(signature.locator("b")).to_have_text(re.compile("^how"))
    page.wait_for_function("() => window.said.some(text => text.includes('Argument: how'))")
    page.keyboard.type("on=")
    expect(signature.locator("b")).to_have_text(re.compile("^on"))
    page.keyboard.press("Escape")
    expect(signature).to_have_count(0)
    expect(code).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(signature).to_be_visible()
    page.keyboard.type('"payee")')
    expect(signature).to_have_count(0)
    assert saved(page, flow, "code")["source"][-1] == '    table.merge(table, on="payee")'


def test_completion_opens_by_itself_where_a_person_wants_that(
    pane: Callable[[str], Locator], page: Page, flow: Path, lab: Lab, open_lab: Callable[[str], Page]
):
    save = "text => jupyterapp.serviceManager.settings.save('@jupyterlab/completer-extension:manager', text)"
    page.evaluate(save, '{"autoCompletion": true}')
    try:
        open_lab(str(flow.relative_to(lab.root)))
        code = pane("code").locator(".cm-content").first
        type_line(page, code, "table.as")

        def retype() -> None:
            page.keyboard.press("Escape")
            page.keyboard.press("Backspace")
            page.keyboard.type("s")
            expect(page.locator(".jp-Completer-item").filter(has_text="assign")).to_have_count(1, timeout=2_000)

        patiently(retype)
    finally:
        page.evaluate(save, "{}")


def patiently(attempt: Callable[[], None]) -> None:
    """What reads code takes some seconds to begin, and JupyterLab's completer waits for one."""
    for _ in range(20):
        try:
            return attempt()
        except AssertionError:
            continue
    return attempt()
