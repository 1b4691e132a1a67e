"""Triggers over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.api.conftest import Served

DAILY = {"schedule": {"cron": "@daily", "timezone": "Europe/Berlin"}}


@pytest.fixture
def trigger(served: Served) -> dict[str, Any]:
    flow_id = served.app.publish(served.flow()).revision.flow_id
    made = served.local.post("/triggers", json={"flow_id": flow_id, "name": "nightly", "settings": DAILY})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json() | {"etag": made.headers["ETag"]}
    return found


def test_a_trigger_is_made_and_found(served: Served, trigger: dict[str, Any]) -> None:
    got = served.local.get(f"/triggers/{trigger['trigger_id']}")
    assert (got.json() | {"etag": got.headers["ETag"]}, got.json()["words"]) == (
        trigger, "Every day at 00:00 (Europe/Berlin)",
    )  # fmt: skip
    assert [one["name"] for one in served.local.get("/triggers").json()["items"]] == ["nightly"]
    assert served.local.get("/triggers", params={"flow_id": "other"}).json()["items"] == []


def test_a_trigger_is_changed_by_whoever_has_seen_its_present_edition(served: Served, trigger: dict[str, Any]) -> None:
    where = f"/triggers/{trigger['trigger_id']}"
    new = {"name": "hourly", "settings": {"schedule": {"cron": "7 * * * *"}}}
    assert served.local.put(where, json=new).status_code == 428
    changed = served.local.put(where, json=new, headers={"If-Match": trigger["etag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "hourly", 2)
    assert changed.json()["next"] != trigger["next"]
    assert served.local.put(where, json=new, headers={"If-Match": trigger["etag"]}).status_code == 412
    assert served.local.put(where, json=new, headers={"If-Match": "W/2"}).status_code == 412
    assert served.local.delete(where, headers={"If-Match": trigger["etag"]}).status_code == 412
    assert served.local.delete(where, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    assert served.local.get(where).status_code == 404


@pytest.mark.parametrize(
    ("schedule", "field"),
    [({"cron": "61 * * * *"}, "cron"), ({"cron": "@daily", "timezone": "Mars"}, "timezone"), ({}, "")],
)
def test_a_schedule_that_never_fires_is_refused(
    served: Served, trigger: dict[str, Any], schedule: dict[str, Any], field: str
) -> None:
    body = {"flow_id": trigger["flow_id"], "name": "bad", "settings": {"schedule": schedule}}
    answer = served.local.post("/triggers", json=body)
    assert (answer.status_code, answer.json().get("field", "")) == (422, field)
    assert served.local.post("/triggers/preview", json={"schedule": schedule}).status_code == 422


@pytest.mark.parametrize(
    "schedule",
    [{"every": True}, {"every": "60"}, {"every": 60, "starts": 0}, {"every": 60, "ends": "1750000000"}],
)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_nothing_in_a_schedule_is_taken_for_what_it_is_not(served: Served, schedule: dict[str, Any]) -> None:
    answer = served.local.post("/triggers/preview", json={"schedule": schedule})
    assert (answer.status_code, answer.json()["field"]) == (422, f"schedule.{list(schedule)[-1]}")


def test_a_schedule_is_shown_in_words_before_it_is_kept(served: Served) -> None:
    found = served.local.post("/triggers/preview", json={"schedule": DAILY["schedule"], "count": 3}).json()
    assert found["words"] == "Every day at 00:00 (Europe/Berlin)"
    assert len(found["next"]) == 3


def test_a_trigger_is_paused_resumed_and_fired_by_hand(served: Served, trigger: dict[str, Any]) -> None:
    where = f"/triggers/{trigger['trigger_id']}"
    paused = served.local.post(f"{where}/pause", json={"why": "holiday"}, headers={"Millrace-User": "Ada"})
    assert paused.json()["paused"] == "Ada: holiday"
    assert served.local.post(f"{where}/resume").json()["paused"] is None
    fired = [served.local.post(f"{where}/fire", headers={"Idempotency-Key": "1"}) for _ in range(2)]
    assert [one.status_code for one in fired] == [201, 201]
    assert fired[0].json() == fired[1].json()
    assert fired[0].json()["trigger_id"] == trigger["trigger_id"]
    assert len(served.made) == 1
    assert served.local.get(f"{where}/ticks").json() == {"items": [], "next": None}
