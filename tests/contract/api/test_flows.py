"""Flows over the API: their files, revisions, validation and components."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from studio.flow import FlowInput, format_flow, read_flow
from tests.contract.api.conftest import Served


def flow_text(path: Path, name: str) -> str:
    flow = read_flow(path)
    flow.name = name
    return format_flow(flow)


def test_a_flows_file_is_read_and_replaced_if_nobody_else_has(served: Served) -> None:
    path = served.flow()
    where = {"path": str(path)}
    read = served.local.get("/folders/flow", params=where)
    assert read.json() == {"path": str(path), "text": path.read_text()}
    etag = read.headers["ETag"]
    body = {"text": flow_text(path, "Second")}
    assert served.local.put("/folders/flow", params=where, json=body).status_code == 428
    written = served.local.put("/folders/flow", params=where, json=body, headers={"If-Match": etag})
    assert (written.status_code, read_flow(path).name) == (200, "Second")
    late = served.local.put("/folders/flow", params=where, json=body, headers={"If-Match": etag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert served.local.get("/folders/flow", params=where).headers["ETag"] == written.headers["ETag"]
    assert served.local.delete("/folders/flow", params=where, headers={"If-Match": etag}).status_code == 412
    assert (
        served.local.delete("/folders/flow", params=where, headers={"If-Match": written.headers["ETag"]}).status_code
        == 204
    )
    assert not path.exists()


def test_of_many_who_change_a_file_at_once_one_does(served: Served) -> None:
    path = served.flow()
    etag = served.local.get("/folders/flow", params={"path": str(path)}).headers["ETag"]

    def change(number: int) -> int:
        body = {"text": flow_text(path, f"by {number}")}
        return served.local.put(
            "/folders/flow", params={"path": str(path)}, json=body, headers={"If-Match": etag}
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200] + [412] * 7


def test_a_new_file_is_made_where_there_is_none(served: Served) -> None:
    text = served.flow().read_text()
    where = {"path": str(served.project / "new.flow")}
    for status in (200, 412):
        made = served.local.put("/folders/flow", params=where, json={"text": text}, headers={"If-None-Match": "*"})
        assert made.status_code == status
    assert served.local.get("/folders/flows", params={"path": str(served.project)}).json()["items"] == [
        where["path"], str(served.project / "rows.flow"),
    ]  # fmt: skip


def test_what_is_no_flow_is_not_written(served: Served) -> None:
    path = served.flow()
    before = path.read_bytes()
    for text in ("{", "[]", '{"format": 99}', "\0"):
        answer = served.local.put(
            "/folders/flow", params={"path": str(path)}, json={"text": text}, headers={"If-Match": "*"}
        )
        assert answer.status_code == 422
    assert path.read_bytes() == before


def test_over_the_network_only_folders_of_projects_are_there(served: Served, tmp_path: Path) -> None:
    inside = served.flow()
    outside = tmp_path / "outside.flow"
    outside.write_text(inside.read_text())
    (served.project / "link.flow").symlink_to(outside)
    (served.project / "folder").symlink_to(tmp_path)
    with served.remote("read", "edit", "run") as client:
        assert client.get("/folders/flow", params={"path": str(inside)}).status_code == 200
        tricks = [
            outside, served.project / "link.flow", served.project / "folder" / "outside.flow",
            f"{served.project}/../outside.flow", f"{served.project}x/a.flow",
        ]  # fmt: skip
        for trick in tricks:
            where = {"path": str(trick)}
            assert client.get("/folders/flow", params=where).status_code == 404, trick
            put = client.put("/folders/flow", params=where, json={"text": "{}"}, headers={"If-None-Match": "*"})
            assert put.status_code in (404, 422), trick
            assert client.post("/flows", json=where).status_code == 404
            draft = {"document": json.loads(inside.read_text()), **where}
            assert client.post("/runs", json=draft).status_code == 404
        folders = {"document": json.loads(inside.read_text()), "directory": str(tmp_path)}
        assert client.post("/validation", json=folders).status_code == 404
        assert client.get("/folders/flows", params={"path": str(tmp_path)}).status_code == 404
    assert served.local.get("/folders/flow", params={"path": str(outside)}).status_code == 200


def test_only_flows_are_read_and_written(served: Served, tmp_path: Path) -> None:
    os.mkfifo(served.project / "pipe.flow")
    (served.project / "dir.flow").mkdir()
    (served.project / "secret.txt").write_text("x")
    (served.project / "latin.flow").write_bytes(b"\xff")
    for name in ("pipe.flow", "dir.flow", "secret.txt", "latin.flow"):
        assert served.local.get("/folders/flow", params={"path": str(served.project / name)}).status_code == 422, name
    for path in ("rows.flow", "", "/" + "x" * 300 + ".flow", "/nowhere/x.flow"):
        assert served.local.get("/folders/flow", params={"path": path}).status_code in (404, 422)


def test_a_flow_is_published_compared_and_activated(served: Served) -> None:
    path = served.flow()
    first = served.local.post("/flows", json={"path": str(path), "note": "one"})
    assert first.status_code == 201, first.text
    assert served.local.post("/flows", json={"path": str(path)}).status_code == 200
    flow_id = first.json()["revision"]["flow_id"]
    path.write_text(flow_text(path, "Better"))
    assert served.local.post("/flows", json={"path": str(path)}).json()["revision"]["number"] == 2
    base = f"/flows/{flow_id}"
    assert served.local.get("/flows").json()["items"][0]["name"] == "Better"
    page = served.local.get(f"{base}/revisions", params={"limit": 1}).json()
    assert ([one["number"] for one in page["items"]], page["next"]) == ([2], 2)
    assert served.local.get(f"{base}/revisions", params={"before": 2}).json()["items"][0]["note"] == "one"
    assert served.local.post(f"{base}/revisions/1/activate", json={}).json()["active_in"] == ["default"]
    assert served.local.get(f"{base}/revisions/2").json()["active_in"] == []
    differences = served.local.get(f"{base}/revisions/1/differences", params={"to": 2}).json()["items"]
    assert differences == [{"where": "flow", "what": differences[0]["what"]}]
    assert json.loads(served.local.get(f"{base}/revisions/2/document").json()["text"])["name"] == "Better"
    assert served.local.get(f"{base}/revisions/3").status_code == 404
    assert served.local.get("/flows/none").status_code == 404


def test_a_document_is_validated_and_its_columns_predicted(served: Served) -> None:
    (served.project / "bank.csv").write_text("payee,amount\nAda,1.5\n")
    flow: Any = read_flow(served.flow())
    flow.inputs = [FlowInput(name="month", default="2026-11")]
    flow.add("read.csv", "bank", params={"path": "bank.csv"})
    flow.add("code", "bad", source="def run(x: Table) -> Table:\n  oops(\n", inputs={"x": "bank.table"})
    body = {"document": json.loads(format_flow(flow)), "directory": str(served.project)}
    found = served.local.post("/validation", json=body).json()
    assert [column["name"] for column in found["schemas"]["bank"]["table"]] == ["payee", "amount"]
    assert {one["node"] for one in found["problems"] if one["severity"] == "error"} == {"bad"}
    assert found["ports"]["bank"]["outputs"][0]["kind"] == "table"
    del body["directory"]
    found = served.local.post("/validation", json=body).json()
    assert found["schemas"]["bank"]["table"] is None  # without a folder there is no file
    body["document"]["nodes"] = 7
    assert served.local.post("/validation", json=body).json()["code"] == "flow"


def test_components_and_plugins_are_listed(served: Served) -> None:
    items = served.local.get("/components").json()["items"]
    assert "read.csv" in {one["id"] for one in items}
    assert served.local.get("/components/read.csv").json()["params"]["properties"]["path"]
    missing = served.local.get("/components/read.cvs").json()
    assert (missing["status"], missing["cure"]) == (404, "Did you mean 'read.csv'?")
    plugins = served.local.get("/plugins").json()
    assert "builtin" in {one["name"] for one in plugins["items"]}
    assert served.local.post("/plugins/rescan").json() == plugins
    no_options = served.local.post("/components/read.csv/options", json={"field": "path", "params": {}})
    assert "offers no options" in no_options.json()["detail"]


def test_the_form_of_a_code_node_is_told_and_a_component_becomes_one(served: Served) -> None:
    flow: Any = read_flow(served.flow())
    flow.add("code", "keep", source="def run(*, least: float = 0.8) -> Json:\n    return least\n")
    flow.add("code", "filter", source=served.local.get("/components/table.filter/source").json()["source"])
    forms = served.local.post("/validation", json={"document": json.loads(format_flow(flow))}).json()["forms"]
    assert forms["keep"]["properties"] == {"least": {"type": "number", "default": 0.8}}
    assert forms["filter"]["required"] == ["condition"]


def test_settings_tell_no_secret(served: Served) -> None:
    shown = served.local.get("/settings")
    assert shown.json()["projects"] == [str(served.project)]
    assert str(served.app.settings.store) not in shown.text
    assert served.local.get("/invariants").json() == {"items": []}
