"""The history: pages, filters and search, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from studio.exceptions import UserError
from studio.problem import Failure
from studio.run import RunState, StepState
from studio.store import events, history, tables, texts
from studio.store.history import Filter, Page
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store


def start(store: Store, flow: str = "f_1", **fields: Any) -> Run:
    steps = [NewStep("bank", "bank", 0)]
    given = {"flow_id": flow, "flow_name": f"Flow {flow}", "document_text": "{}", "steps": steps, **fields}
    return store.runs.create(NewRun(**{"owner": "me", "lease_seconds": 60, **given}))


def end(store: Store, run: Run, state: RunState = RunState.SUCCEEDED, failure: Failure | None = None) -> None:
    with store.owned(run.id, "me", 1) as owned:
        owned.set_run(state, failure=failure)


def say(store: Store, run: Run, *lines: str) -> None:
    with store.owned(run.id, "me", 1) as owned:
        for line in lines:
            owned.append_event("log", "bank", text=line)


def said(store: Store, *lines: str, **fields: Any) -> Run:
    """A run that has ended and logged so."""
    run = start(store, **fields)
    say(store, run, *lines)
    end(store, run)
    return run


def made_at(store: Store, times: dict[str, int]) -> None:
    """Let runs have been made then (microseconds)."""
    with store.database.write() as connection:
        for run_id, created in times.items():
            for table, key in ((tables.run, "id"), (tables.run_text, "run_id")):
                connection.execute(update(table).where(table.c[key] == run_id).values(created=created))


def ids(page: Page) -> list[str]:
    return [run.id for run in page.items]


def listed(store: Store, limit: int = 50, **wanted: Any) -> list[str]:
    """All pages of the filter, one after another."""
    return list(itertools.chain(*pages(store, limit, Filter(**wanted))))


def pages(store: Store, limit: int, wanted: Filter) -> Iterator[list[str]]:
    key = None
    while True:
        page = store.history.page(limit, key, wanted)
        yield ids(page)
        assert len(page.items) == limit or page.next is None
        if (key := page.next) is None:
            return


def found(store: Store, wanted: str) -> list[str]:
    return listed(store, text=wanted)


@pytest.fixture(params=[(100, 100), (0, 1), (0, 100)], ids=["few", "many", "looked through"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All ways of a search: by the index, by looking through a part first, and by looking through all."""
    found, looked_through = request.param
    monkeypatch.setattr(history, "FEW", found)
    monkeypatch.setattr(history, "LOOKED_THROUGH", looked_through)


# ---- pages


def test_runs_are_listed_page_by_page_while_others_come(store: Store) -> None:
    made = [start(store).id for _ in range(5)]
    first = store.history.page(2)
    start(store)
    second = store.history.page(2, first.next)
    third = store.history.page(2, second.next)
    assert [run.id for page in (first, second, third) for run in page.items] == made[::-1]
    assert third.next is None
    assert len(store.history.page().items) == 6


def test_runs_of_the_same_moment_are_each_on_one_page(store: Store, way: None) -> None:
    made = [said(store, "hello").id for _ in range(7)]
    made_at(store, dict.fromkeys(made, 5))
    for limit in (1, 2, 3, 7, 8):
        assert listed(store, limit) == sorted(made, reverse=True)
        assert listed(store, limit, states=(RunState.SUCCEEDED, RunState.FAILED)) == sorted(made, reverse=True)
        assert listed(store, limit, text="hello") == sorted(made, reverse=True)


def test_a_key_stays_good_when_its_run_is_deleted(store: Store) -> None:
    made = [said(store, "hello").id for _ in range(3)]
    key = store.history.page(1).next
    store.runs.delete(made[2])
    assert ids(store.history.page(5, key)) == [made[1], made[0]]


@pytest.mark.parametrize("key", ["nonsense", "1", "x.y", ".", "².a", "9" * 30 + ".a", "1.a\0", "1.a\n"])
def test_a_wrong_key_of_a_page_is_the_askers_mistake(store: Store, key: str) -> None:
    with pytest.raises(UserError, match="not the key of a page"):
        store.history.page(before=key)


# ---- filters


def test_runs_are_listed_by_flow_and_state(store: Store) -> None:
    bank, ledger = start(store), start(store, "f_2", flow_name="Ledger")
    end(store, ledger)
    assert listed(store, flow="f_2") == listed(store, flow="Ledger") == [ledger.id]
    assert listed(store, states=(RunState.RUNNING,)) == [bank.id]
    assert listed(store, states=(RunState.RUNNING, RunState.SUCCEEDED, RunState.RUNNING)) == [ledger.id, bank.id]
    assert listed(store, flow="f_2", states=(RunState.RUNNING,)) == []
    assert listed(store, flow="No such flow") == listed(store, flow="No such flow", text="any") == []


