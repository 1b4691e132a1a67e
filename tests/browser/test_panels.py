"""Runs, triggers, credentials and plugins in their panels, before a real service."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from studio.store.deliveries import NewDelivery
from studio.store.store import Store
from studio.store.triggers import NewTick
from tests.browser.labs import TOKEN, Lab, running_lab
from tests.cluster import free_port, wait_for

AXE = Path(__file__).parents[2] / "jupyter_extension" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = "<img src=x onerror=window.hurt=1>"
SECRET = "hunter2-is-no-secret"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One whose service can be called by webhooks."""
    folder = tmp_path_factory.mktemp("lab")
    environment = {
        "MILLRACE_HOOKS": f"127.0.0.1:{free_port()}",
        "MILLRACE_KEY_FILE": str(folder / "secret" / "keys"),
        "MILLRACE_WORKERS": "1",
        "MILLRACE_DRAIN_SECONDS": "1",
    }
    with running_lab(folder, **environment) as lab:
        yield lab


class Api:
    """The service behind the lab's proxy."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers |= {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        url = f"{self.lab.url}/millrace/api{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def flow(self, id: str, name: str, code: list[str], inputs: list[dict[str, Any]] | None = None) -> Path:
        """A file with a flow of two steps, the second of which is code."""
        document = {
            "format": 1, "id": id, "name": name, "inputs": inputs or [],
            "nodes": [
                {"id": "first", "type": "code", "source": ["def run() -> Json:", '    return "a"']},
                {"id": "then", "type": "code", "source": ["def run(text: Json) -> Json:", *code]},
            ],
            "edges": [{"from": "first.json", "to": "then.text"}],
        }  # fmt: skip
        path = self.lab.root / f"{id}.flow"
        path.write_text(json.dumps(document))
        return path

    def start(self, path: Path) -> str:
        """Queue a run of the file as it is; its id."""
        document = json.loads(path.read_text())
        return str(self("POST", "/runs", {"document": document, "path": str(path), "inputs": {}})["run_id"])

    def ended(self, run: str) -> str:
        """The state in which a run has ended."""

        def look() -> str:
            state = str(self("GET", f"/runs/{run}")["state"])
            return state if state in ("succeeded", "failed", "cancelled") else ""

        return wait_for(look, what=f"the end of the run {run}")

    def run(self, id: str, name: str, code: list[str]) -> str:
        """Run a flow of that code to its end; the id of the run."""
        run = self.start(self.flow(id, name, code))
        self.ended(run)
        return run

    def publish(self, path: Path) -> None:
        self("POST", "/flows", {"path": str(path)})


@pytest.fixture(scope="module")
def api(lab: Lab) -> Api:
    """Answers when the service is there."""
    request = urllib.request.Request(
        f"{lab.url}/millrace/service", b"{}", {"Authorization": f"token {TOKEN}"}, method="POST"
    )

    def ready() -> bool:
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=60) as answer:
            return bool(json.loads(answer.read())["state"] == "ready")
        return False

    wait_for(ready, what="the service")
    return Api(lab)


@pytest.fixture
def panel(open_lab: Callable[[str], Page], api: Api) -> Callable[..., Locator]:
    """Open one of the panels in a fresh workspace."""

    def panel(kind: str, **args: str) -> Locator:
        page = open_lab("")
        page.evaluate("([id, args]) => void jupyterapp.commands.execute(id, args)", [f"millrace:open-{kind}", args])
        return page.locator(".jp-MainAreaWidget .mr-PanelWindow")

    return panel


def row(view: Locator, table: str, text: str | re.Pattern[str]) -> Locator:
    return view.get_by_role("table", name=table, exact=True).get_by_role("row").filter(has_text=text)


def require_accessible(page: Page) -> None:
    """axe finds nothing serious in what is ours."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `npm ci` in jupyter_extension")
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run('.mr-PanelWindow')")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in serious]
    assert told == []


