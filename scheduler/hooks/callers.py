"""The methods by which a webhook knows its callers, with the secrets of the credentials that it names."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scheduler.signatures import ApiKey, Basic, Method, Open, SignedBody, StandardWebhooks
from studio.credential import Revealed
from studio.exceptions import UserError
from studio.store.triggers import Trigger
from studio.trigger import ApiKeyAuth, Auth, BasicAuth, NoAuth, StandardAuth, WebhookTrigger

KEPT_SECONDS = 60.0
"""How long secrets are kept in memory: each time they are fetched is recorded."""


Reveal = Callable[[Sequence[str], str, str], Mapping[str, Revealed]]
"""Names of credentials, their environment, and who asks -> the credentials. Raises UserError if there is none."""


class Callers:
    """Methods of triggers, with secrets that are at most a minute old."""

    def __init__(self, reveal: Reveal) -> None:
        self._reveal = reveal
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, float, list[Method]]] = {}

    def of(self, trigger: Trigger, settings: WebhookTrigger) -> list[Method]:
        """Raises UserError if a credential is missing, or of the wrong type."""
        now = time.monotonic()
        with self._lock:
            self._held = {id: held for id, held in self._held.items() if held[1] > now}
            version, _, methods = self._held.get(trigger.id, (0, 0.0, []))
        if version == trigger.version:
            return methods
        methods = self._made(trigger, settings)
        with self._lock:
            self._held[trigger.id] = (trigger.version, now + KEPT_SECONDS, methods)
        return methods

    def _made(self, trigger: Trigger, settings: WebhookTrigger) -> list[Method]:
        names = settings.credentials
        found = self._reveal(names, trigger.environment, f"webhook {trigger.name} ({trigger.id})") if names else {}
        return [method_of(auth, found) for auth in settings.methods]


def method_of(auth: Auth, credentials: Mapping[str, Revealed]) -> Method:
    """A trigger's method with its secrets, by the credentials' names."""
    if isinstance(auth, NoAuth):
        return Open()
    if isinstance(auth, BasicAuth):
        values = _values(credentials, auth.credential, "http.basic")
        return Basic(values["username"], values["password"])
    if isinstance(auth, ApiKeyAuth):
        values = _values(credentials, auth.credential, "http.api-key", "secret")
        key = values["key"] if "key" in values else values["value"]
        return ApiKey(key, auth.header or values.get("header", "X-API-Key"))
    secrets = tuple(_values(credentials, name, "secret")["value"] for name in auth.credentials)
    if isinstance(auth, StandardAuth):
        return StandardWebhooks(secrets, auth.tolerance)
    return SignedBody(secrets, auth.header, auth.prefix, auth.delivery_header)


def _values(credentials: Mapping[str, Revealed], name: str, *types: str) -> Mapping[str, Any]:
    found = credentials[name]
    if found.type not in types:
        cure = f"Name one of the type {' or '.join(types)}."
        raise UserError(f"The credential {name!r} is of the type {found.type}.", cure=cure, field="methods")
    return found.values
