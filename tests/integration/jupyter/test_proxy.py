"""From the browser through a real Jupyter server to a real service."""

from __future__ import annotations

import getpass
import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest
from websocket import WebSocketBadStatusException

from studio.flow import Flow, write_flow
from tests.cluster import wait_for
from tests.jupyter import Jupyter, ended, run_flow, start_service

LARGE = """
import numpy as np
import pandas as pd

def run() -> Table:
    return pd.DataFrame({"n": np.arange(12_500_000, dtype="int64")})
"""


def test_a_service_is_started_by_the_first_request_and_answers_through_jupyter(
    jupyter: Jupyter, client: httpx.Client
) -> None:
    before = client.get("service").json()
    assert (before["state"], before["pid"], before["kind"]) == ("down", None, "socket")
    assert not (jupyter.home / "service.json").exists()
    answer = client.get("api/runs")
    while answer.status_code == 503:  # it takes its time
        assert answer.json()["detail"] == "The Millrace service is starting."
        answer = client.get("api/runs")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    after = client.get("service").json()
    assert (after["state"], after["version"]) == ("ready", answer.headers["Millrace-Version"])
    assert after["extension_version"] == after["version"]
    service = psutil.Process(after["pid"])
    assert os.getsid(service.pid) == service.pid, "it would end with Jupyter's terminal"


def test_a_document_is_written_by_compare_and_set(jupyter: Jupyter, client: httpx.Client) -> None:
    path = jupyter.root / "orders ü.flow"
    write_flow(Flow.new("Orders"), path)
    read = client.get("api/folders/flow", params={"path": str(path)})
    etag, text = read.headers["ETag"], read.json()["text"]
    send = {"url": "api/folders/flow", "params": {"path": str(path)}, "json": {"text": text.replace("Orders", "New")}}
    assert client.put(**send).status_code == 428
    written = client.put(**send, headers={"If-Match": etag})
    assert written.status_code == 200
    assert written.headers["ETag"] != etag
    stale = client.put(**send, headers={"If-Match": etag})
    assert (stale.status_code, stale.headers["Content-Type"]) == (412, "application/problem+json")
    deleted = client.delete(send["url"], params=send["params"], headers={"If-Match": written.headers["ETag"]})
    assert (deleted.status_code, deleted.content) == (204, b"")


def test_nobody_is_let_in_without_logging_in(jupyter: Jupyter, client: httpx.Client) -> None:
    start_service(client)
    with httpx.Client(base_url=f"{jupyter.url}millrace/") as stranger:
        for path in ("api/runs", "service"):
            assert stranger.get(path).status_code == 403
        for path in ("api/runs", "service", "paths", "scratch", "examples"):
            refused = stranger.post(path, json={})
            assert refused.status_code == 403
            assert refused.headers["Content-Type"] == "application/problem+json"
    assert not (jupyter.root / "millrace-examples").exists()


def test_a_page_of_another_site_cannot_use_a_browsers_cookie(
    jupyter: Jupyter, client: httpx.Client, browser: httpx.Client
) -> None:
    start_service(client)
    mine = {"Referer": jupyter.url, "X-XSRFToken": browser.cookies["_xsrf"]}
    assert browser.get("api/runs", headers=mine).status_code == 200
    assert browser.post("api/triggers/preview", json={"schedule": {"cron": "@daily"}}, headers=mine).status_code == 200
    for path in ("api/triggers/preview", "service", "paths", "scratch", "examples"):
        assert browser.post(path, json={}, headers={"Referer": jupyter.url}).status_code == 403
    theirs = {"Referer": "https://evil.example/", "Origin": "https://evil.example"}
    assert browser.get("api/runs", headers=theirs).status_code in (403, 404)


def test_what_the_service_refuses_reaches_the_browser_with_its_cure(jupyter: Jupyter, client: httpx.Client) -> None:
    missing = client.get("api/runs/0190")
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")
    assert missing.json()["cure"]
    large = client.post("api/runs", content=b" " * 10_000_001)
    assert (large.status_code, large.json()["detail"]) == (413, "A request holds at most 10,000,000 bytes.")


def test_the_person_is_noted_as_the_author(jupyter: Jupyter, client: httpx.Client) -> None:
    """Without names of people, as behind a token, it is the service's user; a browser cannot claim to be another."""
    write_flow(Flow.new("Mine"), jupyter.root / "mine.flow")
    asked = {"path": str(jupyter.root / "mine.flow"), "note": "first"}
    published = client.post("api/flows", json=asked, headers={"Millrace-User": "mallory"})
    assert published.json()["revision"]["author"] == getpass.getuser()


def test_a_hundred_megabytes_pass_through_and_do_not_pile_up(jupyter: Jupyter, client: httpx.Client) -> None:
    flow = Flow.new("Large")
    flow.add("code", "large", source=LARGE)
    run_id = run_flow(client, flow, jupyter.root / "large.flow")
    assert ended(client, run_id) == "succeeded"
    server = psutil.Process(jupyter.process.pid)
    before, count, most = server.memory_info().rss, 0, 0
    with client.stream("GET", f"api/runs/{run_id}/steps/large/outputs/table/content") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for piece in answer.iter_bytes(2**20):
            count += len(piece)
            most = max(most, server.memory_info().rss)
    assert count == int(answer.headers["Content-Length"]) > 100_000_000
    assert most - before < 30_000_000


