"""Runs of a trigger that go on where the last successful one ended."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from scheduler.cron_triggers import CronTriggers
from scheduler.ticker import Ticker
from studio.app import App
from studio.exceptions import UserError
from studio.executors.in_process import InProcessExecutor
from studio.flow import Flow, FlowInput, write_flow
from studio.store.triggers import Trigger
from studio.trigger import CronTrigger, Cursor, Schedule

SECOND = 1_000_000
COUNT = """
from pathlib import Path

def run(*, since: int) -> Json:
    if Path("broken").exists():
        raise UserError("It is broken.", cure="Wait.")
    return since + 1
"""
CURSOR = Cursor(input="since", of="count.json")


def publish(app: App, source: str = COUNT) -> None:
    flow = Flow.new("Count")
    flow.id = "f_count"
    flow.inputs = [FlowInput(name="since", type="integer", default=0)]
    flow.add("code", "count", source=source, params={"since": {"$input": "since"}})
    write_flow(flow, Path("count.flow"))
    app.publish("count.flow")


def add(app: App, **settings: Any) -> Trigger:
    wanted = CronTrigger(schedule=Schedule(every=60), **{"cursor": CURSOR, **settings})
    return CronTriggers(app.store, "Ada").add(app.known_flow("Count"), "often", wanted, "default")


def drive_all(app: App) -> None:
    """Drive queued runs to their ends, one after another."""
    wake = threading.Event()
    executor = InProcessExecutor(wake.set)
    while claimed := app.store.leases.claim(app.owner, 60):
        for run in claimed:
            app.dispatcher(executor, wake).run(run)
    executor.close()


def results(app: App) -> list[tuple[str, int, Any]]:
    """State, input and output of all runs, the first one first."""
    views = [app.view(run.id) for run in reversed(app.runs(100).items)]
    return [(view.run.state.value, view.run.inputs["since"], view.ok and view.value("count", "json")) for view in views]


def test_each_run_has_what_the_last_success_left_also_if_it_was_queued_before_that_ended(app: App) -> None:
    publish(app)
    made = add(app, missed="all")
    app.store.triggers.change(made, next_fire=app.store.now() // (60 * SECOND) * 60 * SECOND - 240 * SECOND)
    Ticker(app.store).tick()
    drive_all(app)
    assert results(app)[:4] == [("succeeded", 0, 1), ("succeeded", 1, 2), ("succeeded", 2, 3), ("succeeded", 3, 4)]


def test_a_failed_run_moves_no_cursor_and_its_retry_does(app: App) -> None:
    publish(app)
    triggers, made = CronTriggers(app.store, "Ada"), add(app)
    triggers.fire(made)
    drive_all(app)
    Path("broken").touch()
    failed = triggers.fire(made)
    drive_all(app)
    Path("broken").unlink()
    triggers.fire(made)
    drive_all(app)
    assert results(app) == [("succeeded", 0, 1), ("failed", 1, False), ("succeeded", 1, 2)]
    retried = app.retry(failed.id, executor="in-process")
    assert (retried.run.inputs, retried.value("count", "json")) == ({"since": 1}, 2)
    triggers.fire(made)
    drive_all(app)
    assert results(app)[-1] == ("succeeded", 2, 3)
    assert retried.run.trigger_id == made.id


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def run(*, since: int) -> Text:\n    return 'x'\n", "has left no count.json"),
        ("def run(*, since: int) -> Json:\n    return 'soon'\n", "since"),
    ],
)
def test_what_the_last_success_left_and_does_not_fit_fails_the_next_run_with_the_reason(
    app: App, source: str, said: str
) -> None:
    publish(app, source)
    triggers, made = CronTriggers(app.store, "Ada"), add(app)
    for _ in range(2):
        triggers.fire(made)
        drive_all(app)
    latest = app.view("latest").run
    assert latest.state == "failed"
    assert latest.failure is not None
    assert said in latest.failure.message
    assert latest.failure.cure


@pytest.mark.parametrize(
    "settings",
    [
        {"cursor": Cursor(input="until", of="count.json")},
        {"cursor": Cursor(input="since", of="sum.json")},
        {"overlap": "allow", "parallel": 2},
    ],
)
def test_a_cursor_that_cannot_work_is_refused_when_it_is_made(app: App, settings: dict[str, Any]) -> None:
    publish(app)
    with pytest.raises(UserError) as caught:
        add(app, **settings)
    assert caught.value.cure
