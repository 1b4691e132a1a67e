"""Three flows, by Millrace and by plain papermill called in sequence; the same results are required of both."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import plain
from benchmarks.measure import Cost, cost_of, middle
from studio.flow import Flow, write_flow

STEP = "def run(value: Json) -> Json:\n    return value + 1\n"
START = "def run() -> Json:\n    return 1\n"
SUM = "def run(values: list[Json]) -> Json:\n    return sum(values)\n"


@dataclass(frozen=True)
class Case:
    """One flow: how both contenders do it, and where its result is."""

    name: str
    flow: Callable[[Path], Flow]
    plain: Callable[[Path], list[str]]
    result: tuple[str, str]


def chain(folder: Path) -> Flow:
    """Twenty trivial code nodes in a row."""
    flow = Flow.new("Chain")
    flow.add("code", "s00", source=START)
    for n in range(1, 20):
        flow.add("code", f"s{n:02}", source=STEP, inputs={"value": f"s{n - 1:02}.json"})
    return flow


def fan(folder: Path) -> Flow:
    """One to a hundred to one."""
    flow = Flow.new("Fan")
    flow.add("code", "start", source=START)
    for n in range(100):
        flow.add("code", f"s{n:02}", source=STEP, inputs={"value": "start.json"})
    flow.add("code", "total", source=SUM)
    for n in range(100):
        flow.connect(f"s{n:02}.json", "total.values")
    return flow


def data(folder: Path) -> Flow:
    """Read 1M x 8, filter, join with 100k, group, write, report."""
    flow = Flow.new("Data")
    flow.add("read.csv", "orders", params={"path": str(folder / "orders.csv")})
    flow.add("read.parquet", "customers", params={"path": str(folder / "customers.parquet")})
    flow.add("table.filter", "big", params={"condition": "amount > 500"}, inputs={"table": "orders.table"})
    flow.add(
        "table.join",
        "joined",
        params={"left_on": ["customer"], "right_on": ["customer"]},
        inputs={"left": "big.table", "right": "customers.table"},
    )
    flow.add(
        "table.aggregate",
        "totals",
        params={
            "by": ["region"],
            "measures": [{"column": "amount", "function": "sum", "name": "amount"}],
        },
        inputs={"table": "joined.matched"},
    )
    flow.add("write.csv", "file", params={"path": str(folder / "out.csv")}, inputs={"table": "totals.table"})
    flow.add("report.html", "report", params={"title": "Totals"}, inputs={"tables": "totals.table"})
    return flow


CASES = [
    Case("chain of 20", chain, plain.chain, ("s19", "json")),
    Case("1 -> 100 -> 1", fan, plain.fan, ("total", "json")),
    Case("data flow, 1M rows", data, plain.data, ("totals", "table")),
]


def measure(case: Case, folder: Path) -> tuple[Cost, Cost]:
    """One run of each; the folder is new."""
    if case.flow is data:
        plain.make_data(folder)
    write_flow(case.flow(folder), folder / "bench.flow")
    environment = {"MILLRACE_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "studio.cli.main", "run", "bench.flow", "--json"]
    ours = cost_of(command, cwd=folder, environment=environment)
    theirs = cost_of(case.plain(folder), cwd=folder, environment={})
    _compare(case, folder, environment)
    return ours, theirs


def _compare(case: Case, folder: Path, environment: dict[str, str]) -> None:
    node, port = case.result
    command = [sys.executable, "-m", "studio.cli.main", "artifact", "latest", node, port]
    target = folder / "result"
    cost_of([*command, "--format", "json", "-o", str(target)], cwd=folder, environment=environment)
    ours, theirs = json.loads(target.read_text()), json.loads((folder / "plain.json").read_text())
    if plain.comparable(ours) != plain.comparable(theirs):
        raise SystemExit(f"{case.name}: the results differ: {str(ours)[:200]} and {str(theirs)[:200]}")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks flows", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median is printed")
    parser.add_argument("--only", default="", help="part of a case's name")
    options = parser.parse_args(arguments)
    print(f"{'':20} {'wall s':>15} {'CPU s':>15} {'peak MB':>15}   ratio to papermill: wall, CPU, memory")
    for case in CASES:
        if options.only in case.name:
            _print(case, options.runs)


def _print(case: Case, runs: int) -> None:
    pairs = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            pairs.append(measure(case, Path(folder)))
    ours, theirs = middle([pair[0] for pair in pairs]), middle([pair[1] for pair in pairs])
    print(
        f"{case.name:20} {ours.wall:6.1f} / {theirs.wall:6.1f} {ours.cpu:6.1f} / {theirs.cpu:6.1f}"
        f" {ours.memory / 1e6:6.0f} / {theirs.memory / 1e6:6.0f}"
        f"   {ours.wall / theirs.wall:.2f}, {ours.cpu / theirs.cpu:.2f}, {ours.memory / theirs.memory:.2f}",
        flush=True,
    )
