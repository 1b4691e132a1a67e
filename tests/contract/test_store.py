"""What any store must do, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from studio.exceptions import LeaseLost, NotFound, StoreError, TransitionError, UserError
from studio.manifest import Artifact
from studio.problem import Failure
from studio.run import AttemptState, RunState, StepState
from studio.store import tables
from studio.store.events import NewRunEvent
from studio.store.flows import NewRevision, document_hash
from studio.store.history import Filter
from studio.store.runs import NewRun, Run, queue
from studio.store.steps import NewStep
from studio.store.store import Store

EXPIRED = -1.0
"""A lease of so many seconds is over when it begins."""


def new_run(*nodes: str, **fields: Any) -> NewRun:
    steps = [NewStep(node, node, position) for position, node in enumerate(nodes or ("bank",))]
    return NewRun(**{"flow_id": "f_1", "flow_name": "Bank", "document_text": "{}\n", "steps": steps, **fields})


def owned_run(store: Store, *nodes: str, **fields: Any) -> Run:
    return store.runs.create(new_run(*nodes, owner="me", lease_seconds=60, **fields))


def artifact(path: str) -> Artifact:
    columns = [{"name": "payee", "type": "text"}]
    return Artifact(path=path, kind="table", format="arrow", hash="sha256:0", bytes=9, rows=1, columns=columns)


def succeed(store: Store, run: Run, path: str, **columns: Any) -> None:
    with store.owned(run.id, "me", run.epoch) as owned:
        owned.set_step(path, StepState.BLOCKED, StepState.READY)
        owned.set_step(path, StepState.READY, StepState.SUBMITTED)
        owned.set_step(path, StepState.SUBMITTED, StepState.SUCCEEDED, **columns)


def end(store: Store, run: Run) -> None:
    with store.owned(run.id, "me", run.epoch) as owned:
        owned.set_run(RunState.SUCCEEDED)


def rows_in(store: Store, *names: str) -> list[int]:
    with store.database.read() as connection:
        return [
            connection.execute(select(func.count()).select_from(tables.metadata.tables[n])).scalar_one() for n in names
        ]


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Let `count` threads begin the work together."""
    gate = threading.Barrier(count)

    def wait_and_work(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_work, range(count)))


# ---- made


def test_a_run_is_kept_whole(store: Store) -> None:
    payload = {"who": "Ada"}
    made = store.runs.create(
        new_run(
            "bank",
            "match",
            inputs={"month": "2026-10"},
            selection={"to": "match"},
            bundle="b" * 64,
            directory="/project",
            flow_path="bank.flow",
            event_payload=payload,
        )
    )
    assert made == store.runs.get(made.id)
    assert (made.state, made.owner, made.epoch, made.started) == (RunState.QUEUED, None, 0, None)
    assert (made.inputs, made.selection, made.directory) == ({"month": "2026-10"}, {"to": "match"}, "/project")
    assert store.document(made.document) == "{}\n"
    assert made.document == document_hash("{}\n")
    assert store.flows.get("f_1").path == "bank.flow"
    assert store.events.get(made.event_id).payload == payload
    assert [(step.path, step.state, step.attempt) for step in store.steps.of(made.id)] == [
        ("bank", StepState.BLOCKED, 0),
        ("match", StepState.BLOCKED, 0),
    ]


def test_events_tell_who_wished_for_runs(store: Store) -> None:
    payloads: list[tuple[str, Any]] = [
        ("person", {"author": "Ada"}), ("person", {}), ("person", None), ("webhook", {"author": "Eve"}),
    ]  # fmt: skip
    made = [store.runs.create(new_run(event_kind=kind, event_payload=payload)) for kind, payload in payloads]
    assert store.events.authors([run.event_id for run in made]) == {made[0].event_id: "Ada"}
    assert store.events.authors([]) == {}


def test_a_run_with_an_owner_is_born_running_and_leased(store: Store) -> None:
    made = owned_run(store)
    assert (made.state, made.owner, made.epoch) == (RunState.RUNNING, "me", 1)
    assert made.started is not None
    assert made.lease_until is not None
    assert 59_000_000 < made.lease_until - made.created < 61_000_000
    assert store.leases.claim("other", 60, limit=10) == []


