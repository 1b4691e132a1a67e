"""From what arrived to the inputs of a flow."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from time import process_time
from typing import Any
from urllib.parse import urlencode

import jsonpointer
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.mapping import (
    LIMITS,
    NOTHING,
    SECRET_HEADERS,
    Arrival,
    InputProblem,
    Limits,
    Unreadable,
    document,
    find,
    map_inputs,
    parse_body,
    parse_pointer,
    too_deep,
    without_secrets,
)
from scheduler.signatures import ApiKey, SignedBody, secret_headers
from studio.exceptions import UserError
from studio.flow import Flow, FlowInput

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TYPES = ["", JSON, "application/cloudevents+json", FORM, "text/plain", "text/csv; charset=utf-16", "image/png"]
LARGE = 2_000_000
"""Bytes of the hostile bodies here."""
SECONDS = 4
"""So long may one of them keep a processor busy. What is quadratic takes hours."""


def arrival(body: bytes = b"", content_type: str = JSON, query: bytes = b"", **headers: str) -> Arrival:
    sent = [(b"content-type", content_type.encode("latin-1"))] if content_type else []
    sent += [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Arrival("POST", "/hooks/orders", query, tuple(sent), body, datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC))


def flow(*inputs: FlowInput) -> Flow:
    return Flow(id="f_hook", inputs=list(inputs))


def wrong(content_type: str, body: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(UserError) as caught:
        parse_body(content_type, body, limits)
    return caught.value.message


# Bodies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", [JSON, " Application/JSON ;charset=utf-8", "application/a.b+json"])
def test_json_is_read_by_its_content_type(content_type: str) -> None:
    assert parse_body(content_type, b'{"a": [1, 2.5, true, null, "x"]}') == {"a": [1, 2.5, True, None, "x"]}


def test_json_is_read_in_any_utf_with_and_without_a_byte_order_mark() -> None:
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        assert parse_body(JSON, '{"name": "Grüße 😀"}'.encode(codec)) == {"name": "Grüße 😀"}


def test_an_empty_body_is_the_empty_value_of_its_type() -> None:
    empty: dict[str, Any] = {JSON: None, FORM: {}, "text/plain": "", "image/png": "", "": ""}
    assert {kind: parse_body(kind, b"") for kind in empty} == empty
    assert parse_body(JSON, b"\xef\xbb\xbf") is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "no JSON: Expecting property name enclosed in double quotes at line 1, column 2."),
        (b"[1,\n2,,]", "no JSON: Expecting value at line 2, column 3."),
        (b" ", "no JSON: Expecting value at line 1, column 2."),
        (b"\x00", "no JSON"),
        (b'"a\x00b"', "no JSON: Invalid control character at line 1, column 3."),
        (b"[NaN]", "holds NaN, which is no JSON value."),
        (b"[-Infinity]", "holds -Infinity, which is no JSON value."),
        (b"[Infinity]", "holds Infinity, which is no JSON value."),
        (b'{"a": 1, "b": {"x": 1, "y": 2, "x": 1}}', "has the key 'x' twice in one object."),
        (b'{"a": 1, "\\u0061": 1}', "has the key 'a' twice in one object."),
        (b'{"\\ud800": 1, "\\ud801": 1}', "has the key '\ufffd' twice in one object."),
        (b'{"a": "\xff"}', "no UTF-8 text (byte 7)."),
        (b'"\xed\xa0\x80"', "no UTF-8 text (byte 1)."),  # half a surrogate pair as bytes
        (b"\xff\xfe\x00\xd8", "no UTF-16 text (byte 2)."),
        (b'"\\ud8"', "no JSON"),
        (b"[" * 100_000, "nested too deep."),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep."),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deep."),
        (b"[" * 101 + b"]" * 101, "nested too deep."),
    ],
)
def test_what_is_no_json_is_said_in_one_line(body: bytes, message: str) -> None:
    assert wrong(JSON, body).startswith("The body ")
    assert message in wrong(JSON, body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'"a\u0000b"', "a\x00b"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\uD83D\uD83D\uDE00!"', "\ufffd😀!"),
        (rb'"\\ud83d\ud83d\n"', "\\ud83d\ufffd\n"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (rb'{"\ude00": 1}', {"\ufffd": 1}),
        (b"[" * 100 + b"]" * 100, ...),
        (b"9007199254740993", 2**53 + 1),
        (b"1" * 309, int("1" * 309)),
        (b"1" * 5_000, float("inf")),
        (b"-" + b"9" * 5_000, float("-inf")),
        (b"0." + b"3" * 5_000, 1 / 3),
        (b"1e999999999999", float("inf")),
        (b"1e-999999999999", 0.0),
    ],
)
def test_odd_json_has_a_value(body: bytes, value: Any) -> None:
    found = parse_body(JSON, body)
    assert value is ... or found == value


def test_a_form_gives_texts_and_lists_where_a_name_is_repeated() -> None:
    body = b"month=2026-10&tag=a&tag=b&empty=&bare&name=Gr%C3%BC%C3%9Fe+%F0%9F%98%80&raw=\xc3\xa4&%61=1"
    assert parse_body(FORM, body) == {
        "month": "2026-10",
        "tag": ["a", "b"],
        "empty": "",
        "bare": "",
        "name": "Grüße 😀",
        "raw": "ä",
        "a": "1",
    }


@pytest.mark.parametrize("body", [b"a=%ff", b"b=1&%ff=a", b"a=%ed%a0%80", b"a=\xff"])
def test_a_form_that_is_no_text_is_refused(body: bytes) -> None:
    assert wrong(FORM, body) == "The body holds a field that is no UTF-8 text."


def test_percent_signs_that_escape_nothing_stay() -> None:
    assert parse_body(FORM, b"a=100%&b=%zz%4&&c=%2541&d=e=f") == {"a": "100%", "b": "%zz%4", "c": "%41", "d": "e=f"}


def test_a_form_has_at_most_so_many_fields() -> None:
    limits = Limits(fields=3)
    assert parse_body(FORM, b"a=1&b=2&c=3", limits) == {"a": "1", "b": "2", "c": "3"}
    assert wrong(FORM, b"a=1&b=2&c=3&d=4", limits) == "The body has more than 3 fields."


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", "Grüße".encode()),
        ("text/plain", "Grüße".encode("utf-8-sig")),
        ("Text/CSV; header=present; Charset=ISO-8859-1", "Grüße".encode("latin-1")),
        ('text/plain;charset="windows-1252"', "Grüße".encode("cp1252")),
        ("text/plain; charset=utf-16", "Grüße".encode("utf-16")),
    ],
)
def test_text_is_read_in_its_charset(content_type: str, body: bytes) -> None:
    assert parse_body(content_type, body) == "Grüße"


@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode_escape", "undefined", "rot13", "zip", "x" * 10_000])
def test_charsets_that_are_none_of_the_webs_are_refused(charset: str) -> None:
    message = wrong(f"text/plain; charset={charset}", b"a\\x")
    assert message.startswith("The charset '")
    assert len(message) < 150


def test_text_that_is_not_in_its_charset_is_refused() -> None:
    assert wrong("text/plain", b"ab\xff") == "The body is no UTF-8 text (byte 2)."


def test_any_other_body_is_base64() -> None:
    for kind in ("image/png", "", "application/octet-stream", "multipart/form-data; boundary=x", "nonsense"):
        assert parse_body(kind, b"\x89PNG\x00") == "iVBORwA="


def test_a_body_has_at_most_so_many_bytes() -> None:
    limits = Limits(size=10)
    for kind in TYPES:
        assert wrong(kind, b"12345678901", limits) == "The body has 11 bytes, and at most 10 are read."
    assert parse_body(JSON, b"1234567890", limits) == 1234567890


def test_a_body_has_at_most_so_many_levels() -> None:
    assert parse_body(JSON, b'[{"a": []}]', Limits(depth=3)) == [{"a": []}]
    assert wrong(JSON, b'[{"a": []}]', Limits(depth=2)) == "The body is nested too deep."
    assert parse_body(JSON, b"1", Limits(depth=0)) == 1
    assert not too_deep([[1], {"a": 1}], 2)
    assert too_deep([[1], {"a": [1]}], 2)


# Name -> content type, and how the body begins, goes on and ends.
HOSTILE = {
    "lists": (JSON, b"[", b"[],", b"1]"),
    "objects": (JSON, b"[", b"{},", b"1]"),
    "integers": (JSON, b"[", b"1,", b"1]"),
    "long integers": (JSON, b"[", b"1" * 4_000 + b",", b"1]"),
    "integers as long as may be": (JSON, b"[", b"1" * 309 + b",", b"1]"),
    "one integer": (JSON, b"", b"1", b""),
    "one fraction": (JSON, b"0.", b"1", b""),
    "one exponent": (JSON, b"1e", b"1", b""),
    "equal keys": (JSON, b"{", b'"a":1,', b'"a":1}'),
    "escapes": (JSON, b'"', rb"\\", rb'\ud800"'),
    "halves": (JSON, b'"', rb"\ud800", b'"'),
    "levels": (JSON, b"", b"[", b""),
    "levels of objects": (JSON, b"", b'{"a":', b""),
    "spaces": (JSON, b"", b" ", b""),
    "lines": (JSON, b"", b"\n", b""),
    "an open text": (JSON, b'"', b"a", b""),
    "backslashes": (JSON, b'"', b"\\", b""),
    "zeros": (JSON, b"", b"\x00", b""),
    "half characters": (JSON, b"\xff\xfe", b"\x00\xd8", b""),
    "fields": (FORM, b"", b"a&", b""),
    "percent signs": (FORM, b"", b"%", b""),
    "escaped bytes": (FORM, b"", b"%41", b""),
    "pluses": (FORM, b"", b"+", b""),
    "digits": ("text/plain", b"", b"1", b""),
    "a fraction as text": ("text/plain", b"0.", b"1", b""),
    "levels as text": ("text/plain", b"", b"[", b""),
    "lists as text": ("text/plain", b"[", b"[],", b"1]"),
    "long integers as text": ("text/plain", b"[", b"1" * 4_000 + b",", b"1]"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_large_hostile_bodies_take_seconds_at_most(name: str) -> None:
    kind, begin, middle, end = HOSTILE[name]
    body = begin + middle * ((LARGE - len(begin + end)) // len(middle)) + end
    start = process_time()
    map_inputs(flow(*INPUTS.values()), dict.fromkeys(INPUTS, "/body"), document(arrival(body, kind)))
    assert process_time() - start < SECONDS


def test_many_different_keys_and_fields_take_seconds_at_most() -> None:
    keys = {str(number): "a" for number in range(150_000)}
    start = process_time()
    assert parse_body(JSON, json.dumps(keys).encode()) == keys
    assert parse_body(FORM, urlencode(keys).encode(), Limits(fields=10**6)) == keys
    assert process_time() - start < SECONDS


def test_hostile_headers_and_queries_take_seconds_at_most() -> None:
    start = process_time()
    assert parse_body("text/plain" + "; chars" * 100_000 + ";" + " " * 1_000_000 + "=" * 1_000_000, b"a") == "a"
    headers = [(b"x" * 60_000 + b"token", b"a")] * 20 + [(b"a", b"b")] * 100_000 + [(b"%d" % n, b"") for n in range(9)]
    whole = document(replace(arrival(query=b"a=%00&" * 1_000_000), headers=tuple(headers)))
    assert set(whole["headers"]) == {"a", *"012345678"}
    assert whole["query"] == Unreadable("The query has more than 10,000 fields.")
    assert process_time() - start < SECONDS


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(TYPES) | st.text(), st.binary() | st.from_regex(rb'[\[\]{}",:0-9eE\\u.dD8-]{0,60}'))
def test_any_body_has_a_value_that_can_be_stored_or_a_problem_that_can_be_shown(kind: str, body: bytes) -> None:
    read = document(arrival(body, kind.encode("latin-1", "replace").decode("latin-1")))["body"]
    if isinstance(read, Unreadable):
        assert read.message.isprintable()
    else:
        json.dumps(read, ensure_ascii=False).encode()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON_VALUES, st.booleans())
def test_json_is_read_as_it_was_written(value: Any, ascii_only: bool) -> None:
    assert parse_body(JSON, json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(), st.lists(st.text(), min_size=2, max_size=3)))
def test_forms_are_read_as_they_were_written(values: dict[str, list[str]]) -> None:
    assert parse_body(FORM, urlencode(values, doseq=True).encode()) == values


# The document -------------------------------------------------------------------------------------------------------


def test_the_document_holds_all_that_a_flow_may_see() -> None:
    came = arrival(b'{"period": "2026-10"}', query=b"a=1&b=2&b=3", X_Event="paid", x_event="late")
    assert document(came, {"last": 7}) == {
        "body": {"period": "2026-10"},
        "headers": {"content-type": JSON, "x-event": "paid, late"},
        "query": {"a": "1", "b": ["2", "3"]},
        "method": "POST",
        "received": "2026-11-25T12:00:05+00:00",
        "cursor": {"last": 7},
    }


def test_the_time_is_told_in_utc() -> None:
    here = datetime(2026, 11, 25, 1, tzinfo=timezone(timedelta(hours=2)))
    assert document(replace(arrival(), received=here))["received"] == "2026-11-24T23:00:00+00:00"
    with pytest.raises(ValueError, match="no moment"):
        document(replace(arrival(), received=datetime(2026, 11, 25)))


def test_headers_are_texts_whatever_their_bytes() -> None:
    came = replace(arrival(), headers=((b"X-Name", b"Gr\xfc\xdfe\xff\x00"),))
    assert document(came)["headers"] == {"x-name": "Grüßeÿ\x00"}


def test_two_content_types_are_none() -> None:
    twice = replace(arrival(b"{}"), headers=((b"content-type", JSON.encode()), (b"Content-Type", b"text/plain")))
    assert document(twice)["body"] == "e30="


SECRETS = [
    "Authorization",
    "Proxy-Authorization",
    "COOKIE",
    "Set-Cookie",
    "X-API-Key",
    "apikey",
    "X-Auth-Token",
    "X-Gitlab-Token",
    "X-Amz-Security-Token",
    "Webhook-Signature",
    "X-Hub-Signature",
    "X-Hub-Signature-256",
    "Stripe-Signature",
    "X-Shopify-Hmac-Sha256",
    "X-Telegram-Bot-Api-Secret-Token",
    "Cf-Access-Jwt-Assertion",
    "Ocp-Apim-Subscription-Key",
]
HARMLESS = ["X-Author", "Authority", "X-GitHub-Event", "X-GitHub-Delivery", "Webhook-Id", "Webhook-Timestamp", "Host"]


@pytest.mark.parametrize("name", SECRETS)
def test_headers_that_hold_secrets_are_neither_seen_nor_kept(name: str) -> None:
    came = replace(arrival(), headers=((name.encode(), b"canary"), (b"x-event", b"paid")))
    assert without_secrets(came).headers == ((b"x-event", b"paid"),)
    assert "canary" not in json.dumps(document(came))


@pytest.mark.parametrize("name", HARMLESS)
def test_other_headers_are_seen(name: str) -> None:
    assert document(replace(arrival(), headers=((name.encode(), b"a"),)))["headers"] == {name.lower(): "a"}


def test_the_headers_that_the_trigger_checks_are_hidden_as_well() -> None:
    hidden = SECRET_HEADERS | secret_headers([ApiKey("k", header="X-Shop"), SignedBody(("k",), header="X-Sig")])
    came = arrival(x_shop="k", X_SIG="k", x_event="paid")
    assert document(came, hidden=hidden)["headers"] == {"content-type": JSON, "x-event": "paid"}
    assert "x-shop" in document(came)["headers"]
    assert document(came, hidden={"X-Shop", "X-S*", "Content-*"})["headers"] == {"x-event": "paid"}


def test_the_text_of_an_arrival_tells_neither_headers_nor_body() -> None:
    text = repr(arrival(b"canary", query=b"canary", authorization="canary"))
    assert "canary" not in text


# Pointers -----------------------------------------------------------------------------------------------------------

# The document and the answers of RFC 6901, section 5.
RFC = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}
ANSWERS = {
    "": RFC,
    "/foo": ["bar", "baz"],
    "/foo/0": "bar",
    "/": 0,
    "/a~1b": 1,
    "/c%d": 2,
    "/e^f": 3,
    "/g|h": 4,
    "/i\\j": 5,
    '/k"l': 6,
    "/ ": 7,
    "/m~0n": 8,
}


@pytest.mark.parametrize("pointer", ANSWERS)
def test_the_examples_of_rfc_6901_hold(pointer: str) -> None:
    assert find(RFC, parse_pointer(pointer)) == ANSWERS[pointer]


def test_escapes_are_undone_from_left_to_right() -> None:
    assert parse_pointer("/~01/~10/~00") == ["~1", "/0", "~0"]


@pytest.mark.parametrize("pointer", ["foo", "body/period", "#/foo", "/~", "/~2", "/a~b", " /a"])
def test_what_is_no_pointer_is_refused(pointer: str) -> None:
    with pytest.raises(UserError, match="is no JSON Pointer"):
        parse_pointer(pointer)


@pytest.mark.parametrize(
    "pointer",
    [
        *(
            f"/foo/{index}"
            for index in ("2", "-", "-1", "00", "01", "+1", "1.0", " 1", "１", "²", "", "bar", "9" * 5_000)
        ),
        "/foo/0/0",
        "/bar",
        "//",
        "/a~1b/x",
    ],
)
def test_a_pointer_to_nothing_finds_nothing(pointer: str) -> None:
    assert find(RFC, parse_pointer(pointer)) is NOTHING


def test_null_and_false_are_something() -> None:
    values: list[Any] = [None, False, 0, "", [], {}]
    for index, value in enumerate(values):
        assert find({"a": values}, parse_pointer(f"/a/{index}")) is value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON_VALUES, st.lists(st.text("a0~/1-é"), max_size=3).map(lambda keys: "".join(f"/{key}" for key in keys)))
def test_pointers_find_what_the_library_jsonpointer_finds(value: Any, pointer: str) -> None:
    assert_same(value, pointer)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(["a", "0", "", "~", "/"]), st.integers()), max_size=3), st.data())
def test_pointers_that_find_something_find_what_the_library_finds(value: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(["a", "0", "", "~0", "~1"]))
    assert_same(value, f"/{data.draw(st.integers(0, 3))}/{key}")


def assert_same(value: Any, pointer: str) -> None:
    try:
        expected = jsonpointer.resolve_pointer(value, pointer)
    except jsonpointer.JsonPointerException:
        expected = NOTHING
    if isinstance(expected, jsonpointer.EndOfList):  # `-` stands for what would be appended: it is not there
        expected = NOTHING
    try:
        found = find(value, parse_pointer(pointer))
    except UserError:
        found = NOTHING
    assert found is expected or (found == expected and NOTHING not in (found, expected))


# Inputs -------------------------------------------------------------------------------------------------------------

INPUTS = {
    "text": FlowInput(name="text", type="text"),
    "integer": FlowInput(name="integer", type="integer"),
    "number": FlowInput(name="number", type="number"),
    "boolean": FlowInput(name="boolean", type="boolean"),
    "date": FlowInput(name="date", type="date"),
    "choice": FlowInput(name="choice", type="choice", choices=["a", "b"]),
    "json": FlowInput(name="json", type="json"),
    "file": FlowInput(name="file", type="file"),
    "table": FlowInput(name="table", type="table"),
}
MONTH = FlowInput(name="month", default="2026-10")
COUNT = FlowInput(name="count", type="integer")


def problems(item: FlowInput, pointer: str | None, came: Arrival, cursor: Any = None) -> list[InputProblem]:
    pointers = {} if pointer is None else {item.name: pointer}
    mapped = map_inputs(flow(item), pointers, document(came, cursor))
    assert mapped.inputs == {} or not mapped.problems
    return mapped.problems


def value(item: FlowInput, pointer: str | None, came: Arrival, cursor: Any = None) -> Any:
    pointers = {} if pointer is None else {item.name: pointer}
    mapped = map_inputs(flow(item), pointers, document(came, cursor))
    assert mapped.problems == []
    return mapped.inputs[item.name]


def test_inputs_come_from_all_parts_of_what_arrived() -> None:
    came = arrival(b'{"period": "2026-09", "rows": [{"n": "7"}]}', query=b"day=2026-11-25", x_event="paid")
    wanted = {
        "month": "/body/period",
        "integer": "/body/rows/0/n",
        "date": "/query/day",
        "text": "/headers/x-event",
        "json": "/cursor",
    }
    items = flow(MONTH, *(INPUTS[name] for name in ("integer", "date", "text", "json")))
    mapped = map_inputs(items, wanted, document(came, {"last": [1]}))
    assert mapped.problems == []
    assert mapped.inputs == {
        "month": "2026-09",
        "integer": 7,
        "date": "2026-11-25",
        "text": "paid",
        "json": {"last": [1]},
    }


def test_where_a_pointer_finds_nothing_the_default_applies() -> None:
    assert value(MONTH, "/body/period", arrival(b"{}")) == "2026-10"
    assert value(MONTH, "/body/period", arrival(b"")) == "2026-10"
    assert value(MONTH, None, arrival(b"{}")) == "2026-10"


def test_an_input_that_is_not_mapped_and_not_required_has_no_value() -> None:
    assert value(COUNT, None, arrival()) is None


def test_an_input_that_has_no_default_must_be_found() -> None:
    message = "The input 'count' is missing: there is nothing at '/body/count'."
    assert problems(COUNT, "/body/count", arrival(b"{}")) == [InputProblem("count", "/body/count", message)]
    required = FlowInput(name="count", required=True)
    assert problems(required, None, arrival()) == [InputProblem("count", None, "The input 'count' is missing.")]


def test_null_is_a_value_and_not_nothing() -> None:
    assert value(INPUTS["json"], "/body", arrival(b"null")) is None
    assert problems(MONTH, "/body/period", arrival(b'{"period": null}'))[0].input == "month"


def test_all_that_is_wrong_is_said_at_once_one_problem_for_each_input() -> None:
    pointers = {"month": "/body/period", "count": "/body/count", "date": "/query/day", "moth": "/body", "json": "body"}
    items = flow(MONTH, COUNT, INPUTS["date"], INPUTS["text"], INPUTS["json"])
    mapped = map_inputs(items, pointers, document(arrival(b'{"period": 3}', query=b"day=never")))
    assert mapped.inputs == {}
    assert [one.to_json() for one in mapped.problems] == [
        {"input": "month", "pointer": "/body/period", "message": "The input 'month' must be text, not 3."},
        {
            "input": "count",
            "pointer": "/body/count",
            "message": "The input 'count' is missing: there is nothing at '/body/count'.",
        },
        {
            "input": "date",
            "pointer": "/query/day",
            "message": "The input 'date' must be a date like 2026-10-31, not 'never'.",
        },
        {"input": "json", "pointer": "body", "message": "'body' is no JSON Pointer."},
        {"input": "moth", "pointer": "/body", "message": "The flow has no input 'moth'. Did you mean 'month'?"},
    ]


def test_a_body_that_cannot_be_read_is_a_problem_of_what_comes_from_it_alone() -> None:
    came = arrival(b"{", x_event="paid")
    message = "The input 'month' cannot be read: The body is no JSON: "
    for pointer in ("/body/period", "/body", ""):
        assert problems(MONTH, pointer, came)[0].message.startswith(message)
    assert value(MONTH, "/headers/x-event", came) == "paid"
    assert problems(MONTH, "/query/a", arrival(query=b"a=%ff"))[0].message.endswith("a field that is no UTF-8 text.")


def test_the_empty_pointer_gives_the_whole_document() -> None:
    assert value(INPUTS["json"], "", arrival(b"[1]"))["body"] == [1]


@pytest.mark.parametrize("name", [name for name in INPUTS if name != "json"])
@pytest.mark.parametrize(("body", "what"), [(b"[1]", "a list"), (b'{"a": 1}', "an object")])
def test_lists_and_objects_fit_no_input_but_json(name: str, body: bytes, what: str) -> None:
    assert problems(INPUTS[name], "/body", arrival(body))[0].message.endswith(f"not {what}.")
    assert value(INPUTS["json"], "/body", arrival(body)) == json.loads(body)


@pytest.mark.parametrize("number", [b"1" * 5_000, b"1e999", b"-1e999"])
def test_numbers_that_no_float_holds_are_no_values(number: bytes) -> None:
    for name in ("integer", "number", "json"):
        assert len(problems(INPUTS[name], "/body/0", arrival(b"[%b]" % number))) == 1
    assert problems(INPUTS["json"], "/body", arrival(b"[%b]" % number))[0].message == (
        "The input 'json' holds a number that is not finite."
    )
    assert value(INPUTS["text"], "/body/1", arrival(b'[%b, "fine"]' % number)) == "fine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "is nested too deep."),
        ("[" * 101 + "]" * 101, "is nested too deep."),
        ("[NaN]", "holds a number that is not finite."),
        ("[1e999]", "holds a number that is not finite."),
        ('["\\ud800"]', "holds half a character (U+D800 to U+DFFF)."),
        ("1" * 5_000, "must be JSON, not '111"),
        ("nonsense", "must be JSON, not 'nonsense'."),
    ],
)
def test_odd_json_in_a_text_is_a_problem(text: str, message: str) -> None:
    assert message in problems(INPUTS["json"], "/body", arrival(text.encode(), "text/plain"))[0].message


def test_odd_cursors_are_problems() -> None:
    assert "half a character" in problems(INPUTS["text"], "/cursor", arrival(), "\ud800")[0].message
    assert "not finite" in problems(INPUTS["json"], "/cursor", arrival(), [float("nan")])[0].message


POINTERS = ["", "/body", "/body/a", "/body/0", "/headers/x", "/query/a", "/method", "/received", "/cursor", "x"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(TYPES),
    st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(),
    st.lists(st.tuples(st.sampled_from([b"x", b"Authorization"]) | st.binary(), st.binary())),
    st.dictionaries(st.sampled_from([*INPUTS, "unknown"]), st.sampled_from(POINTERS)),
)
def test_whatever_arrives_gives_values_that_can_be_stored_or_problems_that_can_be_shown(
    kind: str, body: bytes, query: bytes, headers: list[tuple[bytes, bytes]], pointers: dict[str, str]
) -> None:
    came = replace(arrival(body, kind, query), headers=((b"content-type", kind.encode()), *headers))
    mapped = map_inputs(flow(*INPUTS.values()), pointers, document(came))
    json.dumps(mapped.inputs, ensure_ascii=False, allow_nan=False).encode()
    names = [one.input for one in mapped.problems]
    assert len(set(names)) == len(names)
    assert set(names) <= set(pointers)
    assert all(one.message.isprintable() and len(one.message) < 300 for one in mapped.problems)
    assert bool(mapped.inputs) != bool(mapped.problems)
