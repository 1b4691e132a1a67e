"""Attempts: one try at a step."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select, update

from studio.problem import Failure
from studio.run import AttemptState
from studio.store import events, tables
from studio.store.database import Database
from studio.store.events import NewRunEvent


@dataclass(frozen=True)
class Attempt:
    """One try at a step, numbered from 1. Times in microseconds, `seconds` by phase, `peak_memory` in bytes."""

    run_id: str
    step: str
    number: int
    state: AttemptState
    execution: str
    """The random id of who started it; empty until known."""
    worker: str
    submitted: int
    started: int | None
    ended: int | None
    failure: Failure | None
    seconds: dict[str, float]
    peak_memory: int | None
    log: str
    """Path below the artifact root; empty if there is none."""
    notebook: str
    late: str | None
    """How it ended after all, once it had been given up; its result was not taken."""

    @property
    def given_up(self) -> bool:
        """Whether it may still go on somewhere, or has done so."""
        return self.state in GIVEN_UP


GIVEN_UP = (AttemptState.LOST, AttemptState.CANCELLED)
_OF_RUN = (
    select(tables.attempt)
    .where(
        tables.attempt.c.run_id == bindparam("run_id"),
        or_(bindparam("step") == "", tables.attempt.c.step == bindparam("step")),
    )
    .order_by(tables.attempt.c.submitted, tables.attempt.c.step, tables.attempt.c.number)
)
_LOCK_RUN = select(tables.run.c.id).where(tables.run.c.id == bindparam("run_id")).with_for_update()
_a = tables.attempt.c
_NOTE_LATE = (
    update(tables.attempt)
    .where(
        _a.run_id == bindparam("run_id_"),
        _a.step == bindparam("step_"),
        _a.number == bindparam("number_"),
        _a.state.in_(GIVEN_UP),
        _a.late.is_(None),
    )
    .values(late=bindparam("late_"))
)


class Attempts:
    """The attempts of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, run_id: str, step: str | None = None) -> list[Attempt]:
        """A run's attempts, or those at one step, in the order they were submitted."""
        values = {"run_id": run_id, "step": step or ""}
        with self._database.read() as connection:
            return [Attempt(*row) for row in connection.execute(_OF_RUN, values)]

    def note_late(self, run_id: str, step: str, number: int, *, state: str, ended: int) -> bool:
        """Record how an attempt ended that had been given up, once; False if it had not, or that is known.

        Nobody needs to own the run, for it changes the state of nothing. `ended` in microseconds.
        """
        values = {"run_id_": run_id, "step_": step, "number_": number, "late_": state}
        with self._database.write() as connection:
            connection.execute(_LOCK_RUN, {"run_id": run_id})
            if connection.execute(_NOTE_LATE, values).rowcount == 0:
                return False
            late = NewRunEvent("late", step, {"attempt": number, "state": state, "ended": ended})
            events.append(connection, run_id, events.last_seq(connection, run_id), [late])
            return True
