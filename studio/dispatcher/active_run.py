"""A run that is ours: a copy of its state, and every change to it, committed before it is believed.

The copy can be made again from the store at any time. The methods that take an `Owned` write within its transaction;
if that fails, the copy is to be thrown away.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.executors.executor import AttemptKey, Report
from studio.manifest import Artifact, AttemptManifest
from studio.planner import Plan, cache_key, inputs_of, retry_wait, unblocked
from studio.problem import Failure
from studio.run import AttemptState, StepState
from studio.store.attempts import Attempt
from studio.store.owned import Owned
from studio.store.runs import Run
from studio.store.steps import Step
from studio.validator import resolve_params

IN_FLIGHT = (StepState.SUBMITTED, StepState.RUNNING)
OPEN = (AttemptState.SUBMITTED, AttemptState.RUNNING)
LOST_LIMIT = 3
"""So many lost attempts at one step are no accident: the step fails."""


class Timers:
    """What is done from time to time, each by its name."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def is_due(self, what: str, every: float) -> bool:
        """Whether it is time to do it again; if so, the next time is in `every` seconds."""
        now = time.monotonic()
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + every
        return True

    def expire(self, what: str) -> None:
        """It is due; from any thread."""
        self._next.pop(what, None)

    def clear(self) -> None:
        """All is due."""
        self._next.clear()


@dataclass
class Flight:
    """An attempt that is submitted or running, as far as we have heard."""

    seen: float = field(default_factory=time.monotonic)
    """When it was submitted, or gave a sign of life (monotonic)."""
    started: bool = False
    broken: int = 0
    """How often its task broke before it had started."""


