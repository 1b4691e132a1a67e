"""What keeps a service that leaves when idle, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from scheduler.leaver import Leaver
from scheduler.visits import Visits
from studio.exceptions import StoreError
from studio.run import RunState
from studio.store.store import Store
from studio.store.triggers import NewTrigger, Trigger
from tests.contract.test_alerts import alert, end, queued, run


class Watched:
    """A service that may leave as soon as nobody needs it."""

    def __init__(self, store: Store, visits: Visits | None = None, seconds: float = 0.0) -> None:
        self.visits = visits or Visits()
        self.left = False
        self._leaver = Leaver(store, self.visits, seconds, self._leave)

    def _leave(self) -> None:
        self.left = True

    def stays(self) -> bool:
        """Whether it is still there after another look."""
        self._leaver.look()
        return not self.left


def trigger(store: Store, kind: str = "cron", **fields: Any) -> Trigger:
    run(store)  # so that there is the flow
    for one in store.history.page().items:
        end(store, one, RunState.SUCCEEDED)
    return store.triggers.add(NewTrigger("f_1", "daily", kind, {}, **fields))


def changed(store: Store, one: Trigger, **columns: Any) -> None:
    store.triggers.change(store.triggers.get(one.id), **columns)


def test_a_service_that_nobody_needs_leaves(store: Store) -> None:
    assert not Watched(store).stays()
    assert Watched(store, seconds=3600).stays(), "it leaves too soon"


def test_it_stays_while_a_run_has_not_ended_whoever_drives_it(store: Store) -> None:
    watched = Watched(store)
    waiting, driven = queued(store), run(store)
    assert watched.stays()
    store.runs.request_cancel(waiting.id)
    assert watched.stays()
    end(store, driven, RunState.SUCCEEDED)
    assert not watched.stays()


def test_it_stays_while_a_schedule_is_on_and_not_over(store: Store) -> None:
    watched = Watched(store)
    made = trigger(store, next_fire=store.now() + 10**15)
    assert watched.stays()
    changed(store, made, paused="Bob paused it")
    assert not Watched(store).stays()
    changed(store, made, paused=None)
    assert watched.stays()
    changed(store, made, next_fire=None)
    assert not watched.stays()


def test_it_stays_while_a_webhook_is_on(store: Store) -> None:
    watched = Watched(store)
    made = trigger(store, "webhook", path="shop")
    assert watched.stays()
    changed(store, made, paused="Bob paused it")
    assert not watched.stays()


def test_it_stays_while_something_is_to_be_told_and_may_be(store: Store) -> None:
    watched = Watched(store)
    made = alert(store, "failed")
    end(store, run(store))
    assert watched.stays()
    store.alerts.change(store.alerts.get(made.id), paused="Bob paused it")
    assert not watched.stays()


def test_work_that_comes_while_it_makes_up_its_mind_keeps_it(store: Store) -> None:
    class Late(Visits):
        def close(self) -> bool:
            queued(store)  # another process does
            return super().close()

    visits = Late()
    watched = Watched(store, visits)
    assert watched.stays()
    assert asyncio.run(ask(visits)).status_code == 200, "it lets nobody in any more"


def test_trouble_of_the_store_is_no_reason_to_leave(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise StoreError("It is locked.", retryable=True)

    watched = Watched(store)
    with monkeypatch.context() as patch:
        patch.setattr(store.figures, "anything_awaited", fail)
        assert watched.stays()
    assert not watched.stays()


# Visitors -------------------------------------------------------------------------------------------------------------


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(visits: Visits, during: Callable[[], None] = lambda: None) -> httpx.Response:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        during()
        await answer(scope, receive, send)

    transport = httpx.ASGITransport(app=visits.counted(application))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get("/runs")


def test_it_stays_while_somebody_is_answered_or_follows(store: Store) -> None:
    watched = Watched(store)
    seen: list[bool] = []
    looks = asyncio.run(ask(watched.visits, lambda: seen.extend([watched.stays(), watched.visits.close()])))
    assert looks.status_code == 200
    assert seen == [True, False]
    assert not watched.stays()


def test_it_stays_for_a_while_after_somebody_was_here(store: Store) -> None:
    visits = Visits()
    watched = Watched(store, visits, seconds=3600)
    visits._last = watched._leaver._needed = 0.0  # an hour passes
    asyncio.run(ask(visits))
    assert watched.stays()


def test_whoever_comes_once_it_leaves_is_told_to_come_again(store: Store) -> None:
    watched = Watched(store)
    assert not watched.stays()
    told = asyncio.run(ask(watched.visits))
    assert (told.status_code, told.headers["Retry-After"], told.json()["retryable"]) == (503, "1", True)
