"""Triggers, and what became of each of their due times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from studio.exceptions import Conflict, NotFound, UserError
from studio.store import causes, news, runs, tables
from studio.store.causes import Cause
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.identifier import uuid7
from studio.store.runs import NewRun


@dataclass(frozen=True)
class NewTrigger:
    """A trigger to be made. `next_fire` in microseconds."""

    flow_id: str
    name: str
    kind: str
    settings: dict[str, Any]
    next_fire: int | None = None
    environment: str = "default"
    author: str = ""
    project: str = "default"
    path: str | None = None
    """Where a webhook is called; empty for its id."""


@dataclass(frozen=True)
class Trigger:
    """What makes runs of a flow's active revision. Times in microseconds."""

    id: str
    project: str
    flow_id: str
    environment: str
    name: str
    kind: str
    settings: dict[str, Any]
    paused: str | None
    """Who paused it, or why it stands still; None while it is on."""
    next_fire: int | None
    version: int
    """Counts its changes by people."""
    author: str
    created: int
    updated: int
    path: str | None
    """Where a webhook is called."""


@dataclass(frozen=True)
class NewTick:
    """What becomes of a due time (microseconds): a run, or the reason why there is none."""

    fire: int
    run: NewRun | None = None
    skipped: str | None = None


@dataclass(frozen=True)
class Tick:
    """What became of a due time. Times in microseconds."""

    trigger_id: str
    fire: int
    recorded: int
    run_id: str | None
    skipped: str | None


_t = tables.trigger.c
_k = tables.tick.c
_r = tables.run.c
_BY_ID = select(tables.trigger).where(_t.id == bindparam("id"))


def _add(dialect: Any) -> Insert:
    statement = dialect.insert(tables.trigger).values(created=clock(), updated=clock())
    kept: Insert = statement.on_conflict_do_nothing(index_elements=["path"]).returning(tables.trigger)
    return kept


_ADD = {"sqlite": _add(sqlite), "postgresql": _add(postgresql)}
_WEBHOOK = select(tables.trigger).where(
    _t.kind == "webhook", or_(_t.path == bindparam("path"), _t.id == bindparam("path"))
)
_DELETE = delete(tables.trigger).where(_t.id == bindparam("id"))
_DUE = (
    select(tables.trigger)
    .where(_t.next_fire <= clock(), _t.paused.is_(None))
    .order_by(_t.next_fire, _t.id)
    .limit(bindparam("limit"))
)
_OUTLOOK = select(clock(), select(func.min(_t.next_fire)).where(_t.paused.is_(None)).scalar_subquery())
_LOCK = (
    select(_t.id, _t.next_fire, _t.version)
    .where(_t.id.in_(bindparam("ids", expanding=True)), _t.paused.is_(None))
    .order_by(_t.id)
    .with_for_update(skip_locked=True)
)
_UNFINISHED = select(_r.trigger_id, _r.id).where(
    _r.trigger_id.in_(bindparam("ids", expanding=True)),
    tables.UNFINISHED,
)
_COUNT_UNFINISHED = select(func.count()).select_from(
    select(_r.id).where(_r.trigger_id == bindparam("id"), tables.UNFINISHED).limit(bindparam("most")).subquery()
)
_SET_NEXT = update(tables.trigger).where(_t.id == bindparam("id_")).values(next_fire=bindparam("next"))
_LAST_RECORDED = select(func.max(_k.recorded))
_FORGET_SKIPS = delete(tables.tick).where(_k.fire > bindparam("time"), _k.skipped.is_not(None))
_ENDED = (
    select(_k.trigger_id, _k.fire)
    .join_from(tables.tick, tables.trigger, and_(_k.trigger_id == _t.id, _k.fire >= _t.next_fire))
    .where(_t.id.in_(bindparam("ids", expanding=True)))
)
_ADD_TICK = insert(tables.tick).values(recorded=clock())


