from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from studio import ui
from studio.component import Component, Params, component
from studio.credential import HttpBasic
from studio.exceptions import PluginError, UserError
from studio.flow import Edge, Execution, Flow, FlowInput, Node
from studio.manifest import PluginManifest
from studio.plugin_host import Check, Columns, answers
from studio.plugins import failure, manifest_of
from studio.port import Outputs, Schema, Table, Text
from studio.problem import Problem
from studio.registry import Registry
from studio.validator import Validation, migrate_flow, resolve_inputs, resolve_params, validate


class ReadParams(Params):
    columns: dict[str, str]
    limit: Annotated[int, Field(ge=0, title="At most")] = 10


@component(id="test.read", version=2, effect="reads")
def read(params: ReadParams) -> Table:
    """Read."""


@read.schema
def read_schema(params: ReadParams) -> Schema:
    return Schema.of(params.columns)


@read.migrate(1)
def read_from_1(params: dict[str, Any]) -> dict[str, Any]:
    return {"columns": dict.fromkeys(params["names"], "text")}


class Compare(Params):
    kind: Literal["test"] = "test"
    column: Annotated[str, ui.Column("left", types=["text", "decimal"])]


class Always(Params):
    kind: Literal["always"] = "always"
    column: str = ""


class JoinParams(Params):
    left_key: Annotated[str, ui.Column("left")]
    right_key: Annotated[str, ui.Column("right")] | None = None
    keep: Annotated[list[str], ui.Columns("left")] = Field(default_factory=list)
    rules: list[Annotated[Compare | Always, Field(discriminator="kind")]] = Field(default_factory=list)


class Joined(Outputs):
    matched: Table
    note: Text


@component(id="test.join", effect="pure")
def join(left: Table, right: Table | None = None, *, params: JoinParams) -> Joined:
    """Join."""


@join.schema
def join_schema(params: JoinParams, left: Schema | None, right: Schema | None) -> dict[str, Schema | None]:
    if left and params.left_key not in left.names:
        raise UserError("The key is not there.", field="left_key")
    return {"matched": left}


@component(id="test.stack", effect="pure")
def stack(tables: list[Table]) -> Table:
    """Stack."""


@stack.schema
def stack_schema(params: Params, tables: list[Schema | None]) -> Schema | None:
    return tables[0] if tables else None


@component(id="test.sick")
def sick(table: Table | None = None) -> Table:
    """Its schema function is broken."""


@sick.schema
def sick_schema(params: Params, table: Schema | None) -> Schema:
    raise KeyError("x")


@component(id="test.login")
def login(*, login: HttpBasic) -> Table:
    """Asks for a credential."""


COMPONENTS = [read, join, stack, sick, login]


@contextmanager
def told() -> Iterator[None]:
    """Whatever a component raises reaches the house as a PluginError, as from the child."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise PluginError(failure(error)["error"]) from error


class InProcessHost:
    """Answers by the child's own functions, in this process: the components here are ours."""

    def __init__(self, components: list[Component]) -> None:
        self.components = {component.id: component for component in components}

    def check(
        self,
        component_id: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, Columns],
        directory: str = "",
        unresolved: Collection[str] = (),
    ) -> Check:
        with told():
            return answers.check(self.components[component_id], params, inputs, directory, unresolved)

    def migrate(self, component_id: str, version: int, params: Mapping[str, Any]) -> dict[str, Any]:
        with told():
            return self.components[component_id].migrated(dict(params), version)


HOST = InProcessHost(COMPONENTS)
REGISTRY = Registry(
    [
        PluginManifest(
            name="test",
            distribution="test-package",
            version="1.0",
            components=[manifest_of(component, "test", "test-package 1.0") for component in COMPONENTS],
        )
    ]
)
A = Node(
    id="a", type="test.read", version=2, params={"columns": {"payee": "text", "amount": "decimal(10,2)", "n": "int64"}}
)
B = Node(id="b", type="test.read", version=2, params={"columns": {"customer": "text"}})


