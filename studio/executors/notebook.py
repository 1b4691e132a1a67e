"""How a step's notebook is executed: by papermill in a kernel of its own."""

from __future__ import annotations

from studio.executors.site import Job, RunNotebook, Ticket
from studio.kernels.cold import ColdLauncher
from studio.kernels.engine import Execution, execute
from studio.kernels.launcher import KernelRequest
from studio.order import Order


def run_in_kernel() -> RunNotebook:
    """A fresh kernel per step, from this process's launcher."""
    launcher = ColdLauncher()

    def run(order: Order, job: Job, ticket: Ticket) -> Execution:
        request = KernelRequest(
            kernel=order.kernel,
            directory=job.directory,
            memory=order.limits.memory,
            log=job.raw_log,
            log_limit=order.limits.output,
        )
        return execute(
            order.notebook,
            launcher=launcher,
            request=request,
            parameters=job.parameters(order),
            timeout=order.limits.seconds,
            output_limit=order.limits.output,
            on_kernel=ticket.attach,
        )

    return run
