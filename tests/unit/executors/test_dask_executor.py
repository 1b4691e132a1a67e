"""The Dask executor against a real scheduler that stands still, goes away, or has a worker that is not fit."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, Worker

from studio.exceptions import ExecutorError
from studio.executors import dask_executor
from studio.executors.dask_executor import DaskExecutor
from studio.executors.dask_worker import StepWorker
from studio.executors.executor import AttemptKey
from studio.order import Order
from tests.cluster import DaskProcesses, dask_processes, wait_for

ORDER = Order(run="r", step="s", attempt=1, node="s", root="/nowhere", notebook={"cells": []}, idempotency_key="r:s")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path, workers=1) as started:
        yield started


@pytest.fixture
def executor(processes: DaskProcesses) -> Iterator[DaskExecutor]:
    made = DaskExecutor(lambda: None, address=processes.address)
    yield made
    made.close()


def returns(ask: Callable[[], Any]) -> bool:
    """Whether the call comes back although nobody answers."""
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout=10)
    return not thread.is_alive()


def test_a_scheduler_that_stands_still_holds_up_neither_slots_nor_cancels(
    processes: DaskProcesses, executor: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_executor, "SLOTS_SECONDS", 0.0)
    processes.scheduler.send_signal(signal.SIGSTOP)
    try:
        assert returns(lambda: executor.slots)
        assert returns(lambda: executor.cancel(AttemptKey("r", "s", 1)))
    finally:
        processes.scheduler.send_signal(signal.SIGCONT)


def test_slots_are_the_threads_of_the_cluster(processes: DaskProcesses, executor: DaskExecutor) -> None:
    wait_for(lambda: len(executor._client.scheduler_info()["workers"]) == 1, what="the worker")  # type: ignore[union-attr]
    executor._later(executor._count)
    assert wait_for(lambda: executor.slots == 2, what="the count")


def test_a_scheduler_that_has_gone_is_not_asked_for_every_order(
    processes: DaskProcesses, executor: DaskExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try takes seconds; a dispatcher with many orders would lose its lease over them."""
    tries = []

    def unreachable() -> Any:
        tries.append(1)
        time.sleep(1.5 * dask_executor.RECONNECT_SECONDS)  # as a connection that times out
        raise ExecutorError("There is no Dask scheduler.", retryable=True)

    processes.scheduler.kill()
    wait_for(lambda: executor._client is None or executor._client.status != "running", what="the loss")
    monkeypatch.setattr(executor, "_connect", unreachable)
    executor._try_again = 0.0
    for _ in range(3):
        with pytest.raises(ExecutorError):
            executor.submit(ORDER)
    assert len(tries) == 1


def test_a_client_that_reconnected_by_itself_prepares_the_new_scheduler(
    processes: DaskProcesses, executor: DaskExecutor
) -> None:
    client = executor._client
    assert client is not None
    line = client.scheduler_comm
    processes.scheduler.kill()
    processes.restart_scheduler()
    wait_for(lambda: client.status == "running" and client.scheduler_comm not in (line, None), what="the client")
    processes.workers.append(processes.start_worker())
    executor._try_again = 0.0
    executor.submit(ORDER)
    (ended,) = wait_for(lambda: [report for report in executor.reports() if report.kind == "ended"], what="the end")
    assert "error" not in ended.data, "the worker was not prepared"


class Unfit(StepWorker):
    async def setup(self, worker: Worker) -> None:
        raise ModuleNotFoundError("No module named 'papermill'")


def test_a_worker_that_cannot_be_set_up_is_named_with_the_cure(
    processes: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_executor, "StepWorker", Unfit)
    with Client(processes.address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
    with pytest.raises(ExecutorError, match="papermill") as caught:
        DaskExecutor(lambda: None, address=processes.address)
    assert caught.value.cure