def test_a_reused_step_is_born_ended_with_its_outputs(store: Store) -> None:
    outputs = {"table": artifact("runs/a/bank/1-x/table.arrow")}
    step = NewStep("bank", "bank", 0, StepState.REUSED, outputs=outputs, reused_run="a", cache_key="k")
    made = store.runs.create(new_run(steps=[step]))
    (kept,) = store.steps.of(made.id)
    assert (kept.state, kept.outputs, kept.reused_run, kept.ended) == (StepState.REUSED, outputs, "a", made.created)


def test_any_json_survives(store: Store) -> None:
    inputs = {"nul": "a\x00b", "half": "\ud800", "ü": [1.5, None, True, {"n": 2**53}]}
    made = store.runs.create(new_run(inputs=inputs, event_payload=None))
    assert store.runs.get(made.id).inputs == inputs
    assert store.events.get(made.event_id).payload is None


def test_a_name_that_no_database_can_hold_is_kept_as_far_as_it_goes(store: Store) -> None:
    made = store.runs.create(new_run(flow_name="ü\x00\ud800", flow_path="a\x00", directory="/x\udcff"))
    assert (made.flow_name, made.directory, store.flows.get("f_1").path) == ("ü??", "/x?", "a?")
    assert store.history.page(filter=Filter(flow="ü\x00\ud800")).items == [made]


def test_a_flow_takes_the_name_and_path_of_its_latest_run(store: Store) -> None:
    store.runs.create(new_run(flow_path="old.flow"))
    first = store.flows.get("f_1")
    store.runs.create(new_run(flow_path="old.flow"))
    assert store.flows.get("f_1") == first
    store.runs.create(new_run(flow_path="new.flow", flow_name="Ledger"))
    moved = store.flows.get("f_1")
    assert (moved.path, moved.name, moved.created) == ("new.flow", "Ledger", first.created)
    assert moved.updated > first.updated
    assert store.flows.list() == [moved]


def test_the_same_dedup_makes_no_second_run(store: Store) -> None:
    first = store.runs.create(new_run(dedup="tick 9:00"))
    store.leases.claim("me", 60)
    again = store.runs.create(new_run("other", dedup="tick 9:00", flow_name="Changed", document_text="changed"))
    assert again == store.runs.get(first.id)
    assert rows_in(store, "run", "event", "step", "document") == [1, 1, 1, 1]
    assert store.flows.get("f_1").name == "Bank"


def test_of_many_with_one_dedup_at_once_one_run_is_made(store: Store) -> None:
    made = at_once(8, lambda number: store.runs.create(new_run(dedup="tick", document_text=str(number))))
    assert len({run.id for run in made}) == 1
    assert rows_in(store, "run", "event", "step", "document") == [1, 1, 1, 1]


