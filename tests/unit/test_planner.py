"""The planner, over small flows and generated ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exceptions import FlowError, UserError
from studio.flow import Edge, Execution, Flow, Node, Retry
from studio.kind import NodeKind
from studio.manifest import Artifact
from studio.planner import (
    Plan,
    cache_key,
    inputs_of,
    kept,
    make_plan,
    narrowed,
    nodes_with_inputs,
    outcome,
    retry_wait,
    topological,
    unblocked,
)
from studio.port import Port
from studio.problem import Failure
from studio.run import RunState, StepState

B, R, OK, F, S = StepState.BLOCKED, StepState.READY, StepState.SUCCEEDED, StepState.FAILED, StepState.SKIPPED


def flow(*edges: str, nodes: str = "", **executions: Execution) -> Flow:
    """`flow("a>b", "a>c failure")`: edges without ports."""
    parts = [edge.split() for edge in edges]
    ends = [(*part[0].split(">"), part[1] if len(part) > 1 else "success") for part in parts]
    ids = sorted({id for source, target, _ in ends for id in (source, target)} | set(nodes))
    return Flow(
        id="f_test",
        nodes=[Node(id=id, type="x", execution=executions.get(id, Execution())) for id in ids],
        edges=[Edge.model_validate({"from": a, "to": b, "when": when}) for a, b, when in ends],
    )


def plan(f: Flow, **inputs: tuple[Port, ...]) -> Plan:
    return make_plan(f, lambda node: NodeKind(inputs.get(node.id, ()), (), "pure", {"source": "x"}))


def decided(p: Plan, **states: StepState) -> dict[str, StepState]:
    known = {path: states.get(path, B) for path in p.steps}
    return {decision.path: decision.state for decision in unblocked(p, known)}


def test_a_step_without_edges_is_ready_at_once() -> None:
    assert decided(plan(flow("a>b"))) == {"a": R}


def test_a_join_waits_for_all_its_parents_and_starts_once() -> None:
    p = plan(flow("a>c", "b>c"))
    assert decided(p, a=OK, b=StepState.RUNNING) == {}
    assert unblocked(p, {"a": OK, "b": OK, "c": B}, ended=["a", "b"]) == unblocked(p, {"a": OK, "b": OK, "c": B})


def test_a_failed_parent_skips_what_follows_and_the_skip_travels_on() -> None:
    assert decided(plan(flow("a>b", "b>c", "c>d")), a=F) == {"b": S, "c": S, "d": S}


def test_a_failure_edge_starts_its_target_only_after_a_failure() -> None:
    p = plan(flow("a>alarm failure"))
    assert decided(p, a=F) == {"alarm": R}
    assert decided(p, a=OK) == {"alarm": S}


def test_one_failure_of_several_is_enough_for_a_handler() -> None:
    assert decided(plan(flow("a>alarm failure", "b>alarm failure")), a=OK, b=F) == {"alarm": R}


def test_an_always_edge_starts_its_target_after_a_skip_too() -> None:
    assert decided(plan(flow("a>b", "b>tidy always")), a=F) == {"b": S, "tidy": R}


def test_an_always_edge_does_not_outlive_a_cancelled_run() -> None:
    assert decided(plan(flow("a>tidy always")), a=StepState.CANCELLED) == {"tidy": S}


def test_a_required_port_whose_edge_brings_nothing_skips_the_step() -> None:
    f = flow("a>b").model_copy(update={"edges": [Edge.model_validate({"from": "a.t", "to": "b.t", "when": "always"})]})
    assert decided(plan(f, b=(Port("t", "table"),)), a=F) == {"b": S}
    assert decided(plan(f, b=(Port("t", "table", required=False),)), a=F) == {"b": R}


def test_a_cycle_is_refused_by_name() -> None:
    with pytest.raises(FlowError, match="b, c"):
        topological(flow("a>b", "b>c", "c>b"))


def test_a_run_fails_by_a_failed_step_that_nobody_handles() -> None:
    p = plan(flow("a>b"))
    assert outcome(p, {"a": F, "b": S}, cancelled=False) is RunState.FAILED
    assert outcome(p, {"a": OK, "b": StepState.RUNNING}, cancelled=False) is None


def test_a_taken_failure_edge_saves_the_run() -> None:
    p = plan(flow("a>alarm failure", "a>b"))
    assert outcome(p, {"a": F, "alarm": OK, "b": S}, cancelled=False) is RunState.SUCCEEDED


def test_continue_saves_the_run() -> None:
    p = plan(flow("a>b", a=Execution(on_failure="continue")))
    assert outcome(p, {"a": F, "b": S}, cancelled=False) is RunState.SUCCEEDED


def test_an_unknown_step_fails_the_run_even_if_told_to_continue() -> None:
    p = plan(flow("a>b", a=Execution(on_failure="continue")))
    assert outcome(p, {"a": StepState.UNKNOWN, "b": S}, cancelled=False) is RunState.FAILED


def test_a_cancelled_run_that_had_already_finished_its_steps_keeps_its_success() -> None:
    assert outcome(plan(flow(nodes="a")), {"a": OK}, cancelled=True) is RunState.SUCCEEDED


def test_to_a_node_keeps_only_what_it_needs() -> None:
    assert [node.id for node in narrowed(flow("a>b", "b>c", "d>c"), "b").nodes] == ["a", "b"]
    with pytest.raises(UserError, match="no node 'z'"):
        narrowed(flow("a>b"), "z")


def test_a_retry_keeps_what_succeeded_but_nothing_behind_what_runs_again() -> None:
    f = flow("a>b", "b>c", "d>c")
    assert kept(f, {"a": OK, "b": F, "c": S, "d": OK}, None) == {"a", "d"}
    assert kept(f, {"a": OK, "b": OK, "c": OK, "d": OK}, "b") == {"a", "d"}
    assert kept(f, {"a": F, "b": OK}, None) == set()


@pytest.mark.parametrize(
    ("retry", "attempt", "failure", "expected"),
    [
        (Retry(), 1, Failure("http", "x", retryable=True), None),
        (Retry(times=2), 1, Failure("http", "x", retryable=True), 1.0),
        (Retry(times=2), 2, Failure("http", "x", retryable=True), 2.0),
        (Retry(times=2), 3, Failure("http", "x", retryable=True), None),
        (Retry(times=9), 1, Failure("user", "x"), None),
        (Retry(times=9, on=["timed_out"]), 1, Failure("timed_out", "x"), 1.0),
        (Retry(times=9, on=["system"]), 1, Failure("killed", "x", fault="system"), 1.0),
        (Retry(times=9, on=["system"]), 1, Failure("http", "x", retryable=True), None),
        (Retry(times=9, longest=3), 8, Failure("http", "x", retryable=True), 3.0),
    ],
)
def test_retries_follow_the_error_class_and_back_off(
    retry: Retry, attempt: int, failure: Failure, expected: float | None
) -> None:
    assert retry_wait(retry, attempt, failure) == expected


def artifact(hash: str) -> Artifact:
    return Artifact(path="p", kind="table", format="arrow", hash=hash, bytes=1)


def test_many_ports_take_their_artifacts_in_edge_order() -> None:
    edges = [Edge.model_validate({"from": f"{id}.table", "to": "union.tables"}) for id in "ab"]
    f = Flow(id="f", nodes=[Node(id=id, type="x") for id in ("a", "b", "union")], edges=edges)
    step = plan(f, union=(Port("tables", "table", many=True),)).steps["union"]
    found = inputs_of(step, {"b": {"table": artifact("2")}, "a": {"table": artifact("1")}})
    assert [one.hash for one in found["tables"]] == ["1", "2"]


@given(st.sampled_from(["settings", "inputs", "environment", "identity"]))
def test_whatever_a_pure_step_depends_on_changes_its_key(what: str) -> None:
    def key(**changed: Any) -> str | None:
        identity = {"source": "y"} if what == "identity" and changed else {"source": "x"}
        f = flow(nodes="a")
        step = make_plan(f, lambda _: NodeKind((), (), "pure", identity)).steps["a"]
        given = {"settings": {"n": 1}, "inputs": {"t": [artifact("1")]}, "environment": "e"} | changed
        return cache_key(step, given["settings"], given["inputs"], given["environment"])  # type: ignore[arg-type]

    other = {"settings": {"n": 2}, "inputs": {"t": [artifact("2")]}, "environment": "f", "identity": 0}[what]
    assert key() == key()
    assert key() != key(**{what: other})


def test_a_step_that_reads_the_world_has_no_key() -> None:
    step = make_plan(flow(nodes="a"), lambda _: NodeKind((), (), "reads", {})).steps["a"]
    assert cache_key(step, {}, {}, "e") is None


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["success", "failure", "always"]))),
    st.randoms(use_true_random=False),
)
def test_every_run_ends_whatever_order_its_steps_end_in(edges: list[tuple[int, int, str]], random: Any) -> None:
    forward = {(f"n{min(a, b)}>n{max(a, b)} {when}") for a, b, when in edges if a != b}
    p = plan(flow(*forward, nodes="z"))
    states = dict.fromkeys(p.steps, B)
    started: list[str] = []
    fresh = unblocked(p, states)
    while True:
        for decision in fresh:
            assert states[decision.path] is B
            states[decision.path] = decision.state
        open_steps = [path for path, state in states.items() if state is R]
        if not open_steps:
            break
        path = random.choice(open_steps)
        started.append(path)
        states[path] = random.choice([OK, F])
        fresh = unblocked(p, states, ended=[path])
    assert outcome(p, states, cancelled=False) is not None
    assert len(started) == len(set(started))


def test_nodes_refer_to_inputs_wherever_in_their_params() -> None:
    flow = Flow.new("References")
    deep = {"rows": [{"name": {"$input": "month"}}], "note": "month"}
    flow.add("code", "a", source="def run() -> Json: ...", params=deep)
    flow.add("code", "b", source="def run() -> Json: ...", params={"x": {"$input": "year"}, "y": {"$var": "month"}})
    assert nodes_with_inputs(flow, ["month"]) == {"a"}
    assert nodes_with_inputs(flow, ["month", "year"]) == {"a", "b"}
    assert nodes_with_inputs(flow, []) == set()
