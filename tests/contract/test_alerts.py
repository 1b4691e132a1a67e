"""Alerts and their outbox, over SQLite and PostgreSQL alike: what is told, once, by whom, and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from studio.exceptions import Conflict, NotFound, UserError
from studio.problem import Failure
from studio.run import AttemptState, RunState, StepState
from studio.store.alerts import Alert, NewAlert
from studio.store.flows import NewRevision
from studio.store.outbox import Delivery, Notice
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.store.triggers import NewTick, NewTrigger

SECOND = 1_000_000
SECRET = "IBAN CH93 0076 2011 6238 5295 7"
WRONG = Failure("value", f"There is no {SECRET}.", f"Mend {SECRET}.", "b", fault="user")


def alert(store: Store, *conditions: str, **fields: Any) -> Alert:
    store.flows.publish(NewRevision("f_1", "Bank", "{}"), "default")
    settings = {"kind": "webhook", "url": "https://example.com/hook", **fields.pop("settings", {})}
    given = {"name": "Ops", "kind": "webhook", "conditions": list(conditions), "settings": settings, **fields}
    return store.alerts.add(NewAlert(**given))


def run(store: Store, **fields: Any) -> Run:
    """A run of the flow's revision, which `me` drives."""
    revision = store.flows.publish(NewRevision("f_1", "Bank", "{}"), "default")
    given = {
        "flow_id": "f_1", "flow_name": "Bank", "document_text": "{}", "revision_id": revision.id,
        "steps": [NewStep("a", "a", 0), NewStep("b", "b", 1)], "owner": "me", "lease_seconds": 60.0, **fields,
    }  # fmt: skip
    return store.runs.create(NewRun(**given))


def queued(store: Store, **fields: Any) -> Run:
    return run(store, owner=None, lease_seconds=None, **fields)


def end(store: Store, one: Run, state: RunState = RunState.FAILED) -> Run:
    """As the driver ends it; a failure is step `b`'s."""
    failed = state is RunState.FAILED
    with store.owned(one.id, one.owner or "", one.epoch) as owned:
        if failed:
            owned.set_step("b", StepState.BLOCKED, StepState.READY)
            owned.add_attempt("b", 1)
            owned.set_attempt("b", 1, AttemptState.SUBMITTED, AttemptState.FAILED, failure=WRONG)
            owned.set_step("b", StepState.READY, StepState.FAILED, failure=WRONG)
        owned.set_run(state, failure=WRONG if failed else None)
    return store.runs.get(one.id)


def told(store: Store, one: Alert) -> list[Notice]:
    return store.outbox.of(one.id)[::-1]


def claim(store: Store, limit: int = 8) -> list[Delivery]:
    return store.outbox.claim(60, limit)


# Alerts ---------------------------------------------------------------------------------------------------------------


def test_an_alert_is_kept_whole(store: Store) -> None:
    made = alert(store, "failed", flow_id="f_1", every_seconds=60, author="Ada\0")
    assert made == store.alerts.get(made.id) == store.alerts.find("Ops") == store.alerts.find(made.id[:20])
    assert (made.conditions, made.version, made.paused, made.author) == (["failed"], 1, None, "Ada?")
    assert store.alerts.all() == [made]
    changed = store.alerts.change(made, paused="Bob paused it")
    assert (changed.paused, changed.version) == ("Bob paused it", 2)
    with pytest.raises(Conflict):
        store.alerts.change(made, name="Other")
    store.alerts.delete(made.id)
    with pytest.raises(NotFound):
        store.alerts.get(made.id)


def test_an_alert_that_is_not_the_only_one_is_said_so(store: Store) -> None:
    alert(store, "failed")
    alert(store, "failed")
    with pytest.raises(UserError, match="more than one"):
        store.alerts.find("Ops")
    for wanted in ("Dev", "%", ""):
        with pytest.raises((NotFound, UserError)):
            store.alerts.find(wanted)


# Causes ---------------------------------------------------------------------------------------------------------------


def test_a_failed_run_is_told_with_its_step_and_code_and_without_a_word_of_its_data(store: Store) -> None:
    made = alert(store, "failed")
    one = end(store, run(store))
    (notice,) = told(store, made)
    assert (notice.condition, notice.flow_id, notice.run_id, notice.done) == ("failed", "f_1", one.id, None)
    assert notice.data == {"flow": "Bank", "step": "b", "code": "value"}
    assert SECRET not in repr(notice)


