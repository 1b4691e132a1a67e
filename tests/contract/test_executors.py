"""What every executor must do: the same flows over each, seen through the application."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from studio.app import App
from studio.executors.dask_worker import NICE
from studio.flow import Flow, FlowInput
from studio.run import StepState
from studio.run_view import RunView

ONE = "def run() -> Json:\n    return 1\n"
ADD = "def run(value: Json, *, more: int = 1) -> Json:\n    return value + more\n"


@pytest.fixture(params=["in-process", "dask"])
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "in-process":
        return {"executor": "in-process"}
    return {"executor": "dask", "dask": request.getfixturevalue("dask")}


def flow(**sources: str) -> Flow:
    made = Flow.new("Test")
    for id, source in sources.items():
        made.add("code", id, source=source)
    return made


def states(view: RunView) -> dict[str, str]:
    return {step.path: str(step.state) for step in view.steps}


def test_values_pass_from_step_to_step(app: App, options: dict[str, Any]) -> None:
    made = flow(a=ONE, b=ADD, c=ADD)
    made.connect("a.json", "b.value")
    made.connect("b.json", "c.value")
    view = app.run(made, **options)
    assert view.ok
    assert view.value("c", "json") == 3


def test_several_outputs_and_many_inputs_keep_their_order(app: App, options: dict[str, Any]) -> None:
    pair = "class Pair(Outputs):\n    x: Json\n    y: Json\n\ndef run() -> Pair:\n    return Pair(x='x', y='y')\n"
    made = flow(pair=pair, join="def run(all: list[Json]) -> Json:\n    return ''.join(all)\n")
    made.connect("pair.y", "join.all")
    made.connect("pair.x", "join.all")
    assert app.run(made, **options).value("join", "json") == "xy"


def test_a_table_keeps_its_types_between_frames(app: App, options: dict[str, Any]) -> None:
    made = flow(
        a="import polars as pl\ndef run() -> pl.LazyFrame:\n"
        "    return pl.LazyFrame({'n': [1, None], 't': ['ä', '']})\n",
        b="def run(table: Table) -> Table:\n    return table.assign(n=table.n + 1)\n",
    )
    made.connect("a.table", "b.table")
    view = app.run(made, **options)
    assert view.ok, view.to_json()
    assert view.artifact("b", "table").columns == [{"name": "n", "type": "int64"}, {"name": "t", "type": "text"}]
    assert view.value("b", frame="arrow").to_pydict() == {"n": [2, None], "t": ["ä", ""]}


def test_a_failed_step_names_its_line_and_skips_what_follows(app: App, options: dict[str, Any]) -> None:
    bad = "def run() -> Json:\n    value = {}\n    return value['missing']\n"
    made = flow(a=bad, b=ADD)
    made.connect("a.json", "b.value")
    view = app.run(made, **options)
    assert states(view) == {"a": "failed", "b": "skipped"}
    failure = view.step("a").failure
    assert failure is not None
    assert (failure.node, failure.line) == ("a", 3)
    assert "missing" in failure.message
    assert view.run.failure == failure


def test_a_user_error_keeps_its_words_and_its_cure(app: App, options: dict[str, Any]) -> None:
    made = flow(a="from studio import UserError\ndef run() -> Json:\n    raise UserError('No.', cure='Ask again.')\n")
    failure = app.run(made, **options).step("a").failure
    assert failure is not None
    assert (failure.message, failure.cure) == ("No.", "Ask again.")


def test_sys_exit_is_no_success(app: App, options: dict[str, Any]) -> None:
    view = app.run(flow(a="import sys\ndef run() -> Json:\n    sys.exit(0)\n"), **options)
    assert states(view) == {"a": "failed"}


def test_what_a_step_prints_and_logs_is_in_its_log(app: App, options: dict[str, Any]) -> None:
    source = "def run(*, it: RunContext) -> Json:\n    print('printed')\n    it.log('logged')\n    return 1\n"
    view = app.run(flow(a=source), **options)
    log = list(app.records.log(view.run.id, "a"))
    assert "printed" in log
    assert any("logged" in line for line in log)


def test_progress_and_log_lines_become_events_of_the_run(app: App, options: dict[str, Any]) -> None:
    source = "def run(*, it: RunContext) -> Json:\n    it.progress(0.5, 'half')\n    it.log('hello')\n    return 1\n"
    seen: list[Any] = []
    app.run(flow(a=source), on_event=seen.append, **options)
    told = {event.kind: event.data for event in seen}
    assert told["progress"] == {"fraction": 0.5, "message": "half"}
    assert told["log"] == {"text": "hello"}
    assert [event.seq for event in seen] == sorted({event.seq for event in seen})


def test_a_retryable_failure_is_tried_again_and_the_key_stays_the_same(app: App, options: dict[str, Any]) -> None:
    source = """
from pathlib import Path
from studio import UserError

def run(*, it: RunContext) -> Json:
    with Path("keys").open("a") as file:
        file.write(it.idempotency_key + "\\n")
    if it.attempt == 1:
        raise UserError("Not yet.", retryable=True)
    return it.attempt
