"""Triggers, here or at a service. Both are shown as the API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from studio.cli.places.flows import ServedFlows, StoredFlows
from studio.cli.places.runs import find_trigger
from studio.cli.screen import opened
from studio.cli.server import asked, require_local

if TYPE_CHECKING:
    from studio.app import App
    from studio.client import Client
    from studio.store.triggers import Trigger
    from studio.trigger import CronTrigger, WebhookTrigger

JSON = dict[str, Any]


@contextmanager
def triggers() -> Iterator[StoredTriggers | ServedTriggers]:
    with asked() as client:
        if client is not None:
            yield ServedTriggers(client)
            return
        with opened() as app:
            yield StoredTriggers(app)


class StoredTriggers:
    """Those of the store of this machine, as this process's user changes them."""

    def __init__(self, app: App) -> None:
        from studio.app import whoever_this_is

        self._app = app
        self._author = whoever_this_is()
        self.flows = StoredFlows(app)

    def of(self, flow_id: str | None) -> list[JSON]:
        from scheduler.api.triggers import triggers_shown

        return [one.model_dump(mode="json") for one in triggers_shown(self._app, self._app.store.triggers.of(flow_id))]

    def find(self, wanted: str) -> JSON:
        """The trigger of that name, or whose id begins so."""
        return self._json(self._app.store.triggers.find(wanted))

    def check(self, flow_id: str, settings: CronTrigger | WebhookTrigger, environment: str) -> None:
        """Raises UserError for what could never run."""
        from scheduler.api.triggers import checked

        checked(self._app, self._author, self._app.store.flows.get(flow_id), settings, environment)

    def add(self, flow_id: str, name: str, settings: CronTrigger | WebhookTrigger, environment: str) -> JSON:
        from scheduler.api.triggers import added

        known = self._app.store.flows.get(flow_id)
        return self._json(added(self._app, self._author, known, name, settings, environment))

    def ticks(self, trigger_id: str, limit: int) -> list[JSON]:
        from scheduler.api.firing import TickShown

        return [TickShown.of(one).model_dump(mode="json") for one in self._app.store.triggers.ticks(trigger_id, limit)]

    def deliveries(self, trigger_id: str, limit: int, before: str | None = None) -> list[JSON]:
        from scheduler.api.deliveries import DeliveryShown

        found = self._app.store.deliveries.of(trigger_id, limit, before)
        return [DeliveryShown.of(one).model_dump(mode="json") for one in found]

    def replay(self, delivery: str) -> JSON:
        from scheduler.api.deliveries import DeliveryShown
        from scheduler.webhook_triggers import WebhookTriggers

        found = self._app.store.deliveries.find(delivery)
        return DeliveryShown.of(WebhookTriggers(self._app.store, self._author).replay(found)).model_dump(mode="json")

    def pause(self, trigger_id: str, why: str) -> JSON:
        from scheduler.api.firing import changes_of

        one = self._app.store.triggers.get(trigger_id)
        return self._json(changes_of(self._app, one, self._author).pause(one, why))

    def resume(self, trigger_id: str) -> JSON:
        from scheduler.api.firing import changes_of

        one = self._app.store.triggers.get(trigger_id)
        return self._json(changes_of(self._app, one, self._author).resume(one))

    def fire(self, trigger_id: str) -> str:
        """The id of the run."""
        from scheduler.cron_triggers import CronTriggers

        return CronTriggers(self._app.store, self._author).fire(self._app.store.triggers.get(trigger_id)).id

    def remove(self, one: JSON) -> None:
        self._app.store.triggers.delete(one["trigger_id"])

    def warn(self, kind: str = "") -> None:
        """On stderr, if nothing happens as things are: a store that others use may have its service elsewhere."""
        from studio.address import running

        service = running(self._app.settings.home)
        if service is None:
            click.echo("No service runs here: start one with `millrace serve`, or nothing happens.", err=True)
        elif kind == "webhook" and not service.hooks:
            cure = "set MILLRACE_HOOKS, such as 127.0.0.1:8421, and start it again."
            click.echo(f"The service here does not listen for webhooks: {cure}", err=True)

    def _json(self, one: Trigger) -> JSON:
        from scheduler.api.triggers import triggers_shown

        return triggers_shown(self._app, [one])[0].model_dump(mode="json")


class ServedTriggers:
    """Those of a service."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.flows = ServedFlows(client)

    def of(self, flow_id: str | None) -> list[JSON]:
        found = self._client.items("/triggers", flow_id=flow_id)
        return sorted(found, key=lambda one: (one["name"], one["trigger_id"]))

    def find(self, wanted: str) -> JSON:
        """The trigger of that name, or whose id begins so."""
        return find_trigger(self._client, wanted)

    def check(self, flow_id: str, settings: CronTrigger | WebhookTrigger, environment: str) -> None:
        """The API has no such thing."""
        require_local()

    def add(self, flow_id: str, name: str, settings: CronTrigger | WebhookTrigger, environment: str) -> JSON:
        body = {"flow_id": flow_id, "name": name, "environment": environment}
        return self._client.post("/triggers", body | {"settings": settings.model_dump(mode="json")})

    def ticks(self, trigger_id: str, limit: int) -> list[JSON]:
        return list(self._client.items(f"/triggers/{trigger_id}/ticks", limit))

    def deliveries(self, trigger_id: str, limit: int, before: str | None = None) -> list[JSON]:
        return list(self._client.items(f"/triggers/{trigger_id}/deliveries", limit, before=before))

    def replay(self, delivery: str) -> JSON:
        from studio.client import path_of

        return self._client.post(path_of("deliveries", delivery, "replay"))

    def pause(self, trigger_id: str, why: str) -> JSON:
        return self._client.post(f"/triggers/{trigger_id}/pause", {"why": why})

    def resume(self, trigger_id: str) -> JSON:
        return self._client.post(f"/triggers/{trigger_id}/resume")

    def fire(self, trigger_id: str) -> str:
        """The id of the run."""
        return str(self._client.post(f"/triggers/{trigger_id}/fire")["run_id"])

    def remove(self, one: JSON) -> None:
        self._client.ask("DELETE", f"/triggers/{one['trigger_id']}", seen=one["version"])

    def warn(self, kind: str = "") -> None:
        """A service runs, as it answers."""
