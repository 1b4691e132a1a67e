"""Cron triggers fire over SQLite and PostgreSQL: every due time has one end, whoever looks and however late."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from scheduler.ticker import Ticker
from studio.flow import Flow, format_flow
from studio.run import RunState
from studio.store.flows import NewRevision
from studio.store.store import Store
from studio.store.triggers import NewTrigger, Tick, Trigger
from tests.cluster import wait_for

SECOND = 1_000_000
HOUR = 3600 * SECOND
FLOW = Flow.new("Month")
FLOW.inputs = [{"name": "month", "type": "text", "required": True}]  # type: ignore[list-item]
FLOW.add("code", "one", source="def run() -> Json:\n    return 1\n")


def publish(store: Store, flow: Flow = FLOW) -> None:
    new = NewRevision(flow.id, flow.name, format_flow(flow), flow_path="/project/month.flow", bundle="b" * 64)
    store.flows.publish(new, "default")


def trigger(store: Store, *, due: int, every: int = 3600, flow: Flow = FLOW, **settings: Any) -> Trigger:
    """A trigger whose next time is `due` microseconds from now, on the grid of `every` seconds."""
    step = every * SECOND
    first = (store.now() + due) // step * step
    schedule = settings.pop("schedule", {"every": every})
    wanted = {"schedule": schedule, "inputs": {"month": "2026-10"}, **settings}
    return store.triggers.add(NewTrigger(flow.id, "Hourly", "cron", wanted, next_fire=first))


def ends(store: Store, one: Trigger) -> list[Tick]:
    return store.triggers.ticks(one.id, 10_000)[::-1]


def ran(store: Store, one: Trigger) -> list[Tick]:
    return [tick for tick in ends(store, one) if tick.run_id]


def test_a_due_time_makes_a_run_of_the_active_revision(store: Store) -> None:
    publish(store)
    made = trigger(store, due=-1)
    Ticker(store).tick()
    (tick,) = ran(store, made)
    run = store.runs.get(tick.run_id or "")
    assert (run.state, run.flow_id, run.trigger_id) == (RunState.QUEUED, FLOW.id, made.id)
    assert (run.inputs, run.directory, run.bundle) == ({"month": "2026-10"}, "/project", "b" * 64)
    revision = store.flows.active(FLOW.id, "default")
    assert revision is not None
    assert run.revision_id == revision.id
    event = store.events.get(run.event_id)
    assert (event.kind, event.payload["trigger"]) == ("cron", made.id)
    assert [step.path for step in store.steps.of(run.id)] == ["one"]
    after = store.triggers.get(made.id).next_fire
    assert after == made.next_fire + HOUR  # type: ignore[operator]


def test_what_is_not_due_does_not_fire(store: Store) -> None:
    publish(store)
    made = trigger(store, due=2 * HOUR)
    assert 0.9 <= Ticker(store).look() <= 1.0
    assert ends(store, made) == []


def test_three_days_without_service_leave_one_end_for_each_time(store: Store) -> None:
    publish(store)
    made = trigger(store, due=-72 * HOUR, every=60)
    Ticker(store).tick()
    ticks = ends(store, made)
    assert [b.fire - a.fire for a, b in pairwise(ticks)] == [60 * SECOND] * (len(ticks) - 1)
    assert 72 * 60 <= len(ticks) <= 72 * 60 + 2
    assert ticks[0].fire == made.next_fire
    assert [tick.fire for tick in ticks if tick.run_id] == [ticks[-1].fire]
    assert all("missed" in (tick.skipped or "") for tick in ticks[:-1])


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [({}, "'month' is missing"), ({"mouth": "2026-10", "month": "x"}, "no input 'mouth'")],
)
def test_inputs_that_do_not_fit_are_a_recorded_skip(store: Store, inputs: dict[str, Any], reason: str) -> None:
    publish(store)
    made = trigger(store, due=-1, inputs=inputs)
    Ticker(store).tick()
    (tick,) = ends(store, made)
    assert tick.run_id is None
    assert reason in (tick.skipped or "")


def test_a_flow_without_an_active_revision_is_a_recorded_skip(store: Store) -> None:
    other = Flow.new("Other")
    store.flows.publish(NewRevision(other.id, "Other", format_flow(other)), "dev")
    made = trigger(store, due=-1, flow=other)
    Ticker(store).tick()
    assert "No revision is active in default" in (ends(store, made)[0].skipped or "")


def test_a_trigger_that_cannot_be_read_stands_still_and_stops_no_other(store: Store) -> None:
    publish(store)
    odd = trigger(store, due=-1, schedule={"sundial": "noon"})
    sound = trigger(store, due=-1)
    Ticker(store).tick()
    assert "cannot be read" in (store.triggers.get(odd.id).paused or "")
    assert len(ran(store, sound)) == 1


def test_a_schedule_that_ends_fires_no_more(store: Store) -> None:
    publish(store)
    made = trigger(store, due=-1, schedule={"every": 3600, "ends": "2026-11-01T00:00:00Z"})
    Ticker(store).tick()
    assert store.triggers.get(made.id).next_fire is None
    assert ends(store, made) == []


def test_a_later_time_takes_the_place_of_a_run_that_goes_on(store: Store) -> None:
    publish(store)
    made = trigger(store, due=-1, overlap="cancel")
    Ticker(store).tick()
    (going,) = store.leases.claim("me", 60)
    store.triggers.change(store.triggers.get(made.id), next_fire=made.next_fire + 1)  # type: ignore[operator]
    again = store.triggers.get(made.id)
    store.triggers.change(again, settings=again.settings | {"schedule": {"every": 1}}, next_fire=store.now() - SECOND)
    Ticker(store).tick()
    assert store.runs.get(going.id).cancel_requested
    queued = [run for run in store.history.page(100).items if run.state is RunState.QUEUED]
    assert len(queued) == 1
    assert store.leases.claim("me", 60) == [], "the cancelled run has not ended yet"


def test_a_queued_run_begins_when_the_one_before_has_ended(store: Store) -> None:
    publish(store)
    trigger(store, due=-3 * HOUR, missed="all")
    Ticker(store).tick()
    (first,) = store.leases.claim("me", 60, 10)
    with store.owned(first.id, "me", first.epoch) as owned:
        owned.set_run(RunState.SUCCEEDED)
    (second,) = store.leases.claim("me", 60, 10)
    assert first.created <= second.created
    assert store.leases.claim("me", 60, 10) == []


def test_a_run_that_cannot_begin_by_its_deadline_never_does(store: Store) -> None:
    publish(store)
    made = trigger(store, due=-1, every=2, deadline=600)
    Ticker(store).tick()
    run = store.runs.get(ran(store, made)[0].run_id or "")
    assert run.start_by == ran(store, made)[0].fire + 600 * SECOND


def test_many_tickers_at_once_give_each_time_one_end(store: Store) -> None:
    publish(store)
    many = [trigger(store, due=-2 * HOUR, missed="all") for _ in range(40)]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: Ticker(store).tick(), range(5)))
    Ticker(store).tick()  # what the others held when one looked
    counts = {len(ran(store, one)) for one in many}
    assert counts <= {2, 3}
    assert len(store.history.page(1000).items) == sum(len(ran(store, one)) for one in many)


def test_a_ticker_fires_on_time_and_ends_when_it_is_told(store: Store) -> None:
    publish(store)
    made = trigger(store, due=SECOND, every=1)
    stopping, fired = threading.Event(), threading.Event()
    thread = threading.Thread(target=Ticker(store, fired.set).serve, args=(stopping,))
    thread.start()
    assert fired.wait(30)
    wait_for(lambda: len(ran(store, made)) >= 3, what="three ticks")
    stopping.set()
    thread.join(timeout=30)
    assert not thread.is_alive()
    store.triggers.change(store.triggers.get(made.id), paused="enough")


class SetClock:
    """A database's clock that somebody sets."""

    def __init__(self) -> None:
        self.ahead = 0

    def show(self, moment: int | None) -> None:
        assert moment is not None
        self.ahead = moment - time.time_ns() // 1000

    def __call__(self) -> int:
        return time.time_ns() // 1000 + self.ahead


