"""What one process has done to a PostgreSQL store others hear at once, without looking."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from scheduler import ticker as ticker_module
from scheduler.ticker import Ticker
from studio.app import App
from studio.executors.executor import AttemptKey, Executor, Report
from studio.flow import Flow, format_flow
from studio.order import Order
from studio.run import RunState
from studio.settings import Settings
from studio.store import news
from studio.store.leases import Places
from studio.store.listener import Listener
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.store.triggers import NewTrigger
from tests.cluster import wait_for
from tests.contract.test_ticker import HOUR, publish

PLACES = Places(10, 10)
PATH = Path("/project/one.flow")


class Idle:
    """Takes orders and runs nothing."""

    slots = 4
    outlives = True

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def submit(self, order: Order) -> None:
        self.taken.add(order.run)

    def cancel(self, key: AttemptKey) -> None:
        """Nothing runs."""

    def reports(self) -> list[Report]:
        return []

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture
def app(tmp_path: Path, postgresql_url: str) -> Iterator[App]:
    """An application that looks by itself every few minutes."""
    places = {"MILLRACE_HOME": str(tmp_path / "home"), "MILLRACE_STORE": postgresql_url, "MILLRACE_POLL_SECONDS": "60"}
    with App.open(Settings.from_environment(places)) as opened:
        yield opened


@pytest.fixture
def other(postgresql_url: str) -> Iterator[Store]:
    """The store as another process has it open."""
    with Store.open(postgresql_url) as store:
        yield store


@pytest.fixture
def there(app: App) -> Iterator[App]:
    """The application as another process has it open."""
    with App.open(app.settings) as opened:
        yield opened


def one_step() -> Flow:
    flow = Flow.new("One")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    return flow


def queued(store: Store) -> Run:
    flow = one_step()
    return store.runs.create(NewRun(flow.id, "One", format_flow(flow), [NewStep("one", "one", 0)]))


def trigger_made(store: Store) -> None:
    publish(store)
    flow = store.flows.list()[0]
    store.triggers.add(NewTrigger(flow.id, "daily", "cron", {}))


@contextmanager
def driving(app: App, executor: Executor) -> Iterator[None]:
    """A dispatcher that hears news, as a service has it, and is at rest."""
    wake, stopping = threading.Event(), threading.Event()
    dispatcher = app.dispatcher(executor, wake)
    listener = app.store.listener(lambda found: dispatcher.nudge())
    assert listener is not None
    threads = [
        threading.Thread(target=dispatcher.serve, args=(PLACES, stopping, lambda: listener.listening)),
        threading.Thread(target=listener.serve, args=(stopping,)),
    ]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: listener.listening, what="the listener")
        yield
    finally:
        stopping.set()
        dispatcher.hurry()
        for thread in threads:
            thread.join(60)


class Heard:
    """A listener in a thread, and what it was told."""

    def __init__(self, store: Store) -> None:
        self.told: list[Set[str]] = []
        self.free = threading.Event()
        """Whoever is told goes on only then."""
        self.free.set()
        self._stopping = threading.Event()
        self.listener = Listener(store.database, self._hear)
        self._thread = threading.Thread(target=self.listener.serve, args=(self._stopping,))

    def _hear(self, found: Set[str]) -> None:
        self.told.append(found)
        self.free.wait(60)

    def __enter__(self) -> Heard:
        self._thread.start()
        wait_for(lambda: self.told, what="the listener")
        self.told.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self.free.set()
        self._stopping.set()
        self._thread.join(60)


def backends(store: Store) -> list[int]:
    """The server's processes that serve listeners."""
    query = text("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")
    with store.database.read() as connection:
        return list(connection.scalars(query))


def kill(store: Store, pid: int) -> None:
    with store.database.read() as connection:
        connection.execute(select(func.pg_terminate_backend(pid)))


def test_runs_that_another_process_queues_or_wants_cancelled_are_seen_without_a_look(app: App, there: App) -> None:
    executor = Idle()
    with driving(app, executor):
        for _ in range(2):  # the second one certainly finds the dispatcher at rest
            run = there.queue_draft(one_step(), PATH, {}, asked={})
            wait_for(lambda run=run: there.store.runs.get(run.id).owner == app.owner, seconds=20, what="the claim")
        wait_for(lambda: run.id in executor.taken, what="the step")
        assert there.store.runs.request_cancel(run.id).cancel_requested
        wait_for(lambda: there.store.runs.get(run.id).state is RunState.CANCELLED, seconds=20, what="the end")


def test_a_run_that_another_process_lets_go_of_is_taken_up_without_a_look(app: App, there: App) -> None:
    with driving(app, Idle()):
        for _ in range(2):
            run = there.run_maker.make(one_step(), PATH, {})
            assert run.owner == there.owner
            assert there.store.leases.release(run.id, there.owner, run.epoch)
            wait_for(lambda run=run: there.store.runs.get(run.id).owner == app.owner, seconds=20, what="the claim")


