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

OF_THE_SERVICE = ("MILLRACE_KEYS", "MILLRACE_STORE")
"""What opens the store's credentials, and the store. A worker on the same machine may have been started with them."""

OURS = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "JPY_PARENT_PID": "1"}
"""The guard, not a polling thread of the kernel, looks after it."""


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
    inherited = {name: value for name, value in os.environ.items() if name not in OF_THE_SERVICE}
    return inherited | OURS | spec.env | request.env


def order(spec: Kernelspec, request: KernelRequest) -> dict[str, Any]:
    """What the guard gets to know of a request."""
    return {
        "env": variables(spec, request), "directory": str(request.directory), "memory": request.memory,
        "cpu": request.cpu, "processes": request.processes, "log": str(request.log or ""),
        "log_limit": request.log_limit,
    }  # fmt: skip


def check_directory(request: KernelRequest) -> None:
    if not request.directory.is_dir():
        raise UserError(f"The working directory {request.directory} does not exist.", cure="Make the folder.")
