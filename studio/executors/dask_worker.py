"""What runs on Dask's workers: the step task, and the plugin that beats while steps run."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from studio.exceptions import ExecutorError
from studio.executors.attempt import perform
from studio.executors.executor import AttemptKey, Report
from studio.executors.notebook import Kernels, NotebookRunner
from studio.executors.site import Site
from studio.order import Order

NAME = "millrace"
TOPIC = "millrace"
NICE = 5
"""By how much steps give way to the service where they share its processors."""
DELIVERY_KEY = "MILLRACE_DELIVERY_KEY"
"""The one variable that a worker of somebody else's cluster has of its own: it names a file of its own machine."""

logger = logging.getLogger(__name__)


def perform_order(text: str) -> None:
    """The step task. Its one argument is the order; whatever happened is in the manifest and in the reports."""
    plugin: StepWorker | None = get_worker().plugins.get(NAME)
    if plugin is None:
        raise ExecutorError("This Dask worker could not be set up for Millrace.", cure="Look at the worker's log.")
    plugin.send(perform(Order.model_validate_json(text), plugin.site, plugin.send))


async def cancel_attempt(key: list[Any], dask_worker: Worker) -> bool:
    """Runs on the worker's event loop, for its threads are busy with steps; the killing itself does not hold it up."""
    plugin: StepWorker = dask_worker.plugins[NAME]
    return await asyncio.get_running_loop().run_in_executor(None, plugin.site.cancel, AttemptKey(*key))


class StepWorker(WorkerPlugin):  # type: ignore[misc]
    """Owns the worker's site and its launcher of kernels. Reports running attempts every `beat` seconds; without the
    scheduler's answer for `contact` seconds it kills them, for by then somebody else may have begun the next attempt.

    It keeps `spares` kernels ready in each lane, or as many as the worker has threads.

    A `local` cluster's workers share the terminal of whoever started them. Ctrl-C there is for the dispatcher, which
    ends the steps and then the workers: they do not heed it. They share the processors, too, and what the service
    answers comes before steps.

    `delivery_key` is the path of the key file for credentials; without one, the worker's own environment names it.
    """

    name = NAME
    idempotent = True

    def __init__(
        self,
        *,
        beat: float,
        contact: float,
        kernels: Kernels = "forked",
        spares: int | None = None,
        cgroup: str = "",
        local: bool = False,
        delivery_key: str = "",
    ) -> None:
        self.beat = beat
        self.contact = contact
        self.kernels = kernels
        self.spares = spares
        self.cgroup = cgroup
        self.local = local
        self.delivery_key = delivery_key

    async def setup(self, worker: Worker) -> None:
        self.worker = worker
        if self.local:
            os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
            # Not SIG_IGN, which kernels and their children would inherit.
            signal.signal(signal.SIGINT, lambda *_: None)
        loop = asyncio.get_running_loop()
        spares = worker.state.nthreads if self.spares is None else self.spares
        self._runner = NotebookRunner(self.kernels, spares=spares, cgroup=self.cgroup)
        key = self.delivery_key or os.environ.get(DELIVERY_KEY, "")
        made = partial(Site, self._runner, name=worker.address, delivery_key=Path(key).expanduser() if key else None)
        self.site: Site = await loop.run_in_executor(None, made)
        self._warming = loop.run_in_executor(None, self._runner.warm)
        self._beats = asyncio.create_task(self._keep_beating())

    async def teardown(self, worker: Worker) -> None:
        self._beats.cancel()
        loop = asyncio.get_running_loop()
        for one in (self.site, self._runner):
            await loop.run_in_executor(None, one.close)

    def send(self, report: Report) -> None:
        """From any thread."""
        self.worker.log_event(TOPIC, report.to_json())

    async def _keep_beating(self) -> None:
        in_touch = time.monotonic()
        while True:
            await asyncio.sleep(self.beat)
            keys = self.site.keys()
            if keys and time.monotonic() - in_touch > max(self.contact, 2 * self.beat):
                logger.warning("no contact with the scheduler: ending %d steps", len(keys))
                self.site.cancel_all()
            if not keys or await self._beat(keys):
                in_touch = time.monotonic()

    async def _beat(self, keys: list[AttemptKey]) -> bool:
        beats = [Report("beat", key).to_json() for key in keys]
        try:
            await asyncio.wait_for(self.worker.scheduler.log_event(topic=TOPIC, msg=beats), timeout=self.beat)
        except (TimeoutError, OSError) as error:
            logger.warning("a beat did not reach the scheduler: %s", error)
            return False
        return True
