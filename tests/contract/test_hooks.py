"""Webhooks as they are called, over real sockets, and over SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import json
import socket
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from studio.artifacts.root import ArtifactRoot
from studio.run import RunState, StepState
from studio.store.store import Store
from tests.cluster import wait_for
from tests.hooked import (
    GITHUB,
    OTHER_STANDARD,
    STANDARD,
    deliveries,
    github_headers,
    order_flow,
    outcomes,
    publish,
    served,
    webhook,
)

BODY = b'{"number": "7"}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def root(tmp_path: Path) -> ArtifactRoot:
    return ArtifactRoot(str(tmp_path / "artifacts"), {})


@pytest.fixture
def client(store: Store, root: ArtifactRoot) -> Iterator[httpx.Client]:
    with served(store, root) as client:
        yield client


def runs(store: Store) -> list[Any]:
    return store.history.page(10_000).items


def test_a_delivery_makes_a_run_with_what_it_maps(store: Store, client: httpx.Client) -> None:
    one = webhook(store, order_flow(number={}, event={}, month={}), mapping={
        "number": "/body/number", "event": "/headers/x-event", "month": "/query/month",
    })  # fmt: skip
    headers = JSON | {"X-Event": "paid", "Cookie": "secret"}
    answer = client.post("orders?month=2026-10", content=BODY, headers=headers)
    assert answer.status_code == 202, answer.text
    (run,) = runs(store)
    assert answer.json() == {"run": run.id, "link": f"/runs/{run.id}"}
    assert run.inputs == {"number": "7", "event": "paid", "month": "2026-10"}
    assert (run.state, run.trigger_id, run.environment) == (RunState.QUEUED, one.id, "default")
    event = store.events.get(run.event_id)
    assert (event.kind, event.body) == ("webhook", BODY)
    assert event.payload["query"] == "month=2026-10"
    kept = dict(event.payload["headers"])
    assert kept["x-event"] == "paid"
    assert "cookie" not in kept
    (delivery,) = deliveries(store, one)
    assert (delivery.outcome, delivery.status, delivery.run_id, delivery.event_id) == (
        "accepted", 202, run.id, event.id,
    )  # fmt: skip
    assert store.invariants.breaches() == []
    by_id = client.post(f"{one.id}?month=2026-11", content=BODY, headers=headers)
    assert by_id.status_code == 202, "its id leads to it as well"


def test_a_signature_by_standard_webhooks_is_accepted_once_and_a_forgery_never(
    store: Store, client: httpx.Client
) -> None:
    one = webhook(store, methods=[{"kind": "standard", "credentials": ["standard", "standard-old"]}])

    def post(secret: str, body: bytes = BODY, sent: datetime | None = None, **other: str) -> httpx.Response:
        at = sent or datetime.now(UTC)
        signature = Webhook(secret).sign("msg_1", at, BODY.decode())
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        return client.post("orders", content=body, headers=headers | JSON | other)

    first, again, old = post(STANDARD), post(STANDARD), post(OTHER_STANDARD)
    assert [one.status_code for one in (first, again, old)] == [202] * 3
    assert again.json() == old.json() == first.json() | {"duplicate": True}
    forged = [
        post("whsec_" + base64.b64encode(b"guessed").decode()),
        post(STANDARD, b'{"number": "8"}'),
        post(STANDARD, sent=datetime.now(UTC) - timedelta(seconds=400)),
        post(STANDARD, **{"webhook-id": "msg_2"}),
    ]
    for answer in forged:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert answer.json() == {"type": "about:blank", "title": "Unauthorized", "status": 401}
    assert len(runs(store)) == 1
    refused = [delivery for delivery in deliveries(store, one) if delivery.outcome == "refused"]
    assert len(refused) == 4
    assert all(one.event_id is None and one.body_hash is None for one in refused)
    assert refused[0].reason == "the signature does not match"


def test_a_signature_as_githubs_is_accepted_once_and_a_forgery_never(store: Store, client: httpx.Client) -> None:
    one = webhook(store, methods=[{"kind": "signed", "credentials": ["github"]}])
    first = client.post("orders", content=BODY, headers=github_headers(BODY))
    again = client.post("orders", content=BODY, headers=github_headers(BODY))
    other = client.post("orders", content=b'{"number": "8"}', headers=github_headers(b'{"number": "8"}'))
    forged = client.post("orders", content=BODY, headers=github_headers(BODY, secret="guessed"))
    assert [one.status_code for one in (first, again, other, forged)] == [202, 202, 409, 401]
    assert again.json()["run"] == first.json()["run"]
    assert outcomes(store, one) == [("accepted", 202), ("duplicate", 202), ("conflict", 409), ("refused", 401)]
    event = store.events.get(runs(store)[0].event_id)
    assert GITHUB not in json.dumps(event.payload)
    assert "x-hub-signature-256" not in dict(event.payload["headers"])


def test_a_key_or_a_login_is_accepted_where_both_may_call(store: Store, client: httpx.Client) -> None:
    webhook(store, methods=[{"kind": "api-key", "credential": "key"}, {"kind": "basic", "credential": "login"}])
    by_key = client.post("orders", content=BODY, headers=JSON | {"X-Shop-Key": "correct horse"})
    by_login = client.post("orders", content=BODY, headers=JSON, auth=("Aladdin", "open sesame"))
    by_neither = client.post("orders", content=BODY, headers=JSON, auth=("Aladdin", "guessed"))
    assert [one.status_code for one in (by_key, by_login, by_neither)] == [202, 202, 401]
    assert all("x-shop-key" not in str(store.events.get(run.event_id).payload).lower() for run in runs(store))


def test_a_credential_that_is_missing_is_said_in_the_log_alone(store: Store, client: httpx.Client) -> None:
    one = webhook(store, methods=[{"kind": "basic", "credential": "nobody"}])
    answer = client.post("orders", content=BODY, headers=JSON)
    assert answer.status_code == 503
    assert "nobody" not in answer.text
    (delivery,) = deliveries(store, one)
    assert (delivery.outcome, delivery.event_id) == ("failed", None)
    assert "nobody" in delivery.reason


@pytest.mark.parametrize("count", [20, pytest.param(100, marks=pytest.mark.nightly)])
def test_one_delivery_that_comes_many_times_at_once_makes_one_run(store: Store, root: ArtifactRoot, count: int) -> None:
    """By two services that share the store."""
    one = webhook(store)
    with served(store, root) as first, served(store, root) as second, ThreadPoolExecutor(count) as pool:
        clients = [first, second] * (count // 2)
        headers = JSON | {"Idempotency-Key": "order-7"}
        answers = list(pool.map(lambda client: client.post("orders", content=BODY, headers=headers), clients))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["run"] for answer in answers}) == 1
    assert sum("duplicate" not in answer.json() for answer in answers) == 1
    assert len(runs(store)) == 1
    assert sorted(outcomes(store, one)) == [("accepted", 202)] + [("duplicate", 202)] * (count - 1)
    assert store.invariants.breaches() == []


def test_what_does_not_fit_names_the_inputs_and_can_be_replayed(store: Store, client: httpx.Client) -> None:
    from scheduler.webhook_triggers import WebhookTriggers

    flow = order_flow(number={"type": "integer"}, month={"required": True})
    one = webhook(store, flow, mapping={"number": "/body/number", "month": "/body/month"})
    answer = client.post("orders", content=b'{"number": "seven"}', headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [(one["input"], one["pointer"]) for one in answer.json()["problems"]] == [
        ("number", "/body/number"), ("month", "/body/month"),
    ]  # fmt: skip
    assert runs(store) == []
    (delivery,) = deliveries(store, one)
    assert (delivery.outcome, delivery.status) == ("invalid", 422)
    assert "'number'" in delivery.reason
    mended = order_flow(number={}, month={"default": "2026-10"})
    publish(store, mended.model_copy(update={"id": flow.id}))
    replayed = WebhookTriggers(store, "Ada").replay(delivery)
    (run,) = runs(store)
    assert (replayed.run_id, replayed.replay_of) == (run.id, delivery.id)
    assert run.inputs == {"number": "seven", "month": "2026-10"}


def test_a_paused_webhook_answers_503_says_why_and_keeps_what_came(store: Store, client: httpx.Client) -> None:
    one = webhook(store)
    assert client.post("orders", content=BODY, headers=JSON).status_code == 202
    store.triggers.change(one, paused="Bob: the shop moves")
    answer = client.post("orders", content=BODY, headers=JSON)  # although it was looked up a moment ago
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    delivery = deliveries(store, one)[-1]
    assert (delivery.outcome, delivery.reason) == ("paused", "The trigger is paused: Bob: the shop moves.")
    assert store.events.get(delivery.event_id or "").body == BODY
    assert len(runs(store)) == 1


def test_a_changed_trigger_is_taken_as_it_is_now(store: Store, client: httpx.Client) -> None:
    one = webhook(store)
    assert client.post("orders", content=BODY, headers=JSON).status_code == 202
    store.triggers.change(one, settings=one.settings | {"mapping": {"number": "/body/other"}})
    assert client.post("orders", content=b'{"number": "7", "other": "8"}', headers=JSON).status_code == 202
    assert runs(store)[0].inputs == {"number": "8"}
    store.triggers.delete(one.id)
    assert client.post("orders", content=BODY, headers=JSON).status_code == 404


def test_whoever_calls_nothing_learns_nothing(store: Store, client: httpx.Client) -> None:
    webhook(store)
    for path in ("nothing", "", "%00", "orders/", "../api", "x" * 3000):
        answer = client.post(path, content=BODY)
        assert (answer.status_code, answer.json()) == (
            404,
            {"type": "about:blank", "title": "Not Found", "status": 404},
        )
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        assert [client.request(method, path).status_code for path in ("orders", "nothing")] == [405, 405]
    assert client.get("orders").headers["Allow"] == "POST"


def test_more_deliveries_than_the_rate_are_told_when_to_come_again(store: Store, client: httpx.Client) -> None:
    one = webhook(store, rate=3)
    answers = [client.post("orders", content=BODY, headers=JSON) for _ in range(30)]
    assert [answer.status_code for answer in answers] == [202] * 3 + [429] * 27
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    found = outcomes(store, one)
    assert found.count(("limited", 429)) == 10, "a flood is counted, not written down"


def test_forgeries_take_nothing_of_the_rate_and_do_not_fill_the_disk(store: Store, client: httpx.Client) -> None:
    one = webhook(store, methods=[{"kind": "api-key", "credential": "key"}], rate=1)
    assert {client.post("orders", content=BODY).status_code for _ in range(30)} == {401}
    assert client.post("orders", content=BODY, headers=JSON | {"X-Shop-Key": "correct horse"}).status_code == 202
    assert outcomes(store, one).count(("refused", 401)) == 10


def test_more_unfinished_runs_than_the_queue_takes_are_refused_till_some_end(store: Store, root: ArtifactRoot) -> None:
    one = webhook(store, queue=2)
    with served(store, root) as client:
        statuses = [client.post("orders", content=BODY, headers=JSON).status_code for _ in range(4)]
        assert statuses == [202, 202, 429, 429]
        for run in runs(store):
            store.runs.request_cancel(run.id)
        wait_for(lambda: client.post("orders", content=BODY, headers=JSON).status_code == 202, what="room")
    assert any("2 runs" in delivery.reason for delivery in deliveries(store, one))


# Bodies -------------------------------------------------------------------------------------------------------------


class Slow:
    """A caller who writes its request by hand."""

    def __init__(self, client: httpx.Client) -> None:
        url = client.base_url
        self.socket = socket.create_connection((url.host, url.port), timeout=20)

    def send(self, text: bytes) -> None:
        self.socket.sendall(text)

    def answer(self) -> bytes:
        """All until the server closes."""
        parts = []
        while part := self.socket.recv(65536):
            parts.append(part)
        self.socket.close()
        return b"".join(parts)


def head(length: int | str, **headers: str) -> bytes:
    given = {"Host": "x", "Content-Type": "application/json", "Content-Length": str(length), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"POST /hooks/orders HTTP/1.1\r\n{lines}\r\n".encode()


def test_a_body_that_says_it_is_too_large_is_refused_unread(store: Store, client: httpx.Client) -> None:
    one = webhook(store, max_bytes=1000)
    caller = Slow(client)
    caller.send(head(1001))  # and not a byte of the body
    answer = caller.answer()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert outcomes(store, one) == [("too_large", 413)]
    assert client.post("orders", content=b" " * 985 + BODY, headers=JSON).status_code == 202


def test_a_large_sender_gets_to_read_why_it_is_refused(store: Store, client: httpx.Client) -> None:
    webhook(store, max_bytes=1000)
    answer = client.post("orders", content=b"x" * 20_000_000, headers=JSON)
    assert answer.status_code == 413


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(store: Store, client: httpx.Client) -> None:
    webhook(store, max_bytes=1000)
    caller = Slow(client)
    caller.send(head("", Transfer_Encoding="chunked").replace(b"Content-Length: \r\n", b""))
    caller.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
    caller.send(b"1\r\nx\r\n")
    assert caller.answer().startswith(b"HTTP/1.1 413 ")


def test_a_slow_body_is_not_waited_for(store: Store, root: ArtifactRoot) -> None:
    one = webhook(store)
    with served(store, root, body_seconds=0.3) as client:
        caller = Slow(client)
        caller.send(head(15) + b'{"number')
        assert caller.answer().startswith(b"HTTP/1.1 408 ")
        assert client.post("orders", content=BODY, headers=JSON).status_code == 202
    assert outcomes(store, one) == [("failed", 408), ("accepted", 202)]


def test_a_caller_who_leaves_in_the_middle_leaves_nothing(store: Store, client: httpx.Client) -> None:
    one = webhook(store)
    caller = Slow(client)
    caller.send(head(15) + b'{"number')
    caller.socket.close()
    assert client.post("orders", content=BODY, headers=JSON).status_code == 202
    assert outcomes(store, one) == [("accepted", 202)]


def test_a_compression_bomb_is_not_even_read(store: Store, client: httpx.Client) -> None:
    webhook(store)
    bomb = zlib.compress(b"0" * 50_000_000)
    answer = client.post("orders", content=bomb, headers=JSON | {"Content-Encoding": "deflate"})
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"


ODD = {
    "NUL": (b'{"number": "a\\u0000b"}', 202),
    "half a character": (b'{"number": "\\ud800"}', 202),
    "NaN": (b'{"number": NaN}', 422),
    "5,000 digits": (b'{"number": ' + b"9" * 5000 + b"}", 422),
    "100,000 levels": (b'{"number": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 422),
    "no UTF-8": (b'{"number": "\xff"}', 422),
    "nothing": (b"", 422),
    "twice": (b'{"number": "1", "number": "2"}', 422),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_json_keeps_its_bytes_and_breaks_nothing(store: Store, client: httpx.Client, name: str) -> None:
    body, status = ODD[name]
    one = webhook(store, order_flow(number={"required": True}))
    answer = client.post("orders", content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    (delivery,) = deliveries(store, one)
    assert store.events.get(delivery.event_id or "").body == body
    assert client.post("orders", content=BODY, headers=JSON).status_code == 202


@pytest.mark.parametrize(
    ("kind", "body", "pointer", "found"),
    [
        ("application/x-www-form-urlencoded", b"number=7&x=1", "/body/number", "7"),
        ("text/plain", b"seven \xc3\xa9", "/body", "seven \u00e9"),
        ("application/octet-stream", b"\x00\xff", "/body", "AP8="),
    ],
)
def test_forms_texts_and_bytes_are_read(
    store: Store, client: httpx.Client, kind: str, body: bytes, pointer: str, found: str
) -> None:
    webhook(store, mapping={"number": pointer})
    assert client.post("orders", content=body, headers={"Content-Type": kind}).status_code == 202
    assert runs(store)[0].inputs == {"number": found}


# Answers ------------------------------------------------------------------------------------------------------------


def answered(store: Store, root: ArtifactRoot, run_id: str, value: dict[str, Any]) -> None:
    """Let the run's Respond step end as a worker would."""
    from studio.manifest import Artifact

    path = f"runs/{run_id}/answer/1-x/response"
    content = json.dumps(value).encode()
    assert root.write_exclusive(path, content)
    artifact = Artifact(kind="json", format="json", path=path, bytes=len(content), hash="x")
    run = store.leases.claim_one("me", 60.0, run_id)
    assert run is not None
    with store.owned(run_id, "me", run.epoch) as owned:
        owned.set_step("answer", StepState.BLOCKED, StepState.READY)
        owned.add_attempt("answer", 1)
        owned.set_step("answer", StepState.READY, StepState.SUBMITTED)
        owned.set_step("answer", StepState.SUBMITTED, StepState.SUCCEEDED, outputs={"response": artifact})