"""
    made = Flow.new("Retry")
    made.add("code", "a", source=source, execution={"retry": {"times": 1, "wait": 0.05}})
    view = app.run(made, **options)
    assert view.ok, view.to_json()
    assert view.value("a", "json") == 2
    first, second = Path("keys").read_text().split()
    assert first == second


def test_a_pure_step_is_reused_and_says_which_run_made_it(app: App, options: dict[str, Any]) -> None:
    made = Flow.new("Pure")
    made.add("code", "a", source=ONE, execution={"effect": "pure"})
    first = app.run(made, **options)
    second = app.run(made, **options)
    third = app.run(made, fresh=True, **options)
    assert second.step("a").state is StepState.REUSED
    assert second.step("a").reused_run == first.run.id
    assert third.step("a").state is StepState.SUCCEEDED


def test_a_failure_edge_runs_its_handler_and_saves_the_run(app: App, options: dict[str, Any]) -> None:
    made = flow(a="def run() -> Json:\n    raise ValueError('x')\n", alarm=ONE, rest=ONE)
    made.connect("a", "alarm", when="failure")
    made.connect("a", "rest")
    view = app.run(made, **options)
    assert states(view) == {"a": "failed", "alarm": "succeeded", "rest": "skipped"}
    assert view.ok


def test_a_retry_keeps_what_succeeded(app: App, options: dict[str, Any]) -> None:
    source = "from pathlib import Path\ndef run(value: Json) -> Json:\n    return int(Path('n').read_text()) + value\n"
    made = flow(a=ONE, b=source)
    made.connect("a.json", "b.value")
    failed = app.run(made, **options)
    assert states(failed) == {"a": "succeeded", "b": "failed"}
    Path("n").write_text("41")
    view = app.retry(failed.run.id, **options)
    assert states(view) == {"a": "reused", "b": "succeeded"}
    assert view.value("b", "json") == 42
    assert view.run.origin_run == failed.run.id


def test_only_what_a_node_needs_runs_with_to(app: App, options: dict[str, Any]) -> None:
    made = flow(a=ONE, b=ADD, c=ADD)
    made.connect("a.json", "b.value")
    made.connect("b.json", "c.value")
    assert states(app.run(made, to="b", **options)) == {"a": "succeeded", "b": "succeeded"}


def test_steps_with_nothing_between_them_run_side_by_side_on_dask(app: App, dask: str) -> None:
    """Each waits for the other's file; one after the other they would wait in vain."""
    source = """
import time
from pathlib import Path

def run(*, mine: str, other: str) -> Json:
    Path(mine).touch()
    end = time.monotonic() + 60
    while not Path(other).exists():
        assert time.monotonic() < end, "alone"
        time.sleep(0.02)
    return 1
"""
    made = Flow.new("Parallel")
    made.add("code", "a", source=source, params={"mine": "a", "other": "b"})
    made.add("code", "b", source=source, params={"mine": "b", "other": "a"})
    assert app.run(made, dask=dask).ok


def test_steps_give_way_to_the_service_on_its_own_computer_and_not_on_a_cluster(app: App, dask: str) -> None:
    made = flow(a="import os\n\ndef run() -> Json:\n    return os.getpriority(os.PRIO_PROCESS, 0)\n")
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert app.run(made, workers=1).value("a", "json") == max(usual, NICE)
    assert app.run(made, dask=dask, fresh=True).value("a", "json") == usual


def test_a_cancel_kills_the_kernel_and_ends_the_run(app: App, dask: str) -> None:
    source = "import time\nfrom pathlib import Path\ndef run() -> Json:\n    Path('on').touch()\n    time.sleep(600)\n"

    def cancel_when_running(event: Any) -> None:
        if event.kind == "step" and event.data["state"] == "running":
            app.cancel("latest")

    made = flow(a=source, b=ADD)
    made.connect("a.json", "b.value")
    view = app.run(made, dask=dask, on_event=cancel_when_running)
    assert view.run.state == "cancelled"
    assert states(view) == {"a": "cancelled", "b": "cancelled"}
    assert app.store.attempts.of(view.run.id)[0].log, "the attempt was given up, not killed: it has left no manifest"


def test_a_notebook_file_is_a_node_whose_parameters_cell_is_its_form(app: App, options: dict[str, Any]) -> None:
    cells = [
        nbformat.v4.new_code_cell("month = '2026-01'\nout = 'none'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("from pathlib import Path\nPath(out).write_text(month)\nprint('month', month)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), "close.ipynb")
    made = Flow.new("Notebook")
    made.inputs.append(FlowInput(name="month"))
    made.add("notebook", "close", path="close.ipynb", params={"month": {"$input": "month"}, "out": "closed"})
    view = app.run(made, inputs={"month": "2026-10"}, **options)
    assert view.ok, view.run.failure
    assert Path("closed").read_text() == "2026-10"
    assert b"month 2026-10" in app.records.notebook(view.run.id, "close")


def test_a_notebook_that_fails_fails_its_step(app: App, options: dict[str, Any]) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), "bad.ipynb")
    made = Flow.new("Notebook")
    made.add("notebook", "bad", path="bad.ipynb")
    failure = app.run(made, **options).step("bad").failure
    assert failure is not None
    assert "ZeroDivisionError" in failure.message


def test_plots_and_rich_display_land_in_the_notebook(app: App, dask: str) -> None:
    source = """
from IPython.display import HTML, display
import matplotlib.pyplot as plt

def run() -> Figure:
    display(HTML("<b>bold</b>"))
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    plt.show()
    return figure
"""
    view = app.run(flow(a=source), dask=dask)
    assert view.ok, view.run.failure
    notebook = nbformat.reads(app.records.notebook(view.run.id, "a").decode(), as_version=4)
    shown = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert {"text/html", "image/png"} <= shown
    assert view.artifact("a", "figure").format == "png"