class Triggers:
    """The triggers of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewTrigger) -> Trigger:
        """Keep a new trigger; raises Conflict if another has its path."""
        id = uuid7()
        values = vars(new) | {"id": id, "version": 1, "paused": None, "path": id if new.path == "" else new.path}
        with self._database.write() as connection:
            row = connection.execute(_ADD[connection.dialect.name], values).one_or_none()
            news.note(connection, "triggers")
        if row is None:
            raise _taken(new.path)
        return Trigger(*row)

    def webhook(self, path: str) -> Trigger | None:
        """The webhook of that path or id, if there is one."""
        with self._database.read() as connection:
            row = connection.execute(_WEBHOOK, {"path": path}).one_or_none()
        return Trigger(*row) if row else None

    def unfinished(self, id: str, most: int) -> int:
        """How many runs of a trigger have not ended; counted up to `most`."""
        with self._database.read() as connection:
            return int(connection.execute(_COUNT_UNFINISHED, {"id": id, "most": most}).scalar_one())

    def get(self, id: str) -> Trigger:
        """The trigger of that id; raises NotFound."""
        with self._database.read() as connection:
            return _get(connection, id)

    def find(self, wanted: str) -> Trigger:
        """The trigger of that name, or whose id begins so; raises NotFound, and UserError if several do."""
        meant = or_(_t.name == wanted, _t.id.startswith(wanted, autoescape=True))
        with self._database.read() as connection:
            rows = connection.execute(select(tables.trigger).where(meant).limit(2)).all()
        if len(rows) > 1:
            raise UserError(f"{wanted!r} may be more than one trigger.", cure="Give more of its id.")
        return Trigger(*rows[0]) if wanted and rows else _missing(wanted)

    def of(self, flow_id: str | None = None) -> list[Trigger]:
        """All triggers, or those of a flow, by name."""
        query = select(tables.trigger).order_by(_t.name, _t.id)
        with self._database.read() as connection:
            found = connection.execute(query if flow_id is None else query.where(_t.flow_id == flow_id))
            return [Trigger(*row) for row in found]

    def page(self, limit: int, before: str | None = None, flow_id: str | None = None) -> list[Trigger]:
        """Triggers, or those of a flow, the newest first, those before an id."""
        query = select(tables.trigger).order_by(_t.id.desc()).limit(limit)
        if before is not None:
            query = query.where(_t.id < before)
        if flow_id is not None:
            query = query.where(_t.flow_id == flow_id)
        with self._database.read() as connection:
            return [Trigger(*row) for row in connection.execute(query)]

    def change(self, trigger: Trigger, **columns: Any) -> Trigger:
        """Change columns of `studio.store.tables.trigger`; raises Conflict if somebody has changed it since, or if
        another has its path.
        """
        known = (_t.id == trigger.id, _t.version == trigger.version)
        new = columns | {"version": trigger.version + 1, "updated": clock()}
        statement = update(tables.trigger).where(*known).values(new).returning(tables.trigger)
        try:
            with self._database.write() as connection:
                row = connection.execute(statement).one_or_none()
                if row is None:
                    raise _changed(_get(connection, trigger.id))
                news.note(connection, "triggers")
                return Trigger(*row)
        except IntegrityError as error:
            if "path" not in columns:
                raise
            raise _taken(columns["path"]) from error

    def delete(self, id: str, version: int | None = None) -> None:
        """Forget a trigger, its ticks and deliveries; its runs stay. Raises NotFound, and Conflict if it has another
        version.
        """
        with self._database.write() as connection:
            found = _get(connection, id)
            if version not in (None, found.version):
                raise _changed(found)
            connection.execute(_DELETE, {"id": id})

    def ticks(self, trigger_id: str, limit: int = 100, before: int | None = None) -> list[Tick]:
        """What became of a trigger's due times, the latest first, those `before` a time (microseconds)."""
        query: Select[Any] = select(tables.tick).where(_k.trigger_id == trigger_id).order_by(_k.fire.desc())
        if before is not None:
            query = query.where(_k.fire < before)
        with self._database.read() as connection:
            return [Tick(*row) for row in connection.execute(query.limit(limit))]

    def due(self, limit: int) -> list[Trigger]:
        """Triggers that are to fire by now, the latest first."""
        with self._database.read() as connection:
            return [Trigger(*row) for row in connection.execute(_DUE, {"limit": limit})]

    def last_recorded(self) -> int | None:
        """When a due time was last dealt with, in microseconds."""
        with self._database.read() as connection:
            return connection.execute(_LAST_RECORDED).scalar_one()  # type: ignore[no-any-return]

    def forget_skips_after(self, time: int) -> None:
        """Forget skips of times to come (microseconds), which a wrong clock has recorded. What has run has run."""
        with self._database.write() as connection:
            connection.execute(_FORGET_SKIPS, {"time": time})

    def outlook(self) -> tuple[int, int | None]:
        """Now, and when the next trigger is to fire: it may be late; None if none is to fire ever. In microseconds."""
        with self._database.read() as connection:
            now, next_fire = connection.execute(_OUTLOOK).one()
        return now, next_fire

    @contextmanager
    def firing(self, expected: Sequence[Trigger]) -> Iterator[Firing]:
        """One transaction over those triggers that are still as expected and that nobody else fires right now."""
        with self._database.write() as connection:
            firing = Firing(connection, expected)
            yield firing
            firing.flush()