def flow(*nodes: Node, edges: list[str] | None = None, **fields: Any) -> Flow:
    """Edges are written `a.table -> b.left` or `a -> b failure`."""
    made = []
    for edge in edges or []:
        source, _, target, *when = edge.split()
        made.append(Edge(source=source, target=target, when=when[0] if when else "success"))
    return Flow(id="f_test", nodes=list(nodes), edges=made, **fields)


def check(document: Flow, directory: Path = Path("/"), **options: Any) -> Validation:
    return validate(document, REGISTRY, HOST, directory=directory, **options)


def found(document: Flow, **options: Any) -> list[tuple[str, str, str]]:
    """(code, node, field) of every problem; all must name a place and a cure."""
    problems = check(document, **options).problems
    assert all(problem.cure and (problem.node or problem.field) for problem in problems), problems
    return [(problem.code, problem.node, problem.field) for problem in problems]


def joined(params: dict[str, Any], *edges: str) -> Flow:
    node = Node(id="join", type="test.join", params={"left_key": "payee", **params})
    return flow(A, B, node, edges=["a.table -> join.left", *(edges or ["b.table -> join.right"])])


def only(document: Flow, **options: Any) -> Problem:
    (problem,) = check(document, **options).problems
    return problem


def test_a_sound_flow_has_no_problems_and_its_columns_are_predicted() -> None:
    validation = check(
        joined({"right_key": "customer", "keep": ["amount"], "rules": [{"column": "amount", "kind": "test"}]})
    )
    assert validation.problems == []
    assert validation.schemas["join"] == {
        "matched": Schema.of({"payee": "text", "amount": "decimal(10,2)", "n": "int64"}),
        "note": None,
    }
    assert [port.name for port in validation.ports["join"].inputs] == ["left", "right"]
    assert validation.pickers["join"]["right"] == Schema.of({"customer": "text"})


def test_two_nodes_with_one_id_are_a_problem() -> None:
    assert found(flow(A, A)) == [("duplicate_id", "a", "id")]


def test_an_unknown_component_is_met_with_the_nearest_one() -> None:
    problem = only(flow(Node(id="x", type="test.raed")))
    assert (problem.code, problem.node, problem.field) == ("unknown_component", "x", "type")
    assert problem.cure == "Did you mean 'test.read'?"
    assert only(flow(Node(id="x", type="zzz"))).cure == "Install the package that publishes it."


def test_wires_of_a_node_whose_component_is_unknown_are_kept_quiet() -> None:
    document = flow(A, Node(id="x", type="zzz"), edges=["a.table -> x.anything"])
    assert found(document) == [("unknown_component", "x", "type")]


@pytest.mark.parametrize(
    ("edge", "code", "place", "cure"),
    [
        ("aa.table -> join.left", "edge", "port:left", "Did you mean 'a'?"),
        ("a.tabel -> join.left", "port", "port:left", "Did you mean 'table'?"),
        ("a.table -> join.left", "", "", ""),
        ("a.table -> join.lefft", "port", "port:lefft", "Did you mean 'left'?"),
        ("a.table -> zebra.left", "edge", "port:left", "Remove the edge, or add the node."),
        ("a -> join.left", "edge", "port:left", "Name a port at both ends"),
        ("a.table -> join", "edge", "edges", "Name a port at both ends"),
        ("a.table -> join.left failure", "never", "port:left", "Take away the ports"),
    ],
)
def test_a_wire_that_cannot_be_is_a_problem(edge: str, code: str, place: str, cure: str) -> None:
    document = flow(A, Node(id="join", type="test.join", params={"left_key": "payee"}), edges=[edge])
    wires = [problem for problem in check(document).problems if problem.code in ("edge", "port", "never")]
    assert [(problem.code, problem.field) for problem in wires] == ([(code, place)] if code else [])
    assert all(problem.cure.startswith(cure) for problem in wires)