def test_a_browser_that_leaves_in_the_middle_ends_the_answer(jupyter: Jupyter, client: httpx.Client) -> None:
    run_id = client.get("api/runs").json()["items"][0]["run_id"]
    for _ in range(3):
        with client.stream("GET", f"api/runs/{run_id}/steps/large/outputs/table/content") as answer:
            next(answer.iter_bytes(2**16))
    service = jupyter.service()

    def let_go() -> bool:
        return not [one for one in service.open_files() if "/large/" in one.path]

    wait_for(let_go, what="the files to be closed")
    assert "Traceback" not in jupyter.log


def test_a_service_that_was_killed_is_said_to_be_gone_and_comes_back(jupyter: Jupyter, client: httpx.Client) -> None:
    before = client.get("api/version").json()
    jupyter.kill_service()
    gone = client.get("api/runs")
    assert (gone.status_code, gone.headers["Content-Type"]) == (503, "application/problem+json")
    told = gone.json()
    assert told["retryable"]
    assert "Retry-After" in gone.headers
    assert (told["detail"], told["cure"]) == (
        "The Millrace service has gone, or broken off its answer.", "Try again: it is started again.",
    )  # fmt: skip

    def back() -> bool:
        answer = client.get("api/version")
        assert answer.status_code in (200, 503)
        return answer.status_code == 200 and answer.json() == before

    wait_for(back, what="the service")
    assert client.get("service").json()["state"] == "ready"


def test_an_answer_that_breaks_off_is_not_taken_for_whole(jupyter: Jupyter, client: httpx.Client) -> None:
    runs = client.get("api/runs", params={"flow": "Large"}).json()["items"]
    with client.stream("GET", f"api/runs/{runs[0]['run_id']}/steps/large/outputs/table/content") as answer:
        pieces = answer.iter_bytes(2**16)
        next(pieces)
        jupyter.kill_service()
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in pieces:
                pass


def test_a_service_that_cannot_start_is_said_with_the_reason(tmp_path: Path) -> None:
    made = Jupyter(tmp_path, {"MILLRACE_STORE": "sqlite:////nowhere/at/all/store.db"})
    try:
        with made.client() as client:
            refused = client.get("api/runs")
            assert (refused.status_code, refused.json()["code"]) == (503, "no_service")
            assert refused.json()["cure"]
            told = client.get("service").json()
            assert (told["state"], told["failed"]) == ("down", True)
    finally:
        made.close()


def test_wrong_settings_are_said_and_jupyter_goes_on(tmp_path: Path) -> None:
    made = Jupyter(tmp_path, {"MILLRACE_WORKERS": "many"})
    try:
        with made.client() as client:
            told = client.get("service").json()
            assert told["state"] == "down"
            assert "MILLRACE_WORKERS" in told["why"]
            assert told["failed"]
            refused = client.get("api/runs")
            assert refused.status_code == 503
            assert "MILLRACE_WORKERS" in refused.json()["detail"]
            assert client.get(f"{made.url}api/contents").status_code == 200
    finally:
        made.close()


def test_closing_jupyter_leaves_the_service_alone(tmp_path: Path) -> None:
    made = Jupyter(tmp_path)
    try:
        with made.client() as client:
            start_service(client)
        service = made.service()
        os.killpg(made.process.pid, signal.SIGINT)
        os.killpg(made.process.pid, signal.SIGTERM)
        made.process.wait(30)
        assert service.is_running()
        assert service.status() != "zombie"
    finally:
        made.close()


def test_who_may_only_look_changes_nothing(tmp_path: Path) -> None:
    made = Jupyter(tmp_path, None, "--ServerApp.authorizer_class=tests.jupyter_classes.Lookers")
    try:
        with made.client() as client:
            while client.get("api/runs").status_code == 503:
                pass
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                assert client.request(method, "api/triggers").status_code == 403
            rows = "api/runs/00000000-0000-0000-0000-000000000000/steps/a/outputs/table/rows"
            assert client.post(rows, json={}).status_code == 404  # of the service: it is looked for
            assert client.post(f"{rows}/../../../../../../triggers", json={}).status_code in (403, 404)
            for path in ("service", "paths", "scratch", "examples"):
                assert client.post(path, json={}).status_code == 403
            made.stream().close()
    finally:
        made.close()


def test_who_may_do_nothing_starts_no_service(tmp_path: Path) -> None:
    made = Jupyter(tmp_path, None, "--ServerApp.authorizer_class=tests.jupyter_classes.Nobody")
    try:
        with made.client() as client:
            assert [client.get(path).status_code for path in ("api/runs", "service")] == [403, 403]
        with pytest.raises(WebSocketBadStatusException, match="403"):
            made.stream()
        assert not (made.home / "service.json").exists()
    finally:
        made.close()