def test_a_name_means_all_flows_that_have_it_now_with_all_their_runs(store: Store) -> None:
    old = start(store, flow_name="Ledger")
    other = start(store, "f_2", flow_name="Bank")
    renamed = start(store, flow_name="Bank")
    assert listed(store, flow="Bank") == [renamed.id, other.id, old.id]
    assert listed(store, flow="Ledger") == []


def test_very_many_flows_may_have_one_name(store: Store) -> None:
    """With all states, more than SQLite's 500 parts of one query."""
    made = [start(store, f"f_{number}", flow_name="Untitled").id for number in range(90)]
    assert listed(store, flow="Untitled", states=tuple(RunState)) == made[::-1]
    assert listed(store, flow="Untitled", states=tuple(RunState), text="hello") == []


def test_runs_are_listed_by_trigger(store: Store) -> None:
    start(store)
    first, second = (start(store, trigger_id="t_1") for _ in range(2))
    start(store, trigger_id="t_2")
    end(store, first)
    assert listed(store, trigger_id="t_1") == [second.id, first.id]
    assert listed(store, trigger_id="t_1", states=(RunState.SUCCEEDED,)) == [first.id]
    assert listed(store, trigger_id="t_1", flow="f_2") == []


def test_runs_are_listed_from_a_time_on_and_before_another(store: Store, way: None) -> None:
    made = [said(store, "hello").id for _ in range(4)]
    made_at(store, {run: number for number, run in enumerate(made)})
    for more in ({}, {"text": "hello"}):
        assert listed(store, since=1, until=3, **more) == [made[2], made[1]]
        assert listed(store, since=3, **more) == [made[3]]
        assert listed(store, until=1, **more) == [made[0]]
        assert listed(store, since=2, until=2, **more) == []


# ---- search


def test_all_words_must_occur_in_any_order_and_case_each_may_be_a_beginning(store: Store, way: None) -> None:
    run = said(store, "Read 1204 rows", "from Bank_Statement.csv")
    said(store, "Read nothing")
    said(store, "Unread: narrows, understatement, csv, 91204")
    for wanted in ("rows read", "READ 12", "statement csv", "bank_statement.csv", "1204", "rea ro ban"):
        assert found(store, wanted) == [run.id], wanted
    for wanted in ("rows nothing", "tatement", "204", "12040", "reads"):
        assert found(store, wanted) == [], wanted


def test_failures_of_the_run_and_of_its_steps_are_found(store: Store, way: None) -> None:
    run = start(store)
    with store.owned(run.id, "me", 1) as owned:
        owned.set_step("bank", StepState.BLOCKED, StepState.READY)
        owned.set_step("bank", StepState.READY, StepState.FAILED, failure=Failure("no_column", "No amount.", "Add it."))
        owned.append_event("log", "bank", text="the last words")
        owned.set_run(RunState.FAILED, failure=Failure("late", "Too slow.", cure="Hurry."))
    for wanted in ("amount", "no_column", "add", "late", "slow", "hurry", "amount last words hurry"):
        assert found(store, wanted) == [run.id], wanted


def test_a_run_that_was_too_late_is_found_by_that(store: Store) -> None:
    run = start(store, owner=None, lease_seconds=None, start_by=1)
    assert store.runs.expire() == [run.id]
    assert found(store, "deadline") == [run.id]


def test_only_runs_that_have_ended_are_found_by_words(store: Store, way: None) -> None:
    run = start(store)
    say(store, run, "hello")
    assert found(store, "hello") == []
    end(store, run)
    assert found(store, "hello") == [run.id]


def test_a_search_goes_with_every_filter(store: Store, way: None) -> None:
    plain = said(store, "hello one")
    other = said(store, "hello two", flow="f_2", flow_name="Ledger")
    fired = said(store, "hello three", trigger_id="t_1")
    failed = start(store)
    say(store, failed, "hello four")
    end(store, failed, RunState.FAILED)
    assert found(store, "hello") == [failed.id, fired.id, other.id, plain.id]
    assert listed(store, text="hello", flow="Ledger") == [other.id]
    assert listed(store, text="hello", flow="f_1") == [failed.id, fired.id, plain.id]
    assert listed(store, text="hello", trigger_id="t_1") == [fired.id]
    assert listed(store, text="hello", states=(RunState.FAILED,)) == [failed.id]
    assert listed(store, 1, text="hello", states=(RunState.FAILED, RunState.SUCCEEDED), flow="f_1") == [
        failed.id, fired.id, plain.id,
    ]  # fmt: skip
    assert listed(store, text="three", states=(RunState.FAILED,)) == []