def test_a_caller_who_waits_gets_the_flows_answer(store: Store, root: ArtifactRoot) -> None:
    one = webhook(store, respond_seconds=20)
    with served(store, root) as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.post, "orders", content=BODY, headers=JSON)
        (run,) = wait_for(lambda: runs(store), what="the run")
        value = {"status": 201, "headers": {"X-Price": "12.50"}, "body": '{"total":"12.50"}'}
        answered(store, root, run.id, value)
        answer = asked.result(20)
    assert (answer.status_code, answer.headers["X-Price"], answer.json()) == (201, "12.50", {"total": "12.50"})
    assert answer.headers["Millrace-Run"] == run.id
    assert outcomes(store, one) == [("accepted", 201)]


def test_a_caller_who_waits_in_vain_is_told_where_the_run_is(store: Store, root: ArtifactRoot) -> None:
    webhook(store, respond_seconds=0.2)
    with served(store, root) as client:
        answer = client.post("orders", content=BODY, headers=JSON)
    assert answer.status_code == 202
    assert answer.json()["run"] == runs(store)[0].id
    assert "not answered within 0.2 s" in answer.json()["detail"]


@pytest.mark.parametrize(("state", "status"), [(RunState.FAILED, 502), (RunState.SUCCEEDED, 202)])
def test_a_run_that_ends_without_an_answer_is_never_an_empty_success(
    store: Store, root: ArtifactRoot, state: RunState, status: int
) -> None:
    webhook(store, respond_seconds=20)
    with served(store, root) as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.post, "orders", content=BODY, headers=JSON)
        (run,) = wait_for(lambda: runs(store), what="the run")
        claimed = store.leases.claim_one("me", 60.0, run.id)
        assert claimed is not None
        with store.owned(run.id, "me", claimed.epoch) as owned:
            owned.set_run(state)
        answer = asked.result(20)
    assert (answer.status_code, answer.json()["run"]) == (status, run.id)
    assert answer.json()["detail"]


def test_whoever_waits_is_answered_when_the_service_ends(store: Store, root: ArtifactRoot) -> None:
    webhook(store, respond_seconds=60)
    with ThreadPoolExecutor(1) as pool:
        with served(store, root) as client:
            asked = pool.submit(httpx.post, f"{client.base_url}orders", content=BODY, headers=JSON)
            wait_for(lambda: runs(store), what="the run")
        answer = asked.result(20)
    assert (answer.status_code, answer.json()["detail"]) == (202, "The service ends.")
