"""What passes between a browser and a service on another machine, and what does not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.jupyter import BASE, TOKEN, Jupyter

SECRET = "mrt_of_jupyter"
HTML = b"<script>parent.evil()</script>"


@dataclass
class Odd:
    """A service that writes down what it is asked, and answers oddly."""

    url: str = ""
    asked: list[tuple[str, str, HTTPMessage, bytes]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)


class Page(BaseHTTPRequestHandler):
    """Its answers."""

    protocol_version = "HTTP/1.1"
    odd: Odd

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.odd.asked.append((self.command, self.path, self.headers, body))
        path = self.path.partition("?")[0]
        if path == "/health/live":
            self.answer(200, b'{"version": "9.9.9"}', "application/json")
        elif path == "/hang":
            self.odd.gate.wait(60)
            self.answer(200, b"", "text/plain")
        elif path in ("/302", "/401", "/304"):
            self.answer(int(path[1:]), b"", "text/html")
        else:
            self.answer(200, HTML, "text/html")

    def do_PUT(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind), ("ETag", '"7"'), ("Set-Cookie", "evil=1"), ("Location", "https://evil.example"),
            ("Access-Control-Allow-Origin", "*"), ("Content-Disposition", "attachment; filename=x.html"),
        ):  # fmt: skip
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quietly."""


@pytest.fixture(scope="module")
def odd() -> Iterator[Odd]:
    made = Odd()

    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OddPage", (Page,), {"odd": made}))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    made.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def jupyter(odd: Odd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    settings = {"MILLRACE_URL": odd.url, "MILLRACE_TOKEN": SECRET}
    hurry = "import jupyter_extension.connection as connection; connection.ANSWER_SECONDS = 1.0"
    made = Jupyter(tmp_path_factory.mktemp("boundary"), settings, before=hurry)
    yield made
    assert SECRET not in made.log
    made.close()


def test_no_secret_of_the_browsers_reaches_the_service(jupyter: Jupyter, odd: Odd, browser: httpx.Client) -> None:
    headers = {
        "X-XSRFToken": browser.cookies["_xsrf"], "Referer": jupyter.url, "Authorization": f"token {TOKEN}",
        "Millrace-User": "eve", "X-Forwarded-For": "10.0.0.1", "Last-Event-ID": "7", "If-Match": '"6"',
        "Idempotency-Key": "k", "Accept": "application/json", "Content-Type": "application/json",
    }  # fmt: skip
    answer = browser.put("api/flows/a%C3%BC%20b?x=%2F&y=1", content=b"{}", headers=headers)
    assert (answer.status_code, answer.content) == (200, HTML)
    method, path, got, body = odd.asked[-1]
    assert (method, path, body) == ("PUT", "/flows/a%C3%BC%20b?x=%2F&y=1", b"{}")
    assert got["Authorization"] == f"Bearer {SECRET}"
    assert (got["If-Match"], got["Idempotency-Key"], got["Accept"]) == ('"6"', "k", "application/json")
    for name in ("Cookie", "X-XSRFToken", "Referer", "Millrace-User", "X-Forwarded-For", "Last-Event-ID", "Origin"):
        assert got[name] is None
    assert TOKEN not in str(got)


def test_what_a_browser_could_run_is_shut_in(client: httpx.Client) -> None:
    answer = client.get("api/page")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (answer.headers["ETag"], answer.headers["Content-Disposition"]) == ('"7"', "attachment; filename=x.html")
    assert "evil" not in str(answer.headers)
    assert answer.headers.get("Access-Control-Allow-Origin") != "*"
    assert SECRET not in str(answer.headers)


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, odd: Odd) -> None:
    answer = client.get("api/304", headers={"If-None-Match": '"7"'})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"7"')
    assert odd.asked[-1][2]["If-None-Match"] == '"7"'
    assert client.head("api/page").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("api/401", 502, "does not take Jupyter's token"),
        ("api/302", 502, "leads elsewhere"),
        ("api/hang", 504, "no answer in time"),
    ],
)
def test_an_odd_answer_is_said_with_its_cure(client: httpx.Client, path: str, status: int, words: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "api", "api/", "api//runs", "api/runs/", "api/../service", "api/%2e%2e/service", "api/runs/..%2f..%2fhealth",
        "api/%2E./runs", "api/hooks/shop", "api/events", "api//evil.example/x", "api/runs\\..\\x", "api/runs%5c..",
        "api/%00", "api/runs/%2fetc", "apix",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_api(jupyter: Jupyter, odd: Odd, path: str) -> None:
    """Sent as it is: clients tidy paths."""
    before = len(odd.asked)
    with socket.create_connection(("127.0.0.1", jupyter.port)) as raw:
        head = f"GET {BASE}millrace/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: token {TOKEN}\r\n"
        raw.sendall(f"{head}Connection: close\r\n\r\n".encode())
        assert b" 404 " in raw.makefile("rb").readline()
    assert len(odd.asked) == before, "the service was asked"


def test_the_service_is_known_by_its_address(client: httpx.Client, odd: Odd) -> None:
    told = client.get("service").json()
    assert (told["state"], told["version"], told["kind"], told["url"]) == ("ready", "9.9.9", "address", odd.url)
    assert told["extension_version"] != "9.9.9"
    assert SECRET not in str(told)


def test_a_token_is_not_sent_in_clear(tmp_path: Path) -> None:
    made = Jupyter(tmp_path, {"MILLRACE_URL": "http://flows.example.com", "MILLRACE_TOKEN": SECRET})
    try:
        with made.client() as client:
            refused = client.get("api/runs")
            assert refused.status_code == 503
            assert "in clear" in refused.json()["detail"]
            assert "in clear" in client.get("service").json()["why"]
    finally:
        made.close()