def test_a_run_that_cannot_be_kept_leaves_nothing(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.runs.create(new_run("bank", "bank"))
    assert rows_in(store, "run", "event", "step", "document", "flow") == [0, 0, 0, 0, 0]


# ---- claimed


def test_runs_are_claimed_by_priority_then_age(store: Store) -> None:
    low, first, second = (store.runs.create(new_run(priority=priority)) for priority in (0, 5, 5))
    claimed = store.leases.claim("me", 60, limit=2)
    assert [run.id for run in claimed] == [first.id, second.id]
    assert [(run.state, run.owner, run.epoch) for run in claimed] == [(RunState.RUNNING, "me", 1)] * 2
    assert [run.id for run in store.leases.claim("me", 60, limit=2)] == [low.id]


def test_a_named_run_alone_is_claimed(store: Store) -> None:
    store.runs.create(new_run())
    wanted = store.runs.create(new_run())
    assert store.leases.claim_one("me", 60, wanted.id) is not None
    assert store.leases.claim_one("other", 60, wanted.id) is None


def test_a_run_whose_lease_is_over_is_taken_over_in_a_new_epoch(store: Store) -> None:
    made = store.runs.create(new_run(owner="dead", lease_seconds=EXPIRED))
    (taken,) = store.leases.claim("me", 60)
    assert (taken.id, taken.owner, taken.epoch, taken.started) == (made.id, "me", 2, made.started)
    with pytest.raises(LeaseLost), store.owned(made.id, "dead", 1):
        pass


def test_a_waiting_run_is_taken_over_too(store: Store) -> None:
    run = store.runs.create(new_run(owner="me", lease_seconds=EXPIRED))
    with store.owned(run.id, "me", 1) as owned:
        owned.set_run(RunState.WAITING)
    (taken,) = store.leases.claim("other", 60)
    assert (taken.id, taken.state) == (run.id, RunState.RUNNING)


def test_a_run_that_has_ended_is_never_claimed(store: Store) -> None:
    run = store.runs.create(new_run(owner="me", lease_seconds=EXPIRED))
    end(store, run)
    assert store.leases.claim("other", 60) == []


def test_two_claimers_never_get_the_same_run(store: Store) -> None:
    queued = {store.runs.create(new_run()).id for _ in range(24)}
    lost = {store.runs.create(new_run(owner="dead", lease_seconds=EXPIRED)).id for _ in range(24)}

    def claim_all(number: int) -> list[Run]:
        claimed: list[Run] = []
        while some := store.leases.claim(f"dispatcher {number}", 60, limit=2):
            claimed += some
        return claimed

    claimed = [run for some in at_once(6, claim_all) for run in some]
    assert sorted(run.id for run in claimed) == sorted(queued | lost)
    assert all(run.epoch == (1 if run.id in queued else 2) for run in claimed)


def test_a_lease_is_renewed_for_its_owner_alone(store: Store) -> None:
    mine, lost = owned_run(store), store.runs.create(new_run(owner="me", lease_seconds=EXPIRED))
    store.leases.claim("other", 60)
    assert store.leases.renew("me", 600, [mine.id, lost.id]) == {mine.id}
    renewed = store.runs.get(mine.id).lease_until
    assert renewed is not None
    assert mine.lease_until is not None
    assert renewed - mine.lease_until > 500_000_000
    assert store.runs.get(lost.id).owner == "other"
    assert store.leases.renew("me", 600, []) == set()


def test_a_lease_that_is_over_but_untaken_can_be_renewed(store: Store) -> None:
    run = store.runs.create(new_run(owner="me", lease_seconds=EXPIRED))
    assert store.leases.renew("me", 60, [run.id]) == {run.id}
    assert store.leases.claim("other", 60) == []


def test_a_released_run_is_anybodys(store: Store) -> None:
    run = owned_run(store)
    assert not store.leases.release(run.id, "other", 1)
    assert not store.leases.release(run.id, "me", 2)
    assert store.leases.release(run.id, "me", 1)
    assert [taken.epoch for taken in store.leases.claim("other", 60)] == [2]


# ---- owned


@pytest.mark.parametrize(("owner", "epoch"), [("other", 1), ("me", 2), ("me", 0)])
def test_who_does_not_own_a_run_changes_nothing(store: Store, owner: str, epoch: int) -> None:
    run = owned_run(store)
    with pytest.raises(LeaseLost), store.owned(run.id, owner, epoch) as owned:
        owned.set_run(RunState.FAILED)
    assert store.runs.get(run.id) == run


def test_nobody_owns_a_run_that_is_gone(store: Store) -> None:
    with pytest.raises(LeaseLost), store.owned("no such run", "me", 1):
        pass


def test_a_step_goes_its_way(store: Store) -> None:
    run = owned_run(store, "bank", "match")
    outputs = {"table": artifact("runs/r/bank/1-x/table.arrow")}
    with store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.READY, cache_key="k")
        owned.set_step("bank", StepState.READY, StepState.SUBMITTED)
        owned.add_attempt("bank", 1)
        owned.set_step("bank", StepState.SUBMITTED, StepState.RUNNING)
        owned.set_attempt("bank", 1, AttemptState.SUBMITTED, AttemptState.RUNNING, execution="x", worker="w")
    with store.owned(run.id, "me", 1) as owned:
        both = {AttemptState.SUBMITTED, AttemptState.RUNNING}
        owned.set_attempt("bank", 1, both, AttemptState.SUCCEEDED, seconds={"execute": 0.5}, peak_memory=2**40)
        owned.set_step("bank", {StepState.SUBMITTED, StepState.RUNNING}, StepState.SUCCEEDED, outputs=outputs)
    bank, match = store.steps.of(run.id)
    (attempt,) = store.attempts.of(run.id)
    assert (bank.state, bank.attempt, bank.outputs, bank.cache_key) == (StepState.SUCCEEDED, 1, outputs, "k")
    assert bank.started is not None
    assert bank.ended is not None
    assert run.created < bank.started <= bank.ended
    assert match.state is StepState.BLOCKED
    assert (attempt.state, attempt.execution, attempt.worker) == (AttemptState.SUCCEEDED, "x", "w")
    assert (attempt.seconds, attempt.peak_memory) == ({"execute": 0.5}, 2**40)
    assert attempt.started is not None
    assert attempt.ended is not None
    assert attempt.submitted <= attempt.started <= attempt.ended


