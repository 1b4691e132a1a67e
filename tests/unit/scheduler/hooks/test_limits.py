from hypothesis import given
from hypothesis import strategies as st

from scheduler.hooks.limits import Budget, Rate, Sparing


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_come_at_once_and_then_evenly() -> None:
    clock = Clock()
    rate = Rate(60, clock)
    assert [rate.take() for _ in range(61)] == [True] * 60 + [False]
    assert 0.9 < rate.wait() <= 1
    clock.now += 1.5
    assert rate.wait() == 0
    assert [rate.take() for _ in range(2)] == [True, False]


@given(st.integers(1, 30), st.lists(st.floats(0, 30), max_size=20))
def test_no_minute_sees_more_than_twice_the_rate(per_minute: int, steps: list[float]) -> None:
    clock = Clock()
    rate = Rate(per_minute, clock)
    passed: list[float] = []
    for step in steps:
        clock.now += step
        while rate.take():
            passed.append(clock.now)
    for at in passed:
        assert sum(at <= other < at + 60 for other in passed) <= 2 * per_minute + 1


def test_a_budget_is_what_is_left_of_it() -> None:
    budget = Budget(10)
    assert budget.take(7)
    assert not budget.take(4)
    assert budget.take(3)
    assert budget.full
    budget.give(3)
    assert not budget.full


def test_a_flood_is_counted_where_it_is_not_written_down() -> None:
    clock = Clock()
    sparing = Sparing(2, clock)
    assert [sparing.next("a") for _ in range(5)] == [0, 0, None, None, None]
    assert sparing.next("b") == 0
    clock.now += 30
    assert sparing.next("a") == 3
    assert sparing.next("a") is None