def test_what_is_kept_beside_the_words_is_no_word(store: Store, way: None) -> None:
    said(store, "hello", trigger_id="t_1")
    for wanted in ("s", "f", "t", "§s", "succeeded", "f_1", "t_1"):
        assert found(store, wanted) == [], wanted


ODD = [
    "it's \"quoted\" and 'half",
    "100% of_it \\ back\\slash",
    "Übergröße in Straße",
    "Gro\u0308ße decomposed",  # o and its dots are two characters here
    "rocket 🚀 launched 👩‍🚀",
    "x" * 100_000 + " after",
    "AND OR NOT NEAR(a b) -minus +plus col:umn ^first a* {b} <-> !c & | ()",
    "nul\0byte half\ud800pair",
    "日本語 のテキスト",
    "ΣΊΣΥΦΟΣ ǅ İstanbul ﬁne ²",
    "'); DROP TABLE run; --",
    "tab\tnew\nline\r\nreturn",
]
ASKED = [
    "'", "it's", '"quoted"', "%", "100%", "of_it", "_", "\\", "\\slash", "back\\slash", "ÜBERGRÖSSE", "strasse",
    "gro", "größe", "u", "🚀", "rocket 🚀", "x" * 64, "x" * 90_000, "x after", "AND", "or NOT near", "NEAR(a b)",
    "NEAR(", "a*", "*", "-minus", "-x", "plus OR nothing", "col:umn", "words:umn", "^first", "{b}", "<->", "!c",
    "c & !a", "a | zzz", ")", "nul\0byte", "\0", "half\ud800pair", "\ud800", "日本", "本語", "σίσυφος", "ǆ",
    "istanbul", "i stanbul", "fine", "2", "DROP TABLE run; --", "';--", "new line", "\n", " ", "§", "tab:*",
    "'tab':*", "tab'", 'tab"', 'tab" OR "x',
]  # fmt: skip


def test_odd_texts_and_questions_mean_the_same_in_both_databases(store: Store, way: None) -> None:
    made = {said(store, odd).id: texts.words_of(odd) for odd in ODD}
    for wanted in ASKED:
        words = texts.words_of(wanted)
        if not words:
            with pytest.raises(UserError, match="no word"):
                found(store, wanted)
            continue
        expected = [run for run, has in made.items() if all(any(one.startswith(word) for one in has) for word in words)]
        assert found(store, wanted) == expected[::-1], wanted
    assert len(listed(store)) == len(ODD)


FOUND = {
    "it's half": 0, "quoted": 0, "of_it": 1, "slash": 1, "strasse": 2, "größe decomposed": 3, "rocket": 4,
    "x" * 70_000: 5, "not minus umn first": 6, "nul byte": 7, "日本": 8, "σίσυφος fine 2": 9, "drop": 10, "new li": 11,
}  # fmt: skip


def test_odd_texts_are_found(store: Store, way: None) -> None:
    made = [said(store, one).id for one in ODD]
    for wanted, number in FOUND.items():
        assert found(store, wanted) == [made[number]], wanted


def test_too_many_words_are_the_askers_mistake(store: Store) -> None:
    assert found(store, " ".join(f"w{number}" for number in range(texts.MOST_ASKED))) == []
    with pytest.raises(UserError, match="Give at most"):
        found(store, " ".join(f"w{number}" for number in range(10_000)))


def test_a_deleted_run_leaves_no_word(store: Store, way: None) -> None:
    gone, kept = said(store, "secret plan"), said(store, "secret kept")
    store.runs.delete(gone.id)
    assert found(store, "secret") == [kept.id]
    again = said(store, "another")
    assert found(store, "plan") == []
    assert found(store, "another") == [again.id]
    with store.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.run_text)).scalar_one() == 2
        if store.database.is_sqlite:
            check = "INSERT INTO run_word (run_word, rank) VALUES ('integrity-check', 1)"
            connection.execute(text(check))


# ---- what is kept of a log


