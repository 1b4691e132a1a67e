"""Types of columns, and the database's clock.

States, failures and outputs come out of a row as the nouns they are. JSON is stored as text.
"""

from __future__ import annotations

import json
import math
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

from studio.manifest import Artifact
from studio.problem import Failure
from studio.run import AttemptState, RunState, StepState

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


class position(GenericFunction[int]):  # noqa: N801
    """Where an event of a run, whose id is given, stands among those of all runs: see `studio.store.feed`."""

    type = BigInteger()
    inherit_cache = True


@compiles(position, "postgresql")
def _position_of_postgresql(element: position, compiler: Any, **options: Any) -> str:
    # Our transaction may have got its id before another one that was the first to write to the run.
    run_id = compiler.process(element.clauses, **options)
    last = f"SELECT position FROM run_event WHERE run_id = {run_id} ORDER BY seq DESC LIMIT 1"  # noqa: S608
    return f"greatest(pg_current_xact_id()::text::bigint, ({last}))"


@compiles(position, "sqlite")
def _position_of_sqlite(element: position, compiler: Any, **options: Any) -> str:
    # Above all that are there, whatever the clock says; and above those of deleted runs, unless it was set back.
    return "max(millrace_clock(), (SELECT coalesce(max(position), 0) + 1 FROM run_event))"


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
