"""The dispatcher over a real store and real steps: leases, epochs, losses, and trouble that passes."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.app import App, ExecutorName
from studio.artifacts.attempts import read_started, start_attempt, write_manifest
from studio.dispatcher.delivery import Delivery
from studio.dispatcher.dispatcher import Dispatcher
from studio.dispatcher.driver import Driver, Pace
from studio.exceptions import ExecutorError, FlowError, LeaseLost, StoreError, UserError
from studio.executors.executor import AttemptKey, Executor, Report
from studio.executors.in_process import InProcessExecutor
from studio.flow import Flow
from studio.manifest import AttemptManifest
from studio.order import Order
from studio.planner import Plan
from studio.run import AttemptState
from studio.store.attempts import Attempt
from studio.store.leases import Places
from studio.store.runs import Run
from studio.store.steps import Step
from studio.store.store import Store
from studio.vault.delivery import refuse_to_seal
from tests.cluster import wait_for

NO_CREDENTIALS = Delivery(lambda *_: {}, lambda type: [], refuse_to_seal)

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


def dispatcher(
    app: App,
    store: Store,
    owner: str,
    executor: Executor | None = None,
    plan_of: Callable[[Run], Plan] | None = None,
    wake: threading.Event | None = None,
    **pace: float,
) -> Dispatcher:
    wake = wake or threading.Event()
    driver = Driver(
        store,
        app.root,
        plan_of or app.run_maker.plan_of,
        executor or InProcessExecutor(wake.set),
        owner=owner,
        environment="test",
        memory=None,
        pace=Pace(**{"poll": 0.02, **pace}),
        delivery=NO_CREDENTIALS,
    )
    return Dispatcher(driver, wake)


def attempt_states(store: Store, run: Run) -> list[AttemptState]:
    found: list[Attempt] = store.attempts.of(run.id)
    return [attempt.state for attempt in found]


class Background:
    """A dispatcher in a thread, and how it ended."""

    def __init__(self, dispatcher: Dispatcher, run: Run) -> None:
        self.error: BaseException | None = None
        self.executor = dispatcher.driver.executor
        self._thread = threading.Thread(target=self._run, args=(dispatcher, run))
        self._thread.start()

    def _run(self, dispatcher: Dispatcher, run: Run) -> None:
        try:
            dispatcher.run(run)
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
    taken = later.leases.claim_one(app.owner, 30, run.id)
    assert taken is not None
    Path("gate").touch()
    first.join()
    assert isinstance(first.error, LeaseLost)
    assert app.view(run.id).step("one").state in ("submitted", "running"), "the first dispatcher has committed"
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, later, app.owner, executor).run(taken)
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
    taken = later.leases.claim_one("second", 30, run.id)
    assert taken is not None
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, later, "second", executor, lost=0.2, check=0.1).run(taken)
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
    dispatcher(app, app.store, app.owner, executor, without_plugin).run(run)
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
    dispatcher(app, app.store, app.owner, executor, lost=0.2, check=0.1, unstarted=0.1).run(run)
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
    taken = later.leases.claim_one("second", 30, run.id)
    assert taken is not None
    Path("gate").touch()
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, later, "second", executor, lost=5, check=0.1).run(taken)
    executor.close()
    first.join()
    assert app.view(run.id).ok
    assert not Path("a").exists()


# Executors that fail in one way ---------------------------------------------------------------------------------------


class Hollow:
    """Takes orders, runs nothing, and reports what it is told to."""

    slots = 1

    def __init__(self, told: Callable[[AttemptKey], list[Report]] = lambda key: []) -> None:
        self.taken: list[AttemptKey] = []
        self.killed: list[AttemptKey] = []
        self.news: list[Report] = []
        self._told = told

    def submit(self, order: Order) -> None:
        key = AttemptKey(order.run, order.step, order.attempt)
        self.taken.append(key)
        self.news.extend(self._told(key))

    def cancel(self, key: AttemptKey) -> None:
        self.killed.append(key)

    def reports(self) -> list[Report]:
        news, self.news = self.news, []
        return news

    def close(self) -> None:
        """Nothing runs."""


def one_step(source: str = "def run() -> Json:\n    return 1\n", **fields: Any) -> Flow:
    flow = Flow.new("One")
    flow.add("code", "one", source=source, **fields)
    return flow


def manifest_of(key: AttemptKey, state: Any) -> AttemptManifest:
    return AttemptManifest(
        run=key.run, step=key.step, attempt=key.attempt, execution="e", state=state, started=1, ended=2
    )


# What attempts leave --------------------------------------------------------------------------------------------------


def test_a_step_in_this_process_may_take_longer_than_silence_may(app: App) -> None:
    run = created(app, one_step("import time\ndef run() -> Json:\n    time.sleep(1)\n    return 1\n"))
    going = Background(dispatcher(app, app.store, app.owner, lost=0.2, check=0.05), run)
    going.join()
    assert attempt_states(app.store, run) == [AttemptState.SUCCEEDED]


def test_a_manifest_that_cannot_be_read_fails_its_step_and_not_the_dispatcher(app: App) -> None:
    run = created(app, one_step())

    def damaged(key: AttemptKey) -> list[Report]:
        app.root.write_exclusive(f"runs/{key.run}/{key.step}/{key.attempt}.json", b"{")
        return [Report("ended", key)]

    dispatcher(app, app.store, app.owner, Hollow(damaged)).run(run)
    failure = app.view(run.id).step("one").failure
    assert failure is not None
    assert "damaged" in failure.message


def test_an_order_that_cannot_be_written_fails_its_step_and_not_the_dispatcher(app: App) -> None:
    run = created(app, one_step())

    def plan_of(run: Run) -> Plan:
        plan = app.run_maker.plan_of(run)
        step = plan.steps["one"]
        limits = step.node.execution.model_copy(update={"memory": "lots"})
        return replace(plan, steps={"one": replace(step, node=step.node.model_copy(update={"execution": limits}))})

    dispatcher(app, app.store, app.owner, Hollow(), plan_of).run(run)
    failure = app.view(run.id).step("one").failure
    assert failure is not None
    assert "lots" in failure.message
    assert app.view(run.id).run.state == "failed"


def test_what_a_second_task_of_an_attempt_says_does_not_hide_the_failure_of_the_first(app: App) -> None:
    run = created(app, one_step())
    failed = {"failure": {"code": "artifact", "message": "The disk is full."}}

    def twice(key: AttemptKey) -> list[Report]:
        return [Report("ended", key, failed), Report("ended", key, {"already_started": True})]

    dispatcher(app, app.store, app.owner, Hollow(twice)).run(run)
    failure = app.view(run.id).step("one").failure
    assert failure is not None
    assert failure.message == "The disk is full."


def test_an_end_that_cannot_be_committed_now_is_committed_later(app: App) -> None:
    """The step is not begun again, and is not waited for: its task has gone, and says nothing a second time."""
    run = created(app, one_step())
    failed = {"failure": {"code": "artifact", "message": "The disk is full."}}
    turns: list[str] = []
    url = app.settings.store
    lock = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    with closing(lock), Store.open(url, busy_seconds=0.05) as store:

        def ended_and_locked(key: AttemptKey) -> list[Report]:
            lock.execute("begin immediate")
            return [Report("ended", key, failed)]

        def unlock() -> None:
            turns.append("turn")
            if len(turns) == 3:
                lock.execute("rollback")

        executor = Hollow(ended_and_locked)
        dispatcher(app, store, app.owner, executor).run(run, unlock)
    failure = app.view(run.id).step("one").failure
    assert failure is not None
    assert failure.message == "The disk is full."
    assert len(executor.taken) == 1


def test_a_task_that_still_waits_finds_the_attempt_taken_once_it_was_given_up(app: App) -> None:
    run = created(app, one_step())
    executor = Hollow(lambda key: [Report("ended", key, {"error": "KeyError: 'millrace'"})])
    dispatcher(app, app.store, app.owner, executor, check=0.02).run(run)
    assert app.view(run.id).run.state == "failed"
    assert len(executor.taken) == 3
    assert read_started(app.root, run.id, "one", 1) is not None


def test_tasks_that_are_out_of_sight_do_not_fail_their_step_however_often(app: App) -> None:
    """Each time the connection to the cluster breaks, all waiting tasks are."""
    run = created(app, one_step())

    class Fickle(InProcessExecutor):
        taken = 0

        def submit(self, order: Order) -> None:
            self.taken += 1
            if self.taken > 4:
                super().submit(order)
            else:
                key = AttemptKey(order.run, order.step, order.attempt)
                self._send(Report("ended", key, {"gone": "the task was cancelled"}))

    executor = Fickle(lambda: None)
    dispatcher(app, app.store, app.owner, executor, check=0.02).run(run)
    executor.close()
    assert app.view(run.id).ok


def test_no_order_carries_the_previews_of_its_inputs(app: App) -> None:
    """A thousand wide tables' previews would fill the dispatcher's memory, and the scheduler's."""
    flow = one_step("import pandas as pd\ndef run() -> Table:\n    return pd.DataFrame({'n': [1]})\n")
    flow.add("code", "two", source="def run(x: Table) -> Table:\n    return x\n", inputs={"x": "one.table"})
    run = created(app, flow)
    orders: list[Order] = []

    class Listening(InProcessExecutor):
        def submit(self, order: Order) -> None:
            orders.append(order)
            super().submit(order)

    executor = Listening(lambda: None)
    dispatcher(app, app.store, app.owner, executor).run(run)
    executor.close()
    assert orders[1].inputs["x"].artifacts[0].preview is None
    assert app.view(run.id).artifact("one", "table").preview == [[1]]