def test_given_times_are_kept(store: Store) -> None:
    run = owned_run(store)
    with store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.READY, ready_at=7)
        owned.set_step("bank", StepState.READY, StepState.FAILED, started=8, ended=9)
    (step,) = store.steps.of(run.id)
    assert (step.ready_at, step.started, step.ended) == (7, 8, 9)


def test_a_failure_is_kept_with_its_step_and_run(store: Store) -> None:
    run, failure = owned_run(store), Failure("user", "The column is missing.", cure="Add it.", node="bank", line=3)
    with store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.READY)
        owned.set_step("bank", StepState.READY, StepState.FAILED, failure=failure)
        owned.set_run(RunState.FAILED, failure=failure.to_json())
    assert store.steps.of(run.id)[0].failure == failure
    ended = store.runs.get(run.id)
    assert (ended.state, ended.failure, ended.lease_until, ended.owner) == (RunState.FAILED, failure, None, "me")
    assert ended.ended is not None


def test_a_transition_that_is_not_named_is_refused(store: Store) -> None:
    run = owned_run(store)
    with pytest.raises(TransitionError), store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.SUCCEEDED)
    with pytest.raises(TransitionError), store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", {StepState.READY, StepState.SUCCEEDED}, StepState.FAILED)
    with pytest.raises(TransitionError), store.owned(run.id, "me", 1) as owned:
        owned.set_run(RunState.QUEUED)
    with pytest.raises(TransitionError), store.owned(run.id, "me", 1) as owned:
        owned.set_attempt("bank", 1, AttemptState.LOST, AttemptState.SUCCEEDED)


def test_a_step_in_another_state_is_somebody_elses(store: Store) -> None:
    run = owned_run(store, "bank", "match")
    with pytest.raises(LeaseLost, match=r"bank .* is blocked, not ready"), store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.READY, StepState.SUBMITTED)

    def change_both() -> None:
        with store.owned(run.id, "me", 1) as owned:
            owned.set_step("bank", StepState.BLOCKED, StepState.READY)
            owned.set_steps(["bank", "match"], StepState.READY, StepState.SUBMITTED)

    with pytest.raises(LeaseLost, match=r"match .* is blocked, not ready"):
        change_both()
    assert {step.state for step in store.steps.of(run.id)} == {StepState.BLOCKED}


def test_an_attempt_in_another_state_is_somebody_elses(store: Store) -> None:
    run = owned_run(store)

    def change() -> None:
        with store.owned(run.id, "me", 1) as owned:
            owned.add_attempt("bank", 1)
            owned.set_attempt("bank", 1, AttemptState.RUNNING, AttemptState.SUCCEEDED)

    with pytest.raises(LeaseLost, match="is submitted, not running"):
        change()
    assert store.attempts.of(run.id) == []