def test_runs_are_listed_as_they_happen_and_a_failure_says_what_to_do(
    panel: Callable[..., Locator], api: Api, shoot: Callable[[str], None]
):
    good = api.flow("f_good", "Good flow", ["    return text"])
    bad = api.flow("f_bad", "Bad flow", ['    raise ValueError("column missing: amount")'])
    view = panel("runs")
    first = api.start(good)
    expect(row(view, "Runs", "Good flow").get_by_text("Succeeded")).to_be_visible(timeout=60_000)
    second = api.start(bad)
    expect(row(view, "Runs", "Bad flow").get_by_text("Failed")).to_be_visible(timeout=60_000)
    assert (api.ended(first), api.ended(second)) == ("succeeded", "failed")
    expect(row(view, "Runs", "Bad flow")).to_contain_text("column missing: amount")
    shoot("runs")

    row(view, "Runs", "Bad flow").get_by_role("button", name="Bad flow").click()
    detail = view.get_by_role("region", name="Run", exact=True)
    expect(row(view, "Steps", "then").first).to_contain_text("Failed")
    expect(detail.get_by_text("column missing: amount").first).to_be_visible()
    expect(detail.get_by_text(re.compile("line 2"))).to_be_visible()
    shoot("runs-detail")
    require_accessible(view.page)


def test_runs_are_filtered_by_state_flow_words_and_id(panel: Callable[..., Locator], api: Api):
    api.run("f_clean", "Found clean", ["    return text"])
    failed = api.run("f_dirty", "Found dirty", ['    raise ValueError("stains of coffee")'])
    view = panel("runs")
    names = view.get_by_role("table", name="Runs").get_by_role("rowheader")
    found = names.filter(has_text="Found")  # other tests run theirs
    expect(found).to_have_count(2)
    view.get_by_role("button", name="Failed", exact=True).click()
    expect(found).to_have_text(["Found dirty"])
    view.get_by_role("button", name="Failed", exact=True).click()
    view.get_by_label("Flow", exact=True).select_option("Found clean")
    expect(names).to_have_text(["Found clean"])
    view.get_by_label("Flow", exact=True).select_option("All flows")
    view.get_by_role("searchbox", name="Search").fill("coffee stains")
    expect(names).to_have_text(["Found dirty"])
    view.get_by_role("searchbox", name="Search").fill(failed)
    expect(names).to_have_text(["Found dirty"])
    view.get_by_role("searchbox", name="Search").fill("no such word")
    expect(view.get_by_text("No run is like that.")).to_be_visible()
    view.get_by_role("button", name="Clear the filter").click()
    expect(found).to_have_count(2)


def test_a_run_is_stopped_and_retried_from_a_step(panel: Callable[..., Locator], api: Api):
    slow = api.flow("f_slow", "Slow flow", ["    import time", "    time.sleep(300)", "    return text"])
    run = api.start(slow)
    view = panel("runs", run=run)
    detail = view.get_by_role("region", name="Run", exact=True)
    expect(row(view, "Steps", "then").get_by_text("Running")).to_be_visible(timeout=60_000)
    detail.get_by_role("button", name="Stop").click()
    expect(detail.get_by_role("heading", name=re.compile("Slow flow"))).to_contain_text("Cancelled", timeout=60_000)
    detail.get_by_role("button", name="Retry from then").click()
    expect(row(view, "Runs", "Slow flow")).to_have_count(2)
    expect(detail.get_by_role("button", name=run)).to_be_visible()
    expect(row(view, "Steps", "first").get_by_text("Reused")).to_be_visible(timeout=60_000)
    detail.get_by_role("button", name="Stop").click()
    expect(detail.get_by_role("heading", name=re.compile("Slow flow"))).to_contain_text("Cancelled", timeout=60_000)


def test_what_people_name_things_and_what_errors_say_is_text(panel: Callable[..., Locator], api: Api):
    api.run("f_hostile", HOSTILE, [f'    raise ValueError("{HOSTILE}")'])
    view = panel("runs")
    row(view, "Runs", HOSTILE).get_by_role("button").click()
    expect(view.get_by_role("region", name="Run", exact=True).get_by_text(HOSTILE).first).to_be_visible()
    expect(row(view, "Steps", "then").get_by_text("Failed")).to_be_visible()
    assert view.page.evaluate("() => window.hurt") is None


