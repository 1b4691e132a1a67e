"""The service: a dispatcher, a ticker, a sweeper, the API and webhooks in one process. It wires, and never works."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.metadata import version
from types import FrameType
from typing import Protocol

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.api.app import make_api
from scheduler.api.door import Door
from scheduler.courier import courier_of
from scheduler.feeder import Feeder
from scheduler.hooks.application import CONNECTIONS, PREFIX, Hooks
from scheduler.leaver import Leaver
from scheduler.message import Links
from scheduler.metrics import Metrics
from scheduler.presence import Presence, presence
from scheduler.relay import Relay
from scheduler.server import Server, tcp_socket, unix_socket
from scheduler.slicing import Slicing
from scheduler.sweeper import Sweeper
from scheduler.ticker import Ticker
from scheduler.visits import Visits
from studio.app import App
from studio.credential import Revealed
from studio.credentials import Use
from studio.dispatcher.dispatcher import Dispatcher
from studio.exceptions import UserError
from studio.executors.executor import Executor
from studio.settings import split_address
from studio.store.leases import Places
from studio.store.listener import Listener
from studio.store.news import News

logger = logging.getLogger(__name__)

SIGNAL_SECONDS = 1.0
STILL_SECONDS = 60.0
"""A loop that has not turned for so long stands still."""


class Work(Protocol):
    """What goes on until `stopping` is set."""

    def serve(self, stopping: threading.Event) -> None: ...


class Loop:
    """Work that goes on in a thread until it is told to stop. If it fails, `ended` is called."""

    def __init__(self, name: str, work: Callable[[], None], ended: Callable[[], None]) -> None:
        self.name = name
        self.error: Exception | None = None
        self._work = work
        self._ended = ended
        self._thread = threading.Thread(target=self._run, name=name)
        self._thread.start()

    def join(self) -> None:
        """Wait for its end, and now and then for signals: one that comes just before we wait wakes nobody."""
        while self._thread.is_alive():
            self._thread.join(SIGNAL_SECONDS)

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:
            self.error = error
            logger.exception("%s has failed", self.name)
        finally:
            self._ended()


class Service:
    """Runs until `stop` is called, or one of its loops fails; one that `leaves` also until nobody needs it."""

    def __init__(self, app: App, *, leaves: bool = False) -> None:
        self.app = app
        self.leaves = leaves
        self.version = version("millrace")
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._loops: list[Loop] = []
        self._servers: list[Server] = []
        self._dispatcher: Dispatcher | None = None
        self._ticker: Ticker | None = None
        self._listener: Listener | None = None
        self._feeder = Feeder(app.store)
        self._visits = Visits()

    def run(self) -> bool:
        """Serve; whether it ended well. Raises UserError if it cannot begin."""
        with ExitStack() as leaving:
            here = leaving.enter_context(presence(self.app.settings.make_home()))
            leaving.enter_context(_signals(self.told))
            self.app.keys.require()  # a store or keys that cannot be used are said before anything is started
            self._listen(here, leaving)
            executor = self.app.executor("dask", self._wake.set, None, None)
            leaving.callback(executor.close)
            self._work(executor)
        logger.info("the service has ended")
        return not any(loop.error for loop in self._loops) and not any(server.failed for server in self._servers)

    def stop(self) -> None:
        """Claim no more, let runs end or hand them back, and leave."""
        self._stopping.set()
        self._wake.set()
        if self._ticker is not None:
            self._ticker.nudge()

    def drain(self) -> list[str]:
        """End, unless runs are driven here: those would be begun again. Returns them."""
        going = self.app.store.leases.driven_by(self.app.owner)
        if not going:
            logger.info("a newer version takes this service's place")
            self.stop()
        return going

    def told(self, number: int, frame: FrameType | None) -> None:
        """A signal asks for the end; a second one leaves runs no time."""
        logger.info("told to end", extra={"signal": signal.Signals(number).name})
        if self._stopping.is_set() and self._dispatcher is not None:
            self._dispatcher.hurry()
        self.stop()

    def reasons(self) -> list[str]:
        """What keeps the service from working now."""
        if self._stopping.is_set():
            return ["It is about to end, and claims no more runs."]
        turns = self._turns()
        if not turns:
            return ["It has not begun yet: the Dask cluster starts."]
        now = time.monotonic()
        still = [
            f"The {name} has stood still for {now - turned:.0f} s."
            for name, turned in turns.items()
            if now - turned > STILL_SECONDS
        ]
        return still + self._trouble_of_store()

    def _trouble_of_store(self) -> list[str]:
        try:
            self.app.store.now()
        except UserError as error:
            return [str(error)]
        return []

    def _listen(self, here: Presence, leaving: ExitStack) -> None:
        """Serve the API, and say where."""
        settings = self.app.settings
        api = self._api(leaving)
        public = self._serve_api(leaving, api) if settings.api else ""
        hooks = self._hooks(public)
        leaving.callback(hooks.close)
        called = ""
        if settings.hooks:
            called = self._serve(leaving, "webhooks", hooks, tcp_socket(settings.hooks), CONNECTIONS)
        local = Door(api, self.version, local=True)
        self._serve(leaving, "local API", beside(local, hooks), unix_socket(here.socket))
        leaving.callback(hooks.answer_all)  # before the servers end, which give callers a few seconds
        here.announce(self.version, api=public, hooks=called, leaves=self.leaves)

    def _api(self, leaving: ExitStack) -> FastAPI:
        slicing = Slicing(self.app.root)
        leaving.callback(slicing.close)
        metrics = Metrics(self.app.store, self._turns)
        metrics.begin()
        return make_api(
            self.app, self.version, self.reasons, self._wake.set,
            drain=self.drain, feeder=self._feeder, slicing=slicing, metrics=metrics,
        )  # fmt: skip

    def _serve_api(self, leaving: ExitStack, api: FastAPI) -> str:
        """Over the network; returns where."""
        settings = self.app.settings
        host, _ = split_address(settings.api)
        own = f"[{host}]" if ":" in host else host
        door = Door(api, self.version, local=False, hosts=[own, *settings.api_hosts])
        return self._serve(leaving, "API", door, tcp_socket(settings.api))

    def _turns(self) -> dict[str, float]:
        """Loop -> when it turned last (monotonic)."""
        if self._dispatcher is None or self._ticker is None:
            return {}
        return {"dispatcher": self._dispatcher.turned, "ticker": self._ticker.looked}

    def _reveal(self, names: Sequence[str], environment: str, who: str) -> Mapping[str, Revealed]:
        return self.app.credentials.reveal_all(names, environment, Use(who))

    def _hooks(self, api: str) -> Hooks:
        base = f"http://{api}" if api else ""
        return Hooks(
            self.app.store, self.app.root, self._reveal, made=self._wake.set, link=lambda run: f"{base}/runs/{run}"
        )

    def _serve(
        self, leaving: ExitStack, name: str, application: ASGIApp, listening: socket.socket, most: int | None = None
    ) -> str:
        """Serve an ASGI application until `leaving`; returns where."""
        server = Server(name, self._visits.counted(application), listening, self.stop, most=most)
        leaving.callback(server.close)
        server.start()
        self._servers.append(server)
        return server.address

    def _work(self, executor: Executor) -> None:
        settings = self.app.settings
        dispatcher = self._dispatcher = self.app.dispatcher(executor, self._wake)
        ticker = self._ticker = Ticker(self.app.store, self._wake.set)
        sweeper = Sweeper(self.app.keeper.sweep)
        relay = Relay(self.app.store.outbox, courier_of(self.app).send, Links(settings.public_url))
        places = Places(settings.runs_at_once, settings.flow_runs_at_once)
        listener = self._listener = self.app.store.listener(self._heard)
        works: dict[str, Work] = {"ticker": ticker, "feeder": self._feeder, "sweeper": sweeper, "relay": relay}
        if listener is not None:
            works["listener"] = listener
        if self.leaves:
            works["leaver"] = Leaver(self.app.store, self._visits, settings.idle_exit, self.stop)
        self._loops = [
            Loop("dispatcher", lambda: dispatcher.serve(places, self._stopping, self._is_told), self.stop),
            *(Loop(name, partial(work.serve, self._stopping), self.stop) for name, work in works.items()),
        ]
        logger.info("the service is ready", extra={"home": str(settings.home), "owner": self.app.owner})
        for loop in self._loops:
            loop.join()
        if not executor.outlives:
            executor.close()
        dispatcher.hand_back(attempts_end=not executor.outlives)

    def _is_told(self) -> bool:
        return self._listener is not None and self._listener.listening

    def _heard(self, news: Set[News]) -> None:
        """Of what other processes have done to the store."""
        if "runs" in news and self._dispatcher is not None:
            self._dispatcher.nudge()
        if "triggers" in news and self._ticker is not None:
            self._ticker.nudge()


def beside(api: ASGIApp, hooks: Hooks) -> ASGIApp:
    """The API, and the webhooks under their prefix."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await (hooks if scope.get("path", "").startswith(PREFIX) else api)(scope, receive, send)

    return application


@contextmanager
def _signals(told: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """SIGTERM and Ctrl-C are told while this lasts."""
    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
