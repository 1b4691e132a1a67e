"""Deliveries: what was sent to webhooks, what it got, and why."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from scheduler.api.answers import Id, Limit, Shown, at
from scheduler.api.caller import READ, RUN, Caller
from scheduler.webhook_triggers import WebhookTriggers
from studio.app import App
from studio.store.deliveries import Delivery
from studio.store.events import Event

MOST_BODY = 100_000
"""Bytes of a body in one answer."""


class DeliveryShown(Shown):
    """What was sent to a webhook, and what became of it."""

    delivery_id: str
    trigger_id: str
    received: datetime
    key: Annotated[str | None, Field(description="The sender's id of it.")]
    size: Annotated[int | None, Field(description="Bytes of the body.")]
    body_hash: Annotated[str | None, Field(description="SHA-256 of the body, in hex.")]
    status: Annotated[int, Field(description="The HTTP status that the sender got.")]
    outcome: str
    reason: str
    unrecorded: Annotated[int, Field(description="How many of the same outcome before it were not recorded.")]
    run_id: str | None
    event_id: str | None
    replay_of: str | None

    @classmethod
    def of(cls, one: Delivery) -> DeliveryShown:
        same = {name: getattr(one, name) for name in cls.model_fields if name not in ("delivery_id", "received")}
        return cls(delivery_id=one.id, received=at(one.received), **same)


class DeliveryPage(Shown):
    """Deliveries, the latest first."""

    items: list[DeliveryShown]
    next: Annotated[str | None, Field(description="Give it as `before` to get the next page.")]


class BodyShown(Shown):
    """The beginning of a body: as text, or as base64 where it is no UTF-8. Neither, once it is kept no longer."""

    text: str | None
    base64: str | None
    cut: Annotated[bool, Field(description=f"Whether it is longer than {MOST_BODY:,} bytes.")]

    @classmethod
    def of(cls, body: bytes | None) -> BodyShown:
        if body is None:
            return cls(text=None, base64=None, cut=False)
        shown, cut = body[:MOST_BODY], len(body) > MOST_BODY
        try:
            return cls(text=shown.decode(), base64=None, cut=cut)
        except UnicodeDecodeError as error:
            if cut and error.start > MOST_BODY - 4:  # the cut is within a character
                return cls(text=shown[: error.start].decode(), base64=None, cut=True)
            return cls(text=None, base64=base64.b64encode(shown).decode(), cut=cut)


class RequestShown(Shown):
    """What came with a delivery. Headers that hold secrets were never kept."""

    method: str
    path: str
    query: str
    headers: Annotated[list[list[str]], Field(description="Names and values, in the order in which they came.")]
    body: BodyShown

    @classmethod
    def of(cls, event: Event) -> RequestShown:
        same: dict[str, Any] = {name: event.payload[name] for name in ("method", "path", "query", "headers")}
        return cls(body=BodyShown.of(event.body), **same)


class DeliveryDetail(DeliveryShown):
    """A delivery with what came, if that was kept."""

    request: RequestShown | None


def deliveries_router(app: App, made: Callable[[], None]) -> APIRouter:
    """`made` is called when there is a run that waits for a dispatcher."""
    router = APIRouter(tags=["deliveries"])

    @router.get("/triggers/{trigger_id}/deliveries", dependencies=[Depends(READ)])
    def list_deliveries(
        trigger_id: Id, limit: Limit = 50, before: Annotated[str | None, Query(max_length=36)] = None
    ) -> DeliveryPage:
        """List what was sent to a webhook, the latest first."""
        found = app.store.deliveries.of(app.store.triggers.get(trigger_id).id, limit + 1, before)
        more = found[limit - 1].id if len(found) > limit else None
        return DeliveryPage(items=[DeliveryShown.of(one) for one in found[:limit]], next=more)

    @router.get("/deliveries/{delivery_id}", dependencies=[Depends(READ)])
    def get_delivery(delivery_id: Id) -> DeliveryDetail:
        """A delivery, with what came."""
        one = app.store.deliveries.get(delivery_id)
        event = app.store.events.get(one.event_id) if one.event_id else None
        return DeliveryDetail(**vars(DeliveryShown.of(one)), request=RequestShown.of(event) if event else None)

    @router.post("/deliveries/{delivery_id}/replay", status_code=201)
    def replay_delivery(delivery_id: Id, caller: Annotated[Caller, Depends(RUN)]) -> DeliveryShown:
        """Make a new run of what was delivered then, by the trigger and the active revision as they are now."""
        found = WebhookTriggers(app.store, caller.name).replay(app.store.deliveries.get(delivery_id))
        made()
        return DeliveryShown.of(found)

    return router
