"""Who is let in, and what every answer has."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter

from scheduler.api.caller import require_scopes
from studio.app import whoever_this_is
from tests.contract.api.conftest import Served


def test_every_answer_says_which_version_answers(served: Served) -> None:
    with served.remote() as stranger:
        answers = [served.local.get("/version"), served.local.get("/nowhere"), stranger.get("/runs")]
    for answer in answers:
        assert answer.headers["Millrace-Version"] == "1.2.3"
        assert answer.headers["Cache-Control"] == "no-store"
    assert served.local.get("/version").json() == {"version": "1.2.3", "api": 1}


def test_over_the_network_only_health_needs_no_token(served: Served) -> None:
    with served.remote() as stranger:
        assert stranger.get("/health/live").status_code == 200
        assert stranger.get("/health/ready").status_code == 200
        for path, operations in served.api.openapi()["paths"].items():
            for method in operations:
                answer = stranger.request(method, path.replace("{", "").replace("}", ""))
                assert answer.status_code == (200 if path.startswith("/health/") else 401), (method, path)
        assert stranger.get("/runs").headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer mrt_wrong", "Bearer", "Basic abc", "mrt_wrong", "Bearer \xff"])
def test_a_wrong_token_is_refused(served: Served, header: str) -> None:
    with served.remote() as client:
        answer = client.get("/runs", headers=[(b"Authorization", header.encode("latin-1"))])
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_a_token_is_good_until_it_is_revoked_or_expires(served: Served) -> None:
    with served.remote("read") as client:
        assert client.get("/runs").status_code == 200
        (token,) = served.app.store.tokens.list()
        assert token.last_used is not None
        served.app.store.tokens.revoke(token.id)
        assert client.get("/runs").status_code == 401
        expired = served.token("read", seconds=0)
        assert client.get("/runs", headers={"Authorization": f"Bearer {expired}"}).status_code == 401


def test_a_token_may_do_what_its_scopes_say(served: Served) -> None:
    with served.remote("read") as reader, served.remote("run") as runner, served.remote("admin") as admin:
        refused = reader.post("/plugins/rescan")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "admin" in refused.json()["detail"]
        assert runner.get("/runs").status_code == 403
        assert admin.get("/runs").status_code == 200


def test_a_route_that_names_no_scope_is_not_served() -> None:
    router = APIRouter()
    router.get("/open")(lambda: None)
    with pytest.raises(AssertionError, match="/open must have one scope"):
        require_scopes(router, set())


def test_whoever_comes_over_the_socket_is_the_services_user_or_whom_a_proxy_names(served: Served) -> None:
    path = served.flow()
    publish = {"path": str(path)}
    assert served.local.post("/flows", json=publish).json()["revision"]["author"] == whoever_this_is()
    named = served.local.post("/flows", json=publish | {"environment": "b"}, headers={"Millrace-User": "Zoë".encode()})
    assert named.json()["revision"]["author"] == "Zoë"
    assert served.local.get("/runs", headers={"Millrace-User": "x" * 300}).status_code == 400


def test_over_the_network_nobody_names_another_person(served: Served) -> None:
    with served.remote("admin", **{"Millrace-User": "Ada"}) as client:
        assert client.get("/runs").status_code == 403


def test_a_request_for_another_host_is_refused(served: Served) -> None:
    with served.remote("read") as client:
        for host in ("evil.example", "evil.example:8420", "", "127.0.0.1.evil.example"):
            assert client.get("/health/live", headers={"Host": host}).status_code in (400, 421), host
        for host in ("localhost", "localhost:99", "127.0.0.1", "[::1]:8", "Millrace.test:1"):
            assert client.get("/health/live", headers={"Host": host}).status_code == 200, host
        page = client.options(
            "/runs", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "GET"}
        )
        assert not any(name.startswith("access-control") for name in page.headers)


def test_too_large_a_request_is_refused_before_it_is_read(served: Served) -> None:
    with socket.create_connection(served.address.split(":")) as raw:
        head = f"POST /validation HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {served.token('edit')}\r\n"
        raw.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 10000001\r\n\r\n".encode())
        assert b" 413 " in raw.recv(4096)
    pieces = (b"x" * 1_000_000 for _ in range(11))
    with served.remote("edit") as client:
        try:
            answer = client.post("/validation", content=pieces, headers={"Content-Type": "application/json"})
        except httpx.WriteError:  # the service hung up while we were still sending
            return
        assert answer.status_code == 413


def test_the_user_of_the_socket_is_looked_at(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(httpx.TransportError):
        served.local.get("/health/live")


def test_mistakes_are_told_without_what_was_sent(served: Served) -> None:
    answer = served.local.post("/runs", json={"document": "hunter2", "path": 7, "secret": "hunter3"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (422, 422, "request")
    assert {one["where"] for one in told["mistakes"]} >= {"document", "path"}, told
    assert "hunter" not in answer.text


@pytest.mark.parametrize(
    ("query", "told"),
    [("stat=failed", "stat: There is no such parameter."), ("limit=1&limit=2", "limit: Give it once.")],
)
def test_a_parameter_that_nobody_reads_is_a_mistake(served: Served, query: str, told: str) -> None:
    refused = served.local.get(f"/runs?{query}")
    assert (refused.status_code, refused.json()["detail"]) == (422, told)
    assert served.local.get("/runs?state=failed&state=succeeded&limit=2").status_code == 200


def test_what_is_our_fault_is_in_the_log_alone(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(limit: int, before: str | None) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(served.app.store.flows, "list", broken)
    answer = served.local.get("/flows")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "hunter2" not in answer.text
    (record,) = [one for one in caplog.records if getattr(one, "id", None) == answer.json()["id"]]
    assert "hunter2" in str(record.exc_info)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe", b"{", b"[" * 100_000,
        b'{"document": {"n": ' + b"9" * 5000 + b"}}", b"NaN", b'{"document": NaN}', b"",
    ],
)  # fmt: skip
def test_bodies_that_are_no_json_are_told_so(served: Served, body: bytes) -> None:
    answer = served.local.post("/runs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"]


def test_odd_text_comes_back_whole(served: Served) -> None:
    path = served.flow()
    document = json.loads(path.read_text())
    document["inputs"].append({"name": "odd", "type": "json"})
    asked = {"document": document, "path": str(path), "inputs": {"odd": ["\ud800", "a\0b", 2**70]}}
    answer = served.local.post("/runs", content=json.dumps(asked), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    again = served.local.get(f"/runs/{answer.json()['run_id']}")
    assert json.loads(again.content)["inputs"]["odd"] == asked["inputs"]["odd"]


@pytest.mark.parametrize(
    "path", ["/runs/%00", "/runs/..%2f..%2fetc", "/flows/%ff", "/flows/a%00b", f"/flows/{'x' * 199}"]
)
def test_odd_paths_lead_nowhere(served: Served, path: str) -> None:
    assert served.local.get(path).status_code in (404, 422)


def test_the_socket_is_for_its_user_alone(served: Served, tmp_path: Path) -> None:
    assert (tmp_path / "s.sock").stat().st_mode & 0o777 == 0o600


def test_readiness_says_why_not(served: Served) -> None:
    served.reasons.append("The dispatcher has stood still.")
    answer = served.local.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "reasons": served.reasons})


def test_a_newer_version_is_told_whether_the_service_makes_room(served: Served) -> None:
    assert served.local.post("/drain", json={"version": "1.10.0"}).json() == {"ends": True, "runs": []}
    served.going.append("01a21480-b488-72a9-85fa-aa5af7f0a241")
    assert served.local.post("/drain", json={"version": "2.0"}).json() == {"ends": False, "runs": served.going}


@pytest.mark.parametrize(("version", "status"), [("1.2.3", 409), ("1.2.3rc1", 409), ("0.9", 409), ("new", 422)])
def test_nothing_makes_room_for_what_is_not_newer(served: Served, version: str, status: int) -> None:
    answer = served.local.post("/drain", json={"version": version})
    assert answer.status_code == status
    assert "version" in answer.json()["detail"]


def test_a_service_is_replaced_from_its_own_machine_alone(served: Served) -> None:
    with served.remote("admin") as admin:
        assert admin.post("/drain", json={"version": "9"}).status_code == 403
