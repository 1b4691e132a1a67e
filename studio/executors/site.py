"""What a worker keeps between attempts: its cache, its way to run notebooks, and what is running now."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from studio.executors.executor import AttemptKey
from studio.kernels.engine import Execution
from studio.order import Order


class Killable(Protocol):
    """A running kernel, as far as cancelling it goes."""

    def kill(self) -> None:
        """End it and all its processes."""


class RunNotebook(Protocol):
    """Executes a step's notebook; `ticket.attach` gets whatever can be killed."""

    def __call__(self, order: Order, job: Job, ticket: Ticket) -> Execution: ...


class Job:
    """Where one attempt's files are on this worker."""

    def __init__(self, folder: Path, outputs: Path, directory: Path, credentials: dict[str, Any]) -> None:
        self.folder = folder
        self.outputs = outputs
        """Where the runtime writes outputs, `result.json`, `failure.json` and `events.jsonl`: where outputs stay, if
        that is a local folder; below `folder` if the step knows secrets, for then they are looked at first.
        """
        self.directory = directory
        """The working directory."""
        self.step_file = folder / "step.json"
        self.raw_log = folder / "raw.log"
        self.credentials = credentials
        """What the step is entrusted with."""

    def parameters(self, order: Order) -> dict[str, Any]:
        return order.parameters if order.own_notebook else {"step_file": str(self.step_file)}


class Ticket:
    """One running attempt: lets others cancel it."""

    def __init__(self, execution: str) -> None:
        self.execution = execution
        self._lock = threading.Lock()
        self._kernel: Killable | None = None
        self.cancelled = False

    def attach(self, kernel: Killable) -> None:
        with self._lock:
            self._kernel = kernel
            cancelled = self.cancelled
        if cancelled:
            kernel.kill()

    def cancel(self) -> None:
        with self._lock:
            self.cancelled = True
            kernel = self._kernel
        if kernel is not None:
            kernel.kill()


class Site:
    """One per worker process. Thread-safe."""

    def __init__(
        self, run_notebook: RunNotebook, *, name: str, cache: Path | None = None, delivery_key: Path | None = None
    ) -> None:
        self.name = name
        self.delivery_key = delivery_key
        """The file of the key that credentials are sealed with."""
        self.run_notebook = run_notebook
        self._own_folder = tempfile.TemporaryDirectory(prefix="millrace-", ignore_cleanup_errors=True)
        self.folder = Path(self._own_folder.name)
        self.cache = cache or self.folder / "cache"
        self._tickets: dict[AttemptKey, Ticket] = {}
        self._lock = threading.Lock()

    @contextmanager
    def running(self, key: AttemptKey, execution: str) -> Iterator[Ticket]:
        ticket = Ticket(execution)
        with self._lock:
            self._tickets[key] = ticket
        try:
            yield ticket
        finally:
            with self._lock:
                self._tickets.pop(key, None)

    def keys(self) -> list[AttemptKey]:
        with self._lock:
            return list(self._tickets)

    def cancel(self, key: AttemptKey) -> bool:
        with self._lock:
            ticket = self._tickets.get(key)
        if ticket is not None:
            ticket.cancel()
        return ticket is not None

    def cancel_all(self) -> None:
        for key in self.keys():
            self.cancel(key)

    def close(self) -> None:
        self.cancel_all()
        self._own_folder.cleanup()
