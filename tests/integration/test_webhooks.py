"""Webhooks as people set them up: commands, a service with an address, the example's flow, and its answer."""

from __future__ import annotations

import base64
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from studio.address import running
from tests.cluster import QUICK, Millrace, wait_for
from tests.served import Served, UnixConnection

ORDERS = Path(__file__).parents[2] / "notebooks" / "examples" / "orders"
ORDER = {"order": {"id": "10017", "lines": [{"article": "A-7", "pieces": 3}]}}
ADD = (
    "triggers", "add", "orders.flow", "--name", "shop", "--webhook", "shop/orders", "--auth", "open",
    "--map", "number=/body/order/id", "--map", "lines=/body/order/lines",
)  # fmt: skip


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    environment = {**QUICK, "MILLRACE_WORKERS": "2", "MILLRACE_HOOKS": "127.0.0.1:0"}
    made = Served(Millrace(tmp_path / "home", environment))
    yield made
    if made.process is not None and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.communicate()


@pytest.fixture
def project(served: Served, tmp_path: Path) -> Path:
    """The example's folder, whose flow is published."""
    folder = Path(shutil.copytree(ORDERS, tmp_path / "orders"))
    done = served.millrace("publish", "orders.flow", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def url_of(served: Served) -> str:
    shown = served.millrace.json("triggers", "show", "shop")
    return str(shown["url"])


def test_an_order_is_priced_while_the_shop_waits(served: Served, project: Path) -> None:
    added = served.millrace(*ADD, "--respond", "60", cwd=project)
    assert added.returncode == 0, added.stderr
    assert "No service runs here" in added.stderr
    served.start()
    url = url_of(served)
    assert url.endswith("/hooks/shop/orders")
    answer = httpx.post(url, json=ORDER, timeout=90)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert answer.json() == {"number": "10017", "total": "37.50", "currency": "EUR"}
    unknown = httpx.post(url, json={"order": {"id": "1", "lines": [{"article": "Z", "pieces": 1}]}}, timeout=90)
    assert (unknown.status_code, unknown.json()["detail"]) == (502, "The run has failed.")
    incomplete = httpx.post(url, json={"order": {"id": "2"}})
    assert [one["input"] for one in incomplete.json()["problems"]] == ["lines"]
    listed = served.millrace.json("triggers", "deliveries", "shop")["deliveries"]
    assert [(one["outcome"], one["status"]) for one in listed] == [
        ("invalid", 422), ("accepted", 502), ("accepted", 201),
    ]  # fmt: skip
    replayed = served.millrace.json("triggers", "replay", listed[-1]["delivery_id"])
    assert replayed["replay_of"] == listed[-1]["delivery_id"]
    wait_for(lambda: served.states().count("succeeded") == 2, what="the run of the replay")
    assert served.millrace("triggers", "replay", listed[0]["delivery_id"]).returncode == 2
    with served.store() as store:
        assert store.invariants.breaches() == []
    assert served.end()[0] == 0


def test_webhooks_are_apart_from_the_api_but_for_the_users_own_socket(served: Served, project: Path) -> None:
    served.millrace.environment["MILLRACE_API"] = "127.0.0.1:0"
    assert served.millrace(*ADD, cwd=project).returncode == 0
    served.start()
    address = running(served.millrace.home)
    assert address is not None
    body = b'{"order": {"id": "10017", "lines": []}}'
    local = UnixConnection(address.socket)
    local.request("POST", "/hooks/shop/orders", body, {"Content-Type": "application/json"})
    assert local.getresponse().status == 202
    local.close()
    assert httpx.post(f"http://{address.api}/hooks/shop/orders", content=body).status_code == 404
    assert httpx.get(f"http://{address.hooks}/health/live").status_code == 404
    assert httpx.get(f"http://{address.api}/health/live").status_code == 200


def test_people_are_told_what_keeps_a_webhook_from_being_called(served: Served, project: Path) -> None:
    def refused(*options: str) -> str:
        done = served.millrace("triggers", "add", "orders.flow", "--webhook", *options, cwd=project)
        assert done.returncode == 2, done.stdout
        return done.stderr

    maps = ("--map", "number=/body/n", "--map", "lines=/body/l")
    assert "--auth" in refused(*maps)
    assert "no method" in refused("--auth", "password", *maps)
    assert "input 'lines' has no value" in refused("--auth", "open", "--map", "number=/body/n")
    assert "no input 'nubmer'" in refused("--auth", "open", "--map", "nubmer=/body/n")
    assert "no JSON Pointer" in refused("--auth", "open", "--map", "number=body.n")
    assert "--every is for triggers of another kind" in refused("--auth", "open", "--every", "1d")
    assert served.millrace(*ADD, cwd=project).returncode == 0
    assert "Another trigger has the path" in served.millrace(*ADD, cwd=project).stderr
    assert "has no schedule" in served.millrace("triggers", "fire", "shop").stderr
    served.millrace.environment["MILLRACE_HOOKS"] = ""
    served.start()
    assert "set MILLRACE_HOOKS" in served.millrace(*ADD[:4], "again", "--webhook", *ADD[7:], cwd=project).stderr
    paused = served.millrace("triggers", "pause", "shop", "--note", "the shop moves")
    assert paused.returncode == 0
    assert "the shop moves" in served.millrace("triggers", "show", "shop").stdout
    assert "when it is called" in served.millrace("triggers", "resume", "shop").stdout
    listed = served.millrace("triggers", "list").stdout
    assert "/hooks/shop/orders" in listed


def keep(served: Served, name: str, secret: str) -> None:
    command = [sys.executable, "-m", "studio.cli.main", "credentials", "add", name, "--type", "secret", "--stdin"]
    environment = served.millrace.environment
    subprocess.run(command, input=json.dumps({"value": secret}), text=True, env=environment, check=True)


def test_senders_are_known_by_stored_credentials_and_forgeries_are_refused(served: Served, project: Path) -> None:
    standard, github = "whsec_" + base64.b64encode(b"a secret of 24 bytes here").decode(), "It's a Secret to Everybody"
    keep(served, "shop", standard)
    keep(served, "github", github)
    command = [*ADD[: ADD.index("open")], "standard:shop", "--auth", "github:github", *ADD[ADD.index("open") + 1 :]]
    added = served.millrace(*command, cwd=project)
    assert added.returncode == 0, added.stderr
    served.start()
    url, body, now = url_of(served), json.dumps(ORDER), datetime.now(UTC)

    def post(**headers: str) -> int:
        return httpx.post(url, content=body, headers={"content-type": "application/json", **headers}).status_code

    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(standard).sign("msg_1", now, body),
    }
    assert [post(**signed), post(**signed)] == [202, 202]
    assert post(**signed | {"webhook-id": "msg_2"}) == 401
    mac = "sha256=" + hmac.new(github.encode(), body.encode(), "sha256").hexdigest()
    assert post(**{"X-Hub-Signature-256": mac, "X-GitHub-Delivery": "d1"}) == 202
    assert post(**{"X-Hub-Signature-256": mac[:-1] + "0" * (mac[-1] != "0") + "1" * (mac[-1] == "0")}) == 401
    assert post() == 401
    used = served.millrace.json("credentials", "log", "shop")["events"]
    assert "webhook shop" in used[0]["who"]
    refused = served.millrace("credentials", "remove", "shop")
    assert "used in default by webhook shop" in refused.stderr
    wait_for(lambda: served.states().count("succeeded") == 2, what="the runs")
    assert served.end()[0] == 0