def test_a_link_leads_to_a_run(lab: Lab, page: Page, api: Api):
    run = api.run("f_linked", "Linked flow", ["    return text"])
    page.goto(f"{lab.url}/lab?token={TOKEN}&millrace-run={run}&millrace-step=then")
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=60_000)
    expect(page.get_by_role("tab", name="f_linked.flow")).to_be_visible(timeout=30_000)
    expect(page).not_to_have_url(re.compile("millrace-run"))


def test_a_schedule_is_made_in_words_paused_and_changed(
    panel: Callable[..., Locator], api: Api, shoot: Callable[[str], None]
):
    api.run("f_daily", "Daily flow", ["    return text"])
    flow = api.lab.root / "f_daily.flow"
    view = panel("triggers")
    view.get_by_role("button", name="New schedule").click()
    view.get_by_role("combobox", name="Flow").select_option("Daily flow")
    view.get_by_role("group", name="Publish").get_by_role("button", name="Publish").click()
    expect(view.get_by_role("group", name="Publish")).to_have_count(0)
    view.get_by_label("Name").fill("morning")
    view.get_by_label("Repeat").select_option("Every weekday")
    view.get_by_label("At", exact=True).fill("06:30")
    view.get_by_label("Time zone").fill("Europe/Berlin")
    preview = view.get_by_role("status", name="Next times")
    expect(preview.get_by_role("listitem").first).to_contain_text("06:30")
    expect(preview.get_by_role("listitem")).to_have_count(5)
    shoot("trigger-form")
    require_accessible(view.page)
    view.get_by_label("Time zone").fill("Europe/Nowhere")
    expect(preview.get_by_role("alert")).to_contain_text("Nowhere")
    view.get_by_label("Time zone").fill("Europe/Berlin")
    expect(preview.get_by_role("listitem")).to_have_count(5)
    view.get_by_role("button", name="Add trigger").click()

    detail = view.get_by_role("region", name="Trigger", exact=True)
    expect(detail.get_by_role("heading", name=re.compile("morning"))).to_contain_text("On")
    detail.get_by_role("button", name="Pause…").click()
    detail.get_by_label("Why").fill("the bank is closed")
    detail.get_by_role("button", name="Pause", exact=True).click()
    expect(row(view, "Triggers", "morning")).to_contain_text("the bank is closed")
    detail.get_by_role("button", name="Resume").click()
    expect(row(view, "Triggers", "morning")).to_contain_text("On")

    detail.get_by_role("button", name="Edit").click()
    trigger = next(one for one in api("GET", "/triggers")["items"] if one["name"] == "morning")
    api("POST", f"/triggers/{trigger['trigger_id']}/pause", {"why": "somebody else"})
    detail.get_by_label("Name").fill("evening")
    detail.get_by_role("button", name="Save").click()
    expect(detail.get_by_text("Somebody else has changed it meanwhile.").first).to_be_visible()
    expect(detail.get_by_label("Name")).to_have_value("morning")
    detail.get_by_label("Name").fill("evening")
    detail.get_by_role("button", name="Save").click()
    expect(row(view, "Triggers", "evening")).to_contain_text("somebody else")

    flow.write_text(flow.read_text().replace("return text", "return text + text"))
    detail.get_by_role("tab", name="Revisions").click()
    detail.get_by_role("textbox", name="What is new").fill("twice as much")
    detail.get_by_role("button", name="Publish").click()
    expect(row(view, "Revisions", "twice as much")).to_contain_text("default")
    detail.get_by_role("button", name="Compare revision 1").click()
    expect(detail.get_by_role("table", name="From revision 2 to revision 1")).to_contain_text("then")
    detail.get_by_role("button", name="Activate revision 1").click()
    expect(detail.get_by_role("button", name="Activate revision 2")).to_be_visible()
    shoot("trigger-revisions")
    require_accessible(view.page)


