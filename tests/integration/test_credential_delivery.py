"""Credentials from the dispatcher to the step over real clusters, and a search for them in everything that is left."""

from __future__ import annotations

import contextlib
import inspect
import json
import logging
import os
import sqlite3
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from studio.app import App
from studio.executors.in_process import InProcessExecutor
from studio.flow import Flow
from studio.order import Order
from studio.run_view import RunView
from studio.settings import Settings
from studio.validator import InvalidFlow
from studio.vault.sealing import make_delivery_key
from tests.cluster import DaskProcesses, dask_processes

CANARIES = {
    "plain": "canary-plain-Xk29Qz",
    "quoted": "canary\"quo'ted\\back/sl<a>sh&",
    "spaced": "canary with spaces + 100 % = ?",
    "foreign": "kanarienvögel-für-żółw-木",
    "emoji": "canary-🦜-parrot-7",
    "lines": "-----BEGIN CANARY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQC7\n-----END CANARY-----",
    "long": "canary" + "".join(chr(97 + n * 7 % 26) for n in range(300)),
    "short": "cnry#7Zq",
}


def keep(app: App) -> None:
    """Store the canaries, and a login whose password is one of them."""
    for name, secret in CANARIES.items():
        app.credentials.add(name, "secret", {"value": secret})
    app.credentials.add("bank", "http.basic", {"username": "ann", "password": CANARIES["plain"]})


def spelled(secret: str) -> list[str]:
    """The ways in which the steps of this test write a secret down, and in which it is searched for."""
    data = secret.encode()
    forms = [secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    forms += [
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        data.hex(),
        data.hex().upper(),
        repr(secret)[1:-1],
    ]
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            forms.append(encode(b"u:"[:before] + data).decode()[first:last])
    return forms


@pytest.fixture
def app(app: App) -> App:
    keep(app)
    return app


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DaskProcesses, Path]]:
    """A cluster that somebody else has started, whose workers have the key file."""
    folder = tmp_path_factory.mktemp("foreign")
    make_delivery_key(folder / "delivery.key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILLRACE_DELIVERY_KEY", str(folder / "delivery.key"))
        with dask_processes(folder) as processes:
            yield processes, folder / "delivery.key"


@pytest.fixture
def far(tmp_path: Path, foreign: tuple[DaskProcesses, Path], app: App) -> Iterator[App]:
    """An application whose steps run on that cluster."""
    processes, key = foreign
    keys = {"MILLRACE_KEY_FILE": str(app.settings.key_file), "MILLRACE_DELIVERY_KEY": str(key)}
    home = {"MILLRACE_HOME": str(tmp_path / "home"), "MILLRACE_DASK": processes.address}
    with App.open(Settings.from_environment({**home, **keys})) as opened:
        yield opened


def flow(source: str, *, login: str = "bank", execution: dict[str, Any] | None = None) -> Flow:
    made = Flow.new("Test")
    made.add("code", "a", source=source, params={"login": {"$credential": login}}, execution=execution or {})
    return made


def failure(view: RunView, node: str = "a") -> Any:
    found = view.step(node).failure
    assert found is not None, view.to_json()
    return found


BACKWARDS = "def run(*, login: HttpBasic) -> Json:\n    return login.password.get_secret_value()[::-1]\n"


# Delivery -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", ["in-process", "dask"])
def test_a_step_of_this_process_or_its_own_cluster_gets_its_credential(app: App, executor: Any) -> None:
    view = app.run(flow(BACKWARDS), executor=executor)
    assert view.ok, view.to_json()
    assert view.value("a", "json") == CANARIES["plain"][::-1]
    assert stored_keys(app), "it is made when it is first needed"
    app.close()
    assert not stored_keys(app)


