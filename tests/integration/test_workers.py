"""Workers that share nothing with the dispatcher but the artifact root: a folder, or a bucket."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from studio.app import App
from studio.flow import Flow, write_flow
from studio.settings import Settings
from tests.cluster import dask_processes

GATE = """
import time
from pathlib import Path

def run(*, gate: str, it: RunContext) -> Json:
    it.log("running")
    while not Path(gate).exists():
        time.sleep(0.02)
    return 1
"""

TABLE = """
import polars as pl
from prices import PRICES

def run(start: Json) -> pl.DataFrame:
    more = pl.read_csv("data/more.csv")
    return pl.concat([pl.DataFrame({"price": PRICES}), more])
"""

DOUBLE = "def run(table: Table) -> Table:\n    return table * 2\n"


@pytest.fixture(params=["folder", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The settings that say where artifacts lie."""
    if request.param == "folder":
        return {"MILLRACE_ARTIFACTS": str(tmp_path / "artifacts")}
    bucket, endpoint = request.getfixturevalue("s3_bucket")
    return {
        "MILLRACE_ARTIFACTS": f"s3://{bucket}/artifacts",
        "MILLRACE_ARTIFACTS_OPTIONS": json.dumps({"endpoint_url": endpoint}),
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a module and a data file, which a run carries along."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "prices.py").write_text("PRICES = [1, 2]\n")
    (folder / "data" / "more.csv").write_text("price\n3\n")
    flow = Flow.new("Far away")
    flow.files.append("data/*.csv")
    flow.add("code", "gate", source=GATE, params={"gate": str(tmp_path / "gate")})
    flow.add("code", "table", source=TABLE, inputs={"start": "gate.json"})
    flow.add("code", "double", source=DOUBLE, inputs={"table": "table.table"})
    write_flow(flow, folder / "far.flow")
    return folder


def test_a_run_reaches_workers_without_its_project_folder(tmp_path: Path, project: Path, root: dict[str, str]) -> None:
    (tmp_path / "cluster").mkdir()

    def remove_project_once_running(event: Any) -> None:
        if event.kind == "log":
            shutil.rmtree(project)
            (tmp_path / "gate").touch()

    settings = Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "home"), **root})
    with dask_processes(tmp_path / "cluster") as cluster, App.open(settings) as app:
        view = app.run(project / "far.flow", dask=cluster.address, on_event=remove_project_once_running)
        assert view.ok, str(view.run.failure) + "".join(app.records.log(view.run.id))
        assert view.value("double").price.tolist() == [2, 4, 6]
        table = view.artifact("double", "table")
        assert table.format == ("parquet" if "s3" in settings.artifacts else "arrow")
        assert [row["price"] for row in app.records.rows(table, 1, 3).to_pylist()] == [4, 6]
        assert b"PRICES" in app.records.notebook(view.run.id, "table")
