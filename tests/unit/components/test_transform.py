"""Filter, formula, select, sort, deduplicate, aggregate and join: odd input, and the words for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from studio.component import Component
from studio.components.combine.join import table_join
from studio.components.transform.aggregate import table_aggregate
from studio.components.transform.deduplicate import table_deduplicate
from studio.components.transform.filter import FilterParams, table_filter
from studio.components.transform.formula import table_formula
from studio.components.transform.select import table_select
from studio.components.transform.sort import table_sort
from studio.exceptions import UserError
from studio.port import Schema
from studio.runtime.table_file import write_table
from studio.testing import run_component, table

PAYMENTS = {
    "payee": ["Miller", None, "Smith"],
    "amount": [Decimal("1.10"), Decimal("2.20"), None],
    "booked": [date(2026, 10, day) for day in (1, 2, 3)],
}


def rows(component: Component, params: dict[str, Any], **inputs: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = run_component(component, params, **inputs)["table"].to_pydict()
    return found


def error(component: Component, params: dict[str, Any], **inputs: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        run_component(component, params, **(inputs or {"table": PAYMENTS}))
    assert caught.value.cure
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("amount > 1.5", 1),
        ("amount = 1.10", 1),
        ("payee LIKE 'M%' OR payee IS NULL", 2),
        ("booked >= DATE '2026-10-02'", 2),
        ("booked BETWEEN DATE '2026-10-02' AND DATE '2026-10-02'", 1),
        ("payee IN ('Smith', 'Jones')", 1),
        ("NOT (amount > 0)", 0),
        ("amount = MAX(amount)", 1),
        ('"amount" > 0', 2),
    ],
)
def test_conditions(condition: str, count: int) -> None:
    assert len(rows(table_filter, {"condition": condition}, table=PAYMENTS)["payee"]) == count


@pytest.mark.parametrize(
    ("condition", "message", "cure"),
    [
        ("amout > 1", "'amout'", "'amount'"),
        ("amount >", "cannot be read", "amount > 100"),
        ("amount", "neither true nor false", "amount > 100"),
        ("payee > 1", "compare", "types"),
        ('payee = "open"', "'open'", "single quotes: 'open'"),
        ("amount IN (SELECT 1)", "SELECT", "Join"),
        ("nosuch(amount)", "nosuch", "amount > 100"),
        ("payee + amount > 1", "str", "types"),
    ],
)
def test_conditions_that_cannot_be_say_why(condition: str, message: str, cure: str) -> None:
    wrong = error(table_filter, {"condition": condition})
    assert message in wrong.message
    assert cure in wrong.cure
    assert wrong.field == "condition"


def test_a_condition_is_checked_without_running() -> None:
    assert table_filter.predict is not None
    with pytest.raises(UserError, match="'amout'"):
        table_filter.predict(FilterParams(condition="amout > 1"), table=Schema.of({"amount": "int64"}))
    assert table_filter.predict(FilterParams(condition="amout > 1"), table=None) is None


def test_what_goes_wrong_on_the_data_keeps_field_and_cure_on_the_way_to_the_file(tmp_path: Path) -> None:
    found = table_filter(table({"a": ["1", "x"]}), FilterParams(condition="CAST(a AS INT) > 0"))
    with pytest.raises(UserError) as caught:
        write_table(found, tmp_path / "t.arrow", "arrow", "table")
    assert '"x"' in caught.value.message
    assert caught.value.cure
    assert caught.value.field == "condition"


def test_formulas_keep_decimals() -> None:
    formulas = [
        {"name": "twice", "expression": "amount * 2"},
        {"name": "vat", "expression": "ROUND(amount * 0.081, 2)"},
    ]
    found = rows(table_formula, {"formulas": formulas}, table=PAYMENTS)
    assert found["twice"] == [Decimal("2.20"), Decimal("4.40"), None]
    assert found["vat"][:2] == [Decimal("0.09"), Decimal("0.18")]


def test_the_formula_at_fault_is_named() -> None:
    formulas = [{"name": "a", "expression": "amount * 2"}, {"name": "b", "expression": "amuont"}]
    assert error(table_formula, {"formulas": formulas}).field == "formulas.1.expression"


def test_two_formulas_for_one_column_are_refused() -> None:
    formulas = [{"name": "a", "expression": "1"}, {"name": "a", "expression": "2"}]
    assert "'a'" in error(table_formula, {"formulas": formulas}).message


def test_select_refuses_unknown_columns_and_equal_names() -> None:
    assert error(table_select, {"columns": [{"column": "paye"}]}).cure == "Did you mean 'payee'?"
    twice = {"columns": [{"column": "payee", "name": "amount"}], "others": "keep"}
    assert "'amount'" in error(table_select, twice).message


def test_select_may_use_a_column_twice() -> None:
    params = {"columns": [{"column": "amount"}, {"column": "amount", "name": "text", "type": "text"}]}
    assert rows(table_select, params, table=PAYMENTS)["text"] == ["1.10", "2.20", None]


def test_a_value_that_cannot_be_converted_is_shown(tmp_path: Path) -> None:
    params = table_select.params.model_validate({"columns": [{"column": "a", "type": "date"}]})
    with pytest.raises(UserError) as caught:
        write_table(table_select(table({"a": ["2026-10-01", "soon"]}), params), tmp_path / "t.arrow", "arrow")
    assert caught.value.message == "Column 'a': 'soon' is no date."
    assert caught.value.cure


def test_equal_rows_keep_their_order_when_sorted() -> None:
    data = {"a": [n * 7919 % 3 for n in range(100_000)], "b": ["x"] * 100_000, "n": list(range(100_000))}
    found = rows(table_sort, {"by": [{"column": "a"}, {"column": "b"}]}, table=data)
    assert found["n"] == sorted(data["n"], key=lambda n: data["a"][n])


@pytest.mark.parametrize(
    ("keep", "stay", "go"), [("first", [0, 1, 3], [2, 4]), ("last", [1, 2, 4], [0, 3]), ("none", [1], [0, 2, 3, 4])]
)
def test_every_row_stays_or_goes(keep: str, stay: list[int], go: list[int]) -> None:
    data = {"a": ["x", "y", "x", None, None], "n": list(range(5))}
    found = run_component(table_deduplicate, {"columns": ["a"], "keep": keep}, table=data)
    assert (found["table"]["n"].to_pylist(), found["duplicates"]["n"].to_pylist()) == (stay, go)


ODD = {"*": [2, 1, 1], "^.*$": ["b", "a", "a"], "last": [True, False, False]}
"""Names that polars takes for patterns of other names."""


@pytest.mark.parametrize(
    ("component", "params", "expected"),
    [
        (table_select, {"columns": [{"column": "^.*$", "name": "x"}]}, {"x": ["b", "a", "a"]}),
        (table_select, {"columns": [{"column": "*", "type": "text"}]}, {"*": ["2", "1", "1"]}),
        (table_sort, {"by": [{"column": "*"}]}, {name: [*values[1:], values[0]] for name, values in ODD.items()}),
        (table_filter, {"condition": "last"}, {name: values[:1] for name, values in ODD.items()}),
        (table_deduplicate, {"columns": ["^.*$"]}, {name: values[:2] for name, values in ODD.items()}),
        (
            table_aggregate,
            {"by": ["^.*$"], "measures": [{"column": "*", "function": "sum"}]},
            {"^.*$": ["a", "b"], "sum_*": [2, 2]},
        ),
    ],
)  # fmt: skip
def test_a_column_is_meant_by_its_very_name(
    component: Component, params: dict[str, Any], expected: dict[str, list[Any]]
) -> None:
    assert rows(component, params, table=ODD) == expected


def test_keys_are_meant_by_their_very_names() -> None:
    found = joined(ODD, {"^.*$": ["b"], "more": [7]}, left_on=["^.*$"], right_on=["^.*$"])
    assert found["matched"] == {"*": [2], "^.*$": ["b"], "last": [True], "more": [7]}


def test_every_figure_can_be_computed() -> None:
    functions = ["rows", "count", "distinct", "sum", "mean", "median", "min", "max", "std", "first", "last"]
    measures = [{"function": function, "column": "v", "name": function} for function in functions]
    found = rows(table_aggregate, {"by": ["g"], "measures": measures}, table={"g": ["a"] * 4, "v": [None, 3, 1, 3]})
    assert {name: values[0] for name, values in found.items()} == {
        "g": "a", "rows": 4, "count": 3, "distinct": 2, "sum": 7, "mean": pytest.approx(7 / 3), "median": 3.0, "min": 1,
        "max": 3, "std": pytest.approx(1.1547005), "first": 3, "last": 3,
    }  # fmt: skip


def test_sums_of_money_are_exact() -> None:
    data = {"v": [Decimal("0.10")] * 1000}
    assert rows(table_aggregate, {"measures": [{"column": "v"}]}, table=data) == {"sum_v": [Decimal("100.00")]}


def test_groups_come_sorted_with_the_empty_one_last() -> None:
    data = {"g": ["b", None, "a", "b"]}
    assert rows(table_aggregate, {"by": ["g"]}, table=data) == {"g": ["a", "b", None], "rows": [1, 2, 1]}


@pytest.mark.parametrize(
    ("measure", "field"),
    [
        ({"function": "sum"}, "measures.0.column"),
        ({"column": "amuont"}, "measures.0.column"),
        ({"column": "payee"}, "measures"),
    ],
)
def test_figures_that_cannot_be_are_refused(measure: dict[str, str], field: str) -> None:
    assert error(table_aggregate, {"measures": [measure]}).field == field


def joined(left: dict[str, Any], right: dict[str, Any], **params: Any) -> dict[str, dict[str, list[Any]]]:
    found = run_component(table_join, {"left_on": ["k"], "right_on": ["k"], **params}, left=left, right=right)
    return {port: value.to_pydict() for port, value in found.items()}


def test_empty_keys_match_nothing() -> None:
    found = joined({"k": [None, 1]}, {"k": [None, 1]})
    assert found == {"matched": {"k": [1]}, "left_only": {"k": [None]}, "right_only": {"k": [None]}}


def test_decimals_of_different_scale_are_equal_keys() -> None:
    left = {"k": [Decimal("1.10"), Decimal("2.00")]}
    right = {"k": [Decimal("1.100"), Decimal("3.000")], "v": [7, 8]}
    assert joined(left, right)["matched"] == {"k": [Decimal("1.10")], "v": [7]}
    assert joined(left, {"k": [2]})["matched"] == {"k": [Decimal("2.00")]}


def test_a_key_that_comes_twice_can_be_refused() -> None:
    left, right = {"k": [1]}, {"k": [1, 1]}
    assert len(joined(left, right)["matched"]["k"]) == 2
    with pytest.raises(UserError) as caught:
        joined(left, right, right_is_unique=True)
    assert caught.value.field == "right_is_unique"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"left_on": ["q"]}, "left_on"),
        ({"right_on": ["q"]}, "right_on"),
        ({"left_on": ["k", "v"]}, "right_on"),
        ({"right_on": ["name"]}, "right_on"),
        ({"suffix": "_x"}, "suffix"),
    ],
    ids=str,
)
def test_joins_that_cannot_be_name_the_setting(params: dict[str, Any], field: str) -> None:
    left = {"k": [1], "v": [1], "v_x": [1]}
    right = {"k": [1], "v": [1], "name": ["a"]}
    with pytest.raises(UserError) as caught:
        joined(left, right, **params)
    assert caught.value.field == field
    assert caught.value.cure


def test_one_side_of_a_join_is_known_without_the_other() -> None:
    left = Schema.of({"k": "int64"})
    assert table_join.predict is not None
    predicted = table_join.predict(table_join.params(left_on=["k"], right_on=["k"]), left=left, right=None)  # type: ignore[call-arg]
    assert predicted == {"left_only": left, "right_only": None}


def test_a_join_keeps_the_order_of_its_rows() -> None:
    keys = list(range(5000))[::-1]
    found = joined({"k": keys}, {"k": sorted(keys), "v": sorted(keys)})
    assert found["matched"]["v"] == keys


def test_tables_pass_lazily(tmp_path: Path) -> None:
    """Filter, formula and select never hold the whole table: its source hands out one piece after the other."""
    from studio.components.stream import lazy

    asked = []

    def pieces(wanted: list[str]) -> Any:
        for number in range(50):
            asked.append(number)
            yield pl.DataFrame({"a": [number] * 1000}).select(wanted)

    source = lazy(pieces, pl.Schema({"a": pl.Int64()}))
    found = table_filter(source, FilterParams(condition="a >= 0"))
    assert asked == []
    assert found.head(10).collect().height == 10
    assert len(asked) < 50
