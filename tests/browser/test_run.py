"""Running a flow on the canvas, and looking at what its nodes have made."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from studio.flow import Flow, write_flow
from tests.browser.labs import Lab, running_lab

EXAMPLES = Path(__file__).parents[2] / "notebooks" / "examples"
LONG = 90_000
"""Milliseconds: the first run of a machine starts the service, its workers and their kernels."""


def status(page: Page, word: str) -> None:
    expect(page.locator(".mr-RunStatus")).to_contain_text(word, timeout=LONG)


def select(page: Page, node: str, name: str) -> Locator:
    """Select a node by keyboard; its data."""
    box = page.locator(f".react-flow__node[data-id={node}]")
    box.focus()
    box.press("Enter")
    data = page.get_by_role("region", name="Data", exact=True)
    expect(data.get_by_role("heading", name=name)).to_be_visible(timeout=LONG)
    return data


def test_the_example_runs_and_shows_its_rows(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    shutil.copytree(EXAMPLES / "reconcile", lab.root / "first")
    flow = lab.root / "first" / "reconcile.flow"
    flow.write_text(flow.read_text().replace('"f_reconcile"', '"f_first"'))  # of which nothing has run
    page = open_lab("first/reconcile.flow")
    expect(page.get_by_text("Run the flow to see what its nodes make.")).to_be_visible(timeout=LONG)
    shoot("empty")
    page.get_by_role("button", name="Run", exact=True).click()
    status(page, "Succeeded")
    data = select(page, "bank", "Bank statement")
    expect(data.get_by_role("status").first).to_contain_text("rows")
    shoot("rows")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One whose service soon notices that another one was killed."""
    seconds = {"MILLRACE_LEASE_SECONDS": "6", "MILLRACE_LOST_SECONDS": "6", "MILLRACE_BEAT_SECONDS": "2"}
    with running_lab(tmp_path_factory.mktemp("lab"), **seconds) as lab:
        yield lab


@pytest.fixture
def reconciled(open_lab: Callable[[str], Page], lab: Lab) -> Page:
    """The example, of which the last run is shown."""
    shutil.copytree(EXAMPLES / "reconcile", lab.root / "reconcile", dirs_exist_ok=True)
    page = open_lab("reconcile/reconcile.flow")
    expect(page.locator(".react-flow__node")).to_have_count(8)
    expect(page.locator(".mr-ServiceItem")).to_contain_text("is ready", timeout=LONG)
    runs = """async () => {
        const params = { query: { flow: 'f_reconcile' } };
        return (await jupyterapp.shell.currentWidget.editor.client.routes.GET('/runs', { params })).data.items;
    }"""
    if not page.evaluate(runs):  # anew: another test may have made the same results
        page.evaluate("() => jupyterapp.commands.execute('millrace:run-all').then(() => null)")
    status(page, "Succeeded")
    return page


def test_a_table_is_sorted_filtered_and_profiled_by_the_service(reconciled: Page, shoot: Callable[[str], None]) -> None:
    page = reconciled
    data = select(page, "bank", "Bank statement")
    data.get_by_label("Column", exact=True).select_option("amount")
    column = data.get_by_role("complementary", name="Column amount")
    expect(column.get_by_role("img", name="Values from")).to_be_visible()
    expect(column).to_contain_text("Greatest")
    column.get_by_role("button", name="Sort falling").click()
    column.get_by_label("Condition").select_option("<")
    column.get_by_label("Value", exact=True).fill("100.00")
    column.get_by_role("button", name="Filter").click()
    expect(data.locator(".mr-DataBar-count")).to_contain_text("of 1,950")
    shoot("column")
    no_serious_finding(page, ".mr-Data")
    data.get_by_role("button", name="View as table").click()
    cells = data.get_by_role("row").nth(1).get_by_role("cell")
    expect(cells.last).to_have_text("58.12")
    shoot("as-table")
    data.get_by_role("button", name="Remove amount < 100.00").click()
    expect(data.locator(".mr-DataBar-count")).to_have_text("1,950 rows")
    data.get_by_role("button", name="View as grid").click()
    head = data.locator(".mr-TableGrid").bounding_box()
    assert head is not None
    page.mouse.click(head["x"] + 120, head["y"] + 12)  # the head of bank_id: sorts by it instead
    expect(data.get_by_role("listitem").filter(has_text="bank_id, rising")).to_be_visible()


