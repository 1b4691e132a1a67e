"""What concerns files: the places of contents paths, examples, and steps opened as notebooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from scheduler.presence import running
from studio.flow import Flow, write_flow
from tests.cluster import QUICK, Millrace
from tests.jupyter import Jupyter, ended, run_flow
from tests.served import Served

MAKE = """
import pandas as pd

def run(*, rows: int = 3) -> Table:
    return pd.DataFrame({"n": range(rows)})
"""
BREAK = """
from helping import double

def run(table: pd.DataFrame, *, factor: int) -> Json:
    if Path("marker").exists():
        raise ValueError("never here")
    return {"sum": int(double(table["n"]).sum()) * factor, "here": str(Path.cwd())}
"""


@pytest.fixture
def project(jupyter: Jupyter) -> Path:
    """A folder below Jupyter's with a module that a flow uses."""
    folder = jupyter.root / "pro ject"
    folder.mkdir(exist_ok=True)
    (folder / "helping.py").write_text("def double(value):\n    return value * 2\n")
    return folder


def flow() -> Flow:
    made = Flow.new("Opened")
    made.add("code", "make", source=MAKE, params={"rows": 4})
    made.add("code", "broken", source="from pathlib import Path\n" + BREAK, params={"factor": 5})
    made.connect("make.table", "broken.table")
    return made


