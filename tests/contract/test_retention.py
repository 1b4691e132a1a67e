"""Whose artifacts are kept, over SQLite and PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from studio.artifacts.root import ArtifactRoot
from studio.exceptions import ArtifactError, Conflict
from studio.keeper import DAY, Keeper
from studio.manifest import Artifact
from studio.run import RunState, StepState
from studio.store import tables
from studio.store.flows import NewRevision
from studio.store.retention import Holdings
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store

BYTES = 100
"""Of each run's one artifact."""


@pytest.fixture
def root(tmp_path: Path) -> ArtifactRoot:
    return ArtifactRoot(str(tmp_path / "artifacts"))


def folder(run: Run) -> str:
    return f"runs/{run.id}/bank/1-x/"


def outputs(run: Run) -> dict[str, Artifact]:
    path = f"{folder(run)}table.arrow"
    return {"table": Artifact(path=path, kind="table", format="arrow", hash="sha256:0", bytes=BYTES, preview=[["é"]])}


def began(store: Store, *, flow: str = "f_1", steps: Sequence[NewStep] = (), **fields: Any) -> Run:
    given = {"document_text": "{}", "bundle": "b1", "steps": steps or [NewStep("bank", "bank", 0)]} | fields
    return store.runs.create(NewRun(flow, "Bank", owner="me", lease_seconds=60.0, **given))


def reusing(store: Store, origin: Run, **fields: Any) -> Run:
    step = NewStep("bank", "bank", 0, StepState.REUSED, outputs=outputs(origin), reused_run=origin.id)
    return began(store, steps=[step], **fields)


def finish(store: Store, run: Run, state: RunState, days: float = 0.0) -> Run:
    with store.owned(run.id, "me", 1) as owned:
        owned.set_run(state, ended=store.now() - int(days * DAY))
    return run


def ended(store: Store, root: ArtifactRoot, state: RunState, days: float = 0.0, **fields: Any) -> Run:
    """A run of one pure step, with its artifact, that ended so many days ago."""
    run = began(store, **fields)
    root.write_exclusive(f"{folder(run)}table.arrow", b"x" * BYTES)
    with store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.READY)
        owned.set_step("bank", StepState.READY, StepState.SUBMITTED, cache_key="k")
        owned.set_step("bank", StepState.SUBMITTED, StepState.SUCCEEDED, outputs=outputs(run))
    return finish(store, run, state, days)


def forgotten(store: Store, *runs: Run) -> list[bool]:
    return [store.runs.get(run.id).forgotten is not None for run in runs]


def there(root: ArtifactRoot) -> set[str]:
    return {entry.path.split("/")[1] for entry in root.list("runs/")}


def grow_old(root: ArtifactRoot) -> None:
    """What is young may belong to a run that nobody knows of yet."""
    for path in Path(root.url).rglob("*"):
        os.utime(path, (0, 0))


def test_old_runs_give_their_artifacts_up_but_not_the_last_success_and_failure_of_a_flow(
    store: Store, root: ArtifactRoot
) -> None:
    ancient, success = (ended(store, root, RunState.SUCCEEDED, days) for days in (90, 45))
    old, failure = (ended(store, root, RunState.FAILED, days) for days in (50, 40))
    other = ended(store, root, RunState.SUCCEEDED, 99, flow="f_2")
    cancelled, young = ended(store, root, RunState.CANCELLED, 31), ended(store, root, RunState.CANCELLED, 29)
    planned = Keeper(store, root, days=30, most=None).sweep(dry_run=True)
    assert [(one.run.id, one.why, one.bytes) for one in planned.forgotten] == [
        (run.id, "age", BYTES) for run in (ancient, old, cancelled)
    ]
    assert not any(forgotten(store, ancient, old, cancelled))
    assert len(there(root)) == 7
    assert Keeper(store, root, days=30, most=None).sweep() == planned
    assert forgotten(store, ancient, old, cancelled) == [True] * 3
    assert not any(forgotten(store, success, failure, other, young))
    assert there(root) == {run.id for run in (success, failure, other, young)}
    assert Keeper(store, root, days=30, most=None).sweep().bytes == 0


