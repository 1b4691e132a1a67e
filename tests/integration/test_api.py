"""The API of a real `millrace serve`, over the network: a flow is run, followed and looked at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.address import running
from studio.flow import Flow, write_flow
from tests.cluster import QUICK, Millrace, wait_for
from tests.served import Served

SOURCE = """
import pandas as pd

def run(*, rows: int = 3, run: RunContext) -> Table:
    run.progress(0.5, "half")
    run.log("made by hand")
    return pd.DataFrame({"n": range(rows)})
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    environment = {
        **QUICK, "MILLRACE_WORKERS": "1", "MILLRACE_DRAIN_SECONDS": "2",
        "MILLRACE_API": "127.0.0.1:0", "MILLRACE_PROJECTS": str(tmp_path),
    }  # fmt: skip
    made = Served(Millrace(tmp_path / "home", environment))
    yield made
    if made.process is not None and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.communicate()


def follow(client: httpx.Client, run_id: str) -> list[dict[str, Any]]:
    """All events of a run, as they come."""
    with client.stream("GET", "/events", params={"run": run_id}) as answer:
        lines = [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines[:-1]]  # the last one is `end`


def test_a_flow_runs_through_the_api_and_is_followed(served: Served, tmp_path: Path) -> None:
    flow = Flow.new("Numbers")
    flow.add("code", "numbers", source=SOURCE)
    write_flow(flow, tmp_path / "numbers.flow")
    made = served.millrace("tokens", "new", "robot", "--scope", "read", "--scope", "run", "--expires", "1h")
    served.start()
    address = running(served.millrace.home)
    assert address is not None
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    with httpx.Client(base_url=f"http://{address.api}", headers=headers, timeout=60) as client:
        draft = {
            "document": json.loads((tmp_path / "numbers.flow").read_text()),
            "path": str(tmp_path / "numbers.flow"),
        }
        run_id = client.post("/runs", json=draft).json()["run_id"]
        events = follow(client, run_id)
        kinds = [event["kind"] for event in events]
        assert {"progress", "log", "step", "run"} == set(kinds)
        assert events[-1]["data"]["state"] == "succeeded"
        assert [event["data"]["rows"] for event in events if "rows" in event["data"]] == [{"table": 3}]
        page = client.post(f"/runs/{run_id}/steps/numbers/outputs/table/rows", json={}).json()
        assert page["rows"] == [[0], [1], [2]]
        metrics = client.get("/metrics").text
        assert 'millrace_runs_ended_total{state="succeeded"} 1.0' in metrics
        assert served.millrace("tokens", "revoke", "robot").returncode == 0
        assert client.get("/runs").status_code == 401
    assert served.ask("/version")["version"] == address.version
    assert "robot" in served.millrace("tokens", "list").stdout
    code, log = served.end()
    assert code == 0
    assert made.stdout.strip() not in log


def test_a_client_that_follows_does_not_keep_the_service_from_ending(served: Served) -> None:
    served.start()
    address = running(served.millrace.home)
    assert address is not None
    with (
        httpx.Client(transport=httpx.HTTPTransport(uds=address.socket), base_url="http://service") as client,
        client.stream("GET", "/events", timeout=60) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        served.tell(signal.SIGTERM)
        wait_for(lambda: served.process is not None and served.process.poll() is not None, what="the end")
    code, _ = served.end(None)
    assert code == 0


def test_the_service_loads_nothing_that_only_its_children_need() -> None:
    heavy = ("polars", "pyarrow", "pandas", "papermill", "distributed")
    program = f"import sys, scheduler.service; sys.exit(' '.join(name for name in {heavy} if name in sys.modules) or 0)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