def test_a_webhook_is_called_and_its_delivery_replayed(
    panel: Callable[..., Locator], api: Api, shoot: Callable[[str], None]
):
    month = {"name": "month", "type": "text", "title": "Month"}
    api.publish(api.flow("f_hook", "Hook flow", ["    return text"], [month]))
    view = panel("triggers")
    view.get_by_role("button", name="New webhook").click()
    view.get_by_role("combobox", name="Flow").select_option("Hook flow")
    view.get_by_label("Name").fill("shop")
    view.get_by_label("Path").fill("shop")
    view.get_by_label("Month from what arrives").fill("/body/period")
    view.get_by_role("button", name="Add trigger").click()
    expect(view.get_by_role("region", name="Triggers").get_by_text("shop")).to_have_count(0)
    view.get_by_label("Authentication").select_option("A key in a header")
    view.get_by_role("button", name="New credential…").click()
    dialog = view.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("shop-key")
    dialog.get_by_label("Key").fill(SECRET)
    dialog.get_by_label("Key").press("Enter")
    expect(dialog).to_have_count(0)
    expect(view.get_by_label("Credential")).to_have_value("shop-key")
    shoot("webhook-form")
    view.get_by_role("button", name="Add trigger").click()

    url = view.get_by_label("Address").input_value()
    assert url.endswith("/hooks/shop")
    body = json.dumps({"period": "2026-11", "note": HOSTILE}).encode()
    headers = {"Content-Type": "application/json", "X-API-Key": SECRET}
    request = urllib.request.Request(url, body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 202
    accepted = row(view, "Deliveries", "Accepted")
    expect(accepted).to_have_count(1, timeout=60_000)
    accepted.get_by_role("rowheader").get_by_role("button").click()
    expect(view.get_by_label("Body")).to_contain_text(HOSTILE)
    view.get_by_role("button", name="Replay").click()
    expect(accepted).to_have_count(2)
    shoot("webhook-deliveries")
    require_accessible(view.page)
    assert SECRET not in view.page.content()


def test_a_credential_is_kept_and_never_shown_again(
    panel: Callable[..., Locator], api: Api, shoot: Callable[[str], None]
):
    view = panel("credentials")
    view.get_by_role("button", name="New credential").click()
    view.get_by_label("Type").select_option("E-mail server (SMTP)")
    view.get_by_label("Name").fill("mail")
    view.get_by_label("Server").fill("127.0.0.1")
    view.get_by_label("Port").fill(str(free_port()))
    view.get_by_label("User").fill("ada")
    view.get_by_label("Password").fill(SECRET)
    view.get_by_label("From").fill("ada@example.com")
    shoot("credential-form")
    view.get_by_role("button", name="Keep credential").click()
    detail = view.get_by_role("region", name="Credential", exact=True)
    expect(detail.get_by_role("heading", name="mail")).to_be_visible()
    expect(detail).to_contain_text("nobody is shown it")
    detail.get_by_role("button", name="Test connection").click()
    expect(detail.get_by_role("alert")).to_contain_text("127.0.0.1")
    detail.get_by_role("button", name="Edit").click()
    expect(detail.get_by_label("Password")).to_have_value("")
    expect(detail.get_by_label("Password")).to_have_attribute("placeholder", "Set; type to replace")
    detail.get_by_label("User").fill("grace")
    detail.get_by_role("button", name="Save").click()
    expect(detail).to_contain_text("grace")
    expect(row(view, "Credential log", "username")).not_to_have_count(0)
    assert SECRET not in view.page.content()
    shoot("credentials")
    require_accessible(view.page)
    detail.get_by_role("button", name="Delete").click()
    view.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(view, "Credentials", "mail")).to_have_count(0)


def test_plugins_tell_what_they_publish(panel: Callable[..., Locator], shoot: Callable[[str], None]):
    view = panel("plugins")
    plugin = view.get_by_role("table", name="Plugins").get_by_role("rowheader").first
    plugin.get_by_role("button").click()
    view.get_by_role("region", name="Plugin", exact=True).get_by_text("Read CSV").click()
    expect(view.get_by_text("read.csv, version")).to_be_visible()
    view.get_by_role("button", name="Rescan").click()
    expect(view.get_by_role("status").filter(has_text="plugins")).to_be_visible(timeout=60_000)
    shoot("plugins")
    require_accessible(view.page)