# Trouble that passes --------------------------------------------------------------------------------------------------


def test_a_plan_that_cannot_be_made_now_is_made_later(app: App) -> None:
    run = created(app, one_step())
    troubles = [StoreError("The store is locked.", retryable=True)]

    def plan_of(run: Run) -> Plan:
        if troubles:
            raise troubles.pop()
        return app.run_maker.plan_of(run)

    executor = InProcessExecutor(lambda: None)
    dispatcher(app, app.store, app.owner, executor, plan_of).run(run)
    executor.close()
    assert app.view(run.id).ok


def test_an_attempt_is_not_submitted_again_at_every_turn_of_trouble(app: App) -> None:
    run = created(app, one_step())

    class Troubled(InProcessExecutor):
        turns = 0
        taken = 0

        def submit(self, order: Order) -> None:
            self.taken += 1
            if self.turns > 5:
                super().submit(order)
            else:
                self.order = order

        def reports(self) -> list[Report]:
            self.turns += 1
            if 1 < self.turns < 5:
                raise StoreError("The disk is full.", retryable=True)
            if self.turns == 5:
                super().submit(self.order)
            return super().reports()

    executor = Troubled(lambda: None)
    dispatcher(app, app.store, app.owner, executor).run(run)
    executor.close()
    assert executor.taken == 1