def test_what_does_not_exist_is_not_changed(store: Store) -> None:
    run = owned_run(store)
    with pytest.raises(NotFound, match="no step nothing"), store.owned(run.id, "me", 1) as owned:
        owned.set_step("nothing", StepState.BLOCKED, StepState.READY)
    with pytest.raises(NotFound, match="does not exist"), store.owned(run.id, "me", 1) as owned:
        owned.set_attempt("bank", 1, AttemptState.SUBMITTED, AttemptState.RUNNING)


def test_an_attempt_is_begun_once(store: Store) -> None:
    run = owned_run(store)
    with store.owned(run.id, "me", 1) as owned:
        owned.add_attempt("bank", 1)
    with pytest.raises(IntegrityError), store.owned(run.id, "me", 1) as owned:
        owned.add_attempt("bank", 1)


def test_thousands_of_steps_change_together(store: Store) -> None:
    names = [f"n{number}" for number in range(2500)]
    run = owned_run(store, *names)
    with store.owned(run.id, "me", 1) as owned:
        owned.set_steps(names, StepState.BLOCKED, StepState.SKIPPED)
    steps = store.steps.of(run.id)
    assert [step.path for step in steps] == names
    assert {step.state for step in steps} == {StepState.SKIPPED}


def test_an_error_within_undoes_everything(store: Store) -> None:
    run = owned_run(store)

    def change_and_fail() -> None:
        with store.owned(run.id, "me", 1) as owned:
            owned.set_step("bank", StepState.BLOCKED, StepState.READY)
            owned.add_attempt("bank", 1)
            owned.append_event("step", "bank", state="ready")
            owned.set_run(RunState.WAITING)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert store.runs.get(run.id) == run
    assert store.steps.of(run.id)[0].state is StepState.BLOCKED
    assert store.attempts.of(run.id) == []
    assert [event.kind for event in store.events.of(run.id)] == ["run"], "its birth"


def test_attempts_are_listed_in_order_and_by_step(store: Store) -> None:
    run = owned_run(store, "bank", "match")
    for path, number in [("bank", 1), ("match", 1), ("bank", 2)]:
        with store.owned(run.id, "me", 1) as owned:
            owned.add_attempt(path, number)
    assert [(found.step, found.number) for found in store.attempts.of(run.id)] == [
        ("bank", 1),
        ("match", 1),
        ("bank", 2),
    ]
    assert [found.number for found in store.attempts.of(run.id, "bank")] == [1, 2]
    assert store.steps.of(run.id)[0].attempt == 2


# ---- events of a run


def test_events_of_a_run_are_numbered_from_one_without_gaps(store: Store) -> None:
    run, other = owned_run(store), owned_run(store)
    with store.owned(run.id, "me", 1) as owned:
        assert owned.append_events([NewRunEvent("log", "bank", {"text": "a"}), NewRunEvent("log", "bank")]) == 3
    with store.owned(run.id, "me", 1) as owned:
        assert owned.append_event("step", "bank", state="ready") == 4
    with store.owned(other.id, "me", 1) as owned:
        assert owned.append_event("run") == 2
    found = store.events.of(run.id)
    assert [(event.seq, event.kind, event.step) for event in found] == [
        (1, "run", ""),
        (2, "log", "bank"),
        (3, "log", "bank"),
        (4, "step", "bank"),
    ]
    assert found[1].data == {"text": "a"}
    assert run.created < found[0].time <= found[3].time
    assert [event.seq for event in store.events.of(run.id, after=1, limit=2)] == [2, 3]


def states_told(store: Store, run_id: str) -> list[str]:
    return [event.data["state"] for event in store.events.of(run_id) if event.kind == "run"]


def test_whoever_follows_hears_of_each_run_that_is_queued_and_begins(store: Store) -> None:
    born = owned_run(store)
    assert states_told(store, born.id) == ["running"]
    first = store.runs.create(new_run(flow_id="f_2"))
    with store.database.write() as connection:
        second, third = queue(connection, [new_run(flow_id="f_3"), new_run(flow_id="f_3")])
    place = store.feed.end()
    assert [states_told(store, id) for id in (first.id, second, third)] == [["queued"]] * 3
    assert store.leases.claim_one("me", EXPIRED, first.id)
    assert {run.id for run in store.leases.claim("you", 60, 3)} == {first.id, second, third}
    assert [states_told(store, id) for id in (first.id, second, third)] == [["queued", "running"]] * 3
    assert {event.run_id for event in store.feed.after(place)} == {first.id, second, third}


