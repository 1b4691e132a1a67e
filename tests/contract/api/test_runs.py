"""Runs over the API: started, looked at, cancelled, retried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.app import whoever_this_is
from studio.flow import Flow, write_flow
from studio.run import RunState
from tests.contract.api.conftest import Served


def draft(path: Path, **more: Any) -> dict[str, Any]:
    return {"document": json.loads(path.read_text()), "path": str(path), **more}


def test_a_draft_is_queued_for_a_service_to_run(served: Served) -> None:
    path = served.flow()
    answer = served.local.post("/runs", json=draft(path, inputs={"month": "2026-12"}))
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["state"], shown["inputs"], shown["revision_id"]) == ("queued", {"month": "2026-12"}, None)
    assert served.made == [None]
    run = served.app.store.runs.get(shown["run_id"])
    assert (run.state, run.owner, run.lease_until) == (RunState.QUEUED, None, None)
    (claimed,) = served.app.store.leases.claim("a service", 30)
    assert claimed.id == run.id
    detail = served.local.get(f"/runs/{run.id}").json()
    assert detail["event"]["payload"]["inputs"] == {"month": "2026-12"}
    assert served.local.get(f"/runs/{run.id}/steps").json()["items"][0]["step"] == "rows"
    assert served.local.get(f"/runs/{run.id}/document").json()["text"] == path.read_text()


def test_a_run_says_who_asked_for_it_wherever_it_is_shown(served: Served) -> None:
    served.ran()
    asked = draft(served.flow())
    made = served.local.post("/runs", json=asked, headers={"Millrace-User": "Ada"}).json()
    served.local.post(f"/runs/{made['run_id']}/cancel")
    again = served.local.post(f"/runs/{made['run_id']}/retry", json={}, headers={"Millrace-User": "Bob"}).json()
    listed = [run["author"] for run in served.local.get("/runs").json()["items"]]
    assert listed == ["Bob", "Ada", whoever_this_is()]
    assert [made["author"], again["author"]] == ["Ada", "Bob"]
    assert served.local.get(f"/runs/{again['run_id']}").json()["author"] == "Bob"


def test_the_same_request_with_its_key_makes_one_run(served: Served) -> None:
    body = draft(served.flow())
    answers = [served.local.post("/runs", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    other = served.local.post("/runs", json=body | {"inputs": {"month": "x"}}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    with served.remote("run") as somebody:
        assert (
            somebody.post("/runs", json=body, headers={"Idempotency-Key": "k1"}).json()["run_id"]
            != answers[0].json()["run_id"]
        )


def test_a_flow_that_cannot_run_says_all_that_is_wrong(served: Served) -> None:
    body = draft(served.flow())
    body["document"]["nodes"][0]["type"] = "no.such"
    told = served.local.post("/runs", json=body).json()
    assert (told["status"], told["code"]) == (422, "flow")
    assert told["problems"][0]["node"] == "rows"


def test_one_node_runs_alone_with_the_results_of_an_earlier_run(served: Served) -> None:
    run_id = served.ran()
    path = served.project / "rows.flow"
    for more in ({}, {"origin_run": run_id}):
        made = served.local.post("/runs", json=draft(path, **{"from": "rows", "to": "rows"}, **more)).json()
        assert (made["origin_run"], made["selection"]["to"]) == (run_id, "rows")
    refused = served.local.post("/runs", json=draft(served.flow("other"), **{"from": "rows"}))
    assert "has not run yet" in refused.json()["detail"]


def test_a_revision_runs_by_its_number_or_as_the_active_one(served: Served) -> None:
    flow_id = served.app.publish(served.flow()).revision.flow_id
    for body in ({}, {"number": 1}, {"to": "rows"}):
        made = served.local.post(f"/flows/{flow_id}/runs", json=body)
        assert made.status_code == 201
        assert served.local.get(f"/runs/{made.json()['run_id']}").json()["revision"] == 1
    assert served.local.post(f"/flows/{flow_id}/runs", json={"number": 9}).status_code == 404
    nowhere = served.local.post(f"/flows/{flow_id}/runs", json={"environment": "prod"})
    assert "active in prod" in nowhere.json()["detail"]


def test_runs_are_listed_page_by_page_and_filtered(served: Served) -> None:
    flow_id = served.app.publish(served.flow()).revision.flow_id
    made = [served.local.post(f"/flows/{flow_id}/runs", json={}).json()["run_id"] for _ in range(3)]
    first = served.local.get("/runs", params={"limit": 2}).json()
    rest = served.local.get("/runs", params={"limit": 2, "before": first["next"]}).json()
    assert [one["run_id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    served.local.post(f"/runs/{made[0]}/cancel")
    listed = served.local.get("/runs", params={"state": ["cancelled", "failed"], "flow": "rows"}).json()["items"]
    assert [one["run_id"] for one in listed] == made[:1]
    assert served.local.get("/runs", params={"before": "nonsense"}).status_code == 422


def test_what_has_failed_is_retried(served: Served) -> None:
    run_id = served.ran()
    made = served.local.post(f"/runs/{run_id}/retry", json={"from": "rows"})
    assert (made.status_code, made.json()["origin_run"]) == (201, run_id)
    assert served.local.post(f"/runs/{made.json()['run_id']}/retry", json={}).status_code == 422


def test_steps_attempts_logs_and_notebooks_are_there(served: Served) -> None:
    run_id = served.ran()
    base = f"/runs/{run_id}/steps/rows"
    step = served.local.get(base).json()
    assert (step["state"], step["outputs"]["table"]["rows"]) == ("succeeded", 250)
    (attempt,) = served.local.get(f"{base}/attempts").json()["items"]
    assert (attempt["state"], attempt["has_notebook"]) == ("succeeded", True)
    notebook = served.local.get(f"{base}/notebook")
    assert notebook.headers["Content-Type"] == "application/x-ipynb+json"
    assert notebook.json()["cells"]
    kinds = [event["kind"] for event in served.local.get(f"/runs/{run_id}/events").json()["items"]]
    assert kinds[-1] == "run"
    assert served.local.get(f"/runs/{run_id}/steps/none").status_code == 404


def test_a_log_is_read_in_parts(served: Served, monkeypatch: Any) -> None:
    flow = Flow.new("talk")
    flow.add("code", "talk", source="def run() -> Json:\n    print('grün ' * 5)\n    return 1\n")
    write_flow(flow, served.project / "talk.flow")
    run_id = served.app.run(served.project / "talk.flow", executor="in-process").run.id
    base = f"/runs/{run_id}/steps/talk/attempts"
    whole = served.local.get(f"{base}/1/log").json()
    assert "grün grün" in whole["text"]
    assert whole["next"] is None
    monkeypatch.setattr("scheduler.api.steps.MOST_LOG", 4)
    text, offset = "", 0
    while offset is not None:
        part = served.local.get(f"{base}/1/log", params={"offset": offset}).json()
        text, offset = text + part["text"], part["next"]
    assert text == whole["text"]
    assert served.local.get(f"{base}/2/log").status_code == 404


def test_a_run_is_retried_with_another_input_on_the_active_revision(served: Served) -> None:
    run_id = served.ran()
    same = served.local.post(f"/runs/{run_id}/retry", json={"inputs": {"month": "2027-01"}})
    assert (same.status_code, same.json()["inputs"], same.json()["revision_id"]) == (201, {"month": "2027-01"}, None)
    fresh = served.local.post(f"/runs/{run_id}/retry", json={"fresh": True}).json()
    assert fresh["selection"]["fresh"] is True
    states = [
        served.local.get(f"/runs/{one['run_id']}/steps").json()["items"][0]["state"] for one in (same.json(), fresh)
    ]
    assert "reused" not in states
    unpublished = served.local.post(f"/runs/{run_id}/retry", json={"revision": "active"})
    assert (unpublished.status_code, "No revision" in unpublished.json()["detail"]) == (422, True)
    revision = served.app.publish(served.project / "rows.flow").revision
    active = served.local.post(f"/runs/{run_id}/retry", json={"revision": "active"})
    assert active.json()["revision_id"] == revision.id


def test_a_run_has_its_time_limit_from_whoever_starts_it(served: Served) -> None:
    path = served.flow()
    assert served.local.post("/runs", json=draft(path, time_limit=60)).json()["time_limit"] == 60
    assert served.local.post("/runs", json=draft(path)).json()["time_limit"] is None
    assert served.local.post("/runs", json=draft(path, time_limit=0)).status_code == 422
    flow_id = served.app.publish(path).revision.flow_id
    made = served.local.post(f"/flows/{flow_id}/runs", json={"time_limit": 1.5}).json()
    assert served.local.get(f"/runs/{made['run_id']}").json()["time_limit"] == 1.5


def test_a_run_is_found_by_the_beginning_of_its_id_or_as_the_latest(served: Served) -> None:
    run_id = served.ran()
    for wanted in (run_id, run_id[:20], "latest"):
        found = served.local.get(f"/runs/{wanted}").json()
        assert (found["run_id"], found["late"]) == (run_id, [])
    assert served.local.get("/runs/ffff").status_code == 404
