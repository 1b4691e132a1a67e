"""The warm launcher: kernels forked from templates, one template for each environment.

A kernel is there in milliseconds, where a cold one takes half a second of CPU time. What a template process does is
told in :mod:`studio.kernels.template`; this is its owner's side.
"""

from __future__ import annotations

import json
import logging
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from studio.exceptions import ExecutorError, UserError
from studio.kernels.cold import ColdLauncher
from studio.kernels.connection import make_socket_folder
from studio.kernels.environment import Environment, check_request, environment_of, order, variables
from studio.kernels.guarded import GuardedKernel, GuardGone
from studio.kernels.kernelspec import Kernelspec, kernelspec, language_info
from studio.kernels.launcher import KernelRequest
from studio.kernels.template import changed, remove_sockets

logger = logging.getLogger(__name__)

PRELOAD = ("pandas", "pyarrow", "polars")
ROOT = str(Path(__file__).parents[2])
START_SECONDS = 60.0
REFUSED_SECONDS = 60.0
"""How long kernels are cold where no template could be made."""
END_SECONDS = 5.0
MOST_TEMPLATES = 4
"""Templates of a launcher; the one that was not needed for longest makes room."""
TRIES = 3

CALM = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "_RJEM_MALLOC_CONF": "background_thread:false"}
"""Keeps the allocators of pyarrow and polars from starting threads in the template."""


class WarmLauncher:
    """Forks kernels from templates, with `spares` of each ready. Where there can be no template, kernels are cold."""

    def __init__(self, *, spares: int = 1, cgroup: str = "") -> None:
        self._spares = spares
        self._cgroup = cgroup
        self._templates: dict[Environment, TemplateProcess] = {}
        self._refused: dict[Environment, tuple[float, str]] = {}
        self._cold = ColdLauncher(spares=spares, cgroup=cgroup)
        self._kernels: set[GuardedKernel] = set()
        self._lock = threading.Lock()
        self._closed = False

    def warm(self, request: KernelRequest) -> None:
        """Make what requests like this one need."""
        spec = kernelspec(request.kernel)
        environment = environment_of(spec, request)
        if environment is not None and self._template(environment, spec, request) is None:
            self._cold.warm(request)

    def why_cold(self, request: KernelRequest) -> str:
        """Why kernels like this one are not forked; empty if they are, or were not asked for yet."""
        environment = environment_of(kernelspec(request.kernel), request)
        if environment is None:
            return "it is no IPython kernel"
        return self._refused.get(environment, (0.0, ""))[1]

    def launch(self, request: KernelRequest) -> GuardedKernel:
        """Raises UserError for an unknown kernel or working directory, ExecutorError if no process can be made."""
        spec = kernelspec(request.kernel)
        check_request(spec, request)
        environment = environment_of(spec, request)
        for _ in range(TRIES):
            template = None if environment is None else self._template(environment, spec, request)
            if template is None:
                break
            try:
                return self._keep(_leased(template, spec, request))
            except GuardGone as error:
                logger.warning("trying another kernel: %s", error)
        return self._keep(self._cold.launch(request))

    def close(self) -> None:
        with self._lock:
            kernels, self._kernels, self._closed = self._kernels, set(), True
            templates, self._templates = self._templates, {}
        for kernel in kernels:
            kernel.close()
        for template in templates.values():
            template.close()
        self._cold.close()

    def _keep(self, kernel: GuardedKernel) -> GuardedKernel:
        with self._lock:
            self._kernels = {one for one in self._kernels if not one.closed} | {kernel}
        return kernel

    def _template(self, environment: Environment, spec: Kernelspec, request: KernelRequest) -> TemplateProcess | None:
        """The environment's template as its packages are now; None if there can be none."""
        with self._lock:
            found = self._templates.pop(environment, None)
            if found is None or not found.usable():
                if found is not None:
                    found.close()
                found = self._made(environment, variables(spec, request))
            if found is not None:
                self._templates[environment] = found  # the newest is last
            return found

    def _made(self, environment: Environment, env: dict[str, str]) -> TemplateProcess | None:
        since, _ = self._refused.get(environment, (float("-inf"), ""))
        if self._closed or time.monotonic() - since < REFUSED_SECONDS:
            return None
        while len(self._templates) >= MOST_TEMPLATES:
            self._templates.pop(next(iter(self._templates))).close()
        try:
            return TemplateProcess(environment, env, self._spares, self._cgroup)
        except ExecutorError as error:
            _check_ipykernel(environment.interpreter)
            logger.warning("kernels are started cold: %s", error)
            self._refused[environment] = (time.monotonic(), error.message)
            return None


def _check_ipykernel(interpreter: tuple[str, ...]) -> None:
    """Raises UserError if the environment can run no kernel at all."""
    tried = subprocess.run([*interpreter, "-c", "import ipykernel"], capture_output=True, cwd="/")
    if tried.returncode and b"ModuleNotFoundError" in tried.stderr:
        raise UserError(
            f"The environment of {interpreter[0]} has no ipykernel.",
            cure=f"Install it there: {interpreter[0]} -m pip install ipykernel.",
        )


def _leased(template: TemplateProcess, spec: Kernelspec, request: KernelRequest) -> GuardedKernel:
    kernel = GuardedKernel(template.connect(request.lane), polite=True, language_info=language_info(spec))
    kernel.start(order(spec, request))
    return kernel


class TemplateProcess:
    """A running template, seen from its owner. Raises ExecutorError if it does not start."""

    def __init__(self, environment: Environment, env: dict[str, str], spares: int, cgroup: str) -> None:
        if sys.platform != "linux":
            raise ExecutorError("kernels are forked on Linux only")
        self._gone = False
        self._folder = make_socket_folder()
        options = {
            "folder": str(self._folder),
            "preload": [*PRELOAD, *environment.preload],
            "spares": spares,
            "cgroup": cgroup,
        }
        code = f"import sys; sys.path.append({ROOT!r}); from studio.kernels.template import main; main()"
        self._process = subprocess.Popen(
            [*environment.interpreter, "-c", code, json.dumps(options)], env=env | CALM,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            self._depends: dict[str, int] = json.loads(self._first_line())
        except BaseException:
            self.close()
            shutil.rmtree(self._folder, ignore_errors=True)  # a rehearsal may have left something
            raise

    def usable(self) -> bool:
        """Whether it lives, and has imported what is installed now."""
        if self._gone or self._process.poll() is not None or not self._folder.exists():
            return False
        return all(changed(path) == then for path, then in self._depends.items())

    def connect(self, lane: str) -> socket.socket:
        lease = socket.socket(socket.AF_UNIX)
        try:
            lease.connect(str(self._folder / lane))
        except OSError as error:
            lease.close()
            self._gone = True
            raise GuardGone(f"The template has gone: {error}.", retryable=True) from error
        return lease

    def close(self) -> None:
        """Kernels that were leased stay with their owners."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        remove_sockets(str(self._folder))

    def _first_line(self) -> bytes:
        assert self._process.stdout is not None
        said = b""
        end = time.monotonic() + START_SECONDS
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        while not said.endswith(b"\n"):
            if not poll.poll(1000 * max(0.0, end - time.monotonic())):
                raise ExecutorError(f"the template was not ready within {START_SECONDS:g} s")
            more = os.read(self._process.stdout.fileno(), 65536)
            if not more:
                raise ExecutorError("the template did not start; its traceback is in this process's error output")
            said += more
        return said
