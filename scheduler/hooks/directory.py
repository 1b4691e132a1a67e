"""Which webhooks there are: each with all that is needed to serve a call, at most a second old."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache

from scheduler.hooks.callers import Callers
from scheduler.hooks.limits import Budget, Rate
from scheduler.mapping import SECRET_HEADERS
from scheduler.signatures import Method, secret_headers
from scheduler.webhooks import webhook_of
from studio.exceptions import StoreError, UserError
from studio.flow import Flow, parse_flow
from studio.store.flows import ActiveRevision
from studio.store.store import Store
from studio.store.triggers import Trigger
from studio.trigger import WebhookTrigger

KEPT_SECONDS = 1.0


@dataclass(frozen=True)
class Hook:
    """A webhook that can be called."""

    trigger: Trigger
    settings: WebhookTrigger
    methods: list[Method] = field(repr=False)
    active: ActiveRevision | None
    room: Budget
    """For runs, until it is looked again how many have not ended."""
    rate: Rate

    @property
    def hidden(self) -> frozenset[str]:
        """Headers that nobody keeps."""
        return SECRET_HEADERS | secret_headers(self.methods)

    def flow(self) -> tuple[ActiveRevision, Flow]:
        """What it runs. Raises UserError if there is nothing."""
        if self.active is None:
            raise UserError(f"No revision is active in {self.trigger.environment}.", cure="Publish the flow.")
        return self.active, _parsed(self.active.text)


@dataclass(frozen=True)
class Broken:
    """A webhook that nobody can call: why, for its log."""

    trigger: Trigger
    reason: str


class Directory:
    """The webhooks of a store by the path that is called, or by id."""

    def __init__(self, store: Store, callers: Callers) -> None:
        self._store = store
        self._callers = callers
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, Hook | Broken]] = {}
        self._rates: dict[tuple[str, int], Rate] = {}

    def known(self, path: str) -> Hook | Broken | None:
        """The webhook, if it was looked up within the last second."""
        until, hook = self._held.get(path, (0.0, None))
        return hook if time.monotonic() < until else None

    def find(self, path: str) -> Hook | Broken | None:
        """The webhook as it is now; None if there is none."""
        trigger = self._store.triggers.webhook(path)
        if trigger is None:
            return None
        hook = self._loaded(trigger)
        now = time.monotonic()
        with self._lock:
            self._held = {held: one for held, one in self._held.items() if one[0] > now}
            self._held[path] = (now + KEPT_SECONDS, hook)
        return hook

    def _loaded(self, trigger: Trigger) -> Hook | Broken:
        try:
            settings = webhook_of(trigger)
            methods = self._callers.of(trigger, settings)
        except StoreError:
            raise
        except (UserError, ValueError) as error:
            return Broken(trigger, " ".join(str(error).split()))
        active = self._store.flows.active_of([trigger.flow_id]).get((trigger.flow_id, trigger.environment))
        room = Budget(settings.queue - self._store.triggers.unfinished(trigger.id, settings.queue))
        rate = self._rates.setdefault((trigger.id, settings.rate), Rate(settings.rate))
        return Hook(trigger, settings, methods, active, room, rate)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Flow:
    return parse_flow(text)
