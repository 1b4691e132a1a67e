"""What becomes of due times, by the trigger's policies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import cron
from scheduler.ticks import LATE, decide, missed_that_run
from studio.trigger import CronTrigger

NOW = datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def trigger(every: int = 3600, **settings: Any) -> CronTrigger:
    return CronTrigger.model_validate({"schedule": {"every": every}, **settings})


def outcome(made: CronTrigger, *, hours: int = 0, now: datetime = NOW, unfinished: int = 0) -> list[str | None]:
    """Why each of the times is skipped that were due in the last `hours` before noon and at noon; None if it runs."""
    after = NOON - timedelta(hours=hours, microseconds=1)
    due = cron.due(made.schedule, after, now, 1000)
    missed = missed_that_run(made, after, now)
    return [one.skipped for one in decide(made, due, now, missed=missed, unfinished=unfinished)]


def runs(skips: list[str | None]) -> list[int]:
    return [number for number, reason in enumerate(skips) if reason is None]


def test_a_time_that_is_due_runs() -> None:
    assert outcome(trigger()) == [None]


def test_of_missed_times_the_latest_runs_unless_told_otherwise() -> None:
    later = NOON + timedelta(minutes=30)
    assert runs(outcome(trigger(), hours=5, now=later)) == [5]
    assert runs(outcome(trigger(missed="all"), hours=5, now=later)) == [0, 1, 2, 3, 4, 5]
    assert runs(outcome(trigger(missed="all", missed_cap=2), hours=5, now=later)) == [4, 5]
    assert runs(outcome(trigger(missed="skip"), hours=5, now=later)) == []


def test_missed_times_make_room_for_one_that_is_due_now() -> None:
    assert runs(outcome(trigger(), hours=5)) == [5]
    assert runs(outcome(trigger(missed="skip"), hours=5)) == [5]
    assert runs(outcome(trigger(missed="all", missed_cap=2), hours=5)) == [3, 4, 5]


def test_times_that_are_only_late_all_run() -> None:
    """A service that stood still for some seconds has missed nothing."""
    made = trigger(every=10)
    due = cron.due(made.schedule, NOW - timedelta(seconds=40), NOW, 100)
    assert [one.skipped for one in decide(made, due, NOW, missed=set(), unfinished=0)] == [None] * 4


def test_a_late_time_is_skipped_beyond_its_deadline_and_says_how_late_it_was() -> None:
    reason = outcome(trigger(deadline=4))[0]
    assert reason is not None
    assert "5 s late" in reason
    assert outcome(trigger(deadline=6)) == [None]
    assert runs(outcome(trigger(deadline=7300, missed="all"), hours=5)) == [3, 4, 5]


def test_a_time_is_skipped_while_an_earlier_run_goes_on_if_that_is_asked_for() -> None:
    assert outcome(trigger(overlap="skip"), unfinished=1) == ["An earlier run had not ended."]
    assert outcome(trigger(overlap="skip"), unfinished=0) == [None]
    assert outcome(trigger(overlap="queue"), unfinished=7) == [None]


def test_of_several_times_that_may_not_overlap_the_first_runs() -> None:
    later = NOON + timedelta(minutes=30)
    assert runs(outcome(trigger(overlap="skip", missed="all"), hours=2, now=later)) == [0]


def test_so_many_run_beside_each_other_as_are_allowed() -> None:
    made = trigger(overlap="allow", parallel=3, missed="all")
    assert runs(outcome(made, hours=5, unfinished=1)) == [0, 1]
    assert outcome(made, unfinished=3) == ["3 runs had not ended."]


def test_the_latest_time_takes_the_place_of_what_goes_on() -> None:
    made = trigger(overlap="cancel", missed="all")
    due = cron.due(made.schedule, NOON - timedelta(hours=2, microseconds=1), NOW, 10)
    verdicts = decide(made, due, NOW, missed=set(due), unfinished=1)
    assert [(one.skipped, one.replaces) for one in verdicts] == [
        ("A later one took its place.", False),
        ("A later one took its place.", False),
        (None, True),
    ]
    assert not decide(made, due[-1:], NOW, missed=set(), unfinished=0)[0].replaces


@settings(deadline=None)
@given(
    missed=st.sampled_from(["all", "latest", "skip"]),
    overlap=st.sampled_from(["queue", "skip", "cancel", "allow"]),
    cap=st.integers(1, 20),
    parallel=st.integers(1, 4),
    deadline=st.none() | st.floats(1, 10_000),
    unfinished=st.integers(0, 5),
    minutes=st.integers(0, 3_000),
    chunk=st.integers(1, 50),
)
def test_each_time_has_one_end_and_the_policies_hold_also_in_chunks(
    missed: str,
    overlap: str,
    cap: int,
    parallel: int,
    deadline: float | None,
    unfinished: int,
    minutes: int,
    chunk: int,
) -> None:
    made = trigger(60, missed=missed, overlap=overlap, missed_cap=cap, parallel=parallel, deadline=deadline)
    start = NOW - timedelta(minutes=minutes)
    expected = cron.due(made.schedule, start, NOW, 10_000)
    after, ends = start, []
    while due := cron.due(made.schedule, after, NOW, chunk):
        keep = missed_that_run(made, after, NOW)
        verdicts = decide(made, due, NOW, missed=keep, unfinished=unfinished)
        unfinished += sum(one.skipped is None for one in verdicts)
        ends += verdicts
        after = due[-1]
    assert [one.fire for one in ends] == expected
    ran = [one.fire for one in ends if one.skipped is None]
    overdue = [fire for fire in ran if NOW - fire > LATE]
    assert len(overdue) <= {"all": cap, "latest": 1, "skip": 0}[missed]
    assert all(deadline is None or NOW - fire <= timedelta(seconds=deadline) for fire in ran)
    if overlap == "queue" and deadline is None and missed == "latest" and expected:
        assert expected[-1] in ran