def test_a_run_that_an_older_version_has_queued_begins_with_its_first_event(store: Store) -> None:
    run = store.runs.create(new_run())
    with store.database.write() as connection:
        connection.execute(delete(tables.run_event))
    store.leases.claim("me", 60)
    assert [(event.seq, event.data) for event in store.events.of(run.id)] == [(1, {"state": "running"})]


def test_whatever_user_code_reports_can_be_kept(store: Store) -> None:
    run = owned_run(store)
    odd = artifact("runs/r/bank/1-x/table.arrow").model_copy(update={"preview": [[math.nan, "\x00"]]})
    with store.owned(run.id, "me", 1) as owned:
        owned.append_event("progress", "bank", fraction=math.inf, kind="k", step="s", parts=[{"n": math.nan}, 0.5])
        owned.set_step("bank", StepState.BLOCKED, StepState.READY, outputs={"table": odd})
    _born, event = store.events.of(run.id)
    assert (event.kind, event.step) == ("progress", "bank")
    assert event.data == {"fraction": None, "kind": "k", "step": "s", "parts": [{"n": None}, 0.5]}
    outputs = store.steps.of(run.id)[0].outputs
    assert outputs is not None
    assert outputs["table"].preview == [[None, "\x00"]]


def test_transactions_on_one_run_go_one_after_another(store: Store) -> None:
    run = owned_run(store)

    def append(number: int) -> None:
        for _ in range(5):
            with store.owned(run.id, "me", 1) as owned:
                owned.append_event("log", number=number)

    at_once(6, append)
    assert [event.seq for event in store.events.of(run.id)] == list(range(1, 32))


def test_who_holds_the_run_too_long_is_one_clear_error_for_others(store: Store, store_url: str) -> None:
    run = owned_run(store)
    with (
        store.owned(run.id, "me", 1) as owned,
        Store.open(store_url, busy_seconds=0.1) as second,
    ):
        owned.append_event("log", text="kept")
        with pytest.raises(StoreError, match="locked by another process") as error, second.owned(run.id, "me", 1):
            pass
        assert error.value.retryable
        assert len(store.events.of(run.id)) == 1, "reading waits for nobody"
    assert len(store.events.of(run.id)) == 2


# ---- cancelled


def test_a_queued_run_is_cancelled_at_once(store: Store) -> None:
    run = store.runs.create(new_run("bank", "match"))
    cancelled = store.runs.request_cancel(run.id)
    assert (cancelled.state, cancelled.cancel_requested) == (RunState.CANCELLED, True)
    assert cancelled.ended is not None
    assert {step.state for step in store.steps.of(run.id)} == {StepState.CANCELLED}
    assert states_told(store, run.id) == ["queued", "cancelled"]
    assert store.leases.claim("me", 60) == []


def test_the_owner_of_a_running_run_is_asked_to_cancel_it(store: Store) -> None:
    run, other = owned_run(store), owned_run(store)
    assert store.runs.request_cancel(run.id).state is RunState.RUNNING
    assert store.leases.cancel_requests("me") == {run.id}
    with store.owned(run.id, "me", 1) as owned:
        assert owned.cancel_requested
    with store.owned(other.id, "me", 1) as owned:
        assert not owned.cancel_requested


def test_a_run_that_has_ended_stays_as_it_is(store: Store) -> None:
    run = owned_run(store)
    end(store, run)
    ended = store.runs.get(run.id)
    assert store.runs.request_cancel(run.id) == ended
    with pytest.raises(NotFound):
        store.runs.request_cancel("0")


# ---- found


