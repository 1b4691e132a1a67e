"""Runs that take longer than they may: ended and failed, also if who began to end them has gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.app import App
from studio.dispatcher.dispatcher import Dispatcher
from studio.flow import Flow
from studio.run import AttemptState, RunState, StepState
from studio.store.runs import Run
from studio.store.store import Store
from tests.integration.test_dispatcher import Hollow, dispatcher, later, one_step

__all__ = ["later"]


def limited(app: App, flow: Flow, seconds: float) -> Run:
    return app.run_maker.make(flow, Path.cwd() / "test.flow", {}, time_limit=seconds)


def failure_code(app: App, run: Run) -> str | None:
    failure = app.view(run.id).run.failure
    return failure.code if failure else None


def two_steps() -> Flow:
    flow = one_step()
    flow.add("code", "two", source="def run(x: Json) -> Json:\n    return x\n", inputs={"x": "one.json"})
    return flow


def test_a_run_is_ended_when_its_time_is_over_and_says_after_how_long(app: App) -> None:
    run = limited(app, two_steps(), 0.3)
    executor = Hollow()
    dispatcher(app, app.store, app.owner, executor, farewell=0.1).run(run)
    view = app.view(run.id)
    assert view.run.state is RunState.FAILED
    assert view.run.failure is not None
    assert (view.run.failure.code, "0.3 s" in view.run.failure.message) == ("deadline", True)
    assert "--time-limit" in view.run.failure.cure
    assert [step.state.value for step in view.steps] == ["cancelled", "cancelled"]
    assert app.store.invariants.breaches() == []


def test_a_run_that_ends_in_time_has_nothing_to_do_with_its_limit(app: App) -> None:
    view = app.run(one_step(), time_limit=3600, executor="in-process")
    assert (view.ok, view.run.time_limit) == (True, 3600)


@pytest.mark.parametrize("ended", ["nothing", "all steps"])
def test_the_time_is_over_for_the_next_dispatcher_too(app: App, later: Store, ended: str) -> None:
    run = limited(app, two_steps(), 60)

    def leave() -> None:
        if app.store.attempts.of(run.id):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        dispatcher(app, app.store, app.owner, Hollow()).run(run, leave)
    if ended == "all steps":
        with app.store.owned(run.id, app.owner, run.epoch) as owned:
            owned.set_attempt("one", 1, AttemptState.SUBMITTED, AttemptState.CANCELLED)
            for step in later.steps.of(run.id):
                owned.set_step(step.path, step.state, StepState.CANCELLED)
    taken = later.leases.claim_one("second", 30, run.id)
    assert taken is not None
    executor = Hollow()
    second: Dispatcher = dispatcher(app, later, "second", executor)
    second.run(taken)
    assert executor.taken == []
    assert (app.view(run.id).run.state, failure_code(app, run)) == (RunState.FAILED, "deadline")


def test_who_asked_for_the_end_gets_it_even_of_a_run_whose_time_is_over(app: App, later: Store) -> None:
    run = limited(app, one_step(), 60)
    app.cancel(run.id)
    taken = later.leases.claim_one("second", 30, run.id)
    assert taken is not None
    dispatcher(app, later, "second", Hollow()).run(taken)
    assert app.view(run.id).run.state is RunState.CANCELLED


def test_a_retry_has_the_time_of_its_origin(app: App) -> None:
    first = app.run(one_step("def run() -> Json:\n    raise ValueError\n"), time_limit=77, executor="in-process")
    assert app.run_maker.again(first.run).time_limit == 77