def test_a_failure_wire_into_an_optional_port_is_a_warning() -> None:
    (problem,) = check(joined({}, "b.table -> join.right failure")).problems
    assert (problem.code, problem.field, problem.severity) == ("never", "port:right", "warning")


def test_an_edge_without_ports_carries_no_data_and_is_fine() -> None:
    assert found(flow(A, B, edges=["a -> b failure"])) == []


def test_the_kinds_at_both_ends_must_agree() -> None:
    document = flow(A, Node(id="j", type="test.join", params={"left_key": "payee"}), Node(id="k", type="test.sick"),
                    edges=["a.table -> j.left", "j.note -> k.table"])  # fmt: skip
    problem = check(document).problems[0]
    assert (problem.code, problem.node, problem.field) == ("port_kind", "k", "port:table")
    assert problem.message == "j.note gives a text; k.table takes a table."


def test_a_required_input_needs_a_wire() -> None:
    document = flow(A, Node(id="s", type="test.stack"), edges=["a -> s"])
    assert found(document) == [("missing_input", "s", "port:tables")]


def test_one_wire_an_input_unless_it_takes_many() -> None:
    assert found(joined({}, "b.table -> join.left")) == [("two_edges", "join", "port:left")]
    assert (
        found(flow(A, B, Node(id="s", type="test.stack"), edges=["a.table -> s.tables", "b.table -> s.tables"])) == []
    )


def test_a_cycle_names_its_nodes_and_the_rest_is_still_checked() -> None:
    nodes = [Node(id=id, type="test.stack") for id in ("x", "y", "z")]
    bad = Node(id="bad", type="test.read", version=2, params={})
    edges = [
        "x.table -> y.tables",
        "y.table -> z.tables",
        "z.table -> x.tables",
        "bad.table -> x.tables",
    ]
    problems = check(flow(*nodes, bad, edges=edges)).problems
    cycle = next(problem for problem in problems if problem.code == "cycle")
    assert cycle.message == "These nodes wait for each other: x -> y -> z -> x."
    assert ("params", "bad") in [(problem.code, problem.node) for problem in problems]


def test_a_long_chain_is_no_trouble() -> None:
    nodes = [A, *(Node(id=f"n{number}", type="test.stack") for number in range(2000))]
    edges = [f"{one.id}.table -> {two.id}.tables" for one, two in pairwise(nodes)]
    assert check(flow(*nodes, edges=edges)).schemas["n1999"]["table"] == check(flow(A)).schemas["a"]["table"]


def test_invalid_settings_name_their_field() -> None:
    node = Node(id="x", type="test.read", version=2, params={"colums": {}, "limit": -1})
    problems = {problem.field: problem for problem in check(flow(node)).problems}
    assert problems["columns"].message == "columns is missing."
    assert problems["limit"].message == "At most must be at least 0, not -1."
    assert problems["colums"].cure == "Did you mean 'columns'?"


def test_settings_inside_lists_are_named_by_their_path() -> None:
    (problem,) = check(
        joined({"rules": [{"kind": "test", "column": "payee"}, {"kind": "test", "colum": "x"}]})
    ).problems[:1]
    assert (problem.field, problem.message) == ("rules.1.column", "rules.1.column is missing.")


@pytest.mark.parametrize(
    ("params", "code", "field", "cure"),
    [
        ({"left_key": "paye"}, "column", "left_key", "Did you mean 'payee'?"),
        ({"right_key": "zzz"}, "column", "right_key", "Its columns: customer."),
        ({"keep": ["amount", "amuont"]}, "column", "keep", "Did you mean 'amount'?"),
        ({"rules": [{"kind": "always", "column": "zzz"}, {"kind": "test", "column": "Amount"}]}, "column",
         "rules.1.column", "Did you mean 'amount'?"),
        ({"rules": [{"kind": "test", "column": "n"}]}, "column_type",
         "rules.0.column", "Choose one of: payee, amount."),
    ],
)  # fmt: skip
def test_columns_that_do_not_come_from_upstream_are_problems(
    params: dict[str, Any], code: str, field: str, cure: str
) -> None:
    problem = only(joined(params))
    assert (problem.code, problem.node, problem.field, problem.cure) == (code, "join", field, cure)