def test_beyond_the_size_the_oldest_go(store: Store, root: ArtifactRoot) -> None:
    first, second, third, last = (ended(store, root, RunState.SUCCEEDED, days) for days in (4, 3, 2, 1))
    swept = Keeper(store, root, days=30, most=2 * BYTES + 1).sweep()
    assert [(one.run.id, one.why) for one in swept.forgotten] == [(first.id, "size"), (second.id, "size")]
    assert there(root) == {third.id, last.id}


def test_what_is_unlimited_is_kept_for_ever(store: Store, root: ArtifactRoot) -> None:
    for days in (1000, 999):
        ended(store, root, RunState.CANCELLED, days)
    assert Keeper(store, root, days=None, most=None).sweep().bytes == 0
    assert len(there(root)) == 2


def test_a_run_that_has_not_ended_keeps_its_artifacts_and_those_that_it_has_reused(
    store: Store, root: ArtifactRoot
) -> None:
    origin = ended(store, root, RunState.CANCELLED, 50)
    going = reusing(store, origin)
    root.write_exclusive(f"{folder(going)}table.arrow", b"x")
    swept = Keeper(store, root, days=1, most=1).sweep()
    assert [(one.run.id, one.bytes) for one in swept.forgotten] == [(origin.id, 0)]
    assert root.exists(outputs(origin)["table"].path)
    assert root.exists(outputs(going)["table"].path)
    finish(store, going, RunState.CANCELLED, 2)
    grow_old(root)
    swept = Keeper(store, root, days=1, most=1).sweep()
    assert [(one.run.id, one.bytes) for one in swept.forgotten] == [(going.id, BYTES + 1)]
    assert there(root) == set()


def test_what_webhooks_received_is_kept_as_long_as_artifacts(store: Store, root: ArtifactRoot) -> None:
    run = began(store, event_kind="webhook", event_payload={"path": "/x"}, event_body=b"order")
    Keeper(store, root, days=1, most=None).sweep()
    assert store.events.get(run.event_id).body == b"order"
    with store.database.write() as connection:
        connection.execute(update(tables.event).values(received=1))
    Keeper(store, root, days=None, most=None).sweep()
    Keeper(store, root, days=1, most=None).sweep(dry_run=True)
    assert store.events.get(run.event_id).body == b"order"
    Keeper(store, root, days=1, most=None).sweep()
    event = store.events.get(run.event_id)
    assert (event.body, event.payload) == (None, {"path": "/x"})


def test_the_history_and_the_bundle_of_a_forgotten_run_stay(store: Store, root: ArtifactRoot) -> None:
    run = ended(store, root, RunState.CANCELLED, 50)
    store.flows.publish(NewRevision("f_1", "Bank", "text", bundle="b2"), "default")
    steps = store.steps.of(run.id)
    before = store.now()
    assert store.retention.forget([run.id, "no such run"]) == {run.id}
    assert store.retention.forget([run.id]) == set()
    found = store.runs.get(run.id)
    assert found.forgotten is not None
    assert before <= found.forgotten <= store.now()
    assert store.steps.of(run.id) == steps
    assert store.retention.holdings() == Holdings([], {}, {"bundles/b1.zip", "bundles/b2.zip"})
    with pytest.raises(ArtifactError, match="kept no longer") as raised:
        found.require_artifacts()
    assert run.id in raised.value.cure


def test_a_run_that_goes_on_cannot_be_forgotten(store: Store) -> None:
    run = began(store)
    assert store.retention.forget([run.id]) == set()
    assert forgotten(store, run) == [False]


def test_many_runs_are_forgotten_at_once(store: Store) -> None:
    runs = [began(store).id for _ in range(3)]
    with store.database.write() as connection:
        connection.execute(update(tables.run).values(state=RunState.CANCELLED, ended=1))
    assert store.retention.forget([*runs, *(f"none {number}" for number in range(2500))]) == set(runs)


