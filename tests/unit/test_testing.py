"""What authors test with must find what is wrong with a component."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from pydantic import BeforeValidator, Field

from studio.component import Component, Example, Params, component
from studio.context import RunContext
from studio.port import File, Json, Outputs, Schema, Table
from studio.testing import assert_equal, check_component, check_example, run_component, served

Changes = dict[str, Any]


class KeepParams(Params):
    least: int = Field(default=0, title="Least", description="Rows below it are left out.")


class Untold(Params):
    least: int = 0


class Shifting(Params):
    """Each time that it is read it is one more."""

    least: Annotated[int, BeforeValidator(lambda value: value + 1)] = Field(default=0, title="L", description="L.")


class Kept(Outputs):
    kept: Table
    count: Json


calls: list[int] = []


def keep(table: Table, params: KeepParams) -> Kept:
    """Keep rows."""
    kept = table[table["n"] >= params.least]
    return Kept(kept=kept, count=len(kept))


def keep_silently(table: Table, params: KeepParams) -> Kept:
    return Kept(kept=table, count=0)


def keep_untold(table: Table, params: Untold) -> Kept:
    """Keep rows."""
    return Kept(kept=table, count=len(table))


def keep_shifting(table: Table, params: Shifting) -> Kept:
    """Keep rows."""
    return Kept(kept=table, count=len(table))


def keep_half(table: Table, params: KeepParams) -> Kept:
    """Keep rows."""
    return Kept(kept=table)


def keep_differently(table: Table, params: KeepParams) -> Kept:
    """Keep rows."""
    calls.append(1)
    return Kept(kept=table, count=len(calls))


keep_it = component(id="test.keep", name="Keep", effect="pure")(keep)


def publish(function: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Component:
    """The function as a component with two examples, at the top level of this module as plugins want it."""
    made = component(**{"id": "test.keep", "name": "Keep", "effect": "pure", **fields})(function)
    monkeypatch.setitem(globals(), function.__name__, made)
    monkeypatch.setitem(sys.modules, __name__, type("module", (), globals()))
    for title in ("one", "two"):
        made.example(title=title, inputs={"table": {"n": [1, 2]}}, expect={"kept": {"n": [1, 2]}})
    return made


def test_a_good_component_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = publish(keep, monkeypatch)
    made.example(
        title="least", inputs={"table": {"n": [1, 2]}}, params={"least": 2}, expect={"kept": {"n": [2]}, "count": 1}
    )
    made.schema(lambda params, table: {"kept": table, "count": None})
    check_component(made)


@pytest.mark.parametrize(
    ("function", "fields", "complaint"),
    [
        (keep_silently, {}, "docstring"),
        (keep, {"name": ""}, "has no name"),
        (keep_untold, {}, "least has no title"),
        (keep_shifting, {}, "settings change"),
        (keep_half, {}, "put nothing out at"),
        (keep_differently, {}, "calls itself pure, but count differs"),
    ],
)
def test_what_is_wrong_is_found(
    function: Callable[..., Any], fields: Changes, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = publish(function, monkeypatch, **fields)
    with pytest.raises(AssertionError, match=complaint):
        check_component(made)


@pytest.mark.parametrize(
    ("expect", "complaint"),
    [
        ({"kept": {"n": [1]}}, "kept: .* is not"),
        ({"kept": {"m": [1, 2]}}, "kept: .* is not"),
        ({"kept": {"n": [1.5, 2]}}, "kept: .* is not"),
        ({"count": "2"}, "count: 2 is not 2"),
        ({"none": 1}, "no output 'none'"),
    ],
)
def test_an_example_that_is_not_met_is_found(expect: Changes, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = publish(keep, monkeypatch)
    made.example(title="wrong", inputs={"table": {"n": [1, 2]}}, expect=expect)
    with pytest.raises(AssertionError, match=complaint):
        check_component(made)


def test_too_few_examples_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    made = publish(keep, monkeypatch)
    made.examples.pop()
    with pytest.raises(AssertionError, match="fewer than 2 examples"):
        check_component(made)


def test_a_wrong_prediction_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    made = publish(keep, monkeypatch)
    made.schema(lambda params, table: {"kept": Schema.of({"n": "text"})})
    with pytest.raises(AssertionError, match="predicted at kept"):
        check_component(made)


def test_a_component_inside_a_function_is_found() -> None:
    @component(id="test.inner", name="Inner", effect="reads")
    def inner(table: Table, params: KeepParams) -> Table:
        """Pass."""
        return table

    for title in ("one", "two"):
        inner.example(title=title, inputs={"table": {"n": [1]}}, expect={})
    with pytest.raises(Exception, match="top level"):
        check_component(inner)


def test_settings_are_checked_as_in_a_step() -> None:
    with pytest.raises(ValueError, match="leats"):
        run_component(keep_it, {"leats": 1}, table={"n": [1]})


@component(id="test.context", name="Context", effect="reads")
def with_context(values: Json, *, run: RunContext) -> Json:
    """Say what the run is."""
    run.progress(0.5)
    run.log("half")
    return [values, run.idempotency_key]


def test_a_component_gets_a_run_and_needs_no_params() -> None:
    assert run_component(with_context, values=7) == {"json": [7, "key"]}


@component(id="test.file", name="File", effect="writes")
def make_file(params: KeepParams) -> File:
    """Make a file."""
    Path("made.txt").write_text("content")
    return Path("made.txt").resolve()


def test_a_file_is_compared_by_its_content() -> None:
    from pathlib import Path

    check_example(make_file, Example("text", {}, {}, {"file": "content"}))
    check_example(make_file, Example("bytes", {}, {}, {"file": b"content"}))
    with pytest.raises(AssertionError, match="other"):
        check_example(make_file, Example("other", {}, {}, {"file": "other"}))
    assert not Path("made.txt").exists()


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [
        (0.1 + 0.2, 0.3, True),
        (1.0, 1, True),
        (1, 1.0, False),
        (1, True, False),
        ({"a": [1], "b": [2]}, {"b": [2], "a": [1]}, False),
        ([None], [None], True),
        ([None], [0], False),
        ("2026-10-01", date(2026, 10, 1), True),
        (Decimal("1.10"), "1.10", True),
        (Decimal("1.1"), "1.10", False),
    ],
    ids=str,
)
def test_equality(found: Any, wanted: Any, equal: bool) -> None:
    if equal:
        assert_equal(found, wanted)
    else:
        with pytest.raises(AssertionError, match="is not"):
            assert_equal(found, wanted)


def test_pages_are_served_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    with served({"http://example.com/a": "page", "file.txt": "x"}):
        assert httpx.get("http://example.com/a?b=1").text == "page"
        assert httpx.get("http://example.com/b").status_code == 404
    assert "HTTP_PROXY" not in os.environ