@dataclass
class ActiveRun:
    """One run with its plan."""

    run: Run
    plan: Plan
    states: dict[str, StepState]
    attempts: dict[str, int]
    outputs: dict[str, dict[str, Artifact]]
    wakes: dict[str, int]
    """Waiting step -> when it is ready again, in microseconds since 1970."""
    flights: dict[AttemptKey, Flight] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)
    given_up: set[AttemptKey] = field(default_factory=set)
    """Attempts that may still end somewhere, of whose end nothing is known."""
    cancelled_at: float | None = None
    """When we began to cancel it (monotonic)."""
    overdue: bool = False
    """Whether we cancel it because it has taken longer than it may."""
    lost: bool = False
    """Whether it is ours no more."""
    timers: Timers = field(default_factory=Timers)

    @classmethod
    def of(cls, run: Run, plan: Plan, steps: Iterable[Step], attempts: Iterable[Attempt]) -> ActiveRun:
        stored = {step.path: step for step in steps}
        attempts = list(attempts)
        return cls(
            run,
            plan,
            states={path: stored[path].state for path in plan.steps},
            attempts={path: stored[path].attempt for path in plan.steps},
            outputs={path: bare(stored[path].outputs or {}) for path in plan.steps if stored[path].state.has_outputs},
            wakes={path: stored[path].ready_at or 0 for path in plan.steps if stored[path].state is StepState.WAITING},
            given_up={AttemptKey(run.id, one.step, one.number) for one in attempts if one.given_up and not one.late},
            losses=dict(Counter(one.step for one in attempts if one.state is AttemptState.LOST)),
        )

    # Questions ------------------------------------------------------------------------------------------------------

    def ready(self) -> list[str]:
        return [path for path, state in self.states.items() if state is StepState.READY]

    def in_flight(self) -> list[AttemptKey]:
        """Attempts that the store has as submitted or running."""
        return [self.key(path) for path, state in self.states.items() if state in IN_FLIGHT]

    def unfinished(self) -> list[str]:
        """Steps that have not ended and are not in flight."""
        return [path for path, state in self.states.items() if not state.ended and state not in IN_FLIGHT]

    def key(self, path: str) -> AttemptKey:
        return AttemptKey(self.run.id, path, self.attempts[path])

    def cache_key(self, path: str, environment: str) -> str | None:
        step = self.plan.steps[path]
        settings = resolve_params(step.node.params, self.run.inputs)
        return cache_key(step, settings, inputs_of(step, self.outputs), environment)

    # Starting -------------------------------------------------------------------------------------------------------

    def settle(self, owned: Owned, ended: Iterable[str] | None) -> None:
        """Blocked steps whose parents have ended become ready or skipped."""
        for decision in unblocked(self.plan, self.states, ended):
            owned.set_step(decision.path, StepState.BLOCKED, decision.state)
            if decision.state is StepState.SKIPPED:
                owned.append_event("step", decision.path, state=decision.state)
            self.states[decision.path] = decision.state

    def wake(self, owned: Owned, now: int) -> None:
        """Waiting steps whose time has come are ready again."""
        for path in [path for path, at in self.wakes.items() if at <= now]:
            owned.set_step(path, StepState.WAITING, StepState.READY, ready_at=None)
            self.states[path] = StepState.READY
            del self.wakes[path]

    def reuse(self, owned: Owned, path: str, found: Step, cache_key: str) -> None:
        """Take the result of an earlier step with the same key."""
        self.outputs[path] = bare(found.outputs or {})
        now = microseconds()
        self._set(
            owned, path, StepState.REUSED, outputs=found.outputs or {}, reused_run=found.reused_run or found.run_id,
            cache_key=cache_key, started=now, ended=now,
        )  # fmt: skip

    def begin(self, owned: Owned, path: str, cache_key: str | None) -> AttemptKey:
        """The next attempt at a ready step; it is to be submitted once this is committed."""
        self.attempts[path] += 1
        key = self.key(path)
        owned.add_attempt(path, key.attempt)
        owned.set_step(path, StepState.READY, StepState.SUBMITTED, cache_key=cache_key)
        self.states[path] = StepState.SUBMITTED
        self.flights[key] = Flight(seen=-math.inf)  # overdue until it is submitted
        return key

    def note_start(self, owned: Owned, report: Report) -> None:
        path, number = report.key.step, report.key.attempt
        if self.states[path] is not StepState.SUBMITTED:
            return
        owned.set_attempt(
            path, number, AttemptState.SUBMITTED, AttemptState.RUNNING,
            execution=report.data["execution"], worker=report.data["worker"], started=report.time,
        )  # fmt: skip
        self._set(owned, path, StepState.RUNNING, started=report.time)

    # Ending ---------------------------------------------------------------------------------------------------------

    def commit(self, owned: Owned, key: AttemptKey, manifest: AttemptManifest) -> None:
        """An attempt's result becomes the step's, or decides what follows."""
        torn = manifest.state == "cancelled" and self.cancelled_at is None
        owned.set_attempt(
            key.step, key.attempt, OPEN, AttemptState.LOST if torn else AttemptState(manifest.state),
            execution=manifest.execution, worker=manifest.worker, started=manifest.started, ended=manifest.ended,
            failure=manifest.failure, seconds=manifest.seconds, peak_memory=manifest.peak_memory, log=manifest.log,
            notebook=manifest.notebook,
        )  # fmt: skip
        times = {"started": manifest.started, "ended": manifest.ended}
        if manifest.state == "succeeded":
            self.outputs[key.step] = bare(manifest.outputs)
            self._set(owned, key.step, StepState.SUCCEEDED, outputs=manifest.outputs, **times)
        elif torn:
            self._begin_again(owned, key)
        elif manifest.state == "cancelled":
            self._set(owned, key.step, StepState.CANCELLED, **times)
        else:
            self._fail(owned, key, Failure.from_json(manifest.failure or {}), times)
        self.flights.pop(key, None)

    def fail(self, owned: Owned, key: AttemptKey, failure: Failure) -> None:
        """An attempt has failed that could not leave a manifest."""
        ended = microseconds()
        owned.set_attempt(key.step, key.attempt, OPEN, AttemptState.FAILED, failure=failure.to_json(), ended=ended)
        self._fail(owned, key, failure, {"ended": ended})
        self.flights.pop(key, None)

    def lose(self, owned: Owned, key: AttemptKey) -> None:
        """A started attempt has been silent for too long. Whatever it still does is ignored from now on."""
        owned.set_attempt(key.step, key.attempt, OPEN, AttemptState.LOST, ended=microseconds())
        self._begin_again(owned, key)
        self._give_up(key)

    def withdraw(self, owned: Owned, key: AttemptKey) -> None:
        """We ended an attempt ourselves, to let somebody else begin again. That is no loss to be counted."""
        owned.set_attempt(key.step, key.attempt, OPEN, AttemptState.CANCELLED, ended=microseconds())
        if self.plan.steps[key.step].node.execution.repeat == "never":
            self._doubt(owned, key)
        else:
            self._set(owned, key.step, StepState.READY)
        self._give_up(key)

    def cancel_attempt(self, owned: Owned, key: AttemptKey) -> None:
        """An attempt that was cancelled without leaving a manifest."""
        owned.set_attempt(key.step, key.attempt, OPEN, AttemptState.CANCELLED, ended=microseconds())
        self.cancel_step(owned, key.step)
        self._give_up(key)

    def cancel_step(self, owned: Owned, path: str) -> None:
        self._set(owned, path, StepState.CANCELLED, ended=microseconds())

    def _give_up(self, key: AttemptKey) -> None:
        self.flights.pop(key, None)
        self.given_up.add(key)

    def _fail(self, owned: Owned, key: AttemptKey, failure: Failure, times: dict[str, int]) -> None:
        execution = self.plan.steps[key.step].node.execution
        tried = key.attempt - self.losses.get(key.step, 0)
        wait = None
        if self.cancelled_at is None and execution.repeat != "never":
            wait = retry_wait(execution.retry, tried, failure)
        if wait is None:
            self._set(owned, key.step, StepState.FAILED, failure=failure.to_json(), **times)
            return
        self.wakes[key.step] = microseconds() + int(wait * 1_000_000)
        self._set(owned, key.step, StepState.WAITING, failure=failure.to_json(), ready_at=self.wakes[key.step])

    def _begin_again(self, owned: Owned, key: AttemptKey) -> None:
        """The next attempt, unless the step must not repeat or has been lost too often."""
        losses = self.losses[key.step] = self.losses.get(key.step, 0) + 1
        owned.append_event("lost", key.step, attempt=key.attempt)
        if self.plan.steps[key.step].node.execution.repeat == "never":
            self._doubt(owned, key)
        elif losses >= LOST_LIMIT:
            failure = Failure("lost", f"The step's worker was lost {losses} times.",
                              "Look at the workers' logs and memory.", key.step, fault="system")  # fmt: skip
            self._set(owned, key.step, StepState.FAILED, failure=failure.to_json(), ended=microseconds())
        else:
            self._set(owned, key.step, StepState.READY)

    def _doubt(self, owned: Owned, key: AttemptKey) -> None:
        failure = Failure("unknown", "The step's worker was lost, and the step must not repeat.",
                          "Find out whether it took effect, then retry from here or from the next step.", key.step,
                          fault="system")  # fmt: skip
        self._set(owned, key.step, StepState.UNKNOWN, failure=failure.to_json(), ended=microseconds())

    def _set(self, owned: Owned, path: str, state: StepState, **columns: Any) -> None:
        owned.set_step(path, self.states[path], state, **columns)
        owned.append_event("step", path, **_event_data(state, self.attempts[path], columns))
        self.states[path] = state


def bare(outputs: Mapping[str, Artifact]) -> dict[str, Artifact]:
    """Outputs as the steps that follow need them: without previews, which the store keeps and no order carries."""
    return {port: artifact.model_copy(update={"preview": None}) for port, artifact in outputs.items()}


def microseconds() -> int:
    """Now, since 1970."""
    return time.time_ns() // 1000


def _event_data(state: StepState, attempt: int, columns: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"state": state, "attempt": attempt}
    if columns.get("outputs"):
        data["rows"] = {port: one.rows for port, one in columns["outputs"].items() if one.rows is not None}
    if columns.get("started") and columns.get("ended"):
        data["seconds"] = (columns["ended"] - columns["started"]) / 1e6
    told = ("failure", "reused_run", "ready_at")
    return data | {name: columns[name] for name in told if columns.get(name)}