def test_the_launcher_leads_to_a_new_flow_and_to_an_example_that_runs(
    open_lab: Callable[[str], Page], lab: Lab, api: Api, shoot: Callable[[str], None]
):
    page = open_lab("")
    page.locator(".jp-LauncherCard").filter(has_text="Examples").wait_for()
    shoot("launcher")
    page.get_by_text("Flow", exact=True).first.click()
    expect(page.get_by_role("tab", name="untitled.flow")).to_be_visible()
    assert json.loads((lab.root / "untitled.flow").read_text())["name"] == "untitled"

    api.run("f_reconcile", "Reconcile, as in another folder", ["    return text"])
    page = open_lab("")
    page.locator(".jp-LauncherCard").filter(has_text="Examples").click()
    expect(page.get_by_role("list", name="Examples").get_by_role("listitem")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Open Run a flow from Python")).to_be_visible()
    shoot("examples")
    require_accessible(page)
    page.get_by_role("button", name="Open Reconcile bank with ledger").click()
    expect(page.get_by_role("tab", name="reconcile.flow")).to_be_visible()
    runs = wait_for(
        lambda: api("GET", "/runs?flow=f_reconcile")["items"][:-1], what="the first run of this copy of the example"
    )
    assert [run["flow"] for run in runs] == ["Reconcile bank with ledger"]
    assert api.ended(runs[0]["run_id"]) == "succeeded"
    expect(page.get_by_text("250", exact=True).first).to_be_visible()  # rows on a wire
    expect(page.get_by_role("tab", name="reconcile.flow")).to_have_attribute("aria-selected", "true")


def test_the_status_bar_tells_of_the_service_and_running_runs_can_be_stopped(
    open_lab: Callable[[str], Page], page: Page, api: Api, shoot: Callable[[str], None]
):
    with page.expect_response(lambda answer: "/runs?state=queued" in answer.url):  # the list, before there is anything
        open_lab("")
    expect(page.get_by_role("button", name="Millrace is ready")).to_be_visible()
    run = api.start(api.flow("f_sleeps", "Sleeping flow", ["    import time", "    time.sleep(300)"]))
    page.evaluate("() => void jupyterapp.commands.execute('running:show-panel')")
    item = page.locator(".jp-RunningSessions-item").filter(has_text="Sleeping flow")
    expect(item).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Millrace is ready").click()
    expect(page.get_by_role("menuitem", name="About the Service…")).to_be_visible()
    shoot("status")
    page.keyboard.press("Escape")
    item.hover()
    item.get_by_role("button").last.click()
    assert api.ended(run) == "cancelled"
    expect(item).to_have_count(0)


def test_a_page_older_than_the_server_asks_for_a_reload(open_lab: Callable[[str], Page], page: Page):
    def newer(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "extension_version": "9.9.9"})

    page.route("**/millrace/service*", newer)
    open_lab("")
    expect(page.get_by_text("Millrace was updated to 9.9.9.")).to_be_visible()