def test_a_node_tells_its_inputs_log_notebook_and_details(reconciled: Page, shoot: Callable[[str], None]) -> None:
    page = reconciled
    data = select(page, "clean", "Clean both sides")
    data.get_by_role("radio", name="ledger").check(force=True)
    expect(data.locator(".mr-DataBar-count")).to_contain_text("rows")
    data.get_by_role("tab", name="Input").click()
    expect(data.get_by_role("radio")).to_have_count(2)
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("payments")
    data.get_by_label("Find in the log").fill("no such text")
    expect(data.get_by_text("No line has this text.")).to_be_visible()
    data.get_by_label("Find in the log").fill("payments")
    expect(data.locator("mark")).to_have_text("payments")
    shoot("log")
    data.get_by_role("tab", name="Notebook").click()
    expect(data.get_by_role("region", name="Executed notebook")).to_contain_text("drop_zero")
    shoot("notebook")
    data.get_by_role("tab", name="Details").click()
    expect(data.get_by_role("table", name="Attempts")).to_contain_text("MB")
    shoot("details")
    no_serious_finding(page, ".mr-Data")
    data = select(page, "report", "Exceptions report")
    expect(data.get_by_role("tabpanel")).to_be_visible()
    data.get_by_role("tab", name="Output").click()
    shoot("report")


VALUES = """
import json
import pyarrow as pa
from studio import Outputs

class Made(Outputs):
    many: Table
    value: Json
    page: Html
    words: Text
    picture: Figure

EVIL = "<img src=x onerror='window.top.hurt = 1'><script>window.top.hurt = 1</script><b>bold</b>"

def run() -> Made:
    n = 1_000_000
    table = pa.table({
        "id": pa.array(range(n)),
        "half": pa.array([None if i % 7 == 0 else i / 2 for i in range(n)]),
        "name": pa.array([EVIL if i == 0 else f"row {i}" for i in range(n)]),
    })
    import pathlib
    svg = pathlib.Path("evil.svg")
    svg.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40" onload="window.top.hurt = 1">'
        '<script>window.top.hurt = 1</script><rect width="90" height="40" fill="teal"/></svg>'
    )
    print(EVIL)
    value = {"rows": [{"a/b": i, EVIL: EVIL} for i in range(500)], "none": None}
    return Made(many=table, value=value, page=EVIL, words=EVIL, picture=svg)
"""
FAILS = """
from studio import UserError

def run(table: Table) -> Table:
    raise UserError("<b>The month</b> is missing.", cure="Fill in the month.")
"""
SLOW = """
import time

def run(*, run: RunContext) -> Table:
    import pandas as pd
    for at in range(SECONDS * 4):
        run.progress(at / SECONDS / 4, f"part {at}")
        run.log(f"line {at}")
        time.sleep(0.25)
    return pd.DataFrame({"at": range(SECONDS)})
"""


AXE = Path(__file__).parents[2] / "jupyter_extension" / "node_modules" / "axe-core" / "axe.min.js"


