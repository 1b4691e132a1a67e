"""What is there to be asked for: one of each thing that the API knows, so that it says more than that there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from scheduler.mapping import Arrival
from scheduler.webhooks import payload_of
from studio.flow import read_flow, write_flow
from studio.store.deliveries import NewDelivery
from studio.store.events import NewEvent
from tests.contract.api.conftest import Served

FACTS = "def run() -> Json:\n    return {'sizes': [250, {'of': 'rows'}]}\n"
NIGHTLY = {"schedule": {"cron": "@daily"}}
SHOP = {"kind": "webhook", "methods": [{"kind": "open"}], "mapping": {"month": "/body/month"}}
CHAT = {"kind": "webhook", "url": "http://127.0.0.1:9/"}
BANK = {"username": "ada", "password": "swordfish"}


def known(served: Served) -> dict[str, list[Any]]:
    """Parameter, after where it stands -> values that lead somewhere."""
    path = _flow(served)
    run = served.app.run(path, executor="in-process").run.id
    flow = served.app.publish(path).revision.flow_id
    cron = _made(served, "/triggers", flow_id=flow, name="nightly", settings=NIGHTLY)["trigger_id"]
    shop = _made(served, "/triggers", flow_id=flow, name="shop", settings=SHOP)["trigger_id"]
    alert = _made(served, "/alerts", name="chat", conditions=["failed"], settings=CHAT)["alert_id"]
    _made(served, "/credentials", name="bank", type="http.basic", values=BANK)
    return {
        "path.run_id": [run],
        "path.step": ["rows", "facts"],
        "path.port": ["table", "json"],
        "path.flow_id": [flow],
        "path.number": [1],
        "path.trigger_id": [cron, shop],
        "path.delivery_id": [delivery(served, shop, b'{"month": 7}')],
        "path.environment": ["default"],
        "path.name": ["bank"],
        "path.alert_id": [alert],
        "path.component_id": ["read.csv", "code"],
        "query.flow": [flow, "rows"],
        "query.flow_id": [flow],
        "query.trigger_id": [shop],
        "query.path": [str(path), str(served.project)],
        "query.to": [1],
        "query.column": ["n", "name"],
        "body.flow_id": [flow],
        "body.origin_run": [run],
        "query.pointer": ["/sizes"],
        "body.path": [str(path)],
        "body.text": [path.read_text()],
        "body.type": ["http.basic", "secret"],
        "header.If-Match": ["*"],
    }


def _flow(served: Served) -> Path:
    """One whose run has a table and a JSON value."""
    path = served.flow()
    flow = read_flow(path)
    flow.add("code", "facts", source=FACTS)
    write_flow(flow, path)
    return path


def _made(served: Served, path: str, **body: Any) -> dict[str, Any]:
    answer = served.local.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def delivery(served: Served, trigger_id: str, body: bytes) -> str:
    """A delivery that was refused, and what came with it; its id."""
    trigger = served.app.store.triggers.get(trigger_id)
    headers = ((b"Content-Type", b"application/json"),)
    arrival = Arrival("POST", "/hooks/shop", b"a=1", headers, body, datetime.now(UTC))
    new = NewDelivery(
        trigger.id, "invalid", 422, "no month", body_hash=sha256(body).hexdigest(), size=len(body), key="k"
    )
    return served.app.store.deliveries.record(new, NewEvent("webhook", payload_of(trigger, arrival), body)).id
