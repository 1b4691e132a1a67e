"""Drives one run: submits what is ready, commits what has ended, begins again what was lost.

Every change is committed under the run's lease before it is believed. Reports from workers are hints; a step's result
is its manifest.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from studio.artifacts.attempts import read_manifest, read_started, start_attempt
from studio.artifacts.root import ArtifactRoot
from studio.dispatcher.active_run import IN_FLIGHT, LOST_LIMIT, OPEN, ActiveRun, Flight, microseconds
from studio.dispatcher.cursor import with_cursor
from studio.dispatcher.delivery import Delivery
from studio.dispatcher.orders import OrderWriter
from studio.exceptions import ArtifactError, ExecutorError, UserError
from studio.executors.executor import AttemptKey, Executor, Report
from studio.executors.failures import failure_of
from studio.manifest import AttemptManifest
from studio.planner import Plan, fatal_steps, outcome
from studio.problem import Failure
from studio.run import AttemptState, RunState, StepState
from studio.store.owned import Owned
from studio.store.runs import Run
from studio.store.steps import Step
from studio.store.store import Store

logger = logging.getLogger(__name__)

Result = AttemptManifest | Failure | None
"""How an attempt ended; None while it has not."""
MOST_DRIFT = 50
"""Packages that are named of those that have drifted."""
KILL_SECONDS = 0.5
"""Between kills of a cancelled attempt: one may reach its worker before the attempt can be killed."""


@dataclass(frozen=True)
class Pace:
    """The dispatcher's times, in seconds."""

    lease: float = 30.0
    beat: float = 10.0
    lost: float = 30.0
    """A started attempt that is silent for so long is lost."""
    unstarted: float = 60.0
    """A submitted attempt that has not started for so long is submitted again; its `started` file keeps it single."""
    poll: float = 0.2
    """How often cancel orders and queued runs are looked for."""
    check: float = 2.0
    """How often manifests are looked for whose report may be lost."""
    farewell: float = 5.0
    """How long cancelled steps may take to leave their log."""
    drain: float = 20.0
    """How long runs may go on when the dispatcher is asked to leave."""


