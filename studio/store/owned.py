"""What a run's owner may change, in one transaction that holds the run's row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Update, and_, bindparam, func, insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from studio.exceptions import LeaseLost, NotFound
from studio.run import AttemptState, RunState, State, StepState, transition
from studio.store import causes, events, tables, texts
from studio.store.columns import StateT, clock
from studio.store.events import NewRunEvent
from studio.store.retention import kept_among
from studio.store.runs import OVERDUE

_s = tables.step.c
_a = tables.attempt.c

_LOCK = (
    select(
        tables.run.c.owner,
        tables.run.c.epoch,
        tables.run.c.state,
        tables.run.c.cancel_requested,
        OVERDUE.label("overdue"),
    )
    .where(tables.run.c.id == bindparam("run_id"))
    .with_for_update()
)
_ADD_ATTEMPT = insert(tables.attempt).values(submitted=clock())
_PRESENT_STEPS = select(_s.path, _s.state).where(
    _s.run_id == bindparam("run_"), _s.path.in_(bindparam("paths", expanding=True))
)
_PRESENT_ATTEMPT = select(_a.state).where(
    _a.run_id == bindparam("run_"), _a.step == bindparam("path_"), _a.number == bindparam("number_")
)
_CHUNK = 1000
"""Names per statement; both databases take at least 32,766 parameters."""

_KEYS = {
    "run": (tables.run, tables.run.c.id == bindparam("run_")),
    "step": (tables.step, and_(_s.run_id == bindparam("run_"), _s.path == bindparam("path_"))),
    "steps": (tables.step, and_(_s.run_id == bindparam("run_"), _s.path.in_(bindparam("paths", expanding=True)))),
    "attempt": (
        tables.attempt,
        and_(_a.run_id == bindparam("run_"), _a.step == bindparam("path_"), _a.number == bindparam("number_")),
    ),
}
_SET_INPUTS = (
    update(tables.run).where(_KEYS["run"][1]).values(inputs=bindparam("inputs"), selection=bindparam("selection"))
)
_SET_CURRENT = update(tables.step).where(_KEYS["step"][1]).values(attempt=bindparam("current"))


@cache
def _update(kind: str, columns: frozenset[str], *, starts: bool, ends: bool) -> Update | ReturningUpdate[Any]:
    """An update from one state to another, built once for each set of columns.

    What starts or ends without saying when does so now; a start that is known is kept.
    """
    table, key = _KEYS[kind]
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    if starts and "started" not in columns:
        values["started"] = func.coalesce(table.c.started, clock())
    if ends and "ended" not in columns:
        values["ended"] = clock()
    expected = table.c.state.in_(bindparam("expected", expanding=True))
    statement = update(table).where(key, expected).values(state=bindparam("state"), **values)
    return statement.returning(_s.path) if kind == "steps" else statement


class Owned:
    """A run under the lease of its owner, within one transaction."""

    def __init__(self, connection: Connection, run_id: str, owner: str, epoch: int) -> None:
        self._connection = connection
        self.run_id = run_id
        row = connection.execute(_LOCK, {"run_id": run_id}).one_or_none()
        if row is None:
            raise LeaseLost(f"Run {run_id} is gone.")
        if (row.owner, row.epoch) != (owner, epoch):
            raise LeaseLost(f"Run {run_id} is owned by {row.owner} in epoch {row.epoch}, not {owner} in {epoch}.")
        self.state: RunState = row.state
        self.cancel_requested: bool = row.cancel_requested
        self.overdue = bool(row.overdue)
        """Whether the run has taken longer than it may."""
        self._events: list[NewRunEvent] = []
        self._last_seq: int | None = None
        self._ends = False

    def kept_among(self, run_ids: Collection[str]) -> set[str]:
        """Those of the runs whose artifacts are kept; a result that is taken now is safe once this is committed."""
        return kept_among(self._connection, run_ids)

    def set_run(self, new: RunState, **columns: Any) -> None:
        """Change the run's state, and columns of `studio.store.tables.run`. An end gives the lease up."""
        transition(self.state, new)
        if new.ended:
            columns.setdefault("lease_until", None)
        self._change("run", {}, [self.state], new, columns)
        self.state = new
        self._ends = new.ended

    def set_inputs(self, inputs: dict[str, Any], selection: dict[str, Any]) -> None:
        """Complete the run's inputs, and say in `selection` where they come from."""
        self._connection.execute(_SET_INPUTS, {"run_": self.run_id, "inputs": inputs, "selection": selection})

    def set_step(self, path: str, expected: StepState | Collection[StepState], new: StepState, **columns: Any) -> None:
        """Change a step that is in one of the expected states, and columns of `studio.store.tables.step`.

        Raises TransitionError if `new` does not follow from each of them, LeaseLost if the step is in none of them.
        """
        states = _states(expected, new)
        if self._change("step", {"path_": path}, states, new, columns) != 1:
            self._refuse_steps([path], states)

    def set_steps(
        self, paths: Collection[str], expected: StepState | Collection[StepState], new: StepState, **columns: Any
    ) -> None:
        """As `set_step` for many steps, which all get the same state and columns: all of them, or an error."""
        states, names = _states(expected, new), list(dict.fromkeys(paths))
        for start in range(0, len(names), _CHUNK):
            chunk = names[start : start + _CHUNK]
            changed = set(self._execute("steps", {"paths": chunk}, states, new, columns).scalars())
            if len(changed) != len(chunk):
                self._refuse_steps([path for path in chunk if path not in changed], states)

    def add_attempt(self, path: str, number: int, *, execution: str = "", worker: str = "") -> None:
        """Begin attempt `number` at a step. It is submitted, and the step's current one."""
        values = {
            "run_id": self.run_id,
            "step": path,
            "number": number,
            "state": AttemptState.SUBMITTED,
            "execution": execution,
            "worker": worker,
            "seconds": {},
            "log": "",
            "notebook": "",
        }
        self._connection.execute(_ADD_ATTEMPT, values)
        self._connection.execute(_SET_CURRENT, {"run_": self.run_id, "path_": path, "current": number})

    def set_attempt(
        self,
        path: str,
        number: int,
        expected: AttemptState | Collection[AttemptState],
        new: AttemptState,
        **columns: Any,
    ) -> None:
        """Change an attempt that is in one of the expected states, and columns of `studio.store.tables.attempt`."""
        states = _states(expected, new)
        key = {"path_": path, "number_": number}
        if self._change("attempt", key, states, new, columns) != 1:
            self._refuse_attempt(key, states)

    def append_event(self, kind: str, step: str = "", /, **data: Any) -> int:
        """Append to the run's events; its number. Data may have any names, `kind` and `step` too."""
        return self.append_events([NewRunEvent(kind, step, data)])

    def append_events(self, new: Sequence[NewRunEvent]) -> int:
        """Append to the run's events; the number of the last one. They are written when the transaction ends."""
        if self._last_seq is None:
            self._last_seq = events.last_seq(self._connection, self.run_id)
        self._events.extend(new)
        return self._last_seq + len(self._events)

    def flush(self) -> None:
        """Write the events that were appended, and with the run's end its words and what alerts are to tell of it."""
        events.append(self._connection, self.run_id, self._last_seq or 0, self._events)
        self._last_seq = (self._last_seq or 0) + len(self._events)
        self._events = []
        if self._ends:
            texts.keep(self._connection, self.run_id)
            causes.note_end(self._connection, self.run_id)
            self._ends = False

    def _change(
        self, kind: str, key: dict[str, Any], expected: Sequence[State], new: State, columns: dict[str, Any]
    ) -> int:
        """How many rows changed."""
        return self._execute(kind, key, expected, new, columns).rowcount

    def _execute(
        self, kind: str, key: dict[str, Any], expected: Sequence[State], new: State, columns: dict[str, Any]
    ) -> CursorResult[Any]:
        statement = _update(kind, frozenset(columns), starts=new == "running", ends=new.ended)
        values = {"run_": self.run_id, "expected": expected, "state": new, **key, **columns}
        return self._connection.execute(statement, values)

    def _refuse_steps(self, paths: Sequence[str], expected: Sequence[StepState]) -> None:
        """Say why steps were not changed: they do not exist, or are in another state."""
        rows = self._connection.execute(_PRESENT_STEPS, {"run_": self.run_id, "paths": list(paths)})
        present: dict[str, StepState] = {row.path: row.state for row in rows}
        for path in paths:
            if path not in present:
                raise NotFound(f"Run {self.run_id} has no step {path}.", cure="See `millrace runs show`.")
        raise LeaseLost(f"Step {paths[0]} of run {self.run_id} is {present[paths[0]]}, not {_words(expected)}.")

    def _refuse_attempt(self, key: dict[str, Any], expected: Sequence[AttemptState]) -> None:
        present = self._connection.execute(_PRESENT_ATTEMPT, {"run_": self.run_id, **key}).scalar_one_or_none()
        name = f"Attempt {key['number_']} at step {key['path_']} of run {self.run_id}"
        if present is None:
            raise NotFound(f"{name} does not exist.", cure="See `millrace runs show`.")
        raise LeaseLost(f"{name} is {present}, not {_words(expected)}.")


def _states(expected: StateT | Collection[StateT], new: StateT) -> list[StateT]:
    """The expected states as a list, from each of which `new` must follow."""
    states = [expected] if isinstance(expected, type(new)) else list(cast("Collection[StateT]", expected))
    for state in states:
        transition(state, new)
    return states


def _words(states: Sequence[Any]) -> str:
    return " or ".join(str(state) for state in states)