def test_of_a_long_log_the_end_is_kept_and_found(store: Store, way: None) -> None:
    run = start(store)
    with store.owned(run.id, "me", 1) as owned:
        for number in range(events.LOG_EVENTS):
            owned.append_event("log", "bank", text=f"line{number}")
    with store.owned(run.id, "me", 1) as owned:
        for number in range(events.LOG_EVENTS):
            owned.append_event("log", "bank", text=f"more{number}")
    kept = store.events.of(run.id, limit=10_000)
    assert (kept[0].seq, kept[0].kind, kept[-1].seq) == (1, "run", 2 * events.LOG_EVENTS + 1)
    assert events.LOG_EVENTS <= len(kept) - 1 < events.LOG_EVENTS + 200
    end(store, run)
    assert found(store, "more7 more999") == [run.id]
    assert found(store, "line7") == []


def test_of_a_long_line_the_end_is_kept(store: Store) -> None:
    run = said(store, "begin " + "x " * events.LOG_CHARACTERS + "finish")
    _born, event, *_ = store.events.of(run.id)
    assert len(event.data["text"]) < events.LOG_CHARACTERS + 10
    assert found(store, "finish") == [run.id]
    assert found(store, "begin") == []


def test_the_words_of_a_run_are_bounded_and_failures_come_first(store: Store) -> None:
    run = start(store)
    for part in range(40):
        say(store, run, " ".join(f"w{part}n{number}" for number in range(1500)))
    end(store, run, RunState.FAILED, Failure("user", "It broke.", "Mend it."))
    with store.database.read() as connection:
        words = connection.execute(select(tables.run_text.c.words)).scalar_one()
    assert len(words.split()) < texts.MOST_WORDS + 10
    assert found(store, "broke") == found(store, "w39n7") == [run.id]
    assert found(store, "w0n7") == []


# ---- all together

VOCABULARY = ["alpha", "alphabet", "beta", "gamma", "7", "77"]
FLOWS = ["f_1", "f_2", "f_3"]
TRIGGERS = [None, "t_1", "t_2"]


@dataclass(frozen=True)
class Made:
    """A run as it is expected to be found. Without words, it has none or has not ended."""

    id: str
    created: int
    flow: str
    trigger: str | None
    state: RunState
    words: frozenset[str]


@pytest.fixture
def many(store: Store) -> list[Made]:
    """All combinations, in few moments, so that many are of the same one."""
    states = [RunState.RUNNING, RunState.SUCCEEDED, RunState.FAILED]
    made = []
    for number, (flow, trigger, state) in enumerate(itertools.product(FLOWS, TRIGGERS, states)):
        words = frozenset(VOCABULARY[n] for n in range(len(VOCABULARY)) if (number * 13 + 5) >> n & 1)
        run = start(store, flow, flow_name="Last" if flow != "f_1" else "First", trigger_id=trigger)
        say(store, run, " ".join(words))
        if state is not RunState.RUNNING:
            end(store, run, state)
        made.append(Made(run.id, number * 7 % 5, flow, trigger, state, words if state.ended else frozenset()))
    made_at(store, {one.id: one.created for one in made})
    return sorted(made, key=lambda one: (one.created, one.id), reverse=True)


def fits(one: Made, wanted: Filter) -> bool:
    names = {"First": ["f_1"], "Last": ["f_2", "f_3"], None: FLOWS}
    return (
        one.flow in names.get(wanted.flow, [wanted.flow])
        and (not wanted.states or one.state in wanted.states)
        and wanted.trigger_id in (None, one.trigger)
        and (wanted.since is None or one.created >= wanted.since)
        and (wanted.until is None or one.created < wanted.until)
        and all(any(has.startswith(word) for has in one.words) for word in wanted.text.lower().split())
    )


moments = st.none() | st.integers(0, 6)
filters = st.builds(
    Filter,
    flow=st.sampled_from([None, None, "First", "Last", *FLOWS, "none"]),
    states=st.lists(st.sampled_from(list(RunState)), max_size=3).map(tuple),
    trigger_id=st.sampled_from(TRIGGERS),
    since=moments,
    until=moments,
    text=st.lists(st.sampled_from([*VOCABULARY, "al", "ALPHA", "g", "zeta"]), max_size=2).map(" ".join),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=filters, limit=st.integers(1, 12), few=st.sampled_from([0, 3, 100]), through=st.sampled_from([1, 5, 100]))
def test_the_pages_put_together_are_the_filtered_list(
    store: Store, many: Sequence[Made], wanted: Filter, limit: int, few: int, through: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "FEW", few)
        patch.setattr(history, "LOOKED_THROUGH", through)
        put_together = list(itertools.chain(*pages(store, limit, wanted)))
    assert put_together == [one.id for one in many if fits(one, wanted)]
