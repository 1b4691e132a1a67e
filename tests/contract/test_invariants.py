"""What must be true of a store, over SQLite and PostgreSQL: each query finds what breaks it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, update

from studio.run import AttemptState, RunState, StepState
from studio.store import tables
from studio.store.columns import clock
from studio.store.deliveries import NewDelivery
from studio.store.flows import NewRevision
from studio.store.invariants import INVARIANTS
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.store.triggers import NewTick, NewTrigger, Trigger

HOUR = 3_600_000_000


def made(store: Store, **fields: Any) -> Run:
    steps = [NewStep("a", "a", 0), NewStep("b", "b", 1)]
    given = {"flow_id": "f_1", "flow_name": "Bank", "document_text": "{}", "steps": steps, **fields}
    return store.runs.create(NewRun(**given))


def succeeded(store: Store) -> Run:
    run = made(store, owner="me", lease_seconds=60.0)
    with store.owned(run.id, "me", 1) as owned:
        for path in ("a", "b"):
            owned.set_step(path, StepState.BLOCKED, StepState.READY)
            owned.add_attempt(path, 1)
            owned.set_step(path, StepState.READY, StepState.SUBMITTED)
            owned.set_attempt(path, 1, AttemptState.SUBMITTED, AttemptState.SUCCEEDED)
            owned.set_step(path, StepState.SUBMITTED, StepState.SUCCEEDED)
        owned.set_run(RunState.SUCCEEDED)
    return run


def trigger(store: Store) -> Trigger:
    store.flows.publish(NewRevision("f_1", "Bank", "{}"), "default")
    return store.triggers.add(NewTrigger("f_1", "Nightly", "cron", {}, next_fire=store.now() + HOUR))


def fired(store: Store) -> tuple[Trigger, Run]:
    one = trigger(store)
    new = NewRun("f_1", "Bank", "{}", [NewStep("a", "a", 0)], trigger_id=one.id, dedup=f"cron:{one.id}:1")
    with store.triggers.firing([one]) as firing:
        firing.fire(one, [NewTick(1, new), NewTick(2, skipped="enough")], one.next_fire)
    return one, store.history.page(1).items[0]


def change(store: Store, table: str, **columns: Any) -> None:
    with store.database.write() as connection:
        connection.execute(update(tables.metadata.tables[table]).values(**columns))


def forget_lease(store: Store) -> None:
    made(store, owner="me", lease_seconds=60.0)
    change(store, "run", lease_until=clock() - HOUR)


def end_too_early(store: Store) -> None:
    made(store, owner="me", lease_seconds=60.0)
    change(store, "run", state=RunState.SUCCEEDED, ended=clock())


def commit_twice(store: Store) -> None:
    run = succeeded(store)
    values = {
        "run_id": run.id, "step": "a", "number": 2, "state": AttemptState.SUCCEEDED, "execution": "", "worker": "",
        "submitted": 1, "seconds": {}, "log": "", "notebook": "",
    }  # fmt: skip
    with store.database.write() as connection:
        connection.execute(insert(tables.attempt).values(values))


def invent_a_result(store: Store) -> None:
    succeeded(store)
    change(store, "attempt", state=AttemptState.LOST)


def miss_a_time(store: Store) -> None:
    trigger(store)
    change(store, "trigger", next_fire=clock() - HOUR)


def lose_a_tick(store: Store) -> None:
    fired(store)
    with store.database.write() as connection:
        connection.execute(tables.tick.delete().where(tables.tick.c.run_id.is_not(None)))


def share_a_run(store: Store) -> None:
    _, run = fired(store)
    change(store, "tick", run_id=run.id, skipped=None)


def delivered(store: Store) -> Run:
    store.flows.publish(NewRevision("f_1", "Bank", "{}"), "default")
    one = store.triggers.add(NewTrigger("f_1", "orders", "webhook", {}, path=""))
    run = NewRun("f_1", "Bank", "{}", [NewStep("a", "a", 0)], trigger_id=one.id)
    found = store.deliveries.accept(NewDelivery(one.id, "accepted", 202), run, one.version)
    return store.runs.get(found.run_id or "")


def lose_a_run(store: Store) -> None:
    run = delivered(store)
    with store.database.write() as connection:
        connection.execute(tables.run.delete().where(tables.run.c.id == run.id))


BREAKS: dict[str, Callable[[Store], None]] = {
    "leases": forget_lease,
    "ends": end_too_early,
    "results": commit_twice,
    "sources": invent_a_result,
    "due": miss_a_time,
    "ticks": lose_a_tick,
    "dates": share_a_run,
    "deliveries": lose_a_run,
}


def test_a_sound_store_breaks_nothing(store: Store) -> None:
    succeeded(store)
    fired(store)
    delivered(store)
    made(store)
    made(store, owner="me", lease_seconds=60.0)
    store.runs.request_cancel(made(store).id)
    paused = trigger(store)
    store.triggers.change(paused, paused="Ada", next_fire=1)
    deleted, _ = fired(store)
    store.triggers.delete(deleted.id)
    assert store.invariants.breaches() == []


@pytest.mark.parametrize("name", INVARIANTS)
def test_what_breaks_an_invariant_is_found_and_named(store: Store, name: str) -> None:
    succeeded(store)
    BREAKS[name](store)
    (breach,) = store.invariants.breaches()
    assert breach.name == name
    assert 1 <= breach.count == len(breach.ids)