def no_serious_finding(page: Page, part: str) -> None:
    """Nothing in a part of the page keeps people with disabilities from using it."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("part => axe.run(part).then(({violations}) => violations)", part)
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []


def write(lab: Lab, name: str, nodes: dict[str, str], edges: Sequence[tuple[str, str]] = ()) -> str:
    """A flow of code nodes; its path."""
    flow = Flow.new(name)
    for at, (node, source) in enumerate(nodes.items()):
        flow.add("code", node, source=source)
        flow.layout[node] = {"x": 12 * at, "y": 0}
    for from_, to in edges:
        flow.connect(from_, to)
    write_flow(flow, lab.root / f"{name}.flow")
    return f"{name}.flow"


def test_a_million_rows_scroll_and_no_value_runs_a_script(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    page = open_lab(write(lab, "values", {"made": VALUES}))
    asked: list[int] = []
    page.on("request", lambda one: asked.append(one.post_data_json["start"]) if one.url.endswith("/rows") else None)
    page.get_by_role("button", name="Run", exact=True).click()
    status(page, "Succeeded")
    data = select(page, "made", "Python code")
    expect(data.locator(".mr-DataBar-count")).to_have_text("1,000,000 rows")
    grid = data.locator(".mr-TableGrid")
    grid.hover()
    for _ in range(30):
        page.mouse.wheel(0, 700_000)  # past hundreds of pages, to the end
    with page.expect_response(lambda one: one.url.endswith("/rows") and one.request.post_data_json["start"] >= 999_800):
        page.mouse.wheel(0, 9_000_000)
    shoot("million")
    assert len(asked) < 70  # of the 5,000 pages only those that were in sight
    for port in ("words", "page", "picture", "value"):
        data.get_by_role("radio", name=port).check(force=True)
        if port == "words":
            expect(data.locator("pre")).to_contain_text("<script>")
        elif port == "page":
            expect(data.frame_locator("iframe").get_by_text("bold")).to_be_visible()
        elif port == "picture":
            expect(data.get_by_role("img", name="picture")).to_be_visible()
        else:
            data.get_by_role("button", name="rows").click()
            data.get_by_role("button", name="0").first.click()
            expect(data.locator(".mr-JsonTree-value").first).to_be_visible()
        shoot(port)
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("<script>")
    data.get_by_role("tab", name="Notebook").click()
    expect(data.get_by_role("region", name="Executed notebook")).to_be_visible()
    assert page.evaluate("() => window.hurt") is None


def test_a_failed_step_says_why_and_is_retried_from_there(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    one = "import pandas as pd\n\ndef run() -> Table:\n    return pd.DataFrame({'a': [1]})\n"
    path = write(lab, "fails", {"one": one, "two": FAILS}, [("one.table", "two.table")])
    page = open_lab(path)
    page.get_by_role("button", name="Run", exact=True).click()
    status(page, "Failed")
    page.get_by_role("button", name="Go to the failed node").click()
    data = page.get_by_role("region", name="Data", exact=True)
    failure = data.get_by_role("region", name="Failure")
    expect(failure).to_contain_text("<b>The month</b> is missing.")
    expect(failure).to_contain_text("Fill in the month.")
    expect(failure).to_contain_text("line 4")
    shoot("failure")
    failure.get_by_role("button", name="Show in the code").click()
    code = page.get_by_role("region", name="Settings", exact=True).locator(".cm-content").first
    expect(code).to_be_focused()
    at = "document.getSelection().anchorNode.parentElement.closest('.cm-line')"
    page.wait_for_function(f"() => [...{at}.parentElement.children].indexOf({at}) === 3")
    data.get_by_role("tab", name="Input").click()
    expect(data.locator(".mr-DataBar-count")).to_have_text("1 row")
    first = data.get_by_label("Shown run").input_value()
    failure.get_by_role("button", name="Retry from here").click()
    expect(data.get_by_label("Shown run")).not_to_have_value(first, timeout=LONG)
    status(page, "Failed")
    expect(data.get_by_label("Shown run").locator("option")).to_have_count(2)
    no_serious_finding(page, ".mr-Data")
    failure.get_by_role("button", name="Open as notebook").click()
    expect(page.get_by_role("tab", name=re.compile("two.*ipynb"))).to_be_visible(timeout=LONG)


def test_a_node_that_was_edited_since_the_run_says_so_and_all_that_follows_it(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    one = "import pandas as pd\n\ndef run() -> Table:\n    return pd.DataFrame({'a': [1]})\n"
    two = "def run(table: Table) -> Table:\n    return table\n"
    page = open_lab(write(lab, "stale", {"one": one, "two": two}, [("one.table", "two.table")]))
    expect(page.locator(".react-flow__node")).to_have_count(2)
    flow = "jupyterapp.shell.currentWidget.context.model.sharedModel"
    page.evaluate(f"() => {flow}.move({{one: {{x: 0, y: 0}}, two: {{x: 16, y: 0}}}})")
    page.get_by_role("button", name="Fit View").click()
    page.get_by_role("button", name="Run", exact=True).click()
    status(page, "Succeeded")
    page.evaluate(f"() => {flow}.updateNode('one', {{name: 'Another name'}})")
    expect(page.get_by_role("group", name="Another name, succeeded, 1 row")).to_be_visible()
    marks = page.locator(".react-flow__node").get_by_role("img", name="edited since this run")
    expect(marks).to_have_count(0)
    page.evaluate(f"() => {flow}.together(() => {flow}.setParam('one', 'least', 2))")
    expect(marks).to_have_count(2)
    expect(page.get_by_role("group", name="succeeded, 1 row, edited since this run")).to_be_visible()
    expect(page.get_by_role("img", name="What comes in was edited since this run")).to_be_visible()
    shoot("stale")
    page.evaluate(f"() => {flow}.undo()")
    expect(marks).to_have_count(0)


def test_a_run_goes_on_while_the_page_is_loaded_anew_and_is_stopped(open_lab: Callable[[str], Page], lab: Lab) -> None:
    page = open_lab(write(lab, "slow", {"slow": SLOW.replace("SECONDS", "60")}))
    page.get_by_role("button", name="Run", exact=True).click()
    data = select(page, "slow", "Python code")
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("line 1", timeout=LONG)
    open_lab("slow.flow")
    status(page, "Running")
    data = select(page, "slow", "Python code")
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("line 12", timeout=LONG)
    data.get_by_label("Follow").uncheck()
    data.get_by_role("log").press("Home")
    lines = data.locator(".mr-LogLines-line")
    expect(lines.first).to_have_text("line 0")
    drawn = lines.all_inner_texts()
    assert drawn == [f"line {at}" for at in range(len(drawn))]  # caught up: nothing is lost or doubled
    page.get_by_role("button", name="Stop the Run").click()
    status(page, "Cancelled")


def test_a_run_that_ends_while_the_computer_sleeps_is_shown_when_it_wakes(
    page: Page, open_lab: Callable[[str], Page], lab: Lab
) -> None:
    asleep = False

    def hand_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if asleep else socket.send(message))

    page.route_web_socket(re.compile("millrace/stream"), hand_on)
    open_lab(write(lab, "asleep", {"slow": SLOW.replace("SECONDS", "3")}))
    page.get_by_role("button", name="Run", exact=True).click()
    data = select(page, "slow", "Python code")
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("line 1", timeout=LONG)
    asleep = True
    run = page.evaluate("() => jupyterapp.shell.currentWidget.editor.store.getState().run.runId")
    ask = """async run => {
        const { client } = jupyterapp.shell.currentWidget.editor;
        const { data } = await client.routes.GET('/runs/{run_id}', { params: { path: { run_id: run } } });
        return data.state === 'succeeded';
    }"""
    page.wait_for_function(ask, arg=run, timeout=LONG)
    expect(page.locator(".mr-RunStatus")).to_contain_text("Running")
    asleep = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    status(page, "Succeeded")
    expect(data.get_by_role("log")).to_contain_text("line 11")


MAKES = "def run() -> Json:\n    return 1\n"
TAKES = "def run(json: Json) -> Json:\n    return json + 1\n"


def made(page: Page, act: Callable[[], None]) -> dict[str, str]:
    """What became of the steps of the run that `act` starts, as the service tells."""
    expect(page.locator(".react-flow__node").first).to_be_visible()
    state = "jupyterapp.shell.currentWidget.editor.store.getState()"
    before = page.evaluate(f"() => {state}.run?.runId ?? ''")
    act()
    page.wait_for_function(
        f"last => {state}.run?.live === false && {state}.run.runId !== last", arg=before, timeout=LONG
    )
    ask = f"""async () => {{
        const params = {{ path: {{ run_id: {state}.run.runId }} }};
        const {{ client }} = jupyterapp.shell.currentWidget.editor;
        return (await client.routes.GET('/runs/{{run_id}}/steps', {{ params }})).data.items;
    }}"""
    return {step["node"]: step["state"] for step in page.evaluate(ask)}


def test_each_way_to_run_runs_what_it_says(open_lab: Callable[[str], Page], lab: Lab) -> None:
    nodes = {"one": MAKES, "two": TAKES, "three": TAKES, "apart": MAKES}
    path = lab.root / write(lab, "ways", nodes, [("one.json", "two.json"), ("two.json", "three.json")])
    flow = json.loads(path.read_text())
    flow["nodes"][2]["execution"] = {"effect": "pure"}
    path.write_text(json.dumps(flow))
    page = open_lab("ways.flow")

    def press(key: str) -> Callable[[], None]:
        return lambda: page.keyboard.press(key)

    def choose(item: str) -> Callable[[], None]:
        def choose() -> None:
            page.get_by_role("button", name="Other ways to run").click()
            page.get_by_role("menuitem", name=item, exact=True).click()

        return choose

    page.locator(".react-flow__node[data-id=two]").click()
    ok = {"one": "succeeded", "two": "succeeded", "three": "succeeded", "apart": "succeeded"}
    assert made(page, press("Control+Enter")) == ok
    assert made(page, press("Control+Enter")) == ok | {"three": "reused"}
    assert made(page, press("Control+Shift+Enter")) == ok
    taken = {"one": "reused", "two": "succeeded", "three": "reused", "apart": "reused"}
    assert made(page, choose("Run from This Node")) == taken
    assert made(page, choose("Run Only This Node")) == {"one": "reused", "two": "succeeded"}
    assert made(page, press("Shift+Enter")) == {"one": "succeeded", "two": "succeeded"}
    slow = SLOW.replace("SECONDS", "60").splitlines()
    page.evaluate(
        "source => jupyterapp.shell.currentWidget.context.model.sharedModel.updateNode('apart', {source})", slow
    )
    page.keyboard.press("Control+Enter")
    status(page, "Running")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Stop the Run").click()
    status(page, "Cancelled")


ROW = "import pandas as pd\n\ndef run() -> Table:\n    print('one row')\n    return pd.DataFrame({'a': [1]})\n"


def test_values_that_are_kept_no_longer_say_so_and_what_to_do(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    page = open_lab(write(lab, "gone", {"row": ROW}))
    for _ in range(2):
        made(page, page.get_by_role("button", name="Run", exact=True).click)
    data = select(page, "row", "Python code")
    runs = data.get_by_label("Shown run").locator("option")
    expect(runs).to_have_count(2)
    last, first = (run.get_attribute("value") for run in runs.all())
    data.get_by_label("Shown run").select_option(first)
    expect(data.locator(".mr-DataBar-count")).to_have_text("1 row")
    keep = {"MILLRACE_HOME": str(lab.home), "MILLRACE_KEEP_DAYS": "0.00000001"}
    subprocess.run([sys.executable, "-m", "studio.cli.main", "gc"], env=os.environ | keep, check=True)
    data.get_by_role("tab", name="Log").click()  # it was seen before it went
    expect(data.get_by_role("alert")).to_contain_text("Run it again")
    data.get_by_label("Shown run").select_option(last)
    expect(data.get_by_role("log")).to_contain_text("one row")
    data.get_by_label("Shown run").select_option(first)
    note = data.get_by_role("status").filter(has_text="Run the flow again to see them.")
    for tab in ("Log", "Notebook", "Output"):
        data.get_by_role("tab", name=tab).click()
        expect(data.get_by_role("tabpanel")).to_have_text("This is kept no longer.")
    shoot("gone")
    data.get_by_role("tab", name="Details").click()
    expect(data.get_by_role("table", name="Attempts")).to_contain_text("MB")
    assert made(page, note.get_by_role("button", name="Run again").click) == {"row": "succeeded"}
    data.get_by_role("tab", name="Output").click()
    expect(data.locator(".mr-DataBar-count")).to_have_text("1 row")
    expect(note).to_be_hidden()


def test_the_end_of_a_run_is_told_where_its_flow_is_not_in_sight(open_lab: Callable[[str], Page], lab: Lab) -> None:
    path = write(lab, "aside", {"waits": WAITS.replace("GATE", str(lab.root / "gate"))})
    page = open_lab(path)
    tab = page.get_by_role("tab", name="aside.flow")
    for gate, told in (("open", "aside has succeeded."), ("", "aside has failed. The gate is shut.")):
        (lab.root / "gate").unlink(missing_ok=True)
        page.get_by_role("button", name="Run", exact=True).click()
        status(page, "Running")
        page.evaluate("async () => { await jupyterapp.commands.execute('launcher:create') }")
        expect(tab).to_have_attribute("aria-selected", "false")
        (lab.root / "gate").write_text(gate)
        toast = page.locator(".Toastify__toast").filter(has_text=told)
        toast.get_by_text("Show", exact=True).click()
        expect(tab).to_have_attribute("aria-selected", "true")
    # Where it is in sight, nothing more is said.
    assert made(page, page.get_by_role("button", name="Run", exact=True).click) == {"waits": "failed"}
    expect(page.locator(".Toastify__toast").filter(has_text="aside has failed.")).to_have_count(0)


WAITS = """
import time
from pathlib import Path

