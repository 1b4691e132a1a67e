"""Runs: made once, claimed by one dispatcher at a time, listed page by page."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from studio.exceptions import NotFound, UserError
from studio.problem import Failure
from studio.run import RunState, StepState, transition
from studio.store import events, steps, tables
from studio.store.database import Database
from studio.store.events import NewRunEvent
from studio.store.flows import keep_document, keep_flow
from studio.store.identifier import uuid7
from studio.store.steps import NewStep, Step
from studio.store.tables import clock


@dataclass(frozen=True)
class NewRun:
    """A run to be made, with the event that asks for it.

    With `owner` it is born running and leased to it for `lease_seconds`; without, it is queued. Two runs never share
    a `dedup`. A higher `priority` goes first.
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
    priority: int = 0
    dedup: str | None = None
    owner: str | None = None
    lease_seconds: float | None = None
    project: str = "default"


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


@dataclass(frozen=True)
class Page:
    """Part of a list, and the key with which the next part begins; None at the end."""

    items: list[Run]
    next: str | None


_r = tables.run.c
_LEASE_END = clock() + bindparam("lease")
_OWNED = and_(_r.owner == bindparam("owner_"), _r.state.in_([RunState.RUNNING, RunState.WAITING]))
_ABANDONED = and_(
    _r.state.in_([RunState.RUNNING, RunState.WAITING]), or_(_r.lease_until.is_(None), _r.lease_until < clock())
)