class Firing:
    """Triggers whose rows are held, so that each due time gets its one end."""

    def __init__(self, connection: Connection, expected: Sequence[Trigger]) -> None:
        self._connection = connection
        ids = [trigger.id for trigger in expected]
        held = {row.id: (row.next_fire, row.version) for row in connection.execute(_LOCK, {"ids": ids})}
        self.triggers = [one for one in expected if held.get(one.id) == (one.next_fire, one.version)]
        self.unfinished: dict[str, list[str]] = {trigger.id: [] for trigger in self.triggers}
        """Trigger -> its runs that have not ended."""
        for trigger_id, run_id in connection.execute(_UNFINISHED, {"ids": list(self.unfinished)}):
            self.unfinished[trigger_id].append(run_id)
        self.ended: dict[str, set[int]] = {trigger.id: set() for trigger in self.triggers}
        """Trigger -> times that are due (again) and have had their end already."""
        for trigger_id, fire in connection.execute(_ENDED, {"ids": list(self.ended)}):
            self.ended[trigger_id].add(fire)
        self._next: list[dict[str, Any]] = []
        self._ticks: list[tuple[str, NewTick]] = []

    def fire(self, trigger: Trigger, ticks: Sequence[NewTick], next_fire: int | None) -> None:
        """Record what becomes of due times, and when the next one is. Written when the transaction ends."""
        self._next.append({"id_": trigger.id, "next": next_fire})
        self._ticks += [(trigger.id, tick) for tick in ticks]

    def cancel(self, run_id: str) -> None:
        runs.cancel(self._connection, run_id)

    def flush(self) -> None:
        news = [tick.run for _, tick in self._ticks if tick.run is not None]
        ids = iter(runs.queue(self._connection, news))
        rows = [
            {
                "trigger_id": trigger_id,
                "fire": tick.fire,
                "run_id": next(ids) if tick.run is not None else None,
                "skipped": tick.skipped,
            }
            for trigger_id, tick in self._ticks
        ]
        if rows:
            self._connection.execute(_ADD_TICK, rows)
        if self._next:
            self._connection.execute(_SET_NEXT, self._next)
        causes.note(self._connection, self._skips())

    def _skips(self) -> list[Cause]:
        """What each trigger skips now as one cause: after days without a service there may be thousands."""
        fires: dict[str, list[int]] = {}
        for trigger_id, tick in self._ticks:
            if tick.skipped is not None:
                fires.setdefault(trigger_id, []).append(tick.fire)
        return [_skip(trigger, fires[trigger.id]) for trigger in self.triggers if trigger.id in fires]


def _skip(trigger: Trigger, fires: list[int]) -> Cause:
    data = {"trigger": trigger.name, "trigger_id": trigger.id}
    times = {"count": len(fires), "first": min(fires), "last": max(fires)}
    return Cause("skipped", trigger.project, trigger.flow_id, trigger.environment, data=data | times)


def _get(connection: Connection, id: str) -> Trigger:
    row = connection.execute(_BY_ID, {"id": id}).one_or_none()
    return Trigger(*row) if row else _missing(id)


def _taken(path: str | None) -> Conflict:
    return Conflict(f"Another trigger has the path {path!r}.", cure="Choose another.", field="path")


def _changed(trigger: Trigger) -> Conflict:
    return Conflict(f"The trigger {trigger.name} has been changed meanwhile.", cure="Look at it, and try again.")


def _missing(wanted: str) -> Trigger:
    raise NotFound(f"There is no trigger {wanted}.", cure="See `millrace triggers list`.")
