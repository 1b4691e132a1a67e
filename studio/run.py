"""Runs, steps and attempts: their states, and every transition that is allowed. Pure."""

from __future__ import annotations

from enum import StrEnum

from studio.exceptions import TransitionError


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class StepState(StrEnum):
    BLOCKED = "blocked"
    READY = "ready"
    SUBMITTED = "submitted"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    REUSED = "reused"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        return self in ENDED_STEPS

    @property
    def has_outputs(self) -> bool:
        return self in (StepState.SUCCEEDED, StepState.REUSED)


class AttemptState(StrEnum):
    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (AttemptState.SUBMITTED, AttemptState.RUNNING)


ENDED_STEPS = frozenset(
    {StepState.SUCCEEDED, StepState.REUSED, StepState.FAILED, StepState.SKIPPED, StepState.CANCELLED, StepState.UNKNOWN}
)

State = RunState | StepState | AttemptState

RUN_TRANSITIONS: dict[tuple[State, State], str] = {
    (RunState.QUEUED, RunState.RUNNING): "claim",
    (RunState.QUEUED, RunState.CANCELLED): "cancel",
    (RunState.RUNNING, RunState.RUNNING): "take over",
    (RunState.RUNNING, RunState.WAITING): "wait",
    (RunState.RUNNING, RunState.SUCCEEDED): "succeed",
    (RunState.RUNNING, RunState.FAILED): "fail",
    (RunState.RUNNING, RunState.CANCELLED): "cancel",
    (RunState.WAITING, RunState.RUNNING): "wake",
    (RunState.WAITING, RunState.CANCELLED): "cancel",
}
STEP_TRANSITIONS: dict[tuple[State, State], str] = {
    (StepState.BLOCKED, StepState.READY): "unblock",
    (StepState.BLOCKED, StepState.SKIPPED): "skip",
    (StepState.BLOCKED, StepState.CANCELLED): "cancel",
    (StepState.READY, StepState.SUBMITTED): "submit",
    (StepState.READY, StepState.REUSED): "reuse",
    (StepState.READY, StepState.FAILED): "fail",
    (StepState.READY, StepState.CANCELLED): "cancel",
    (StepState.SUBMITTED, StepState.RUNNING): "start",
    (StepState.SUBMITTED, StepState.SUCCEEDED): "succeed",
    (StepState.SUBMITTED, StepState.FAILED): "fail",
    (StepState.SUBMITTED, StepState.WAITING): "back off",
    (StepState.SUBMITTED, StepState.READY): "lose",
    (StepState.SUBMITTED, StepState.UNKNOWN): "doubt",
    (StepState.SUBMITTED, StepState.CANCELLED): "cancel",
    (StepState.RUNNING, StepState.SUCCEEDED): "succeed",
    (StepState.RUNNING, StepState.FAILED): "fail",
    (StepState.RUNNING, StepState.WAITING): "back off",
    (StepState.RUNNING, StepState.READY): "lose",
    (StepState.RUNNING, StepState.UNKNOWN): "doubt",
    (StepState.RUNNING, StepState.CANCELLED): "cancel",
    (StepState.WAITING, StepState.READY): "wake",
    (StepState.WAITING, StepState.CANCELLED): "cancel",
}
ATTEMPT_TRANSITIONS: dict[tuple[State, State], str] = {
    (AttemptState.SUBMITTED, AttemptState.RUNNING): "start",
    (AttemptState.SUBMITTED, AttemptState.SUCCEEDED): "succeed",
    (AttemptState.SUBMITTED, AttemptState.FAILED): "fail",
    (AttemptState.SUBMITTED, AttemptState.TIMED_OUT): "time out",
    (AttemptState.SUBMITTED, AttemptState.LOST): "lose",
    (AttemptState.SUBMITTED, AttemptState.CANCELLED): "cancel",
    (AttemptState.RUNNING, AttemptState.SUCCEEDED): "succeed",
    (AttemptState.RUNNING, AttemptState.FAILED): "fail",
    (AttemptState.RUNNING, AttemptState.TIMED_OUT): "time out",
    (AttemptState.RUNNING, AttemptState.LOST): "lose",
    (AttemptState.RUNNING, AttemptState.CANCELLED): "cancel",
}
TRANSITIONS: dict[type[State], dict[tuple[State, State], str]] = {
    RunState: RUN_TRANSITIONS,
    StepState: STEP_TRANSITIONS,
    AttemptState: ATTEMPT_TRANSITIONS,
}
"""Kind of state -> (from, to) -> the transition's name. All others are refused.

One table each, for a text enum equals its text: in one table `RunState.RUNNING` and `StepState.RUNNING` are one key.
"""


def transition(old: State, new: State) -> str:
    """The name of the transition from `old` to `new`; raises :class:`TransitionError` if there is none."""
    name = TRANSITIONS[type(old)].get((old, new)) if type(old) is type(new) else None
    if name is None:
        raise TransitionError(f"A {type(old).__name__} cannot go from {old} to {new}.")
    return name