def test_a_run_that_cannot_be_driven_is_told_too(store: Store) -> None:
    from studio.dispatcher.driver import refuse

    made = alert(store, "failed")
    refuse(store, run(store), "me", Failure("bundle", "It is gone."))
    assert [notice.data for notice in told(store, made)] == [{"flow": "Bank", "step": "", "code": "bundle"}]


def test_what_is_undone_is_not_told(store: Store) -> None:
    made = alert(store, "failed")
    one = run(store)

    def half() -> None:
        with store.owned(one.id, "me", 1) as owned:
            owned.set_run(RunState.FAILED, failure=WRONG)
            owned.flush()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half()
    assert told(store, made) == []


def test_only_the_alerts_that_watch_are_told(store: Store) -> None:
    store.flows.publish(NewRevision("f_2", "Other", "{}"), "default")
    watching = [alert(store, "failed"), alert(store, "recovered", "failed", flow_id="f_1")]
    others = [
        alert(store, "failed", flow_id="f_2"),
        alert(store, "failed", environment="prod"),
        alert(store, "failed", project="elsewhere"),
        alert(store, "skipped", "late", "recovered"),
        store.alerts.change(alert(store, "failed"), paused="Bob paused it"),
    ]
    end(store, run(store))
    assert [len(told(store, one)) for one in watching] == [1, 1]
    assert [told(store, one) for one in others] == [[]] * len(others)


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.CANCELLED])
def test_a_run_that_ends_well_or_as_somebody_wished_is_no_failure(store: Store, state: RunState) -> None:
    made = alert(store, "failed", "recovered")
    end(store, run(store), state)
    assert told(store, made) == []


def test_whoever_runs_a_draft_looks_at_it(store: Store) -> None:
    made = alert(store, "failed", "late")
    end(store, run(store, revision_id=None))
    queued(store, revision_id=None, start_by=1)
    store.runs.expire()
    assert told(store, made) == []


def test_a_success_after_a_failure_is_a_recovery_once(store: Store) -> None:
    made = alert(store, "recovered")
    end(store, run(store), RunState.SUCCEEDED)
    end(store, run(store))
    end(store, run(store), RunState.CANCELLED)
    end(store, run(store, environment="prod"), RunState.SUCCEEDED)
    recovered = end(store, run(store), RunState.SUCCEEDED)
    end(store, run(store), RunState.SUCCEEDED)
    assert [(notice.condition, notice.run_id) for notice in told(store, made)] == [("recovered", recovered.id)]


def test_a_run_that_begins_long_after_its_due_time_is_late(store: Store) -> None:
    made = alert(store, "late", settings={"late_after": 60.0})
    patient = alert(store, "late", settings={"late_after": 6000.0})
    late = queued(store, due=store.now() - 100 * SECOND)
    queued(store, due=store.now() - 50 * SECOND)
    queued(store)
    assert len(store.leases.claim("me", 60, 10)) == 3
    (notice,) = told(store, made)
    assert (notice.condition, notice.run_id) == ("late", late.id)
    assert notice.data["late"] == pytest.approx(100, abs=30)
    assert told(store, patient) == []
    assert store.leases.claim("other", 60, 10) == []


def test_a_run_is_late_once_however_often_it_is_taken_over(store: Store) -> None:
    made = alert(store, "late")
    one = queued(store, due=1)
    assert store.leases.claim_one("me", 0, one.id)
    assert store.leases.claim_one("other", 0, one.id)
    assert store.leases.claim("third", 60)
    assert [notice.run_id for notice in told(store, made)] == [one.id]


def test_a_run_that_never_began_by_its_deadline_is_late(store: Store) -> None:
    made = alert(store, "late", settings={"late_after": 1e6})
    one = queued(store, start_by=store.now() - 1)
    assert store.runs.expire() == [one.id]
    assert [(notice.condition, notice.run_id) for notice in told(store, made)] == [("late", one.id)]


def test_due_times_that_are_skipped_together_are_told_together(store: Store) -> None:
    made = alert(store, "skipped")
    two = [store.triggers.add(NewTrigger("f_1", name, "cron", {}, next_fire=1)) for name in ("One", "Two")]
    with store.triggers.firing(two) as firing:
        ticks = [NewTick(number, skipped=f"missed {SECRET}") for number in range(1, 1000)]
        queues = NewTick(2000, NewRun("f_1", "Bank", "{}", []))
        firing.fire(two[0], [*ticks, queues], 3000)
        firing.fire(two[1], [NewTick(1, NewRun("f_1", "Bank", "{}", []))], 3000)
    (notice,) = told(store, made)
    expected = {"flow": "Bank", "trigger": "One", "trigger_id": two[0].id, "count": 999, "first": 1, "last": 999}
    assert (notice.condition, notice.run_id, notice.data) == ("skipped", None, expected)