_BY_ID = select(tables.run).where(_r.id == bindparam("run_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_DEDUP = select(tables.run).where(_r.dedup == bindparam("dedup"))
_BY_PREFIX = (
    select(tables.run).where(_r.id >= bindparam("low"), _r.id < bindparam("high")).order_by(_r.id.desc()).limit(2)
)
_ADD_EVENT = insert(tables.event).values(received=clock())


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


def _claim(*conditions: Any) -> Update:
    """Take the first runs that nobody holds. The rows are locked in a CTE, for a subquery may be evaluated twice."""
    due = (
        select(_r.id)
        .where(or_(_r.state == RunState.QUEUED, _ABANDONED), *conditions)
        .order_by(_r.priority.desc(), _r.created, _r.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(tables.run)
        .where(_r.id.in_(select(due.c.id)))
        .values(
            state=RunState.RUNNING,
            owner=bindparam("owner_"),
            epoch=_r.epoch + 1,
            lease_until=_LEASE_END,
            started=func.coalesce(_r.started, clock()),
        )
        .returning(tables.run)
    )


_CLAIM = _claim()
_CLAIM_ONE = _claim(_r.id == bindparam("run_id"))
_RENEW = (
    update(tables.run)
    .where(_OWNED, _r.id.in_(bindparam("run_ids", expanding=True)))
    .values(lease_until=_LEASE_END)
    .returning(_r.id)
)
_RELEASE = (
    update(tables.run)
    .where(_OWNED, _r.id == bindparam("run_id"), _r.epoch == bindparam("epoch_"))
    .values(owner=None, lease_until=None)
)
_REQUEST_CANCEL = update(tables.run).where(_r.id == bindparam("run_id")).values(cancel_requested=True)
_CANCEL_QUEUED = _REQUEST_CANCEL.values(state=RunState.CANCELLED, ended=clock())
_CANCEL_STEPS = (
    update(tables.step)
    .where(tables.step.c.run_id == bindparam("run"), tables.step.c.state.in_([StepState.BLOCKED, StepState.READY]))
    .values(state=StepState.CANCELLED, ended=clock())
)
_CANCEL_REQUESTS = select(_r.id).where(_OWNED, _r.cancel_requested)
_DELETE: Delete = delete(tables.run).where(_r.id == bindparam("run_id"))
_IDS = select(_r.id)
_REUSED = select(tables.step).where(tables.step.c.reused_run.is_not(None), tables.step.c.outputs.is_not(None))
_BUNDLES = select(_r.bundle).where(_r.bundle != "").distinct()


class Runs:
    """The runs of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: NewRun) -> Run:
        """Keep a new run with its event, flow, document and steps: all of it, or nothing.

        If a run with the same `dedup` exists, that one is returned, and nothing is changed.
        """
        made = self._by_dedup(new.dedup) or self._create(new) or self._by_dedup(new.dedup)
        assert made is not None, "a run that was in the way is there"
        return made

    def claim(self, owner: str, lease_seconds: float, limit: int = 1, run_id: str | None = None) -> list[Run]:
        """Take at most `limit` runs (or the one named): queued ones, and those whose owner let the lease run out.

        By priority, then age. Each gets a new epoch, so that a former owner's commits fail. No two claimers get the
        same run.
        """
        values = {"owner_": owner, "lease": _microseconds(lease_seconds), "limit": limit, "run_id": run_id}
        statement = _CLAIM if run_id is None else _CLAIM_ONE
        with self._database.write() as connection:
            claimed = [Run(*row) for row in connection.execute(statement, values)]
        return sorted(claimed, key=lambda run: (-run.priority, run.created, run.id))

    def renew(self, owner: str, lease_seconds: float, run_ids: Collection[str]) -> set[str]:
        """Lengthen the leases to `lease_seconds` from now; the ids of those runs that are still the owner's."""
        if not run_ids:
            return set()
        values = {"owner_": owner, "lease": _microseconds(lease_seconds), "run_ids": list(run_ids)}
        with self._database.write() as connection:
            return set(connection.execute(_RENEW, values).scalars())

    def release(self, run_id: str, owner: str, epoch: int) -> bool:
        """Let go of a run, so that anybody may claim it at once; False if it was the owner's no more."""
        values = {"run_id": run_id, "owner_": owner, "epoch_": epoch}
        with self._database.write() as connection:
            return connection.execute(_RELEASE, values).rowcount == 1

    def request_cancel(self, run_id: str) -> Run:
        """Ask the run's owner to cancel it. A queued run is cancelled at once; one that has ended stays as it is."""
        with self._database.write() as connection:
            row = connection.execute(_BY_ID_LOCKED, {"run_id": run_id}).one_or_none()
            run = Run(*row) if row else _missing(run_id)
            if not run.state.ended:
                _cancel(connection, run)
            return Run(*connection.execute(_BY_ID, {"run_id": run_id}).one())

    def cancel_requests(self, owner: str) -> set[str]:
        """Which of the owner's runs somebody wants cancelled."""
        with self._database.read() as connection:
            return set(connection.execute(_CANCEL_REQUESTS, {"owner_": owner}).scalars())

    def get(self, run_id: str) -> Run:
        """The run of that id; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"run_id": run_id}).one_or_none()
        return Run(*row) if row else _missing(run_id)

    def find(self, prefix: str) -> Run:
        """The run whose id begins so; raises NotFound, and UserError if several do."""
        low = prefix.strip().lower()
        if not re.fullmatch("[0-9a-f-]+", low):
            return _missing(prefix)
        with self._database.read() as connection:
            rows = connection.execute(_BY_PREFIX, {"low": low, "high": low + "g"}).all()
        if len(rows) > 1:
            raise UserError(f"More than one run begins with {prefix}.", cure="Give more of the id.")
        return Run(*rows[0]) if rows else _missing(prefix)

    def list(
        self, limit: int = 50, before: str | None = None, flow: str | None = None, state: RunState | None = None
    ) -> Page:
        """Runs, the newest first, of one flow (id or name) or state; `before` is the `next` of the page before."""
        query = _page(before, flow, state).limit(limit + 1)
        with self._database.read() as connection:
            found = [Run(*row) for row in connection.execute(query)]
        more = len(found) > limit
        return Page(found[:limit], _key(found[limit - 1]) if more else None)

    def delete(self, run_id: str) -> None:
        """Forget a run that has ended, with its steps, attempts and events. Its artifacts are `millrace gc`'s."""
        with self._database.write() as connection:
            row = connection.execute(_BY_ID_LOCKED, {"run_id": run_id}).one_or_none()
            run = Run(*row) if row else _missing(run_id)
            if not run.state.ended:
                raise UserError(f"Run {run_id} is {run.state}.", cure=f"First `millrace runs cancel {run_id}`.")
            connection.execute(_DELETE, {"run_id": run_id})

    def referenced_prefixes(self) -> set[str]:
        """Where artifacts in use lie below the artifact root: the folders of all runs, the attempts of deleted runs
        whose outputs were reused, and the bundles.
        """
        with self._database.read() as connection:
            runs = {f"runs/{run_id}/" for run_id in connection.execute(_IDS).scalars()}
            bundles = {f"bundles/{hashed}.zip" for hashed in connection.execute(_BUNDLES).scalars()}
            reused = {path for row in connection.execute(_REUSED) for path in _folders(Step(*row))}
        return runs | bundles | reused

    def _by_dedup(self, dedup: str | None) -> Run | None:
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


def _insert(connection: Connection, new: NewRun) -> Run:
    event_id = uuid7()
    keep_flow(connection, id=new.flow_id, project=new.project, name=new.flow_name, path=new.flow_path)
    hashed = keep_document(connection, new.document_text)
    event = {"id": event_id, "project": new.project, "kind": new.event_kind, "payload": new.event_payload}
    connection.execute(_ADD_EVENT, event)
    row = connection.execute(_ADD[connection.dialect.name], _values(new, event_id, hashed)).one_or_none()
    if row is None:
        raise _Duplicate
    run = Run(*row)
    steps.add(connection, run.id, run.created, new.steps)
    return run


def _values(new: NewRun, event_id: str, hashed: str) -> dict[str, Any]:
    owned = new.owner is not None
    return {
        "id": uuid7(),
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
        "state": RunState.RUNNING if owned else RunState.QUEUED,
        "holder": new.owner,
        "epoch": 1 if owned else 0,
        "lease": _microseconds(new.lease_seconds or 0),
        "cancel_requested": False,
    }


def _cancel(connection: Connection, run: Run) -> None:
    if run.state is not RunState.QUEUED:
        connection.execute(_REQUEST_CANCEL, {"run_id": run.id})
        return
    transition(run.state, RunState.CANCELLED)
    connection.execute(_CANCEL_QUEUED, {"run_id": run.id})
    connection.execute(_CANCEL_STEPS, {"run": run.id})
    ended = NewRunEvent("run", data={"state": RunState.CANCELLED.value})
    events.append(connection, run.id, events.last_seq(connection, run.id), [ended])


def _page(before: str | None, flow: str | None, state: RunState | None) -> Select[Any]:
    query = select(tables.run).order_by(_r.created.desc(), _r.id.desc())
    if before is not None:
        query = query.where(tuple_(_r.created, _r.id) < tuple_(*_parse_key(before)))
    if flow is not None:
        query = query.where(or_(_r.flow_id == flow, _r.flow_name == flow))
    if state is not None:
        query = query.where(_r.state == state)
    return query


def _key(run: Run) -> str:
    return f"{run.created}.{run.id}"


def _parse_key(key: str) -> tuple[int, str]:
    created, _, run_id = key.partition(".")
    if not created.isdecimal() or not run_id:
        raise UserError(f"{key!r} is not the key of a page.", cure="Give the `next` of the page before.")
    return int(created), run_id


def _folders(step: Step) -> set[str]:
    """The folders that hold a step's outputs."""
    return {artifact.path.rpartition("/")[0] + "/" for artifact in (step.outputs or {}).values()}


def _microseconds(seconds: float) -> int:
    return int(seconds * 1_000_000)


def _missing(run_id: str) -> Run:
    raise NotFound(f"There is no run {run_id}.", cure="See `millrace runs list`.")
