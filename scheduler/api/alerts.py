"""Alerts: who is told when runs fail, begin late or are skipped while nobody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from scheduler.api.answers import Asked, Environment, Id, Limit, Shown, at, page_of, written
from scheduler.api.caller import EDIT, READ, Caller
from scheduler.api.edition import IfMatch, require_edition, stale
from scheduler.api.firing import Pause
from scheduler.api.runs import FailureShown
from scheduler.courier import courier_of, require_credential
from scheduler.message import trial_message
from studio.alert import LEAST_EVERY, AlertSettings, Condition
from studio.app import App
from studio.exceptions import Conflict
from studio.store.alerts import Alert, NewAlert
from studio.store.identifier import uuid7

AlertName = Annotated[str, Field(min_length=1, max_length=200)]
Conditions = Annotated[list[Condition], Field(min_length=1, max_length=10)]
Every = Annotated[
    int, Field(ge=LEAST_EVERY, le=10 * 366 * 86_400, description="Seconds; at most one message goes in that time.")
]
Told = Annotated[AlertSettings, Field(discriminator="kind")]


class AlertShown(Shown):
    """An alert. The header ETag stands for its present edition."""

    alert_id: str
    name: str
    flow_id: Annotated[str | None, Field(description="Null for all flows of the environment.")]
    environment: str
    kind: str
    conditions: list[str]
    settings: Annotated[
        dict[str, Any], Field(description="Without the address of a webhook, which may be a secret in itself.")
    ]
    target: Annotated[str, Field(description="Whom it tells; of a webhook's address, the host.")]
    every_seconds: int
    paused: Annotated[str | None, Field(description="Who paused it, or why; null while it is on.")]
    version: int
    author: str
    created: datetime
    updated: datetime
    last_sent: datetime | None
    failure: Annotated[FailureShown | None, Field(description="Why the last try failed; null once one succeeds.")]

    @classmethod
    def of(cls, one: Alert) -> AlertShown:
        same = (
            "name", "flow_id", "environment", "kind", "conditions", "every_seconds", "paused", "version", "author",
        )  # fmt: skip
        return cls(
            alert_id=one.id,
            settings={name: value for name, value in one.settings.items() if name != "url"},
            target=one.target,
            created=at(one.created),
            updated=at(one.updated),
            last_sent=at(one.last_sent),
            failure=FailureShown(**one.failure.to_json()) if one.failure else None,
            **{name: getattr(one, name) for name in same},
        )


class AlertPage(Shown):
    """Alerts, the newest first."""

    items: list[AlertShown]
    next: Annotated[str | None, Field(description="Give it as `before` to get the next page.")]


class NewAlertAsked(Asked):
    """An alert of the runs of a published flow; without `flow_id`, of all flows in the environment."""

    name: AlertName
    flow_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    environment: Environment = "default"
    conditions: Conditions
    every_seconds: Every = 900
    settings: Told


class AlertChange(Asked):
    """What is to be different. What is not given stays as it is; settings are replaced as a whole."""

    name: AlertName | None = None
    conditions: Conditions | None = None
    every_seconds: Every | None = None
    settings: Told | None = None


class AlertTested(Shown):
    """Where a test message has gone."""

    target: str


def alerts_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/alerts", tags=["alerts"])

    @router.get("", dependencies=[Depends(READ)])
    def list_alerts(limit: Limit = 50, before: Annotated[str | None, Query(max_length=36)] = None) -> AlertPage:
        """List alerts, the newest first."""
        found, more = page_of(app.store.alerts.all(), limit, before)
        return AlertPage(items=[AlertShown.of(one) for one in found], next=more)

    @router.post("", status_code=201)
    def add_alert(body: NewAlertAsked, caller: Annotated[Caller, Depends(EDIT)], response: Response) -> AlertShown:
        """Tell people or programs of the runs of published flows."""
        require_credential(app, body.settings, body.environment)
        new = NewAlert(
            name=body.name,
            kind=body.settings.kind,
            conditions=_once_each(body.conditions),
            settings=body.settings.model_dump(mode="json"),
            every_seconds=body.every_seconds,
            flow_id=app.store.flows.get(body.flow_id).id if body.flow_id else None,
            environment=body.environment,
            author=caller.name,
        )
        return _shown(app.store.alerts.add(new), response)

    @router.get("/{alert_id}", dependencies=[Depends(READ)])
    def get_alert(alert_id: Id, response: Response) -> AlertShown:
        """An alert, and what went wrong when it last told something."""
        return _shown(app.store.alerts.get(alert_id), response)

    @router.patch("/{alert_id}", dependencies=[Depends(EDIT)])
    def change_alert(alert_id: Id, body: AlertChange, response: Response, if_match: IfMatch = None) -> AlertShown:
        """Change an alert, if it is as it was when it was got."""
        with _seen(app, alert_id, if_match) as one:
            return _shown(app.store.alerts.change(one, **_columns(app, one, body)), response)

    @router.delete("/{alert_id}", status_code=204, dependencies=[Depends(EDIT)])
    def delete_alert(alert_id: Id, if_match: IfMatch = None) -> None:
        """Delete an alert, with what it had still to tell, if it is as it was when it was got."""
        with _seen(app, alert_id, if_match) as one:
            app.store.alerts.delete(one.id, one.version)

    @router.post("/{alert_id}/pause")
    def pause_alert(
        alert_id: Id, body: Pause, caller: Annotated[Caller, Depends(EDIT)], response: Response
    ) -> AlertShown:
        """Pause an alert. It never tells what happens meanwhile."""
        paused = f"{caller.name}: {body.why}" if body.why else f"by {caller.name}"
        return _shown(app.store.alerts.change(app.store.alerts.get(alert_id), paused=paused), response)

    @router.post("/{alert_id}/resume", dependencies=[Depends(EDIT)])
    def resume_alert(alert_id: Id, response: Response) -> AlertShown:
        """Switch a paused alert on again."""
        return _shown(app.store.alerts.change(app.store.alerts.get(alert_id), paused=None), response)

    @router.post("/{alert_id}/test", dependencies=[Depends(EDIT)])
    def test_alert(alert_id: Id) -> AlertTested:
        """Send a test message now. It answers 422 if that does not arrive, or 503 if it may another time."""
        one = app.store.alerts.get(alert_id)
        courier_of(app).send(one, trial_message(one.name, one.environment, uuid7()))
        return AlertTested(target=one.target)

    return router


def _shown(one: Alert, response: Response) -> AlertShown:
    response.headers["ETag"] = written(one.version)
    return AlertShown.of(one)


@contextmanager
def _seen(app: App, alert_id: str, if_match: str | None) -> Iterator[Alert]:
    """The alert of which the caller has seen the present edition."""
    one = app.store.alerts.get(alert_id)
    require_edition(if_match, str(one.version))
    try:
        yield one
    except Conflict as error:
        raise stale() from error


def _columns(app: App, one: Alert, body: AlertChange) -> dict[str, Any]:
    """What a change sets."""
    found: dict[str, Any] = {"name": body.name, "every_seconds": body.every_seconds}
    if body.conditions is not None:
        found["conditions"] = _once_each(body.conditions)
    if body.settings is not None:
        require_credential(app, body.settings, one.environment)
        found |= {"kind": body.settings.kind, "settings": body.settings.model_dump(mode="json")}
    return {name: value for name, value in found.items() if value is not None}


def _once_each(conditions: list[Condition]) -> list[str]:
    return list(dict.fromkeys(conditions))
