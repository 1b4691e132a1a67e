"""Steps in this process, one after another in a thread: for tests, debuggers and notebooks.

The same orders, files and manifests as on a cluster, without isolation: no limits, and a cancel only keeps what has
not begun from beginning.
"""

from __future__ import annotations

import contextlib
import copy
import io
import queue
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from studio.executors.attempt import perform
from studio.executors.executor import AttemptKey, Report
from studio.executors.site import Job, Site, Ticket
from studio.kernels.engine import Execution
from studio.order import Order
from studio.runtime import delivery


class InProcessExecutor:
    """An :class:`~studio.executors.executor.Executor` with a single slot."""

    slots = 1
    outlives = False

    def __init__(self, wake: Callable[[], None], *, delivery_key: Path | None = None) -> None:
        self._wake = wake
        self._site = Site(run_here, name="in-process", delivery_key=delivery_key)
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="millrace-step")

    def submit(self, order: Order) -> None:
        self._pool.submit(self._perform, order)

    def cancel(self, key: AttemptKey) -> None:
        self._site.cancel(key)

    def reports(self) -> list[Report]:
        # A step of this process lives while we do: it need not say so itself.
        running = self._site.keys()
        found = [Report("beat", key) for key in running]
        while not self._reports.empty():
            found.append(self._reports.get())
        return found

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._site.close()

    def _send(self, report: Report) -> None:
        self._reports.put(report)
        if report.kind == "ended":  # the rest can wait for the next look
            self._wake()

    def _perform(self, order: Order) -> None:
        try:
            self._send(perform(order, self._site, self._send))
        except Exception as error:  # the dispatcher decides what a broken attempt means
            key = AttemptKey(order.run, order.step, order.attempt)
            self._send(Report("ended", key, {"error": f"{type(error).__name__}: {error}"}))


def run_here(order: Order, job: Job, ticket: Ticket) -> Execution:
    """Execute the notebook's code cells in this process, as plain Python."""
    delivery.hand_over(job.credentials)
    try:
        return _run_cells(order, job)
    finally:
        delivery.take()  # if the step did not


def _run_cells(order: Order, job: Job) -> Execution:
    notebook = copy.deepcopy(order.notebook)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        error = _run_cell(cell, namespace)
        if "parameters" in cell["metadata"].get("tags", []):
            namespace.update(job.parameters(order))
        if error is not None:
            return _execution(notebook, "error", error)
    return _execution(notebook, "completed", None)


def _run_cell(cell: dict[str, Any], namespace: dict[str, Any]) -> BaseException | None:
    printed = io.StringIO()
    source = "".join(cell["source"])
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(source, "<cell>", "exec"), namespace)  # noqa: S102 - what this executor is for
    except BaseException as error:  # as in a kernel: not even KeyboardInterrupt ends more than the cell
        cell["outputs"] = [_stream(printed), _error(error)]
        return error
    cell["outputs"] = [_stream(printed)] if printed.getvalue() else []
    return None


def _stream(printed: io.StringIO) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": printed.getvalue()}


def _error(error: BaseException) -> dict[str, Any]:
    lines = traceback.format_exception(error)
    return {"output_type": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": lines}


def _execution(notebook: dict[str, Any], end: Any, error: BaseException | None) -> Execution:
    return Execution(
        notebook=notebook, end=end, ename=type(error).__name__ if error else "", evalue=str(error) if error else ""
    )
