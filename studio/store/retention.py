"""Whose artifacts are kept: what runs refer to below the artifact root, and the runs that have given theirs up.

A run is forgotten first, in the store, and its files are deleted after that. Whoever takes results of another run does
so in a transaction that asks :func:`kept_among`, under a lock that excludes forgetting. So either the reuse is
committed first: then :meth:`Retention.holdings`, asked once the run is forgotten, has it, and the files stay. Or the
run is forgotten first: then its results are not taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, type_coerce, union, update

from studio.run import RunState
from studio.store import tables
from studio.store.columns import JsonText, clock
from studio.store.database import Database

_LOCK = 7_013_552_021
"""PostgreSQL's advisory lock: who forgets or deletes runs has it alone, who takes their results shares it."""
_CHUNK = 1000
"""Runs that are forgotten in one transaction: nobody else writes meanwhile."""


@dataclass(frozen=True)
class KeptRun:
    """A run whose artifacts are kept. `ended` in microseconds, None while it goes on."""

    id: str
    flow_id: str
    flow_name: str
    state: RunState
    ended: int | None


@dataclass(frozen=True)
class Holdings:
    """What is referred to below the artifact root."""

    runs: list[KeptRun]
    reused: dict[str, set[str]]
    """Folder of an attempt (ends with `/`) -> the kept runs that have reused its outputs."""
    bundles: set[str]
    """Paths. A run that is forgotten can still be repeated: its bundle stays."""

    def prefixes(self) -> set[str]:
        """Folders (they end with `/`) and files in use."""
        return {run_folder(run.id) for run in self.runs} | self.reused.keys() | self.bundles


def run_folder(run_id: str) -> str:
    """Where the run's own files lie below the artifact root."""
    return f"runs/{run_id}/"


_r = tables.run.c
_s = tables.step.c
_KEPT = select(_r.id, _r.flow_id, _r.flow_name, _r.state, _r.ended).where(tables.KEPT).order_by(_r.ended, _r.id)
# As plain JSON: there may be very many, and their previews are large.
_REUSED = (
    select(_s.run_id, type_coerce(_s.outputs, JsonText).label("outputs"))
    .join_from(tables.step, tables.run, _s.run_id == _r.id)
    .where(_s.reused_run.is_not(None), _s.outputs.is_not(None), tables.KEPT)
)
_BUNDLES = union(
    select(_r.bundle).where(_r.bundle != ""), select(tables.revision.c.bundle).where(tables.revision.c.bundle != "")
)
_AMONG = select(_r.id).where(_r.id.in_(bindparam("run_ids", expanding=True)), tables.KEPT)
_FORGET = (
    update(tables.run)
    .where(
        _r.id.in_(bindparam("run_ids", expanding=True)),
        _r.state.in_([state for state in RunState if state.ended]),
        tables.KEPT,
    )
    .values(forgotten=clock())
    .returning(_r.id)
)
_FORGET_BODIES = (
    update(tables.event)
    .where(tables.event.c.body.is_not(None), tables.event.c.received < bindparam("before"))
    .values(body=None)
)


class Retention:
    """The kept artifacts of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holdings(self) -> Holdings:
        """What is in use; the runs that ended first come first."""
        with self._database.read() as connection:
            runs = [KeptRun(*row) for row in connection.execute(_KEPT)]
            reused: dict[str, set[str]] = {}
            for run_id, outputs in connection.execute(_REUSED):
                for folder in _folders(outputs):
                    reused.setdefault(folder, set()).add(run_id)
            bundles = {f"bundles/{hashed}.zip" for hashed in connection.execute(_BUNDLES).scalars()}
        return Holdings(runs, reused, bundles)

    def forget(self, run_ids: Iterable[str]) -> set[str]:
        """Give up the artifacts of runs that have ended; the ids of those that still had some.

        Their history stays: only the files may be deleted now.
        """
        ids, forgotten = list(run_ids), set()
        for start in range(0, len(ids), _CHUNK):
            with self._database.write() as connection:
                forbid_reuse(connection)
                forgotten |= set(connection.execute(_FORGET, {"run_ids": ids[start : start + _CHUNK]}).scalars())
        return forgotten

    def forget_bodies(self, before: int) -> None:
        """Give up the bodies that webhooks received before a time (microseconds)."""
        with self._database.write() as connection:
            connection.execute(_FORGET_BODIES, {"before": before})


def kept_among(connection: Connection, run_ids: Collection[str]) -> set[str]:
    """Those of the runs whose artifacts are kept. They stay so until this transaction has ended."""
    if not run_ids:
        return set()
    _lock(connection, "pg_advisory_xact_lock_shared")
    return set(connection.execute(_AMONG, {"run_ids": list(run_ids)}).scalars())


def forbid_reuse(connection: Connection) -> None:
    """Until this transaction has ended, nobody takes results of other runs; those who do so now are waited for.

    To be called before any row is locked.
    """
    _lock(connection, "pg_advisory_xact_lock")


def _lock(connection: Connection, function: str) -> None:
    """An advisory lock, for the rows of runs that still go on are locked by their owners: those could deadlock."""
    if connection.dialect.name == "postgresql":  # on SQLite one writes at a time anyhow
        connection.execute(text(f"SELECT {function}(:lock)"), {"lock": _LOCK})


def _folders(outputs: dict[str, Any]) -> set[str]:
    """The folders that hold a step's outputs."""
    return {artifact["path"].rpartition("/")[0] + "/" for artifact in outputs.values()}