def run() -> Json:
    while not Path("GATE").exists():
        time.sleep(0.05)
    time.sleep(0.2)
    if not Path("GATE").read_text():
        raise UserError("The gate is shut.")
    return 1
"""
LARGE = """
from studio import Outputs

class Made(Outputs):
    words: Text
    value: Json

def run() -> Made:
    text = "".join(f"{i:09}\\n" for i in range(MILLIONS * 100_000))
    print(text)
    return Made(words=text, value=text.split())
"""


@pytest.mark.parametrize("megabytes", [10, pytest.param(100, marks=pytest.mark.nightly)])
def test_of_large_output_the_beginning_is_shown_and_no_more_is_fetched(
    open_lab: Callable[[str], Page], lab: Lab, megabytes: int, shoot: Callable[[str], None]
) -> None:
    page = open_lab(write(lab, f"large{megabytes}", {"made": LARGE.replace("MILLIONS", str(megabytes))}))
    page.get_by_role("button", name="Run", exact=True).click()
    status(page, "Succeeded")
    fetched: Counter[str] = Counter()
    watch = page.context.new_cdp_session(page)
    watch.send("Network.enable")
    watch.on("Network.dataReceived", lambda told: fetched.update({told["requestId"]: told["dataLength"]}))
    watch.on("Network.loadingFinished", lambda told: fetched.update({told["requestId"]: told["encodedDataLength"]}))
    data = select(page, "made", "Python code")
    expect(data.locator("pre")).to_contain_text("000000000")
    expect(data.locator("pre")).to_contain_text("The rest is in the download.")
    expect(data).to_contain_text(f"text · {megabytes}")
    shoot("large-text")
    data.get_by_role("radio", name="value").check(force=True)
    expect(data).to_contain_text(f"json · {megabytes * 1.3:.0f}")
    expect(data.get_by_role("button", name="Show more of")).to_be_visible()
    data.get_by_role("tab", name="Log").click()
    expect(data).to_contain_text("A part of")
    expect(data.get_by_role("log")).to_contain_text("0000")
    assert fetched.total() < 9_000_000
    data.get_by_role("tab", name="Notebook").click()  # kernels keep no more than 10 MB of what is printed
    notebook = data.get_by_role("region", name="Executed notebook")
    expect(notebook).to_contain_text("The rest is in the log.")
    assert notebook.evaluate("box => box.textContent.length") < 200_000


def test_the_view_recovers_when_the_service_is_killed_in_the_middle(open_lab: Callable[[str], Page], lab: Lab) -> None:
    page = open_lab(write(lab, "killed", {"slow": SLOW.replace("SECONDS", "8")}))
    page.get_by_role("button", name="Run", exact=True).click()
    data = select(page, "slow", "Python code")
    data.get_by_role("tab", name="Log").click()
    expect(data.get_by_role("log")).to_contain_text("line 2", timeout=LONG)
    os.kill(json.loads((lab.home / "service.json").read_text())["pid"], signal.SIGKILL)
    expect(page.locator(".mr-RunStatus")).to_contain_text("Succeeded", timeout=2 * LONG)
    data.get_by_role("tab", name="Output").click()
    expect(data.locator(".mr-DataBar-count")).to_have_text("8 rows")


def test_a_run_asks_for_inputs_and_publishing_says_what_schedules_run(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    shutil.copytree(EXAMPLES / "reconcile", lab.root / "reconcile", dirs_exist_ok=True)
    page = open_lab("reconcile/reconcile.flow")
    revision = page.locator(".mr-RevisionStatus")
    expect(revision).to_have_text("Not published", timeout=LONG)
    page.get_by_role("button", name="Other ways to run").click()
    shoot("menu")
    page.get_by_role("menuitem", name="Run with Inputs…").click()
    page.get_by_label("Dates may be so many days apart").fill("5")
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    status(page, "Succeeded")
    data = select(page, "bank", "Bank statement")
    data.get_by_role("tab", name="Details").click()
    expect(data.get_by_role("region", name="Details")).to_contain_text("Input days5")
    publish(page, "first")
    expect(revision).to_have_text("Schedules run revision 1, as shown", timeout=LONG)
    page.evaluate("""() => {
        const [widget] = [...jupyterapp.shell.widgets('main')];
        widget.context.model.sharedModel.setField('description', 'other');
    }""")
    expect(revision).to_have_text("Schedules run revision 1; the draft differs")
    shoot("differs")
    publish(page, "second")
    expect(revision).to_have_text("Schedules run revision 2, as shown", timeout=LONG)
    millrace(lab, "revisions", "activate", str(lab.root / "reconcile" / "reconcile.flow"), "1")
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # somebody comes back from a terminal
    expect(revision).to_have_text("Schedules run revision 1; the draft differs", timeout=LONG)


def publish(page: Page, note: str) -> None:
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill(note)
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()


def millrace(lab: Lab, *arguments: str) -> None:
    command = [sys.executable, "-m", "studio.cli.main", *arguments]
    subprocess.run(command, env=os.environ | {"MILLRACE_HOME": str(lab.home)}, check=True)


def test_a_run_that_is_started_elsewhere_can_be_shown_at_once(open_lab: Callable[[str], Page], lab: Lab) -> None:
    path = write(lab, "elsewhere", {"one": "def run() -> Json:\n    return 1\n"})
    page = open_lab(path)
    page.get_by_role("button", name="Run", exact=True).click()
    status(page, "Succeeded")
    shown = page.get_by_label("Shown run").locator("option")
    expect(shown).to_have_count(1)
    millrace(lab, "run", str(lab.root / path))
    expect(shown).to_have_count(2)
