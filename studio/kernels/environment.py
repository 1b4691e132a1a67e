"""What a kernel's process is made of that cannot be changed once it runs: interpreter, libraries, their variables."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from studio.exceptions import UserError
from studio.kernels.kernelspec import Kernelspec
from studio.kernels.launcher import KernelRequest

EARLY = re.compile(
    r"PYTHON\w*|LD_\w+|LC_\w+|LANG|\w+_NUM_THREADS|POLARS_\w+|ARROW_\w+|OPENBLAS_\w+|MKL_\w+|KMP_\w+|MALLOC_\w+|\w*MALLOC_CONF"
)
"""Variables that Python and libraries read when they start or are imported."""

OURS = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "JPY_PARENT_PID": "1"}
"""The guard, not a polling thread of the kernel, looks after it."""

WITHHELD = ("MILLRACE_KEYS", "MILLRACE_KEY_FILE", "MILLRACE_DELIVERY_KEY", "MILLRACE_STORE", "MILLRACE_TOKEN")
"""Variables that are no business of what a step runs: keys and where they are, the store, and what opens an API."""


@dataclass(frozen=True)
class Environment:
    """Kernels of one environment can stand in for each other until they get their order."""

    interpreter: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    preload: tuple[str, ...]


def environment_of(spec: Kernelspec, request: KernelRequest) -> Environment | None:
    """None for kernels that are not IPython's."""
    if spec.interpreter is None:
        return None
    early = {name: value for name, value in variables(spec, request).items() if EARLY.fullmatch(name)}
    return Environment(spec.interpreter, tuple(sorted(early.items())), request.preload)


def variables(spec: Kernelspec, request: KernelRequest) -> dict[str, str]:
    """All environment variables of a kernel."""
    ours = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    return ours | OURS | spec.env | request.env


def order(spec: Kernelspec, request: KernelRequest) -> dict[str, Any]:
    """What the guard gets to know of a request."""
    return {
        "env": variables(spec, request), "directory": str(request.directory), "memory": request.memory,
        "cpu": request.cpu, "processes": request.processes, "log": str(request.log or ""),
        "log_limit": request.log_limit, "credentials": request.credentials,
    }  # fmt: skip


def check_request(spec: Kernelspec, request: KernelRequest) -> None:
    """Raises UserError for what no kernel of this kind can be asked."""
    if not request.directory.is_dir():
        raise UserError(f"The working directory {request.directory} does not exist.", cure="Make the folder.")
    if request.credentials and spec.interpreter is None:
        raise UserError(
            f"The kernel {request.kernel} takes no credentials: it is not started as an IPython kernel.",
            cure="Run the node in `python3`, or in a virtual environment by its folder.",
        )
