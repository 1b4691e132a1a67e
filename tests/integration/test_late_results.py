"""What an attempt leaves that had been given up: recorded, shown, and never taken."""

from __future__ import annotations

import pytest

from studio.app import App
from studio.artifacts.attempts import start_attempt, write_manifest
from studio.executors.executor import AttemptKey, Report
from studio.run import AttemptState
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store
from tests.integration.test_dispatcher import Hollow, created, dispatcher, manifest_of, one_step


class Silent(Hollow):
    """Its first attempt starts and is not heard of for long; it ends while the second one goes on."""

    def __init__(self, app: App, *, late: str, reported: bool) -> None:
        super().__init__(self._began)
        self.app = app
        self.late = late
        self.reported = reported

    def _began(self, key: AttemptKey) -> list[Report]:
        start_attempt(self.app.root, *key, "e", "worker")
        if key.attempt == 1:
            return [Report("started", key, {"execution": "e", "worker": "worker"})]
        first = key._replace(attempt=1)
        write_manifest(self.app.root, manifest_of(first, self.late))
        write_manifest(self.app.root, manifest_of(key, "succeeded"))
        return [*([Report("ended", first)] * 2 if self.reported else []), Report("ended", key)]


def late_events(store: Store, run: Run) -> list[tuple[str, dict[str, object]]]:
    return [(event.step, event.data) for event in store.events.of(run.id) if event.kind == "late"]


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("late", ["succeeded", "failed", "timed_out"])
def test_what_a_lost_attempt_leaves_is_recorded_once_and_changes_nothing(app: App, late: str, reported: bool) -> None:
    run = created(app, one_step())
    dispatcher(app, app.store, app.owner, Silent(app, late=late, reported=reported), lost=0.2, check=0.02).run(run)
    assert late_events(app.store, run) == [("one", {"attempt": 1, "state": late, "ended": 2})]
    first, second = app.store.attempts.of(run.id)
    assert (first.state, first.late, first.ended != 2) == (AttemptState.LOST, late, True)
    assert (second.state, second.late) == (AttemptState.SUCCEEDED, None)
    view = app.view(run.id)
    assert (view.ok, view.step("one").attempt) == (True, 2)
    assert app.records.provenance(view.run)["late"] == [{"node": "one", "attempt": 1, "state": late}]


def test_a_lost_attempt_that_was_killed_has_left_nothing_to_speak_of(app: App) -> None:
    run = created(app, one_step())
    executor = Silent(app, late="cancelled", reported=True)
    dispatcher(app, app.store, app.owner, executor, lost=0.2, check=0.02).run(run)
    assert late_events(app.store, run) == []


def test_what_comes_when_the_run_has_ended_is_recorded_too(app: App) -> None:
    run = created(app, one_step())
    key = AttemptKey(run.id, "one", 1)

    class Deaf(Hollow):
        """Its attempt ends whatever it is told, when nobody waits for it any more."""

        def reports(self) -> list[Report]:
            news = super().reports()
            if app.store.runs.get(run.id).state == "cancelled":
                write_manifest(app.root, manifest_of(key, "succeeded"))
                return [Report("ended", key), Report("ended", key._replace(attempt=9))]
            return news

    def started(key: AttemptKey) -> list[Report]:
        start_attempt(app.root, *key, "e", "worker")
        app.cancel(key.run)
        return [Report("started", key, {"execution": "e", "worker": "worker"})]

    other = created(app, one_step())
    leading = dispatcher(app, app.store, app.owner, Deaf(started), farewell=0.02)
    leading.run(run)
    leading.driver.executor.cancel(AttemptKey(other.id, "one", 1))
    app.cancel(other.id)
    leading.run(other)  # a service goes on with others' runs
    assert late_events(app.store, run) == [("one", {"attempt": 1, "state": "succeeded", "ended": 2})]
    assert app.view(run.id).step("one").state == "cancelled"


def test_the_end_of_an_attempt_that_was_given_up_is_noted_once_in_every_store(store: Store) -> None:
    run = store.runs.create(NewRun("f", "F", "{}", [NewStep("a", "a", 0)], owner="me", lease_seconds=60.0))
    with store.owned(run.id, "me", 1) as owned:
        for number in (1, 2):
            owned.add_attempt("a", number)
        owned.set_attempt("a", 1, AttemptState.SUBMITTED, AttemptState.LOST)
    assert store.attempts.note_late(run.id, "a", 1, state="succeeded", ended=7)
    assert not store.attempts.note_late(run.id, "a", 1, state="failed", ended=8)
    assert not store.attempts.note_late(run.id, "a", 2, state="succeeded", ended=9), "this one goes on"
    assert not store.attempts.note_late("no run", "a", 1, state="succeeded", ended=9)
    _born, event = store.events.of(run.id)
    assert (event.kind, event.step, event.data) == ("late", "a", {"attempt": 1, "state": "succeeded", "ended": 7})
