"""What planning and committing cost a step, and what a big table costs the dispatcher: with the in-process executor."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from studio.flow import Flow


def wide(steps: int) -> Flow:
    """Chains of ten steps side by side."""
    flow = Flow.new("Wide")
    for n in range(steps):
        if n % 10 == 0:
            flow.add("code", f"s{n}", source="def run() -> Json:\n    return 1\n")
        else:
            source = "def run(value: Json) -> Json:\n    return value + 1\n"
            flow.add("code", f"s{n}", source=source, inputs={"value": f"s{n - 1}.json"})
    return flow


def table(rows: int) -> Flow:
    """A table of `rows` rows that passes through three steps."""
    flow = Flow.new("Table")
    make = f"import polars as pl\ndef run() -> pl.DataFrame:\n    return pl.select(n=pl.int_range({rows}))\n"
    flow.add("code", "make", source=make)
    for name, before in (("one", "make"), ("two", "one")):
        source = "import polars as pl\ndef run(table: pl.DataFrame) -> pl.DataFrame:\n    return table\n"
        flow.add("code", name, source=source, inputs={"table": f"{before}.table"})
    return flow


def dispatch(flow: Flow, steps: int, executor: str) -> None:
    """Run it in this process; prints milliseconds a step and this process's peak memory in MB."""
    from studio.app import App

    with App.open() as app:
        view = app.run(flow, executor=executor)  # type: ignore[arg-type]
        assert view.ok
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(f"{1000 * app.dispatch_seconds / steps:.3f} {peak:.0f}")


def _apart(case: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks", "planning", "--case", case]
        done = subprocess.run(
            command, env={**os.environ, "MILLRACE_HOME": str(Path(home) / "home")}, capture_output=True, text=True
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    milliseconds, memory = done.stdout.split()[-2:]
    return float(milliseconds), float(memory)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks planning", description=__doc__)
    parser.add_argument("--case", default="")
    case = parser.parse_args(arguments).case
    if case.startswith("steps:"):
        count = int(case.removeprefix("steps:"))
        dispatch(wide(count), count, "in-process")
    elif case:
        dispatch(table(int(case.removeprefix("rows:"))), 3, "dask")
    else:
        for steps in (100, 1000):
            print(f"{steps} steps: {_apart(f'steps:{steps}')[0]:.2f} ms a step in the dispatcher", flush=True)
        small, large = _apart("rows:1000")[1], _apart("rows:10000000")[1]
        print(f"dispatcher's peak memory: {small:.0f} MB with 1,000 rows, {large:.0f} MB with 10,000,000")