# Messages -------------------------------------------------------------------------------------------------------------


def test_what_has_gathered_is_one_message_and_the_next_waits_for_its_time(store: Store) -> None:
    made = alert(store, "failed", every_seconds=900)
    first, second = end(store, run(store)), end(store, run(store))
    (delivery,) = claim(store)
    assert [notice.run_id for notice in delivery.notices] == [first.id, second.id]
    end(store, run(store))
    assert claim(store) == [], "one is on its way"
    assert store.outbox.sent(delivery)
    after = store.alerts.get(made.id)
    assert (after.message_id, after.tries, after.failure, after.lease) == (None, 0, None, None)
    assert after.last_sent is not None
    assert after.next_try == pytest.approx(after.last_sent + 900 * SECOND, abs=SECOND)
    assert [notice.done is not None for notice in told(store, made)] == [True, True, False]
    assert claim(store) == [], "the next message is not due"
    store.alerts.change(after, next_try=1)
    (later,) = claim(store)
    assert len(later.notices) == 1
    assert later.message_id != delivery.message_id


def test_a_message_that_is_put_off_stays_as_it_was(store: Store) -> None:
    made = alert(store, "failed")
    end(store, run(store))
    (first,) = claim(store)
    end(store, run(store))
    trouble = Failure("delivery", "The server sleeps.", retryable=True)
    assert store.outbox.put_off(first, trouble, 30)
    assert claim(store) == []
    waiting = store.alerts.get(made.id)
    assert (waiting.failure, waiting.tries, waiting.message_id) == (trouble, 1, first.message_id)
    store.alerts.change(waiting, next_try=1)
    (again,) = claim(store)
    assert (again.message_id, again.notices, again.alert.tries) == (first.message_id, first.notices, 2)
    assert 0 <= again.seconds < 60


def test_a_message_that_is_given_up_says_why_and_makes_way(store: Store) -> None:
    made = alert(store, "failed")
    end(store, run(store))
    (delivery,) = claim(store)
    end(store, run(store))
    assert store.outbox.give_up(delivery, Failure("delivery", "Gone."))
    first, second = told(store, made)
    assert (first.failure, first.done is not None) == (Failure("delivery", "Gone."), True)
    assert (second.failure, second.done) == (None, None)
    left = store.alerts.get(made.id)
    assert (left.failure, left.last_sent, left.message_id) == (Failure("delivery", "Gone."), None, None)


def test_who_held_a_message_too_long_cannot_settle_it(store: Store) -> None:
    alert(store, "failed")
    end(store, run(store))
    (slow,) = store.outbox.claim(0, 8)
    (quick,) = claim(store)
    assert slow.message_id == quick.message_id
    assert not store.outbox.sent(slow)
    assert not store.outbox.put_off(slow, WRONG, 1)
    assert not store.outbox.give_up(slow, WRONG)
    assert store.outbox.sent(quick)
    assert not store.outbox.sent(quick)


def test_a_paused_alert_sends_nothing_until_it_is_resumed(store: Store) -> None:
    made = alert(store, "failed")
    end(store, run(store))
    paused = store.alerts.change(made, paused="Bob paused it")
    assert claim(store) == []
    store.alerts.change(paused, paused=None)
    assert len(claim(store)) == 1


def test_each_message_is_sent_by_one_however_many_look_at_once(store: Store) -> None:
    for number in range(20):
        alert(store, "failed", name=f"a{number}")
    end(store, run(store))
    with ThreadPoolExecutor(6) as pool:
        taken = [one.message_id for some in pool.map(lambda _: claim(store, 5), range(12)) for one in some]
    taken += [one.message_id for one in claim(store, 100)]  # what the others held when one looked
    assert len(taken) == len(set(taken)) == 20


def test_a_removed_alert_takes_along_what_it_had_to_tell(store: Store) -> None:
    made = alert(store, "failed")
    end(store, run(store))
    (delivery,) = claim(store)
    store.alerts.delete(made.id)
    assert not store.outbox.sent(delivery)
    assert claim(store) == []


def test_a_deleted_run_is_told_all_the_same(store: Store) -> None:
    alert(store, "failed")
    one = end(store, run(store))
    store.runs.delete(one.id)
    (delivery,) = claim(store)
    assert [notice.run_id for notice in delivery.notices] == [one.id]
