"""Triggers and their ticks, over SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from studio.exceptions import Conflict, NotFound, UserError
from studio.run import RunState
from studio.store.flows import NewRevision
from studio.store.runs import NewRun
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.store.triggers import NewTick, NewTrigger, Trigger

SECOND = 1_000_000


def run_of(trigger: Trigger, **fields: Any) -> NewRun:
    given = {"flow_id": trigger.flow_id, "flow_name": "Bank", "document_text": "{}", "steps": [NewStep("a", "a", 0)]}
    return NewRun(**{**given, "trigger_id": trigger.id, "event_kind": "cron", **fields})


def trigger(store: Store, name: str = "Nightly", **fields: Any) -> Trigger:
    store.flows.publish(NewRevision("f_1", "Bank", "{}"), "default")
    given = {"flow_id": "f_1", "name": name, "kind": "cron", "settings": {"cron": "@daily"}, "author": "Ada", **fields}
    return store.triggers.add(NewTrigger(**given))


def fire(store: Store, one: Trigger, ticks: Sequence[NewTick], next_fire: int | None) -> bool:
    with store.triggers.firing([one]) as firing:
        for held in firing.triggers:
            firing.fire(held, ticks, next_fire)
        return bool(firing.triggers)


def test_a_trigger_is_kept_whole(store: Store) -> None:
    made = trigger(store, next_fire=5)
    assert made == store.triggers.get(made.id) == store.triggers.find("Nightly") == store.triggers.find(made.id[:20])
    assert (made.version, made.paused, made.next_fire, made.settings) == (1, None, 5, {"cron": "@daily"})
    assert store.triggers.of() == store.triggers.of("f_1") == [made]
    assert store.triggers.of("f_2") == []


def test_a_trigger_that_is_not_there_or_not_the_only_one_is_said_so(store: Store) -> None:
    trigger(store)
    trigger(store)
    with pytest.raises(UserError, match="more than one"):
        store.triggers.find("Nightly")
    for wanted in ("Weekly", "%", ""):
        with pytest.raises((NotFound, UserError)):
            store.triggers.find(wanted)


def test_a_change_wins_only_over_what_it_has_seen(store: Store) -> None:
    made = trigger(store)
    changed = store.triggers.change(made, name="Weekly", paused="Bob paused it")
    assert (changed.name, changed.paused, changed.version) == ("Weekly", "Bob paused it", 2)
    with pytest.raises(Conflict):
        store.triggers.change(made, name="Daily")
    assert store.triggers.get(made.id) == changed


def test_what_is_due_is_on_and_its_time_has_come(store: Store) -> None:
    now = store.now()
    due = trigger(store, next_fire=now - SECOND)
    trigger(store, next_fire=now + 3600 * SECOND)
    trigger(store, next_fire=None)
    paused = trigger(store, next_fire=now - 9 * SECOND)
    store.triggers.change(paused, paused="Bob paused it")
    assert store.triggers.due(10) == [due]
    later, next_fire = store.triggers.outlook()
    assert now <= later < now + 60 * SECOND
    assert next_fire == due.next_fire


def test_a_tick_and_its_run_are_kept_together_with_the_next_time(store: Store) -> None:
    made = trigger(store, next_fire=1)
    ticks = [NewTick(1, skipped="the deadline has passed"), NewTick(2, run_of(made, dedup="cron:2"))]
    assert fire(store, made, ticks, 3)
    latest, earlier = store.triggers.ticks(made.id)
    assert (earlier.fire, earlier.run_id, earlier.skipped) == (1, None, "the deadline has passed")
    assert (latest.fire, latest.skipped) == (2, None)
    assert store.triggers.ticks(made.id, before=2) == [earlier]
    run = store.runs.get(latest.run_id or "")
    assert (run.state, run.trigger_id, run.dedup) == (RunState.QUEUED, made.id, "cron:2")
    assert [step.path for step in store.steps.of(run.id)] == ["a"]
    assert store.events.get(run.event_id).kind == "cron"
    assert store.triggers.get(made.id).next_fire == 3


def test_a_due_time_has_one_end_however_many_look_at_it_at_once(store: Store) -> None:
    many = [trigger(store, name=f"t{number}", next_fire=1) for number in range(30)]

    def fire_all(_: int) -> None:
        for one in many:
            fire(store, one, [NewTick(1, run_of(one))], 2)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(fire_all, range(6)))
    assert all(len(store.triggers.ticks(one.id)) == 1 for one in many)
    assert len(store.history.page(100).items) == 30


def test_what_was_changed_since_is_not_fired(store: Store) -> None:
    made = trigger(store, next_fire=1)
    store.triggers.change(made, next_fire=7)
    assert not fire(store, made, [NewTick(1, run_of(made))], 2)
    paused = store.triggers.change(store.triggers.get(made.id), paused="Bob paused it")
    assert not fire(store, paused, [NewTick(7, run_of(made))], 8)
    assert store.triggers.ticks(made.id) == []
    assert store.history.page().items == []


@pytest.mark.parametrize("wrong", [NewTick(1), NewTick(1, skipped="both", run=NewRun("f_1", "Bank", "{}", []))])
def test_a_tick_without_an_end_or_with_two_is_refused_whole(store: Store, wrong: NewTick) -> None:
    made = trigger(store, next_fire=1)
    with pytest.raises(IntegrityError):
        fire(store, made, [wrong], 2)
    assert store.triggers.get(made.id).next_fire == 1
    assert store.history.page().items == []


def test_who_fires_sees_the_runs_that_go_on_and_may_cancel_them(store: Store) -> None:
    made = trigger(store, next_fire=1)
    ended = store.runs.create(run_of(made, owner="me", lease_seconds=60.0))
    with store.owned(ended.id, "me", 1) as owned:
        owned.set_run(RunState.SUCCEEDED)
    going = store.runs.create(run_of(made, owner="me", lease_seconds=60.0))
    waiting = store.runs.create(run_of(made))
    with store.triggers.firing([made]) as firing:
        assert set(firing.unfinished[made.id]) == {going.id, waiting.id}
        for run_id in firing.unfinished[made.id]:
            firing.cancel(run_id)
    assert store.runs.get(going.id).cancel_requested
    assert store.runs.get(waiting.id).state is RunState.CANCELLED


def test_a_deleted_trigger_leaves_its_runs(store: Store) -> None:
    made = trigger(store, next_fire=1)
    fire(store, made, [NewTick(1, run_of(made))], 2)
    store.triggers.delete(made.id)
    with pytest.raises(NotFound):
        store.triggers.get(made.id)
    assert store.triggers.ticks(made.id) == []
    assert [run.trigger_id for run in store.history.page().items] == [made.id]
