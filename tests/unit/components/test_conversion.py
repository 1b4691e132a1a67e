"""Columns brought to a type: what fits, what does not, and nothing lost on the way."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from studio.components.conversion import Misfit, Reading, convert, strptime_format
from studio.exceptions import UserError

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["1", " 2 ", None, ""], "int64", [1, 2, None, None]),
        (["1,000", "-5"], "int64", [1000, -5]),
        (["1.50", "2,000.25", ""], "float64", [1.5, 2000.25, None]),
        (["1.1", "2.20"], "decimal(18,2)", [Decimal("1.10"), Decimal("2.20")]),
        (["yes", "No", "1", "FALSE"], "bool", [True, False, True, False]),
        (["2026-10-01", None], "date", [date(2026, 10, 1), None]),
        (["07:30", "07:30:15"], "time", [time(7, 30), time(7, 30, 15)]),
        (["2026-10-01", "2026-10-01 07:30"], "datetime[us]", [datetime(2026, 10, 1), datetime(2026, 10, 1, 7, 30)]),
        ([1, None], "text", ["1", None]),
        ([Decimal("1.10")], "text", ["1.10"]),
        ([date(2026, 10, 1)], "text", ["2026-10-01"]),
        ([1, 0], "bool", [True, False]),
        ([2.0, None, float("nan")], "int64", [2, None, None]),
        ([Decimal("2.00")], "int64", [2]),
        ([1.005, 0.1 + 0.2, -2.675], "decimal(18,2)", [Decimal("1.01"), Decimal("0.30"), Decimal("-2.68")]),
        ([1e15 + 0.25], "decimal(38,2)", [Decimal("1000000000000000.20")]),
        ([3], "decimal(18,2)", [Decimal("3.00")]),
        ([Decimal("1.500")], "decimal(18,1)", [Decimal("1.5")]),
        ([datetime(2026, 10, 1, 7)], "date", [date(2026, 10, 1)]),
    ],
    ids=str,
)
def test_values_that_fit(values: list[Any], kind: str, expected: list[Any]) -> None:
    assert convert(pl.Series("a", values, strict=False), kind).to_list() == expected


@pytest.mark.parametrize(
    ("values", "kind", "shown"),
    [
        (["1", "x"], "int64", "'x'"),
        (["1.5"], "int64", "'1.5'"),
        (["2.345"], "decimal(18,2)", "'2.345'"),
        (["12345"], "decimal(4,2)", "'12345'"),
        (["maybe"], "bool", "'maybe'"),
        (["01.02.2026"], "date", "'01.02.2026'"),
        (["2026-02-30"], "date", "'2026-02-30'"),
        (["25:00"], "time", "'25:00'"),
        ([1.5], "int64", "1.5"),
        ([Decimal("2.50")], "int64", "2.50"),
        ([Decimal("1.25")], "decimal(18,1)", "1.25"),
        ([1e20], "decimal(18,2)", "1e+20"),
    ],
    ids=str,
)
def test_the_first_value_that_does_not_fit_is_shown(values: list[Any], kind: str, shown: str) -> None:
    with pytest.raises(Misfit) as caught:
        convert(pl.Series("a", values), kind)
    assert caught.value.message == f"Column 'a': {shown} is no {kind}."
    assert caught.value.cure


def test_what_no_conversion_exists_for_is_refused() -> None:
    with pytest.raises(UserError, match="cannot become date"):
        convert(pl.Series("a", [[1]]), "date")


def test_several_formats_are_tried_in_turn() -> None:
    found = convert(pl.Series(["31.12.2026", "2026/12/30"]), "date", Reading(["dd.mm.yyyy", "%Y/%m/%d"]))
    assert found.to_list() == [date(2026, 12, 31), date(2026, 12, 30)]


def test_a_format_of_spreadsheets_knows_minutes_from_months() -> None:
    assert strptime_format("dd.mm.yyyy hh:mm:ss") == "%d.%m.%Y %H:%M:%S"
    assert strptime_format("m/d/yy") == "%m/%d/%y"
    assert strptime_format("%d %B") == "%d %B"


@pytest.mark.parametrize("text", ["2026-07-01T10:00:00+00:00", "2026-07-01T12:00:00"])
def test_a_time_with_an_offset_comes_into_the_zone_of_its_column(text: str) -> None:
    found = convert(pl.Series([text]), "datetime[us, Europe/Berlin]")
    assert found.to_list() == [datetime(2026, 7, 1, 12, tzinfo=BERLIN)]


def test_an_empty_column_becomes_any_type() -> None:
    for kind in ("date", "decimal(18,2)", "bool", "int64", "datetime[us]", "text"):
        assert convert(pl.Series("a", [], dtype=pl.String), kind).len() == 0
        assert convert(pl.Series("a", [None, None], dtype=pl.String), kind).to_list() == [None, None]