def executed(path: Path) -> list[Any]:
    """The outputs of a notebook's cells, run by a plain kernel from top to bottom."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def test_a_contents_path_has_a_place_on_this_machine(jupyter: Jupyter, client: httpx.Client, project: Path) -> None:
    for path in ("pro ject/a.flow", "/pro ject/a.flow", "RTC:pro ject/a.flow", "pro ject/../pro ject/a.flow"):
        told = client.post("paths", json={"path": path}).json()
        expected = {"folder": str(project), "file": str(project / "a.flow"), "inside": "pro ject/a.flow"}
        assert told == expected


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("../outside.flow", 404, "below Jupyter's folder"),
        ("RTC:../outside.flow", 404, "below Jupyter's folder"),
        ("a/../../outside.flow", 404, "below Jupyter's folder"),
        (".hidden/a.flow", 404, "below Jupyter's folder"),
        ("a\0b.flow", 404, "below Jupyter's folder"),
        ("GoogleDrive:a.flow", 422, "drive 'GoogleDrive'"),
        ("s3:bucket/a.flow", 422, "drive 's3'"),
    ],
)
def test_what_has_no_place_is_refused(
    jupyter: Jupyter, client: httpx.Client, path: str, status: int, words: str
) -> None:
    (jupyter.root / ".hidden").mkdir(exist_ok=True)
    refused = client.post("paths", json={"path": path})
    assert (refused.status_code, words in refused.json()["detail"]) == (status, True)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"path": 1}', b'{"path": "a", "more": "b"}'])
def test_a_request_that_is_none_is_refused(client: httpx.Client, body: bytes) -> None:
    assert client.post("paths", content=body).status_code == 422


def test_files_that_are_no_files_have_no_place(tmp_path: Path) -> None:
    manager = "--ServerApp.contents_manager_class=tests.jupyter_classes.Elsewhere"
    made = Jupyter(tmp_path, None, manager)
    try:
        with made.client() as client:
            for path, body in (("paths", {"path": "a.flow"}), ("examples", {})):
                refused = client.post(path, json=body)
                assert refused.status_code == 422
                assert "keeps its files elsewhere (Elsewhere)" in refused.json()["detail"]
    finally:
        made.close()


def test_examples_are_copied_once_and_changes_stay(jupyter: Jupyter, client: httpx.Client) -> None:
    told = client.post("examples").json()
    assert told["folder"] == "millrace-examples"
    assert "millrace-examples/reconcile/reconcile.flow" in told["items"]
    changed, removed = (
        jupyter.root / told["folder"] / name for name in ("reconcile/reconcile.flow", "orders/prices.csv")
    )
    changed.write_text("mine")
    removed.unlink()
    assert client.post("examples").json() == told
    assert changed.read_text() == "mine"
    assert removed.exists()
    for item in told["items"]:
        assert client.get(f"{jupyter.url}api/contents/{item}", params={"content": "0"}).status_code == 200


def test_a_step_opens_as_a_notebook_that_runs_with_its_real_inputs(
    jupyter: Jupyter, client: httpx.Client, project: Path
) -> None:
    run_id = run_flow(client, flow(), project / "opened.flow")
    assert ended(client, run_id) == "succeeded"
    told = client.post("scratch", json={"run": run_id, "step": "broken"})
    assert told.status_code == 200, told.text
    path = jupyter.root / told.json()["path"]
    assert path.parent == project / "millrace-scratch"
    assert client.get(f"{jupyter.url}api/contents/{told.json()['path']}").json()["type"] == "notebook"
    given, shown, *_ = executed(path)
    assert given == []
    assert "4 rows x 1" in shown[0]["data"]["text/plain"] or "3" in shown[0]["data"]["text/plain"]
    (result,) = (project / "millrace-scratch").glob("broken-*/outputs/result.json")
    value = json.loads((result.parent / json.loads(result.read_text())["outputs"]["json"]["file"]).read_text())
    assert value == {"sum": 60, "here": str(project)}


def test_a_failed_step_opens_and_what_a_person_changes_there_stays(
    jupyter: Jupyter, client: httpx.Client, project: Path
) -> None:
    (project / "marker").touch()
    run_id = run_flow(client, flow(), project / "opened.flow", fresh=True)
    assert ended(client, run_id) == "failed"
    asked = {"run": run_id, "step": "broken"}
    path = jupyter.root / client.post("scratch", json=asked).json()["path"]
    (project / "marker").unlink()
    assert len(executed(path)) == 5
    path.write_text(path.read_text().replace("never here", "mine"))
    assert jupyter.root / client.post("scratch", json=asked).json()["path"] == path
    assert "mine" in path.read_text()


def test_a_component_opens_as_a_notebook(jupyter: Jupyter, client: httpx.Client, project: Path) -> None:
    made = Flow.new("Sorted")
    made.add("code", "make", source=MAKE)
    made.add("table.sort", "sort", params={"by": [{"column": "n", "order": "descending"}]})
    made.connect("make.table", "sort.table")
    run_id = run_flow(client, made, project / "sorted.flow")
    assert ended(client, run_id) == "succeeded"
    path = jupyter.root / client.post("scratch", json={"run": run_id, "step": "sort"}).json()["path"]
    assert len(executed(path)) == 3


def test_a_step_that_is_not_there_is_said_so(client: httpx.Client) -> None:
    run_id = client.get("api/runs").json()["items"][0]["run_id"]
    for run, step, status in ((run_id, "nothing", 404), ("../../health", "x", 404), (run_id, "../../cancel", 404)):
        assert client.post("scratch", json={"run": run, "step": step}).status_code == status


def test_a_step_of_a_service_elsewhere_brings_its_inputs_and_modules_along(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "helping.py").write_text("def double(value):\n    return value * 2\n")
    environment = {**QUICK, "MILLRACE_WORKERS": "1", "MILLRACE_API": "127.0.0.1:0", "MILLRACE_PROJECTS": str(there)}
    served = Served(Millrace(tmp_path / "served", environment))
    token = served.millrace("tokens", "new", "lab", "--scope", "admin").stdout.strip()
    served.start()
    address = running(served.millrace.home)
    assert address is not None
    secret = {"MILLRACE_URL": f"http://{address.api}", "MILLRACE_TOKEN": token}
    made = Jupyter(tmp_path / "here", secret)
    try:
        with made.client() as client:
            write_flow(flow(), there / "opened.flow")
            run_id = run_flow(client, flow(), there / "opened.flow")
            assert ended(client, run_id) == "succeeded"
            opened = client.get(f"api/runs/{run_id}/steps/broken/opened").json()
            assert (opened["directory"], opened["bundle_folder"]) == ("", "")
            assert [one["file"] for one in opened["inputs"]["table"]["values"]] == [""]
            told = client.get("service").json()
            assert (told["state"], told["kind"], told["outlives"]) == ("ready", "address", True)
            path = made.root / client.post("scratch", json={"run": run_id, "step": "broken"}).json()["path"]
            assert path.parent == made.root / "millrace-scratch"
            client.post(f"{made.url}api/kernels").raise_for_status()
            children = psutil.Process(made.process.pid).children()
            assert children
            assert not any("MILLRACE_TOKEN" in child.environ() for child in children)
            served.end()
            there.rename(tmp_path / "gone")  # what the notebook needs is here
            executed(path)
            (result,) = path.parent.glob("broken-*/outputs/result.json")
            assert '"json"' in result.read_text()
            gone = client.get("api/runs")
            assert gone.status_code == 503
            window = made.stream()
            while window.next("service")["service"]["state"] != "down":
                pass
            window.close()
        assert not (made.home / "service.json").exists()
        assert token not in made.log
        assert token not in Path(f"/proc/{made.process.pid}/cmdline").read_text()
    finally:
        made.close()
        if served.process is not None and served.process.poll() is None:
            served.kill()
