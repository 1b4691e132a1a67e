"""Triggers as people and programs see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import schedules, webhooks
from studio.cli.screen import local_text, utc_text

if TYPE_CHECKING:
    from studio.app import App
    from studio.store.triggers import Trigger


def words(app: App, trigger: Trigger) -> str:
    return webhooks.url(app, trigger) if trigger.kind == "webhook" else schedules.words(trigger)


def next_text(trigger: Trigger) -> str:
    if trigger.kind == "webhook" and not trigger.paused:
        return "when it is called"
    return f"paused ({trigger.paused})" if trigger.paused else local_text(trigger.next_fire) or "never again"


def trigger_json(trigger: Trigger) -> dict[str, Any]:
    return {
        "trigger_id": trigger.id,
        "name": trigger.name,
        "flow_id": trigger.flow_id,
        "environment": trigger.environment,
        "settings": trigger.settings,
        "paused": trigger.paused,
        "next": utc_text(trigger.next_fire),
        "author": trigger.author,
    }


def warn_without_service(app: App) -> None:
    """On stderr. A store that others use may have its service elsewhere."""
    from scheduler.presence import running

    if running(app.settings.home) is None:
        click.echo("No service runs here: start one with `millrace serve`, or nothing happens.", err=True)
