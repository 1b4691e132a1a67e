"""When schedules fire, above all where clocks are turned."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.cron import PRESETS, check, due, fires, in_words, latest_due, next_fires
from studio.exceptions import UserError
from studio.trigger import Schedule

MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """`2026-03-29T01:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(text: str) -> list[datetime]:
    return [at(one) for one in text.split()]


def cron(fields: str, zone: str = "UTC", **more: datetime) -> Schedule:
    return Schedule(cron=fields, timezone=zone, **more)


# Where clocks are turned --------------------------------------------------------------------------------------------
# Zone, cron, after, the next times; all in UTC. Each group says when its clocks are turned, and how far.

TURNS = [
    # Berlin, 29 March 2026, 01:00 UTC: from 02:00 (+1) to 03:00 (+2).
    ("Europe/Berlin", "30 2 * * *", "2026-03-28T00:00", "2026-03-28T01:30 2026-03-29T01:00 2026-03-30T00:30"),
    ("Europe/Berlin", "0,30 2 * * *", "2026-03-29T00:00", "2026-03-29T01:00 2026-03-30T00:00 2026-03-30T00:30"),
    ("Europe/Berlin", "0 2,3 * * *", "2026-03-29T00:00", "2026-03-29T01:00 2026-03-30T00:00 2026-03-30T01:00"),
    ("Europe/Berlin", "59 1 * * *", "2026-03-28T12:00", "2026-03-29T00:59 2026-03-29T23:59"),
    ("Europe/Berlin", "0 3 * * *", "2026-03-28T12:00", "2026-03-29T01:00 2026-03-30T01:00"),
    ("Europe/Berlin", "30 2 * * *", "2026-03-29T00:59", "2026-03-29T01:00 2026-03-30T00:30"),
    ("Europe/Berlin", "30 2 * * *", "2026-03-29T01:00", "2026-03-30T00:30 2026-03-31T00:30"),
    ("Europe/Berlin", "30 2 29 3 *", "2025-06-01T00:00", "2026-03-29T01:00 2027-03-29T00:30 2028-03-29T00:30"),
    ("Europe/Berlin", "0 0-23 * * *", "2026-03-28T23:30", "2026-03-29T00:00 2026-03-29T01:00 2026-03-29T02:00"),
    ("Europe/Berlin", "*/30 * * * *", "2026-03-29T00:00", "2026-03-29T00:30 2026-03-29T01:00 2026-03-29T01:30"),
    ("Europe/Berlin", "*/30 2 * * *", "2026-03-28T01:00", "2026-03-28T01:30 2026-03-30T00:00 2026-03-30T00:30"),
    ("Europe/Berlin", "0 */2 * * *", "2026-03-28T22:00", "2026-03-28T23:00 2026-03-29T02:00 2026-03-29T04:00"),
    # Berlin, 25 October 2026, 01:00 UTC: from 03:00 (+2) back to 02:00 (+1).
    ("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:30 2026-10-26T01:30"),
    ("Europe/Berlin", "30 2 * * *", "2026-10-25T00:45", "2026-10-26T01:30 2026-10-27T01:30"),
    ("Europe/Berlin", "30 2 * * *", "2026-10-25T01:10", "2026-10-26T01:30 2026-10-27T01:30"),
    ("Europe/Berlin", "15 2,3 * * *", "2026-10-24T12:00", "2026-10-25T00:15 2026-10-25T02:15 2026-10-26T01:15"),
    ("Europe/Berlin", "0 0-23 * * *", "2026-10-24T23:00", "2026-10-25T00:00 2026-10-25T02:00 2026-10-25T03:00"),
    ("Europe/Berlin", "0 * * * *", "2026-10-24T23:00", "2026-10-25T00:00 2026-10-25T01:00 2026-10-25T02:00"),
    ("Europe/Berlin", "*/30 * * * *", "2026-10-25T00:00", "2026-10-25T00:30 2026-10-25T01:00 2026-10-25T01:30"),
    (
        "Europe/Berlin",
        "*/30 2 * * *",
        "2026-10-24T12:00",
        "2026-10-25T00:00 2026-10-25T00:30 2026-10-25T01:00 2026-10-25T01:30 2026-10-26T01:00",
    ),
    ("Europe/Berlin", "*/30 2 * * *", "2026-10-25T00:45", "2026-10-25T01:00 2026-10-25T01:30 2026-10-26T01:00"),
    ("Europe/Berlin", "*/15 3 * * *", "2026-10-25T00:00", "2026-10-25T02:00 2026-10-25T02:15 2026-10-25T02:30"),
    # London, 29 March and 25 October 2026, 01:00 UTC: 01:00 (+0) and 02:00 (+1).
    ("Europe/London", "30 1 * * *", "2026-03-28T12:00", "2026-03-29T01:00 2026-03-30T00:30"),
    ("Europe/London", "30 1 * * *", "2026-10-24T12:00", "2026-10-25T00:30 2026-10-26T01:30"),
    ("Europe/London", "0 1 * * *", "2026-10-24T12:00", "2026-10-25T00:00 2026-10-26T01:00"),
    (
        "Europe/London",
        "*/20 1 * * *",
        "2026-10-25T00:10",
        "2026-10-25T00:20 2026-10-25T00:40 2026-10-25T01:00 2026-10-25T01:20 2026-10-25T01:40 2026-10-26T01:00",
    ),
    # New York, 8 March 2026, 07:00 UTC: from 02:00 (-5) to 03:00 (-4); 1 November, 06:00 UTC: 02:00 back to 01:00.
    ("America/New_York", "30 2 * * *", "2026-03-07T12:00", "2026-03-08T07:00 2026-03-09T06:30"),
    ("America/New_York", "0 2 * * SUN", "2026-03-01T12:00", "2026-03-08T07:00 2026-03-15T06:00"),
    ("America/New_York", "0 9 * * MON-FRI", "2026-03-06T00:00", "2026-03-06T14:00 2026-03-09T13:00"),
    ("America/New_York", "30 1 * * *", "2026-10-31T12:00", "2026-11-01T05:30 2026-11-02T06:30"),
    (
        "America/New_York",
        "*/30 1 * * *",
        "2026-10-31T12:00",
        "2026-11-01T05:00 2026-11-01T05:30 2026-11-01T06:00 2026-11-01T06:30 2026-11-02T06:00",
    ),
    # São Paulo, 18 February 2018, 02:00 UTC: from 00:00 (-2) back to 23:00 (-3) of the day before.
    ("America/Sao_Paulo", "0 0 * * *", "2018-02-17T12:00", "2018-02-18T03:00 2018-02-19T03:00"),
    ("America/Sao_Paulo", "30 23 * * *", "2018-02-17T12:00", "2018-02-18T01:30 2018-02-19T02:30"),
    (
        "America/Sao_Paulo",
        "*/30 23 * * *",
        "2018-02-17T12:00",
        "2018-02-18T01:00 2018-02-18T01:30 2018-02-18T02:00 2018-02-18T02:30 2018-02-19T02:00",
    ),
    # São Paulo, 4 November 2018, 03:00 UTC: from 00:00 (-3) to 01:00 (-2), for the last time.
    ("America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00", "2018-11-04T03:00 2018-11-05T02:00"),
    ("America/Sao_Paulo", "30 0 4 11 *", "2018-01-01T00:00", "2018-11-04T03:00 2019-11-04T03:30"),
    ("America/Sao_Paulo", "*/30 * 4 11 *", "2018-11-01T00:00", "2018-11-04T03:00 2018-11-04T03:30 2018-11-04T04:00"),
    ("America/Sao_Paulo", "*/30 1-5 4 11 *", "2018-11-01T00:00", "2018-11-04T03:00 2018-11-04T03:30 2018-11-04T04:00"),
    ("America/Sao_Paulo", "*/30 0 4 11 *", "2018-11-01T00:00", "2019-11-04T03:00 2019-11-04T03:30"),
    # Lord Howe, 4 April 2026, 15:00 UTC: from 02:00 (+11) back to 01:30 (+10:30) of the 5th.
    ("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00", "2026-04-04T14:45 2026-04-05T15:15"),
    ("Australia/Lord_Howe", "10 1 * * *", "2026-04-04T00:00", "2026-04-04T14:10 2026-04-05T14:40"),
    (
        "Australia/Lord_Howe",
        "*/15 1 * * *",
        "2026-04-04T14:20",
        "2026-04-04T14:30 2026-04-04T14:45 2026-04-04T15:00 2026-04-04T15:15 2026-04-05T14:30",
    ),
    # Lord Howe, 3 October 2026, 15:30 UTC: from 02:00 (+10:30) to 02:30 (+11) of the 4th.
    ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00", "2026-10-03T15:30 2026-10-04T15:15"),
    ("Australia/Lord_Howe", "30 2 * * *", "2026-10-03T00:00", "2026-10-03T15:30 2026-10-04T15:30"),
    ("Australia/Lord_Howe", "*/15 2 * * *", "2026-10-03T00:00", "2026-10-03T15:30 2026-10-03T15:45 2026-10-04T15:00"),
    ("Australia/Lord_Howe", "*/15 3 * * *", "2026-10-03T00:00", "2026-10-03T16:00 2026-10-03T16:15 2026-10-03T16:30"),
    # Sydney, 4 April 2026, 16:00 UTC: from 03:00 (+11) back to 02:00 (+10); 3 October, 16:00 UTC: 02:00 to 03:00.
    ("Australia/Sydney", "30 2 * * *", "2026-04-04T00:00", "2026-04-04T15:30 2026-04-05T16:30"),
    ("Australia/Sydney", "*/30 2 * * *", "2026-04-04T15:00", "2026-04-04T15:30 2026-04-04T16:00 2026-04-04T16:30"),
    ("Australia/Sydney", "30 2 * * *", "2026-10-03T00:00", "2026-10-03T16:00 2026-10-04T15:30"),
    # Kathmandu is at +5:45, and was at +5:30 until 31 December 1985, 18:30 UTC: from 00:00 to 00:15 of the new year.
    ("Asia/Kathmandu", "0 0 * * *", "2026-01-01T00:00", "2026-01-01T18:15 2026-01-02T18:15"),
    ("Asia/Kathmandu", "5 0 * * *", "1985-12-30T12:00", "1985-12-30T18:35 1985-12-31T18:30 1986-01-01T18:20"),
    ("Asia/Kathmandu", "*/15 * * * *", "1985-12-31T18:00", "1985-12-31T18:15 1985-12-31T18:30 1985-12-31T18:45"),
    # Apia, 30 December 2011, 10:00 UTC: from 00:00 of the 30th, a Friday, (-10) to 00:00 of the 31st (+14).
    ("Pacific/Apia", "0 6 * * *", "2011-12-29T00:00", "2011-12-29T16:00 2011-12-30T10:00 2011-12-30T16:00"),
    ("Pacific/Apia", "0 */6 * * *", "2011-12-29T22:00", "2011-12-30T04:00 2011-12-30T10:00 2011-12-30T16:00"),
    ("Pacific/Apia", "0 12 30 12 *", "2011-06-01T00:00", "2011-12-30T10:00 2012-12-29T22:00"),
    ("Pacific/Apia", "0 0 * * FRI", "2011-12-26T00:00", "2011-12-30T10:00 2012-01-05T10:00"),
    ("Pacific/Apia", "0,30 * 30 12 *", "2011-06-01T00:00", "2012-12-29T10:00 2012-12-29T10:30"),
    # Kwajalein, 21 August 1993, 12:00 UTC: from 00:00 of the 21st (-12) to 00:00 of the 22nd (+12).
    ("Pacific/Kwajalein", "0 9 * * *", "1993-08-20T12:00", "1993-08-20T21:00 1993-08-21T12:00 1993-08-21T21:00"),
    # Casablanca, for Ramadan, 19 March 2023, 02:00 UTC: from 03:00 (+1) back to 02:00 (+0); 23 April, 02:00 UTC: on.
    ("Africa/Casablanca", "30 2 * * *", "2023-03-18T12:00", "2023-03-19T01:30 2023-03-20T02:30"),
    ("Africa/Casablanca", "*/30 2 * * *", "2023-03-19T01:00", "2023-03-19T01:30 2023-03-19T02:00 2023-03-19T02:30"),
    ("Africa/Casablanca", "30 2 * * *", "2023-04-22T12:00", "2023-04-23T02:00 2023-04-24T01:30"),
    ("Africa/Casablanca", "0 6 1 * *", "2023-03-01T12:00", "2023-04-01T06:00 2023-05-01T05:00"),
    # St John's, 14 March 2010, 03:31 UTC: from 00:01 (-3:30) to 01:01 (-2:30).
    ("America/St_Johns", "0 0 * * *", "2010-03-13T12:00", "2010-03-14T03:30 2010-03-15T02:30"),
    ("America/St_Johns", "30 0 * * *", "2010-03-13T12:00", "2010-03-14T03:31 2010-03-15T03:00"),
    # St John's, 7 November 2010, 02:31 UTC: from 00:01 (-2:30) back to 23:01 (-3:30) of the 6th.
    ("America/St_Johns", "0 0 * * *", "2010-11-06T12:00", "2010-11-07T02:30 2010-11-08T03:30"),
    ("America/St_Johns", "0 * * * *", "2010-11-07T02:00", "2010-11-07T02:30 2010-11-07T03:30 2010-11-07T04:30"),
    ("America/St_Johns", "*/30 * * * *", "2010-11-07T02:00", "2010-11-07T02:30 2010-11-07T03:00 2010-11-07T03:30"),
    # Gaza, 26 March 2022, 22:00 UTC: from 00:00 (+2) to 01:00 (+3); 28 October, 23:00 UTC: 02:00 back to 01:00.
    ("Asia/Gaza", "0 0 * * *", "2022-03-26T12:00", "2022-03-26T22:00 2022-03-27T21:00"),
    ("Asia/Gaza", "30 1 * * *", "2022-10-28T12:00", "2022-10-28T22:30 2022-10-29T23:30"),
    # Troll, 30 March and 26 October 2025, 01:00 UTC, by two hours: from 01:00 (+0) to 03:00 (+2), and back.
    ("Antarctica/Troll", "30 1,2 * * *", "2025-03-29T12:00", "2025-03-30T01:00 2025-03-30T23:30 2025-03-31T00:30"),
    ("Antarctica/Troll", "0 2 * * *", "2025-10-25T12:00", "2025-10-26T00:00 2025-10-27T02:00"),
    (
        "Antarctica/Troll",
        "0 * * * *",
        "2025-10-25T23:10",
        "2025-10-26T00:00 2025-10-26T01:00 2025-10-26T02:00 2025-10-26T03:00",
    ),
    # Chatham, 26 September 2026, 14:00 UTC: from 02:45 (+12:45) to 03:45 (+13:45).
    ("Pacific/Chatham", "0 3 * * *", "2026-09-26T00:00", "2026-09-26T14:00 2026-09-27T13:15"),
    # Havana, 2 November 2025, 05:00 UTC: from 01:00 (-4) back to 00:00 (-5).
    ("America/Havana", "0 0 * * *", "2025-11-01T12:00", "2025-11-02T04:00 2025-11-03T05:00"),
    # Cairo, 31 October 2024, 21:00 UTC: from 00:00 of 1 November (+3) back to 23:00 (+2).
    ("Africa/Cairo", "30 23 L * *", "2024-10-30T12:00", "2024-10-31T20:30 2024-11-30T21:30"),
    ("Africa/Cairo", "*/30 23 31 10 *", "2024-10-31T20:10", "2024-10-31T20:30 2024-10-31T21:00 2024-10-31T21:30"),
    # In UTC clocks are never turned.
    ("UTC", "30 2 * * *", "2026-03-28T12:00", "2026-03-29T02:30 2026-03-30T02:30"),
]


@pytest.mark.parametrize(("zone", "fields", "after", "expected"), TURNS)
def test_a_cron_fires_where_clocks_are_turned(zone: str, fields: str, after: str, expected: str) -> None:
    wanted = times(expected)
    assert next_fires(cron(fields, zone), at(after), len(wanted)) == wanted


@pytest.mark.parametrize(("zone", "fields", "after", "expected"), TURNS)
def test_asked_by_the_time_of_its_zone_a_cron_fires_the_same(zone: str, fields: str, after: str, expected: str) -> None:
    wanted = times(expected)
    assert next_fires(cron(fields, zone), at(after).astimezone(ZoneInfo(zone)), len(wanted)) == wanted


@pytest.mark.parametrize(("zone", "fields", "after", "expected"), TURNS)
def test_asked_again_after_any_time_a_cron_goes_on_with_the_next(
    zone: str, fields: str, after: str, expected: str
) -> None:
    wanted = times(expected)
    for number, time in enumerate(wanted[:-1], start=1):
        assert next_fires(cron(fields, zone), time, 1) == [wanted[number]]
        assert next_fires(cron(fields, zone), time - datetime.resolution, 1) == [time]


# The same by looking at the clock every minute ----------------------------------------------------------------------

CHANGES = [
    ("Europe/Berlin", "2026-03-29T01:00"), ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"), ("America/New_York", "2026-11-01T06:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00"), ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"), ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("America/St_Johns", "2010-03-14T03:31"), ("America/St_Johns", "2010-11-07T02:31"),
    ("Antarctica/Troll", "2025-03-30T01:00"), ("Antarctica/Troll", "2025-10-26T01:00"),
    ("Asia/Kathmandu", "1985-12-31T18:30"), ("Pacific/Apia", "2011-12-30T10:00"), ("UTC", "2026-03-29T01:00"),
]  # fmt: skip
AROUND = st.sampled_from(CHANGES)
EARLIER = st.integers(1, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds))
MINUTES = st.sets(st.integers(0, 59), min_size=1, max_size=4)
HOURS = st.sets(st.integers(0, 23), min_size=1, max_size=8)


def listed(values: set[int]) -> str:
    return ",".join(map(str, sorted(values)))


def seen(zone: str, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, list[datetime]]]:
    """Each minute, what the clock then shows, and what it would have shown had it not been put forward just now."""
    minute = after.replace(second=0)
    shown = minute.astimezone(ZoneInfo(zone))
    while (minute := minute + MINUTE) <= until:
        before, shown = shown, minute.astimezone(ZoneInfo(zone))
        jump = shown.replace(tzinfo=None) - before.replace(tzinfo=None)
        yield minute, shown, [before + number * MINUTE for number in range(1, jump // MINUTE)]


@settings(max_examples=150, deadline=None)
@given(AROUND, EARLIER, st.integers(1, 30), HOURS)
def test_with_the_clock_a_cron_fires_at_every_minute_that_shows_its_fields(
    change: tuple[str, str], earlier: timedelta, step: int, hours: set[int]
) -> None:
    zone, moment = change
    after, until = at(moment) - earlier, at(moment) + timedelta(hours=30)
    wanted = [
        minute
        for minute, shown, _ in seen(zone, after, until)
        if shown.minute % step == 0 and shown.hour in hours and minute > after
    ]
    assert due(cron(f"*/{step} {listed(hours)} * * *", zone), after, until, 10_000) == wanted


@settings(max_examples=150, deadline=None)
@given(AROUND, EARLIER, MINUTES, HOURS)
def test_a_fixed_time_fires_when_it_is_first_shown_or_when_it_is_jumped_over(
    change: tuple[str, str], earlier: timedelta, minutes: set[int], hours: set[int]
) -> None:
    zone, moment = change
    after, until = at(moment) - earlier, at(moment) + timedelta(hours=30)

    def matches(shown: datetime) -> bool:
        return shown.minute in minutes and shown.hour in hours

    wanted = [
        minute
        for minute, shown, jumped in seen(zone, after, until)
        if ((matches(shown) and shown.fold == 0) or any(map(matches, jumped))) and minute > after
    ]
    assert due(cron(f"{listed(minutes)} {listed(hours)} * * *", zone), after, until, 10_000) == wanted


FIELDS = st.tuples(
    st.sampled_from(["*", "*/7", "0", "5,35", "10-20/3", "59"]),
    st.sampled_from(["*", "*/2", "2", "1-3", "0,23", "2,14"]),
    st.sampled_from(["*", "1", "L", "*/3", "15-31", "LW", "29"]),
    st.sampled_from(["*", "2,3,4", "OCT,nov", "*/2"]),
    st.sampled_from(["*", "SUN", "mon-fri", "6#1", "7L", "*/2"]),
).map(" ".join)
SCHEDULES = st.builds(lambda fields, change: cron(fields, change[0]), FIELDS, AROUND) | st.builds(
    lambda every, starts: Schedule(every=every, starts=starts),
    st.integers(600, 90_000),
    st.none() | st.datetimes(datetime(2017, 1, 1), datetime(2019, 1, 1), timezones=st.just(UTC)),
)
MOMENTS = st.datetimes(datetime(2018, 1, 1), datetime(2019, 1, 1), timezones=st.just(UTC))


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, MOMENTS)
def test_times_ascend_in_utc_and_none_comes_twice(schedule: Schedule, after: datetime) -> None:
    found = [after, *next_fires(schedule, after, 200)]
    assert len(found) == 201
    assert all(one < next for one, next in pairwise(found))
    assert {time.tzinfo for time in found} == {UTC}


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, MOMENTS, st.integers(0, 20 * 1440), st.integers(0, 20 * 1440))
def test_what_is_due_over_a_span_is_what_is_due_over_its_parts(
    schedule: Schedule, after: datetime, first: int, second: int
) -> None:
    middle = after + first * MINUTE
    until = middle + second * MINUTE
    parts = due(schedule, after, middle, 100_000) + due(schedule, middle, until, 100_000)
    assert due(schedule, after, until, 100_000) == parts


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, MOMENTS, st.integers(0, 20 * 1440), st.integers(1, 50))
def test_the_latest_that_are_due_are_the_end_of_all_that_are_due(
    schedule: Schedule, after: datetime, minutes: int, limit: int
) -> None:
    until = after + minutes * MINUTE
    assert latest_due(schedule, after, until, limit) == due(schedule, after, until, 100_000)[-limit:]


# Days ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "after", "expected"),
    [
        ("0 6 L * *", "2028-01-31T07:00", "2028-02-29T06:00 2028-03-31T06:00"),
        ("0 6 LW * *", "2026-05-01T00:00", "2026-05-29T06:00 2026-06-30T06:00"),  # 31 May 2026 is a Sunday
        ("0 6 * * FRI#2", "2026-05-01T00:00", "2026-05-08T06:00 2026-06-12T06:00"),
        ("0 6 * * 5L", "2026-05-01T00:00", "2026-05-29T06:00 2026-06-26T06:00"),
        ("0 6 * * 7", "2026-05-01T00:00", "2026-05-03T06:00 2026-05-10T06:00"),
        ("0 6 1 jan,Jul *", "2026-05-01T00:00", "2026-07-01T06:00 2027-01-01T06:00"),
        ("0 6 29 2 *", "2026-05-01T00:00", "2028-02-29T06:00 2032-02-29T06:00"),
        ("0 6 10 * MON", "2026-05-05T00:00", "2026-05-10T06:00 2026-05-11T06:00"),  # either
        ("0 6 */2 * MON", "2026-05-05T00:00", "2026-05-11T06:00 2026-05-25T06:00"),  # both: an odd day, and a Monday
        ("5/20 6 * * *", "2026-05-05T00:00", "2026-05-05T06:05 2026-05-05T06:25 2026-05-05T06:45"),
    ],
)
def test_a_cron_chooses_its_days(fields: str, after: str, expected: str) -> None:
    wanted = times(expected)
    check(cron(fields))
    assert next_fires(cron(fields), at(after), len(wanted)) == wanted


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("@hourly", "2026-05-05T11:00"),
        ("@daily", "2026-05-06T00:00"),
        ("@midnight", "2026-05-06T00:00"),
        (" @Weekly ", "2026-05-10T00:00"),
        ("@monthly", "2026-06-01T00:00"),
        ("@yearly", "2027-01-01T00:00"),
        ("@annually", "2027-01-01T00:00"),
    ],
)
def test_a_preset_stands_for_fields(preset: str, expected: str) -> None:
    assert preset.strip().lower() in PRESETS
    check(cron(preset))
    assert next_fires(cron(preset), at("2026-05-05T10:30"), 1) == [at(expected)]


# Intervals ----------------------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(AROUND, EARLIER, st.integers(1, 10 * 86_400))
def test_an_interval_passes_evenly_through_changes_of_the_clock(
    change: tuple[str, str], earlier: timedelta, every: int
) -> None:
    zone, moment = change
    starts = at(moment).astimezone(ZoneInfo(zone)) - earlier
    schedule = Schedule(every=every, timezone=zone, starts=starts)
    found = next_fires(schedule, starts - timedelta(days=1), 50)
    assert found == [starts.astimezone(UTC) + number * timedelta(seconds=every) for number in range(50)]


def test_an_interval_without_a_start_counts_from_1970() -> None:
    week = Schedule(every=7 * 86_400)  # 1 January 1970 was a Thursday
    assert next_fires(week, at("2026-05-05T10:30"), 2) == times("2026-05-07T00:00 2026-05-14T00:00")
    assert next_fires(week, at("1969-12-20T00:00"), 2) == times("1969-12-25T00:00 1970-01-01T00:00")


def test_an_interval_counts_from_its_start_to_the_microsecond() -> None:
    starts = datetime(2026, 5, 5, 10, 0, 0, 250_000, UTC)
    schedule = Schedule(every=60, starts=starts)
    assert next_fires(schedule, starts, 1) == [starts + MINUTE]
    assert next_fires(schedule, starts - datetime.resolution, 1) == [starts]
    assert next_fires(schedule, starts + MINUTE - datetime.resolution, 1) == [starts + MINUTE]


# Starts and ends ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [{"cron": "*/10 * * * *"}, {"every": 600}])
def test_a_schedule_fires_at_its_start_and_not_at_its_end(way: dict[str, str]) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    starts, ends = datetime(2026, 5, 5, 12, 0, tzinfo=berlin), datetime(2026, 5, 5, 12, 30, tzinfo=berlin)
    schedule = Schedule(**way, starts=starts, ends=ends)
    check(schedule)
    found = list(fires(schedule, at("2020-01-01T00:00")))
    assert found == times("2026-05-05T10:00 2026-05-05T10:10 2026-05-05T10:20")
    assert list(fires(schedule, ends)) == []


def test_a_schedule_without_end_goes_on() -> None:
    assert len(list(islice(fires(cron("* * * * *"), at("2026-05-05T10:30")), 5000))) == 5000


def test_parts_of_a_second_neither_repeat_nor_lose_a_time() -> None:
    six = at("2026-05-05T06:00")
    assert next_fires(cron("0 6 * * *"), six - datetime.resolution, 1) == [six]
    assert next_fires(cron("0 6 * * *"), six + datetime.resolution, 1) == [six + timedelta(days=1)]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        fires(cron("0 6 * * *"), datetime(2026, 5, 5))


def test_what_is_due_includes_the_last_moment_but_not_the_first() -> None:
    schedule = cron("0 * * * *")
    span = at("2026-05-05T06:00"), at("2026-05-05T09:00")
    assert due(schedule, *span, 10) == times("2026-05-05T07:00 2026-05-05T08:00 2026-05-05T09:00")
    assert due(schedule, *span, 2) == times("2026-05-05T07:00 2026-05-05T08:00")
    assert latest_due(schedule, *span, 2) == times("2026-05-05T08:00 2026-05-05T09:00")
    assert due(schedule, *span[::-1], 2) == latest_due(schedule, *span[::-1], 2) == []


@pytest.mark.parametrize(
    "schedule", [Schedule(every=1), cron("* * * * *", "Europe/Berlin"), cron("0 0 29 2 *", "Europe/Berlin")]
)
def test_a_long_time_ago_costs_little(schedule: Schedule) -> None:
    began = perf_counter()
    after, until = at("1971-01-01T00:00"), at("2026-05-05T10:00")
    assert len(due(schedule, after, until, 10)) == 10
    assert len(latest_due(schedule, after, until, 10)) == 10
    assert len(next_fires(schedule, until, 10)) == 10
    assert perf_counter() - began < 5  # one by one, the minutes of 55 years take more than a minute


# What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "field", "message"),
    [
        (cron("60 * * * *"), "cron", "The minute '60' .* cannot be read. Give \\* or 0 to 59"),
        (cron("0 24 * * *"), "cron", "The hour '24' .* Give \\* or 0 to 23"),
        (cron("0 22-6 * * *"), "cron", "The hour '22-6' .* ranges upward"),
        (cron("0 6 0 * *"), "cron", "The day '0' .* L for the last day"),
        (cron("0 6 ? * MON"), "cron", "The day '\\?' "),
        (cron("0 6 * 13 *"), "cron", "The month '13' .* JAN to DEC"),
        (cron("0 6 * * MONDAY"), "cron", "The weekday 'MONDAY' .* SUN to SAT"),
        (cron("0 6 * * MON#6"), "cron", "The weekday 'MON#6' "),
        (cron("*/0 * * * *"), "cron", "The minute '\\*/0' "),
        (cron("1, 6 * * *"), "cron", "The minute '1,' "),
        (cron("*/90 * * * *"), "cron", "The step of the minute '\\*/90' .* up to 60, or an interval"),
        (cron("0 5,*/25 * * *"), "cron", "The step of the hour '5,\\*/25' .* up to 24"),
        (cron("0 6 * *"), "cron", "five fields .* has 4"),
        (cron("0 0 6 * * *"), "cron", "has 6. Give five, without seconds"),
        (cron("0 0 6 * * * 2026"), "cron", "has 7. Give five"),
        (cron(" "), "cron", "has 0"),
        (cron("@reboot"), "cron", "waits for a restart, not for a time. Give five fields, or one of @hourly, "),
        (cron("@fortnightly"), "cron", "@fortnightly is no preset"),
        (cron("0 0 30 2 *"), "cron", "never fires"),
        (cron("0 0 31 4,6,9,11 *"), "cron", "never fires"),
        (cron("0 0 */31 * MON#2"), "cron", "never fires"),  # the first of a month that is its second Monday
        (cron("@daily", "europe/berlin"), "timezone", "no time zone 'europe/berlin'. .* such as Europe/Berlin"),
        (cron("@daily", "CEST"), "timezone", "such as Europe/Berlin"),
        (cron("@daily", "Europe"), "timezone", "no time zone 'Europe'"),
        (cron("@daily", ""), "timezone", "no time zone ''"),
        (cron("@daily", "../zone"), "timezone", "no time zone"),
        (Schedule(every=60, timezone="Mars/Base"), "timezone", "no time zone 'Mars/Base'"),
        (
            Schedule(every=60, starts=at("2026-05-05T00:00"), ends=at("2026-05-05T00:00")),
            "ends",
            "ends before it starts. Give an end that is later",
        ),
        (cron("@yearly", starts=at("2026-01-02T00:00"), ends=at("2027-01-01T00:00")), "ends", "ends before it fires"),
        (cron("@daily", starts=at("0001-01-01T00:00")), "starts", "in the year 1. Give a year from 1970"),
        (cron("@daily", ends=at("9999-01-01T00:00")), "ends", "in the year 9999. .* to 2999"),
    ],
)
def test_a_schedule_is_refused_with_its_cure(schedule: Schedule, field: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as refused:
        check(schedule)
    assert refused.value.field == field
    assert refused.value.cure


@pytest.mark.parametrize(
    "fields", ["0 0 29 2 *", "0 0 * 2 MON#5", "0 0 30 2 MON", "*/60 */24 */31 */12 */7", "0 0 31 2-3 *"]
)
def test_a_cron_that_fires_seldom_is_accepted(fields: str) -> None:
    check(cron(fields))
    assert len(next_fires(cron(fields), at("2026-05-05T00:00"), 3)) == 3


def test_a_schedule_that_fires_at_its_start_alone_is_accepted() -> None:
    schedule = cron("@yearly", starts=at("2026-01-01T00:00"), ends=at("2026-12-31T00:00"))
    check(schedule)
    assert list(fires(schedule, at("2020-01-01T00:00"))) == times("2026-01-01T00:00")


PIECES = ["*", "/", ",", "-", "#", "?", "@", "L", "W", "0", "1", "2", "7", "31", "mon", "FRI", "Jul", "x", "²"]
WILD = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
TAME = st.sampled_from(["*", "*/2", "1", "1-5", "1,3", "*,5", "2-6/2", "3/2"])
DAYS = TAME | st.sampled_from(["L", "LW", "LW/2", "L,15", "31", "22/3"])
WEEKDAYS = TAME | st.sampled_from(["MON#1,FRI#3", "1L,3", "5L", "SAT/2", "0-7", "sun", "1-5,7"])


@settings(max_examples=300, deadline=None)
@given(st.tuples(TAME | WILD, TAME | WILD, DAYS | WILD, TAME | WILD, WEEKDAYS | WILD).map(" ".join))
def test_any_text_is_refused_in_words_or_fires_and_can_be_said(fields: str) -> None:
    try:
        check(cron(fields))
    except UserError:
        return
    assert next_fires(cron(fields), at("2026-05-05T00:00"), 1)
    assert in_words(cron(fields))


# In words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("0 6 * * *", "Every day at 06:00 (Europe/Berlin)"),
        ("0 9,12,18 * * *", "Every day at 09:00, 12:00 and 18:00 (Europe/Berlin)"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("* * * * *", "Every minute"),
        ("@hourly", "Every hour (Europe/Berlin)"),
        ("@daily", "Every day at 00:00 (Europe/Berlin)"),
        ("@weekly", "At 00:00, only on Sunday (Europe/Berlin)"),
        ("30 * * * *", "At 30 minutes past the hour (Europe/Berlin)"),
        ("30 18 * * mon-fri", "At 18:30, Monday through Friday (Europe/Berlin)"),
        ("*/15 9-17 * * *", "Every 15 minutes, between 09:00 and 17:59 (Europe/Berlin)"),
        ("*/5 * 1 * *", "Every 5 minutes, on day 1 of the month (Europe/Berlin)"),
        ("0 6 1,15 * *", "At 06:00, on day 1 and 15 of the month (Europe/Berlin)"),
        ("0 6 * * fri#2", "At 06:00 on the second Friday of the month (Europe/Berlin)"),
        ("0 6 * * 1L,3", "At 06:00 on the last Monday of the month and Wednesday (Europe/Berlin)"),
        ("0 6 l * *", "At 06:00 on the last day of every month (Europe/Berlin)"),
        ("0 6 */2 * MON", "At 06:00 on every second day of month if it's on Monday (Europe/Berlin)"),
        ("0 6 31 * MON", "At 06:00 on the 31st day of month and on Monday (Europe/Berlin)"),
        ("0 6 12 * MON", "At 06:00 on the 12th day of month and on Monday (Europe/Berlin)"),
    ],
)
def test_a_cron_is_said_in_words(fields: str, words: str) -> None:
    assert in_words(cron(fields, "Europe/Berlin")) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "Every second"),
        (45, "Every 45 seconds"),
        (60, "Every 60 seconds"),
        (90, "Every 90 seconds"),
        (900, "Every 15 minutes"),
        (3_600, "Every 60 minutes"),
        (5_400, "Every 90 minutes"),
        (7_200, "Every 2 hours"),
        (86_400, "Every 24 hours"),
        (604_800, "Every 7 days"),
    ],
)
def test_an_interval_is_said_in_words(seconds: int, words: str) -> None:
    assert in_words(Schedule(every=seconds, timezone="Europe/Berlin")) == words


def test_words_do_not_depend_on_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getlocale", lambda *_: (None, None))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert in_words(cron("0 18 * * *")) == "Every day at 18:00 (UTC)"
