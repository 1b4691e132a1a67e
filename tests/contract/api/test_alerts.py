"""Alerts over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.api.conftest import Served
from tests.receiver import receiver

HOOK = {"kind": "webhook", "url": "https://chat.example.com/T0/SECRET-4711"}
OPS = {"name": "Ops", "conditions": ["failed", "late", "failed"], "settings": HOOK}


@pytest.fixture
def alert(served: Served) -> dict[str, Any]:
    made = served.local.post("/alerts", json=OPS, headers={"Millrace-User": "Ada"})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json() | {"etag": made.headers["ETag"]}
    return found


def test_an_alert_is_made_and_found_without_its_address(served: Served, alert: dict[str, Any]) -> None:
    where = f"/alerts/{alert['alert_id']}"
    with served.remote("read") as reader:
        got = reader.get(where)
        assert reader.post("/alerts", json=OPS).status_code == 403
    assert got.json() | {"etag": got.headers["ETag"]} == alert
    assert (alert["conditions"], alert["every_seconds"], alert["author"], alert["target"], alert["flow_id"]) == (
        ["failed", "late"], 900, "Ada", "chat.example.com", None,
    )  # fmt: skip
    assert "SECRET-4711" not in got.text + served.local.get("/alerts").text


def test_an_alert_is_changed_in_what_is_given(served: Served, alert: dict[str, Any]) -> None:
    where, seen = f"/alerts/{alert['alert_id']}", {"If-Match": alert["etag"]}
    assert served.local.patch(where, json={"name": "Night"}).status_code == 428
    changed = served.local.patch(where, json={"name": "Night", "every_seconds": 60}, headers=seen)
    assert (changed.json()["name"], changed.json()["every_seconds"], changed.json()["version"]) == ("Night", 60, 2)
    assert served.app.store.alerts.get(alert["alert_id"]).settings["url"] == HOOK["url"]
    assert served.local.patch(where, json={"name": "x"}, headers=seen).status_code == 412
    assert served.local.delete(where, headers=seen).status_code == 412
    assert served.local.delete(where, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    assert served.local.get(where).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"settings": {"kind": "webhook", "url": "http://example.com"}},
        {"settings": {"kind": "mail", "to": ["nobody"], "credential": "smtp"}},
        {"settings": {"kind": "mail", "to": [], "credential": "smtp"}},
        {"settings": HOOK | {"late_after": "60"}},
        {"every_seconds": 5},
        {"conditions": []},
        {"conditions": ["sometimes"]},
    ],
)
def test_an_alert_that_could_not_be_told_is_refused(served: Served, wrong: dict[str, Any]) -> None:
    assert served.local.post("/alerts", json=OPS | wrong).status_code == 422


def test_an_alert_names_a_flow_and_a_credential_that_are_there(served: Served) -> None:
    mail = {"kind": "mail", "to": ["ops@example.com"], "credential": "smtp"}
    assert served.local.post("/alerts", json=OPS | {"settings": mail}).status_code == 404
    assert served.local.post("/alerts", json=OPS | {"flow_id": "f_none"}).status_code == 404
    flow_id = served.app.publish(served.flow()).revision.flow_id
    assert served.local.post("/alerts", json=OPS | {"flow_id": flow_id}).json()["flow_id"] == flow_id


def test_an_alert_is_paused_resumed_and_tried(served: Served) -> None:
    with receiver() as hook:
        settings = {"kind": "webhook", "url": f"{hook.url}/SECRET-4711"}
        made = served.local.post("/alerts", json=OPS | {"settings": settings}).json()
        where = f"/alerts/{made['alert_id']}"
        assert served.local.post(f"{where}/pause", json={"why": "holidays"}).json()["paused"].endswith(": holidays")
        assert served.local.post(f"{where}/resume").json()["paused"] is None
        assert served.local.post(f"{where}/test").json() == {"target": made["target"]}
        assert hook.posted[0].json()["type"] == "millrace.test"
        hook.answers = [404]
        refused = served.local.post(f"{where}/test")
        assert (refused.status_code, refused.json()["code"]) == (422, "delivery")
        assert "SECRET-4711" not in refused.text


def test_alerts_are_listed_page_by_page(served: Served) -> None:
    for name in "abc":
        served.local.post("/alerts", json=OPS | {"name": name})
    first = served.local.get("/alerts", params={"limit": 2}).json()
    second = served.local.get("/alerts", params={"limit": 2, "before": first["next"]}).json()
    assert [one["name"] for one in first["items"] + second["items"]] == ["c", "b", "a"]
    assert second["next"] is None