def test_a_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    first, second = store.runs.create(new_run()), store.runs.create(new_run())
    assert store.runs.find(first.id) == first
    different = next(at for at, (a, b) in enumerate(zip(first.id, second.id, strict=True)) if a != b)
    assert store.runs.find(f" {second.id[: different + 1].upper()} ") == second
    with pytest.raises(UserError, match="More than one"):
        store.runs.find(first.id[:2])


@pytest.mark.parametrize("prefix", ["f", "%", "_", "", "no such run", "g"])
def test_a_run_that_is_not_there_is_not_found(store: Store, prefix: str) -> None:
    store.runs.create(new_run())
    with pytest.raises(NotFound) as error:
        store.runs.find(prefix)
    assert error.value.cure


def test_what_is_not_there_is_not_found(store: Store) -> None:
    for look in (store.runs.get, store.document, store.flows.get, store.flows.revision, store.events.get):
        with pytest.raises(NotFound):
            look("nothing")


def test_the_latest_success_is_reused(store: Store) -> None:
    first, second, third = (owned_run(store) for _ in range(3))
    succeed(store, second, "bank", cache_key="k", ended=3)
    succeed(store, first, "bank", cache_key="k", ended=2)
    with store.owned(third.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.READY)
        owned.set_step("bank", StepState.READY, StepState.FAILED, cache_key="k", ended=4)
    found = store.steps.reusable("k")
    assert found is not None
    assert found.run_id == second.id
    assert store.steps.reusable("other") is None


# ---- deleted


def test_artifacts_in_use_outlive_their_run(store: Store) -> None:
    run = owned_run(store, bundle="b1")
    folder = f"runs/{run.id}/bank/1-x/"
    outputs = {"table": artifact(folder + "table.arrow")}
    succeed(store, run, "bank", outputs=outputs)
    end(store, run)
    reused = NewStep("bank", "bank", 0, StepState.REUSED, outputs=outputs, reused_run=run.id)
    kept = store.runs.create(new_run(steps=[reused], bundle="b2"))
    store.runs.delete(run.id)
    assert store.retention.holdings().prefixes() == {f"runs/{kept.id}/", folder, "bundles/b2.zip"}


def test_a_deleted_run_is_gone_with_all_of_its_own(store: Store) -> None:
    run = owned_run(store)
    with store.owned(run.id, "me", 1) as owned:
        owned.add_attempt("bank", 1)
        owned.append_event("log")
    end(store, run)
    store.runs.delete(run.id)
    assert rows_in(store, "run", "step", "attempt", "run_event") == [0, 0, 0, 0]
    with pytest.raises(NotFound):
        store.runs.delete(run.id)


def test_a_run_that_goes_on_is_not_deleted(store: Store) -> None:
    run = owned_run(store)
    with pytest.raises(UserError, match="is running"):
        store.runs.delete(run.id)
    assert store.runs.get(run.id) == run


# ---- revisions


def test_revisions_are_numbered_in_turn(store: Store) -> None:
    def publish(number: int) -> None:
        store.flows.publish(NewRevision("f_1", "Bank", f"text {number}", note="n", author="Ada"), "default")

    at_once(6, publish)
    store.flows.publish(NewRevision("f_2", "Ledger", "text"), "default")
    found = store.flows.revisions("f_1")
    assert [revision.number for revision in found] == [6, 5, 4, 3, 2, 1]
    assert store.flows.revision(found[0].id) == found[0]
    assert store.document(found[0].document).startswith("text ")
    assert [revision.number for revision in store.flows.revisions("f_2")] == [1]


def test_what_is_published_is_active_in_its_environment_until_another_is(store: Store) -> None:
    first = store.flows.publish(NewRevision("f_1", "Bank", "text 1", author="Ada"), "default")
    second = store.flows.publish(NewRevision("f_1", "Bank", "text 2", author="Ada"), "default")
    third = store.flows.publish(NewRevision("f_1", "Bank", "text 3", author="Ada"), "dev")
    assert store.flows.active("f_1", "default") == second
    store.flows.activate(first, "default", "Bob")
    assert store.flows.active("f_1", "default") == first
    assert [(one.environment, one.revision_id, one.author) for one in store.flows.activations("f_1")] == [
        ("default", first.id, "Bob"),
        ("dev", third.id, "Ada"),
    ]
    assert store.flows.active("f_1", "prod") is None


