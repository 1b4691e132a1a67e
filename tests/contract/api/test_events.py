"""The events stream: complete, in order, and to be taken up again anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scheduler.feeder import Feeder
from studio.run import RunState
from studio.store.events import RunEvent
from studio.store.feed import Place
from studio.store.runs import NewRun
from studio.store.steps import NewStep
from tests.cluster import wait_for
from tests.contract.api.conftest import Served


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream, each with its kind and id."""
    found: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and "event" in found:
            yield {"kind": found["event"], "id": found["id"], **json.loads(found["data"])}
        found = {} if not line else found | {name: value}


def run(served: Served, flow_id: str = "f_1") -> str:
    new = NewRun(flow_id, "Bank", "{}", [NewStep("a", "a", 0)], owner="me", lease_seconds=60)
    return served.app.store.runs.create(new).id


def log(served: Served, run_id: str, text: str) -> None:
    with served.app.store.owned(run_id, "me", 1) as owned:
        owned.append_event("log", "a", text=text)


def end(served: Served, run_id: str) -> None:
    with served.app.store.owned(run_id, "me", 1) as owned:
        owned.set_run(RunState.FAILED, failure={"code": "x", "message": "x"})
        owned.append_event("run", state=RunState.FAILED)


def test_a_run_is_followed_from_its_beginning_to_its_end(served: Served) -> None:
    run_id = run(served)
    log(served, run_id, "before")
    with served.local.stream("GET", "/events", params={"run": run_id}) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        stream = events(answer)
        assert next(stream)["data"] == {"state": "running"}
        assert next(stream)["data"] == {"text": "before"}
        other = run(served)
        log(served, other, "of another run")
        log(served, run_id, "line\n\nevent: end \ud800")
        assert next(stream)["data"] == {"text": "line\n\nevent: end \ud800"}
        end(served, run_id)
        rest = list(stream)
    assert [(one["kind"], one["id"]) for one in rest] == [("run", "4"), ("end", "4")]
    for last, kinds in (("2", ["log", "run", "end"]), ("4", ["end"])):
        with served.local.stream("GET", "/events", params={"run": run_id}, headers={"Last-Event-ID": last}) as again:
            assert [one["kind"] for one in events(again)] == kinds


def test_all_runs_are_followed_and_none_is_missed_after_a_loss(served: Served) -> None:
    run_ids = [run(served) for _ in range(3)]
    log(served, run_ids[0], "old")
    with served.local.stream("GET", "/events") as answer:
        stream = events(answer)
        wait_for(lambda: served.feeder._start, what="the first look")
        for number in range(6):
            log(served, run_ids[number % 3], str(number))
        first = [next(stream) for _ in range(2)]
    assert [one["data"]["text"] for one in first] == ["0", "1"]
    for number in range(6, 9):
        log(served, run_ids[number % 3], str(number))
    with served.local.stream("GET", "/events", headers={"Last-Event-ID": first[-1]["id"]}) as answer:
        stream = events(answer)
        assert [next(stream)["data"]["text"] for _ in range(7)] == [str(number) for number in range(2, 9)]


def test_who_is_cut_off_before_the_first_event_knows_where_to_go_on(served: Served) -> None:
    run_id = run(served)
    with served.local.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        place = next(line for line in lines if line.startswith("id: ")).removeprefix("id: ")
        assert next(lines) == "", "browsers take it for an event otherwise"
    log(served, run_id, "meanwhile")
    with served.local.stream("GET", "/events", headers={"Last-Event-ID": place}) as answer:
        assert next(events(answer))["data"]["text"] == "meanwhile"


def test_a_place_that_the_store_does_not_know_is_said_so(served: Served) -> None:
    far = str(Place(10**17))
    with served.local.stream("GET", "/events", headers={"Last-Event-ID": far}) as answer:
        assert next(events(answer))["kind"] == "reset"
    assert served.local.get("/events", headers={"Last-Event-ID": "'; --"}).status_code == 422
    assert served.local.get("/events", params={"run": "0" * 8 + "-0000-0000-0000-" + "0" * 12}).status_code == 404


def test_many_clients_are_served_by_one_look(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    after = served.app.store.feed.after

    def counted(*given: Any) -> list[RunEvent]:
        found = after(*given)
        looks.append(len(found))
        return found

    monkeypatch.setattr(served.app.store.feed, "after", counted)
    run_id = run(served)
    clients = [served.local.stream("GET", "/events", params={"run": run_id}) for _ in range(8)]
    streams = [events(client.__enter__()) for client in clients]
    assert {next(stream)["kind"] for stream in streams} == {"run"}
    for number in range(20):
        log(served, run_id, str(number))
        assert {next(stream)["data"]["text"] for stream in streams} == {str(number)}
    for client in clients:
        client.__exit__(None, None, None)
    assert sum(count > 0 for count in looks) <= 20 + 8
    wait_for(lambda: not served.feeder._wakes, what="the last client's leaving")


def test_a_client_that_takes_nothing_is_let_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.api.events.SEND_SECONDS", 0.2)
    run_id = run(served)
    with served.local.stream("GET", "/events"):
        wait_for(lambda: served.feeder._start, what="the first look")
        for _ in range(300):
            log(served, run_id, "x" * 15_000)
        wait_for(lambda: not served.feeder._wakes, what="the client's leaving")


def test_a_follower_that_is_behind_reads_from_the_store(served: Served) -> None:
    feeder = Feeder(served.app.store, kept=3)
    run_id = run(served)
    start = served.app.store.feed.end()

    async def follow() -> list[str]:
        stream = feeder.follow(start)
        texts: list[str] = []
        log(served, run_id, "0")
        while len(texts) < 12:
            if len(texts) == 1:  # more than are kept come while nobody listens
                for number in range(1, 12):
                    log(served, run_id, str(number))
                while await asyncio.to_thread(feeder.look):
                    pass
            texts += [event.data["text"] for event in await anext(stream)]
        await stream.aclose()
        return texts

    assert asyncio.run(follow()) == [str(number) for number in range(12)]
    assert len(feeder._events) == 0


def test_metrics_count_what_happens(served: Served) -> None:
    run_id = run(served)
    with served.app.store.owned(run_id, "me", 1) as owned:
        owned.append_event("step", "a", state="succeeded", seconds=0.3)
        owned.append_event("lost", "a", attempt=1)
    end(served, run_id)
    served.app.store.runs.create(NewRun("f_1", "Bank", "{}", []))
    text = served.local.get("/metrics").text
    assert 'millrace_runs{state="queued"} 1.0' in text
    assert 'millrace_runs_ended_total{state="failed"} 1.0' in text
    assert "millrace_queue_delay_seconds_count 1.0" in text
    assert 'millrace_step_seconds_count{state="succeeded"} 1.0' in text
    assert "millrace_attempts_lost_total 1.0" in text
    assert 'millrace_loop_turned_seconds{loop="ticker"}' in text
    assert 'millrace_runs_ended_total{state="failed"} 1.0' in served.local.get("/metrics").text
