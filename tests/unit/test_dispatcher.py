"""How places are shared out among runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.dispatcher.dispatcher import shared_out

wanted = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 20))


def test_a_run_with_many_steps_leaves_places_to_the_others() -> None:
    assert shared_out({"wide": 100, "a": 1, "b": 3}, 8) == {"wide": 4, "a": 1, "b": 3}
    assert shared_out({"wide": 100, "a": 1, "b": 3}, 2) == {"wide": 1, "a": 1}


@given(wanted, st.integers(-3, 100))
def test_all_places_are_taken_if_there_is_want_and_nobody_gets_more_than_wanted(
    wanted: dict[str, int], places: int
) -> None:
    shares = shared_out(wanted, places)
    assert sum(shares.values()) == min(max(0, places), sum(wanted.values()))
    assert all(0 < share <= wanted[name] for name, share in shares.items())


@given(wanted, st.integers(0, 100))
def test_nobody_is_two_places_ahead_of_one_who_wants_more(wanted: dict[str, int], places: int) -> None:
    shares = {name: shared_out(wanted, places).get(name, 0) for name in wanted}
    unsatisfied = [shares[name] for name in wanted if shares[name] < wanted[name]]
    assert all(share <= least + 1 for least in unsatisfied for share in shares.values())