def test_the_ring_of_the_dispatcher_is_in_no_environment_of_its_workers(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_KEYS", "k1:canary-of-the-ring")
    source = """
import os
from pathlib import Path

def run() -> Json:
    found = []
    pid = os.getpid()
    while pid > 1:
        if b"k1:canary-of-" + b"the-ring" in Path(f"/proc/{pid}/environ").read_bytes():
            found.append(Path(f"/proc/{pid}/cmdline").read_text())
        pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return [found, os.environ.get("MILLRACE_KEYS", "")]
"""
    made = Flow.new("Test")
    made.add("code", "a", source=source)
    assert app.run(made).value("a", "json") == [[], ""]
    assert os.environ["MILLRACE_KEYS"]


def stored_keys(app: App) -> list[Path]:
    return list((app.settings.home / "delivery").iterdir())


def test_a_step_on_somebody_elses_cluster_gets_its_credential(far: App) -> None:
    view = far.run(flow(BACKWARDS))
    assert view.ok, view.to_json()
    assert not (far.settings.home / "delivery").exists()


def test_a_cluster_that_shares_no_key_gets_no_credentials(app: App, dask: str) -> None:
    found = failure(app.run(flow(BACKWARDS), dask=dask))
    assert (found.code, "MILLRACE_DELIVERY_KEY" in found.cure) == ("vault", True)


def test_another_key_than_that_of_the_workers_opens_nothing(far: App, tmp_path: Path) -> None:
    make_delivery_key(tmp_path / "other.key")
    keys = {"MILLRACE_KEY_FILE": str(far.settings.key_file), "MILLRACE_DELIVERY_KEY": str(tmp_path / "other.key")}
    home = {"MILLRACE_HOME": str(far.settings.home), "MILLRACE_DASK": far.settings.dask}
    with App.open(Settings.from_environment({**home, **keys})) as app:
        assert "delivery key" in failure(app.run(flow(BACKWARDS))).message


@pytest.mark.parametrize(
    ("login", "told"),
    [
        ("nobody", "There is no credential 'nobody'"),
        ("short", "The credential 'short' is of the type secret, not http.basic"),
    ],
)
def test_a_flow_is_not_run_without_the_credential_that_it_names(app: App, login: str, told: str) -> None:
    with pytest.raises(InvalidFlow) as refused:
        app.run(flow(BACKWARDS, login=login))
    assert told in str(refused.value)


def test_a_credential_that_was_removed_meanwhile_fails_its_step_and_no_other(app: App) -> None:
    made = flow(BACKWARDS)
    made.add("code", "b", source="def run() -> Json:\n    return 1\n")
    run = app.run_maker.make(made, Path.cwd() / "test.flow", {})
    app.credentials.remove("bank")
    view = app._dispatch(run, "in-process", None, None, None)
    found = failure(view)
    assert (found.code, found.message) == ("not_found", "There is no credential 'bank' in default.")
    assert "millrace credentials add bank" in found.cure
    assert view.value("b", "json") == 1


def test_every_use_is_recorded(app: App) -> None:
    view = app.run(flow(BACKWARDS), executor="in-process")
    used = [one for one in app.credentials.log(name="bank") if one.action == "used"]
    assert [(one.run_id, one.step, one.attempt) for one in used] == [(view.run.id, "a", 1)]


def test_a_step_that_uses_a_credential_is_never_reused(app: App) -> None:
    made = flow(BACKWARDS, execution={"effect": "pure"})
    states = {str(app.run(made, executor="in-process").step("a").state) for _ in range(2)}
    assert states == {"succeeded"}


class Recording(InProcessExecutor):
    """Keeps the orders, and may change them on their way."""

    def __init__(self, app: App, change: Any = None) -> None:
        super().__init__(lambda: None, delivery_key=app.delivery_key.path)
        self.orders: list[Order] = []
        self.change = change or (lambda order: order)

    def submit(self, order: Order) -> None:
        self.orders.append(order)
        super().submit(self.change(order))


def test_an_order_shows_nothing_and_holds_what_its_node_names(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording(app)
    monkeypatch.setattr(app, "executor", lambda *_: recording)
    made = flow(BACKWARDS)
    made.add("code", "b", source="def run() -> Json:\n    return 1\n")
    assert app.run(made).ok
    orders = {order.step: order for order in recording.orders}
    assert orders["b"].credentials == ""
    assert orders["a"].settings == {}
    text = orders["a"].model_dump_json() + repr(orders["a"])
    assert not [form for form in spelled(CANARIES["plain"]) if form in text]


def test_what_was_sealed_for_another_step_opens_nothing(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    made = flow(BACKWARDS)
    made.add("code", "b", source=BACKWARDS, params={"login": {"$credential": "bank"}})
    made.connect("a", "b")

    def swapped(order: Order) -> Order:
        return order.model_copy(update={"credentials": recording.orders[0].credentials})

    recording = Recording(app, swapped)
    monkeypatch.setattr(app, "executor", lambda *_: recording)
    view = app.run(made)
    assert str(view.step("a").state) == "succeeded"
    assert "sealed for another attempt" in failure(view, "b").message


class Echo(BaseHTTPRequestHandler):
    """Remembers who asked, and repeats it at `/echo`."""

    seen: list[str]

    def do_GET(self) -> None:
        header = self.headers.get("Authorization", "")
        self.seen.append(header)
        body = (header if self.path == "/echo" else "fine").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Echo,), {"seen": seen})) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}", seen
        running.shutdown()
        thread.join()


