"""Services that count how often a step was executed, and what is asked of them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from studio.flow import Flow, write_flow
from studio.store.triggers import Tick
from tests.cluster import wait_for
from tests.served import Served

SECOND = 1_000_000
COUNTED = """
from pathlib import Path

def run(*, here: str, run: RunContext) -> Json:
    with (Path(here) / "executions").open("a") as file:
        file.write(f"{run.run_id}\\n")
    return 1
"""
UNHURRIED = COUNTED.replace("return 1", "import time; time.sleep(0.3); return 1")
HANGING = """
import os, time
from pathlib import Path

def run(*, here: str, run: RunContext) -> Json:
    with (Path(here) / "executions").open("a") as file:
        file.write(f"{run.run_id}\\n")
    while not (Path(here) / "gate").exists():
        time.sleep(0.02)
    return 1
"""


def publish(served: Served, folder: Path, source: str, effect: str = "") -> None:
    flow = Flow.new("Counted")
    flow.add("code", "one", source=source, params={"here": str(folder)}, execution={"effect": effect} if effect else {})
    write_flow(flow, folder / "counted.flow")
    done = served.millrace("publish", "counted.flow", cwd=folder)
    assert done.returncode == 0, done.stderr


def add_trigger(served: Served, name: str, *options: str) -> None:
    added = served.millrace("triggers", "add", "Counted", "--name", name, *options)
    assert added.returncode == 0, added.stderr


def executions(folder: Path) -> Counter[str]:
    """Run -> how often its step was executed."""
    path = folder / "executions"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def all_ticks(served: Served) -> list[list[Tick]]:
    with served.store() as store:
        return [store.triggers.ticks(one.id, 10_000)[::-1] for one in store.triggers.of()]


def wait_for_ticks(served: Served, count: int) -> None:
    wait_for(lambda: len(all_ticks(served)[0]) >= count, what=f"{count} due times")


def pause_all(served: Served) -> None:
    with served.store() as store:
        for one in store.triggers.of():
            store.triggers.change(one, paused="enough")


def ended(served: Served) -> bool:
    return set(served.states()) <= {"succeeded", "failed", "cancelled"}


def owners_of_ended(served: Served) -> set[str | None]:
    with served.store() as store:
        return {run.owner for run in store.history.page(10_000).items if run.state.ended}


def breaches(served: Served) -> list[Any]:
    with served.store() as store:
        return store.invariants.breaches()


def assert_nothing_is_lost(served: Served) -> None:
    """Every due second of each trigger has its one run, and all of them have succeeded."""
    for ticks in all_ticks(served):
        assert {later.fire - earlier.fire for earlier, later in pairwise(ticks)} <= {SECOND}
        assert all(tick.run_id for tick in ticks)
    assert set(served.states()) == {"succeeded"}
    assert len(served.states()) == sum(map(len, all_ticks(served)))
    assert breaches(served) == []
