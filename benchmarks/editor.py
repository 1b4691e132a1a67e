"""The flow editor in a real Chromium before a real JupyterLab: how long people wait."""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.editor_run import print_run
from studio.flow import Flow, write_flow
from tests.browser.labs import BUILT, Lab, running_lab

SHELL = "() => window.jupyterapp && window.jupyterapp.restored.then(() => true)"

FRAMES = """
() => new Promise(done => {
  const pane = document.querySelector('.mr-Canvas .react-flow__pane');
  const box = pane.getBoundingClientRect();
  const at = (type, x, y) => pane.dispatchEvent(new MouseEvent(type, {clientX: x, clientY: y, button: 0, buttons: 1,
    bubbles: true, view: window}));
  let frames = 0;
  const begun = performance.now();
  at('mousedown', box.x + 300, box.y + 200);
  const step = now => {
    frames++;
    const angle = frames / 20;
    window.dispatchEvent(new MouseEvent('mousemove', {clientX: box.x + 300 + 200 * Math.sin(angle),
      clientY: box.y + 200 + 100 * Math.cos(angle), buttons: 1, bubbles: true, view: window}));
    if (now - begun < 3000) requestAnimationFrame(step);
    else { at('mouseup', box.x + 300, box.y + 200); done(1000 * frames / (now - begun)); }
  };
  requestAnimationFrame(step);
})
"""
"""Pans the canvas for three seconds, and says how many frames a second were drawn."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks editor")
    parser.add_argument("--times", type=int, default=5, help="how often each is measured (5)")
    options = parser.parse_args(arguments)
    print(f"built front end: {_gzipped() / 1000:.0f} kB gzipped (< 400)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        with running_lab(Path(folder) / "with") as lab:
            write_flow(_many_nodes(500), lab.root / "many.flow")
            _start(browser, lab)  # the first start of all warms the machine
            started = _median(options.times, lambda: _start(browser, lab))
            _open(browser, lab, options.times)
            print_run(browser, lab, options.times)
        with running_lab(Path(folder) / "without", extension=False) as lab:
            bare = _median(options.times, lambda: _start(browser, lab))
        print(
            f"JupyterLab starts in {started:.2f} s, without the extension in {bare:.2f}: {started / bare:.2f} (< 1.10)"
        )
        browser.close()


def _gzipped() -> int:
    scripts = [*(BUILT / "static").glob("*.js")]
    assert not (BUILT / "build_log.json").exists(), "This is a development build: `npm run build:prod` first."
    return sum(len(gzip.compress(path.read_bytes())) for path in scripts)


def _median(times: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(times))


def _start(browser: Browser, lab: Lab) -> float:
    """Seconds until the launcher can be used."""
    page = browser.new_page()
    begun = time.perf_counter()
    page.goto(lab.page())
    page.wait_for_function(SHELL)
    taken = time.perf_counter() - begun
    page.close()
    return taken


def _open(browser: Browser, lab: Lab, times: int) -> None:
    """What an open flow of 500 nodes costs."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(lab.page())
    page.wait_for_function(SHELL)
    _open_flow(page)  # the canvas is loaded, and the service has started
    opened = [_open_flow(page) for _ in range(times)]
    print(f"500 nodes open in {statistics.median(opened):.2f} s (< 2)")
    page.wait_for_load_state("networkidle")
    frames = _median(times, lambda: page.evaluate(FRAMES))
    print(f"panning 500 nodes draws {frames:.0f} frames a second as they open (>= 50)", end=", ")
    page.get_by_role("button", name="Fit View").click()
    page.wait_for_function("() => document.querySelectorAll('.react-flow__node').length === 500")
    print(f"{_median(times, lambda: page.evaluate(FRAMES)):.0f} with all in sight")
    print(f"a key typed into a form takes {_key(page, times):.0f} ms (< 50)")
    page.close()


def _open_flow(page: Page) -> float:
    page.evaluate("() => jupyterapp.commands.execute('application:close-all')")
    page.wait_for_function("() => !document.querySelector('.mr-Canvas')")
    return float(
        page.evaluate(
            """async () => {
              const begun = performance.now();
              await jupyterapp.commands.execute('docmanager:open', {path: 'many.flow'});
              const drawn = () => document.querySelector('.react-flow__node') &&
                document.querySelector('.mr-Canvas .react-flow__viewport');
              while (!drawn()) await new Promise(requestAnimationFrame);
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              return (performance.now() - begun) / 1000;
            }"""
        )
    )


def _key(page: Page, times: int) -> float:
    """Milliseconds from a key to the next frame, in the first text field of a node's settings."""
    page.evaluate("() => jupyterapp.shell.currentWidget.editor.view.current.reveal('n0')")
    field = page.locator(".mr-Settings input[type=text], .mr-Settings textarea").first
    field.click()
    page.evaluate(
        """() => {
          window.taken = [];
          document.addEventListener('keydown', () => {
            const begun = performance.now();
            requestAnimationFrame(() => setTimeout(() => window.taken.push(performance.now() - begun)));
          }, true);
        }"""
    )
    page.keyboard.type("reconcile the bank", delay=120)
    page.wait_for_function("() => window.taken.length >= 18")
    taken: list[float] = page.evaluate("() => window.taken")
    return statistics.median(taken)


def _many_nodes(count: int) -> Flow:
    flow = Flow.new("Many")
    for number in range(count):
        inputs = {"table": f"n{number - 1}.table"} if number % 20 else {}
        params: dict[str, Any] = {"condition": f"a > {number}"} if inputs else {"path": "a.csv"}
        flow.add("table.filter" if inputs else "read.csv", f"n{number}", params=params, inputs=inputs)
        flow.layout[f"n{number}"] = {"x": 14 * (number % 20), "y": 8 * (number // 20)}
    return flow
