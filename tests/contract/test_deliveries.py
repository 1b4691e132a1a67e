"""Deliveries to webhooks, over SQLite and PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from studio.exceptions import Conflict, NotFound, UserError
from studio.store.deliveries import NewDelivery
from studio.store.events import NewEvent
from studio.store.flows import NewRevision
from studio.store.runs import NewRun
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.store.triggers import NewTrigger, Trigger


def webhook(store: Store, path: str = "") -> Trigger:
    store.flows.publish(NewRevision("f_1", "Bank", "{}"), "default")
    return store.triggers.add(NewTrigger("f_1", "orders", "webhook", {}, path=path))


def new(trigger: Trigger, **fields: Any) -> NewDelivery:
    given = {"trigger_id": trigger.id, "outcome": "accepted", "status": 202, "body_hash": "a", "size": 3, **fields}
    return NewDelivery(**given)


def run_of(trigger: Trigger) -> NewRun:
    fields: dict[str, Any] = {"event_kind": "webhook", "event_payload": {"path": "/x"}, "event_body": b"\0abc"}
    return NewRun("f_1", "Bank", "{}", [NewStep("a", "a", 0)], trigger_id=trigger.id, **fields)


def test_an_accepted_delivery_is_kept_with_its_run_and_what_came(store: Store) -> None:
    one = webhook(store)
    made = store.deliveries.accept(new(one, key="k"), run_of(one), one.version)
    run = store.runs.get(made.run_id or "")
    assert (run.trigger_id, run.event_id) == (one.id, made.event_id)
    assert store.events.get(run.event_id).body == b"\0abc"
    assert [step.path for step in store.steps.of(run.id)] == ["a"]
    assert list(store.deliveries.of(one.id)) == [made]
    assert made == store.deliveries.find(made.id[:20])
    store.deliveries.set_status(made.id, 201)
    assert store.deliveries.find(made.id).status == 201


def test_a_key_is_accepted_once_by_each_trigger(store: Store) -> None:
    one, other = webhook(store), webhook(store)
    first = store.deliveries.accept(new(one, key="k"), run_of(one), 1)
    again = store.deliveries.accept(new(one, key="k"), run_of(one), 1)
    changed = store.deliveries.accept(new(one, key="k", body_hash="b"), run_of(one), 1)
    elsewhere = store.deliveries.accept(new(other, key="k"), run_of(other), 1)
    without = [store.deliveries.accept(new(one), run_of(one), 1) for _ in range(2)]
    assert (again.outcome, again.status, again.run_id) == ("duplicate", 202, first.run_id)
    assert (changed.outcome, changed.status, changed.run_id) == ("conflict", 409, None)
    assert [each.outcome for each in (first, elsewhere, *without)] == ["accepted"] * 4
    assert len(store.history.page(10).items) == 4


def test_many_at_once_get_one_run_for_each_key(store: Store) -> None:
    one = webhook(store)

    def accept(number: int) -> str | None:
        return store.deliveries.accept(new(one, key=f"k{number % 10}"), run_of(one), 1).run_id

    with ThreadPoolExecutor(20) as pool:
        run_ids = list(pool.map(accept, range(100)))
    assert len(set(run_ids)) == 10
    assert all(run_ids[number] == run_ids[number % 10] for number in range(100))
    assert {run.id for run in store.history.page(100).items} == set(run_ids)
    assert store.invariants.breaches() == []


def test_a_trigger_that_is_gone_paused_or_changed_accepts_nothing(store: Store) -> None:
    one, other = webhook(store), webhook(store)
    paused = store.triggers.change(one, paused="Bob")
    for version in (1, paused.version):
        with pytest.raises(Conflict):
            store.deliveries.accept(new(one), run_of(one), version)
    store.triggers.delete(one.id)
    with pytest.raises(NotFound):
        store.deliveries.accept(new(one), run_of(one), paused.version)
    with pytest.raises(NotFound):
        store.deliveries.record(new(one, outcome="refused", status=401))
    assert store.history.page(10).items == []
    assert store.deliveries.accept(new(other), run_of(other), 1).run_id


def test_one_that_cannot_be_accepted_keeps_no_other_from_it(store: Store) -> None:
    """They come in one transaction, if they come at once."""
    one, gone = webhook(store), webhook(store)
    store.triggers.delete(gone.id)

    def accept(trigger: Trigger) -> bool:
        try:
            return store.deliveries.accept(new(trigger), run_of(trigger), 1).run_id is not None
        except NotFound:
            return False

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(accept, [one, gone] * 20)) == [True, False] * 20


def test_what_makes_no_run_is_kept_with_what_came_or_without(store: Store) -> None:
    one = webhook(store)
    bare = store.deliveries.record(new(one, outcome="refused", status=401, reason="no header\0", unrecorded=7))
    whole = store.deliveries.record(new(one, outcome="invalid", status=422), NewEvent("webhook", {"a": 1}, b"body"))
    assert (bare.event_id, bare.reason, bare.unrecorded) == (None, "no header?", 7)
    event = store.events.get(whole.event_id or "")
    assert (event.payload, event.body) == ({"a": 1}, b"body")


def test_deliveries_are_listed_page_by_page(store: Store) -> None:
    one = webhook(store)
    made = [store.deliveries.record(new(one, outcome="refused", status=401)) for _ in range(5)][::-1]
    first = store.deliveries.of(one.id, 2)
    assert [*first, *store.deliveries.of(one.id, 10, first[-1].id)] == made
    with pytest.raises(UserError, match="More than one"):
        store.deliveries.find(made[0].id[:8])
    with pytest.raises(NotFound):
        store.deliveries.find("nothing")


def test_a_path_belongs_to_one_trigger_and_an_empty_one_is_the_id(store: Store) -> None:
    one, bare = webhook(store, "shop/orders"), webhook(store)
    assert bare.path == bare.id
    assert store.triggers.webhook("shop/orders") == store.triggers.webhook(one.id) == one
    assert store.triggers.webhook("shop") is None
    with pytest.raises(Conflict):
        webhook(store, "shop/orders")
    cron = store.triggers.add(NewTrigger("f_1", "Nightly", "cron", {}))
    assert store.triggers.webhook(cron.id) is None


def test_unfinished_runs_are_counted_up_to_a_limit(store: Store) -> None:
    one = webhook(store)
    made = [store.deliveries.accept(new(one), run_of(one), 1) for _ in range(3)]
    assert [store.triggers.unfinished(one.id, most) for most in (2, 10)] == [2, 3]
    store.runs.request_cancel(made[0].run_id or "")
    assert store.triggers.unfinished(one.id, 10) == 2


def test_bodies_are_given_up_and_the_rest_stays(store: Store) -> None:
    one = webhook(store)
    made = store.deliveries.accept(new(one), run_of(one), 1)
    store.retention.forget_bodies(made.received - 1)
    assert store.events.get(made.event_id or "").body
    store.retention.forget_bodies(store.now() + 1)
    event = store.events.get(made.event_id or "")
    assert (event.body, event.payload) == (None, {"path": "/x"})


def test_a_deleted_run_takes_its_deliveries_along(store: Store) -> None:
    one = webhook(store)
    made = store.deliveries.accept(new(one), run_of(one), 1)
    store.runs.request_cancel(made.run_id or "")
    store.runs.delete(made.run_id or "")
    assert list(store.deliveries.of(one.id)) == []
    assert store.invariants.breaches() == []
