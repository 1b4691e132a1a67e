"""Leads runs to their ends: claims them, keeps their leases, and gives each its turn.

One synchronous thread over the store. The database is the only truth; what is known here can be made again from it at
any time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from studio.dispatcher.active_run import ActiveRun, Flight, Timers
from studio.dispatcher.driver import Driver, refuse
from studio.exceptions import ArtifactError, LeaseLost, StoreError, UserError
from studio.executors.executor import AttemptKey, Report
from studio.problem import Failure
from studio.store.leases import Places
from studio.store.runs import Run

logger = logging.getLogger(__name__)

TRIES = 3
"""So many unforeseen errors in a row of one run are no accident: the run fails."""
EXPIRE_SECONDS = 1.0
LIMIT_SECONDS = 1.0
"""Between looks for runs that have taken longer than they may."""
IDLE_POLLS = 4
"""How many times longer to wait for the next look where nothing is driven."""
TOLD_SECONDS = 3.0
"""To wait there at least, where others tell us of what they have queued."""


class Dispatcher:
    """Leads the runs of `driver.owner`. Something that happens elsewhere sets `wake`."""

    def __init__(self, driver: Driver, wake: threading.Event) -> None:
        self.driver = driver
        self.wake = wake
        self.seconds = 0.0
        """Time spent planning, submitting and committing, without waiting."""
        self._store = driver.store
        self._pace = driver.pace
        self._active: dict[str, ActiveRun] = {}
        self._stale: dict[str, Run] = {}
        """Runs whose copy is to be made (again): they are new, or a transaction failed half-way."""
        self._heard: dict[AttemptKey, Flight] = {}
        """What is known of those runs' attempts."""
        self._reports: dict[str, list[Report]] = {}
        """Run -> what was reported of it and not heeded yet."""
        self._errors: dict[str, int] = {}
        self._timers = Timers()
        self.turned = time.monotonic()
        """When its last turn began (monotonic)."""
        self._leave_at: float | None = None

    def run(self, run: Run, after_turn: Callable[[], None] = lambda: None) -> None:
        """See a run through that is ours already. Raises :class:`LeaseLost` if it is taken from us."""
        self._begin()
        self._stale[run.id] = run
        while self._stale or self._active:
            self._turn(self._trouble_of_the_only)
            after_turn()
            if self._active or self._stale:
                self._rest()

    def serve(self, places: Places, stopping: threading.Event, told: Callable[[], bool] = lambda: False) -> None:
        """Claim runs and see them through, until `stopping` is set and they have ended, or the time to drain is over.

        Trouble of one run, or of the store for a while, does not end it. What is left is to be handed back. While
        `told`, somebody calls `nudge` when others have changed what runs there are, and looks may be rare.
        """
        self._begin()
        while True:
            if not stopping.is_set():
                self._claim(places)
            led = {*self._active, *self._stale}
            if stopping.is_set() and self._leave_at is None:
                self._leave_at = time.monotonic() + self._pace.drain
            self._turn(self._trouble_of_one)
            if self._leave_at is not None and (not (self._active or self._stale) or time.monotonic() > self._leave_at):
                return
            if led <= {*self._active, *self._stale}:  # else one has ended, and others may have waited for that
                self._rest(TOLD_SECONDS if told() else 0.0)

    def nudge(self) -> None:
        """From any thread: another process has queued, cancelled or released a run."""
        self._timers.expire("cancel")
        self.wake.set()

    def hurry(self) -> None:
        """From any thread: wait no more for runs to end."""
        self._leave_at = time.monotonic()
        self.wake.set()

    def hand_back(self, *, attempts_end: bool) -> None:
        """Let go of all runs, so that others may claim them at once."""
        for run in self._stale.values():
            self._store.leases.release(run.id, self.driver.owner, run.epoch)
        for active in self._active.values():
            try:
                self.driver.hand_back(active, attempts_end=attempts_end)
            except (LeaseLost, UserError) as error:  # its lease runs out instead
                logger.warning("run %s is not handed back: %s", active.run.id, error)
        self._stale, self._active = {}, {}

    def _begin(self) -> None:
        for run_id in list(self._active):  # of an interrupted turn
            self._distrust(run_id)
        self.turned = time.monotonic()

    def _rest(self, idle_seconds: float = 0.0) -> None:
        driven = self._active or self._stale
        self.wake.wait(self._pace.poll if driven else max(IDLE_POLLS * self._pace.poll, idle_seconds))
        self.wake.clear()

    # A turn ---------------------------------------------------------------------------------------------------------

    def _turn(self, trouble: Callable[[Run, Exception], None]) -> None:
        """One look at everything. Trouble that passes, such as a locked database, only costs this turn."""
        begun = time.perf_counter()
        try:
            self._renew()
            self._excuse()
            cancelled, overdue = self._cancel_requests(), self._overdue()
            self._collect()
            self._each(self._adopt, trouble)
            self._each(lambda run: self._tend(run.id, cancelled, overdue), trouble)
            self._start(trouble)
        except StoreError as error:
            if not error.retryable:
                raise
            logger.warning("trying again: %s", error)
            self._timers.clear()
        self.seconds += time.perf_counter() - begun

    def _each(self, work: Callable[[Run], None], trouble: Callable[[Run, Exception], None]) -> None:
        for run in [*self._stale.values(), *(active.run for active in self._active.values())]:
            self._try(run, work, trouble)

    def _try(self, run: Run, work: Callable[[Run], None], trouble: Callable[[Run, Exception], None]) -> None:
        """One run's trouble is its own, but the store's is everybody's."""
        try:
            work(run)
        except Exception as error:
            self._distrust(run.id)
            if not _passes(error):
                return trouble(run, error)
            if isinstance(error, StoreError):
                raise
            logger.warning("trying again: %s", error)

    def _trouble_of_the_only(self, run: Run, error: Exception) -> None:
        raise error

    def _trouble_of_one(self, run: Run, error: Exception) -> None:
        if isinstance(error, LeaseLost):
            logger.warning("run %s was taken by another dispatcher", run.id)
            self._forget(run.id)
            return
        self._errors[run.id] = self._errors.get(run.id, 0) + 1
        logger.error("run %s: %s", run.id, error, exc_info=error)
        if self._errors[run.id] >= TRIES:
            self._give_up(run, error)

    def _give_up(self, run: Run, error: Exception) -> None:
        self._forget(run.id)
        failure = Failure("internal", f"The run cannot be driven: {type(error).__name__}: {error}",
                          "Look at the service's log, and tell us.", fault="system")  # fmt: skip
        try:
            refuse(self._store, run, self.driver.owner, failure)
        except Exception:  # then its lease runs out, and somebody tries again
            logger.exception("run %s cannot even be ended", run.id)

    def _forget(self, run_id: str) -> None:
        self._stale.pop(run_id, None)
        self._active.pop(run_id, None)
        self._errors.pop(run_id, None)
        self._reports.pop(run_id, None)

    def _distrust(self, run_id: str) -> None:
        """The copy is to be made again, for its turn ended half-way. What was heard of attempts stays true."""
        if (active := self._active.pop(run_id, None)) is not None:
            self._stale[run_id] = active.run
            self._heard |= active.flights

    def _excuse(self) -> None:
        """If this process stood still, it has heard nobody: that is no silence of theirs."""
        still = time.monotonic() - self.turned
        self.turned += still
        if still < self._pace.lost / 3:
            return
        for active in self._active.values():
            for flight in active.flights.values():
                flight.seen += still

    # Taking up runs -------------------------------------------------------------------------------------------------

    def _claim(self, places: Places) -> None:
        """Lead so many runs that all slots are busy; those that only wait for a time do not count."""
        busy = sum(bool(active.flights or active.ready()) for active in self._active.values()) + len(self._stale)
        try:
            if self._timers.is_due("expire", EXPIRE_SECONDS):
                self._store.runs.expire()
            claimed = self._store.leases.claim(
                self.driver.owner, self._pace.lease, 2 * self.driver.executor.slots - busy, places
            )
        except StoreError as error:
            if not error.retryable:
                raise
            logger.warning("trying again: %s", error)
            return
        for run in claimed:
            self._distrust(run.id)  # if it was ours, and a jump of the clock has ended the lease
            self._stale[run.id] = run

    def _renew(self) -> None:
        ids = [*self._active, *self._stale]
        if not self._timers.is_due("renew", self._pace.lease / 3):
            return
        # Whether a stale one is still ours shows when it is adopted: it may have ended.
        kept = self._store.leases.renew(self.driver.owner, self._pace.lease, ids)
        for active in self._active.values():
            active.lost = active.run.id not in kept

    def _adopt(self, run: Run) -> None:
        if run.id not in self._stale:
            return
        heard = {key: self._heard.pop(key) for key in list(self._heard) if key.run == run.id}
        try:
            active = self.driver.adopt(run, heard)
        except BaseException:
            self._heard |= heard
            raise
        del self._stale[run.id]
        if active is not None:
            self._active[run.id] = active

    # Each run's turn ------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        strange = []
        for report in self.driver.executor.reports():
            if report.key.run in self._active or report.key.run in self._stale:
                self._reports.setdefault(report.key.run, []).append(report)
            elif report.kind == "ended":
                strange.append(report.key)
        self._note_late(strange)

    def _note_late(self, ended: list[AttemptKey]) -> None:
        """Runs that have ended, or are others', may have had attempts that end only now."""
        try:
            self.driver.note_late(key for key in ended if self._was_given_up(key))
        except ArtifactError as error:
            logger.warning("what came late is not noted: %s", error)

    def _was_given_up(self, key: AttemptKey) -> bool:
        attempts = self._store.attempts.of(key.run, key.step)
        return any(one.given_up for one in attempts if one.number == key.attempt)

    def _cancel_requests(self) -> set[str]:
        if not self._active or not self._timers.is_due("cancel", self._pace.poll):
            return set()
        return self._store.leases.cancel_requests(self.driver.owner)

    def _overdue(self) -> set[str]:
        limited = any(one.run.time_limit for one in self._active.values())
        if not limited or not self._timers.is_due("limit", LIMIT_SECONDS):
            return set()
        return self._store.leases.overdue(self.driver.owner)

    def _tend(self, run_id: str, cancelled: set[str], overdue: set[str]) -> None:
        active = self._active.get(run_id)
        if active is None:
            return
        if active.lost:
            raise LeaseLost(f"Another dispatcher has taken run {run_id}.")
        self._heed(active)
        if run_id in cancelled | overdue and active.cancelled_at is None:
            self.driver.cancel(active, overdue=run_id not in cancelled)
        self.driver.look_for_lost(active)
        if active.cancelled_at is None:
            self.driver.wake(active)
        else:
            self.driver.cancel_rest(active)
        self._end(active)
        self._errors.pop(run_id, None)

    def _heed(self, active: ActiveRun) -> None:
        reports = self._reports.pop(active.run.id, [])
        try:
            if reports:
                self.driver.heed(active, reports)
        except BaseException:
            # Some of what steps have said may be lost. That they have ended must not be: nobody says it twice.
            self._reports[active.run.id] = [report for report in reports if report.kind == "ended"]
            raise

    def _end(self, active: ActiveRun) -> None:
        if self.driver.end(active):
            self._forget(active.run.id)

    def _start(self, trouble: Callable[[Run, Exception], None]) -> None:
        """Hand over ready steps, one of each run in turn, as many as the executor should hold."""
        while shares := self._shares():
            for run_id, count in shares.items():
                self._try(self._active[run_id].run, partial(self._start_some, count), trouble)

    def _start_some(self, count: int, run: Run) -> None:
        active = self._active[run.id]
        self.driver.start(active, count)
        self._end(active)  # all that was left may have been reused

    def _shares(self) -> dict[str, int]:
        """Run -> how many of its ready steps are to start."""
        ready = {one.run.id: len(one.ready()) for one in self._active.values() if one.cancelled_at is None}
        free = 2 * self.driver.executor.slots - sum(len(one.flights) for one in self._active.values())
        return shared_out({run_id: count for run_id, count in ready.items() if count}, free)


def _passes(error: Exception) -> bool:
    return isinstance(error, UserError) and error.retryable


def shared_out(wanted: Mapping[str, int], places: int) -> dict[str, int]:
    """How many of the places each gets: one at a time in turn, nobody more than wanted."""
    shares = dict.fromkeys(wanted, 0)
    while places > 0 and any(shares[name] < wanted[name] for name in wanted):
        for name in wanted:
            if places > 0 and shares[name] < wanted[name]:
                shares[name] += 1
                places -= 1
    return {name: share for name, share in shares.items() if share}