CODE = ["def run(table: Table, *, least: float, most: float = 1.0) -> Table:", "    return table"]


def coded(source: list[str], params: dict[str, Any] | None = None) -> Flow:
    code = Node(id="code", type="code", source=source, params={"least": 0.5} if params is None else params)
    join = Node(id="join", type="test.join", params={"left_key": "anything"})
    return flow(A, code, join, edges=["a.table -> code.table", "code.table -> join.left"])


def test_columns_after_a_code_node_are_unknown_and_hints_serve_pickers_only() -> None:
    hints = {"code": {"table": Schema.of({"other": "text"})}, "a": {"table": Schema.of({"old": "text"})}}
    validation = check(coded(CODE), hints=hints)
    assert validation.problems == []
    assert validation.schemas["code"] == {"table": None}
    assert validation.pickers["join"]["left"] == hints["code"]["table"]
    assert validation.pickers["code"]["table"].names == ["payee", "amount", "n"]


def test_settings_of_a_code_node_are_checked() -> None:
    problems = check(coded(CODE, {"most": 1, "moost": 2})).problems
    assert sorted(problem.field for problem in problems) == ["least", "moost"]
    assert all(problem.node == "code" and problem.cure for problem in problems)


def test_a_syntax_error_is_a_problem_with_its_line() -> None:
    problems = [
        problem
        for problem in check(coded(["def run(table: Table) -> Table:", "    return )"])).problems
        if problem.line
    ]
    assert [(problem.node, problem.line) for problem in problems] == [("code", 2)]


def test_the_source_of_a_code_node_is_never_executed(tmp_path: Path) -> None:
    trap = f"__import__('pathlib').Path({str(tmp_path / 'executed')!r}).touch()"
    source = [
        trap,
        "from studio import Outputs, Table",
        f"@({trap})",
        f"def run(table: Table, other: ({trap}) = None, *, least: ({trap}) = {trap}) -> Table:",
        f"    {trap}",
        f"class Out(Outputs, metaclass={trap}):",
        f"    x: {trap}",
    ]
    check(coded(source, {}))
    assert not (tmp_path / "executed").exists()
    exec("\n".join(source[:1]))
    assert (tmp_path / "executed").exists(), "the trap itself works"


def test_references_are_resolved_or_explained() -> None:
    inputs = [FlowInput(name="most", type="integer", default=5), FlowInput(name="later", type="integer")]
    node = Node(
        id="x", type="test.read", version=2, params={"columns": {"c": {"$input": "kind"}}, "limit": {"$input": "most"}}
    )
    problem = only(flow(node, inputs=inputs))
    assert (problem.code, problem.field, problem.message) == ("reference", "columns.c", "The flow has no input 'kind'.")
    for name in ("most", "later"):
        params = {"columns": {}, "limit": {"$input": name}}
        assert found(flow(node.model_copy(update={"params": params}), inputs=inputs)) == []
    params = {"columns": {}, "limit": {"$input": "most"}}
    document = flow(node.model_copy(update={"params": params}), inputs=inputs)
    assert only(document, inputs={"most": -1, "later": None}).field == "limit"


@pytest.mark.parametrize(
    "value", [{"$var": "x"}, {"$expr": "1"}, {"$input": 5}, {"$input": "a", "b": 1}, [{"$credential": "x"}]]
)
def test_references_of_later_versions_are_problems(value: Any) -> None:
    node = Node(id="x", type="test.read", version=2, params={"columns": {}, "limit": value})
    assert [(code, node) for code, node, _ in found(flow(node))] == [("reference", "x")]
    with pytest.raises(UserError):
        resolve_params(node.params, {"x": 1})


