"""Runs: made once, claimed by one dispatcher at a time. Their lists are `studio.store.history`'s."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Delete,
    Insert,
    bindparam,
    case,
    cast,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from studio.exceptions import ArtifactError, Conflict, NotFound, UserError
from studio.problem import Failure
from studio.run import RunState, StepState, transition
from studio.store import causes, events, news, steps, tables, texts
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.events import NewEvent, NewRunEvent
from studio.store.flows import document_hash, keep_document, keep_flow
from studio.store.identifier import uuid7
from studio.store.retention import forbid_reuse, kept_among
from studio.store.steps import NewStep


@dataclass(frozen=True)
class NewRun:
    """A run to be made, with the event that asks for it.

    With `owner` it is born running and leased to it for `lease_seconds`; without, it is queued. Two runs never share
    a `dedup`. A higher `priority` goes first. Of the runs that share `exclusive` one is driven at a time. A queued run
    that has not begun by `start_by` (microseconds) is cancelled. `due` (microseconds) is when its trigger wanted it.
    One that has not ended `time_limit` seconds after its start has failed.
    """

    flow_id: str
    flow_name: str
    document_text: str
    steps: Sequence[NewStep]
    flow_path: str = ""
    bundle: str = ""
    directory: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    selection: dict[str, Any] = field(default_factory=dict)
    origin_run: str | None = None
    revision_id: str | None = None
    event_kind: str = "person"
    event_payload: Any = field(default_factory=dict)
    event_body: bytes | None = field(default=None, repr=False)
    priority: int = 0
    dedup: str | None = None
    trigger_id: str | None = None
    environment: str = "default"
    exclusive: str | None = None
    start_by: int | None = None
    due: int | None = None
    time_limit: float | None = None
    owner: str | None = None
    lease_seconds: float | None = None
    project: str = "default"
    id: str | None = None
    """Made with the run, like that of its event, unless somebody must know it before."""
    event_id: str | None = None


@dataclass(frozen=True)
class Run:
    """One execution of a flow. Times in microseconds."""

    id: str
    project: str
    flow_id: str
    flow_name: str
    event_id: str
    revision_id: str | None
    document: str
    """Hash of the flow's text, see `Store.document`."""
    bundle: str
    directory: str
    inputs: dict[str, Any]
    selection: dict[str, Any]
    origin_run: str | None
    priority: int
    dedup: str | None
    trigger_id: str | None
    environment: str
    exclusive: str | None
    start_by: int | None
    due: int | None
    time_limit: float | None
    state: RunState
    owner: str | None
    """The dispatcher that holds it, or held it when it ended."""
    epoch: int
    """How often it has been claimed."""
    lease_until: int | None
    cancel_requested: bool
    created: int
    started: int | None
    ended: int | None
    failure: Failure | None
    forgotten: int | None
    """When its artifacts were given up; None while they are kept."""

    def require_artifacts(self, cure: str = "") -> None:
        """Raise :class:`ArtifactError` if its artifacts were given up; `cure` may know better than to run it again."""
        if self.forgotten is not None:
            raise ArtifactError(
                f"The values, logs and notebooks of run {self.id} are kept no longer.",
                cure=cure or f"Run it again: `millrace runs retry {self.id}`.",
            )


