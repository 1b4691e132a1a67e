"""What causes alerts: their notices are written with the commit that is the cause.

Drafts cause none: whoever runs one looks at it. A notice holds names, times and codes, and no data: messages go to
people and places that may not see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, bindparam, insert, or_, select

from studio.alert import LEAST_LATE, Condition, alert_settings
from studio.problem import Failure
from studio.run import RunState
from studio.store import tables
from studio.store.alerts import Alert
from studio.store.columns import clock
from studio.store.identifier import uuid7

if TYPE_CHECKING:
    from studio.store.runs import Run


@dataclass(frozen=True)
class Cause:
    """Something that alerts may tell. `late` is by how many seconds, None where every alert for lateness is meant."""

    condition: Condition
    project: str
    flow_id: str
    environment: str
    run_id: str | None = None
    late: float | None = None
    data: dict[str, Any] = field(default_factory=dict)


_a = tables.alert.c
_r = tables.run.c
_s = tables.step.c
_WATCHING = select(tables.alert).where(
    _a.paused.is_(None), or_(_a.flow_id.is_(None), _a.flow_id.in_(bindparam("flow_ids", expanding=True)))
)
_WATCHING_RUN = (
    select(tables.alert)
    .join(tables.run, and_(_r.environment == _a.environment, _r.project == _a.project))
    .where(
        _r.id == bindparam("run_id"),
        _r.revision_id.is_not(None),
        _a.paused.is_(None),
        or_(_a.flow_id.is_(None), _a.flow_id == _r.flow_id),
    )
)
_NAMES = select(tables.flow.c.id, tables.flow.c.name).where(tables.flow.c.id.in_(bindparam("flow_ids", expanding=True)))
_ADD = insert(tables.outbox).values(created=clock())
_RUN = select(_r.project, _r.flow_id, _r.environment, _r.created, _r.state, _r.failure).where(
    _r.id == bindparam("run_id")
)
_FAILURES = (
    select(_s.path, _s.failure)
    .where(_s.run_id == bindparam("run_id"), _s.failure.is_not(None))
    .order_by(_s.position)
    .limit(1000)
)
_STATE_BEFORE = (
    select(_r.state)
    .where(
        _r.flow_id == bindparam("flow_id"),
        _r.environment == bindparam("environment"),
        _r.created < bindparam("created"),
        _r.revision_id.is_not(None),
        _r.state.in_([RunState.SUCCEEDED, RunState.FAILED]),
    )
    .order_by(_r.created.desc(), _r.id.desc())
    .limit(1)
)


def note(connection: Connection, causes: Sequence[Cause]) -> None:
    """Keep what alerts are to tell of these causes."""
    if not causes:
        return
    flow_ids = {"flow_ids": sorted({cause.flow_id for cause in causes})}
    watching = [Alert(*row) for row in connection.execute(_WATCHING, flow_ids)]
    wanted = [(alert, cause) for alert in watching for cause in causes if _wants(alert, cause)]
    if wanted:
        names: dict[str, str] = {row.id: row.name for row in connection.execute(_NAMES, flow_ids)}
        connection.execute(_ADD, [_row(alert, cause, names[cause.flow_id]) for alert, cause in wanted])


def note_end(connection: Connection, run_id: str) -> None:
    """Keep what alerts are to tell of a run's end."""
    watching = [Alert(*row) for row in connection.execute(_WATCHING_RUN, {"run_id": run_id})]
    conditions = {condition for alert in watching for condition in alert.conditions}
    if not conditions & {"failed", "recovered"}:
        return
    run = connection.execute(_RUN, {"run_id": run_id}).one()
    of_run = {"project": run.project, "flow_id": run.flow_id, "environment": run.environment, "run_id": run_id}
    if run.state is RunState.FAILED:
        note(connection, [Cause("failed", **of_run, data=_place(connection, run_id, run.failure))])
    elif run.state is RunState.SUCCEEDED and "recovered" in conditions:
        before = {"flow_id": run.flow_id, "environment": run.environment, "created": run.created}
        if connection.execute(_STATE_BEFORE, before).scalar_one_or_none() is RunState.FAILED:
            note(connection, [Cause("recovered", **of_run)])


def note_begun(connection: Connection, runs: Iterable[Run]) -> None:
    """Keep what alerts are to tell of runs that have begun just now."""
    late = [(run, ((run.started or 0) - (run.due or run.created)) / 1e6) for run in runs if run.revision_id]
    note(connection, [_late(run, seconds) for run, seconds in late if seconds >= LEAST_LATE])


def note_never_begun(connection: Connection, runs: Iterable[Run]) -> None:
    """Keep what alerts are to tell of runs that will not begin, for it is too late."""
    note(connection, [_late(run, None) for run in runs if run.revision_id])


def _late(run: Run, seconds: float | None) -> Cause:
    data = {} if seconds is None else {"late": round(seconds, 3)}
    return Cause("late", run.project, run.flow_id, run.environment, run.id, late=seconds, data=data)


def _place(connection: Connection, run_id: str, failure: Failure | None) -> dict[str, Any]:
    """Where and how a run failed, without a word of it."""
    if failure is None:
        return {}
    rows = connection.execute(_FAILURES, {"run_id": run_id})
    return {"step": next((row.path for row in rows if row.failure == failure), ""), "code": failure.code}


def _wants(alert: Alert, cause: Cause) -> bool:
    return (
        cause.condition in alert.conditions
        and alert.flow_id in (None, cause.flow_id)
        and (alert.project, alert.environment) == (cause.project, cause.environment)
        and (cause.late is None or cause.late >= alert_settings(alert.settings).late_after)
    )


def _row(alert: Alert, cause: Cause, flow: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "alert_id": alert.id,
        "condition": cause.condition,
        "flow_id": cause.flow_id,
        "run_id": cause.run_id,
        "data": {"flow": flow, **cause.data},
    }