def test_nothing_is_predicted_while_a_setting_has_no_value() -> None:
    params = {"columns": {"c": "text"}, "limit": {"$input": "later"}}
    node = Node(id="x", type="test.read", version=2, params=params)
    document = flow(node, inputs=[FlowInput(name="later", type="integer")])
    assert check(document).schemas["x"] == {"table": None}
    assert check(document, inputs={"later": 5}).schemas["x"] == {"table": Schema.of({"c": "text"})}


def test_older_settings_are_migrated_and_newer_ones_refused() -> None:
    old = Node(id="x", type="test.read", version=1, params={"names": ["c"]})
    assert check(flow(old)).schemas["x"] == {"table": Schema.of({"c": "text"})}
    assert found(flow(old)) == []
    (migrated,) = migrate_flow(flow(old), REGISTRY, HOST).nodes
    assert (migrated.version, migrated.params) == (2, {"columns": {"c": "text"}})
    assert found(flow(old.model_copy(update={"version": 0}))) == [("version", "x", "version")]
    newer = only(flow(A.model_copy(update={"version": 3})))
    assert (newer.code, newer.cure) == ("version", "Update test-package.")


def test_a_plugin_at_fault_is_one_warning_on_its_node() -> None:
    problem = only(flow(Node(id="x", type="test.sick")))
    assert (problem.code, problem.node, problem.severity) == ("plugin", "x", "warning")
    assert "KeyError: 'x'" in problem.message
    assert check(flow(Node(id="x", type="test.sick"))).errors == []


def test_what_is_not_available_yet_is_said() -> None:
    inner = A.model_copy(update={"parent": "each", "execution": Execution(memory="lots")})
    assert found(flow(inner)) == [("reserved", "a", "parent"), ("memory", "a", "execution.memory")]
    assert found(flow(A.model_copy(update={"execution": Execution(memory="1.5 GB")}))) == []


# Credentials --------------------------------------------------------------------------------------------------------


def login_problem(value: Any, *, type: str = "test.login", **options: Any) -> Problem:
    params = {} if value is None else {"login": value}
    return only(flow(Node(id="x", type=type, params=params)), **options)


def test_a_credential_is_named_by_the_param_of_its_argument() -> None:
    named = Node(id="x", type="test.login", params={"login": {"$credential": "bank"}})
    assert found(flow(named)) == []
    assert check(flow(named), credentials={"bank": "http.basic"}).problems == []
    assert resolve_params(named.params, {}) == {}


def test_a_credential_that_is_missing_is_said() -> None:
    problem = login_problem(None)
    assert (problem.code, problem.field) == ("missing_credential", "login")
    assert "http.basic" in problem.cure


@pytest.mark.parametrize(
    "value",
    ["hunter2-literal", {"username": "ann", "password": "hunter2-literal"}, {"$input": "hunter2-literal"}, 5,
     {"$credential": " "}, {"$credential": "a", "hunter2-literal": 1}, ["hunter2-literal"]],
)  # fmt: skip
def test_what_stands_in_the_place_of_a_credentials_name_is_refused_and_never_repeated(value: Any) -> None:
    problem = login_problem(value)
    assert (problem.code, problem.node, problem.field) == ("credential", "x", "login")
    assert problem.cure
    assert "hunter2" not in str(problem)


def test_a_credential_that_the_run_cannot_get_is_said() -> None:
    known = {"bank_prod": "http.basic", "banc": "smtp"}
    problem = login_problem({"$credential": "bank_prd"}, credentials=known)
    assert (problem.code, problem.field) == ("unknown_credential", "login")
    assert problem.cure == "Did you mean 'bank_prod'?"
    wrong = login_problem({"$credential": "banc"}, credentials=known)
    assert wrong.code == "credential_type"
    assert "smtp" in wrong.message
    assert "millrace credentials add" in login_problem({"$credential": "x"}, credentials={}).cure


