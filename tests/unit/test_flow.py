"""The flow document: canonical text, what survives, what is refused, and the builder for notebooks."""

from __future__ import annotations

import datetime
import json
import os
import random
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.codenodes.parser import parse
from studio.exceptions import FlowError
from studio.flow import (
    Edge,
    Execution,
    Flow,
    FlowInput,
    Node,
    Retry,
    flow_schema,
    format_flow,
    migrate,
    new_flow_id,
    parse_flow,
    read_flow,
    reference,
    write_flow,
)
from studio.planner import topological

HERE = Path(__file__).parents[1]
VECTORS = HERE / "vectors" / "flow.json"
SCHEMA = HERE.parent / "docs" / "flow.schema.json"
REGENERATE = "MILLRACE_TEST_REGENERATE"
"""With this variable set, the tests write the vectors and the schema instead of comparing them."""


# Generated documents ------------------------------------------------------------------------------------------------

HOSTILE = st.sampled_from([
    "", " ", "$input", "__proto__", "__class__", "__dict__", "model_extra", "model_fields", "model_config", "source",
    "target", "from_", "title", "code", "copy", "1", "10", "2", "a.b", "a\nb", "\u2028", "\x00", "\x7f", "😀", "\ue000",
    '"', "\\", "</script>", "{0}", "%s", "é", "e\u0301",
])  # fmt: skip
TEXT = HOSTILE | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15) | st.sampled_from([-0.0, 1e21, 5e-324, 1e-7, 2.5])
DATA = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(TEXT, DATA, max_size=3)
ID = st.from_regex(r"[a-z][a-z0-9_]{0,3}", fullmatch=True)


def part(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these fields, and unknown ones beside them."""
    known = st.fixed_dictionaries(required, optional=optional)
    unknown = OBJECT.map(lambda extra: {key: extra[key] for key in extra if key not in required | optional})
    return st.builds(lambda fields, extra: extra | fields, known, unknown)


SECONDS = st.floats(0, 1e6) | st.integers(0, 100)
RETRY = part({}, {
    "times": st.integers(0, 100), "wait": SECONDS, "factor": st.floats(1, 9), "longest": SECONDS, "on": st.lists(TEXT),
})  # fmt: skip
EXECUTION = part({}, {
    "timeout": st.none() | st.floats(0.1, 1e6), "memory": TEXT, "retry": RETRY, "kernel": TEXT,
    "on_failure": st.sampled_from(["fail", "continue"]), "repeat": st.sampled_from(["allow", "never"]),
    "effect": st.sampled_from(["", "pure", "reads", "writes"]),
})  # fmt: skip
NODE = part({"id": ID, "type": TEXT}, {
    "version": st.integers(-1, 9), "name": TEXT, "description": TEXT, "parent": TEXT, "params": OBJECT,
    "source": st.lists(TEXT), "path": TEXT, "execution": EXECUTION, "metadata": OBJECT,
})  # fmt: skip
END = st.builds(lambda node, port: f"{node}.{port}" if port else node, ID | TEXT, st.just("") | ID)
EDGE = part({"from": END, "to": END}, {"when": st.sampled_from(["success", "failure", "always"])})
INPUT = part({"name": TEXT}, {
    "type": st.sampled_from(["text", "integer", "number", "boolean", "date", "choice", "json", "file", "table"]),
    "title": TEXT, "default": DATA, "choices": st.lists(TEXT), "required": st.booleans(),
})  # fmt: skip
POSITION = part({}, {"x": st.floats(-1e6, 1e6) | st.integers(-9, 9), "y": st.floats(-1e6, 1e6)})
DOCUMENT = part({"id": TEXT.filter(bool)}, {
    "format": st.just(1), "name": TEXT, "description": TEXT, "inputs": st.lists(INPUT, max_size=3),
    "outputs": st.dictionaries(TEXT, TEXT), "files": st.lists(TEXT), "nodes": st.lists(NODE, max_size=4),
    "edges": st.lists(EDGE, max_size=4), "groups": st.lists(OBJECT, max_size=2), "notes": st.lists(OBJECT, max_size=2),
    "layout": st.dictionaries(ID | TEXT, POSITION, max_size=3), "metadata": OBJECT,
})  # fmt: skip


def canonical(document: Any) -> str:
    return format_flow(parse_flow(json.dumps(document)))


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same content: the keys of all objects in another order."""
    if isinstance(value, dict):
        keys = chance.sample(sorted(value), len(value))
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENT)
def test_canonical_text_is_its_own_canonical_text(document: dict[str, Any]) -> None:
    text = canonical(document)
    assert format_flow(parse_flow(text)) == text
    assert format_flow(parse_flow("\ufeff" + text)) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENT, st.randoms(use_true_random=False))
