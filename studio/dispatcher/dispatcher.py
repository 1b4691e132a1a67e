"""Drives runs: plan, submit, adopt, commit.

One synchronous thread over the store. The database is the only truth. Reports from workers are hints; a step's result
is its manifest, and it is committed only while the run is still ours.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.artifacts.attempts import read_manifest, read_started, start_attempt
from studio.artifacts.root import ArtifactRoot
from studio.dispatcher.active_run import IN_FLIGHT, LOST_LIMIT, OPEN, ActiveRun, Flight, microseconds
from studio.dispatcher.orders import OrderWriter
from studio.exceptions import ArtifactError, ExecutorError, LeaseLost, UserError
from studio.executors.executor import AttemptKey, Executor, Report
from studio.executors.failures import failure_of
from studio.manifest import AttemptManifest
from studio.planner import Plan, fatal_steps, outcome
from studio.problem import Failure
from studio.run import AttemptState, RunState, StepState
from studio.store.runs import Run
from studio.store.steps import Step
from studio.store.store import Store

logger = logging.getLogger(__name__)

Result = AttemptManifest | Failure | None
"""How an attempt ended; None while it has not."""
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
    """How often cancel orders are looked for."""
    check: float = 2.0
    """How often manifests are looked for whose report may be lost."""
    farewell: float = 5.0
    """How long cancelled steps may take to leave their log."""


class Dispatcher:
    """Sees runs through to their ends. `plan_of` makes a run's plan; a :class:`UserError` from it fails the run."""

    def __init__(
        self,
        store: Store,
        root: ArtifactRoot,
        plan_of: Callable[[Run], Plan],
        *,
        owner: str,
        environment: str,
        memory: int | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.store = store
        self.root = root
        self.plan_of = plan_of
        self.owner = owner
        self.environment = environment
        """Stands for the installed packages in the keys of pure steps."""
        self.pace = pace or Pace()
        self.orders = OrderWriter(root, root.ensure_canary(), memory, self.pace.beat)
        self.wake = threading.Event()
        self.seconds = 0.0
        """Time spent planning, submitting and committing, without waiting."""
        self._active: dict[str, ActiveRun] = {}
        self._stale: list[Run] = []
        """Runs whose copy is to be made again, since a transaction failed half-way."""
        self._heard: dict[AttemptKey, Flight] = {}
        """What is known of those runs' attempts."""
        self._due: dict[str, float] = {}
        self._turned = time.monotonic()

    def run(self, run: Run, executor: Executor, after_turn: Callable[[], None] = lambda: None) -> None:
        """See a run through that is ours already. Raises :class:`LeaseLost` if it is taken from us."""
        self.executor = executor
        self._distrust()  # of an interrupted turn
        self._stale = [run, *(one for one in self._stale if one.id != run.id)]
        self._turned = time.monotonic()
        while self._stale or self._active:
            begun = time.perf_counter()
            self._turn()
            self.seconds += time.perf_counter() - begun
            after_turn()
            if self._active or self._stale:
                self.wake.wait(self.pace.poll)
                self.wake.clear()

    def _turn(self) -> None:
        """One look at everything. Trouble that passes, such as a locked database, only costs this turn."""
        try:
            self._renew()
            self._excuse()
            while self._stale:
                self._adopt(self._stale[-1])
                self._stale.pop()
            self._take_reports()
            for active in list(self._active.values()):
                self._advance(active)
        except UserError as error:
            if not error.retryable:
                raise
            logger.warning("trying again: %s", error)
            self._distrust()
            self._due.pop("renew", None)

    def _distrust(self) -> None:
        """All copies are to be made again, for a turn ended half-way. What was heard of attempts stays true."""
        stale = {run.id: run for run in [*self._stale, *(active.run for active in self._active.values())]}
        self._stale = list(stale.values())
        for active in self._active.values():
            self._heard |= active.flights
        self._active.clear()

    def _excuse(self) -> None:
        """If this process stood still, it has heard nobody: that is no silence of theirs."""
        still = time.monotonic() - self._turned
        self._turned += still
        if still < self.pace.lost / 3:
            return
        for active in self._active.values():
            for flight in active.flights.values():
                flight.seen += still

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True

    def _owned(self, run: Run) -> Any:
        return self.store.owned(run.id, self.owner, run.epoch)

    # Taking up runs -------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        ids = [*self._active, *(run.id for run in self._stale)]
        if not self._is_due("renew", self.pace.lease / 3):
            return
        # Whether a stale one is still ours shows when it is adopted: it may have ended.
        lost = set(self._active) - self.store.runs.renew(self.owner, self.pace.lease, ids)
        if lost:
            raise LeaseLost(f"Another dispatcher has taken run {min(lost)}.")

    def _adopt(self, run: Run) -> None:
        """Take up a run where the store says it is, unless it has ended."""
        heard = {key: self._heard.pop(key) for key in list(self._heard) if key.run == run.id}
        if self.store.runs.get(run.id).state.ended:
            return
        try:
            plan = self.plan_of(run)
        except UserError as error:
            if error.retryable:
                self._heard |= heard
                raise
            self.refuse(run, error)
            return
        active = ActiveRun.of(run, plan, self.store.steps.of(run.id), self.store.attempts.of(run.id))
        with self._owned(run) as owned:
            active.settle(owned, None)
        self._active[run.id] = active
        for key in active.in_flight():
            active.flights[key] = heard.get(key) or Flight(started=read_started(self.root, *key) is not None)
        if owned.cancel_requested:
            self._cancel(active)
        else:
            self._submit(
                active, [key for key, flight in active.flights.items() if not flight.started and key not in heard]
            )

    def refuse(self, run: Run, error: UserError) -> None:
        """End a run that cannot be driven as failed."""
        failure = Failure(error.code, error.message, error.cure).to_json()
        with self._owned(run) as owned:
            for step in self.store.steps.of(run.id):
                if step.state in IN_FLIGHT:
                    owned.set_attempt(step.path, step.attempt, OPEN, AttemptState.CANCELLED)
                if not step.state.ended:
                    owned.set_step(step.path, step.state, StepState.CANCELLED)
            owned.set_run(RunState.FAILED, failure=failure)
            owned.append_event("run", state=RunState.FAILED, failure=failure)

    # Reports --------------------------------------------------------------------------------------------------------

    def _take_reports(self) -> None:
        by_run: dict[str, list[Report]] = {}
        for report in self.executor.reports():
            by_run.setdefault(report.key.run, []).append(report)
        for run_id, reports in by_run.items():
            if run_id in self._active:
                self._heed(self._active[run_id], reports)

    def _heed(self, active: ActiveRun, reports: list[Report]) -> None:
        """Note what runs and what it says; commit what has ended. Reports of attempts that are not ours are dropped."""
        known = [report for report in reports if report.key in active.flights]
        # Another task of an attempt that runs already knows nothing of it.
        ended = {one.key: one for one in known if one.kind == "ended" and "already_started" not in one.data}
        for report in known:
            if report.kind != "ended":
                active.flights[report.key].seen = time.monotonic()
                active.flights[report.key].started = True
        news = [report for report in known if report.kind in ("progress", "log") or self._is_start(report, ended)]
        if news:
            self._note(active, news)
        self._finish(active, ended)

    def _is_start(self, report: Report, ended: dict[AttemptKey, Report]) -> bool:
        """Whether it is worth noting that the attempt runs; its manifest says it as well."""
        return report.kind == "started" and report.key not in ended

    def _note(self, active: ActiveRun, news: list[Report]) -> None:
        with self._owned(active.run) as owned:
            for report in news:
                if report.kind == "started":
                    active.note_start(owned, report)
                else:
                    owned.append_event(report.kind, report.key.step, **report.data)

    def _finish(self, active: ActiveRun, ended: dict[AttemptKey, Report]) -> None:
        found = {key: self._result(key) or self._told(active, key, report.data) for key, report in ended.items()}
        self._commit(active, found)

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
        with self._owned(active.run) as owned:
            for key, result in results.items():
                if isinstance(result, Failure):
                    active.fail(owned, key, result)
                else:
                    active.commit(owned, key, result)
            active.settle(owned, [key.step for key in results])

    # What is next ---------------------------------------------------------------------------------------------------

    def _advance(self, active: ActiveRun) -> None:
        self._look_for_cancel(active)
        self._look_for_lost(active)
        if active.cancelled_at is None:
            self._wake(active)
            self._start(active)
        else:
            self._cancel_rest(active)
        self._end(active)

    def _wake(self, active: ActiveRun) -> None:
        if active.wakes and min(active.wakes.values()) <= microseconds():
            with self._owned(active.run) as owned:
                active.wake(owned, microseconds())

    def _start(self, active: ActiveRun) -> None:
        """Reuse or submit ready steps, as many as the executor should hold."""
        while ready := active.ready():
            held = sum(len(one.flights) for one in self._active.values())
            batch = ready[: max(0, 2 * self.executor.slots - held)]
            if not batch:
                return
            self._submit(active, self._begin(active, batch))

    def _begin(self, active: ActiveRun, paths: list[str]) -> list[AttemptKey]:
        """Commit the next attempt at each step, or its reuse; returns the attempts to submit."""
        found = {path: self._reusable(active, path) for path in paths}
        begun = []
        with self._owned(active.run) as owned:
            for path, (key, earlier) in found.items():
                if key is not None and earlier is not None:
                    active.reuse(owned, path, earlier, key)
                else:
                    begun.append(active.begin(owned, path, key))
            active.settle(owned, [path for path, (_, earlier) in found.items() if earlier])
        return begun

    def _reusable(self, active: ActiveRun, path: str) -> tuple[str | None, Step | None]:
        """The step's key, and an earlier step with that key whose artifacts are still there."""
        key = active.cache_key(path, self.environment)
        if key is None or active.run.selection.get("fresh"):
            return key, None
        earlier = self.store.steps.reusable(key)
        there = earlier is not None and all(self.root.exists(one.path) for one in (earlier.outputs or {}).values())
        return key, earlier if there else None

    def _submit(self, active: ActiveRun, keys: list[AttemptKey]) -> None:
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

    def _look_for_lost(self, active: ActiveRun) -> None:
        every = min(self.pace.check, self.pace.lost / 3)
        if not active.flights or not self._is_due(f"lost {active.run.id}", every):
            return
        self._commit(active, {key: self._result(key) for key in active.flights})
        self._lose_silent(active)
        self._submit(active, self._overdue(active))

    def _lose_silent(self, active: ActiveRun) -> None:
        latest = time.monotonic() - self.pace.lost
        silent = [key for key, flight in active.flights.items() if flight.started and flight.seen < latest]
        if not silent:
            return
        with self._owned(active.run) as owned:
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

    # Cancelling and ending ------------------------------------------------------------------------------------------

    def _look_for_cancel(self, active: ActiveRun) -> None:
        if active.cancelled_at is not None or not self._is_due(f"cancel {active.run.id}", self.pace.poll):
            return
        if active.run.id in self.store.runs.cancel_requests(self.owner):
            self._cancel(active)

    def _cancel(self, active: ActiveRun) -> None:
        """Kill what runs, and take the `started` file of what has not begun so that it never will."""
        active.cancelled_at = time.monotonic()
        active.wakes.clear()
        self._kill(active)
        self._abandon(
            active, [key for key in active.flights if start_attempt(self.root, *key, "cancelled", self.owner)]
        )

    def _kill(self, active: ActiveRun) -> None:
        if self._is_due(f"kill {active.run.id}", KILL_SECONDS):
            for key in active.flights:
                self.executor.cancel(key)

    def _cancel_rest(self, active: ActiveRun) -> None:
        assert active.cancelled_at is not None
        if time.monotonic() - active.cancelled_at > self.pace.farewell:
            self._abandon(active, list(active.flights))
        self._kill(active)
        if not active.unfinished():
            return
        with self._owned(active.run) as owned:
            for path in active.unfinished():
                active.cancel_step(owned, path)

    def _abandon(self, active: ActiveRun, keys: list[AttemptKey]) -> None:
        if keys:
            with self._owned(active.run) as owned:
                for key in keys:
                    active.cancel_attempt(owned, key)

    def _end(self, active: ActiveRun) -> None:
        state = outcome(active.plan, active.states, cancelled=active.cancelled_at is not None)
        if state is None:
            return
        failure = self._run_failure(active) if state is RunState.FAILED else None
        with self._owned(active.run) as owned:
            owned.set_run(state, failure=failure)
            owned.append_event("run", state=state)
        del self._active[active.run.id]
        for what in ("lost", "cancel", "kill"):
            self._due.pop(f"{what} {active.run.id}", None)

    def _run_failure(self, active: ActiveRun) -> Failure | None:
        first = fatal_steps(active.plan, active.states)[0]
        return next(step.failure for step in self.store.steps.of(active.run.id) if step.path == first)