def test_histories_are_shown_page_by_page(panel: Callable[..., Locator], api: Api):
    path = api.flow("f_long", "Long flow", ["    return text"])
    api.publish(path)
    cron = {"kind": "cron", "schedule": {"cron": "0 0 1 1 *", "timezone": "UTC"}}
    hook = {"kind": "webhook", "path": "long", "methods": [{"kind": "open"}]}
    yearly, long = (
        api("POST", "/triggers", {"flow_id": "f_long", "name": settings["kind"], "settings": settings})["trigger_id"]
        for settings in (cron, hook)
    )
    with Store.open(f"sqlite:///{api.lab.home / 'store.db'}") as store:
        trigger = store.triggers.get(yearly)
        with store.triggers.firing([trigger]) as firing:
            firing.fire(trigger, [NewTick(n * 10**9, skipped=f"skip {n}") for n in range(120)], trigger.next_fire)
        for number in range(60):
            store.deliveries.record(NewDelivery(long, "refused", 401, f"reason {number}"))
    changed = {"name": "paged", "type": "secret", "environment": "default", "values": {"value": SECRET}}
    api("POST", "/credentials", changed)
    for number in range(60):
        changed = {"values": {"value": f"{SECRET} {number}"}}
        api("PATCH", "/credentials/default/paged", changed, **{"If-Match": f'"{number + 1}"'})

    view = panel("triggers")
    more = view.get_by_role("button", name="Show more")
    row(view, "Triggers", "Long flow").filter(has_text="cron").get_by_role("button").click()
    ticks = view.get_by_role("table", name="Due times").get_by_role("rowheader")
    for count in (50, 100, 120):
        expect(ticks).to_have_count(count)
        if count < 120:
            more.click()
    expect(more).to_have_count(0)
    row(view, "Triggers", "Long flow").filter(has_text="webhook").get_by_role("button").click()
    expect(row(view, "Deliveries", "reason")).to_have_count(50)
    more.click()
    expect(row(view, "Deliveries", "reason")).to_have_count(60)
    view.get_by_role("button", name="Look again").click()
    expect(row(view, "Deliveries", "reason 0")).to_have_count(1)
    view = panel("credentials")
    row(view, "Credentials", "paged").get_by_role("button").click()
    expect(row(view, "Credential log", "changed")).to_have_count(50)
    more = view.get_by_role("region", name="Credential", exact=True).get_by_role("button", name="Show more")
    more.click()
    expect(row(view, "Credential log", "changed")).to_have_count(60)


def test_the_rows_of_a_step_with_many_outputs_are_all_seen(
    panel: Callable[..., Locator], api: Api, shoot: Callable[[str], None]
):
    ports = ("matched", "review", "left_only", "right_only")
    table = "pd.DataFrame({'a': [1] * 123_456})"
    source = [
        "import pandas as pd", "class Out(Outputs):", *(f"    {port}: Table" for port in ports), "",
        "def run() -> Out:", f"    return Out({', '.join(f'{port}={table}' for port in ports)})",
    ]  # fmt: skip
    document = {"format": 1, "id": "f_ports", "name": "Ports", "edges": [],
                "nodes": [{"id": "match_fuzzy", "type": "code", "source": source}]}  # fmt: skip
    path = api.lab.root / "f_ports.flow"
    path.write_text(json.dumps(document))
    run = api.start(path)
    assert api.ended(run) == "succeeded"
    view = panel("runs", run=run)
    expect(row(view, "Steps", "match_fuzzy").get_by_text("right_only 123,456")).to_be_visible()
    detail = view.get_by_role("region", name="Run", exact=True)
    assert detail.evaluate("detail => detail.scrollWidth <= detail.clientWidth")
    shoot("runs-rows")


def test_the_list_of_runs_says_who_or_what_started_each(panel: Callable[..., Locator], api: Api, page: Page):
    api.publish(api.flow("f_started", "Started flow", ["    return text"]))
    hook = {"kind": "webhook", "path": "started", "methods": [{"kind": "open"}]}
    made = api("POST", "/triggers", {"flow_id": "f_started", "name": "caller", "settings": hook})
    urllib.request.urlopen(made["url"], b"{}", timeout=30).close()
    by_hand = api("POST", "/flows/f_started/runs", {"inputs": {}})["run_id"]
    api.ended(by_hand)
    who = api("GET", f"/runs/{by_hand}")["author"]
    again = api("POST", f"/runs/{by_hand}/retry", {"fresh": True})["run_id"]
    api.ended(again)
    page.set_viewport_size({"width": 1800, "height": 900})
    view = panel("runs")
    listed = view.get_by_role("table", name="Runs")
    expect(listed.get_by_text(f"Retry of {by_hand[:8]}, {who}")).to_be_visible()
    expect(listed.get_by_text(f"{who}, by hand", exact=True)).to_be_visible()
    expect(listed.get_by_text("Webhook: caller")).to_be_visible()
