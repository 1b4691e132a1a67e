"""The history: runs page by page, the newest first, filtered and searched.

A page must be quick in a store of a million runs. So each way to filter has an index in the order of the list. The
index of words is in no order: it serves a search that few runs fulfil. What many fulfil is soon found by looking
through the newest runs that the other filters leave.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, or_, select, text, tuple_, union_all

from studio.exceptions import UserError
from studio.run import RunState
from studio.store import tables, texts
from studio.store.columns import Id
from studio.store.database import Database
from studio.store.runs import Run
from studio.store.texts import Wanted

FEW = 10_000
"""Runs found by the index of words that are put in order without much ado."""
LOOKED_THROUGH = 4000
"""Runs that a search looks through where the index finds more."""
MOST_ARMS = 50


@dataclass(frozen=True)
class Filter:
    """Which runs are listed: all that is given must hold.

    `flow` is an id, or the present name of one or several; `states` are alternatives. Runs were made at `since` or
    later, and before `until` (microseconds). Each word of `text` begins a word of the run's failures or logged
    lines; only runs that have ended are found so.
    """

    flow: str | None = None
    states: tuple[RunState, ...] = ()
    trigger_id: str | None = None
    since: int | None = None
    until: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Page:
    """Part of a list, and the key with which the next part begins; None at the end."""

    items: list[Run]
    next: str | None


ALL = Filter()
_KEY = re.compile(r"([0-9]{1,18})\.([0-9a-zA-Z-]{1,64})")
_r = tables.run.c
_FLOW_IDS = select(tables.flow.c.id).where(
    or_(tables.flow.c.id == bindparam("flow"), tables.flow.c.name == bindparam("flow", type_=Id))
)


class History:
    """The runs of a store, as lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, limit: int = 50, before: str | None = None, filter: Filter = ALL) -> Page:
        """At most `limit` runs, the newest first; `before` is the `next` of the page before.

        A key stays good whatever becomes of the run that it names, and whatever comes. Raises UserError for a wrong
        key, and for a text without words.
        """
        key = None if before is None else _parse_key(before)
        words = texts.asked(filter.text) if filter.text else []
        with self._database.read() as connection:
            flow_ids = _flow_ids(connection, filter.flow)
            if flow_ids == []:
                return Page([], None)
            lister = _Lister(connection, filter, flow_ids or [], key)
            runs = lister.search(words, limit + 1) if words else lister.newest(limit + 1)
        return Page(runs[:limit], _key(runs[limit - 1]) if len(runs) > limit else None)


class _Lister:
    """One page's look at the store."""

    def __init__(
        self, connection: Connection, filter: Filter, flow_ids: Sequence[str], key: tuple[int, str] | None
    ) -> None:
        self._connection = connection
        self._filter = filter
        self._flow_ids = flow_ids
        self._states = list(dict.fromkeys(filter.states))
        self._key = key

    def newest(self, limit: int) -> list[Run]:
        return self._runs(self._newest(limit), limit)

    def search(self, words: Sequence[str], limit: int) -> list[Run]:
        wanted = Wanted(words, self._flow_ids, self._filter.trigger_id, self._states)
        if self._connection.dialect.name == "postgresql":
            # It would rather read all texts than ask the index for words that it believes to be common.
            self._connection.execute(text("SET LOCAL enable_seqscan = off"))
        if self._found_more_than(FEW, wanted):
            runs = self._runs(self._newest(LOOKED_THROUGH), limit, texts.holds(wanted))
            if len(runs) == limit or not self._more_than(LOOKED_THROUGH):
                return runs
        found = texts.found(self._connection.dialect.name, wanted)
        created, run_id = found.selected_columns.created, found.selected_columns.id
        return self._runs(_in_order(found.where(*self._times(created, run_id)), limit), limit)

    def _newest(self, limit: int) -> Select[Any]:
        """Ids and times of the newest runs that the filter leaves, apart from its text.

        Each pair of flow and state is read from an index of its own in the order of the list; no index is in order
        over several.
        """
        flows: Sequence[str | None] = self._flow_ids or [None]
        states: Sequence[RunState | None] = self._states or [None]
        if len(flows) * len(states) > MOST_ARMS:
            return self._arm(self._flow_ids, self._states, limit)
        arms = [
            self._arm([flow] if flow is not None else [], [state] if state is not None else [], limit)
            for flow, state in product(flows, states)
        ]
        if len(arms) == 1:
            return arms[0]
        every = union_all(*(select(arm.subquery()) for arm in arms)).subquery()
        return _in_order(select(every.c.id, every.c.created), limit)

    def _arm(self, flow_ids: Sequence[str], states: Sequence[RunState], limit: int) -> Select[Any]:
        query = select(_r.id, _r.created).where(*self._times(_r.created, _r.id))
        trigger_id = self._filter.trigger_id
        if trigger_id is not None:
            query = query.where(_r.trigger_id == trigger_id)
        if flow_ids:
            # All runs of a trigger are of one flow. PostgreSQL would expect very few of both and sort them all: with
            # an expression it cannot but go through the trigger's runs in order.
            flow = _r.flow_id if trigger_id is None else _r.flow_id.concat("")
            query = query.where(_one_of(flow, flow_ids))
        if states:
            query = query.where(_one_of(_r.state, states))
        return _in_order(query, limit)

    def _times(self, created: ColumnElement[int], run_id: ColumnElement[str]) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self._key is not None:
            conditions.append(tuple_(created, run_id) < tuple_(*self._key))
        if self._filter.since is not None:
            conditions.append(created >= self._filter.since)
        if self._filter.until is not None:
            conditions.append(created < self._filter.until)
        return conditions

    def _more_than(self, count: int) -> bool:
        """Whether the filter, apart from its text, leaves more runs."""
        newest = self._newest(count + 1).subquery()
        return self._connection.execute(select(newest.c.id).offset(count).limit(1)).first() is not None

    def _found_more_than(self, count: int, wanted: Wanted) -> bool:
        """Whether the index of words finds more runs, of any time."""
        found = texts.numbers(self._connection.dialect.name, wanted).offset(count).limit(1)
        return self._connection.execute(found).first() is not None

    def _runs(self, chosen: Select[Any], limit: int, *conditions: ColumnElement[bool]) -> list[Run]:
        """The runs whose ids and times are chosen, where their texts fulfil the conditions."""
        ids = chosen.subquery()
        query = select(tables.run).join(ids, _r.id == ids.c.id)
        if conditions:
            query = query.join(tables.run_text, tables.run_text.c.run_id == ids.c.id).where(*conditions)
        query = query.order_by(ids.c.created.desc(), ids.c.id.desc()).limit(limit)
        return [Run(*row) for row in self._connection.execute(query)]


def _in_order(query: Select[Any], limit: int) -> Select[Any]:
    columns = query.selected_columns
    return query.order_by(columns.created.desc(), columns.id.desc()).limit(limit)


def _one_of(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _flow_ids(connection: Connection, flow: str | None) -> Sequence[str] | None:
    """The flows of that id or name; None if none is asked for."""
    return None if flow is None else connection.execute(_FLOW_IDS, {"flow": flow}).scalars().all()


def _key(run: Run) -> str:
    return f"{run.created}.{run.id}"


def _parse_key(key: str) -> tuple[int, str]:
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise UserError(f"{key!r} is not the key of a page.", cure="Give the `next` of the page before.")
    return int(parts[1]), parts[2]