@pytest.mark.parametrize("value", [{"$credential": "bank"}, [{"$credential": "bank"}], {"a": {"$credential": "bank"}}])
def test_a_credential_has_no_place_in_settings(value: Any) -> None:
    params = {"columns": {}, "limit": value}
    problem = only(flow(Node(id="x", type="test.read", version=2, params=params)))
    assert problem.code == "reference"
    assert problem.field.startswith("limit")


def test_a_code_node_asks_for_credentials_in_its_signature() -> None:
    source = ["def run(*, login: HttpBasic, mail: Smtp | None = None, n: int = 1) -> None: ..."]

    def node(**params: Any) -> Flow:
        return flow(Node(id="x", type="code", source=source, params=params))

    bank = {"$credential": "bank"}
    assert found(node(login=bank)) == []
    assert found(node(login=bank, mail=None)) == []
    assert found(node(login=bank, mail=bank), credentials={"bank": "http.basic"}) == [("credential_type", "x", "mail")]
    assert found(node(login="secret", n=bank)) == [("credential", "x", "login"), ("reference", "x", "n")]
    assert found(node()) == [("missing_credential", "x", "login")]


def test_a_node_that_nothing_is_wired_to_is_a_warning() -> None:
    validation = check(flow(A, B, Node(id="c", type="test.stack"), edges=["a.table -> c.tables"]))
    assert [(problem.code, problem.node, problem.severity) for problem in validation.problems] == [
        ("isolated", "b", "warning")
    ]


def test_the_flows_inputs_and_outputs_are_checked() -> None:
    inputs = [FlowInput(name="n", type="integer", default="x"), FlowInput(name="m"), FlowInput(name="M")]
    outputs = {"one": "a.table", "two": "a.tabel", "three": "aa.table"}
    assert found(flow(A, inputs=inputs, outputs=outputs)) == [
        ("input", "", "input:M"),
        ("input", "", "input:n"),
        ("output", "a", "output:two"),
        ("output", "aa", "output:three"),
    ]


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x.ipynb", "missing.ipynb", "broken.ipynb", "list.ipynb", "."])
def test_a_notebook_that_cannot_be_read_is_a_problem(tmp_path: Path, path: str) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "list.ipynb").write_text("[1]")
    assert found(flow(Node(id="n", type="notebook", path=path)), directory=tmp_path) == [("notebook", "n", "path")]


def test_a_notebook_node_may_lie_below_the_flows_folder(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    assert found(flow(Node(id="n", type="notebook", path="n.ipynb")), directory=tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "given_value", "expected"),
    [
        ("text", "5", "5"),
        ("integer", "5", 5),
        ("integer", 5.0, 5),
        ("number", "2.5", 2.5),
        ("number", "2", 2),
        ("boolean", "Yes", True),
        ("boolean", False, False),
        ("date", "2026-10-31", "2026-10-31"),
        ("choice", "a", "a"),
        ("json", '{"a": [1]}', {"a": [1]}),
        ("json", [1], [1]),
        ("file", Path("x.csv"), "x.csv"),
        ("table", "x.csv", "x.csv"),
    ],
)
def test_inputs_are_read_by_their_type(kind: Any, given_value: Any, expected: Any) -> None:
    document = flow(inputs=[FlowInput(name="it", type=kind, choices=["a", "b"])])
    assert resolve_inputs(document, {"it": given_value}) == {"it": expected}
    assert type(resolve_inputs(document, {"it": given_value})["it"]) is type(expected)


@pytest.mark.parametrize(
    ("kind", "given_value"),
    [
        ("text", 5),
        ("integer", "5.5"),
        ("integer", True),
        ("integer", 5.5),
        ("integer", str(2**53 + 2)),
        ("number", "nan"),
        ("number", True),
        ("boolean", "maybe"),
        ("boolean", 1),
        ("date", "31.10.2026"),
        ("date", 5),
        ("choice", "c"),
        ("json", "{"),
        ("file", 5),
    ],
)
def test_an_input_of_another_type_is_refused_by_name(kind: Any, given_value: Any) -> None:
    document = flow(inputs=[FlowInput(name="it", type=kind, choices=["a", "b"])])
    with pytest.raises(UserError, match="The input 'it' must be") as caught:
        resolve_inputs(document, {"it": given_value})
    assert caught.value.field == "input:it"


