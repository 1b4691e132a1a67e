"""Notebook nodes: the `parameters` cell is the form, as papermill users know it."""

from __future__ import annotations

from typing import Any

import pytest

from studio.codenodes.notebook import parse_notebook
from studio.codenodes.parser import Setting, check_settings


def cell(source: str | list[str], *tags: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source}


def notebook(*cells: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def settings_of(source: str) -> list[Setting]:
    signature = parse_notebook(notebook(cell(source, "parameters")))
    assert signature.problems == ()
    return list(signature.settings)


def test_the_parameters_cell_is_the_form() -> None:
    made = settings_of(
        "# what to read\npath = 'bank.csv'  # a file\nlimit = 10\nleast = 0.5\ndry = True\ncolumns = ['a']\nx = None"
    )
    assert made == [
        Setting("path", "str", "bank.csv", False, {"type": "string"}),
        Setting("limit", "int", 10, False, {"type": "integer"}),
        Setting("least", "float", 0.5, False, {"type": "number"}),
        Setting("dry", "bool", True, False, {"type": "boolean"}),
        Setting("columns", "list", ["a"], False, {"type": "array"}),
        Setting("x", "any", None, False, {}),
    ]


def test_an_annotation_says_more_than_its_literal() -> None:
    made = settings_of("rate: float = 1\nmode: Literal['a', 'b'] = 'a'\nday: 'date' = None\nframe: pd.DataFrame = None")
    assert [setting.schema for setting in made] == [
        {"type": "number"}, {"enum": ["a", "b"]}, {"type": "string", "format": "date"}, {},
    ]  # fmt: skip
    signature = parse_notebook(notebook(cell("rate: float = 1", "parameters")))
    assert check_settings(signature, {"rate": 1.5}) == []
    assert [problem.code for problem in check_settings(signature, {"rat": 1})] == ["unknown_setting"]


def test_what_the_notebook_computes_may_still_be_given() -> None:
    made = settings_of(
        "import os\nseconds = 60 * 5\npair = (1, 2)\nhuge = 2**80\nwhen = datetime.now()\nx.y = 1\na, b = 1, 2"
    )
    assert [(setting.name, setting.default) for setting in made] == [
        ("seconds", None), ("pair", [1, 2]), ("huge", None), ("when", None),
    ]  # fmt: skip


def test_the_last_assignment_counts_and_the_first_cell() -> None:
    first, second = cell("a = 1\na = 'x'", "parameters"), cell("b = 1", "parameters")
    assert [(one.name, one.default) for one in parse_notebook(notebook(first, second)).settings] == [("a", "x")]


def test_a_source_may_be_lines() -> None:
    signature = parse_notebook(notebook(cell(["a = 1\n", "b = 2"], "other", "parameters")))
    assert [setting.name for setting in signature.settings] == ["a", "b"]


@pytest.mark.parametrize(
    "made",
    [
        notebook(),
        notebook(cell("a = 1")),
        notebook(cell("a = 1", "parameters", kind="markdown")),
        notebook(cell("a = 1", "injected-parameters")),
        notebook("no cell", None, {}, {"cell_type": "code", "metadata": None}),
        notebook({"cell_type": "code", "metadata": {"tags": "parameters"}, "source": "a = 1"}),
        {"cells": None},
        {},
    ],
    ids=range(8),
)
def test_a_notebook_without_a_parameters_cell_has_no_settings(made: dict[str, Any]) -> None:
    signature = parse_notebook(made)
    assert (signature.settings, signature.inputs, signature.outputs, signature.problems) == ((), (), (), ())


@pytest.mark.parametrize(
    ("source", "line"),
    [("a = 1\nb =", 2), ("%time\na = 1", 1), ("\0", None), ("(" * 100_000, 1), ("a = '\ud800'", None)],
)
def test_a_cell_that_cannot_be_read_is_a_problem(source: str, line: int | None) -> None:
    signature = parse_notebook(notebook(cell(source, "parameters")))
    (problem,) = signature.problems
    assert (problem.code, signature.settings) == ("syntax", ())
    assert line is None or problem.line == line
    assert problem.cure


def test_nothing_is_executed() -> None:
    assert [setting.name for setting in settings_of("import sys\na = sys.exit(1)")] == ["a"]
