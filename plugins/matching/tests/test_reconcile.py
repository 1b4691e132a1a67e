"""Reconcile against a plain reading of its promises, and exactness to the last digit."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from millrace_matching import reconcile as module
from millrace_matching.reconcile import Difference, reason, reconcile, reconcile_schema

from studio import Schema, UserError
from studio.testing import run_component

AMOUNTS = {"left_amount": "amount", "right_amount": "amount"}
DATES = {"left_date": "day", "right_date": "day"}
REFERENCES = {"left_reference": "ref", "right_reference": "ref"}


def rows(count: int, seed: int) -> dict[str, list]:
    chance = random.Random(seed)
    return {
        "ref": [chance.choice(["A", "B", "C", None]) for _ in range(count)],
        "amount": [Decimal(chance.randint(1, 30)) / 10 for _ in range(count)],
        "day": [date(2026, 10, 1) + timedelta(chance.randint(0, 6)) for _ in range(count)],
        "row": list(range(count)),
    }


def slow(left: dict, right: dict, *, required: bool, cents: Decimal, days: int) -> list[tuple[int, int]]:
    """Pairs of rows, the slow way."""
    candidates = []
    for i, j in ((i, j) for i in left["row"] for j in right["row"]):
        same = left["ref"][i] == right["ref"][j] and (not required or left["ref"][i] is not None)
        amount = abs(left["amount"][i] - right["amount"][j])
        apart = abs((left["day"][i] - right["day"][j]).days)
        if (same or not required) and amount <= cents and apart <= days:
            candidates.append((not same, amount, apart, i, j))
    pairs, used_left, used_right = [], set(), set()
    for *_, i, j in sorted(candidates):
        if i not in used_left and j not in used_right:
            pairs.append((i, j))
            used_left.add(i)
            used_right.add(j)
    return sorted(pairs)


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("cents", ["0", "0.1", "0.25"])
@pytest.mark.parametrize("days", [0, 2])
def test_merits_of_the_pairs_are_those_of_the_slow_way(required, cents, days):
    left, right = rows(60, 1), rows(50, 2)
    params = {"reference_required": required, "amount_tolerance": cents, "date_tolerance": days}
    found = run_component(reconcile, REFERENCES | AMOUNTS | DATES | params, left=left, right=right)["matched"]
    pairs = list(zip(found["row"].to_pylist(), found["row_right"].to_pylist(), strict=True))
    assert pairs == slow(left, right, required=required, cents=Decimal(cents), days=days)
    assert pairs


def test_every_row_comes_out_once_with_its_reason():
    left, right = rows(80, 5), rows(70, 6)
    found = run_component(reconcile, AMOUNTS | DATES, left=left, right=right)
    assert sorted(found["matched"]["row"].to_pylist() + found["left_only"]["row"].to_pylist()) == left["row"]
    assert sorted(found["matched"]["row_right"].to_pylist() + found["right_only"]["row"].to_pylist()) == right["row"]
    assert set(found["left_only"]["reason"].to_pylist()) == {"no candidate", "candidate taken"}


def test_amounts_beyond_floating_point_stay_exact():
    big = Decimal("12345678901234567890123456.01")
    left, right = {"amount": [big]}, {"amount": [big + Decimal("0.01")]}
    assert run_component(reconcile, AMOUNTS, left=left, right=right)["matched"].num_rows == 0
    near = run_component(reconcile, {**AMOUNTS, "amount_tolerance": "0.01"}, left=left, right=right)["matched"]
    assert near["difference"].to_pylist() == [Decimal("-0.01")]


def test_a_tolerance_of_29_cents_means_29_cents():
    left = {"amount": [Decimal("0.30")]}
    params = {**AMOUNTS, "amount_tolerance": 0.29}
    assert run_component(reconcile, params, left=left, right={"amount": [Decimal("0.01")]})["matched"].num_rows == 1
    assert run_component(reconcile, params, left=left, right={"amount": [Decimal("0.00")]})["matched"].num_rows == 0


def test_decimals_of_different_scale_and_whole_numbers_are_compared():
    found = run_component(
        reconcile, AMOUNTS, left={"amount": [Decimal("5.000"), Decimal("0.001")]}, right={"amount": [5, 7]}
    )
    assert found["matched"]["amount_right"].to_pylist() == [5]
    assert found["matched"]["difference"].to_pylist() == [Decimal("0.000")]


def test_floats_are_refused_with_the_cure():
    with pytest.raises(UserError, match="float64") as caught:
        run_component(reconcile, AMOUNTS, left={"amount": [0.1]}, right={"amount": [Decimal("0.1")]})
    assert caught.value.field == "left_amount"
    assert "decimal(18,2)" in caught.value.cure


def test_floats_are_refused_before_the_run_as_well():
    params = reconcile.params(**AMOUNTS)
    with pytest.raises(UserError, match="float64"):
        reconcile_schema(params, Schema.of({"amount": "decimal(18,2)"}), Schema.of({"amount": "float64"}))


def test_dates_that_are_text_are_refused():
    table = {"amount": [1], "day": ["2026-10-01"]}
    with pytest.raises(UserError, match="'day'") as caught:
        run_component(reconcile, AMOUNTS | DATES, left=table, right=table)
    assert caught.value.field == "left_date"


def test_times_of_day_do_not_count():
    left = {"amount": [1], "day": [datetime(2026, 10, 1, 23, 59)]}
    right = {"amount": [1], "day": [date(2026, 10, 2)]}
    found = run_component(reconcile, {**AMOUNTS, **DATES, "date_tolerance": 1}, left=left, right=right)
    assert found["matched"]["days"].to_pylist() == [-1]


def test_rows_without_what_is_needed_have_no_candidate():
    left = {"ref": [None, "A", " "], "amount": [1, None, 1]}
    found = run_component(reconcile, REFERENCES | AMOUNTS, left=left, right={"ref": [None, "A"], "amount": [1, 1]})
    assert found["matched"].num_rows == 0
    assert found["left_only"]["reason"].to_pylist() == ["no candidate"] * 3


def test_a_second_pass_replaces_the_reason_of_the_first():
    first = run_component(reconcile, REFERENCES, left={"ref": ["A", "B"]}, right={"ref": ["A", "C"]})
    second = run_component(
        reconcile, REFERENCES, left=first["left_only"].to_pydict(), right=first["right_only"].to_pydict()
    )
    assert second["left_only"].column_names == ["ref", "reason"]


def test_many_equal_rows_are_paired_quickly_in_their_order():
    count = 20_000
    table = {"amount": [1] * count, "row": list(range(count))}
    found = run_component(reconcile, AMOUNTS, left=table, right=table)["matched"]
    assert found["row"].to_pylist() == found["row_right"].to_pylist() == list(range(count))


def test_too_many_candidates_are_refused_with_the_cure(monkeypatch):
    monkeypatch.setattr(module, "MOST_CANDIDATES", 10)
    table = {"amount": list(range(10))}
    with pytest.raises(UserError, match="More than 10") as caught:
        run_component(reconcile, {**AMOUNTS, "amount_tolerance": 5}, left=table, right=table)
    assert "tolerances" in caught.value.cure


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (Difference(False, 0, 0), "exact"),
        (Difference(False, -5, 0), "amount differs by 0.05"),
        (Difference(False, 0, -1), "date differs by 1 day"),
        (Difference(True, 120, 3), "reference differs, amount differs by 1.20, date differs by 3 days"),
    ],
)
def test_reasons_say_what_differs(difference, text):
    assert reason(difference, 2) == text


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"left_reference": "a"},
        {**REFERENCES, "reference_required": False},
        DATES,
        {**AMOUNTS, "date_tolerance": -1},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(params):
    with pytest.raises(ValueError, match="validation error"):
        reconcile.params(**params)
