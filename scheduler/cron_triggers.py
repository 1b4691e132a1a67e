"""What people do to cron triggers: make, pause, resume, and fire them by hand."""

from __future__ import annotations

from datetime import datetime

from scheduler import cron
from scheduler.ticker import cron_of, moment, next_fire
from studio.exceptions import UserError
from studio.flow import Flow, parse_flow
from studio.revision_run import run_of_revision
from studio.store.flows import ActiveRevision, KnownFlow
from studio.store.runs import Run
from studio.store.store import Store
from studio.store.triggers import NewTrigger, Trigger
from studio.trigger import CronTrigger


class CronTriggers:
    """The cron triggers of a store, as `author` changes them."""

    def __init__(self, store: Store, author: str) -> None:
        self.store = store
        self.author = author

    def add(self, flow: KnownFlow, name: str, settings: CronTrigger, environment: str) -> Trigger:
        """A trigger of a published flow. Raises UserError for a schedule or inputs that could never run."""
        self.check(flow, settings, environment)
        new = NewTrigger(
            flow_id=flow.id,
            name=name,
            kind="cron",
            settings=settings.model_dump(mode="json", exclude_defaults=True) | {"kind": "cron"},
            next_fire=next_fire(settings, self._now()),
            environment=environment,
            author=self.author,
            project=flow.project,
        )
        return self.store.triggers.add(new)

    def check(self, flow: KnownFlow, settings: CronTrigger, environment: str) -> None:
        """Raises UserError if the schedule cannot be read, or the active revision takes other inputs."""
        cron.check(settings.schedule)
        if not cron.next_fires(settings.schedule, self._now(), 1):
            raise UserError("The schedule never fires again: it has ended.", cure="Give a later end, or none.")
        active = self._active(flow.id, environment)
        document = parse_flow(active.text)
        run_of_revision(active, document, settings.inputs)
        if settings.cursor is not None:
            _check_cursor(settings, document)

    def pause(self, trigger: Trigger, why: str) -> Trigger:
        """No time is due any more until it is resumed."""
        return self.store.triggers.change(
            trigger, paused=f"{self.author}: {why}" if why else f"{self.author} paused it"
        )

    def resume(self, trigger: Trigger) -> Trigger:
        """Fire again, from now on: what would have been due meanwhile was not."""
        return self.store.triggers.change(trigger, paused=None, next_fire=next_fire(cron_of(trigger), self._now()))

    def fire(self, trigger: Trigger) -> Run:
        """Queue a run now, as a person's wish, whatever the schedule says."""
        active = self._active(trigger.flow_id, trigger.environment)
        new = run_of_revision(
            active,
            parse_flow(active.text),
            cron_of(trigger).inputs,
            cursor=cron_of(trigger).cursor,
            event_payload={"trigger": trigger.id, "name": trigger.name, "author": self.author},
            trigger_id=trigger.id,
            environment=trigger.environment,
        )
        return self.store.runs.create(new)

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


def _check_cursor(settings: CronTrigger, flow: Flow) -> None:
    cursor = settings.cursor
    assert cursor is not None
    if cursor.input not in {item.name for item in flow.inputs}:
        raise UserError(f"The flow has no input {cursor.input!r} for the cursor.", cure="Give it one, with a default.")
    if flow.node(cursor.of.partition(".")[0]) is None:
        raise UserError(f"The flow has no node for the cursor {cursor.of!r}.", cure="Name an output as node.port.")
    if settings.overlap == "allow":
        cure = "Let overlapping runs wait (queue), be skipped, or cancel the one before."
        raise UserError("Runs with a cursor build on each other and cannot run at once.", cure=cure)
