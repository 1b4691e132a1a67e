"""From a call of a webhook to a run of its flow, and from what was kept of it once more. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from scheduler.mapping import SECRET_HEADERS, Arrival, InputProblem, Limits, Mapped, document, map_inputs
from studio.exceptions import UserError
from studio.flow import Flow, FlowInput
from studio.revision_run import run_with_inputs
from studio.store.flows import ActiveRevision
from studio.store.runs import NewRun
from studio.store.triggers import Trigger
from studio.trigger import WebhookTrigger

RESPOND = "flow.respond"
"""The component that answers whoever waits."""
PATHS = ("file", "table")
"""Types of inputs that name a file of the worker: a sender could read any of them."""


def webhook_of(trigger: Trigger) -> WebhookTrigger:
    """A stored trigger's settings. Raises UserError if it is another kind of trigger."""
    if trigger.kind != "webhook":
        raise UserError(f"The trigger {trigger.name} is no webhook.", cure="See `millrace triggers list`.")
    return WebhookTrigger.model_validate(trigger.settings)


def responders(flow: Flow) -> list[str]:
    """The nodes that may answer whoever waits."""
    return [node.id for node in flow.nodes if node.type == RESPOND]


def map_arrival(
    flow: Flow, settings: WebhookTrigger, arrival: Arrival, hidden: Collection[str] = SECRET_HEADERS
) -> Mapped:
    """The flow's inputs: from what arrived where it is mapped, else as the trigger gives them, else by default."""
    files = [_no_path(item, settings) for item in flow.inputs if item.type in PATHS and item.name in settings.mapping]
    if files:
        return Mapped({}, files)
    filled = flow.model_copy(update={"inputs": [_filled(item, settings.inputs) for item in flow.inputs]})
    limits = Limits(size=settings.max_bytes)
    return map_inputs(filled, settings.mapping, document(arrival, hidden=hidden, limits=limits), limits)


def _filled(item: FlowInput, given: Mapping[str, Any]) -> FlowInput:
    return item.model_copy(update={"default": given[item.name]}) if item.name in given else item


def _no_path(item: FlowInput, settings: WebhookTrigger) -> InputProblem:
    message = f"The input {item.name!r} names a file, which nobody may choose from outside."
    return InputProblem(item.name, settings.mapping[item.name], message)


def run_of_arrival(
    trigger: Trigger, settings: WebhookTrigger, active: ActiveRevision, flow: Flow, mapped: Mapped, arrival: Arrival
) -> NewRun:
    """The run of what arrived. `arrival` has no secret headers any more."""
    return run_with_inputs(
        active,
        flow,
        mapped.inputs,
        cursor=settings.cursor,
        time_limit=settings.time_limit,
        event_kind="webhook",
        event_payload=payload_of(trigger, arrival),
        event_body=arrival.body,
        trigger_id=trigger.id,
        environment=trigger.environment,
        exclusive=trigger.id if settings.cursor is not None else None,
    )


def payload_of(trigger: Trigger, arrival: Arrival) -> dict[str, Any]:
    """What is kept of a call beside its body. `arrival` has no secret headers any more."""
    return {
        "trigger": trigger.id,
        "name": trigger.name,
        "method": arrival.method,
        "path": arrival.path,
        "query": arrival.query.decode("latin-1"),
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in arrival.headers],
        "received": arrival.received.isoformat(),
    }


def arrival_of(payload: Mapping[str, Any], body: bytes) -> Arrival:
    """What :func:`payload_of` has kept, as it came."""
    return Arrival(
        method=payload["method"],
        path=payload["path"],
        query=payload["query"].encode("latin-1"),
        headers=tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in payload["headers"]),
        body=body,
        received=datetime.fromisoformat(payload["received"]),
    )