def test_a_trigger_that_another_process_adds_fires_without_a_look(
    app: App, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker_module, "MOST_WAIT", 900.0)
    stopping, leaving = threading.Event(), ExitStack()
    ticker = Ticker(app.store)
    publish(other)
    (flow,) = other.flows.list()
    listener = app.store.listener(lambda found: ticker.nudge())
    assert listener is not None
    threads = [threading.Thread(target=one.serve, args=(stopping,)) for one in (ticker, listener)]
    for thread in threads:
        thread.start()
    heard = leaving.enter_context(Heard(other))
    try:
        settings: dict[str, Any] = {"schedule": {"every": 3600}, "inputs": {"month": "2026-10"}}
        for name in ("first", "second"):  # the second one certainly finds the ticker at rest
            due = other.now() // HOUR * HOUR
            made = other.triggers.add(NewTrigger(flow.id, name, "cron", settings, next_fire=due))
            wait_for(lambda made=made: other.triggers.ticks(made.id), seconds=20, what="the tick")
        wait_for(lambda: {"runs"} in heard.told, what="the news of the runs")
    finally:
        stopping.set()
        ticker.nudge()
        leaving.close()
        for thread in threads:
            thread.join(60)


def test_a_listener_that_has_lost_its_connection_listens_again_and_says_so_once(
    app: App, other: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with Heard(app.store) as heard:
        for _ in range(2):
            heard.told.clear()
            (pid,) = wait_for(lambda: backends(other), what="the listener's connection")
            kill(other, pid)
            wait_for(lambda: heard.told, what="that it listens again")
            assert heard.told[0] == news.ALL, "what happened meanwhile was not heard"
            queued(other)
            wait_for(lambda: {"runs"} in heard.told, what="the news")
        assert heard.listener.listening
    assert caplog.text.count("are not heard now") == 2
    assert not heard.listener.listening


def test_while_no_connection_can_be_made_it_says_so_once_and_looking_goes_on(
    postgresql_url: str, other: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.store import listener as room

    monkeypatch.setattr(room, "FIRST_WAIT", 0.01)
    with Store.open(postgresql_url) as store, Heard(store) as heard:
        tries: list[None] = []

        @event.listens_for(store.database.engine, "do_connect")
        def refuse(*_: object) -> None:
            tries.append(None)
            raise psycopg.OperationalError("the server starts")

        store.database.engine.dispose()
        (pid,) = backends(other)
        kill(other, pid)
        wait_for(lambda: len(tries) > 3, what="some tries")
        assert not heard.listener.listening
        event.remove(store.database.engine, "do_connect", refuse)
        wait_for(lambda: heard.listener.listening, what="that it listens again")
    assert caplog.text.count("are not heard now") == 1


def test_a_storm_of_news_is_told_as_one(postgresql_url: str, app: App, other: Store) -> None:
    with Heard(app.store) as heard, psycopg.connect(postgresql_url, autocommit=True) as storm:
        heard.free.clear()
        queued(other)
        wait_for(lambda: heard.told, what="the first news")
        for number in range(300):
            storm.execute("SELECT pg_notify('millrace', %s)", ("runs" if number % 2 else f"strange {number}",))
        heard.free.set()
        trigger_made(other)
        wait_for(lambda: any("triggers" in one for one in heard.told), what="the last news")
    assert len(heard.told) < 10
    assert set().union(*heard.told) == news.ALL


def test_nobody_is_told_of_what_was_undone(app: App, other: Store) -> None:
    with Heard(app.store) as heard:
        with suppress(DBAPIError), other.database.write() as connection:
            news.note(connection, "runs")
            connection.execute(text("SELECT 1 / 0"))
        with other.database.write() as connection:  # the same connection again
            connection.execute(text("SELECT 1"))
        trigger_made(other)
        wait_for(lambda: heard.told, what="the news")
    assert heard.told == [{"triggers"}]


def test_others_are_told_after_the_commit_and_not_within(other: Store) -> None:
    """Commits that notify go one after another through the whole server."""
    seen: list[str] = []
    engine = other.database.engine
    event.listen(engine, "commit", lambda connection: seen.append("commit"))
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *_: seen.append(statement.split("(")[0]))
    queued(other)
    at = seen.index("SELECT pg_notify")
    assert seen[at - 1] == "commit"
    assert seen[at:] == ["SELECT pg_notify", "commit"]


def test_a_run_is_queued_also_where_nobody_can_be_told(
    other: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "_TELL", select(func.pg_notify("x" * 100, "too long a name")))
    run = queued(other)
    assert other.runs.get(run.id).state is RunState.QUEUED
    assert "others are not told of a change" in caplog.text
