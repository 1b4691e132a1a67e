"""Webhooks that are really served, for tests: a store, a published flow, a server with sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from scheduler.hooks.application import Hooks
from scheduler.server import Server, tcp_socket
from scheduler.webhook_triggers import WebhookTriggers
from studio.artifacts.root import ArtifactRoot
from studio.credential import Revealed
from studio.exceptions import NotFound
from studio.flow import Flow, FlowInput, format_flow
from studio.store.deliveries import Delivery
from studio.store.flows import NewRevision
from studio.store.store import Store
from studio.store.triggers import Trigger
from studio.trigger import WebhookTrigger

STANDARD = "whsec_" + base64.b64encode(b"a secret of 24 bytes here").decode()
OTHER_STANDARD = "whsec_" + base64.b64encode(b"another one, of 25 bytes.").decode()
GITHUB = "It's a Secret to Everybody"
OPEN = {"methods": [{"kind": "open"}]}


CREDENTIALS = {
    "standard": Revealed("standard", "secret", {"value": STANDARD}),
    "standard-old": Revealed("standard-old", "secret", {"value": OTHER_STANDARD}),
    "github": Revealed("github", "secret", {"value": GITHUB}),
    "key": Revealed("key", "http.api-key", {"key": "correct horse", "header": "X-Shop-Key"}),
    "login": Revealed("login", "http.basic", {"username": "Aladdin", "password": "open sesame"}),
}


def reveal(names: Sequence[str], environment: str, who: str) -> dict[str, Revealed]:
    missing = [name for name in names if name not in CREDENTIALS]
    if missing:
        raise NotFound(f"There is no credential {missing[0]!r} in {environment}.", cure="Add it.")
    return {name: CREDENTIALS[name] for name in names}


def order_flow(**inputs: Any) -> Flow:
    """A flow `Order` with a text input for each of the names, by default `number`, and a Respond node."""
    flow = Flow.new("Order")
    flow.inputs.extend(FlowInput(name=name, **fields) for name, fields in (inputs or {"number": {}}).items())
    flow.add("code", "price", source="def run(*, number: str) -> Json:\n    return number\n")
    flow.add("flow.respond", "answer")
    return flow


def publish(store: Store, flow: Flow | None = None) -> str:
    """The id of the flow, which is published."""
    found = flow or order_flow()
    store.flows.publish(NewRevision(found.id, found.name, format_flow(found)), "default")
    return found.id


def webhook(store: Store, flow: Flow | None = None, name: str = "orders", **settings: Any) -> Trigger:
    """A trigger of a published flow. Anybody may call it, and `/body/number` is mapped, unless `settings` say more."""
    known = store.flows.get(publish(store, flow))
    given = {**OPEN, "mapping": {"number": "/body/number"}, "path": name, **settings}
    return WebhookTriggers(store, "Ada").add(known, name, WebhookTrigger.model_validate(given), "default")


@contextmanager
def served(store: Store, root: ArtifactRoot, **options: Any) -> Iterator[httpx.Client]:
    """A client of a server on a socket of its own."""
    hooks = Hooks(store, root, reveal, **options)
    server = Server("webhooks", hooks, tcp_socket("127.0.0.1:0"), lambda: None)
    server.start()
    try:
        with httpx.Client(base_url=f"http://{server.address}/hooks/", timeout=20) as client:
            yield client
    finally:
        hooks.answer_all()
        server.close()
        hooks.close()


def outcomes(store: Store, trigger: Trigger) -> list[tuple[str, int]]:
    """What was recorded, the earliest first."""
    return [(one.outcome, one.status) for one in deliveries(store, trigger)]


def deliveries(store: Store, trigger: Trigger) -> list[Delivery]:
    return list(store.deliveries.of(trigger.id, 10_000))[::-1]


def github_headers(body: bytes, delivery: str = "one", secret: str = GITHUB) -> dict[str, str]:
    """As GitHub sends them."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "X-Hub-Signature-256": f"sha256={signature}",
        "X-GitHub-Delivery": delivery,
        "Content-Type": "application/json",
    }


def json_body(**values: Any) -> bytes:
    return json.dumps(values).encode()
