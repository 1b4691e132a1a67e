"""Which runs give their artifacts up. Times are microseconds, sizes bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.artifacts.root import Entry
from studio.keeper import LASTING, choose
from studio.run import RunState
from studio.store.retention import Holdings, KeptRun

ENDED = [state for state in RunState if state.ended]


def run(number: int, state: RunState = RunState.CANCELLED, flow: str = "f") -> KeptRun:
    return KeptRun(f"r{number:02}", flow, "Bank", state, number if state.ended else None)


def file(run_id: str, size: int, name: str = "a/1-x/table.arrow") -> Entry:
    return Entry(f"runs/{run_id}/{name}", size, 0.0)


def names(files: list[Entry], holdings: Holdings, before: int | None, most: int | None) -> list[tuple[str, str, int]]:
    return [(one.run.id, one.why, one.bytes) for one in choose(files, holdings, before=before, most=most)]


def test_old_runs_go_and_then_the_oldest_others_until_the_rest_is_small_enough() -> None:
    runs = [run(number) for number in range(1, 6)]
    files = [file(one.id, 10) for one in runs]
    holdings = Holdings(runs, {}, set())
    assert names(files, holdings, 3, None) == [("r01", "age", 10), ("r02", "age", 10)]
    assert names(files, holdings, 2, 20) == [("r01", "age", 10), ("r02", "size", 10), ("r03", "size", 10)]
    assert names(files, holdings, 2, 40) == [("r01", "age", 10)]
    assert names(files, holdings, None, 50) == []


def test_the_last_success_and_the_last_failure_of_each_flow_stay() -> None:
    succeeded, failed = RunState.SUCCEEDED, RunState.FAILED
    runs = [run(1, succeeded, "other"), run(2, failed), run(3, failed), run(4, succeeded), run(5, succeeded), run(6)]
    assert [name for name, *_ in names([], Holdings(runs, {}, set()), 9, None)] == ["r02", "r04", "r06"]


def test_a_run_that_goes_on_stays_however_large_it_is() -> None:
    runs = [run(1, RunState.RUNNING), run(2, RunState.QUEUED), run(3)]
    files = [file("r01", 1000), file("r03", 1)]
    assert names(files, Holdings(runs, {}, set()), None, 10) == [("r03", "size", 1)]


def test_what_a_kept_run_has_reused_is_free_only_with_that_run() -> None:
    runs = [run(1), run(2), run(3)]
    files = [file("r01", 100), file("r01", 5, "b/1-y/table.arrow"), file("r02", 7), file("r03", 1)]
    holdings = Holdings(runs, {"runs/r01/a/1-x/": {"r02"}}, set())
    assert names(files, holdings, None, 50) == [("r01", "size", 5), ("r02", "size", 107)]


def test_what_nobody_refers_to_does_not_count() -> None:
    assert names([file("gone", 1000), file("r01", 10)], Holdings([run(1)], {}, set()), None, 10) == []


@st.composite
def stores(draw: st.DrawFn) -> tuple[list[Entry], Holdings]:
    """Runs in the order of their ends, one folder each; some reuse what an earlier one, kept or not, has made."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(RunState), st.sampled_from("fg"), st.booleans()), max_size=12))
    everybody = [run(number, state, flow) for number, (state, flow, _) in enumerate(drawn)]
    kept = [one for one, (state, _, forgotten) in zip(everybody, drawn, strict=True) if not (state.ended and forgotten)]
    files = [file(one.id, draw(st.integers(0, 20))) for one in everybody]
    reused: dict[str, set[str]] = {}
    for one in kept:
        earlier = [other.id for other in everybody if other.id < one.id]
        for other in draw(st.sets(st.sampled_from(earlier), max_size=3)) if earlier else ():
            reused.setdefault(f"runs/{other}/a/1-x/", set()).add(one.id)
    return files, Holdings(kept, reused, set())


def held(files: list[Entry], holdings: Holdings, without: set[str]) -> int:
    """The bytes that runs but for those `without` hold."""
    own = {f"runs/{one.id}/" for one in holdings.runs if one.id not in without}
    others = {folder for folder, holders in holdings.reused.items() if holders - without}
    return sum(entry.bytes for entry in files if entry.path.startswith(tuple(own | others)))


@given(stores(), st.none() | st.integers(0, 12), st.none() | st.integers(0, 150))
def test_no_choice_takes_what_is_always_kept_or_more_than_it_must(
    store: tuple[list[Entry], Holdings], before: int | None, most: int | None
) -> None:
    files, holdings = store
    chosen = choose(files, holdings, before=before, most=most)
    ids = [one.run.id for one in chosen]
    always = {one.id for one in holdings.runs if not one.state.ended}
    for flow in "fg":
        for state in LASTING:
            always |= {one.id for one in holdings.runs if (one.flow_id, one.state) == (flow, state)} and {
                max(one.id for one in holdings.runs if (one.flow_id, one.state) == (flow, state))
            }
    may_go = [one for one in holdings.runs if one.id not in always]
    assert ids == [one.id for one in may_go][: len(ids)]
    old = [one.id for one in may_go if before is not None and one.ended is not None and one.ended < before]
    assert [one.run.id for one in chosen if one.why == "age"] == old
    left = held(files, holdings, set(ids))
    assert sum(one.bytes for one in chosen) == held(files, holdings, set()) - left
    if most is not None:
        assert left <= most or len(ids) == len(may_go)
    if chosen and chosen[-1].why == "size":
        assert most is not None
        assert held(files, holdings, set(ids[:-1])) > most
