"""What differs between two versions of a flow, as people say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.difference import changed_nodes, differences
from studio.flow import Flow, FlowInput, format_flow, parse_flow


def flow() -> Flow:
    made = Flow.new("Bank")
    made.id = "f_1"
    made.add("read.csv", "bank", params={"path": "bank.csv"})
    made.add(
        "code", "clean", source="def run(table: Table) -> Table:\n    return table\n", inputs={"table": "bank.table"}
    )
    made.inputs = [FlowInput(name="month", type="text", default="2026-10")]
    return made


def change(work: Callable[[Flow], None]) -> list[str]:
    before, after = flow(), flow()
    work(after)
    return [str(one) for one in differences(parse_flow(format_flow(before)), parse_flow(format_flow(after)))]


def replace(after: Flow, id: str, **fields: object) -> None:
    after.nodes = [node.model_copy(update=fields) if node.id == id else node for node in after.nodes]


def test_a_flow_does_not_differ_from_itself_wherever_its_nodes_lie() -> None:
    def move(after: Flow) -> None:
        after.layout = {"bank": {"x": 7, "y": 3}}

    assert change(move) == []


def test_a_changed_setting_is_told_with_both_values() -> None:
    said = change(lambda after: replace(after, "bank", params={"path": "b.csv", "separator": ";"}))
    assert said == ['bank: setting path: "bank.csv" -> "b.csv"', 'bank: setting separator: not set -> ";"']


def test_changed_code_is_told_by_its_lines() -> None:
    source = ["def run(table: Table) -> Table:", "    table = table.head(3)", "    return table"]
    assert change(lambda after: replace(after, "clean", source=source)) == ["clean: code: 1 lines added, 0 removed"]


def test_new_and_removed_nodes_and_wires_are_told() -> None:
    def rewire(after: Flow) -> None:
        after.nodes = [node for node in after.nodes if node.id != "clean"]
        after.edges = []
        after.add("table.select", "pick", inputs={"table": "bank.table"})

    assert change(rewire) == [
        "clean: removed (code)",
        "pick: added (table.select)",
        "edge: bank.table -> clean.table removed",
        "edge: bank.table -> pick.table added",
    ]


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda after: setattr(after, "name", "Ledger"), 'flow: name: "Bank" -> "Ledger"'),
        (lambda after: after.inputs.clear(), "input: month removed"),
        (
            lambda after: setattr(after, "inputs", [FlowInput(name="month", type="text", default="2026-11")]),
            'input: month: default: "2026-10" -> "2026-11"',
        ),
        (
            lambda after: setattr(after, "edges", [after.edges[0].model_copy(update={"when": "always"})]),
            'edge: bank.table -> clean.table: when: "success" -> "always"',
        ),
    ],
)
def test_what_the_flow_itself_says_is_told(work: Callable[[Flow], None], said: str) -> None:
    assert change(work) == [said]


def test_limits_of_a_node_are_told_one_by_one() -> None:
    def limit(after: Flow) -> None:
        execution = after.nodes[0].execution.model_copy(update={"timeout": 5.0})
        replace(after, "bank", execution=execution)

    assert change(limit) == ["bank: execution.timeout: not set -> 5.0"]


def test_long_values_are_cut() -> None:
    (said,) = change(lambda after: replace(after, "bank", params={"path": "x" * 500}))
    assert len(said) < 200


def test_what_a_node_does_changes_by_what_it_computes_and_from_what_not_by_how_it_is_called() -> None:
    def made(**fields: Any) -> Flow:
        flow = Flow(id="f", **fields.pop("flow", {}))
        flow.add("code", "a", source="def run() -> Json: ...")
        flow.add("code", "b", source="def run(x: Json) -> Json: ...", inputs={"x": "a.json"}, **fields)
        return flow

    old = made()
    assert changed_nodes(old, made()) == set()
    told = {"name": "B", "description": "b", "execution": {"timeout": 5, "retry": {"times": 3}}}
    assert changed_nodes(old, made(**told)) == set()
    assert changed_nodes(old, made(params={"n": 1})) == {"b"}
    assert changed_nodes(old, made(execution={"kernel": "other"})) == {"b"}
    assert changed_nodes(old, made(flow={"kernel": "other"})) == {"a", "b"}
    rewired = made()
    rewired.edges[0] = rewired.edges[0].model_copy(update={"when": "always"})
    assert changed_nodes(old, rewired) == {"b"}
    more = made()
    more.add("code", "c", source="def run() -> Json: ...")
    assert (changed_nodes(old, more), changed_nodes(more, old)) == ({"c"}, set())