_r = tables.run.c
_LEASE_END = clock() + bindparam("lease")
OVERDUE = _r.started + cast(_r.time_limit * 1_000_000, BigInteger) < clock()
"""Whether a run has taken longer than it may."""
_BY_ID = select(tables.run).where(_r.id == bindparam("run_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_DEDUP = select(tables.run).where(_r.dedup == bindparam("dedup"))
_BY_PREFIX = (
    select(tables.run).where(_r.id >= bindparam("low"), _r.id < bindparam("high")).order_by(_r.id.desc()).limit(2)
)
_LATEST = select(tables.run).order_by(_r.created.desc(), _r.id.desc()).limit(1)
_LAST_SUCCESS = (
    select(tables.run)
    .where(_r.trigger_id == bindparam("trigger_id"), _r.state == RunState.SUCCEEDED)
    .order_by(_r.created.desc(), _r.id.desc())
    .limit(1)
)


def _add(dialect: Any) -> Insert:
    holder = bindparam("holder", type_=_r.owner.type)
    statement = dialect.insert(tables.run).values(
        created=clock(),
        owner=holder,
        started=case((holder.is_not(None), clock())),
        lease_until=case((holder.is_not(None), _LEASE_END)),
    )
    kept: Insert = statement.on_conflict_do_nothing(index_elements=["dedup"]).returning(tables.run)
    return kept


_ADD = {"sqlite": _add(sqlite), "postgresql": _add(postgresql)}


_REQUEST_CANCEL = update(tables.run).where(_r.id == bindparam("run_id")).values(cancel_requested=True)
_CANCEL_QUEUED = _REQUEST_CANCEL.values(state=RunState.CANCELLED, ended=clock(), failure=bindparam("failure"))
_TOO_LATE = Failure(
    "late", "The run had not begun by its deadline.", "Give it more time, or allow more runs at once.", fault="system"
)
_LATE = (
    select(tables.run)
    .where(_r.state == RunState.QUEUED, _r.start_by < clock())
    .order_by(_r.start_by, _r.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_QUEUE = insert(tables.run).values(created=clock())
_CANCEL_STEPS = (
    update(tables.step)
    .where(tables.step.c.run_id == bindparam("run"), tables.step.c.state.in_([StepState.BLOCKED, StepState.READY]))
    .values(state=StepState.CANCELLED, ended=clock())
)
_DELETE: Delete = delete(tables.run).where(_r.id == bindparam("run_id"))
_DELETE_DELIVERY: Delete = delete(tables.delivery).where(tables.delivery.c.run_id == bindparam("run_id"))


class Runs:
    """The runs of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: NewRun) -> Run:
        """Keep a new run with its event, flow, document and steps: all of it, or nothing.

        If a run with the same `dedup` exists, that one is returned, and nothing is changed. Raises Conflict if it takes
        results of its `origin_run`, and these are no longer kept.
        """
        made = self.with_dedup(new.dedup) or self._create(new) or self.with_dedup(new.dedup)
        assert made is not None, "a run that was in the way is there"
        return made

    def last_success(self, trigger_id: str) -> Run | None:
        """The trigger's latest run that succeeded."""
        with self._database.read() as connection:
            row = connection.execute(_LAST_SUCCESS, {"trigger_id": trigger_id}).one_or_none()
        return Run(*row) if row else None

    def request_cancel(self, run_id: str) -> Run:
        """Ask the run's owner to cancel it. A queued run is cancelled at once; one that has ended stays as it is."""
        with self._database.write() as connection:
            cancel(connection, run_id)
            return Run(*connection.execute(_BY_ID, {"run_id": run_id}).one())

    def expire(self, limit: int = 1000) -> list[str]:
        """Cancel queued runs that should have begun by now, at most `limit`; their ids."""
        with self._database.write() as connection:
            late = [Run(*row) for row in connection.execute(_LATE, {"limit": limit})]
            for run in late:
                _cancel(connection, run, _TOO_LATE)
            causes.note_never_begun(connection, late)
            return [run.id for run in late]

    def get(self, run_id: str) -> Run:
        """The run of that id; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"run_id": run_id}).one_or_none()
        return Run(*row) if row else _missing(run_id)

    def find(self, prefix: str) -> Run:
        """The run whose id begins so, or the `latest`; raises NotFound, and UserError if several do."""
        if prefix == "latest":
            return self._latest()
        low = prefix.strip().lower()
        if not re.fullmatch("[0-9a-f-]+", low):
            return _missing(prefix)
        with self._database.read() as connection:
            rows = connection.execute(_BY_PREFIX, {"low": low, "high": low + "g"}).all()
        if len(rows) > 1:
            raise UserError(f"More than one run begins with {prefix}.", cure="Give more of the id.")
        return Run(*rows[0]) if rows else _missing(prefix)

    def _latest(self) -> Run:
        with self._database.read() as connection:
            row = connection.execute(_LATEST).one_or_none()
        if row is None:
            raise NotFound("There are no runs yet.", cure="Start one: millrace run FLOW.")
        return Run(*row)

    def delete(self, run_id: str) -> None:
        """Delete a run that has ended, with its steps, attempts, events and deliveries.

        Its artifacts are `millrace gc`'s.
        """
        with self._database.write() as connection:
            forbid_reuse(connection)
            row = connection.execute(_BY_ID_LOCKED, {"run_id": run_id}).one_or_none()
            run = Run(*row) if row else _missing(run_id)
            if not run.state.ended:
                raise UserError(f"Run {run_id} is {run.state}.", cure=f"First `millrace runs cancel {run_id}`.")
            connection.execute(_DELETE_DELIVERY, {"run_id": run_id})
            connection.execute(_DELETE, {"run_id": run_id})

    def with_dedup(self, dedup: str | None) -> Run | None:
        """The run that was made with it, if there is one."""
        if dedup is None:
            return None
        with self._database.read() as connection:
            row = connection.execute(_BY_DEDUP, {"dedup": dedup}).one_or_none()
        return Run(*row) if row else None

    def _create(self, new: NewRun) -> Run | None:
        """The new run, or None if another with the same `dedup` was quicker: then nothing of this one is kept."""
        try:
            with self._database.write() as connection:
                return _insert(connection, new)
        except _Duplicate:
            return None


class _Duplicate(Exception):
    """Another run with the same dedup is there; it only undoes the transaction."""


def queue(connection: Connection, wanted: Sequence[NewRun]) -> list[str]:
    """Keep many new runs that wait for their turn; their ids. None may have an owner, or the `dedup` of another."""
    for one in wanted:
        _require_origin(connection, one)
    drafts = [one for one in wanted if one.revision_id is None]
    # Of a revision, flow and document are kept already; to look would make those wait who queue runs of the same flow.
    for flow in {one.flow_id: one for one in drafts}.values():
        keep_flow(connection, id=flow.flow_id, project=flow.project, name=flow.flow_name, path=flow.flow_path)
    for text in {one.document_text for one in drafts}:
        keep_document(connection, text)
    hashes = {text: document_hash(text) for text in {one.document_text for one in wanted}}
    ids = [one.event_id or uuid7() for one in wanted]
    rows = [_values(one, id, hashes[one.document_text]) for one, id in zip(wanted, ids, strict=True)]
    if rows:
        events.add(connection, {id: _event(one) for one, id in zip(wanted, ids, strict=True)})
        connection.execute(_QUEUE, rows)
        steps.add_many(connection, {row["id"]: one.steps for row, one in zip(rows, wanted, strict=True)})
        note_state(connection, [row["id"] for row in rows], RunState.QUEUED)
        news.note(connection, "runs")
    return [row["id"] for row in rows]


def cancel(connection: Connection, run_id: str) -> None:
    """Ask for a run's end; a queued one ends at once. Raises NotFound."""
    row = connection.execute(_BY_ID_LOCKED, {"run_id": run_id}).one_or_none()
    run = Run(*row) if row else _missing(run_id)
    if not run.state.ended:
        _cancel(connection, run)


def note_state(connection: Connection, run_ids: Collection[str], state: RunState, **data: Any) -> None:
    """Tell those who follow the runs that they are in that state now."""
    events.append_to_all(connection, run_ids, NewRunEvent("run", data={"state": state.value, **data}))


def _insert(connection: Connection, new: NewRun) -> Run:
    _require_origin(connection, new)
    event_id = new.event_id or uuid7()
    keep_flow(connection, id=new.flow_id, project=new.project, name=new.flow_name, path=new.flow_path)
    hashed = keep_document(connection, new.document_text)
    events.add(connection, {event_id: _event(new)})
    holder = {"holder": new.owner, "lease": int((new.lease_seconds or 0) * 1_000_000)}
    values = _values(new, event_id, hashed) | holder
    row = connection.execute(_ADD[connection.dialect.name], values).one_or_none()
    if row is None:
        raise _Duplicate
    run = Run(*row)
    steps.add(connection, run.id, run.created, new.steps)
    note_state(connection, [run.id], run.state)
    if run.state is RunState.QUEUED:
        news.note(connection, "runs")
    return run


def _require_origin(connection: Connection, new: NewRun) -> None:
    """The results were there when the steps were made; they may have been forgotten, or the run deleted, since."""
    takes = any(step.reused_run is not None for step in new.steps)
    if new.origin_run is None or not takes or kept_among(connection, [new.origin_run]):
        return
    raise Conflict(
        f"The results of run {new.origin_run} were given up just now.", cure="Start the new run again.", retryable=True
    )


def _event(new: NewRun) -> NewEvent:
    return NewEvent(new.event_kind, new.event_payload, new.event_body, new.project)


def _values(new: NewRun, event_id: str, hashed: str) -> dict[str, Any]:
    owned = new.owner is not None
    return {
        "id": new.id or uuid7(),
        "project": new.project,
        "flow_id": new.flow_id,
        "flow_name": new.flow_name,
        "event_id": event_id,
        "revision_id": new.revision_id,
        "document": hashed,
        "bundle": new.bundle,
        "directory": new.directory,
        "inputs": new.inputs,
        "selection": new.selection,
        "origin_run": new.origin_run,
        "priority": new.priority,
        "dedup": new.dedup,
        "trigger_id": new.trigger_id,
        "environment": new.environment,
        "exclusive": new.exclusive,
        "start_by": new.start_by,
        "due": new.due,
        "time_limit": new.time_limit,
        "state": RunState.RUNNING if owned else RunState.QUEUED,
        "epoch": 1 if owned else 0,
        "cancel_requested": False,
    }


def _cancel(connection: Connection, run: Run, failure: Failure | None = None) -> None:
    if run.state is not RunState.QUEUED:
        connection.execute(_REQUEST_CANCEL, {"run_id": run.id})
        news.note(connection, "runs")
        return
    transition(run.state, RunState.CANCELLED)
    connection.execute(_CANCEL_QUEUED, {"run_id": run.id, "failure": failure})
    connection.execute(_CANCEL_STEPS, {"run": run.id})
    note_state(connection, [run.id], RunState.CANCELLED, **({"failure": failure.to_json()} if failure else {}))
    texts.keep(connection, run.id)


def _missing(run_id: str) -> Run:
    raise NotFound(f"There is no run {run_id}.", cure="See `millrace runs list`.")
