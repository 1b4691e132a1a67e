from __future__ import annotations

from itertools import product

import pytest

from studio.exceptions import TransitionError
from studio.run import AttemptState, RunState, State, StepState, transition

ALLOWED = {
    RunState: {
        "queued": "running cancelled",
        "running": "running waiting succeeded failed cancelled",
        "waiting": "running cancelled",
    },
    StepState: {
        "blocked": "ready skipped cancelled",
        "ready": "submitted reused failed cancelled",
        "submitted": "running succeeded failed waiting ready unknown cancelled",
        "running": "succeeded failed waiting ready unknown cancelled",
        "waiting": "ready cancelled",
    },
    AttemptState: {
        "submitted": "running succeeded failed timed_out lost cancelled",
        "running": "succeeded failed timed_out lost cancelled",
    },
}
ALL: list[State] = [*RunState, *StepState, *AttemptState]


def is_allowed(old: State, new: State) -> bool:
    return type(old) is type(new) and new.value in ALLOWED[type(old)].get(old.value, "").split()


PAIRS = list(product(ALL, ALL))


@pytest.mark.parametrize(("old", "new"), [pair for pair in PAIRS if is_allowed(*pair)])
def test_every_allowed_transition_has_a_name(old: State, new: State) -> None:
    assert transition(old, new)


def test_every_other_pair_is_refused() -> None:
    refused = [pair for pair in PAIRS if not is_allowed(*pair)]
    assert len(PAIRS) - len(refused) == 42
    for old, new in refused:
        with pytest.raises(TransitionError, match="cannot go from"):
            transition(old, new)


def test_a_transition_is_named_for_its_own_kind() -> None:
    # Text enums equal their text, so one table for all kinds would give a run the names of a step.
    assert transition(RunState.RUNNING, RunState.WAITING) == "wait"
    assert transition(StepState.RUNNING, StepState.WAITING) == "back off"
    assert transition(RunState.WAITING, RunState.RUNNING) == "wake"


@pytest.mark.parametrize("states", [RunState, StepState, AttemptState])
def test_what_has_ended_goes_nowhere_and_what_has_not_can_end(states: type[State]) -> None:
    for state in states:
        onward = [new for new in states if is_allowed(state, new)]
        assert state.ended == (not onward)


def test_steps_with_outputs_have_ended() -> None:
    with_outputs = {state for state in StepState if state.has_outputs}
    assert with_outputs == {StepState.SUCCEEDED, StepState.REUSED}
    assert all(state.ended for state in with_outputs)