def test_what_a_kill_left_behind_is_garbage(store: Store, root: ArtifactRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between marking the run and deleting its files."""
    run = ended(store, root, RunState.CANCELLED, 50)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(root, "delete_prefix", killed)
    with pytest.raises(KeyboardInterrupt):
        Keeper(store, root, days=30, most=None).sweep()
    assert (forgotten(store, run), there(root)) == ([True], {run.id})
    monkeypatch.undo()
    grow_old(root)
    swept = Keeper(store, root, days=30, most=None).sweep()
    assert ([one.path for one in swept.garbage], swept.forgotten) == ([f"runs/{run.id}/"], [])
    assert there(root) == set()


def test_two_who_sweep_at_once_delete_each_run_once(store: Store, root: ArtifactRoot) -> None:
    runs = {ended(store, root, RunState.CANCELLED, 50).id for _ in range(8)}
    gate = threading.Barrier(3)

    def sweep(_: int) -> list[str]:
        gate.wait()
        return [one.run.id for one in Keeper(store, root, days=30, most=None).sweep().forgotten]

    with ThreadPoolExecutor(3) as pool:
        told = [run_id for some in pool.map(sweep, range(3)) for run_id in some]
    assert sorted(told) == sorted(runs)
    assert there(root) == set()


# ---- reused meanwhile


def test_the_results_of_a_forgotten_run_are_offered_to_nobody(store: Store, root: ArtifactRoot) -> None:
    first, second = ended(store, root, RunState.SUCCEEDED), ended(store, root, RunState.SUCCEEDED)
    store.retention.forget([second.id])
    found = store.steps.reusable("k")
    assert found is not None
    assert found.run_id == first.id
    store.retention.forget([first.id])
    assert store.steps.reusable("k") is None
    with store.owned(began(store).id, "me", 1) as owned:
        assert owned.kept_among({first.id, second.id}) == set()


def test_a_run_cannot_take_results_that_were_forgotten_while_it_was_made(store: Store, root: ArtifactRoot) -> None:
    origin = ended(store, root, RunState.SUCCEEDED)
    assert reusing(store, origin, origin_run=origin.id)
    store.retention.forget([origin.id])
    with pytest.raises(Conflict, match=origin.id) as raised:
        reusing(store, origin, origin_run=origin.id)
    assert raised.value.retryable
    assert began(store, origin_run=origin.id), "all of it runs again"


def test_a_result_that_is_being_reused_is_not_deleted(store: Store, root: ArtifactRoot) -> None:
    """Who forgets waits for who reuses, and then knows of it."""
    origin, going = ended(store, root, RunState.CANCELLED, 50), began(store)
    keeper = Keeper(store, root, days=30, most=None)
    with ThreadPoolExecutor(1) as pool:
        with store.owned(going.id, "me", 1) as owned:
            owned.set_step("bank", StepState.BLOCKED, StepState.READY)
            assert owned.kept_among({origin.id}) == {origin.id}
            sweeping = pool.submit(keeper.sweep)
            with pytest.raises(TimeoutError):
                sweeping.result(timeout=0.5)
            owned.set_step("bank", StepState.READY, StepState.REUSED, outputs=outputs(origin), reused_run=origin.id)
        assert [one.run.id for one in sweeping.result(timeout=30).forgotten] == [origin.id]
    assert root.exists(outputs(origin)["table"].path)


def test_a_run_whose_result_is_being_reused_is_deleted_only_after_that(store: Store, root: ArtifactRoot) -> None:
    origin, going = ended(store, root, RunState.CANCELLED), began(store)
    with ThreadPoolExecutor(1) as pool:
        with store.owned(going.id, "me", 1) as owned:
            assert owned.kept_among({origin.id}) == {origin.id}
            deleting = pool.submit(store.runs.delete, origin.id)
            with pytest.raises(TimeoutError):
                deleting.result(timeout=0.5)
        deleting.result(timeout=30)


def test_who_reuse_at_once_do_not_wait_for_each_other(store: Store, root: ArtifactRoot) -> None:
    """Each takes from the other, which still goes on."""
    if store.database.is_sqlite:
        pytest.skip("one writes at a time")
    one, other = began(store), began(store)
    with store.owned(one.id, "me", 1) as first, store.owned(other.id, "me", 1) as second:
        assert first.kept_among({other.id}) == {other.id}
        assert second.kept_among({one.id}) == {one.id}
