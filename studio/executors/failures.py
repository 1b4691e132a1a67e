"""Why an attempt failed, in words a user understands."""

from __future__ import annotations

from studio.exceptions import UserError
from studio.kernels.engine import Execution
from studio.order import Order
from studio.problem import Failure


def failure_of(error: Exception, node: str) -> Failure:
    """A user's mistake keeps its words and cure; anything else is ours."""
    if isinstance(error, UserError):
        return Failure(
            error.code, error.message, error.cure, node, line=error.line, fault="user", retryable=error.retryable
        )
    text = f"{type(error).__name__}: {error}"
    return Failure("internal", text, "This is an error of Millrace: the step's log has the traceback.", node,
                   fault="system", retryable=True)  # fmt: skip


def failure_of_end(execution: Execution, order: Order) -> Failure:
    node, limits = order.node, order.limits
    if execution.end == "timed_out":
        return Failure("timed_out", f"The step took longer than {limits.seconds:g} s.",
                       "Raise the node's timeout, or give it less to do.", node, retryable=True)  # fmt: skip
    if execution.end == "memory":
        megabytes = (limits.memory or 0) // 1_000_000
        return Failure("memory", f"The step used more than its {megabytes} MB of memory.",
                       "Raise the node's memory limit, or work on less data at once.", node)  # fmt: skip
    if execution.end == "cpu":
        return Failure("cpu", f"The step used more than its {limits.cpu:g} s of CPU time.",
                       "Raise the node's CPU limit, or give it less to do.", node)  # fmt: skip
    if execution.end == "processes":
        return Failure("processes", f"The step had {execution.usage.used:.0f} processes at once.",
                       "Start fewer processes in a step.", node)  # fmt: skip
    if execution.end == "dead":
        return _death(execution, node)
    return Failure(
        "error", f"{execution.ename}: {execution.evalue}"[:2000], "The traceback is in the step's log.", node
    )


def _death(execution: Execution, node: str) -> Failure:
    code = execution.exit_code
    if code in (-9, 137):
        return Failure("killed", "The step's process was killed, most likely because memory ran out.",
                       "Give the step less data, set a memory limit, or use a larger machine.", node,
                       fault="system", retryable=True)  # fmt: skip
    return Failure("died", f"The step's process ended by itself (exit code {code}).",
                   "Look at the step's log; do not call os._exit() in a step.", node, retryable=True)  # fmt: skip
