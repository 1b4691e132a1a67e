"""Behind a real JupyterHub, with its proxy and a login by cookie."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websocket import WebSocketBadStatusException

from studio.flow import Flow, write_flow
from tests.cluster import HOUSE, QUICK, free_port, wait_for
from tests.jupyter import Window, jupyter_folders, kill_group, start_service

CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/team/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.cleanup_servers = True
c.Authenticator.allow_all = True
c.ConfigurableHTTPProxy.command = ["{python}", "-c", "from configurable_http_proxy.cli import main; main()"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/users/{{username}}"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = {environment}
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
"""


@dataclass
class Hub:
    """A hub and who is logged in to it."""

    folder: Path
    url: str

    @contextmanager
    def log_in(self, name: str) -> Iterator[httpx.Client]:
        """A browser whose own server runs, from `/user/NAME/millrace/` on."""
        own = f"{self.url}user/{name}/"
        with httpx.Client(base_url=f"{own}millrace/", follow_redirects=True, timeout=120) as browser:
            browser.get(f"{self.url}hub/login").raise_for_status()
            form = {"username": name, "password": "x", "_xsrf": browser.cookies["_xsrf"]}
            browser.post(f"{self.url}hub/login", data=form).raise_for_status()

            def spawned() -> bool:
                page = browser.get(f"{own}lab")
                return page.status_code == 200 and str(page.url).startswith(f"{own}lab")

            wait_for(spawned, seconds=120, what="the user's server")
            yield browser

    def xsrf(self, browser: httpx.Client, name: str) -> dict[str, str]:
        path = httpx.URL(f"{self.url}user/{name}/").path
        found = [one.value for one in browser.cookies.jar if one.name == "_xsrf" and one.path == path]
        return {"X-XSRFToken": str(found[0]), "Referer": f"{self.url}user/{name}/lab"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    port, inner, api = free_port(), free_port(), free_port()
    environment = {
        **jupyter_folders(folder / "jupyter"), **QUICK, "PYTHONPATH": HOUSE, "MILLRACE_HOME": str(folder / "home"),
        "MILLRACE_KEY_FILE": str(folder / "secret" / "keys"), "MILLRACE_WORKERS": "1",
    }  # fmt: skip
    text = CONFIG.format(
        port=port, hub=inner, api=api, folder=folder, python=sys.executable, environment=json.dumps(environment)
    )
    (folder / "config.py").write_text(text)
    (folder / "users").mkdir()
    command = [sys.executable, "-m", "jupyterhub", "-f", str(folder / "config.py")]
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    made = Hub(folder, f"http://127.0.0.1:{port}/team/")
    try:
        wait_for(lambda: _answers(made.url, process), seconds=120, what="the hub")
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        found = folder / "home" / "service.json"
        if found.exists():
            kill_group(json.loads(found.read_text())["pid"])


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None
    try:
        return httpx.get(f"{url}hub/login").is_success
    except httpx.TransportError:
        return False


def test_a_person_of_a_hub_uses_the_service_by_cookie(hub: Hub) -> None:
    with hub.log_in("ada") as browser:
        mine = hub.xsrf(browser, "ada")
        start_service(browser, **mine)
        listed = browser.get("api/runs", headers=mine)
        assert (listed.status_code, listed.json()["items"]) == (200, [])
        told = browser.get("service", headers=mine).json()
        assert (told["state"], told["outlives"]) == ("ready", False)
        assert "JupyterHub" in told["outlives_why"]
        flow = hub.folder / "users" / "ada" / "hers.flow"
        write_flow(Flow.new("Hers"), flow)
        place = browser.post("paths", json={"path": "hers.flow"}, headers=mine).json()
        assert place["file"] == str(flow)
        refused = browser.post("api/flows", json={"path": str(flow)}, headers={"Referer": mine["Referer"]})
        assert refused.status_code == 403
        published = browser.post("api/flows", json={"path": str(flow)}, headers=mine)
        assert published.json()["revision"]["author"] == "ada"

        cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar if "/hub" not in one.path)
        socket = f"{hub.url}user/ada/".replace("http", "ws")
        origin = str(httpx.URL(hub.url).copy_with(path="/")).rstrip("/")
        window = Window(socket, cookie=cookies, origin=origin)
        window.subscribe("all", "/events")
        assert window.next("last")["id"] == "all"
        window.close()
        with pytest.raises(WebSocketBadStatusException, match="403"):
            Window(socket, origin=origin)
        with pytest.raises(WebSocketBadStatusException, match="403"):
            Window(socket, cookie=cookies, origin="https://evil.example")


def test_nobody_else_reaches_a_persons_service(hub: Hub) -> None:
    with hub.log_in("ada") as ada, hub.log_in("eve") as eve:
        assert ada.get("service", headers=hub.xsrf(ada, "ada")).status_code == 200
        refused = eve.get(f"{hub.url}user/ada/millrace/api/runs", headers=hub.xsrf(eve, "eve"))
        assert refused.status_code in (403, 404)
        assert "items" not in refused.text
