"""The API as clients meet it: a real server on a socket and on an address, over a real store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.api.app import make_api
from scheduler.api.door import Door
from scheduler.feeder import Feeder
from scheduler.metrics import Metrics
from scheduler.server import Server, tcp_socket, unix_socket
from scheduler.slicing import Slicing
from studio.app import App
from studio.flow import Flow, FlowInput, write_flow
from studio.settings import Settings
from studio.store.tokens import NewToken
from studio.token import new_secret, secret_hash
from studio.vault.ring import Key

ROWS = """
import pandas as pd

def run(*, month: str = "2026-10") -> Table:
    return pd.DataFrame({"n": range(250), "name": [f"row {i % 7}" for i in range(250)], "month": month})
"""


@dataclass
class Served:
    """A served API, and clients of it."""

    app: App
    api: Any
    local: httpx.Client
    """Over the socket."""
    address: str
    project: Path
    feeder: Feeder
    slicing: Slicing
    reasons: list[str]
    made: list[None]
    going: list[str]

    def token(self, *scopes: str, seconds: float | None = None) -> str:
        secret = new_secret()
        self.app.store.tokens.add(NewToken("robot", secret_hash(secret), list(scopes), "Ada", seconds))
        return secret

    def remote(self, *scopes: str, **headers: str) -> httpx.Client:
        """A client over the network whose token has these scopes; without any, it has no token."""
        given = {"Authorization": f"Bearer {self.token(*scopes)}"} if scopes else {}
        return httpx.Client(base_url=f"http://{self.address}", headers=given | headers, timeout=20)

    def flow(self, name: str = "rows") -> Path:
        """The file of a flow whose one node `rows` puts out a table of 250 rows."""
        flow = Flow.new(name)
        flow.inputs = [FlowInput(name="month", default="2026-11")]
        flow.add("code", "rows", source=ROWS, params={"month": {"$input": "month"}})
        path = self.project / f"{name}.flow"
        write_flow(flow, path)
        return path

    def ran(self) -> str:
        """A run of such a flow that has succeeded; its id."""
        return self.app.run(self.flow(), executor="in-process").run.id


@pytest.fixture
def served(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)  # where steps run that run in this process
    settings = Settings.from_environment(
        {
            "MILLRACE_HOME": str(tmp_path / "home"),
            "MILLRACE_STORE": store_url,
            "MILLRACE_PROJECTS": str(project),
            "MILLRACE_KEYS": Key.make().text,
        }
    )
    with App.open(settings) as app:
        yield from _served(app, project, tmp_path)


def _served(app: App, project: Path, folder: Path) -> Iterator[Served]:
    reasons: list[str] = []
    made: list[None] = []
    going: list[str] = []
    feeder, slicing, stopping = Feeder(app.store), Slicing(app.root), threading.Event()
    metrics = Metrics(app.store, lambda: {"ticker": 0.0})
    metrics.begin()
    api = make_api(
        app, "1.2.3", lambda: reasons, lambda: made.append(None),
        drain=lambda: going, feeder=feeder, slicing=slicing, metrics=metrics,
    )  # fmt: skip
    path = folder / "s.sock"
    servers = [
        Server("local", Door(api, "1.2.3", local=True), unix_socket(path), lambda: None),
        Server(
            "remote", Door(api, "1.2.3", local=False, hosts=["millrace.test"]), tcp_socket("127.0.0.1:0"), lambda: None
        ),
    ]
    looking = threading.Thread(target=feeder.serve, args=(stopping,))
    for begun in (*servers, looking):
        begun.start()
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://service", timeout=20) as local:
        yield Served(app, api, local, servers[1].address, project, feeder, slicing, reasons, made, going)
    stopping.set()
    looking.join()
    for server in servers:
        server.close()
    slicing.close()
