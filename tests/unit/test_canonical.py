"""Canonical JSON: the numbers and texts of ECMAScript, sorted as it sorts, and nothing that it could not read."""

from __future__ import annotations

import datetime
import json
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.canonical import (
    DEPTH_LIMIT,
    SIZE_LIMIT,
    canonical_text,
    load_json,
    number_text,
    path_text,
    plain,
    sorted_data,
)
from studio.exceptions import FlowError

# RFC 8785, appendix B: the bits of a double, and the text that ECMAScript gives it. Whole numbers between 2^53 and
# 10^21 are left out, for we refuse them.
RFC_8785 = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), RFC_8785.items())
def test_numbers_are_written_as_ecmascript_writes_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert number_text(number) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_may_be_written_is_read_again_as_it_was(number: float) -> None:
    try:
        allowed = plain(number)
    except FlowError:
        assert 2**53 < abs(number) < 1e21
        assert number.is_integer()
        return
    again = load_json(number_text(allowed))
    assert again == number
    assert number_text(again) == number_text(allowed)


@pytest.mark.parametrize(
    "text", ["9007199254740993", "-9007199254740993", "1e16", "-1.5e20", "9" * 5000, "1" + "0" * 40]
)
def test_whole_numbers_whose_digits_get_lost_are_refused_however_they_are_written(text: str) -> None:
    with pytest.raises(FlowError) as caught:
        load_json(f'{{"params": {{"limit": [0, {text}]}}}}')
    assert caught.value.message == "params.limit[1]: the integer is beyond 2^53, where digits get lost."
    assert caught.value.cure == "Use text."


@pytest.mark.parametrize("text", ["9007199254740992", "-9007199254740992", "1e21", "1.5e300"])
def test_the_largest_integers_and_very_large_numbers_pass(text: str) -> None:
    assert load_json(canonical_text(load_json(text))) == float(text)


def test_integral_numbers_are_integers_before_the_first_save_as_after_it() -> None:
    value = load_json("[3.0, 1e2, -0.0, 0.5]")
    assert value == [3, 100, 0, 0.5]
    assert [type(item) for item in value] == [int, int, int, float]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_has_not_are_refused(text: str) -> None:
    with pytest.raises(FlowError, match=f"^{text} is no JSON value"):
        load_json(f"[{text}]")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_not_finite_cannot_be_written(value: float) -> None:
    with pytest.raises(FlowError, match=r"^a\.b: the number is not finite"):
        plain({"a": {"b": value}})


def test_a_literal_that_overflows_is_refused() -> None:
    with pytest.raises(FlowError, match=r"^\[0\]: the number is not finite"):
        load_json("[1e999]")


def test_texts_are_written_as_ecmascript_writes_them() -> None:
    text = 'a"\\/\b\f\n\r\t\x00\x1f\x7f\u2028é😀'
    assert canonical_text(text) == '"a\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\u2028é😀"\n'


def test_half_characters_are_refused_with_their_place_and_two_halves_are_one() -> None:
    for text in ('{"a": ["\\ud83d"]}', '{"a": ["x\\ude00\\ud83d"]}'):
        with pytest.raises(FlowError, match=r"^a\[0\]: a text holds half a character"):
            load_json(text)
    with pytest.raises(FlowError, match=r"^a: a text holds half a character"):
        load_json('{"a": {"\\ud83d": 1}}')
    assert load_json('"\\ud83d\\ude00"') == "😀"
    assert plain({"\ud83d\ude00": "\ud83d\ude00"}) == {"😀": "😀"}


def test_keys_are_sorted_as_ecmascript_sorts_them() -> None:
    # By code points, the letter in the private use area would come before the emoji.
    keys = ["", "1", "10", "2", "A", "a", "b", "é", "€", "😀", "\ue000"]
    assert list(sorted_data(dict.fromkeys(reversed(keys)))) == keys


def test_white_space_is_two_spaces_of_indent_and_one_newline_at_the_end() -> None:
    assert canonical_text({"b": [1, {"c": None}], "a": [], "d": {}}) == (
        '{\n  "b": [\n    1,\n    {\n      "c": null\n    }\n  ],\n  "a": [],\n  "d": {}\n}\n'
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_text_is_read_as_the_value_that_was_written(value: Any) -> None:
    assert load_json(canonical_text(plain(value))) == value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_white_space_and_escapes_do_not_matter(value: Any) -> None:
    text = canonical_text(sorted_data(plain(value)))
    for other in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent="\t")):
        assert canonical_text(sorted_data(load_json(other))) == text


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "The text is no JSON: Expecting value at line 1, column 1.", 1),
        ('{\n  "a": 1,\n  "b" 2\n}', "The text is no JSON: Expecting ':' delimiter at line 3, column 7.", 3),
        ('{\n "a": "x\ny"}', "The text is no JSON: Invalid control character at line 2, column 9.", 2),
        ("[1] 2", "The text is no JSON: Extra data at line 1, column 5.", 1),
    ],
)
def test_broken_json_is_one_line_with_its_place(text: str, message: str, line: int) -> None:
    with pytest.raises(FlowError) as caught:
        load_json(text)
    assert (caught.value.message, caught.value.line) == (message, line)


def test_a_key_may_come_once() -> None:
    with pytest.raises(FlowError, match="'b' comes twice"):
        load_json('{"a": [{"b": 1, "c": 2, "b": 1}]}')


def test_of_many_keys_the_one_that_comes_twice_is_found_in_one_pass() -> None:
    keys = ",".join(f'"k{number}": 0' for number in range(200_000))
    with pytest.raises(FlowError, match="'k199999' comes twice"):
        load_json(f'{{{keys}, "k199999": 1}}')


def test_a_hundred_levels_are_the_most() -> None:
    assert load_json("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT)
    for depth in (DEPTH_LIMIT + 2, 100_000):
        with pytest.raises(FlowError, match="more than 100 levels deep"):
            load_json("[" * depth + "]" * depth)
        with pytest.raises(FlowError, match="more than 100 levels deep"):
            load_json('{"a":' * depth + "1" + "}" * depth)


def test_a_value_that_holds_itself_is_too_deep() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(FlowError, match="more than 100 levels deep"):
        plain(value)


def test_a_document_that_holds_data_is_too_large() -> None:
    with pytest.raises(FlowError, match="more than 10 million characters"):
        load_json(json.dumps("x" * SIZE_LIMIT))
    with pytest.raises(FlowError, match="more than 10 million characters"):
        canonical_text("x" * SIZE_LIMIT)


def test_what_is_no_json_value_is_named_with_its_place() -> None:
    with pytest.raises(FlowError, match=r"^params\.since: a date is no JSON value"):
        plain({"params": {"since": datetime.date(2026, 1, 1)}})
    with pytest.raises(FlowError, match=r"^params: the key 1 is no text"):
        plain({"params": {1: "a"}})
    assert plain(("a", ["b"])) == ["a", ["b"]]


def test_a_place_is_one_line_whatever_the_keys() -> None:
    assert path_text(["nodes", 2, "params", "a b", "x\ny", "\ud800", "$input", "_z"]) == (
        'nodes[2].params["a b"]["x\\ny"]["\\ud800"].$input._z'
    )
    assert len(path_text(["k" * 10_000])) < 100