def test_a_dispatcher_that_stood_still_does_not_hold_it_against_its_steps(app: App) -> None:
    """It was stopped, say, and their beats are still on their way when it wakes."""
    run = created(app, one_step(HANGS_ONCE))

    class Mute(InProcessExecutor):
        def reports(self) -> list[Report]:
            return [report for report in super().reports() if report.kind != "beat"]

    turns: list[str] = []

    def stand_still_once() -> None:
        if app.view(run.id).step("one").state == "running":
            turns.append("still")
            if len(turns) == 1:
                time.sleep(1.5)  # longer than `lost`: what is tested
            else:
                Path("gate").touch()

    executor = Mute(lambda: None)
    dispatcher(app, app.store, app.owner, executor, lost=1, check=0.02).run(run, stand_still_once)
    executor.close()
    assert attempt_states(app.store, run) == [AttemptState.SUCCEEDED]


def test_a_run_that_has_ended_is_left_as_it_is(app: App) -> None:
    """The answer to the last commit may have been lost."""
    run = created(app, one_step())
    executor = InProcessExecutor(lambda: None)
    dispatcher(app, app.store, app.owner, executor).run(run)
    dispatcher(app, app.store, app.owner, executor).run(run)
    executor.close()
    assert app.view(run.id).ok


# Cancel ---------------------------------------------------------------------------------------------------------------


