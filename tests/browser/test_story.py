"""A month's work of an analyst, from an empty folder to a schedule, in one sitting."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.labs import Lab

LONG = 90_000
"""Milliseconds: the first run of a machine starts the service, its workers and their kernels."""

BANK = """day,payee,amount
2026-10-01,Möller Druckerei,120.50
2026-10-02,Dorn Elektro eG,99.00
2026-10-05,Brandt u. Sohn,17.25
2026-10-09,Unknown sender,5.00
"""
LEDGER = """booked,customer,amount
2026-10-01,Moeller Druckerei,120.50
2026-10-03,Dorn Elektro,99.00
2026-10-05,Brandt und Sohn,17.25
2026-10-30,Ilmenau Glas,64.00
"""
CODE = """import polars as pl

def run(table: pl.DataFrame, *, least: float = 10) -> pl.DataFrame:
    return table.filter(pl.col("amount") >= least)"""


class Editor:
    """The open flow, by what a person sees of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.settings = page.get_by_role("region", name="Settings")
        self.data = page.get_by_role("region", name="Data", exact=True)

    def node(self, id: str) -> Locator:
        return self.page.locator(f'.react-flow__node[data-id="{id}"]')

    def select(self, id: str) -> Locator:
        self.node(id).click()
        return self.settings

    def port(self, node: str, handle: str) -> Locator:
        return self.page.locator(f'.react-flow__handle[data-nodeid="{node}"][data-handleid="{handle}"]')

    def spot(self, right: float, down: float) -> tuple[float, float]:
        """A place of the canvas, as parts of its width and height."""
        box = self.page.locator(".mr-Surface").bounding_box()
        assert box
        return box["x"] + box["width"] * right, box["y"] + box["height"] * down

    def drag(self, start: Locator, end: Locator | tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*_middle(start))
        mouse.down()
        mouse.move(*(end if isinstance(end, tuple) else _middle(end)), steps=8)
        mouse.up()

    def pull(self, node: str, port: str, spot: tuple[float, float], name: str) -> None:
        """Pull a wire into empty space, and pick what shall be there."""
        self.drag(self.port(node, f"out:{port}"), spot)
        expect(self.page.get_by_role("dialog").get_by_role("option", name=name)).to_be_visible()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")

    def until(self, condition: str) -> None:
        """Wait until the document, as `flow`, is so."""
        text = "jupyterapp.shell.currentWidget.context.model.toString()"
        self.page.wait_for_function(f"() => {{ const flow = JSON.parse({text}); return {condition}; }}")

    def place_before(self, tail: str) -> None:
        """Put the cursor of the code node's editor before the end of its text."""
        self.select("code").locator(".cm-content").first.click()
        self.page.keyboard.press("Control+End")
        for _ in tail:
            self.page.keyboard.press("ArrowLeft")

    def run(self, ends: str) -> None:
        """Run it, and wait until that run has ended."""
        shown = "jupyterapp.shell.currentWidget.editor.store.getState().run"
        before = self.page.evaluate(f"() => {shown}?.runId")
        self.page.get_by_role("button", name="Run", exact=True).click()
        ended = f"before => {shown} && {shown}.runId !== before && !{shown}.live"
        self.page.wait_for_function(ended, arg=before, timeout=LONG)
        self.status(ends)

    def status(self, word: str) -> None:
        expect(self.page.locator(".mr-RunStatus")).to_contain_text(word, timeout=LONG)


