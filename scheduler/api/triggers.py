"""Triggers: what makes runs of published flows by a schedule, or when somebody calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Discriminator, Field, Tag

from scheduler import cron
from scheduler.api.answers import Asked, Environment, Id, Limit, Shown, at, written
from scheduler.api.caller import EDIT, READ, Caller
from scheduler.api.edition import IfMatch, require_edition, stale
from scheduler.cron_triggers import CronTriggers
from scheduler.presence import hooks_of
from scheduler.ticker import cron_of
from scheduler.webhook_triggers import WebhookTriggers
from studio.app import App
from studio.exceptions import Conflict, UserError
from studio.store.flows import KnownFlow
from studio.store.triggers import Trigger
from studio.trigger import CronTrigger, WebhookTrigger

TriggerName = Annotated[str, Field(min_length=1, max_length=200)]


def _kind(settings: Any) -> str | None:
    """Of settings that do not say theirs, a schedule."""
    found = settings.get("kind", "cron") if isinstance(settings, dict) else getattr(settings, "kind", None)
    return found if isinstance(found, str) else None


TriggerSettings = Annotated[
    Annotated[CronTrigger, Tag("cron")] | Annotated[WebhookTrigger, Tag("webhook")], Discriminator(_kind)
]


class TriggerShown(Shown):
    """A trigger. The header ETag stands for its present edition."""

    trigger_id: str
    flow_id: str
    flow: Annotated[str, Field(description="The flow's name.")]
    environment: str
    name: str
    kind: str
    settings: dict[str, Any]
    words: Annotated[str, Field(description="When it fires, as people say it.")]
    url: Annotated[
        str | None,
        Field(description="Where a webhook is called; the path alone if the service has no address for webhooks."),
    ]
    paused: Annotated[str | None, Field(description="Who paused it, or why it stands still; null while it is on.")]
    next: Annotated[datetime | None, Field(description="When it fires next; null if never again, or if called.")]
    version: int
    author: str
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, one: Trigger, flow: str, hooks: str) -> TriggerShown:
        """`flow` is its flow's name, `hooks` what stands before a webhook's path."""
        same = ("flow_id", "environment", "name", "kind", "settings", "paused", "version", "author")
        url = f"{hooks}{one.path}" if one.kind == "webhook" else None
        return cls(
            trigger_id=one.id,
            flow=flow,
            words=cron.in_words(cron_of(one).schedule) if one.kind == "cron" else "When it is called",
            url=url,
            next=at(one.next_fire),
            created=at(one.created),
            updated=at(one.updated),
            **{name: getattr(one, name) for name in same},
        )


def triggers_shown(app: App, triggers: Sequence[Trigger]) -> list[TriggerShown]:
    """Triggers with the names of their flows."""
    names = {id: app.store.flows.get(id).name for id in {one.flow_id for one in triggers}}
    hooks = hooks_of(app.settings.home)
    return [TriggerShown.of(one, names[one.flow_id], hooks) for one in triggers]


def shown(app: App, one: Trigger, response: Response) -> TriggerShown:
    """A trigger, with its edition in a header."""
    response.headers["ETag"] = written(one.version)
    return triggers_shown(app, [one])[0]


class TriggerPage(Shown):
    """Triggers, the newest first."""

    items: list[TriggerShown]
    next: str | None


class NewTriggerAsked(Asked):
    """A trigger of a published flow."""

    flow_id: Annotated[str, Field(min_length=1, max_length=200)]
    name: TriggerName
    environment: Environment = "default"
    settings: TriggerSettings


class TriggerChange(Asked):
    """What a trigger is to be from now on. It keeps its kind."""

    name: TriggerName
    settings: TriggerSettings


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
        return TriggerPage(items=triggers_shown(app, found[:limit]), next=more)

    @router.post("", status_code=201)
    def add_trigger(
        body: NewTriggerAsked, caller: Annotated[Caller, Depends(EDIT)], response: Response
    ) -> TriggerShown:
        """Let a published flow's active revision run by a schedule, or when a webhook is called."""
        known = app.store.flows.get(body.flow_id)
        return shown(app, added(app, caller.name, known, body.name, body.settings, body.environment), response)

    @router.get("/{trigger_id}", dependencies=[Depends(READ)])
    def get_trigger(trigger_id: Id, response: Response) -> TriggerShown:
        """A trigger."""
        return shown(app, app.store.triggers.get(trigger_id), response)

    @router.put("/{trigger_id}")
    def change_trigger(
        trigger_id: Id,
        body: TriggerChange,
        caller: Annotated[Caller, Depends(EDIT)],
        response: Response,
        if_match: IfMatch = None,
    ) -> TriggerShown:
        """Give a trigger another name and other settings, if it is as it was when it was got."""
        one = app.store.triggers.get(trigger_id)
        require_edition(if_match, str(one.version))
        if body.settings.kind != one.kind:
            raise UserError(f"The trigger is of the kind {one.kind}, and stays so.", cure="Add another.")
        with _stale_on_conflict():
            return shown(app, _changed(app, caller.name, one, body.name, body.settings), response)

    @router.delete("/{trigger_id}", status_code=204, dependencies=[Depends(EDIT)])
    def delete_trigger(trigger_id: Id, if_match: IfMatch = None) -> None:
        """Delete a trigger, if it is as it was when it was got. Its runs stay."""
        one = app.store.triggers.get(trigger_id)
        require_edition(if_match, str(one.version))
        with _stale_on_conflict():
            app.store.triggers.delete(one.id, one.version)

    return router


def added(
    app: App, author: str, flow: KnownFlow, name: str, settings: CronTrigger | WebhookTrigger, environment: str
) -> Trigger:
    """A new trigger of either kind."""
    if isinstance(settings, WebhookTrigger):
        return WebhookTriggers(app.store, author).add(flow, name, settings, environment)
    return CronTriggers(app.store, author).add(flow, name, settings, environment)


def checked(app: App, author: str, flow: KnownFlow, settings: CronTrigger | WebhookTrigger, environment: str) -> None:
    """Raises UserError where `added` would."""
    if isinstance(settings, WebhookTrigger):
        WebhookTriggers(app.store, author).check(flow, settings, environment)
    else:
        CronTriggers(app.store, author).check(flow, settings, environment)


def _changed(app: App, author: str, one: Trigger, name: str, settings: CronTrigger | WebhookTrigger) -> Trigger:
    if isinstance(settings, WebhookTrigger):
        return WebhookTriggers(app.store, author).change(one, name, settings)
    return CronTriggers(app.store, author).change(one, name, settings)


@contextmanager
def _stale_on_conflict() -> Iterator[None]:
    """A conflict that names a field is about that one, such as a path that is taken."""
    try:
        yield
    except Conflict as error:
        if error.field:
            raise
        raise stale() from error