def left_when_submitted(app: App, flow: Flow) -> Run:
    """A run whose dispatcher has gone once an attempt was submitted, which nobody has started."""
    run = created(app, flow)

    def leave_when_submitted() -> None:
        if attempt_states(app.store, run):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        dispatcher(app, app.store, app.owner, Hollow()).run(run, leave_when_submitted)
    return run


def test_a_run_that_is_taken_up_to_be_cancelled_submits_nothing(app: App) -> None:
    run = left_when_submitted(app, one_step())
    app.cancel(run.id)
    executor = Hollow()
    dispatcher(app, app.store, app.owner, executor).run(run)
    assert executor.taken == []
    assert app.view(run.id).run.state == "cancelled"
    assert attempt_states(app.store, run) == [AttemptState.CANCELLED]


def test_a_step_that_was_cancelled_for_a_former_dispatcher_is_cancelled_and_not_lost(app: App) -> None:
    run = left_when_submitted(app, one_step(execution={"repeat": "never"}))
    key = AttemptKey(run.id, "one", 1)
    app.cancel(run.id)
    start_attempt(app.root, *key, "e", "worker")
    write_manifest(app.root, manifest_of(key, "cancelled"))
    executor = Hollow()
    executor.news.append(Report("ended", key))
    dispatcher(app, app.store, app.owner, executor).run(run)
    assert app.view(run.id).step("one").state == "cancelled"
    assert attempt_states(app.store, run) == [AttemptState.CANCELLED]


def test_an_attempt_is_killed_again_until_it_ends(app: App) -> None:
    """The first kill may find it started and not yet killable."""
    run = created(app, one_step())

    def started(key: AttemptKey) -> list[Report]:
        start_attempt(app.root, *key, "e", "worker")
        app.cancel(key.run)
        return [Report("started", key, {"execution": "e", "worker": "worker"})]

    class Deaf(Hollow):
        def cancel(self, key: AttemptKey) -> None:
            super().cancel(key)
            if len(self.killed) == 2:
                write_manifest(app.root, manifest_of(key, "cancelled"))

    executor = Deaf(started)
    dispatcher(app, app.store, app.owner, executor, check=0.02, farewell=60).run(run)
    assert app.view(run.id).step("one").state == "cancelled"


# The application ------------------------------------------------------------------------------------------------------


def test_a_run_that_finds_no_cluster_fails_at_once(app: App) -> None:
    with pytest.raises(ExecutorError):
        app.run(one_step(), dask="tcp://127.0.0.1:1")
    view = app.view("latest")
    assert (view.run.state, view.step("one").state) == ("failed", "cancelled")
    assert view.run.failure is not None
    assert view.run.failure.cure