def test_the_bundle_of_a_revision_is_in_use(store: Store) -> None:
    store.flows.publish(NewRevision("f_1", "Bank", "text", bundle="b1"), "default")
    assert store.retention.holdings().prefixes() == {"bundles/b1.zip"}


# ---- schema


# SQLite does not have this index, which alembic cannot know; PostgreSQL has it, and there it is compared.
@pytest.mark.filterwarnings("ignore:autogenerate skipping .* expression-based index 'ix_run_text_words'")
def test_the_tables_equal_the_migrations(store: Store) -> None:
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "version_table": tables.VERSION_TABLE,
        # FTS5 makes tables for its index, which are its own affair; the tests of the history need them.
        "include_name": lambda name, kind, parent: kind != "table" or not name.startswith(tables.RUN_WORD.name),
    }
    with store.database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
        constraints = {
            name: {found["name"] for found in inspect(connection).get_foreign_keys(name)}
            for name in tables.metadata.tables
        }
    assert differences == []
    assert constraints == {
        name: {constraint.name for constraint in table.foreign_key_constraints}
        for name, table in tables.metadata.tables.items()
    }


def test_a_sound_store_has_no_problem(store: Store, store_url: str) -> None:
    store.runs.create(new_run())
    assert Store.check(store_url) is None


def test_upgrading_again_changes_nothing(store: Store, store_url: str) -> None:
    run = store.runs.create(new_run())
    at_once(3, lambda number: Store.upgrade(store_url))
    assert store.runs.get(run.id) == run


@pytest.mark.parametrize(("version", "cure"), [("0000", "millrace db upgrade"), ("9999", "pip install --upgrade")])
def test_a_store_of_another_schema_is_refused_with_the_cure(
    store: Store, store_url: str, version: str, cure: str
) -> None:
    with store.database.write() as connection:
        connection.execute(text(f"UPDATE {tables.VERSION_TABLE} SET version_num = '{version}'"))
    with pytest.raises(StoreError, match=cure):
        Store.open(store_url)
    problem = Store.check(store_url)
    assert problem is not None
    assert cure in problem


def test_a_store_of_a_newer_millrace_is_not_upgraded(store: Store, store_url: str) -> None:
    with store.database.write() as connection:
        connection.execute(text(f"UPDATE {tables.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match="A newer Millrace"):
        Store.upgrade(store_url)


# ---- PostgreSQL alone


def test_an_empty_database_wants_an_upgrade(empty_database: str) -> None:
    with pytest.raises(StoreError, match=r"There is no store .* Run `millrace db upgrade`"):
        Store.open(empty_database)
    at_once(3, lambda number: Store.upgrade(empty_database))
    assert Store.check(empty_database) is None
    Store.open(empty_database).close()


def test_somebody_elses_database_is_left_alone(empty_database: str) -> None:
    import psycopg

    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE theirs (id int)")
    with pytest.raises(StoreError, match="not Millrace's"):
        Store.upgrade(empty_database)


def test_a_database_that_does_not_exist_is_named(postgresql: Any) -> None:
    with pytest.raises(StoreError, match="does not exist") as error:
        Store.open(postgresql.get_uri("nowhere"))
    assert "createdb" in error.value.cure
    assert not error.value.retryable


def test_a_server_that_ends_the_session_leaves_nothing_half_written(empty_database: str) -> None:
    Store.upgrade(empty_database)
    with Store.open(empty_database) as store:
        run = owned_run(store)

        def change() -> None:
            with store.owned(run.id, "me", 1) as owned:
                owned.set_step("bank", StepState.BLOCKED, StepState.READY)
                _end_other_sessions(empty_database)
                owned.append_event("log")

        with pytest.raises(StoreError) as error:
            change()
        assert error.value.retryable
        assert store.steps.of(run.id)[0].state is StepState.BLOCKED


def _end_other_sessions(url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