@pytest.mark.parametrize("wrong", [HOUR, 30 * 24 * HOUR], ids=["an hour", "30 days"])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_was_ahead_for_a_while_does_not_silence_a_trigger(
    tmp_path: Any, wrong: int, restarted: bool
) -> None:
    clock = SetClock()
    with Store.open(tmp_path / "store.db", now=clock) as store:
        publish(store)
        made = trigger(store, due=-1, every=600, overlap="allow", parallel=100)
        ticker = Ticker(store)
        ticker.tick()
        right = store.triggers.get(made.id).next_fire
        clock.ahead = wrong
        ticker.tick()
        too_early = ran(store, made)[1:]
        assert len(too_early) == 1
        clock.ahead = 0
        (Ticker(store) if restarted else ticker).tick()
        assert store.triggers.get(made.id).next_fire == right
        assert all(tick.fire < store.now() for tick in ends(store, made) if tick.skipped)
        clock.show((right or 0) + 5 * SECOND)  # time goes on: the next time is due
        ticker.tick()
        assert right in [tick.fire for tick in ran(store, made)]


def test_what_ran_too_early_by_a_wrong_clock_does_not_run_again(tmp_path: Any) -> None:
    clock = SetClock()
    with Store.open(tmp_path / "store.db", now=clock) as store:
        publish(store)
        made = trigger(store, due=-1, every=600, overlap="allow", parallel=100)
        ticker = Ticker(store)
        ticker.tick()
        early = store.triggers.get(made.id).next_fire or 0
        for time_shown in (early + 5 * SECOND, early - 100 * SECOND, early + 10 * SECOND):
            clock.show(time_shown)
            ticker.tick()
        fires = [tick.fire for tick in ran(store, made)]
        assert len(fires) == len(set(fires)) == len(store.history.page(100).items) == 2
