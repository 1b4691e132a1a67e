"""Steps on a Dask cluster: one of this process's own, or one at an address.

Dask is a place to run, not a queue: nothing rests on its keys or futures. A future's end only wakes the dispatcher,
and the worker's reports come as Dask events.
"""

from __future__ import annotations

import logging
import os
import queue
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, LocalCluster, Scheduler, fire_and_forget

from studio.exceptions import ExecutorError
from studio.executors.dask_worker import TOPIC, StepWorker, cancel_attempt, perform_order
from studio.executors.executor import AttemptKey, Report
from studio.executors.notebook import Kernels
from studio.kernels.environment import WITHHELD
from studio.order import Order

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 2.0
SLOTS_SECONDS = 5.0
BEAT_SECONDS = 10.0
CALM = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.active-memory-manager.start": False,
}
"""What a local cluster goes without: it watches itself a hundred times a second, for a dashboard that nobody sees."""


class DaskExecutor:
    """An :class:`~studio.executors.executor.Executor` over `distributed`. Use it from one thread."""

    def __init__(
        self,
        wake: Callable[[], None],
        *,
        address: str | None = None,
        workers: int = 2,
        beat: float = 10.0,
        contact: float = 20.0,
        kernels: Kernels = "forked",
        cgroup: str = "",
        delivery_key: Path | None = None,
    ) -> None:
        """`delivery_key`: the key file that the workers of this process's own cluster open credentials with."""
        self._wake = wake
        self._plugin = StepWorker(
            beat=beat, contact=contact, kernels=kernels, cgroup=cgroup, local=not address,
            delivery_key="" if address or delivery_key is None else str(delivery_key),
        )  # fmt: skip
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._futures: dict[AttemptKey, Future] = {}
        self._places: dict[AttemptKey, str] = {}
        self._cluster = None if address else _local_cluster(workers)
        self._address = address
        self._client: Client | None = None
        self._line: object = None
        self._try_again = 0.0
        self._slots = workers
        self._slots_asked = 0.0
        self._counting = False
        self._connected()

    @property
    def slots(self) -> int:
        if time.monotonic() - self._slots_asked > SLOTS_SECONDS and not self._counting:
            self._slots_asked = time.monotonic()
            self._later(self._count)
        return self._slots

    @property
    def outlives(self) -> bool:
        return self._cluster is None

    def submit(self, order: Order) -> None:
        key = AttemptKey(order.run, order.step, order.attempt)
        try:
            future = self._connected().submit(
                perform_order, order.model_dump_json(), key=f"step-{uuid.uuid4().hex}", pure=False
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise ExecutorError(f"The Dask cluster took no step: {error}", retryable=True) from error
        fire_and_forget(future)
        self._futures[key] = future
        future.add_done_callback(lambda done: self._ended(key, done))

    def cancel(self, key: AttemptKey) -> None:
        place = self._places.get(key)
        workers = [place] if place else None
        self._later(self._ask_to_cancel, list(key), workers)

    def reports(self) -> list[Report]:
        found = []
        while not self._reports.empty():
            report = self._reports.get()
            self._remember(report)
            found.append(report)
        return found

    def close(self) -> None:
        try:
            if self._client is not None:
                self._client.close()
        finally:
            if self._cluster is not None:
                self._cluster.close()

    def _later(self, ask: Callable[..., Any], *arguments: Any) -> None:
        """Ask on Dask's event loop: a scheduler or worker that stands still must not hold the dispatcher."""
        if (client := self._live) is not None:
            client.loop.add_callback(ask, client, *arguments)

    async def _count(self, client: Client) -> None:
        self._counting = True
        try:
            self._slots = max(1, sum((await client.nthreads()).values()))
        except OSError as error:
            logger.warning("the scheduler does not say how many steps it takes: %s", error)
        finally:
            self._counting = False

    async def _ask_to_cancel(self, client: Client, key: list[Any], workers: list[str] | None) -> None:
        try:
            answers = await client.run(cancel_attempt, key, workers=workers, on_error="return")
        except OSError as error:
            answers = {"the scheduler": error}
        for place, answer in answers.items():
            if isinstance(answer, Exception):
                logger.warning("%s does not cancel %s: %s", place, key, answer)

    def _remember(self, report: Report) -> None:
        if report.kind == "started":
            self._places[report.key] = report.data["worker"]
        elif report.kind == "ended":
            self._places.pop(report.key, None)
            self._futures.pop(report.key, None)

    @property
    def _live(self) -> Client | None:
        """The client while it has the connection that we set up.

        Dask's client reconnects by itself, but to a scheduler that has neither our plugin nor our subscription.
        """
        client = self._client
        return client if client and client.status == "running" and client.scheduler_comm is self._line else None

    def _connected(self) -> Client:
        if (client := self._live) is not None:
            return client
        if time.monotonic() < self._try_again:
            raise ExecutorError("The Dask cluster cannot be reached.", retryable=True)
        try:
            gone, self._client = self._client, None
            if gone is not None:
                gone.close(timeout=1)
            self._client = self._connect()
        finally:
            # From the end of a try: it takes seconds itself, and many orders may be waiting.
            self._try_again = time.monotonic() + RECONNECT_SECONDS
        self._later(self._count)
        return self._client

    def _connect(self) -> Client:
        where = self._cluster or self._address
        try:
            client = Client(where, set_as_default=False, timeout=5, name="millrace")
        except (OSError, ValueError) as error:
            raise ExecutorError(
                f"There is no Dask scheduler at {self._address}: {error}",
                cure="Start one, or leave --dask out to run on this computer.",
                retryable=True,
            ) from error
        self._line = client.scheduler_comm
        try:
            client.subscribe_topic(TOPIC, self._received)
            client.register_plugin(self._plugin)
        except Exception as error:  # whatever goes wrong in the set-up of any worker
            client.close(timeout=1)
            raise ExecutorError(
                f"A Dask worker cannot be set up: {type(error).__name__}: {error}",
                cure="Install the same packages on all workers, and look at their logs.",
                retryable=True,
            ) from error
        return client

    def _received(self, event: tuple[float, Any]) -> None:
        """On Dask's event loop."""
        _, message = event
        found = [Report.from_json(value) for value in ([message] if isinstance(message, dict) else message)]
        for report in found:
            self._reports.put(report)
        if any(report.kind == "ended" for report in found):  # the rest can wait for the next look
            self._wake()

    def _ended(self, key: AttemptKey, future: Future) -> None:
        """On a thread of Dask's. What a finished task has to say came as a report."""
        if future.status == "finished":
            return
        self._reports.put(Report("ended", key, _told(future)))
        self._wake()


def _told(future: Future) -> dict[str, Any]:
    """A task that broke has ended; one that we have lost sight of may still wait or run."""
    if future.status != "error":
        return {"gone": f"the task was {future.status}"}
    error = future.exception()
    return {"error": f"{type(error).__name__}: {error}"}


def _local_cluster(workers: int) -> LocalCluster:
    """Processes of this computer, spoken to over TLS with a throw-away key: other users must not send us tasks."""
    with dask.config.set(CALM), _withheld():
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            # None would ask for port 8787 on all interfaces, and warn where it is taken.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            security=True,
            silence_logs=50,
            scheduler_sync_interval=BEAT_SECONDS,
            env=dict.fromkeys(WITHHELD, ""),  # for workers that are started again
        )
    _calm(cluster.scheduler)
    return cluster


def _calm(scheduler: Scheduler) -> None:
    """Few workers beat twice a second. One that dies is known by its broken connection."""
    hear = scheduler.handlers["heartbeat_worker"]

    def heartbeat_worker(**told: Any) -> dict[str, Any]:
        return {**hear(**told), "heartbeat-interval": BEAT_SECONDS}

    scheduler.handlers["heartbeat_worker"] = heartbeat_worker


@contextmanager
def _withheld() -> Iterator[None]:
    """Processes that are started meanwhile do not inherit what is no business of theirs."""
    kept = {name: os.environ.pop(name) for name in WITHHELD if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
