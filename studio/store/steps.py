"""Steps: one node's part in a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from studio.manifest import Artifact
from studio.problem import Failure
from studio.run import RunState, StepState
from studio.store import tables
from studio.store.database import Database


@dataclass(frozen=True)
class NewStep:
    """A step as it is when its run is made. One reused from another run names that run and its outputs."""

    path: str
    node: str
    position: int
    state: StepState = StepState.BLOCKED
    outputs: dict[str, Artifact] | None = None
    reused_run: str | None = None
    cache_key: str | None = None


@dataclass(frozen=True)
class Step:
    """A step. `attempt` is the number of the current attempt, 0 before the first; times in microseconds."""

    run_id: str
    path: str
    node: str
    position: int
    state: StepState
    attempt: int
    cache_key: str | None
    reused_run: str | None
    outputs: dict[str, Artifact] | None
    failure: Failure | None
    ready_at: int | None
    started: int | None
    ended: int | None


_ADD = insert(tables.step)
_OF_RUN = (
    select(tables.step)
    .where(tables.step.c.run_id == bindparam("run_id"))
    .order_by(tables.step.c.position, tables.step.c.path)
)
_REUSABLE = (
    select(tables.step)
    .join_from(tables.step, tables.run, tables.step.c.run_id == tables.run.c.id)
    .where(tables.step.c.cache_key == bindparam("cache_key"), tables.step.c.state == StepState.SUCCEEDED, tables.KEPT)
    .order_by(tables.step.c.ended.desc(), tables.step.c.run_id.desc())
    .limit(1)
)


def add(connection: Connection, run_id: str, created: int, steps: Sequence[NewStep]) -> None:
    """Keep the steps of a new run. One that is born ended has ended when the run was made."""
    rows = [_values(run_id, created, step) for step in steps]
    if rows:
        connection.execute(_ADD, rows)


def add_many(connection: Connection, steps: Mapping[str, Sequence[NewStep]]) -> None:
    """Keep the steps of new runs, by the run's id. None has ended."""
    rows = [_values(run_id, 0, step) for run_id, some in steps.items() for step in some]
    if rows:
        connection.execute(_ADD, rows)


def _values(run_id: str, created: int, step: NewStep) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "path": step.path,
        "node": step.node,
        "position": step.position,
        "state": step.state,
        "attempt": 0,
        "cache_key": step.cache_key,
        "reused_run": step.reused_run,
        "outputs": step.outputs,
        "ended": created if step.state.ended else None,
    }


_RUN_STATES = select(tables.run.c.id, tables.run.c.state).where(
    tables.run.c.id.in_(bindparam("run_ids", expanding=True))
)
_RESULTS = select(tables.step.c.run_id, tables.step.c.path, tables.step.c.outputs).where(
    tables.step.c.run_id.in_(bindparam("run_ids", expanding=True)),
    tables.step.c.path.in_(bindparam("paths", expanding=True)),
    tables.step.c.state.in_([StepState.SUCCEEDED, StepState.REUSED]),
)


class Steps:
    """The steps of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, run_id: str) -> list[Step]:
        """A run's steps, by position."""
        with self._database.read() as connection:
            return [Step(*row) for row in connection.execute(_OF_RUN, {"run_id": run_id})]

    def results(self, wanted: Mapping[str, Collection[str]]) -> dict[str, RunState | dict[str, Artifact]]:
        """Run -> the outputs of one of the `wanted` steps that has succeeded, or else the run's state."""
        run_ids, paths = list(wanted), {path for some in wanted.values() for path in some}
        with self._database.read() as connection:
            # First the states: of a run that has ended, all steps are there in any later look.
            found: dict[str, Any] = {row.id: row.state for row in connection.execute(_RUN_STATES, {"run_ids": run_ids})}
            for run_id, path, outputs in connection.execute(_RESULTS, {"run_ids": run_ids, "paths": list(paths)}):
                if path in wanted[run_id]:
                    found[run_id] = outputs
        return found

    def reusable(self, cache_key: str) -> Step | None:
        """The step that succeeded last with that key, in any run whose artifacts are kept."""
        with self._database.read() as connection:
            row = connection.execute(_REUSABLE, {"cache_key": cache_key}).one_or_none()
        return Step(*row) if row else None