def _middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_an_analyst_reconciles_a_month_publishes_it_and_mends_what_breaks(
    open_lab: Callable[[str], Page], lab: Lab, shoot: Callable[[str], None]
) -> None:
    (lab.root / "bank.csv").write_text(BANK)
    (lab.root / "ledger.csv").write_text(LEDGER)
    page = open_lab("")
    for panel, words in (("runs", "Nothing has run yet."), ("triggers", "Nothing runs by itself yet.")):
        page.evaluate("id => { void jupyterapp.commands.execute(id); }", f"millrace:open-{panel}")
        expect(page.get_by_text(words)).to_be_visible(timeout=LONG)
        shoot(f"{panel}-empty")
        page.evaluate("() => jupyterapp.commands.execute('application:close')")
    editor = Editor(page)

    # A new flow, and two files dropped on it.
    page.locator(".jp-LauncherCard").filter(has_text=re.compile("^Flow$")).click()
    expect(page.get_by_role("button", name="Read CSV")).to_be_visible(timeout=LONG)
    editor.drag(page.get_by_role("listitem", name="bank.csv"), editor.spot(0.06, 0.15))
    editor.until("flow.nodes[0]?.params.path === 'bank.csv'")
    editor.drag(page.get_by_role("listitem", name="ledger.csv"), editor.spot(0.06, 0.6))
    editor.until("flow.nodes.length === 2")

    # Joined by amount; the columns are offered, though nothing has run.
    editor.pull("bank", "table", editor.spot(0.45, 0.2), "Join")
    editor.until("flow.edges.length === 1")
    editor.drag(editor.port("ledger", "out:table"), editor.port("table_join", "in:right"))
    editor.until("flow.edges.length === 2")
    settings = editor.select("table_join")
    _choose(settings, "Left columns", "amount")
    _choose(settings, "Right columns", "amount")

    # Matched by names that are nearly equal.
    editor.pull("bank", "table", editor.spot(0.45, 0.6), "Fuzzy match")
    editor.drag(editor.port("ledger", "out:table"), editor.port("match_fuzzy", "in:right"))
    editor.until("flow.edges.length === 4")
    settings = editor.select("match_fuzzy")
    settings.get_by_label(re.compile("^Left column")).fill("payee")
    settings.get_by_label(re.compile("^Right column")).fill("customer")
    settings.get_by_label("Accept at").fill("85")
    settings.get_by_label("Accept at").press("Tab")

    # A code node: its ports and settings come from its signature.
    editor.pull("match_fuzzy", "matched", editor.spot(0.8, 0.6), "Python code")
    editor.until("flow.nodes.length === 5")
    settings = editor.select("code")
    settings.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(CODE)
    expect(settings.get_by_label("least")).to_have_value("10")
    editor.until("flow.nodes.find(node => node.id === 'code').source.length === 4")
    shoot("story-1-built")

    # Run, and look at the rows.
    editor.run("Succeeded")
    editor.select("code")
    expect(editor.data.locator(".mr-DataBar-count")).to_have_text("3 rows")
    shoot("story-2-run")

    # Publish, and schedule for each weekday.
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("The first month")
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Schedules run revision 1, as shown")).to_be_visible(timeout=LONG)
    page.evaluate("() => void jupyterapp.commands.execute('millrace:open-triggers')")
    triggers = page.locator("#millrace-triggers")
    triggers.get_by_role("button", name="New schedule").click()
    triggers.get_by_role("combobox", name="Flow").select_option("untitled")
    triggers.get_by_label("Name").fill("every weekday")
    triggers.get_by_label("Repeat").select_option("Every weekday")
    expect(triggers.get_by_role("status", name="Next times").get_by_role("listitem")).to_have_count(5)
    triggers.get_by_role("button", name="Add trigger").click()
    expect(triggers.get_by_role("heading", name=re.compile("every weekday"))).to_contain_text("On")
    triggers.get_by_role("button", name="Run now").click()
    shoot("story-3-scheduled")

    # The run is in the history.
    page.evaluate("() => void jupyterapp.commands.execute('millrace:open-runs')")
    runs = page.get_by_role("table", name="Runs")
    expect(runs.get_by_role("row").filter(has_text="every weekday")).to_contain_text("Succeeded", timeout=LONG)
    shoot("story-4-history")

    # It breaks: the error says what, where and what to do.
    page.get_by_role("tab", name="untitled.flow").click()
    editor.place_before('amount") >= least)')
    page.keyboard.type("total_")
    editor.until("flow.nodes.find(node => node.id === 'code').source[3].includes('total_amount')")
    editor.run("Failed")
    failure = editor.data.get_by_role("region", name="Failure")
    expect(failure).to_contain_text("total_amount")
    expect(failure).to_contain_text("line 4")
    shoot("story-5-broken")

    # Opened as a notebook, with the real inputs.
    failure.get_by_role("button", name="Open as notebook").click()
    expect(page.get_by_role("tab", name=re.compile("code.*ipynb"))).to_be_visible(timeout=LONG)
    shoot("story-6-notebook")

    # Mended, and retried from there.
    page.get_by_role("tab", name="untitled.flow").click()
    editor.place_before('amount") >= least)')
    for _ in "total_":
        page.keyboard.press("Backspace")
    editor.until("!flow.nodes.find(node => node.id === 'code').source[3].includes('total_')")
    failure.get_by_role("button", name="Retry from here").click()
    editor.status("Succeeded")
    expect(editor.data.locator(".mr-DataBar-count")).to_have_text("3 rows")

    # And the file holds the flow, and nothing of what was looked at.
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    saved: dict[str, Any] = json.loads((lab.root / "untitled.flow").read_text())
    assert set(saved) == {"format", "id", "name", "nodes", "edges", "layout"}
    assert [node["id"] for node in saved["nodes"]] == ["bank", "code", "ledger", "match_fuzzy", "table_join"]


def _choose(settings: Locator, field: str, column: str) -> None:
    group = settings.get_by_role("group", name=field)
    group.get_by_role("combobox", name="New entry").fill(column)
    group.get_by_role("combobox", name="New entry").press("Enter")
