"""What people do to webhook triggers: make them, and replay what was delivered."""

from __future__ import annotations

import re
from hashlib import sha256

from scheduler.mapping import InputProblem, parse_pointer
from scheduler.trigger_changes import TriggerChanges, check_cursor
from scheduler.webhooks import PATHS, RESPOND, arrival_of, map_arrival, responders, run_of_arrival, webhook_of
from studio.exceptions import UserError
from studio.flow import Flow, FlowInput, parse_flow
from studio.problem import did_you_mean
from studio.store.deliveries import Delivery, NewDelivery
from studio.store.flows import KnownFlow
from studio.store.triggers import Trigger
from studio.trigger import WebhookTrigger
from studio.validator import resolve_inputs

LIKE_AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class WebhookTriggers(TriggerChanges):
    """The webhook triggers of a store, as `author` changes them."""

    def add(self, flow: KnownFlow, name: str, settings: WebhookTrigger, environment: str) -> Trigger:
        """A trigger of a published flow. Raises UserError for what no delivery could run, Conflict for a taken path."""
        self.check(flow, settings, environment)
        return self._keep(flow, name, settings, environment, path=settings.path)

    def change(self, trigger: Trigger, name: str, settings: WebhookTrigger) -> Trigger:
        """Another name, path, mapping or other callers. Raises UserError and Conflict as `add` does."""
        self.check(self.store.flows.get(trigger.flow_id), settings, trigger.environment)
        return self._change(trigger, name, settings, path=settings.path or trigger.id)

    def check(self, flow: KnownFlow, settings: WebhookTrigger, environment: str) -> None:
        """Raises UserError if the active revision takes other inputs, or cannot answer although callers wait."""
        if LIKE_AN_ID.fullmatch(settings.path):
            raise UserError("The path looks like the id of a trigger.", cure="Choose another.", field="path")
        document = parse_flow(self._active(flow.id, environment).text)
        inputs = {item.name: item for item in document.inputs}
        for name, pointer in settings.mapping.items():
            _check_mapped(_input(inputs, name), pointer)
        given = [_input(inputs, name) for name in settings.inputs]
        resolve_inputs(document.model_copy(update={"inputs": given}), settings.inputs)
        if settings.cursor is not None:
            check_cursor(settings.cursor, document)
        _check_all_given(document, settings)
        if settings.respond_seconds and not responders(document):
            cure = f"Add the node Respond ({RESPOND}) and publish, or let nobody wait."
            raise UserError("The flow has no Respond node, and so no answer to wait for.", cure=cure)

    def replay(self, delivery: Delivery) -> Delivery:
        """A new run of what was delivered then, mapped by the trigger and the active revision as they are now.

        Raises UserError if it was not kept, or does not fit, and Conflict if the trigger is paused.
        """
        trigger = self.store.triggers.get(delivery.trigger_id)
        settings = webhook_of(trigger)
        if trigger.paused is not None:
            raise UserError(f"The trigger {trigger.name} is paused.", cure=f"millrace triggers resume {trigger.name}")
        event = self.store.events.get(delivery.event_id) if delivery.event_id else None
        if event is None or event.body is None:
            cure = "Ask the sender to send it again."
            raise UserError(f"What came with the delivery {delivery.id} was not kept, or not so long.", cure=cure)
        arrival = arrival_of(event.payload, event.body)
        active = self._active(trigger.flow_id, trigger.environment)
        flow = parse_flow(active.text)
        mapped = map_arrival(flow, settings, arrival)
        if mapped.problems:
            raise UserError(_said(mapped.problems), cure="Change the trigger's mapping, or the flow.")
        new = NewDelivery(
            trigger.id, "accepted", 202, f"{self.author} replayed {delivery.id}.",
            body_hash=sha256(event.body).hexdigest(), size=len(event.body), replay_of=delivery.id,
        )  # fmt: skip
        run = run_of_arrival(trigger, settings, active, flow, mapped, arrival)
        return self.store.deliveries.accept(new, run, trigger.version)


def _input(inputs: dict[str, FlowInput], name: str) -> FlowInput:
    if name not in inputs:
        cure = did_you_mean(name, inputs) or f"Its inputs: {', '.join(inputs) or 'none'}."
        raise UserError(f"The flow has no input {name!r}.", cure=cure, field=f"input:{name}")
    return inputs[name]


def _check_mapped(item: FlowInput, pointer: str) -> None:
    where = f"input:{item.name}"
    keys = parse_pointer(pointer)
    if item.type in PATHS:
        message = f"The input {item.name!r} is a path: whoever calls the webhook could read any file of the worker."
        raise UserError(message, cure="Give it a fixed value, or map data to an input of the type json.", field=where)
    if keys and keys[0] not in ("body", "headers", "query", "method", "received"):
        cure = "Begin it with /body, /headers, /query, /method or /received."
        if keys[0] == "cursor":
            cure = "Give the trigger a cursor: it is looked up when a run begins."
        raise UserError(f"Nothing arrives at {pointer!r}.", cure=cure, field=where)


def _check_all_given(flow: Flow, settings: WebhookTrigger) -> None:
    known = {*settings.mapping, *settings.inputs, *([settings.cursor.input] if settings.cursor else [])}
    for item in flow.inputs:
        if item.required and item.default is None and item.name not in known:
            cure = f"Map it to what arrives, such as {item.name}=/body/{item.name}, or give it a value."
            raise UserError(f"The input {item.name!r} has no value.", cure=cure, field=f"input:{item.name}")


def _said(problems: list[InputProblem]) -> str:
    return " ".join(one.message for one in problems)
