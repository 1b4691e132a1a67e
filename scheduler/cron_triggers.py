"""What people do to cron triggers: make, resume, and fire them by hand."""

from __future__ import annotations

from scheduler import cron
from scheduler.ticker import cron_of, next_fire
from scheduler.trigger_changes import TriggerChanges, check_cursor
from studio.exceptions import UserError
from studio.flow import Flow, parse_flow
from studio.revision_run import run_of_revision
from studio.store.flows import KnownFlow
from studio.store.runs import Run
from studio.store.triggers import Trigger
from studio.trigger import CronTrigger


class CronTriggers(TriggerChanges):
    """The cron triggers of a store, as `author` changes them."""

    def add(self, flow: KnownFlow, name: str, settings: CronTrigger, environment: str) -> Trigger:
        """A trigger of a published flow. Raises UserError for a schedule or inputs that could never run."""
        self.check(flow, settings, environment)
        return self._keep(flow, name, settings, environment, next_fire=next_fire(settings, self._now()))

    def check(self, flow: KnownFlow, settings: CronTrigger, environment: str) -> None:
        """Raises UserError if the schedule cannot be read, or the active revision takes other inputs."""
        cron.check(settings.schedule)
        if not cron.next_fires(settings.schedule, self._now(), 1):
            raise UserError("The schedule never fires again: it has ended.", cure="Give a later end, or none.")
        active = self._active(flow.id, environment)
        document = parse_flow(active.text)
        run_of_revision(active, document, settings.inputs)
        _check_cursor(settings, document)

    def change(self, trigger: Trigger, name: str, settings: CronTrigger) -> Trigger:
        """Another name, schedule or inputs. Raises UserError as `add` does, and Conflict."""
        self.check(self.store.flows.get(trigger.flow_id), settings, trigger.environment)
        return self._change(trigger, name, settings, next_fire=next_fire(settings, self._now()))

    def resume(self, trigger: Trigger) -> Trigger:
        """Fire again, from now on: what would have been due meanwhile was not."""
        return self.store.triggers.change(trigger, paused=None, next_fire=next_fire(cron_of(trigger), self._now()))

    def fire(self, trigger: Trigger, *, dedup: str | None = None, **asked: str) -> Run:
        """Queue a run now, as a person's wish, whatever the schedule says. `asked` says more of the wish.

        If there is a run with the same `dedup`, it is returned.
        """
        active = self._active(trigger.flow_id, trigger.environment)
        settings = cron_of(trigger)
        new = run_of_revision(
            active,
            parse_flow(active.text),
            settings.inputs,
            cursor=settings.cursor,
            time_limit=settings.time_limit,
            event_payload={"trigger": trigger.id, "name": trigger.name, "author": self.author, **asked},
            dedup=dedup,
            trigger_id=trigger.id,
            environment=trigger.environment,
        )
        return self.store.runs.create(new)


def _check_cursor(settings: CronTrigger, flow: Flow) -> None:
    if settings.cursor is None:
        return
    check_cursor(settings.cursor, flow)
    if settings.overlap == "allow":
        cure = "Let overlapping runs wait (queue), be skipped, or cancel the one before."
        raise UserError("Runs with a cursor build on each other and cannot run at once.", cure=cure)
