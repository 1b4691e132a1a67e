"""The tables. `migrations/` makes them; a test holds the two equal.

Times are integer microseconds since 1970, UTC, by the database's clock (see :class:`clock`). JSON is stored as text.
States, failures and outputs come out of a row as the nouns they are.
"""

from __future__ import annotations

import json
import math
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

from studio.manifest import Artifact
from studio.problem import Failure
from studio.run import AttemptState, RunState, StepState

SCHEMA = "0001"
"""The revision of `migrations/` that these tables are."""

VERSION_TABLE = "millrace_schema"
"""Where a store says which revision it has. Ours alone, for a database may be shared with others who use alembic."""

StateT = TypeVar("StateT", RunState, StepState, AttemptState)


class clock(GenericFunction[int]):  # noqa: N801 - SQLAlchemy names a function by its class
    """Now, by the database's own clock: microseconds since 1970."""

    type = BigInteger()
    inherit_cache = True


@compiles(clock, "postgresql")
def _clock_of_postgresql(element: clock, compiler: Any, **options: Any) -> str:
    # clock_timestamp(), for now() stands still within a transaction.
    return "(extract(epoch from clock_timestamp()) * 1000000)::bigint"


@compiles(clock, "sqlite")
def _clock_of_sqlite(element: clock, compiler: Any, **options: Any) -> str:
    # SQLite's own functions stop at milliseconds; database.py gives every connection this one.
    return "millrace_clock()"


def json_text(value: Any) -> str:
    """A JSON value as text. ASCII only: PostgreSQL's text holds no NUL, and neither database half a surrogate pair.

    JSON has no NaN and no infinity. They become null, for user code may report them, and it must not stop a commit.
    """
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class JsonText(TypeDecorator[Any]):
    """A JSON value as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return json_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class PlainText(TypeDecorator[str]):
    """Text that people wrote. What a database's text cannot hold, NUL and half a surrogate pair, is replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\0", "?").encode(errors="replace").decode()


class Id(PlainText):
    """An identifier. Ordered byte by byte in both databases, so that pages and prefixes mean the same."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()


class FailureText(TypeDecorator[Failure]):
    """A :class:`Failure` (or its JSON) as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Failure | dict[str, Any] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json_text(value.to_json() if isinstance(value, Failure) else value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Failure | None:
        return None if value is None else Failure.from_json(json.loads(value))


class OutputsText(TypeDecorator[dict[str, Artifact]]):
    """Port -> :class:`Artifact`, as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Artifact] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json_text({port: artifact.model_dump() for port, artifact in value.items()})

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Artifact] | None:
        if value is None:
            return None
        return {port: Artifact.model_validate(item) for port, item in json.loads(value).items()}


class StateText(TypeDecorator[StateT], Generic[StateT]):
    """A state as text."""

    impl = Text
    cache_ok = True

    def __init__(self, states: type[StateT]) -> None:
        super().__init__()
        self.states: type[StateT] = states

    def process_bind_param(self, value: StateT | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Dialect) -> StateT | None:
        return None if value is None else self.states(value)


Time = BigInteger
"""Microseconds since 1970, UTC."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

flow = Table(
    "flow",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("path", PlainText, nullable=False),
    Column("created", Time, nullable=False),
    Column("updated", Time, nullable=False),
)
"""One row per flow id; name and path are those of its latest run or revision."""

document = Table(
    "document",
    metadata,
    Column("hash", Id, primary_key=True),
    Column("text", Text, nullable=False),
)
"""Texts of flows, once per content. The hash is the SHA-256 of its UTF-8, in hex."""

revision = Table(
    "revision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("flow_id", Id, ForeignKey("flow.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Id, ForeignKey("document.hash"), nullable=False),
    Column("bundle", Text, nullable=False),
    Column("note", PlainText, nullable=False),
    Column("author", PlainText, nullable=False),
    Column("created", Time, nullable=False),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("flow_id", "number"),
)
"""Published versions of flows, numbered from 1. Never changed but for `active`."""

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("received", Time, nullable=False),
)
"""What arrived and made a run, kept whole."""

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("flow_id", Id, ForeignKey("flow.id"), nullable=False),
    Column("flow_name", PlainText, nullable=False),
    Column("event_id", Id, ForeignKey("event.id"), nullable=False),
    Column("revision_id", Id, ForeignKey("revision.id")),
    Column("document", Id, ForeignKey("document.hash"), nullable=False),
    Column("bundle", Text, nullable=False),
    Column("directory", PlainText, nullable=False),
    Column("inputs", JsonText, nullable=False),
    Column("selection", JsonText, nullable=False),
    Column("origin_run", Id),
    Column("priority", Integer, nullable=False),
    Column("dedup", Text, unique=True),
    Column("state", StateText(RunState), nullable=False),
    Column("owner", Text),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", Time),
    Column("cancel_requested", Boolean, nullable=False),
    Column("created", Time, nullable=False),
    Column("started", Time),
    Column("ended", Time),
    Column("failure", FailureText),
    Index("ix_run_created", "created", "id"),
    Index("ix_run_flow_id", "flow_id", "created", "id"),
    Index("ix_run_state", "state", "created", "id"),
)
"""`origin_run` and a step's `reused_run` are no foreign keys: those runs may be deleted, their names stay true."""

step = Table(
    "step",
    metadata,
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Id, primary_key=True),
    Column("node", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", StateText(StepState), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("cache_key", Text),
    Column("reused_run", Id),
    Column("outputs", OutputsText),
    Column("failure", FailureText),
    Column("ready_at", Time),
    Column("started", Time),
    Column("ended", Time),
    Index("ix_step_cache_key", "cache_key"),
    Index("ix_step_reused_run", "reused_run"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("run_id", Id, primary_key=True),
    Column("step", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", StateText(AttemptState), nullable=False),
    Column("execution", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("submitted", Time, nullable=False),
    Column("started", Time),
    Column("ended", Time),
    Column("failure", FailureText),
    Column("seconds", JsonText, nullable=False),
    Column("peak_memory", BigInteger),
    Column("log", Text, nullable=False),
    Column("notebook", Text, nullable=False),
    ForeignKeyConstraint(["run_id", "step"], ["step.run_id", "step.path"], ondelete="CASCADE"),
)

run_event = Table(
    "run_event",
    metadata,
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("time", Time, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("data", JsonText, nullable=False),
)
"""What happened in a run, numbered from 1 without gaps."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("created", Time, nullable=False),
    Column("done", Time),
)
"""What a run's end sets off (mails, calls, follow-up flows), written with the commit that causes it."""
