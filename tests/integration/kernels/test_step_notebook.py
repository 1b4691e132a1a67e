"""A node, compiled, executed in a real kernel and read back: compiler, runtime and engine together."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from studio.codenodes.parser import parse
from studio.compiler import compile_step
from studio.flow import Node
from studio.kernels.engine import Execution, execute
from studio.kernels.launcher import KernelLauncher, KernelRequest
from studio.manifest import ComponentManifest, PortManifest

from .conftest import printed

COMPONENT = '''
from typing import Annotated
from pydantic import Field
from studio import Outputs, Params, RunContext, Table, component

class SplitParams(Params):
    at: Annotated[float, Field(ge=0)] = 10

class Split(Outputs):
    small: Table
    big: Table

@component(id="test.split", name="Split")
def split(table: Table, params: SplitParams, *, run: RunContext) -> Split:
    """Split rows by amount."""
    run.log(f"splitting at {params.at}")
    return Split(small=table[table.amount < params.at], big=table[table.amount >= params.at])
'''


class Site:
    """A folder with a step file and what lies around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()

    def table(self, **columns: list[Any]) -> dict[str, Any]:
        path = self.folder / "input.arrow"
        table = pa.table(columns)
        with pa.ipc.new_file(str(path), table.schema) as writer:
            writer.write_table(table)
        return {"kind": "table", "frame": "pandas", "many": False,
                "files": [{"path": str(path), "format": "arrow", "name": ""}]}  # fmt: skip

    def step_file(self, settings: dict[str, Any], inputs: dict[str, Any], outputs: dict[str, str]) -> Path:
        path = self.folder / "step.json"
        path.write_text(
            json.dumps(
                {
                    "format": 1,
                    "run": "r",
                    "step": "s",
                    "node": "n",
                    "attempt": 1,
                    "idempotency_key": "r:s",
                    "directory": str(self.folder),
                    "bundle": "",
                    "scratch": str(self.scratch),
                    "table_format": "arrow",
                    "settings": settings,
                    "inputs": inputs,
                    "outputs": outputs,
                }
            )
        )
        return path

    def result(self, port: str) -> pa.Table:
        described = json.loads((self.scratch / "result.json").read_text())["outputs"][port]
        return pa.ipc.open_file(pa.memory_map(str(self.scratch / described["file"]))).read_all()

    def failure(self) -> dict[str, Any]:
        return dict(json.loads((self.scratch / "failure.json").read_text()))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def run_step(site: Site, launcher: KernelLauncher, notebook: dict[str, Any], step_file: Path) -> Execution:
    request = KernelRequest("python3", site.folder, {"PYTHONPATH": str(site.folder)})
    return execute(notebook, launcher=launcher, request=request, parameters={"step_file": str(step_file)})


def code_step(source: str, **params: Any) -> dict[str, Any]:
    node = Node(id="n", type="code", source=source.splitlines(), params=params)
    return compile_step(node, parse(node.code), flow_name="Test")


SOURCE = """
class Out(Outputs):
    good: Table
    note: Json

def run(orders: Table, *, floor: float = 0.8, ctx: RunContext) -> Out:
    ctx.progress(0.5, "half")
    print("rows", len(orders))
    good = orders[orders.amount > floor]
    return Out(good=good, note={"dropped": len(orders) - len(good)})
"""


def test_a_code_step_reads_its_inputs_and_writes_its_outputs(site: Site, launcher: KernelLauncher) -> None:
    inputs = {"orders": site.table(amount=[1, 5, 9])}
    step_file = site.step_file({"floor": 3}, inputs, {"good": "table", "note": "json"})
    done = run_step(site, launcher, code_step(SOURCE, floor=3), step_file)
    assert done.end == "completed", done.traceback
    assert site.result("good").to_pydict() == {"amount": [5, 9]}
    assert printed(done) == "rows 3\n"
    assert str(site.folder) not in json.dumps(done.notebook)


def test_a_component_step_calls_the_component_with_its_params_and_context(site: Site, launcher: KernelLauncher) -> None:
    (site.folder / "acme_split.py").write_text(COMPONENT)
    manifest = ComponentManifest(
        id="test.split", version=1, name="Split", category="Test", effect="pure", plugin="acme",
        distribution="acme 1", module="acme_split", qualname="split", context="run", params={"title": "SplitParams"},
        inputs=[PortManifest(name="table", kind="table", frame="pandas")],
        outputs=[PortManifest(name="small", kind="table"), PortManifest(name="big", kind="table")],
    )  # fmt: skip
    notebook = compile_step(Node(id="n", type="test.split"), manifest, flow_name="Test")
    inputs = {"table": site.table(amount=[1, 50])}
    step_file = site.step_file({"at": 7}, inputs, {"small": "table", "big": "table"})
    done = run_step(site, launcher, notebook, step_file)
    assert done.end == "completed", done.traceback
    assert site.result("small").to_pydict() == {"amount": [1]}
    assert site.result("big").to_pydict() == {"amount": [50]}
    assert "splitting at 7.0" in (site.scratch / "events.jsonl").read_text()


def test_an_error_in_the_source_names_its_line(site: Site, launcher: KernelLauncher) -> None:
    notebook = code_step("def run() -> Json:\n    x = 1\n    return x / 0")
    done = run_step(site, launcher, notebook, site.step_file({}, {}, {"json": "json"}))
    assert (done.end, done.ename) == ("error", "ZeroDivisionError")
    assert site.failure()["line"] == 3
    assert not (site.scratch / "result.json").exists()


def test_sys_exit_in_a_step_is_a_failure_of_the_step(site: Site, launcher: KernelLauncher) -> None:
    notebook = code_step("import sys\ndef run() -> Json:\n    sys.exit(0)")
    done = run_step(site, launcher, notebook, site.step_file({}, {}, {"json": "json"}))
    assert (done.end, done.ename) == ("error", "SystemExit")
    assert site.failure()["code"] == "exit"


def test_a_source_whose_names_are_the_notebooks_own_works(site: Site, launcher: KernelLauncher) -> None:
    source = "step = 5\nresult = 6\nopen_step = 7\n\ndef run() -> Json:\n    return [step, result, open_step]"
    done = run_step(site, launcher, code_step(source), site.step_file({}, {}, {"json": "json"}))
    assert done.end == "completed", done.traceback
    described = json.loads((site.scratch / "result.json").read_text())["outputs"]["json"]
    assert json.loads((site.scratch / described["file"]).read_text()) == [5, 6, 7]


def test_a_source_with_magics_runs(site: Site, launcher: KernelLauncher) -> None:
    node = Node(id="n", type="code", source=["%matplotlib inline", "def run() -> Json:", "    return 1"])
    notebook = compile_step(node, parse("def run() -> Json: ..."), flow_name="Test")
    done = run_step(site, launcher, notebook, site.step_file({}, {}, {"json": "json"}))
    assert done.end == "completed", done.traceback
