"""The cold launcher: a new process for every kernel, from the kernelspec's own command."""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from studio.exceptions import ExecutorError, UserError
from studio.kernels import limits, polite
from studio.kernels.launcher import KernelRequest, Usage

LONGEST_SOCKET_PATH = 100
"""Bytes; systems allow 104 to 108."""
START_SECONDS = 30.0
"""How long a guard may take to start on a loaded machine."""
KILL_SECONDS = 5.0

LANGUAGE_INFO = {
    "name": "python",
    "version": sys.version.split()[0],
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
    "pygments_lexer": f"ipython{sys.version_info[0]}",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
"""What an IPython kernel of this Python says of itself."""


class ColdLauncher:
    """Starts each kernel as a new process with a guard of its own."""

    def __init__(self) -> None:
        self._kernels: set[ColdKernel] = set()
        self._lock = threading.Lock()

    def launch(self, request: KernelRequest) -> ColdKernel:
        """Raises UserError for an unknown kernel or working directory, ExecutorError if no process can be made."""
        spec = kernelspec(request.kernel)
        if not request.directory.is_dir():
            raise UserError(f"The working directory {request.directory} does not exist.", cure="Make the folder.")
        kernel = ColdKernel(spec, request)
        with self._lock:
            self._kernels = {one for one in self._kernels if not one.closed} | {kernel}
        return kernel

    def close(self) -> None:
        with self._lock:
            kernels, self._kernels = self._kernels, set()
        for kernel in kernels:
            kernel.close()


class ColdKernel:
    """A kernel, seen through its guard. Thread-safe."""

    def __init__(self, spec: Any, request: KernelRequest) -> None:
        self._ending = threading.RLock()  # taken before the other two: whoever waits needs the pipes open
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._said = b""
        self._usage: Usage | None = None
        self.closed = False
        self._folder = make_socket_folder()
        self._token = secrets.token_hex(16)
        self.connection = _connection(self._folder)
        argv = _command(spec, self._folder)
        self.polite = polite.__file__ in argv
        self.language_info = dict(LANGUAGE_INFO) if self.polite and argv[0] == sys.executable else None
        try:
            (self._folder / "kernel.json").write_text(json.dumps(self.connection), encoding="utf-8")
            self._guard = _start_guard()
            self._send(self._order(argv, spec, request))
            self.pid: int = self._first_answer()["pid"]
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise ExecutorError(f"No kernel can be started: {error}.", cure="Free some memory or processes.") from error

    def _order(self, argv: list[str], spec: Any, request: KernelRequest) -> dict[str, Any]:
        env = os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"} | spec.env | request.env
        env |= {"JPY_PARENT_PID": "1", limits.MARK: self._token}  # the guard, not a polling thread, looks after it
        return {
            "argv": argv, "env": env, "directory": str(request.directory), "memory": request.memory,
            "log": str(request.log or ""), "log_limit": request.log_limit, "folder": str(self._folder),
        }  # fmt: skip

    def fileno(self) -> int:
        assert self._guard.stdout is not None
        return self._guard.stdout.fileno()

    def poll(self) -> int | None:
        with self._lock:
            if self._usage is None and not self.closed:
                self._listen()
            return None if self._usage is None else self._usage.exit_code

    def signal(self, number: int) -> None:
        if self.poll() is None:
            self._send({"signal": number})

    def kill(self) -> None:
        with self._ending:
            self._send({"kill": True})
            if not self._wait(KILL_SECONDS):  # the guard is stopped or stuck
                self._guard.kill()
                self._wait(KILL_SECONDS)

    def close(self) -> Usage:
        with self._ending:
            self.kill()
            with self._sending, self._lock:
                if not self.closed:
                    self._let_go()
                    self.closed = True
        return self._usage or Usage()

    def _let_go(self) -> None:
        self._guard.wait()
        for pipe in (self._guard.stdin, self._guard.stdout):
            assert pipe is not None
            pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _send(self, message: dict[str, Any]) -> None:
        with self._sending:
            if self.closed:
                return
            assert self._guard.stdin is not None
            left = memoryview(json.dumps(message).encode() + b"\n")
            try:
                while left:
                    left = left[os.write(self._guard.stdin.fileno(), left) :]
            except BrokenPipeError:  # the guard has gone, and says so on its other pipe
                return

    def _first_answer(self) -> dict[str, Any]:
        while b"\n" not in self._said:
            more = os.read(self.fileno(), 65536) if _readable(self.fileno(), START_SECONDS) else b""
            if not more:
                self._guard.kill()
                self._let_go()
                raise ExecutorError("The kernel's guard did not start.", cure="Is the machine overloaded?")
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        os.set_blocking(self.fileno(), False)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _listen(self) -> None:
        """Take in what the guard has said; a guard that ends without a word was killed."""
        ended = False
        try:
            while more := os.read(self.fileno(), 65536):
                self._said += more
            ended = True
        except BlockingIOError:
            pass
        if b"\n" in self._said:
            last = json.loads(self._said)
            self._usage = Usage(last["exit"], last["cpu"], last["peak"], last["breach"])
        elif ended:
            limits.kill_group(self.pid)
            limits.kill_marked(self._token)
            self._usage = Usage(-signal.SIGKILL)

    def _wait(self, seconds: float) -> bool:
        """Whether it is dead, at the latest after so many seconds."""
        deadline = time.monotonic() + seconds
        while self.poll() is None and not self.closed:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            _readable(self.fileno(), left)
        return True


def make_socket_folder() -> Path:
    """A new folder that only this user can enter, with a path short enough for sockets in it."""
    parent = tempfile.gettempdir()
    if len(os.fsencode(parent)) + len("/mr-12345678/k-5") > LONGEST_SOCKET_PATH:
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a name of our own there
    return Path(tempfile.mkdtemp(prefix="mr-", dir=parent))


def _connection(folder: Path) -> dict[str, Any]:
    """Sockets in the file system: no ports to run out of or to race for, and nothing on a network."""
    names = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    ports = {name: number for number, name in enumerate(names, 1)}
    return {
        "transport": "ipc", "ip": str(folder / "k"), "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256", "kernel_name": "", **ports,
    }  # fmt: skip


def program(kernel: str) -> str:
    """The program that a kernel of that name would be started by; raises UserError if there is no such kernel."""
    return _command(kernelspec(kernel), Path())[0]


def kernelspec(name: str) -> Any:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    specs = KernelSpecManager()
    try:
        return specs.get_kernel_spec(name)
    except NoSuchKernel as error:
        known = ", ".join(sorted(specs.find_kernel_specs()))
        raise UserError(f"There is no kernel named {name!r}.", cure=f"Installed are: {known}.") from error


def _command(spec: Any, folder: Path) -> list[str]:
    """The kernelspec's command; IPython kernels are started by our own script, which lets them end politely."""
    python = {"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"}
    argv = [sys.executable if spec.argv[0] in python else spec.argv[0], *spec.argv[1:]]
    if argv[1:3] == ["-m", "ipykernel_launcher"]:
        argv[1:3] = [polite.__file__]
    values = {
        "connection_file": str(folder / "kernel.json"),
        "resource_dir": spec.resource_dir,
        "prefix": sys.prefix,
    }
    return [re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), word) for word in argv]


def _start_guard() -> subprocess.Popen[bytes]:
    """By the standard library alone: neither site packages nor the user's PYTHONPATH are in its way."""
    root = str(Path(__file__).parents[2])
    code = f"import sys; sys.path.append({root!r}); from studio.kernels.guard import main; main()"
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd="/", start_new_session=True,
    )  # fmt: skip


def _readable(fd: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(1000 * seconds))
