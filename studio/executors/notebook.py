"""How a step's notebook is executed: by papermill in a kernel of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from studio.executors.site import Job, Ticket
from studio.kernels.cold import ColdLauncher
from studio.kernels.engine import Execution, execute, preload
from studio.kernels.launcher import KernelRequest
from studio.kernels.warm import WarmLauncher
from studio.order import Order

Kernels = Literal["forked", "cold"]


class NotebookRunner:
    """A fresh kernel per step, from one launcher. Thread-safe."""

    def __init__(self, kernels: Kernels, *, spares: int, cgroup: str = "") -> None:
        self._launcher = (WarmLauncher if kernels == "forked" else ColdLauncher)(spares=spares, cgroup=cgroup)

    def warm(self) -> None:
        """Make ready what the first step needs; it takes a second."""
        self._launcher.warm(KernelRequest("python3", Path("/")))
        preload()

    def close(self) -> None:
        self._launcher.close()

    def __call__(self, order: Order, job: Job, ticket: Ticket) -> Execution:
        request = KernelRequest(
            kernel=_kernel(order, job),
            directory=job.directory,
            memory=order.limits.memory,
            cpu=order.limits.cpu,
            log=job.raw_log,
            log_limit=order.limits.output,
            lane=order.lane,
            preload=tuple(order.preload),
            credentials=job.credentials,
        )
        return execute(
            order.notebook,
            launcher=self._launcher,
            request=request,
            parameters=job.parameters(order),
            timeout=order.limits.seconds,
            output_limit=order.limits.output,
            on_kernel=ticket.attach,
        )


def _kernel(order: Order, job: Job) -> str:
    """A path is that of a virtual environment, from the working directory."""
    return str(job.directory / order.kernel) if "/" in order.kernel else order.kernel
