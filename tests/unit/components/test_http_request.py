"""HTTP request against a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from studio.components.extract.http_request import http_request
from studio.credential import ApiKey, BearerToken, HttpBasic
from studio.exceptions import UserError
from studio.testing import run_component


class Server(BaseHTTPRequestHandler):
    """`/echo` says what it was asked, `/status/N` answers N, `/slow` waits, `/away` leads to `/echo`, and so does
    `/abroad`, by another name of the server.
    """

    leave = threading.Event()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        parts = urlsplit(self.path)
        if parts.path == "/slow":
            self.leave.wait(30)
        if parts.path in ("/away", "/abroad", "/round"):
            self.send_response(302)
            abroad = f"http://localhost:{self.server.server_port}/echo"
            self.send_header("Location", {"/away": "/echo", "/abroad": abroad, "/round": "/round"}[parts.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status = int(parts.path.rpartition("/")[2]) if parts.path.startswith("/status/") else 200
        said = {"method": self.command, "query": parse_qs(parts.query), "headers": dict(self.headers), "body": body}
        self.answer(status, "x" * 500 if status >= 400 else "no json" if parts.path == "/text" else json.dumps(said))

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *values: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        Server.leave.set()
        running.shutdown()
        thread.join()


LOGINS = {
    "login": (HttpBasic(username="ann", password="s3cret"), "Authorization", "Basic YW5uOnMzY3JldA=="),
    "token": (BearerToken(token="s3cret"), "Authorization", "Bearer s3cret"),
    "key": (ApiKey(key="s3cret", header="X-Mine"), "X-Mine", "s3cret"),
}


def ask(url: str, credentials: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    return run_component(http_request, {"url": url, **params}, **(credentials or {}))


def error(url: str, **params: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        ask(url, **params)
    assert caught.value.cure
    assert "\n" not in caught.value.message
    return caught.value


def test_method_query_headers_and_body_arrive(server: str) -> None:
    found = ask(
        f"{server}/echo?kept=1",
        method="PUT",
        query={"kept": 1, "n": 2},
        headers={"X-Mine": "yes"},
        body={"ü": [1, None]},
    )["json"]
    assert found["method"] == "PUT"
    assert found["query"]["n"] == ["2"]
    assert found["headers"]["X-Mine"] == "yes"
    assert found["headers"]["Content-Type"] == "application/json"
    assert json.loads(found["body"]) == {"ü": [1, None]}


def test_whoever_changes_something_carries_the_key_of_the_step(server: str) -> None:
    assert "Idempotency-Key" not in ask(f"{server}/echo")["json"]["headers"]
    assert ask(f"{server}/echo", method="POST")["json"]["headers"]["Idempotency-Key"] == "key"


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (404, False), (401, False), (429, True), (503, True)])
def test_a_refusal_says_status_and_the_first_words_of_the_server(server: str, status: int, retryable: bool) -> None:
    wrong = error(f"{server}/status/{status}?token=secret")
    assert f"answered {status}" in wrong.message
    assert wrong.message.count("x") <= 210
    assert "secret" not in wrong.message
    assert (wrong.retryable, wrong.code) == (retryable, "http")


def test_the_status_of_an_answer_is_handed_over(server: str) -> None:
    found = ask(f"{server}/status/201", method="POST", answer="text")
    assert (found["status"]["status"], found["json"]) == (201, None)


@pytest.mark.parametrize("argument", LOGINS)
def test_a_credential_signs_the_request_and_what_its_server_leads_to(server: str, argument: str) -> None:
    credential, header, value = LOGINS[argument]
    for path in ("echo", "away"):
        assert ask(f"{server}/{path}", {argument: credential})["json"]["headers"][header] == value


@pytest.mark.parametrize("argument", LOGINS)
def test_a_credential_goes_to_no_other_server(server: str, argument: str) -> None:
    credential, header, _ = LOGINS[argument]
    assert header not in ask(f"{server}/abroad", {argument: credential})["json"]["headers"]


def test_a_request_takes_one_credential(server: str) -> None:
    wrong = error(f"{server}/echo", credentials={name: one[0] for name, one in LOGINS.items()})
    assert "more than one" in wrong.message
    assert "s3cret" not in str(wrong)


def test_redirects_are_followed_or_not(server: str) -> None:
    assert ask(f"{server}/away")["json"]["method"] == "GET"
    assert ask(f"{server}/away", follow_redirects=False)["status"]["status"] == 302
    assert "circles" in error(f"{server}/round").message


def test_what_is_no_json_can_be_taken_as_text(server: str) -> None:
    wrong = error(f"{server}/text")
    assert "no json" in wrong.message
    assert wrong.field == "answer"
    assert ask(f"{server}/text", answer="text")["text"] == "no json"


def test_a_head_has_no_body(server: str) -> None:
    assert ask(f"{server}/echo", method="HEAD")["json"] is None


def test_a_server_that_is_late_is_worth_another_try(server: str) -> None:
    wrong = error(f"{server}/slow", timeout=0.1)
    assert "in time" in wrong.message
    assert wrong.retryable


def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    wrong = error("http://user:secret@127.0.0.1:1/x")
    assert wrong.retryable
    assert "secret" not in wrong.message


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com", "example.com", ""])
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        http_request.params(url=url)  # type: ignore[call-arg]


@pytest.mark.parametrize("url", ["http://", "http://[::1", "https://exa mple.com"])
def test_addresses_that_cannot_be_are_refused(url: str) -> None:
    assert error(url).field == "url"