def test_a_component_gets_its_credential_in_its_own_lane(far: App, server: tuple[str, list[str]]) -> None:
    address, seen = server
    made = Flow.new("Ask")
    for node, path in (("ask", "/"), ("echo", "/echo")):
        params = {"url": address + path, "answer": "text", "login": {"$credential": "bank"}}
        made.add("http.request", node, params=params)
    view = far.run(made)
    assert view.value("ask", "text") == "fine"
    expected = "Basic " + b64encode(f"ann:{CANARIES['plain']}".encode()).decode()
    assert seen == [expected, expected]
    assert failure(view, "echo").code == "secret_in_output"


# Nothing is left ----------------------------------------------------------------------------------------------------

SAYS = """
import html, logging, os, subprocess, sys, warnings
from IPython.display import HTML, display

def run(*, login: Secret, it: RunContext, fail: bool = False) -> Json:
    secret = login.value.get_secret_value()
    for form in spelled(secret):
        print("<", form, ">", sep="")
        it.log(f"log {form} end")
        it.progress(0.5, f"at {form} end")
    middle = len(secret) // 2
    print(secret[:middle], end="", flush=True)
    print(secret[middle:])
    print(secret[:middle])
    print(secret[middle:])
    sys.stderr.write(secret[:middle])
    print("between", flush=True)
    sys.stderr.write(secret[middle:] + "\\n")
    it.log("half " + secret[:middle])
    it.log(secret[middle:] + " half")
    os.write(1, f"raw {secret} raw\\n".encode())
    subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read())"], input=secret, text=True, check=True)
    display(HTML("<b>" + html.escape(secret) + "</b>"))
    display({"key " + secret: [secret]})
    logging.getLogger("x").warning("logged %s", secret)
    warnings.warn(secret)
    print(globals().get("given"), login, vars(login))
    if fail:
        raise ValueError(f"no {secret} no")
    return 1
"""
HELPER = (
    "import json\nfrom base64 import b64encode, urlsafe_b64encode\nfrom urllib.parse import quote, quote_plus\n\n\n"
)


def canary_flow() -> Flow:
    source = HELPER + inspect.getsource(spelled) + SAYS
    made = Flow.new("Canaries")
    for name in CANARIES:
        for node, fail in ((f"say_{name}", False), (f"fail_{name}", True)):
            params = {"login": {"$credential": name}, "fail": fail}
            made.add("code", node, source=source, params=params, execution={"on_failure": "continue"})
    return made


def everything(*folders: Path) -> Iterator[tuple[str, str]]:
    """Name and text of all files, without line breaks; of notebooks and the store, what they say, too."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        yield path.name, text
        if path.suffix in (".ipynb", ".json"):
            with contextlib.suppress(ValueError):
                yield path.name, "\0".join(texts(json.loads(text)))
        if path.name == "store.db":
            with contextlib.closing(sqlite3.connect(path)) as store:
                yield path.name, "\n".join(store.iterdump())


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        value = list(value.values())
    for item in value if isinstance(value, list) else []:
        yield from texts(item)


def found_in(name: str, text: str) -> list[tuple[str, str, str]]:
    """Which canaries are in a text, and how they are spelled. A few characters of base64 are found by chance."""
    joined = text.replace("\n", "").replace("\r", "")
    return [
        (name, canary, form)
        for canary, secret in CANARIES.items()
        for form in spelled(secret)
        if (whole := form.replace("\n", "")) in joined and len(whole) > 5
    ]


def test_eight_canaries_in_many_spellings_are_found_nowhere(
    far: App, foreign: tuple[DaskProcesses, Path], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    view = far.run(canary_flow(), on_event=lambda event: told.append(json.dumps(event.data, ensure_ascii=False)))
    assert view.ok, view.to_json()
    for name in CANARIES:
        assert view.value(f"say_{name}", "json") == 1
        assert "no [secret] no" in failure(view, f"fail_{name}").message
    left = [*everything(far.settings.home, foreign[0].folder, Path.cwd()), ("events", "\n".join(told))]
    left += [("log", caplog.text), ("view", json.dumps(view.to_json(), ensure_ascii=False, default=str))]
    assert sum("[secret]" in text for _, text in left) > 30
    assert [hit for name, text in left for hit in found_in(name, text)] == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text(json.dumps({"cells": ["a " + CANARIES["quoted"], CANARIES["lines"]]}))
    assert {canary for name, text in everything(tmp_path) for _, canary, _ in found_in(name, text)} == {
        "quoted",
        "lines",
    }