def test_an_interrupt_while_the_cluster_starts_cancels_the_run(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    make = app.executor

    def interrupted(name: ExecutorName, *arguments: Any) -> Executor:
        if name == "dask":
            raise KeyboardInterrupt
        return make(name, *arguments)

    monkeypatch.setattr(app, "executor", interrupted)
    with pytest.raises(KeyboardInterrupt):
        app.run(one_step())
    assert app.view("latest").run.state == "cancelled"


def test_an_interrupt_after_the_end_changes_nothing(app: App) -> None:
    def interrupt_at_the_end(event: Any) -> None:
        if event.kind == "run" and event.data["state"] == "succeeded":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        app.run(one_step(), executor="in-process", on_event=interrupt_at_the_end)
    assert app.view("latest").ok


def test_a_run_that_was_left_may_be_resumed_at_once(app: App) -> None:
    def leave(event: Any) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        app.run(one_step(), executor="in-process", on_event=leave)
    with App.open(app.settings) as other:
        assert other.resume("latest", executor="in-process").ok


def test_every_event_is_handed_on_however_many_come_at_once(app: App) -> None:
    run = created(app, one_step())
    with app.store.owned(run.id, app.owner, run.epoch) as owned:
        for number in range(9000):
            owned.append_event("progress", "one", message=str(number))
    app.store.leases.release(run.id, app.owner, run.epoch)
    seen: list[Any] = []
    app.resume(run.id, executor="in-process", on_event=seen.append)
    assert len(seen) > 9000
    assert seen[-1].data["state"] == "succeeded"


def test_a_run_of_another_flow_is_no_beginning(app: App) -> None:
    first = app.run(one_step(), executor="in-process")
    with pytest.raises(UserError, match="another flow"):
        app.run(one_step(), from_="one", run_id=first.run.id, executor="in-process")
    with pytest.raises(UserError, match="go together"):
        app.run(one_step(), from_="one", executor="in-process")
    with pytest.raises(UserError, match="go together"):
        app.run(one_step(), run_id=first.run.id, executor="in-process")


def test_a_flow_may_have_any_name(app: App) -> None:
    """A name is no path: the run and its retry work in the project folder."""
    flow = one_step("from pathlib import Path\ndef run() -> Text:\n    return str(Path.cwd())\n")
    flow.name = "Sales/EU"
    first = app.run(flow, executor="in-process")
    again = app.retry(first.run.id, from_="one", executor="in-process")
    assert first.run.directory == again.run.directory == str(Path.cwd())
    assert app.store.flows.get(flow.id).path.endswith(".flow")


def test_a_step_that_reuses_another_nodes_result_shows_that_ones_notebook(app: App) -> None:
    source = "def run() -> Json:\n    return 1\n"
    flow = Flow.new("Twins")
    flow.add("code", "a", source=source, execution={"effect": "pure"})
    assert app.run(flow, executor="in-process").ok
    flow.add("code", "b", source=source, execution={"effect": "pure"})
    view = app.run(flow, executor="in-process")
    assert view.step("b").state == "reused"
    assert app.records.notebook(view.run.id, "b") == app.records.notebook(view.run.id, "a")


def test_a_result_that_is_forgotten_after_it_was_found_is_made_anew(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = Flow.new("Pure")
    flow.add("code", "a", source="def run() -> Json:\n    return 1\n", execution={"effect": "pure"})
    first = app.run(flow, executor="in-process")
    look = app.store.steps.reusable

    def look_and_lose(key: str) -> Step | None:
        found = look(key)
        assert found is not None
        app.store.retention.forget([first.run.id])
        return found

    monkeypatch.setattr(app.store.steps, "reusable", look_and_lose)
    assert app.run(flow, executor="in-process").step("a").state == "succeeded"


def test_a_retry_runs_what_follows_a_step_whose_result_is_gone(app: App) -> None:
    flow = one_step()
    flow.add("code", "two", source="def run(x: Json) -> Json:\n    return x\n", inputs={"x": "one.json"})
    flow.add("code", "bad", source="def run() -> Json:\n    return 1 / 0\n")
    first = app.run(flow, executor="in-process")
    (Path(app.settings.artifacts) / first.artifact("one", "json").path).unlink()
    view = app.retry(first.run.id, executor="in-process")
    assert {step.path: str(step.state) for step in view.steps} == {
        "one": "succeeded", "two": "succeeded", "bad": "failed"
    }  # fmt: skip


def test_a_node_runs_although_what_it_does_not_need_is_unfinished(app: App) -> None:
    flow = one_step()
    flow.add("code", "two", source="def run(x: Json", inputs={"x": "one.json"})
    assert app.run(flow, to="one", executor="in-process").ok


# ---- many runs at once


@pytest.fixture
def serving() -> Iterator[Callable[..., None]]:
    """Lets a dispatcher serve in a thread, until the test ends."""
    stopping = threading.Event()
    served = []

    def serve(one: Dispatcher, *, per_flow: int = 10) -> None:
        thread = threading.Thread(target=one.serve, args=(Places(10, per_flow), stopping))
        served.append((thread, one))
        thread.start()

    yield serve
    stopping.set()
    for thread, one in served:
        one.wake.set()
        thread.join(timeout=60)
        assert not thread.is_alive()
        one.driver.executor.close()


def queued(app: App, flow: Flow) -> Run:
    """A run that nobody drives yet."""
    run = created(app, flow)
    app.store.leases.release(run.id, app.owner, run.epoch)
    return app.store.runs.get(run.id)


def test_a_run_that_nobody_can_drive_fails_and_the_others_go_on(app: App, serving: Callable[..., None]) -> None:
    odd, sound = queued(app, one_step()), queued(app, one_step())

    def plan_of(run: Run) -> Plan:
        if run.id == odd.id:
            raise RuntimeError("this is a bug")
        return app.run_maker.plan_of(run)

    serving(dispatcher(app, app.store, "me", plan_of=plan_of))
    wait_for(lambda: app.view(sound.id).run.state == "succeeded", what="the sound run")
    wait_for(lambda: app.view(odd.id).run.state == "failed", what="the odd run")
    failure = app.view(odd.id).run.failure
    assert failure is not None
    assert (failure.code, failure.fault) == ("internal", "system")
    assert "this is a bug" in failure.message
    assert app.store.invariants.breaches() == []


def test_a_run_that_another_took_is_left_alone_and_the_others_go_on(
    app: App, later: Store, serving: Callable[..., None]
) -> None:
    flow = Flow.new("Hangs")
    flow.add("code", "one", source=HANGS_ONCE)
    run = queued(app, flow)
    serving(dispatcher(app, app.store, "me", lease=1.0))
    wait_for(Path("started").exists, what="the attempt")
    taken = later.leases.claim_one("another", 7200, run.id)
    assert taken is not None
    Path("gate").touch()
    next_one = queued(app, one_step())
    wait_for(lambda: app.view(next_one.id).run.state == "succeeded", what="the next run")
    assert app.store.runs.get(run.id).owner == "another"
    assert attempt_states(app.store, run) != [AttemptState.SUCCEEDED]


def test_runs_that_end_as_soon_as_they_are_claimed_keep_no_others_waiting(
    app: App, serving: Callable[..., None]
) -> None:
    """As of runs whose steps are all reused, or whose bundle is gone."""
    runs = [queued(app, one_step()) for _ in range(10)]

    def plan_of(run: Run) -> Plan:
        raise UserError("The bundle is gone.")

    serving(dispatcher(app, app.store, "me", plan_of=plan_of, poll=600.0))
    wait_for(lambda: all(app.view(run.id).run.state == "failed" for run in runs), what="their ends")


class InTurn(InProcessExecutor):
    """A step's end is known before the next turn, and nothing wakes the dispatcher after that."""

    def submit(self, order: Order) -> None:
        self._perform(order)


def test_a_run_that_waits_for_another_of_its_flow_begins_when_that_one_ends(
    app: App, serving: Callable[..., None]
) -> None:
    """Although the dispatcher looks by itself only every ten minutes."""
    flow = one_step()
    runs = [queued(app, flow) for _ in range(3)]
    wake = threading.Event()
    executor = InTurn(wake.set)
    serving(dispatcher(app, app.store, "me", executor, wake=wake, poll=600.0), per_flow=1)
    wait_for(lambda: all(app.view(run.id).run.state == "succeeded" for run in runs), what="their ends")
