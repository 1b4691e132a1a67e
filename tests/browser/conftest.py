"""Real Chromium before a real JupyterLab and its real service."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.labs import Lab, running_lab

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
HOW = "Chromium is not installed: `apt-get install chromium`, or name one in the variable CHROMIUM."
SHOTS = Path(os.environ.get("MILLRACE_SHOTS", "")) if os.environ.get("MILLRACE_SHOTS") else None
"""Where tests leave their screenshots for people to look at; nowhere if not set."""
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Below a base URL, as behind a hub."""
    with running_lab(tmp_path_factory.mktemp("lab"), base_url="/team/lab") as lab:
        yield lab


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of its own. A script's error fails the test that saw it; what failed is left as a picture."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _is_ours(message) else None)
    yield page
    if SHOTS and request.node.stash.get(FAILED, False):
        page.screenshot(path=SHOTS / f"failed-{request.node.name}.png")
    context.close()
    assert errors == []


def _is_ours(message: ConsoleMessage) -> bool:
    """React's complaints, and errors out of our code."""
    return message.type == "error" and ("millrace" in message.text or message.text.startswith("Warning:"))


@pytest.fixture
def open_lab(page: Page, lab: Lab) -> Callable[[str], Page]:
    """Open a file of the lab's root, or the launcher, in a fresh workspace."""

    def open_lab(path: str = "") -> Page:
        page.goto(lab.page(path))
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=60_000)
        page.wait_for_function("() => window.jupyterapp && window.jupyterapp.restored.then(() => true)")
        return page

    return open_lab


@pytest.fixture
def shoot(page: Page, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Take a screenshot for people to look at, in both themes."""

    def shoot(name: str) -> None:
        if SHOTS is None:
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        for theme in ("Dark", "Light"):
            command = f"() => jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})"
            page.evaluate(command)
            page.wait_for_function(f"() => document.body.dataset.jpThemeName === 'JupyterLab {theme}'")
            page.evaluate("() => new Promise(done => setTimeout(done, 300))")  # stylesheets of the theme are loading
            page.screenshot(path=SHOTS / f"{name}-{theme.lower()}.png")

    return shoot
