"""What people do to triggers of any kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from scheduler.ticker import moment
from studio.exceptions import UserError
from studio.flow import Flow
from studio.store.flows import ActiveRevision, KnownFlow
from studio.store.store import Store
from studio.store.triggers import NewTrigger, Trigger
from studio.trigger import Cursor


class TriggerChanges:
    """The triggers of a store, as `author` changes them."""

    def __init__(self, store: Store, author: str) -> None:
        self.store = store
        self.author = author

    def pause(self, trigger: Trigger, why: str) -> Trigger:
        """Nothing makes runs any more until it is resumed."""
        return self.store.triggers.change(
            trigger, paused=f"{self.author}: {why}" if why else f"{self.author} paused it"
        )

    def resume(self, trigger: Trigger) -> Trigger:
        """Let it make runs again, from now on."""
        return self.store.triggers.change(trigger, paused=None)

    def _keep(self, flow: KnownFlow, name: str, settings: BaseModel, environment: str, **columns: Any) -> Trigger:
        stored = _stored(settings)
        new = NewTrigger(
            flow_id=flow.id,
            name=name,
            kind=stored["kind"],
            settings=stored,
            environment=environment,
            author=self.author,
            project=flow.project,
            **columns,
        )
        return self.store.triggers.add(new)

    def _change(self, trigger: Trigger, name: str, settings: BaseModel, **columns: Any) -> Trigger:
        return self.store.triggers.change(trigger, name=name, settings=_stored(settings), **columns)

    def _active(self, flow_id: str, environment: str) -> ActiveRevision:
        found = self.store.flows.active_of([flow_id]).get((flow_id, environment))
        if found is None:
            flow = self.store.flows.get(flow_id)
            raise UserError(
                f"No revision of {flow.name} is active in {environment}.",
                cure=f"Publish it: millrace publish {flow.path} --env {environment}",
            )
        return found

    def _now(self) -> datetime:
        return moment(self.store.now())


def _stored(settings: BaseModel) -> dict[str, Any]:
    kind = settings.model_dump(mode="json", include={"kind"})
    return {**settings.model_dump(mode="json", exclude_defaults=True), **kind}


def check_cursor(cursor: Cursor, flow: Flow) -> None:
    """Raises UserError if the flow has no such input or node."""
    if cursor.input not in {item.name for item in flow.inputs}:
        raise UserError(f"The flow has no input {cursor.input!r} for the cursor.", cure="Give it one, with a default.")
    if flow.node(cursor.of.partition(".")[0]) is None:
        raise UserError(f"The flow has no node for the cursor {cursor.of!r}.", cure="Name an output as node.port.")