class Driver:
    """Takes runs of `owner` further. `plan_of` makes a run's plan; a :class:`UserError` from it fails the run."""

    def __init__(
        self,
        store: Store,
        root: ArtifactRoot,
        plan_of: Callable[[Run], Plan],
        executor: Executor,
        *,
        owner: str,
        environment: str,
        memory: int | None,
        pace: Pace,
        delivery: Delivery,
    ) -> None:
        self.store = store
        self.root = root
        self.plan_of = plan_of
        self.executor = executor
        self.owner = owner
        self.environment = environment
        """Stands for the installed packages in the keys of pure steps."""
        self.pace = pace
        self.orders = OrderWriter(root, root.ensure_canary(), memory, pace.beat, delivery)

    def owned(self, run: Run) -> AbstractContextManager[Owned]:
        return self.store.owned(run.id, self.owner, run.epoch)

    # Beginning and ending -------------------------------------------------------------------------------------------

    def adopt(self, run: Run, heard: Mapping[AttemptKey, Flight]) -> ActiveRun | None:
        """Take up a run where the store says it is; None if it has ended. `heard` is what is known of its attempts."""
        if self.store.runs.get(run.id).state.ended:
            return None
        try:
            plan = self.plan_of(run)
            completed = with_cursor(self.store, self.root, run, plan.flow)
        except UserError as error:
            if error.retryable:
                raise
            refuse(self.store, run, self.owner, Failure(error.code, error.message, error.cure))
            return None
        attempts = self.store.attempts.of(run.id)
        active = ActiveRun.of(completed, plan, self.store.steps.of(run.id), attempts)
        with self.owned(run) as owned:
            if completed is not run:
                owned.set_inputs(completed.inputs, completed.selection)
            if plan.drift and run.epoch == 1 and not attempts:
                owned.append_event("drift", what=plan.drift[:MOST_DRIFT], more=max(0, len(plan.drift) - MOST_DRIFT))
            active.settle(owned, None)
        for key in active.in_flight():
            active.flights[key] = heard.get(key) or Flight(started=read_started(self.root, *key) is not None)
        if owned.cancel_requested or owned.overdue:
            self.cancel(active, overdue=not owned.cancel_requested)
        else:
            unstarted = [key for key, flight in active.flights.items() if not flight.started and key not in heard]
            self.submit(active, unstarted)
        return active

    def end(self, active: ActiveRun) -> bool:
        """End the run if all its steps have; whether they have."""
        state = outcome(active.plan, active.states, cancelled=active.cancelled_at is not None)
        if state is None:
            return False
        self.note_late(active.given_up)
        failure = None
        if active.overdue and state is RunState.CANCELLED:
            state, failure = RunState.FAILED, _overdue(active.run)
        elif state is RunState.FAILED:
            failure = self._run_failure(active)
        with self.owned(active.run) as owned:
            owned.set_run(state, failure=failure)
            owned.append_event("run", state=state)
        return True

    def hand_back(self, active: ActiveRun, *, attempts_end: bool) -> None:
        """Let go of a run so that anybody may claim it at once.

        Where its attempts end with this process, those that have left no result are begun again by whoever comes.
        """
        if attempts_end:
            found = {key: self._result(key) for key in active.flights}
            self._commit(active, {key: result for key, result in found.items() if not _was_cancelled(result)})
            with self.owned(active.run) as owned:
                for key in list(active.flights):
                    active.withdraw(owned, key)
        self.store.leases.release(active.run.id, self.owner, active.run.epoch)

    def _run_failure(self, active: ActiveRun) -> Failure | None:
        first = fatal_steps(active.plan, active.states)[0]
        return next(step.failure for step in self.store.steps.of(active.run.id) if step.path == first)

    # Reports --------------------------------------------------------------------------------------------------------

    def heed(self, active: ActiveRun, reports: Iterable[Report]) -> None:
        """Note what runs and what it says; commit what has ended. Of other attempts, only their end is of interest."""
        reports = list(reports)
        self.note_late(one.key for one in reports if one.kind == "ended" and one.key in active.given_up)
        known = [report for report in reports if report.key in active.flights]
        # Another task of an attempt that runs already knows nothing of it.
        ended = {one.key: one for one in known if one.kind == "ended" and "already_started" not in one.data}
        for report in known:
            if report.kind != "ended":
                active.flights[report.key].seen = time.monotonic()
                active.flights[report.key].started = True
        news = [report for report in known if report.kind in ("progress", "log") or _is_start(report, ended)]
        if news:
            self._note(active, news)
        found = {key: self._result(key) or self._told(active, key, report.data) for key, report in ended.items()}
        self._commit(active, found)

    def note_late(self, keys: Iterable[AttemptKey]) -> None:
        """Record what attempts have left that had been given up. One that was killed has left nothing of interest."""
        for key in keys:
            found = self._result(key)
            if not isinstance(found, AttemptManifest) or found.state == "cancelled":
                continue
            if self.store.attempts.note_late(*key, state=found.state, ended=found.ended):
                logger.warning("%s, attempt %d, has %s after it was given up", key.step, key.attempt, found.state)

    def _note(self, active: ActiveRun, news: list[Report]) -> None:
        with self.owned(active.run) as owned:
            for report in news:
                if report.kind == "started":
                    active.note_start(owned, report)
                else:
                    owned.append_event(report.kind, report.key.step, **report.data)

    def _result(self, key: AttemptKey) -> Result:
        """What the attempt has left, if it has ended. A manifest that cannot be read is a failure, too."""
        try:
            return read_manifest(self.root, *key)
        except ArtifactError as error:
            if error.retryable:
                raise
            return failure_of(error, key.step)

    def _told(self, active: ActiveRun, key: AttemptKey, data: dict[str, Any]) -> Failure | None:
        """What a task that left no manifest says of its end."""
        if "failure" in data:
            return Failure.from_json(data["failure"])
        if "error" in data:
            return self._broken(active, key, data["error"])
        if "gone" in data and not active.flights[key].started:
            logger.warning("the task of %s, attempt %d, is out of sight: %s", key.step, key.attempt, data["gone"])
            active.flights[key].seen = self._overdue_soon()
        return None

    def _broken(self, active: ActiveRun, key: AttemptKey, error: str) -> Failure | None:
        """The task broke without a word of ours. Once started it must fall silent first; else it is submitted again."""
        logger.warning("the task of %s, attempt %d, broke: %s", key.step, key.attempt, error)
        flight = active.flights[key]
        if flight.started:
            return None
        if read_started(self.root, *key) is None:
            flight.broken += 1
            flight.seen = self._overdue_soon()
            if flight.broken < LOST_LIMIT:
                return None
            # Other tasks of the attempt may still wait somewhere: they must find it taken.
            if start_attempt(self.root, *key, "broken", self.owner):
                return Failure("executor", f"The step could not be started: {error}", "Look at the Dask workers' logs.",
                               key.step, fault="system")  # fmt: skip
        flight.started, flight.seen = True, time.monotonic()
        return None

    def _commit(self, active: ActiveRun, found: Mapping[AttemptKey, Result]) -> None:
        """What the ended attempts left, and what becomes ready by it, in one transaction."""
        results = {key: result for key, result in found.items() if result is not None}
        if not results:
            return
        with self.owned(active.run) as owned:
            for key, result in results.items():
                if isinstance(result, Failure):
                    active.fail(owned, key, result)
                else:
                    active.commit(owned, key, result)
            active.settle(owned, [key.step for key in results])

    # What is next ---------------------------------------------------------------------------------------------------

    def wake(self, active: ActiveRun) -> None:
        """Make waiting steps ready whose time has come."""
        if active.wakes and min(active.wakes.values()) <= microseconds():
            with self.owned(active.run) as owned:
                active.wake(owned, microseconds())

    def start(self, active: ActiveRun, count: int) -> None:
        """Reuse or submit the first `count` ready steps."""
        self.submit(active, self._begin(active, active.ready()[:count]))

    def _begin(self, active: ActiveRun, paths: list[str]) -> list[AttemptKey]:
        """Commit the next attempt at each step, or its reuse; returns the attempts to submit."""
        found = {path: self._reusable(active, path) for path in paths}
        begun = []
        with self.owned(active.run) as owned:
            # Since we looked they may have been forgotten; what is kept now cannot be before this is committed.
            kept = owned.kept_among({earlier.run_id for _, earlier in found.values() if earlier is not None})
            reused = []
            for path, (key, earlier) in found.items():
                if key is not None and earlier is not None and earlier.run_id in kept:
                    active.reuse(owned, path, earlier, key)
                    reused.append(path)
                else:
                    begun.append(active.begin(owned, path, key))
            active.settle(owned, reused)
        return begun

    def _reusable(self, active: ActiveRun, path: str) -> tuple[str | None, Step | None]:
        """The step's key, and an earlier step with that key whose artifacts are still there."""
        key = active.cache_key(path, self.environment)
        if key is None or active.run.selection.get("fresh"):
            return key, None
        earlier = self.store.steps.reusable(key)
        there = earlier is not None and all(self.root.exists(one.path) for one in (earlier.outputs or {}).values())
        return key, earlier if there else None

    def submit(self, active: ActiveRun, keys: list[AttemptKey]) -> None:
        """Hand attempts over. What cannot be handed over now is submitted again soon."""
        refused = {}
        for key in keys:
            flight = active.flights[key]
            flight.seen = time.monotonic()
            try:
                self.executor.submit(self.orders.order(active, key))
            except ExecutorError as error:
                logger.warning("cannot submit %s now: %s", key.step, error)
                flight.seen = self._overdue_soon()
            except UserError as error:
                if error.retryable:
                    raise
                refused[key] = failure_of(error, key.step)
        self._commit(active, refused)

    def _overdue_soon(self) -> float:
        return time.monotonic() - self.pace.unstarted + self.pace.check

    # What has gone wrong --------------------------------------------------------------------------------------------

    def look_for_lost(self, active: ActiveRun) -> None:
        """Find results whose report was lost, attempts that are silent, and tasks that never began."""
        every = min(self.pace.check, self.pace.lost / 3)
        if not active.flights or not active.timers.is_due("lost", every):
            return
        self._commit(active, {key: self._result(key) for key in active.flights})
        self._lose_silent(active)
        self.submit(active, self._overdue(active))

    def _lose_silent(self, active: ActiveRun) -> None:
        latest = time.monotonic() - self.pace.lost
        silent = [key for key, flight in active.flights.items() if flight.started and flight.seen < latest]
        if not silent:
            return
        with self.owned(active.run) as owned:
            for key in silent:
                logger.warning("%s, attempt %d, has been silent and counts as lost", key.step, key.attempt)
                active.lose(owned, key)
            active.settle(owned, [key.step for key in silent])

    def _overdue(self, active: ActiveRun) -> list[AttemptKey]:
        """Submitted attempts that have not started for long. One that has started after all must beat from now on."""
        latest = time.monotonic() - self.pace.unstarted
        overdue = [key for key, flight in active.flights.items() if not flight.started and flight.seen < latest]
        started = [key for key in overdue if read_started(self.root, *key) is not None]
        for key in started:
            active.flights[key] = Flight(started=True)
        return [key for key in overdue if key not in started]

    # Cancelling -----------------------------------------------------------------------------------------------------

    def cancel(self, active: ActiveRun, *, overdue: bool = False) -> None:
        """Kill what runs, and take the `started` file of what has not begun so that it never will.

        An `overdue` run ends as failed, for nobody has asked for its end.
        """
        active.cancelled_at, active.overdue = time.monotonic(), overdue
        active.wakes.clear()
        self._kill(active)
        self._abandon(
            active, [key for key in active.flights if start_attempt(self.root, *key, "cancelled", self.owner)]
        )

    def cancel_rest(self, active: ActiveRun) -> None:
        """Go on with a cancel: what is killed may leave its log, and the rest is cancelled."""
        assert active.cancelled_at is not None
        if time.monotonic() - active.cancelled_at > self.pace.farewell:
            self._abandon(active, list(active.flights))
        self._kill(active)
        if not active.unfinished():
            return
        with self.owned(active.run) as owned:
            for path in active.unfinished():
                active.cancel_step(owned, path)

    def _kill(self, active: ActiveRun) -> None:
        if active.timers.is_due("kill", KILL_SECONDS):
            for key in active.flights:
                self.executor.cancel(key)

    def _abandon(self, active: ActiveRun, keys: list[AttemptKey]) -> None:
        if keys:
            with self.owned(active.run) as owned:
                for key in keys:
                    active.cancel_attempt(owned, key)


def _overdue(run: Run) -> Failure:
    return Failure("deadline", f"The run was ended after {run.time_limit:g} s, its time limit.",
                   "Look at what takes so long, or give it more time: --time-limit.")  # fmt: skip


def _was_cancelled(result: Result) -> bool:
    return isinstance(result, AttemptManifest) and result.state == "cancelled"


def _is_start(report: Report, ended: Mapping[AttemptKey, Report]) -> bool:
    """Whether it is worth noting that the attempt runs; its manifest says it as well."""
    return report.kind == "started" and report.key not in ended


def refuse(store: Store, run: Run, owner: str, failure: Failure) -> None:
    """End a run of `owner` that cannot be driven as failed."""
    with store.owned(run.id, owner, run.epoch) as owned:
        for step in store.steps.of(run.id):
            if step.state in IN_FLIGHT:
                owned.set_attempt(step.path, step.attempt, OPEN, AttemptState.CANCELLED)
            if not step.state.ended:
                owned.set_step(step.path, step.state, StepState.CANCELLED)
        owned.set_run(RunState.FAILED, failure=failure.to_json())
        owned.append_event("run", state=RunState.FAILED, failure=failure.to_json())