def test_defaults_missing_and_unknown_inputs() -> None:
    document = flow(
        inputs=[FlowInput(name="month", default="2026-10"), FlowInput(name="year"), FlowInput(name="n", required=True)]
    )
    assert resolve_inputs(document, {"n": "x"}) == {"month": "2026-10", "year": None, "n": "x"}
    with pytest.raises(UserError, match="'n' is missing"):
        resolve_inputs(document, {})
    with pytest.raises(UserError, match="Did you mean 'month'"):
        resolve_inputs(document, {"mnoth": "x"})


def test_params_are_resolved_however_deep() -> None:
    params = {"a": {"$input": "x"}, "b": [{"c": {"$input": "y"}}, 1], "d": {"$dollar": 1}}
    assert resolve_params(params, {"x": 1, "y": [2]}) == {"a": 1, "b": [{"c": [2]}, 1], "d": {"$dollar": 1}}
    with pytest.raises(UserError, match="no input 'x'"):
        resolve_params(params, {"y": 1})


IDS = st.sampled_from(["a", "b", "c", "d"])
PORTS = st.sampled_from(["", "table", "tables", "left", "right", "matched", "note", "x"])
ENDS = st.builds(
    lambda id, port: f"{id}.{port}" if port else id, IDS | st.text(max_size=3), PORTS | st.text(max_size=3)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["payee", "text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["$input", "$var", "$expr", "kind", "column"]) | st.text(max_size=3), inner, max_size=3
        )
    ),
    max_leaves=6,
)
PARAMS = st.dictionaries(
    st.sampled_from(["columns", "limit", "left_key", "keep", "rules", "names", "least", "login"]) | st.text(max_size=3),
    VALUES | st.just({"payee": "text"}),
    max_size=4,
)
SOURCES = st.sampled_from([CODE, ["def run(table: Table) -> Table: ..."], ["def run("], ["1/0"], []])
NODES = st.builds(
    Node,
    id=IDS,
    type=st.sampled_from([*(component.id for component in COMPONENTS), "code", "notebook", "each"])
    | st.text(max_size=5),
    version=st.integers(-1, 4),
    params=PARAMS,
    source=SOURCES | st.lists(st.text(max_size=20), max_size=3),
    path=st.text(max_size=5),
    parent=st.sampled_from(["", "a"]),
)
INPUTS = st.builds(
    FlowInput,
    name=st.sampled_from(["x", "y"]) | st.text(max_size=3),
    type=st.sampled_from(["text", "integer", "number", "boolean", "date", "choice", "json", "file", "table"]),
    default=VALUES | st.floats(),
    required=st.booleans(),
)
EDGES = st.builds(
    lambda source, target, when: Edge(source=source, target=target, when=when),
    ENDS,
    ENDS,
    st.sampled_from(["success", "failure", "always"]),
)
FLOWS = st.builds(
    Flow,
    id=st.just("f_test"),
    nodes=st.lists(NODES, max_size=5),
    edges=st.lists(EDGES, max_size=8),
    inputs=st.lists(INPUTS, max_size=3),
    outputs=st.dictionaries(st.text(max_size=3), ENDS, max_size=2),
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(FLOWS, st.none() | st.dictionaries(st.sampled_from(["x", "y"]), VALUES))
def test_validation_never_raises_and_every_problem_has_a_place_and_a_cure(
    document: Flow, inputs: dict[str, Any] | None
) -> None:
    validation = check(document, directory=Path("/nowhere"), inputs=inputs)
    for problem in validation.problems:
        assert problem.message
        assert problem.cure
        assert problem.node or problem.field
    assert set(validation.schemas) == set(validation.ports)
