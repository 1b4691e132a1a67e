"""A real Jupyter server for tests, in folders of its own, and the service that it starts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
import websocket

from studio.flow import Flow, format_flow
from tests.cluster import HOUSE, QUICK, free_port, wait_for

TOKEN = "t" * 40
BASE = "/a/b/"


class Jupyter:
    """A Jupyter server below a base URL, with a `MILLRACE_HOME` of its own."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, *options: str, before: str = "pass"
    ) -> None:
        self.root = folder / "root"
        self.home = folder / "home"
        self.root.mkdir(parents=True)
        self.environment = {
            **os.environ, **jupyter_folders(folder / "jupyter"), **QUICK,
            "MILLRACE_HOME": str(self.home), "MILLRACE_KEY_FILE": str(folder / "secret" / "keys"),
            "MILLRACE_WORKERS": "1", "MILLRACE_DRAIN_SECONDS": "1", "PYTHONPATH": HOUSE, **(environment or {}),
        }  # fmt: skip
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{BASE}"
        self._log = folder / "jupyter.log"
        self.process = self._start(before, options)

    def _start(self, before: str, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
        """`before`: a statement that the server's process begins with."""
        program = f"{before}; from jupyter_server.serverapp import main; main()"
        command = [
            sys.executable, "-c", program, "--allow-root", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={BASE}",
            f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={TOKEN}", *options,
        ]  # fmt: skip
        with self._log.open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)

        def listens() -> bool:
            assert process.poll() is None, self.log
            try:
                return httpx.get(f"{self.url}api").is_success
            except httpx.TransportError:
                return False

        wait_for(listens, what="the Jupyter server")
        return process

    @property
    def log(self) -> str:
        return self._log.read_text()

    def client(self, **headers: str) -> httpx.Client:
        """A program that is logged in, from `{base_url}millrace/` on."""
        given = {"Authorization": f"token {TOKEN}", **headers}
        return httpx.Client(base_url=f"{self.url}millrace/", headers=given, timeout=60)

    def stream(self, **options: Any) -> Window:
        return Window(self.url.replace("http", "ws"), header=[f"Authorization: token {TOKEN}"], **options)

    def service(self) -> psutil.Process:
        return psutil.Process(json.loads((self.home / "service.json").read_text())["pid"])

    def kill_service(self) -> None:
        """With all that it has started itself."""
        kill_group(self.service().pid)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        try:
            self.kill_service()
        except (FileNotFoundError, psutil.NoSuchProcess):
            return


class Window:
    """A browser's window, as far as its stream goes."""

    def __init__(self, url: str, **options: Any) -> None:
        self._socket = websocket.create_connection(f"{url}millrace/stream", timeout=60, **options)

    def send(self, message: Any) -> None:
        self._socket.send(json.dumps(message))

    def subscribe(self, id: str, path: str, after: str | None = None) -> None:
        self.send({"subscribe": {"id": id, "path": path, "after": after}})

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next message that has one of these members; any, if none are given."""
        while True:
            text = self._socket.recv()
            if not text:
                raise ConnectionError("The window was closed.")
            message: dict[str, Any] = json.loads(text)
            if not kinds or any(kind in message for kind in kinds):
                return message

    def close(self) -> None:
        self._socket.close()
        self._socket.shutdown()  # what the server has closed, the line before leaves open


def jupyter_folders(folder: Path) -> dict[str, str]:
    """The environment of a Jupyter that has our extension, and nothing of whoever tests."""
    enabled = folder / "config" / "jupyter_server_config.d"
    enabled.mkdir(parents=True)
    shutil.copy(Path(HOUSE) / "jupyter_extension" / "server-config" / "millrace.json", enabled)
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    names |= {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    return {name: str(folder / part) for name, part in names.items()}


def kill_group(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", what="the end")


def start_service(client: httpx.Client, **headers: str) -> None:
    """As a person does who waits for it."""
    wait_for(lambda: client.post("service", headers=headers).raise_for_status().status_code == 200, what="the service")


def run_flow(client: httpx.Client, flow: Flow, path: Path, **asked: Any) -> str:
    """Run a draft by the proxy; returns the run's id."""
    start_service(client)
    started = client.post("api/runs", json={"document": json.loads(format_flow(flow)), "path": str(path), **asked})
    assert started.status_code == 201, started.text
    return str(started.json()["run_id"])


def ended(client: httpx.Client, run_id: str) -> str:
    """The state in which a run ends."""
    states = ("succeeded", "failed", "cancelled")

    def look() -> str:
        state: str = client.get(f"api/runs/{run_id}").json()["state"]
        return state if state in states else ""

    return wait_for(look, what="the run's end")
