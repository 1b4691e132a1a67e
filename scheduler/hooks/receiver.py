"""What becomes of a call once it is here: who sent it, what it is to the flow, and the run that it makes.

Every call of a trigger is recorded, with what it got and why; of those that came from nobody known, and of floods, some
each minute, with the number of the others. An answer of success is given when its run is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from scheduler.hooks.directory import Broken, Hook
from scheduler.hooks.limits import Sparing
from scheduler.hooks.reply import Refusal, Reply, json_reply, later, problem, unknown_caller
from scheduler.mapping import Arrival, Mapped, without_secrets
from scheduler.signatures import Mismatch, Refused, authenticate, delivery_id
from scheduler.webhooks import map_arrival, payload_of, run_of_arrival
from studio.exceptions import UserError
from studio.store.deliveries import Delivery, NewDelivery, Outcome
from studio.store.events import NewEvent
from studio.store.store import Store
from studio.store.triggers import Trigger

RECORDED = 10
"""Calls a minute that are recorded of each trigger and outcome, where anybody can make them."""
FULL_SECONDS = 10.0
"""When to try again where too many runs have not ended."""
LATER_SECONDS = 60.0
"""When to try again where a person has to do something first."""


@dataclass(frozen=True)
class Made:
    """A call that has its run."""

    delivery: Delivery
    hook: Hook

    @property
    def waits(self) -> bool:
        """Whether the caller waits for the flow's answer."""
        return self.hook.settings.respond_seconds > 0


class Receiver:
    """Takes calls of webhooks. `made` is called whenever there is a new run; `link` leads to a run, by its id."""

    def __init__(self, store: Store, made: Callable[[], None], link: Callable[[str], str]) -> None:
        self.store = store
        self.link = link
        self._made = made
        self._sparing = Sparing(RECORDED)

    def receive(self, hook: Hook, arrival: Arrival) -> Made:
        """The call's run, which is on the disk.

        Raises :class:`Refusal`, StoreError in trouble, NotFound if the trigger is gone, and Conflict if it is not as
        `hook` says any more.
        """
        key = self._caller(hook, arrival)
        new = NewDelivery(
            hook.trigger.id, "accepted", 202, key=key or None, body_hash=sha256(arrival.body).hexdigest(),
            size=len(arrival.body),
        )  # fmt: skip
        kept = without_secrets(arrival, hook.hidden)
        if not (hook.rate.take() and hook.room.take()):
            raise self.limited(hook)
        outcome: Outcome | None = None
        try:
            delivery = self._accepted(hook, new, kept)
            outcome = delivery.outcome
        finally:
            if outcome != "accepted":
                hook.room.give()
        if outcome == "conflict":
            raise Refusal(problem(409, "Another body was delivered under the same id."))
        if outcome == "accepted":
            self._made()
        return Made(delivery, hook)

    def reply(self, delivery: Delivery, why: str = "") -> Reply:
        """What a call is answered that has its run, and does not wait for more; or no longer, and why."""
        assert delivery.run_id is not None
        value: dict[str, object] = {"run": delivery.run_id, "link": self.link(delivery.run_id)}
        if delivery.outcome == "duplicate":
            value["duplicate"] = True
        if why:
            value["detail"] = why
        return json_reply(202, value)

    # What is not taken ----------------------------------------------------------------------------------------------

    def check_limits(self, hook: Hook) -> None:
        """Before anything is read. Raises :class:`Refusal`."""
        if hook.rate.wait() or hook.room.full:
            raise self.limited(hook)

    def limited(self, hook: Hook) -> Refusal:
        seconds, reason = hook.rate.wait(), f"More than {hook.settings.rate:,} deliveries came in a minute."
        if hook.room.full:
            seconds, reason = FULL_SECONDS, f"{hook.settings.queue:,} runs of the trigger have not ended."
        self._note(hook.trigger, "limited", 429, reason)
        return Refusal(later(429, seconds))

    def refused(self, trigger: Trigger, outcome: Outcome, reply: Reply, reason: str) -> Refusal:
        """A call that nobody known made: nothing of it is kept."""
        self._note(trigger, outcome, reply.status, reason)
        return Refusal(reply)

    def broken(self, hook: Broken) -> Refusal:
        return self.refused(hook.trigger, "failed", later(503, LATER_SECONDS), hook.reason)

    def _note(self, trigger: Trigger, outcome: Outcome, status: int, reason: str) -> None:
        unrecorded = self._sparing.next((trigger.id, outcome))
        if unrecorded is not None:
            self.store.deliveries.record(NewDelivery(trigger.id, outcome, status, reason, unrecorded=unrecorded))

    def _keep(self, hook: Hook, new: NewDelivery, kept: Arrival) -> None:
        """With what arrived, so that it can be replayed."""
        event = NewEvent("webhook", payload_of(hook.trigger, kept), kept.body, hook.trigger.project)
        self.store.deliveries.record(new, event)

    # One after the other --------------------------------------------------------------------------------------------

    def _caller(self, hook: Hook, arrival: Arrival) -> str:
        """The sender's id of the delivery, or an empty text."""
        verdict = authenticate(hook.methods, arrival.headers, arrival.body, arrival.received)
        if isinstance(verdict, Refused):
            raise self.refused(hook.trigger, "refused", unknown_caller(), verdict.reason)
        header = hook.settings.delivery_header
        if verdict.delivery or not header:
            return verdict.delivery
        try:
            return delivery_id(arrival.headers, header)
        except Mismatch as mismatch:
            reason = f"The delivery's id cannot be read: {mismatch}."
            raise self.refused(hook.trigger, "refused", problem(400, reason), reason) from None

    def _accepted(self, hook: Hook, new: NewDelivery, kept: Arrival) -> Delivery:
        if hook.trigger.paused is not None:
            self._keep(hook, _but(new, "paused", 503, f"The trigger is paused: {hook.trigger.paused}."), kept)
            raise Refusal(later(503, LATER_SECONDS, "The webhook is paused."))
        try:
            active, flow = hook.flow()
        except UserError as error:
            self._keep(hook, _but(new, "failed", 503, str(error)), kept)
            raise Refusal(later(503, LATER_SECONDS)) from error
        mapped = map_arrival(flow, hook.settings, kept, hook.hidden)
        if mapped.problems:
            raise self._invalid(hook, new, kept, mapped)
        run = run_of_arrival(hook.trigger, hook.settings, active, flow, mapped, kept)
        return self.store.deliveries.accept(new, run, hook.trigger.version)

    def _invalid(self, hook: Hook, new: NewDelivery, kept: Arrival, mapped: Mapped) -> Refusal:
        self._keep(hook, _but(new, "invalid", 422, " ".join(one.message for one in mapped.problems)), kept)
        problems = [one.to_json() for one in mapped.problems]
        return Refusal(problem(422, "The delivery does not fit the flow's inputs.", more={"problems": problems}))


def _but(new: NewDelivery, outcome: Outcome, status: int, reason: str) -> NewDelivery:
    return replace(new, outcome=outcome, status=status, reason=reason)
