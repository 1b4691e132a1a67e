"""The dispatcher over a real store and real steps: leases, epochs, losses, and trouble that passes."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.app import App
from studio.dispatcher.dispatcher import Dispatcher, Pace
from studio.exceptions import FlowError, LeaseLost
from studio.executors.in_process import InProcessExecutor
from studio.flow import Flow
from studio.planner import Plan
from studio.run import AttemptState
from studio.store.attempts import Attempt
from studio.store.runs import Run
from studio.store.store import Store
from tests.cluster import wait_for

HANGS_ONCE = """
import time
from pathlib import Path

def run(*, it: RunContext) -> Json:
    Path("started").touch()
    while it.attempt == 1 and not Path("gate").exists():
        time.sleep(0.01)
    return it.attempt
"""


def created(app: App, flow: Flow) -> Run:
    """The run as `App.run` makes it, without a dispatcher yet."""
    return app.run_maker.make(flow, Path.cwd() / "test.flow", {})


def dispatcher(app: App, store: Store, owner: str, **pace: float) -> Dispatcher:
    return Dispatcher(
        store, app.root, app.run_maker.plan_of, owner=owner, environment="test", pace=Pace(poll=0.02, **pace)
    )


def attempt_states(store: Store, run: Run) -> list[AttemptState]:
    found: list[Attempt] = store.attempts.of(run.id)
    return [attempt.state for attempt in found]


class Background:
    """A dispatcher in a thread, and how it ended."""

    def __init__(self, dispatcher: Dispatcher, run: Run) -> None:
        self.error: BaseException | None = None
        self.executor = InProcessExecutor(dispatcher.wake.set)
        self._thread = threading.Thread(target=self._run, args=(dispatcher, run))
        self._thread.start()

    def _run(self, dispatcher: Dispatcher, run: Run) -> None:
        try:
            dispatcher.run(run, self.executor)
        except LeaseLost as error:
            self.error = error

    def join(self) -> None:
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()
        self.executor.close()


@pytest.fixture
def later(app: App) -> Iterator[Store]:
    """The same store, seen by somebody whose clock is an hour ahead: every lease has run out."""
    with Store.open(app.settings.store, now=lambda: time.time_ns() // 1000 + 3_600_000_000) as store:
        yield store


def test_a_dispatcher_whose_run_was_taken_cannot_commit_even_under_the_same_name(app: App, later: Store) -> None:
    """Only the epoch tells the two apart."""
    flow = Flow.new("Taken")
    flow.add("code", "one", source=HANGS_ONCE)
    run = created(app, flow)
    first = Background(dispatcher(app, app.store, app.owner), run)
    wait_for(Path("started").exists, what="the first attempt")
    (taken,) = later.runs.claim(app.owner, 30, 1, run_id=run.id)
    Path("gate").touch()
    first.join()
    assert isinstance(first.error, LeaseLost)
    assert app.view(run.id).step("one").state == "running"
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, later, app.owner).run(taken, executor)
    executor.close()
    events = app.store.events.of(run.id)
    assert [event.data["state"] for event in events if event.kind == "step"].count("succeeded") == 1
    assert attempt_states(app.store, run) == [AttemptState.SUCCEEDED]


def test_a_step_that_must_not_repeat_becomes_unknown_when_it_is_lost(app: App, later: Store) -> None:
    flow = Flow.new("Once")
    flow.add("code", "one", source=HANGS_ONCE, execution={"repeat": "never"})
    run = created(app, flow)
    first = Background(dispatcher(app, app.store, app.owner), run)
    wait_for(Path("started").exists, what="the attempt")
    (taken,) = later.runs.claim("second", 30, 1, run_id=run.id)
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, later, "second", lost=0.2, check=0.1).run(taken, executor)
    executor.close()
    Path("gate").touch()
    first.join()
    view = app.view(run.id)
    assert (view.run.state, view.step("one").state) == ("failed", "unknown")
    assert view.run.failure is not None
    assert view.run.failure.cure


def test_a_store_that_is_locked_for_a_while_only_delays_the_run(app: App) -> None:
    flow = Flow.new("Locked")
    flow.add("code", "one", source=HANGS_ONCE)
    run = created(app, flow)
    with Store.open(app.settings.store, busy_seconds=0.05) as impatient:
        going = Background(dispatcher(app, impatient, app.owner, check=0.1), run)
        wait_for(Path("started").exists, what="the attempt")
        path = app.settings.store.removeprefix("sqlite:///")
        with sqlite3.connect(path, isolation_level=None) as connection:
            connection.execute("begin immediate")
            Path("gate").touch()
            wait_for(lambda: list(Path(app.settings.artifacts).glob("runs/*/one/1.json")), what="the manifest")
            time.sleep(0.3)  # the lock itself is the event: let some of the dispatcher's turns run into it
            connection.execute("rollback")
        going.join()
    assert going.error is None
    assert app.view(run.id).ok


def test_a_run_whose_plugin_has_gone_fails_with_the_cure(app: App) -> None:
    flow = Flow.new("Gone")
    flow.add("code", "one", source=HANGS_ONCE)
    run = created(app, flow)

    def without_plugin(run: Run) -> Plan:
        raise FlowError("There is no component 'gone.component'.", cure="Install the package that publishes it.")

    executor = InProcessExecutor(lambda: None)
    Dispatcher(app.store, app.root, without_plugin, owner=app.owner, environment="test").run(run, executor)
    executor.close()
    failed = app.store.runs.get(run.id)
    assert failed.state == "failed"
    assert failed.failure is not None
    assert "gone.component" in failed.failure.message


def test_a_step_that_loses_every_worker_fails_after_three(app: App, later: Store) -> None:
    """Each attempt is started, as by a worker that died at once, and never heard of again."""
    flow = Flow.new("Cursed")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    run = created(app, flow)

    class Dying(InProcessExecutor):
        def submit(self, order: Any) -> None:
            from studio.artifacts.attempts import start_attempt

            start_attempt(app.root, order.run, order.step, order.attempt, "dead", "dead")

    executor = Dying(lambda: None)
    dispatcher(app, app.store, app.owner, lost=0.2, check=0.1, unstarted=0.1).run(run, executor)
    executor.close()
    assert attempt_states(app.store, run) == [AttemptState.LOST] * 3
    assert app.view(run.id).run.state == "failed"


def test_planning_goes_on_from_what_the_store_knows(app: App, later: Store) -> None:
    """A run whose first step was committed by one dispatcher is finished by another, which runs only the second."""
    flow = Flow.new("Two")
    source = "from pathlib import Path\ndef run() -> Json:\n    Path('a').touch()\n    return 1\n"
    flow.add("code", "a", source=source)
    flow.add("code", "b", source=HANGS_ONCE.replace("run(*,", "run(a: Json, *,"), inputs={"a": "a.json"})
    run = created(app, flow)
    first = Background(dispatcher(app, app.store, app.owner), run)
    wait_for(Path("started").exists, what="the second step")
    Path("a").unlink()
    (taken,) = later.runs.claim("second", 30, 1, run_id=run.id)
    Path("gate").touch()
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, later, "second", lost=5, check=0.1).run(taken, executor)
    executor.close()
    first.join()
    assert app.view(run.id).ok
    assert not Path("a").exists()