def test_the_order_of_keys_nodes_and_edges_does_not_matter(document: dict[str, Any], chance: random.Random) -> None:
    other = shuffled(document, chance)
    for many in ("nodes", "edges"):
        if many in other:
            chance.shuffle(other[many])
    assert canonical(other) == canonical(document)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENT)
def test_nothing_is_lost_but_defaults_and_fractions_of_positions(document: dict[str, Any]) -> None:
    text = canonical(document)
    assert meaning(json.loads(text)) == meaning(document)


def meaning(document: dict[str, Any]) -> dict[str, Any]:
    """A document with its defaults written out, its lists without an order sorted, its positions rounded."""
    node = {"version": 1, "name": "", "description": "", "parent": "", "params": {}, "source": [], "path": "",
            "execution": {}, "metadata": {}}  # fmt: skip
    execution = {"timeout": None, "memory": "", "retry": {}, "on_failure": "fail", "repeat": "allow", "effect": "",
                 "kernel": ""}  # fmt: skip
    retry = {"times": 0, "wait": 1, "factor": 2, "longest": 300, "on": []}
    input = {"type": "text", "title": "", "default": None, "choices": [], "required": False}
    full = {"format": 1, "name": "", "description": "", "inputs": [], "outputs": {}, "files": [], "nodes": [],
            "edges": [], "groups": [], "notes": [], "layout": {}, "metadata": {}} | document  # fmt: skip
    full["inputs"] = [input | one for one in full["inputs"]]
    full["edges"] = sorted(({"when": "success"} | one for one in full["edges"]), key=repr_of)
    nodes = []
    for one in full["nodes"]:
        how = execution | one.get("execution", {})
        how["retry"] = retry | how["retry"]
        nodes.append(node | one | {"execution": how})
    full["nodes"] = sorted(nodes, key=repr_of)
    full["layout"] = {id: rounded(place) for id, place in full["layout"].items()}
    return full


