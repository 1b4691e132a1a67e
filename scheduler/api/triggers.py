"""Triggers: what makes runs of published flows by a schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from scheduler import cron
from scheduler.api.answers import Asked, Environment, Id, Limit, Shown, at, written
from scheduler.api.caller import EDIT, READ, Caller
from scheduler.api.edition import IfMatch, require_edition, stale
from scheduler.cron_triggers import CronTriggers
from scheduler.ticker import cron_of
from studio.app import App
from studio.exceptions import Conflict
from studio.store.triggers import Trigger
from studio.trigger import CronTrigger

TriggerName = Annotated[str, Field(min_length=1, max_length=200)]


class TriggerShown(Shown):
    """A trigger. The header ETag stands for its present edition."""

    trigger_id: str
    flow_id: str
    environment: str
    name: str
    kind: str
    settings: dict[str, Any]
    words: Annotated[str, Field(description="When it fires, as people say it.")]
    paused: Annotated[str | None, Field(description="Who paused it, or why it stands still; null while it is on.")]
    next: Annotated[datetime | None, Field(description="When it fires next; null if never again.")]
    version: int
    author: str
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, one: Trigger) -> TriggerShown:
        same = ("flow_id", "environment", "name", "kind", "settings", "paused", "version", "author")
        return cls(
            trigger_id=one.id,
            words=cron.in_words(cron_of(one).schedule) if one.kind == "cron" else "",
            next=at(one.next_fire),
            created=at(one.created),
            updated=at(one.updated),
            **{name: getattr(one, name) for name in same},
        )


def shown(one: Trigger, response: Response) -> TriggerShown:
    """A trigger, with its edition in a header."""
    response.headers["ETag"] = written(one.version)
    return TriggerShown.of(one)


class TriggerPage(Shown):
    """Triggers, the newest first."""

    items: list[TriggerShown]
    next: str | None


class NewTriggerAsked(Asked):
    """A trigger of a published flow."""

    flow_id: Annotated[str, Field(min_length=1, max_length=200)]
    name: TriggerName
    environment: Environment = "default"
    settings: CronTrigger


class TriggerChange(Asked):
    """What a trigger is to be from now on."""

    name: TriggerName
    settings: CronTrigger


def triggers_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/triggers", tags=["triggers"])

    @router.get("", dependencies=[Depends(READ)])
    def list_triggers(
        limit: Limit = 50,
        before: Annotated[str | None, Query(max_length=36)] = None,
        flow_id: Annotated[str | None, Query(max_length=200)] = None,
    ) -> TriggerPage:
        """List triggers, or those of a flow, the newest first."""
        found = app.store.triggers.page(limit + 1, before, flow_id)
        more = found[limit - 1].id if len(found) > limit else None
        return TriggerPage(items=[TriggerShown.of(one) for one in found[:limit]], next=more)

    @router.post("", status_code=201)
    def add_trigger(
        body: NewTriggerAsked, caller: Annotated[Caller, Depends(EDIT)], response: Response
    ) -> TriggerShown:
        """Let a published flow's active revision run by a schedule."""
        known = app.store.flows.get(body.flow_id)
        made_ = CronTriggers(app.store, caller.name).add(known, body.name, body.settings, body.environment)
        return shown(made_, response)

    @router.get("/{trigger_id}", dependencies=[Depends(READ)])
    def get_trigger(trigger_id: Id, response: Response) -> TriggerShown:
        """A trigger."""
        return shown(app.store.triggers.get(trigger_id), response)

    @router.put("/{trigger_id}")
    def change_trigger(
        trigger_id: Id,
        body: TriggerChange,
        caller: Annotated[Caller, Depends(EDIT)],
        response: Response,
        if_match: IfMatch = None,
    ) -> TriggerShown:
        """Give a trigger another name, schedule or inputs, if it is as it was when it was got."""
        one = app.store.triggers.get(trigger_id)
        require_edition(if_match, str(one.version))
        try:
            return shown(CronTriggers(app.store, caller.name).change(one, body.name, body.settings), response)
        except Conflict as error:
            raise stale() from error

    @router.delete("/{trigger_id}", status_code=204, dependencies=[Depends(EDIT)])
    def delete_trigger(trigger_id: Id, if_match: IfMatch = None) -> None:
        """Delete a trigger, if it is as it was when it was got. Its runs stay."""
        one = app.store.triggers.get(trigger_id)
        require_edition(if_match, str(one.version))
        try:
            app.store.triggers.delete(one.id, one.version)
        except Conflict as error:
            raise stale() from error

    return router
