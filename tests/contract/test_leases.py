"""Who drives which run, over SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from studio.run import RunState
from studio.store.leases import Places
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store


def queued(store: Store, **fields: Any) -> Run:
    given = {"flow_id": "f_1", "flow_name": "Bank", "document_text": "{}", "steps": [NewStep("a", "a", 0)], **fields}
    return store.runs.create(NewRun(**given))


def end(store: Store, run: Run, owner: str = "me") -> None:
    with store.owned(run.id, owner, run.epoch) as owned:
        owned.set_run(RunState.SUCCEEDED)


def test_no_more_runs_are_driven_at_once_than_there_are_places(store: Store) -> None:
    for number in range(5):
        queued(store, flow_id=f"f_{number}")
    places = Places(in_all=3, per_flow=10)
    taken = store.leases.claim("me", 60, 2, places)
    assert len(taken) == 2
    assert len(store.leases.claim("other", 60, 5, places)) == 1
    assert store.leases.claim("other", 60, 5, places) == []
    end(store, taken[0])
    assert len(store.leases.claim("other", 60, 5, places)) == 1


def test_no_more_runs_of_a_flow_are_driven_at_once_than_are_allowed(store: Store) -> None:
    mine = [queued(store) for _ in range(3)]
    other = queued(store, flow_id="f_2")
    places = Places(in_all=10, per_flow=2)
    assert {run.id for run in store.leases.claim("me", 60, 10, places)} == {mine[0].id, mine[1].id, other.id}
    assert store.leases.claim("me", 60, 10, places) == []


def test_a_flow_with_many_runs_does_not_keep_the_others_waiting(store: Store) -> None:
    for _ in range(20):
        queued(store)
    other = queued(store, flow_id="f_2")
    taken = store.leases.claim("me", 60, 2, Places(in_all=2, per_flow=20))
    assert [run.flow_id for run in taken] == ["f_1", "f_2"]
    assert taken[1].id == other.id


def test_a_higher_priority_goes_first_whatever_its_flow_has_already(store: Store) -> None:
    queued(store, flow_id="f_2")
    queued(store)
    urgent = [queued(store, priority=5) for _ in range(2)]
    taken = store.leases.claim("me", 60, 2, Places(in_all=2, per_flow=20))
    assert [run.id for run in taken] == [run.id for run in urgent]


def test_those_who_drive_runs_can_be_asked_which(store: Store) -> None:
    first, second, _ = (queued(store, owner=owner, lease_seconds=60.0) for owner in ("me", "me", "other"))
    queued(store)
    assert store.leases.driven_by("me") == [first.id, second.id]
    end(store, first)
    assert store.leases.driven_by("me") == [second.id]


def test_runs_that_exclude_each_other_are_driven_one_after_another_in_order(store: Store) -> None:
    first, second, third = (queued(store, exclusive="t_1") for _ in range(3))
    free = queued(store)
    assert {run.id for run in store.leases.claim("me", 60, 10)} == {first.id, free.id}
    assert store.leases.claim_one("me", 60, third.id) is None
    (taken,) = [store.runs.get(first.id)]
    end(store, taken)
    assert [run.id for run in store.leases.claim("me", 60, 10)] == [second.id]


def test_two_runs_that_exclude_each_other_cannot_both_be_driven_whoever_tries(store: Store) -> None:
    """The database keeps it, too."""
    given = {"exclusive": "t_1", "owner": "me", "lease_seconds": 60.0}
    queued(store, **given)
    with pytest.raises(Exception, match=r"(?i)unique"):
        queued(store, **given)


def test_many_who_claim_at_once_never_get_the_same_run_nor_more_than_there_are_places(store: Store) -> None:
    for number in range(40):
        queued(store, flow_id=f"f_{number % 4}", exclusive=f"t_{number % 20}")
    places = Places(in_all=12, per_flow=4)

    def claim(number: int) -> list[str]:
        return [run.id for _ in range(5) for run in store.leases.claim(f"d{number}", 60, 3, places)]

    with ThreadPoolExecutor(6) as pool:
        taken = [run for some in pool.map(claim, range(6)) for run in some]
    assert len(taken) == len(set(taken)) == 12
    runs = [store.runs.get(one) for one in taken]
    assert set(Counter(run.flow_id for run in runs).values()) == {3}
    assert len({run.exclusive for run in runs}) == 12


def test_a_run_that_has_not_begun_by_its_deadline_is_cancelled_and_says_why(store: Store) -> None:
    late = queued(store, start_by=store.now() - 1)
    early = queued(store, start_by=store.now() + 60_000_000)
    begun = queued(store, start_by=store.now() - 1, owner="me", lease_seconds=60.0)
    assert store.runs.expire() == [late.id]
    assert store.runs.expire() == []
    ended = store.runs.get(late.id)
    assert (ended.state, ended.failure.code if ended.failure else None) == (RunState.CANCELLED, "late")
    assert [step.state for step in store.steps.of(late.id)] == ["cancelled"]
    assert store.events.of(late.id)[-1].data["state"] == "cancelled"
    assert [store.runs.get(run.id).state for run in (early, begun)] == [RunState.QUEUED, RunState.RUNNING]


def test_a_run_that_takes_longer_than_it_may_is_found_by_its_owner_whoever_began_it(store: Store) -> None:
    given = {"owner": "me", "lease_seconds": 0.0}
    limited = queued(store, time_limit=1e-6, **given)
    patient, unlimited = queued(store, time_limit=1e6, **given), queued(store, **given)
    waiting = queued(store, time_limit=1e-6)
    assert store.leases.overdue("me") == {limited.id}
    claimed = {run.id: run for run in store.leases.claim("other", 60, 3)}
    assert claimed.keys() == {limited.id, patient.id, unlimited.id}
    assert store.leases.overdue("other") == {limited.id}
    for run in claimed.values():
        with store.owned(run.id, "other", run.epoch) as owned:
            assert owned.overdue is (run.id == limited.id)
    assert store.runs.get(waiting.id).time_limit == 1e-6
