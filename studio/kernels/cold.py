"""The cold launcher: a new process for every kernel, from the kernelspec's own command.

For kernels of other languages, for systems where processes cannot be forked safely, and where one kernel is all that is
needed. With `spares`, IPython kernels are started ahead: half a second of CPU time remains, the waiting does not.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

from studio.exceptions import ExecutorError
from studio.kernels.connection import make_socket_folder, new_birth
from studio.kernels.environment import Environment, check_request, environment_of, order, variables
from studio.kernels.guarded import GuardedKernel, GuardGone
from studio.kernels.kernelspec import Kernelspec, kernelspec, language_info
from studio.kernels.launcher import KernelRequest

END_SECONDS = 5.0


class ColdLauncher:
    """Starts each kernel as a new process with a guard of its own, `spares` of each environment ahead."""

    def __init__(self, *, spares: int = 0, cgroup: str = "") -> None:
        self._cgroup = cgroup
        self._wanted = spares
        self._spares: dict[Environment, list[GuardedKernel]] = {}
        self._kernels: set[GuardedKernel] = set()
        self._lock = threading.Lock()
        self._closed = False

    def launch(self, request: KernelRequest) -> GuardedKernel:
        """Raises UserError for an unknown kernel or working directory, ExecutorError if no process can be made."""
        spec = kernelspec(request.kernel)
        check_request(spec, request)
        environment = environment_of(spec, request)
        kernel = self._given_spare(environment, spec, request) or self._started(spec, request)
        with self._lock:
            self._kernels = {one for one in self._kernels if not one.closed} | {kernel}
        self._replenish(environment, spec, request)
        return kernel

    def warm(self, request: KernelRequest) -> None:
        """Start spares for requests like this one."""
        spec = kernelspec(request.kernel)
        self._replenish(environment_of(spec, request), spec, request)

    def close(self) -> None:
        with self._lock:
            kernels, self._kernels, self._closed = self._kernels, set(), True
            spares, self._spares = self._spares, {}
        for kernel in (*kernels, *(one for many in spares.values() for one in many)):
            kernel.close()

    def _given_spare(
        self, environment: Environment | None, spec: Kernelspec, request: KernelRequest
    ) -> GuardedKernel | None:
        """A spare with its order; None if there is none that lives."""
        while environment is not None:
            with self._lock:
                spares = self._spares.get(environment)
                kernel = spares.pop() if spares else None
            if kernel is None:
                return None
            try:
                kernel.start(order(spec, request))
            except GuardGone:
                continue
            return kernel
        return None

    def _replenish(self, environment: Environment | None, spec: Kernelspec, request: KernelRequest) -> None:
        while environment is not None:
            with self._lock:
                spares = self._spares.setdefault(environment, [])
                if self._closed or len(spares) >= self._wanted:
                    return
                spares.append(self._born(spec, request, wait=True))

    def _started(self, spec: Kernelspec, request: KernelRequest) -> GuardedKernel:
        kernel = self._born(spec, request, wait=bool(request.credentials))  # they come with the order
        kernel.start(order(spec, request))
        return kernel

    def _born(self, spec: Kernelspec, request: KernelRequest, *, wait: bool) -> GuardedKernel:
        """A kernel whose guard knows all but the order."""
        folder = make_socket_folder()
        birth = new_birth(folder, waits=wait, cgroup=self._cgroup)
        birth |= {"argv": spec.command(birth["file"], wait=wait), "env": variables(spec, request)}
        try:
            Path(birth["file"]).write_text(json.dumps(birth["connection"]), encoding="utf-8")
            lease, guard = _start_guard()
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ExecutorError(f"No kernel can be started: {error}.", cure="Free some memory or processes.") from error
        polite = spec.interpreter is not None
        kernel = GuardedKernel(
            lease, polite=polite, language_info=language_info(spec), release=partial(_let_go, guard, folder)
        )
        kernel.send(birth)
        return kernel


def _let_go(guard: subprocess.Popen[bytes], folder: Path) -> None:
    try:
        guard.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        guard.kill()
        guard.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _start_guard() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """By the standard library alone: neither site packages nor the user's PYTHONPATH are in its way."""
    root = str(Path(__file__).parents[2])
    code = f"import sys; sys.path.append({root!r}); from studio.kernels.guard import main; main()"
    ours, theirs = socket.socketpair()
    with theirs:
        return ours, subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", code], stdin=theirs.fileno(), cwd="/", start_new_session=True
        )
