"""What a step costs on the whole way - dispatcher, Dask, kernel, artifacts, store - with the service warm.

Ratios are to plain papermill, called in sequence in one process, in the same run of the benchmark.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil

from benchmarks import flows, plain
from benchmarks.measure import Cost, cost_of, middle, tree_pss
from studio.app import App
from studio.dispatcher.dispatcher import Dispatcher
from studio.executors.dask_executor import DaskExecutor
from studio.executors.executor import Executor
from studio.flow import Flow, write_flow
from studio.kernels.launcher import KernelRequest
from studio.kernels.warm import WarmLauncher
from studio.settings import Settings

PANDAS = """
import pandas as pd

def run(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(n=table["n"] + 1)
"""
CLOCK = "import time\n\ndef run() -> Json:\n    return time.time_ns()\n"
QUIET_SECONDS = 3.0
"""Until spares are made and processes are idle."""


PLUGIN = """
from studio import Json, component, hookimpl

@component(id="bench.one", effect="pure")
def one() -> Json:
    return 1

@component(id="bench.add", effect="pure")
def add(value: Json) -> Json:
    return value + 1

@component(id="bench.sum", effect="pure")
def total(values: list[Json]) -> Json:
    return sum(values)

@hookimpl
def register_components():
    return [one, add, total]
"""
"""Components that do as little as the notebooks of plain papermill."""


def install_plugin(folder: Path) -> None:
    """As pip would, in a folder of its own that is on the path of all processes."""
    about = folder / "bench_components-1.dist-info"
    about.mkdir(parents=True)
    (folder / "bench_components.py").write_text(PLUGIN)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-components\nVersion: 1\n")
    (about / "RECORD").write_text("bench_components.py,,\n")
    (about / "entry_points.txt").write_text("[millrace]\nbench = bench_components\n")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def component_chain(folder: Path) -> Flow:
    """Twenty trivial component nodes in a row."""
    flow = Flow.new("Components")
    flow.add("bench.one", "s00")
    for n in range(1, 20):
        flow.add("bench.add", f"s{n:02}", inputs={"value": f"s{n - 1:02}.json"})
    return flow


def component_fan(folder: Path) -> Flow:
    """One to a hundred to one, of trivial component nodes."""
    flow = Flow.new("Component fan")
    flow.add("bench.one", "start")
    for n in range(100):
        flow.add("bench.add", f"s{n:02}", inputs={"value": "start.json"})
    flow.add("bench.sum", "total")
    for n in range(100):
        flow.connect(f"s{n:02}.json", "total.values")
    return flow


def filter_chain(folder: Path) -> Flow:
    """A small CSV file, and nineteen filters of its rows."""
    return _table_chain(folder, "table.filter", params={"condition": "n > 0"})


def pandas_chain(folder: Path) -> Flow:
    """A small CSV file, and nineteen code nodes that change a pandas frame."""
    return _table_chain(folder, "code", source=PANDAS)


def _table_chain(folder: Path, kind: str, **fields: Any) -> Flow:
    (folder / "small.csv").write_text(plain.SMALL)
    flow = Flow.new(f"Chain of {kind}")
    flow.add("read.csv", "s00", params={"path": str(folder / "small.csv")})
    for n in range(1, 20):
        flow.add(kind, f"s{n:02}", inputs={"table": f"s{n - 1:02}.table"}, **fields)
    return flow


@dataclass(frozen=True)
class Case:
    """A flow of ours, what plain papermill does in its place, how many steps it has, and what we mean to reach."""

    name: str
    flow: Callable[[Path], Flow]
    plain: Callable[[Path], list[str]]
    steps: int
    wall: float
    cpu: float


CASES = [
    Case("chain of 20, components", component_chain, plain.chain, 20, 0.07, 0.12),
    Case("1 -> 100 -> 1, components", component_fan, plain.fan, 102, 0.05, 0.10),
    Case("chain of 20, filters", filter_chain, plain.polars_chain, 20, 0.07, 0.12),
    Case("chain of 20, code nodes", flows.chain, plain.chain, 20, 0.10, 0.22),
    Case("chain of 20, pandas code", pandas_chain, plain.pandas_chain, 20, 0.10, 0.11),
    Case("1 -> 100 -> 1, code nodes", flows.fan, plain.fan, 102, 0.07, 0.20),
    Case("data flow, 1M rows", flows.data, plain.data, 7, 0.25, 0.40),
]


class Service:
    """Everything that is warm between runs: dispatcher, Dask cluster, kernel servers."""

    def __init__(self, app: App, dispatcher: Dispatcher, executor: Executor) -> None:
        self.app, self.dispatcher, self.executor = app, dispatcher, executor

    def run(self, flow: Flow, folder: Path) -> Any:
        made = self.app.run_maker.make(flow, folder / "bench.flow", {}, fresh=True)
        self.dispatcher.run(made)
        view = self.app.view(made.id)
        if not view.ok:
            raise SystemExit(f"{flow.name}: {view.run.failure}")
        return view


@contextmanager
def service(home: Path) -> Iterator[Service]:
    with App.open(Settings.from_environment({**os.environ, "MILLRACE_HOME": str(home)})) as app:
        (home / "project").mkdir()
        wake = threading.Event()
        executor = app.executor("dask", wake.set, 2, None)
        dispatcher = app.dispatcher(executor, wake)
        try:
            made = Service(app, dispatcher, executor)
            for name in ("a", "b", "c", "d"):  # each worker is warm, and has imported what it needs
                flow = Flow.new(name)
                flow.add("code", "a", source=CLOCK)
                flow.add("code", "b", source=CLOCK)
                made.run(flow, home / "project")
            time.sleep(QUIET_SECONDS)
            yield made
        finally:
            executor.close()


def measure(case: Case, warm: Service, folder: Path) -> Cost:
    """One run of ours."""
    flow = case.flow(folder)
    write_flow(flow, folder / "bench.flow")
    me = psutil.Process()
    cpu, begun = _tree_cpu(me), time.perf_counter()
    with tree_pss(me) as peak:
        warm.run(flow, folder)
        wall = time.perf_counter() - begun
    memory = peak.stop()
    time.sleep(0.3)  # the last guards are still busy
    return Cost(wall, _tree_cpu(me) - cpu - peak.cpu, memory)


def _tree_cpu(root: psutil.Process) -> float:
    """CPU seconds of the process, all its descendants, and those that they have waited for."""
    total = 0.0
    for one in [root, *root.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def first_line(warm: Service, folder: Path, runs: int) -> tuple[float, float]:
    """Milliseconds from a run's being made, and from its submission, to the first line of a code node."""
    made, submitted = [], []
    for _ in range(runs):
        flow = Flow.new("First line")
        flow.add("code", "a", source=CLOCK)
        write_flow(flow, folder / "bench.flow")
        begun = time.time_ns()
        view = warm.run(flow, folder)
        line = view.value("a", "json")
        line = int(line)
        made.append((line - begun) / 1e6)
        attempt = warm.app.store.attempts.of(view.run.id)[0]
        submitted.append(line / 1e6 - attempt.submitted / 1e3)
        time.sleep(0.5)
    return statistics.median(made), statistics.median(submitted)


@contextmanager
def no_spares(warm: Service) -> Iterator[None]:
    """The workers as they are in a burst that has taken the spare kernels."""
    _set_up_again(warm, spares=0)
    yield
    _set_up_again(warm, spares=None)


def _set_up_again(warm: Service, spares: int | None) -> None:
    executor = cast(DaskExecutor, warm.executor)
    assert executor._client is not None
    plugin = copy(executor._plugin)
    plugin.spares, plugin.idempotent = spares, False
    executor._client.register_plugin(plugin)


SLEEPER = """
import os, time
from pathlib import Path

def run() -> Json:
    Path("pid").write_text(str(os.getpid()))
    time.sleep(600)
    return 1
"""


def kill(runs: int) -> float:
    """Milliseconds from the order to kill a kernel to the end of all its processes, on the worker."""
    launcher = WarmLauncher(spares=1)
    took = []
    for _ in range(runs):
        kernel = launcher.launch(KernelRequest("python3", Path.cwd()))
        time.sleep(0.3)
        begun = time.perf_counter()
        kernel.kill()
        took.append(1000 * (time.perf_counter() - begun))
        kernel.close()
    launcher.close()
    return statistics.median(took)


def cancel(folder: Path, home: Path, runs: int) -> float:
    """Milliseconds from the start of the command `millrace runs cancel` to the end of the step's kernel."""
    flow = Flow.new("Sleeper")
    flow.add("code", "a", source=SLEEPER)
    write_flow(flow, folder / "sleeper.flow")
    command = [sys.executable, "-m", "studio.cli.main"]
    environment = {**os.environ, "MILLRACE_HOME": str(home / "cancelled")}
    took = []
    for _ in range(runs):
        (folder / "pid").unlink(missing_ok=True)
        run = subprocess.Popen([*command, "run", "sleeper.flow", "--json"], cwd=folder, env=environment,
                               stdout=subprocess.DEVNULL)  # fmt: skip
        while not (folder / "pid").exists() or not (folder / "pid").read_text():
            time.sleep(0.05)
        time.sleep(1)
        pid = int((folder / "pid").read_text())
        begun = time.perf_counter()
        ended = subprocess.Popen([*command, "runs", "cancel", "latest"], env=environment, stdout=subprocess.DEVNULL)
        while psutil.pid_exists(pid):
            time.sleep(0.001)
        took.append(1000 * (time.perf_counter() - begun))
        ended.wait()
        run.wait()
    return statistics.median(took)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks kernels", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median is printed")
    parser.add_argument("--only", default="", help="part of a case's name")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as site:
        install_plugin(Path(site))
        _measure_all(Path(home), options)


