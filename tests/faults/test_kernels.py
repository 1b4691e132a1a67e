"""Kill what stands behind a running step: its template, its kernel, its worker. Other steps do not notice."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import psutil
import pytest

from studio.flow import Execution, Flow, Retry, write_flow
from tests.cluster import DaskProcesses, Millrace, dask_processes, wait_for

from .test_kill import Going, assert_each_step_committed_once, attempts, rows

KINDS = ("code", "component")


class Door:
    """A web server that lets nobody in until it is opened. Steps of any kind knock on it by asking for its URL."""

    def __init__(self) -> None:
        knocks: Queue[int] = Queue()
        opened = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                knocks.put(self.client_address[1])
                opened.wait()
                with suppress(ConnectionError):  # whoever has knocked is dead
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b"1")

            def log_message(self, *_: Any) -> None:
                pass

        self.knocks = knocks
        self.open = opened.set
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def kernel(self) -> psutil.Process:
        """Who knocks next; waits for it."""
        port = self.knocks.get(timeout=60)
        return next(one for one in psutil.process_iter() if port in ports(one))

    def close(self) -> None:
        self.open()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def ports(process: psutil.Process) -> list[int]:
    with suppress(psutil.Error):
        return [connection.laddr.port for connection in process.net_connections("tcp") if connection.laddr]
    return []


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    door = Door()
    yield door
    door.close()


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for everything that launchers of workers make."""
    folder = tmp_path / "s"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def cluster(tmp_path: Path, sockets: Path, door: Door) -> Iterator[DaskProcesses]:
    """Started last: it inherits the variables."""
    (tmp_path / "cluster").mkdir()
    with dask_processes(tmp_path / "cluster") as processes:
        yield processes


ASK = "import urllib.request\ndef run(*, url: str) -> Json:\n    return int(urllib.request.urlopen(url).read())\n"
"""What the component `http.request` does, as a code node."""


def project(folder: Path, kind: str, url: str, *, times: int = 0) -> Path:
    """first -> slow -> last, where `slow` knocks on the door."""
    flow = Flow.new("Slow")
    execution = Execution(retry=Retry(times=times, wait=0))
    flow.add("code", "first", source="def run() -> Json:\n    return 1\n")
    if kind == "code":
        flow.add("code", "slow", source=ASK, params={"url": url}, execution=execution)
    else:
        flow.add("http.request", "slow", params={"url": url, "timeout": 600}, execution=execution)
    flow.connect("first", "slow")
    flow.add("code", "last", source="def run(slow: Json) -> Json:\n    return slow + 1\n", inputs={"slow": "slow.json"})
    write_flow(flow, folder / "slow.flow")
    return folder


def forked_from(kernel: psutil.Process) -> psutil.Process:
    """A kernel's template."""
    template = kernel.parents()[1]
    assert "kernels.template" in " ".join(template.cmdline())
    return template


def command(process: psutil.Process) -> str:
    """Empty for a zombie, and for who has just gone."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@contextmanager
def running(millrace: Millrace, cluster: DaskProcesses, flow: Path) -> Iterator[Going]:
    going = Going(millrace, flow, "--dask", cluster.address)
    try:
        yield going
    finally:
        if going.process.poll() is None:
            os.killpg(going.process.pid, signal.SIGKILL)
        going.process.communicate()


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_outlives_its_template_and_the_run_goes_on(
    millrace: Millrace, cluster: DaskProcesses, door: Door, tmp_path: Path, kind: str
) -> None:
    with running(millrace, cluster, project(tmp_path, kind, door.url)) as going:
        template = forked_from(door.kernel())
        template.kill()
        wait_for(lambda: not command(template), what="the template's end")
        door.open()
        assert going.end()["state"] == "succeeded"
    assert attempts(millrace) == ["succeeded"]
    assert door.knocks.empty()
    assert_each_step_committed_once(millrace)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_whose_kernel_is_killed_is_tried_again_where_its_node_says_so(
    millrace: Millrace, cluster: DaskProcesses, door: Door, tmp_path: Path, kind: str
) -> None:
    with running(millrace, cluster, project(tmp_path, kind, door.url, times=1)) as going:
        first = door.kernel()
        first.kill()
        second = door.kernel()
        door.open()
        assert going.end()["state"] == "succeeded"
    assert first != second
    assert attempts(millrace) == ["failed", "succeeded"]
    [(failure,)] = rows(millrace, "select failure from attempt where step = 'slow' and number = 1")
    assert (json.loads(failure)["code"], json.loads(failure)["fault"]) == ("killed", "system")
    assert_each_step_committed_once(millrace)


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_a_killed_worker_had_for_its_steps_is_gone_and_another_does_them(
    millrace: Millrace, cluster: DaskProcesses, door: Door, sockets: Path, tmp_path: Path, kind: str
) -> None:
    with running(millrace, cluster, project(tmp_path, kind, door.url)) as going:
        kernel = door.kernel()
        folder = next(path for path in sockets.glob("mr-*") if str(path) in command(forked_from(kernel)))
        worker = cluster.worker_of(kernel.pid)
        family = psutil.Process(worker.pid).children(recursive=True)
        worker.kill()
        wait_for(lambda: not any(map(command, family)), what="the end of the worker's family")
        # spares may have been forked since the family was counted
        wait_for(
            lambda: not [one for one in psutil.process_iter() if str(folder) in command(one)], what="the last ones"
        )
        assert not folder.exists()
        assert cluster.worker_of(door.kernel().pid) != worker
        door.open()
        assert going.end()["state"] == "succeeded"
    assert attempts(millrace) == ["lost", "succeeded"]
    assert_each_step_committed_once(millrace)
