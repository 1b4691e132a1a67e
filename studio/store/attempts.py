"""Attempts: one try at a step."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from studio.problem import Failure
from studio.run import AttemptState
from studio.store import tables
from studio.store.database import Database


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


_OF_RUN = (
    select(tables.attempt)
    .where(
        tables.attempt.c.run_id == bindparam("run_id"),
        or_(bindparam("step") == "", tables.attempt.c.step == bindparam("step")),
    )
    .order_by(tables.attempt.c.submitted, tables.attempt.c.step, tables.attempt.c.number)
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
