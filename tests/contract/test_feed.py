"""The feed of all runs' events, over SQLite and PostgreSQL alike: nothing is missed, whoever commits when."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from studio.exceptions import UserError
from studio.store import events
from studio.store.events import NewRunEvent, RunEvent
from studio.store.feed import Place
from studio.store.runs import NewRun
from studio.store.store import Store


def run(store: Store) -> str:
    return store.runs.create(NewRun("f_1", "Bank", "{}", [], owner="me", lease_seconds=60)).id


def append(store: Store, run_id: str, count: int = 1) -> None:
    with store.owned(run_id, "me", 1) as owned:
        for number in range(count):
            owned.append_event("log", text=str(number))


def everything(store: Store, place: Place, limit: int = 1000) -> list[RunEvent]:
    found = []
    while page := store.feed.after(place, limit):
        place = Place.behind(page[-1])
        found += page
    return found


def test_events_of_all_runs_come_in_one_order(store: Store) -> None:
    first, second = run(store), run(store)
    start = store.feed.end()
    for run_id in (first, second, first):
        append(store, run_id, 3)
    found = everything(store, start, limit=2)
    assert [(event.run_id, event.seq) for event in found] == [
        *((first, seq) for seq in (2, 3, 4)), *((second, seq) for seq in (2, 3, 4)),
        *((first, seq) for seq in (5, 6, 7)),
    ]  # fmt: skip
    assert [event.kind for event in store.feed.after(start, kinds=("run",))] == []
    assert everything(store, store.feed.end()) == []


def test_what_is_committed_late_is_not_passed_over(store: Store) -> None:
    """On PostgreSQL a transaction that began first may end last; its events must not lie behind whoever follows."""
    slow, quick = run(store), run(store)
    start = store.feed.end()
    written, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with store.owned(slow, "me", 1) as owned:
            owned.append_event("log", text="slow")
            owned.flush()
            written.set()
            assert go_on.wait(20)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert written.wait(20)
    if not store.database.is_sqlite:  # where only one writes at a time
        append(store, quick)
    seen = everything(store, start)
    go_on.set()
    writer.join()
    append(store, quick)
    place = Place.behind(seen[-1]) if seen else start
    found = seen + everything(store, place)
    assert {event.run_id for event in found} == {slow, quick}
    assert len({(event.run_id, event.seq) for event in found}) == len(found) == (2 if store.database.is_sqlite else 3)


def test_the_events_of_a_run_keep_their_order_whichever_transaction_began_first(store: Store) -> None:
    if store.database.is_sqlite:
        pytest.skip("one transaction writes at a time")
    run_id, start = run(store), store.feed.end()
    with store.database.write() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        append(store, run_id)
        events.append(connection, run_id, 2, [NewRunEvent("log")])
    assert [event.seq for event in everything(store, start)] == [2, 3]


def test_a_follower_gets_each_event_once_while_many_write(store: Store) -> None:
    run_ids = [run(store) for _ in range(6)]
    place = store.feed.end()
    found: list[tuple[str, int]] = []
    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(lambda run_id: [append(store, run_id, 2) for _ in range(15)], one) for one in run_ids]
        while True:
            ended = all(writer.done() for writer in writers)
            for event in store.feed.after(place, 7):
                place = Place.behind(event)
                found.append((event.run_id, event.seq))
            if ended and not store.feed.after(place):
                break
    assert sorted(found) == sorted((run_id, seq) for run_id in run_ids for seq in range(2, 32))
    for run_id in run_ids:
        seqs = [seq for one, seq in found if one == run_id]
        assert seqs == sorted(seqs)


def test_a_place_is_its_text() -> None:
    place = Place(12, "0197-ab", 3)
    assert Place.parse(str(place)) == place
    for wrong in ("", "1.2", "1.x.2", "9" * 30 + "..1", "1..2 "):
        with pytest.raises(UserError, match="no place"):
            Place.parse(wrong)