def _measure_all(home: Path, options: argparse.Namespace) -> None:
    with service(home) as warm:
        idle = _idle()
        print(f"idle service: {idle / 1e6:.0f} MB PSS")
        made, submitted = first_line(warm, home / "project", 9)
        print(
            f"first line of user code: {made:.0f} ms after the run was asked for, {submitted:.0f} ms after submission"
        )
        with no_spares(warm):
            first_line(warm, home / "project", 4)  # the templates are made anew
            made, submitted = first_line(warm, home / "project", 9)
            print(f"without a spare: {made:.0f} and {submitted:.0f} ms")
        ended = cancel(home / "project", home, 3)
        print(
            f"from an order to cancel to the kernel's death: {kill(9):.0f} ms on the worker, {ended:.0f} ms by command"
        )
        print(f"{'':26} {'wall s':>13} {'CPU s':>13} {'a step: ms, CPU ms':>19} {'peak MB':>9}   ratio: wall, CPU")
        for case in CASES:
            if options.only in case.name:
                _print(case, warm, options.runs, idle)


def _idle() -> int:
    with tree_pss(psutil.Process()) as peak:
        time.sleep(1)
    return peak.stop()


def _print(case: Case, warm: Service, runs: int, idle: int) -> None:
    ours, theirs = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if case.flow is flows.data:
                plain.make_data(folder)
            ours.append(measure(case, warm, folder))
            theirs.append(cost_of(case.plain(folder), cwd=Path.cwd(), environment={}))
    mine, other = middle(ours), middle(theirs)
    print(
        f"{case.name:26} {mine.wall:5.2f} / {other.wall:5.1f} {mine.cpu:5.2f} / {other.cpu:5.1f}"
        f" {1000 * mine.wall / case.steps:9.0f} {1000 * mine.cpu / case.steps:9.0f}"
        f" {(mine.memory - idle) / 1e6:4.0f}/{other.memory / 1e6:4.0f}"
        f"   {mine.wall / other.wall:.3f} (<= {case.wall:.2f}), {mine.cpu / other.cpu:.3f} (<= {case.cpu:.2f})",
        flush=True,
    )
