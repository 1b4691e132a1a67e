"""Webhook triggers and what was delivered to them, over the API."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from scheduler.api.deliveries import MOST_BODY
from studio.store.deliveries import NewDelivery
from tests.contract.api.conftest import Served
from tests.contract.api.known import delivery

SETTINGS = {
    "kind": "webhook", "path": "shop", "mapping": {"month": "/body/month"},
    "methods": [{"kind": "standard", "credentials": ["old", "new"]}],
}  # fmt: skip


@pytest.fixture
def hook(served: Served) -> dict[str, Any]:
    flow_id = served.app.publish(served.flow()).revision.flow_id
    made = served.local.post("/triggers", json={"flow_id": flow_id, "name": "shop", "settings": SETTINGS})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json() | {"etag": made.headers["ETag"]}
    return found


def test_a_webhook_is_made_shown_and_changed(served: Served, hook: dict[str, Any]) -> None:
    assert (hook["kind"], hook["flow"], hook["url"], hook["words"], hook["next"]) == (
        "webhook", "rows", "/hooks/shop", "When it is called", None,
    )  # fmt: skip
    where = f"/triggers/{hook['trigger_id']}"
    assert served.local.get(where).json()["settings"]["methods"] == [
        {"kind": "standard", "credentials": ["old", "new"]}
    ]
    new = {"name": "Shop", "settings": {"kind": "webhook", "methods": [{"kind": "open"}]}}
    changed = served.local.put(where, json=new, headers={"If-Match": hook["etag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["url"]) == (
        200, "Shop", f"/hooks/{hook['trigger_id']}",
    )  # fmt: skip
    assert served.local.put(where, json=new, headers={"If-Match": hook["etag"]}).status_code == 412
    paused = served.local.post(f"{where}/pause", json={"why": "stocktaking"})
    assert "stocktaking" in paused.json()["paused"]
    assert served.local.post(f"{where}/resume").json()["paused"] is None
    assert served.local.post(f"{where}/fire").status_code == 422


def test_a_path_is_taken_once(served: Served, hook: dict[str, Any]) -> None:
    body = {"flow_id": hook["flow_id"], "name": "two", "settings": SETTINGS}
    assert served.local.post("/triggers", json=body).status_code == 409
    made = served.local.post("/triggers", json=body | {"settings": SETTINGS | {"path": "other"}})
    where, seen = f"/triggers/{made.json()['trigger_id']}", {"If-Match": made.headers["ETag"]}
    refused = served.local.put(where, json={"name": "two", "settings": SETTINGS}, headers=seen)
    assert (refused.status_code, refused.json()["field"]) == (409, "path")
    assert served.local.get(where).json()["version"] == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"methods": []}, "no method of authentication"),
        ({"methods": [{"kind": "open"}, {"kind": "basic", "credential": "a"}]}, "other methods mean nothing"),
        ({"mapping": {"year": "/body/year"}}, "no input 'year'"),
        ({"path": "../x"}, "settings"),
        ({"kind": "none"}, "settings"),
        ({"kind": ["webhook"]}, "settings"),
        ({"kind": "cron"}, "settings"),
    ],
)
def test_a_webhook_that_could_never_be_called_is_refused(
    served: Served, hook: dict[str, Any], settings: dict[str, Any], said: str
) -> None:
    body = {"flow_id": hook["flow_id"], "name": "two", "settings": SETTINGS | {"path": "other"} | settings}
    answer = served.local.post("/triggers", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_trigger_keeps_its_kind(served: Served, hook: dict[str, Any]) -> None:
    new = {"name": "daily", "settings": {"schedule": {"cron": "@daily"}}}
    where = f"/triggers/{hook['trigger_id']}"
    assert served.local.put(where, json=new, headers={"If-Match": hook["etag"]}).status_code == 422


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"month": "2026-12"}', {"text": '{"month": "2026-12"}', "base64": None, "cut": False}),
        (b"\xff\x00", {"text": None, "base64": "/wA=", "cut": False}),
        ("é".encode() * MOST_BODY, {"text": "é" * (MOST_BODY // 2), "base64": None, "cut": True}),
        (b"a" + "é".encode() * MOST_BODY, {"text": "a" + "é" * (MOST_BODY // 2 - 1), "base64": None, "cut": True}),
        (
            b"\xff" * (MOST_BODY + 1),
            {"text": None, "base64": base64.b64encode(b"\xff" * MOST_BODY).decode(), "cut": True},
        ),
    ],
    ids=["json", "bytes", "long", "long, cut in a character", "many bytes"],
)
def test_a_delivery_is_shown_with_what_came(
    served: Served, hook: dict[str, Any], body: bytes, shown: dict[str, Any]
) -> None:
    id = delivery(served, hook["trigger_id"], body)
    told = served.local.get(f"/deliveries/{id}").json()
    assert (told["outcome"], told["status"], told["reason"], told["key"], told["size"]) == (
        "invalid", 422, "no month", "k", len(body),
    )  # fmt: skip
    request = told["request"]
    assert request.pop("body") == shown
    assert request == {
        "method": "POST", "path": "/hooks/shop", "query": "a=1", "headers": [["Content-Type", "application/json"]],
    }  # fmt: skip


def test_deliveries_are_listed_page_by_page_and_replayed(served: Served, hook: dict[str, Any]) -> None:
    ids = [delivery(served, hook["trigger_id"], b'{"month": "2026-12"}') for _ in range(3)]
    served.app.store.deliveries.record(NewDelivery(hook["trigger_id"], "refused", 401, "nobody known"))
    where = f"/triggers/{hook['trigger_id']}/deliveries"
    first = served.local.get(where, params={"limit": 2}).json()
    second = served.local.get(where, params={"limit": 2, "before": first["next"]}).json()
    assert [one["status"] for one in first["items"] + second["items"]] == [401, 422, 422, 422]
    assert [one["delivery_id"] for one in second["items"]] == [ids[1], ids[0]]
    assert second["next"] is None
    unkept = first["items"][0]["delivery_id"]
    assert served.local.get(f"/deliveries/{unkept}").json()["request"] is None
    assert served.local.post(f"/deliveries/{unkept}/replay").status_code == 422
    with served.remote("read") as reader, served.remote("run") as runner:
        assert reader.get(where).status_code == 200
        assert reader.post(f"/deliveries/{ids[0]}/replay").status_code == 403
        made = runner.post(f"/deliveries/{ids[0]}/replay")
    assert (made.status_code, made.json()["replay_of"], made.json()["outcome"]) == (201, ids[0], "accepted")
    assert "robot replayed" in made.json()["reason"]
    assert served.local.get(f"/runs/{made.json()['run_id']}").json()["inputs"] == {"month": "2026-12"}
    assert len(served.made) == 1