def rounded(place: dict[str, Any]) -> dict[str, Any]:
    return {key: (value + 0.5) // 1 if key in ("x", "y") else value for key, value in place.items()}


def repr_of(value: Any) -> str:
    """Equal for equal values, though one has 1 where the other has 1.0."""
    return json.dumps(value, sort_keys=True) if not isinstance(value, dict) else repr_of(sorted_items(value))


def sorted_items(value: Any) -> Any:
    if isinstance(value, dict):
        return [[key, sorted_items(value[key])] for key in sorted(value)]
    if isinstance(value, list):
        return [sorted_items(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


# What survives ------------------------------------------------------------------------------------------------------


def test_unknown_fields_survive_at_every_level() -> None:
    document = {
        "id": "f_1", "from_the_future": [1],
        "inputs": [{"name": "month", "hint": "x"}],
        "nodes": [{"id": "a", "type": "t", "color": "red",
                   "execution": {"gpu": 1, "retry": {"jitter": 0.5}}}],
        "edges": [{"from": "a.b", "to": "c.d", "label": "x"}],
        "layout": {"a": {"x": 1, "pinned": True}},
    }  # fmt: skip
    assert json.loads(canonical(document)) == document | {"format": 1}


def test_fields_named_like_our_own_attributes_survive() -> None:
    edge = {"from": "a.b", "to": "c.d", "source": "mine", "target": {"x": 1}, "from_node": 1}
    node = {"id": "a", "type": "t", "title": "mine", "code": "x", "model_extra": 1, "__class__": "y", "__dict__": {}}
    flow = parse_flow(json.dumps({"id": "f", "nodes": [node], "edges": [edge]}))
    assert (flow.edges[0].source, flow.nodes[0].title, flow.nodes[0].code) == ("a.b", "a", "")
    again = json.loads(format_flow(flow))
    assert (again["nodes"], again["edges"]) == ([node], [edge])


def test_an_edge_is_written_with_from_and_to_only() -> None:
    with pytest.raises(FlowError, match=r"^edges\[0\]\.from: Field required"):
        parse_flow('{"id": "f", "edges": [{"source": "a.b", "target": "c.d"}]}')


def test_unknown_node_types_and_dangling_edges_survive() -> None:
    flow = parse_flow('{"id": "f", "nodes": [{"id": "a", "type": "no.such"}], "edges": [{"from": "x.y", "to": "z"}]}')
    assert parse_flow(format_flow(flow)) == flow
    (edge,) = flow.edges
    assert (edge.from_node, edge.from_port, edge.to_node, edge.to_port) == ("x", "y", "z", "")


def test_references_are_values_like_others() -> None:
    params = {"path": {"$input": "file"}, "login": {"$credential": "bank"}, "limit": {"$var": "most"}}
    flow = parse_flow(json.dumps({"id": "f", "nodes": [{"id": "a", "type": "t", "params": params}]}))
    assert flow.nodes[0].params == params
    assert [reference(value) for value in params.values()] == [
        ("$input", "file"), ("$credential", "bank"), ("$var", "most"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value", ["$input", {"$input": 1}, {"$input": "a", "b": 1}, {"$expr": "a"}, {}, None, ["$var"]]
)
def test_what_is_no_reference_is_a_literal(value: Any) -> None:
    assert reference(value) is None


def test_several_edges_into_one_port_come_in_the_order_of_the_canonical_text() -> None:
    flow = parse_flow(
        '{"id": "f", "edges": [{"from": "b.table", "to": "u.tables"}, {"from": "a.table", "to": "u.tables"}]}'
    )
    assert [edge.source for edge in flow.edges_into("u")] == ["a.table", "b.table"]
    assert parse_flow(format_flow(flow)) == flow


def test_edges_put_together_by_hand_are_written_in_their_order() -> None:
    edges = [Edge(source=source, target="u") for source in ("b", "a", "c")]
    assert [edge["from"] for edge in json.loads(format_flow(Flow(id="f", edges=edges)))["edges"]] == ["a", "b", "c"]


def test_positions_at_a_half_go_up_as_in_ecmascript() -> None:
    places = {f"n{index}": {"x": x, "y": 0} for index, x in enumerate([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994])}
    layout = json.loads(canonical({"id": "f", "layout": places}))["layout"]
    assert [layout[id]["x"] for id in places] == [1, 2, 3, 0, -1, 0]


# What is refused ----------------------------------------------------------------------------------------------------

BROKEN = {
    "nothing": ("", "The text is no JSON: Expecting value at line 1, column 1."),
    "half a document": ('{\n  "id": "f",\n',
                        "The text is no JSON: Expecting property name enclosed in double quotes at line 3, column 1."),
    "a list": ("[]", "A flow is a JSON object."),
    "no id": ("{}", "id: Field required."),
    "empty id": ('{"id": ""}', 'id: String should have at least 1 character (it is "").'),
    "duplicate key": ('{"id": "f", "id": "g"}', "The key 'id' comes twice in one object."),
    "NaN": ('{"id": "f", "metadata": {"a": NaN}}', "NaN is no JSON value."),
    "large integer": ('{"id": "f", "nodes": [{"id": "a", "type": "t", "params": {"n": 9007199254740993}}]}',
                      "nodes[0].params.n: the integer is beyond 2^53, where digits get lost."),
    "large integer as a float": ('{"id": "f", "metadata": {"a b": [1e17]}}',
                                 'metadata["a b"][0]: the integer is beyond 2^53, where digits get lost.'),
    "half a character": ('{"id": "f", "name": "\\ud83d"}', "name: a text holds half a character (U+D800 to U+DFFF)."),
    "half a character in a key": ('{"id": "f", "metadata": {"\\ude00": 1}}',
                                  "metadata: a text holds half a character (U+D800 to U+DFFF)."),
    "infinite": ('{"id": "f", "metadata": {"a": 1e999}}', "metadata.a: the number is not finite."),
    "nodes as an object": ('{"id": "f", "nodes": {}}', "nodes: Input should be a valid list."),
    "a text as a version": ('{"id": "f", "nodes": [{"id": "a", "type": "t", "version": "2"}]}',
                            'nodes[0].version: Input should be a valid integer (it is "2").'),
    "a truth as a version": ('{"id": "f", "nodes": [{"id": "a", "type": "t", "version": true}]}',
                             "nodes[0].version: Input should be a valid integer (it is true)."),
    "a text as source": ('{"id": "f", "nodes": [{"id": "a", "type": "code", "source": "x = 1"}]}',
                         'nodes[0].source: Input should be a valid list (it is "x = 1").'),
    "a capital in a node id": ('{"id": "f", "nodes": [{"id": "A", "type": "t"}]}',
                               "nodes[0].id: String should match pattern '^[a-z][a-z0-9_]{0,62}$' (it is \"A\")."),
    "a line break behind a node id": ('{"id": "f", "nodes": [{"id": "a\\n", "type": "t"}]}',
        "nodes[0].id: String should match pattern '^[a-z][a-z0-9_]{0,62}$' (it is \"a\\n\")."),
    "wrong condition": ('{"id": "f", "edges": [{"from": "a.b", "to": "c", "when": "sucess"}]}',
                        "edges[0].when: Input should be 'success', 'failure' or 'always' (it is \"sucess\")."),
    "no time at all": ('{"id": "f", "nodes": [{"id": "a", "type": "t", "execution": {"timeout": 0}}]}',
                       "nodes[0].execution.timeout: Input should be greater than 0 (it is 0)."),
    "unknown input type": ('{"id": "f", "inputs": [{"name": "a", "type": "money"}]}',
                           "inputs[0].type: Input should be 'text', 'integer', 'number', 'boolean', 'date', 'choice', "
                           "'json', 'file' or 'table' (it is \"money\")."),
    "newer format": ('{"format": 2, "id": "f"}', "The flow has format 2; this Millrace reads up to 1."),
    "older format": ('{"format": 0, "id": "f"}', "The flow has format 0, which no Millrace wrote."),
    "format as text": ('{"format": "1", "id": "f"}', 'The flow has format "1"; this Millrace reads up to 1.'),
}  # fmt: skip
"""Name -> text, and the error's one line. The vectors carry the texts to the other readers of the format."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_flow_is_one_line_with_the_place_and_a_cure(name: str) -> None:
    text, message = BROKEN[name]
    with pytest.raises(FlowError) as caught:
        parse_flow(text)
    assert caught.value.message == message
    assert caught.value.cure
    assert "\n" not in str(caught.value)


def test_broken_json_names_its_line() -> None:
    with pytest.raises(FlowError) as caught:
        parse_flow('{\n  "id": "f",\n  "name": oops\n}')
    assert caught.value.line == 3


@pytest.mark.parametrize("opened", ["[", '{"a":'])
def test_a_hundred_thousand_levels_are_one_line(opened: str) -> None:
    with pytest.raises(FlowError, match="nested more than 100 levels deep"):
        parse_flow(opened * 100_000)


def test_an_integer_of_thousands_of_digits_is_one_line_without_python_internals() -> None:
    with pytest.raises(FlowError) as caught:
        parse_flow('{"id": "f", "metadata": {"n": ' + "9" * 5000 + "}}")
    assert caught.value.message == "metadata.n: the integer is beyond 2^53, where digits get lost."


def test_a_message_is_short_however_large_the_wrong_value_is() -> None:
    with pytest.raises(FlowError) as caught:
        parse_flow(json.dumps({"id": "f", "nodes": "\n\ud800" * 50_000}))
    assert len(str(caught.value)) < 300
    str(caught.value).encode()


# Formats to come ----------------------------------------------------------------------------------------------------


def test_an_older_format_is_brought_to_the_present_one_step_by_step() -> None:
    migrations = {
        1: lambda document: {**document, "title": document["name"]},
        2: lambda document: {**document, "title": document["title"].upper()},
    }
    assert migrate({"format": 1, "name": "a"}, migrations) == {"format": 3, "name": "a", "title": "A"}
    assert migrate({"format": 2, "title": "a"}, migrations) == {"format": 3, "title": "A"}
    assert migrate({"format": 3, "title": "a"}, migrations) == {"format": 3, "title": "a"}
    assert migrate({"name": "a"}, migrations) == {"format": 3, "name": "a", "title": "A"}


def test_a_format_between_that_nobody_can_read_is_refused() -> None:
    with pytest.raises(FlowError, match="format 1, which no Millrace wrote"):
        migrate({"format": 1}, {2: dict})
    with pytest.raises(FlowError, match="format 4; this Millrace reads up to 3"):
        migrate({"format": 4}, {2: dict})


def test_a_migration_leaves_the_document_that_it_was_given() -> None:
    document = {"format": 1}
    migrate(document, {1: dict})
    assert document == {"format": 1}


# The builder --------------------------------------------------------------------------------------------------------


def test_a_flow_is_built_step_by_step() -> None:
    flow = Flow.new("Clean the bank")
    flow.add("read.csv", "bank", params={"path": "bank.csv"}, name="Bank")
    flow.add("read.csv", "ledger", params={"path": "ledger.csv"})
    flow.add("union", "both", inputs={"tables": ["ledger.table", "bank.table"]}, execution={"timeout": 60})
    flow.add(
        "code",
        "clean",
        source="""
        def run(table: Table) -> Table:
            return table
        """,
        inputs={"table": "both.table"},
    )
    flow.add("mail", "warn")
    flow.connect("clean", "warn", when="failure")
    again = parse_flow(format_flow(flow))
    assert [node.id for node in again.nodes] == ["bank", "both", "clean", "ledger", "warn"]
    assert [(edge.source, edge.target, edge.when) for edge in again.edges] == [
        ("bank.table", "both.tables", "success"),
        ("both.table", "clean.table", "success"),
        ("clean", "warn", "failure"),
        ("ledger.table", "both.tables", "success"),
    ]
    assert again.edges == flow.edges
    clean, both = again.node("clean"), again.node("both")
    assert clean is not None
    assert both is not None
    assert clean.source[:2] == ["def run(table: Table) -> Table:", "    return table"]
    assert both.execution.timeout == 60
    assert again.node("nobody") is None
    assert [edge.target for edge in again.edges_out_of("both")] == ["clean.table"]
    assert [node.id for node in topological(again)] == ["bank", "ledger", "both", "clean", "warn"]


def test_the_builder_refuses_what_no_reader_would_take() -> None:
    flow = Flow.new("x")
    flow.add("t", "a")
    with pytest.raises(FlowError, match="has a node 'a' already"):
        flow.add("t", "a")
    with pytest.raises(FlowError, match=r"^Node 'Bank statement', id: String should match"):
        flow.add("t", "Bank statement")
    with pytest.raises(FlowError, match=r"^Node 'b', execution\.timeout: Input should be a valid number"):
        flow.add("t", "b", execution={"timeout": "5 minutes"})
    with pytest.raises(FlowError, match=r"'a\.x' to 'b\.y', when: Input should be 'success'"):
        flow.connect("a.x", "b.y", when="sucess")  # type: ignore[arg-type]
    assert [node.id for node in flow.nodes] == ["a"]
    assert flow.edges == []


def test_values_that_json_has_not_are_refused_when_the_flow_is_written() -> None:
    for value, message in [
        (datetime.date(2026, 1, 1), r"^nodes\[0\]\.params\.x: a date is no JSON value"),
        (float("nan"), r"^nodes\[0\]\.params\.x: the number is not finite"),
        ({1: 2}, r"^nodes\[0\]\.params\.x: the key 1 is no text"),
        (10**20, r"^nodes\[0\]\.params\.x: the integer is beyond 2\^53"),
    ]:
        flow = Flow.new("x")
        flow.add("t", "a", params={"x": value})
        with pytest.raises(FlowError, match=message):
            format_flow(flow)


def test_tuples_and_large_whole_floats_of_python_are_written_as_json_has_them() -> None:
    flow = Flow.new("x")
    flow.add("t", "a", params={"columns": ("a", "b"), "most": 3.0})
    assert json.loads(format_flow(flow))["nodes"][0]["params"] == {"columns": ["a", "b"], "most": 3}


def test_parts_are_values() -> None:
    for one, field in [(Node(id="a", type="t"), "id"), (Edge(source="a", target="b"), "source"),
                       (FlowInput(name="a"), "name")]:  # fmt: skip
        with pytest.raises(ValueError, match="frozen"):
            setattr(one, field, "b")


def test_flow_ids_are_made_once_and_differ() -> None:
    ids = {new_flow_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(id.startswith("f_") and len(id) == 10 and id[2:].isalnum() and id.islower() for id in ids)


# Files --------------------------------------------------------------------------------------------------------------


def test_a_file_is_read_and_written_as_canonical_text(tmp_path: Path) -> None:
    path = tmp_path / "a.flow"
    path.write_bytes(b'\xef\xbb\xbf{"name": "gr\xc3\xbcn",\r\n "id": "f_1"}')
    flow = read_flow(path)
    write_flow(flow, path)
    assert path.read_bytes() == format_flow(flow).encode()
    assert read_flow(str(path)) == flow
    assert os.listdir(tmp_path) == ["a.flow"]


def test_a_file_that_cannot_be_read_is_one_line_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "latin.flow").write_bytes(b'{"name": "gr\xfcn"}')
    (tmp_path / "wide.flow").write_bytes('{"id": "f"}'.encode("utf-16"))
    (tmp_path / "broken.flow").write_text("{\n]")
    for path, message in [
        (tmp_path / "none.flow", f"There is no file '{tmp_path}/none.flow'."),
        (tmp_path, f"{tmp_path.name} cannot be read: Is a directory."),
        (tmp_path / "latin.flow" / "x.flow", "x.flow cannot be read: Not a directory."),
        (tmp_path / "latin.flow", "latin.flow is no UTF-8 text (byte 12)."),
        (tmp_path / "wide.flow", "wide.flow is no UTF-8 text (byte 0)."),
        (tmp_path / "a\0b", f"{str(tmp_path) + '/a' + chr(0) + 'b'!r} is no path: embedded null byte."),
    ]:
        with pytest.raises(FlowError) as caught:
            read_flow(path)
        assert caught.value.message == message
        assert caught.value.cure
    with pytest.raises(FlowError, match=r"^broken\.flow: The text is no JSON") as caught:
        read_flow(tmp_path / "broken.flow")
    assert caught.value.line == 2


def test_a_write_that_fails_leaves_the_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.flow"
    write_flow(Flow(id="f", name="old"), path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FlowError, match=r"^a\.flow cannot be written: No space left on device"):
        write_flow(Flow(id="f", name="new"), path)
    assert read_flow(path).name == "old"
    assert os.listdir(tmp_path) == ["a.flow"]


def test_a_flow_that_cannot_be_written_touches_no_file(tmp_path: Path) -> None:
    with pytest.raises(FlowError):
        write_flow(Flow(id="f", metadata={"x": float("inf")}), tmp_path / "a.flow")
    assert os.listdir(tmp_path) == []


def test_a_place_that_takes_no_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "none" / "a.flow", tmp_path / "file" / "a.flow", tmp_path / "folder"):
        with pytest.raises(FlowError, match="cannot be written"):
            write_flow(Flow(id="f"), path)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and links")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.flow", tmp_path / "link.flow"
    before = os.umask(0o027)
    try:
        write_flow(Flow(id="f"), real)
    finally:
        os.umask(before)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    real.chmod(0o664)
    link.symlink_to(real)
    write_flow(Flow(id="g"), link)
    assert link.is_symlink()
    assert read_flow(real).id == "g"
    assert stat.S_IMODE(real.stat().st_mode) == 0o664


# What other readers of the format hold to ---------------------------------------------------------------------------


def nested(levels: int) -> Any:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


SOURCES: dict[str, Any] = {
    "empty": {"id": "f_1"},
    "defaults are left out": {
        "format": 1, "id": "f_1", "name": "", "inputs": [{"name": "a", "type": "text", "default": None}], "files": [],
        "nodes": [{"id": "a", "type": "t", "version": 1, "name": "", "params": {}, "source": [], "metadata": {},
                   "execution": {"timeout": None, "retry": {"times": 0, "wait": 1.0}, "on_failure": "fail"}}],
        "edges": [{"from": "a.b", "to": "c.d", "when": "success"}], "layout": {},
    },
    "keys in schema order": {
        "metadata": {"b": 1, "a": 2}, "layout": {"a": {"y": 1, "x": 2}}, "notes": [{"text": ["a"], "id": "n"}],
        "groups": [{"nodes": ["a"], "id": "g"}], "edges": [], "nodes": [], "files": ["data/*.csv"],
        "outputs": {"z": "a.b", "a": "c.d"}, "inputs": [], "description": "d", "name": "n", "id": "f_1",
    },
    "node keys in schema order": {"id": "f_1", "nodes": [{
        "metadata": {"z": 1}, "execution": {"kernel": "ir", "effect": "pure", "repeat": "never",
        "on_failure": "continue", "retry": {"on": ["http"], "longest": 60, "factor": 1.5, "wait": 0.5, "times": 3},
        "memory": "4GB", "timeout": 90}, "path": "a.ipynb", "source": ["x"], "params": {"b": 1, "a": 2}, "parent": "p",
        "description": "d", "name": "n", "version": 2, "type": "t", "id": "a"}]},
    "input keys in schema order": {"id": "f_1", "inputs": [
        {"required": True, "choices": ["b", "a"], "default": "b", "title": "T", "type": "choice", "name": "n"}]},
    "nodes by id": {"id": "f_1", "nodes": [{"id": id, "type": "t"} for id in ("b", "a_1", "a1", "a10", "a2", "a")]},
    "nodes of one id by their text": {"id": "f_1", "nodes": [{"id": "a", "type": "z"}, {"id": "a", "type": "b"}]},
    "edges by from and to": {"id": "f_1", "edges": [
        {"from": "b.t", "to": "c.t"}, {"from": "a.t", "to": "d.t"}, {"from": "a.t", "to": "c.t"},
        {"from": "a", "to": "z"}]},
    "edges of the same ends by their text": {"id": "f_1", "edges": [
        {"from": "a", "to": "b", "when": "success"}, {"from": "a", "to": "b", "when": "failure"},
        {"from": "a", "to": "b", "when": "always"}]},
    "edges with odd ends, by UTF-16": {"id": "f_1", "edges": [
        {"from": "\ue000", "to": ""}, {"from": "😀", "to": "."}, {"from": "", "to": "a.b.c"}]},
    "edges without ports": {"id": "f_1", "edges": [{"from": "a", "to": "b", "when": "failure"}]},
    "inputs keep their order": {"id": "f_1", "inputs": [{"name": "b"}, {"name": "a"}, {"name": "b"}]},
    "lists keep their order": {"id": "f_1", "files": ["b", "a", "b"], "metadata": {"l": [3, 1, 2]}},
    "unknown fields": {
        "zeta": 1, "alpha": {"d": 1, "c": 2}, "id": "f_1", "inputs": [{"name": "a", "hint": 1}],
        "nodes": [{"id": "a", "type": "t", "color": "red", "execution": {"gpu": 2, "retry": {"jitter": 0.1}}}],
        "edges": [{"from": "a.b", "to": "c.d", "label": "x", "source": "y"}],
    },
    "unknown fields are sorted by UTF-16": {
        "id": "f_1", "\ue000": 1, "😀": 2, "é": 3, "z": 4, "Z": 5, "10": 6, "2": 7, "": 8},
    "keys that are names in some language": {"id": "f_1", "metadata": {
        "__proto__": 1, "constructor": 2, "toString": 3, "__class__": 4, "hasOwnProperty": 5, "length": 6}},
    "unknown node type": {"id": "f_1", "nodes": [{"id": "a", "type": "no.such.thing", "version": 99}]},
    "dangling edge": {"id": "f_1", "edges": [{"from": "nobody.x", "to": "nowhere.y"}]},
    "references": {"id": "f_1", "nodes": [{"id": "a", "type": "t", "params": {
        "a": {"$input": "month"}, "b": {"$var": "v"}, "c": {"$credential": "bank"}, "d": {"$expr": "1 + 1"}}}]},
    "code as lines": {"id": "f_1", "nodes": [{"id": "a", "type": "code", "source": [
        "def run(table: Table) -> Table:", "    return table", "", "\t# ü"]}]},
    "falsy user data stays": {"id": "f_1", "nodes": [{"id": "a", "type": "t", "params": {
        "a": None, "b": False, "c": 0, "d": "", "e": [], "f": {}}}]},
    "positions are whole": {"id": "f_1", "layout": {
        "a": {"x": 0.5, "y": 1.5}, "b": {"x": -0.5, "y": -1.5}, "c": {"x": 2.4, "y": -2.6},
        "d": {"x": 0.49999999999999994, "y": 1e21}, "e": {"x": 3, "y": None}, "f": {"z": 0.5}}},
    "layout of nodes by id": {"id": "f_1", "layout": {"b": {"x": 1, "y": 2, "w": 3}, "a": {"y": 0, "x": 0}, "A": {}}},
    "nested data": {"id": "f_1", "metadata": {"a": [[], {}, [[]], [{}], {"b": {"c": [1, [2, [3]]]}}]}},
    "data as deep as it may be": {"id": "f_1", "metadata": {"a": eval("[" * 98 + "]" * 98)}},
}  # fmt: skip

NUMBERS = ["0", "-0", "-0.0", "1.0", "1E2", "0.1", "-1.5", "100", "1e-6", "1e-7", "0.000001", "0.00000123",
           "123456789.125", "9007199254740992", "-9007199254740992", "2251799813685248.5", "1e21", "1.5e300", "1e+30",
           "5e-324", "1.7976931348623157e308", "0.30000000000000004", "1e-400"]  # fmt: skip
TEXTS = {
    "escapes": r'"\"\\\/\b\f\n\r\t"',
    "control characters": r'"\u0000\u0001\u001f\u007f"',
    "escaped letters": r'"\u0041\u00e9\u20ac"',
    "letters": '"Aé€😀"',
    "line separators": '"\u2028\u2029"',
    "pairs of halves": r'"\ud83d\ude00"',
    "markup": '"</script><!-- & \'"',
    "not normalized": '"e\u0301 \u00e9 \ufb01"',
    "byte order mark": '"\ufeff"',
}


def vectors() -> dict[str, Any]:
    """Texts with their canonical text, and texts that every reader refuses."""
    texts = {name: json.dumps(source, ensure_ascii=False) for name, source in SOURCES.items()}
    texts["numbers"] = f'{{"id": "f_1", "metadata": {{"n": [{", ".join(NUMBERS)}]}}}}'
    texts |= {f"text: {name}": f'{{"id": "f_1", "metadata": {{"t": {text}}}}}' for name, text in TEXTS.items()}
    texts["text as a key"] = r'{"id": "f_1", "metadata": {"\u0041\n\"": 1, "\ud83d\ude00": 2}}'
    texts["white space"] = '\r\n{\t"id" :\n"f_1" , "nodes":[ ] }  \n'
    texts["byte order mark"] = '\ufeff{"id": "f_1"}'
    texts["format as a float"] = '{"format": 1.0, "id": "f_1"}'
    good = [{"name": name, "text": text, "canonical": format_flow(parse_flow(text))} for name, text in texts.items()]
    bad = [{"name": name, "text": text} for name, (text, _) in BROKEN.items()]
    bad += [{"name": "data too deep", "text": json.dumps({"id": "f_1", "metadata": {"a": nested(100)}})}]
    return {"canonical": good, "errors": bad}


def ascii_text(value: Any) -> str:
    return json.dumps(value, indent=1) + "\n"


@pytest.mark.parametrize(("path", "make"), [(VECTORS, vectors), (SCHEMA, flow_schema)], ids=["vectors", "schema"])
def test_what_other_readers_hold_to_is_what_we_do(path: Path, make: Any) -> None:
    """To write the files anew: `MILLRACE_TEST_REGENERATE=1 pytest tests/unit/test_flow.py -k other_readers`."""
    text = ascii_text(make())
    if os.environ.get(REGENERATE):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("vector", vectors()["canonical"], ids=lambda vector: vector["name"])
def test_every_vector_is_a_fixed_point(vector: dict[str, str]) -> None:
    assert format_flow(parse_flow(vector["canonical"])) == vector["canonical"]


@pytest.mark.parametrize("vector", vectors()["errors"], ids=lambda vector: vector["name"])
def test_every_error_vector_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(FlowError):
        parse_flow(vector["text"])


# The documentation --------------------------------------------------------------------------------------------------

DOCUMENTATION = HERE.parent / "docs" / "flows.md"


def example(language: str, number: int) -> str:
    blocks = re.findall(
        rf"^```{language}\n(.*?)^```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return str(blocks[number])


def test_every_field_is_documented() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    for part_type in (Flow, Node, Edge, FlowInput, Execution):
        for name, field in part_type.model_fields.items():
            assert re.search(rf"[`.]({field.alias or name})`", text), f"{part_type.__name__}.{name}"
    for name in Retry.model_fields:
        assert f"`retry.{name}`" in text


def test_the_example_of_the_documentation_is_a_flow_whose_code_can_be_read() -> None:
    flow = parse_flow(example("json", 0))
    clean = flow.node("clean")
    assert clean is not None
    signature = parse(clean.code)
    assert (signature.problems, [port.name for port in signature.inputs]) == ((), ["table"])
    assert parse(example("python", 0)).problems == ()
    assert parse(example("python", 1)).credentials == {"login": "http.basic"}


def test_the_documented_builder_builds_a_flow() -> None:
    names: dict[str, Any] = {}
    exec(example("python", 2).partition("result = ")[0], names)
    flow = names["flow"]
    assert [node.id for node in topological(parse_flow(format_flow(flow)))] == ["bank", "clean", "report"]
