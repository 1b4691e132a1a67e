"""The WebSocket of a window: what it follows, side by side, and what becomes of that when something breaks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from websocket import WebSocketBadStatusException, WebSocketException

from studio.flow import Flow
from studio.run import RunState
from studio.store.runs import NewRun
from studio.store.steps import NewStep
from studio.store.store import Store
from tests.cluster import wait_for
from tests.jupyter import Jupyter, Window, ended, run_flow, start_service

TALKING = """
import time
from pathlib import Path

def run(*, gate: str, run: RunContext) -> Json:
    number = 0
    while not Path(gate).exists():
        run.log(f"line {number}")
        number += 1
        time.sleep(0.02)
    return number
"""


@pytest.fixture
def window(jupyter: Jupyter) -> Iterator[Window]:
    made = jupyter.stream()
    yield made
    made.close()


def talking(jupyter: Jupyter, client: httpx.Client, name: str) -> str:
    """A run that logs lines until the file `name` is there."""
    flow = Flow.new(name)
    flow.add("code", "talk", source=TALKING, params={"gate": str(jupyter.root / name)})
    return run_flow(client, flow, jupyter.root / f"{name}.flow")


def stored(client: httpx.Client, run_id: str) -> list[dict[str, Any]]:
    """All events of a run, as the store has them."""
    found: list[dict[str, Any]] = client.get(f"api/runs/{run_id}/events").json()["items"]
    return found


def until_end(window: Window, id: str) -> list[dict[str, Any]]:
    """The events that come under an id, until its end."""
    found = []
    while not (message := window.next("event", "end", "error")).get("end"):
        assert "error" not in message, message
        if message["id"] == id:
            found.append(message["event"])
    return found


def test_a_window_is_told_the_state_of_the_service_and_starts_it_by_following(jupyter: Jupyter, window: Window) -> None:
    assert window.next()["service"]["state"] == "down"
    window.subscribe("all", "/events")
    states = [window.next("service")["service"]["state"] for _ in range(2)]
    assert states == ["starting", "ready"]
    assert window.next("last")["id"] == "all"


def test_two_runs_are_followed_side_by_side(jupyter: Jupyter, client: httpx.Client, window: Window) -> None:
    window.subscribe("all", "/events")
    window.next("last")
    runs = [talking(jupyter, client, name) for name in ("one", "two")]
    for number, run_id in enumerate(runs):
        window.subscribe(f"r{number}", f"/runs/{run_id}/events")
    for name in ("one", "two"):
        (jupyter.root / name).touch()
    found: dict[str, list[dict[str, Any]]] = {"all": [], "r0": [], "r1": []}
    ends: set[str] = set()
    while ends != {"r0", "r1"} or len(found["all"]) < len(found["r0"]) + len(found["r1"]):
        message = window.next("event", "end")
        if message.get("end"):
            ends.add(message["id"])
        else:
            found[message["id"]].append(message["event"])
    for number, run_id in enumerate(runs):
        assert found[f"r{number}"] == stored(client, run_id)
        assert [event for event in found["all"] if event["run_id"] == run_id] == found[f"r{number}"]


def test_a_window_that_comes_back_goes_on_behind_its_last_event(jupyter: Jupyter, client: httpx.Client) -> None:
    run_id = talking(jupyter, client, "again")
    first = jupyter.stream()
    first.subscribe("r", f"/runs/{run_id}/events")
    begun = [first.next("event") for _ in range(3)]
    first.close()
    (jupyter.root / "again").touch()
    assert ended(client, run_id) == "succeeded"
    second = jupyter.stream()
    second.subscribe("r", f"/runs/{run_id}/events", begun[-1]["last"])
    rest = until_end(second, "r")
    second.close()
    assert [message["event"] for message in begun] + rest == stored(client, run_id)


def test_a_killed_service_costs_no_event_and_none_comes_twice(
    jupyter: Jupyter, client: httpx.Client, window: Window
) -> None:
    run_id = talking(jupyter, client, "killed")
    window.subscribe("all", "/events")
    window.next("last")
    window.subscribe("r", f"/runs/{run_id}/events")
    found: dict[str, list[dict[str, Any]]] = {"all": [], "r": []}

    def take(kind: str) -> dict[str, Any]:
        message = window.next("event", "end", "service", "reset", "error")
        assert "reset" not in message
        assert "error" not in message
        if "event" in message:
            found[message["id"]].append(message["event"])
        return message if kind in message else {}

    while not all(any(event["kind"] == "log" for event in events) for events in found.values()):
        take("event")
    pid = jupyter.service().pid
    jupyter.kill_service()
    states: list[str] = []
    while "ready" not in states:
        states += [message["service"]["state"] for message in [take("service")] if message]
    assert states == ["down", "restarting", "ready"]
    assert jupyter.service().pid != pid
    (jupyter.root / "killed").touch()
    while not take("end"):
        pass
    kept = stored(client, run_id)
    assert found["r"] == kept
    while found["all"][-1]["seq"] < kept[-1]["seq"]:
        take("event")
    first = found["all"][0]["seq"]
    assert [event for event in found["all"] if event["run_id"] == run_id] == [
        event for event in kept if event["seq"] >= first
    ]
    assert ended(client, run_id) == "succeeded"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"subscribe": {"id": "x", "path": "/credentials"}}, "Only /events"),
        ({"subscribe": {"id": "x", "path": "/runs/../credentials/events"}}, "Only /events"),
        ({"subscribe": {"id": "x", "path": "/events?run=1"}}, "Only /events"),
        ({"subscribe": {"id": "x", "path": "/events", "after": "1\r\nX: y"}}, "no id of an event"),
        ({"subscribe": {"id": "", "path": "/events"}}, "The id of a subscription"),
        ({"subscribe": {"id": "x", "path": "/events", "more": "1"}}, "A subscription has"),
        ({"subscribe": {"id": 7, "path": "/events"}}, "A subscription has"),
        ({"subscribe": ["x"]}, "A message subscribes"),
        ({"run": "rm"}, "A message subscribes"),
        ([], "A message subscribes"),
        ("", "A message subscribes"),
    ],
)
def test_nothing_else_can_be_followed(window: Window, message: Any, words: str) -> None:
    window.send(message)
    refused = window.next("error")
    assert words in refused["error"]["detail"]
    window.send({"unsubscribe": "x"})  # the window is still there
    window.subscribe("all", "/events")
    assert window.next("last")["id"] == "all"


def test_a_run_that_is_not_there_is_said_so(window: Window) -> None:
    window.subscribe("gone", "/runs/00000000-0000-0000-0000-000000000000/events")
    refused = window.next("error")
    assert (refused["id"], refused["error"]["status"]) == ("gone", 404)


def test_what_is_followed_no_more_holds_no_connection(jupyter: Jupyter, window: Window) -> None:
    def streams() -> int:
        return sum(one.laddr.endswith("service.sock") for one in jupyter.service().net_connections("unix"))

    for number in range(20):
        window.subscribe(f"s{number}", "/events")
    for _ in range(20):
        window.next("last")
    many = streams()
    for number in range(10):
        window.send({"unsubscribe": f"s{number}"})
    wait_for(lambda: streams() <= many - 10, what="the connections that are left")
    window.close()
    wait_for(lambda: streams() <= many - 20, what="the other connections")


def test_a_window_follows_only_so_many_things(window: Window) -> None:
    for number in range(101):
        window.subscribe(f"s{number}", "/events")
    refused = window.next("error")
    assert refused["id"] == "s100"
    assert "at most 100" in refused["error"]["detail"]


def test_a_stranger_and_a_page_of_another_site_get_no_window(jupyter: Jupyter, browser: httpx.Client) -> None:
    url = jupyter.url.replace("http", "ws")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    Window(url, cookie=cookies, origin=f"http://127.0.0.1:{jupyter.port}").close()
    with pytest.raises(WebSocketBadStatusException, match="403"):
        Window(url)
    with pytest.raises(WebSocketBadStatusException, match="403"):
        Window(url, cookie=cookies, origin="https://evil.example")


def test_a_message_that_is_too_long_ends_the_window(window: Window) -> None:
    window.send({"subscribe": {"id": "x" * 20_000, "path": "/events"}})
    with pytest.raises(ConnectionError):
        window.next("never")


def flooded(store: Store) -> str:
    """A run that goes on elsewhere, with 13 MB of events."""
    run = store.runs.create(NewRun("f_flood", "Flood", "{}", [NewStep("a", "a", 0)], owner="me", lease_seconds=600))
    with store.owned(run.id, "me", 1) as owned:
        for number in range(900):
            owned.append_event("log", "a", text=f"{number:010}" * 1500)
        owned.set_run(RunState.FAILED, failure={"code": "x", "message": "x"})
        owned.append_event("run", state=RunState.FAILED)
    return run.id


def test_a_browser_that_takes_nothing_is_cut_off_and_loses_nothing(tmp_path: Path) -> None:
    made = Jupyter(tmp_path, before="import jupyter_extension.stream as stream; stream.SLOW_SECONDS = 1.0")
    try:
        with made.client() as client:
            start_service(client)
            with Store.open(f"sqlite:///{made.home}/store.db") as store:
                run_id = flooded(store)
            server = psutil.Process(made.process.pid)
            before = server.memory_info().rss
            slow = made.stream(sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
            slow.subscribe("r", f"/runs/{run_id}/events")
            wait_for(lambda: "a browser that takes nothing is cut off" in made.log, what="the end of patience")
            assert server.memory_info().rss - before < 30_000_000
            found, last = [], ""
            with suppress(ConnectionError, WebSocketException):
                while True:
                    message = slow.next("event")
                    found.append(message["event"])
                    last = message["last"]
            again = made.stream()
            again.subscribe("r", f"/runs/{run_id}/events", last)
            assert found + until_end(again, "r") == stored(client, run_id)
            again.close()
            slow.close()
    finally:
        made.close()
