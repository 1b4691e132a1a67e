"""The words of runs: what ended runs have said and why they failed, searched through an index of each database.

A run is found if every word that is looked for begins a word of its own. We take texts apart ourselves, by one rule for
what is kept and what is asked, so that both databases give the same answers: their indexes see letters and digits only.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    cast,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from studio.exceptions import UserError
from studio.problem import Failure
from studio.run import RunState
from studio.store import tables

MOST_LETTERS = 64
"""Of a longer word only these count, for both databases refuse or cut very long ones."""
MOST_WORDS = 2_000
"""Different words that are kept of a run."""
MOST_TEXT = 250_000
"""Characters of a run's log that are looked through for them, the last ones."""
MOST_ASKED = 20

_WORD = re.compile(r"[^\W_]+")
_MARK = "§"
"""Begins what is kept beside the words: no word has it, and SQLite's `ascii` tokenizer takes it for a letter."""

_t = tables.run_text.c
_RUN = select(tables.run).where(tables.run.c.id == bindparam("run_id"))
_FAILURES = (
    select(tables.step.c.failure)
    .where(tables.step.c.run_id == bindparam("run_id"), tables.step.c.failure.is_not(None))
    .order_by(tables.step.c.position)
    .limit(100)
)
_LOG = (
    select(tables.run_event.c.data)
    .where(tables.run_event.c.run_id == bindparam("run_id"), tables.run_event.c.kind == "log")
    .order_by(tables.run_event.c.seq.desc())
    .execution_options(yield_per=100)  # mostly the last few are enough
)
_ADD = insert(tables.run_text)


@dataclass(frozen=True)
class Wanted:
    """What is looked for: words, and what the run must be. Several of a kind are alternatives."""

    words: Sequence[str]
    flow_ids: Sequence[str] = ()
    trigger_id: str | None = None
    states: Sequence[RunState] = ()

    def kinds(self) -> list[list[str]]:
        """Terms that are kept beside the words: one of each list must be there."""
        triggers = [] if self.trigger_id is None else [self.trigger_id]
        return [
            [_term(kind, value) for value in values]
            for kind, values in (("f", self.flow_ids), ("t", triggers), ("s", self.states))
            if values
        ]


def words_of(text: str) -> list[str]:
    """The different words of a text: runs of letters and digits, without case, in the order they come."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return list(dict.fromkeys(word[:MOST_LETTERS] for word in _WORD.findall(plain)))


def asked(text: str) -> list[str]:
    """The words of what somebody looks for; raises UserError if there are none, or too many."""
    found = words_of(text)
    if not found:
        raise UserError(f"There is no word in {text!r} to search for.", cure="Give words or numbers.")
    if len(found) > MOST_ASKED:
        raise UserError(f"These are {len(found)} words to search for.", cure=f"Give at most {MOST_ASKED}.")
    return found


def keep(connection: Connection, run_id: str) -> None:
    """Keep the words of a run that has just ended, once and for all. Its failures come first, then its latest lines."""
    run = connection.execute(_RUN, {"run_id": run_id}).one()
    failures = [run.failure, *connection.execute(_FAILURES, {"run_id": run_id}).scalars()]
    words: dict[str, None] = {}
    for text in chain(_failure_texts(failures), _latest(connection, run_id)):
        words.update(dict.fromkeys(words_of(text)))
        if len(words) >= MOST_WORDS:
            break
    if words:
        given = Wanted([], [run.flow_id], run.trigger_id, [run.state])
        terms = [*(term for kind in given.kinds() for term in kind), *list(words)[:MOST_WORDS]]
        connection.execute(_ADD, {"run_id": run_id, "created": run.created, "words": " ".join(terms)})


def holds(wanted: Wanted) -> ColumnElement[bool]:
    """Whether a row of `run_text` has all the words, asked of the row itself. Words hold nothing that LIKE knows."""
    return and_(*((literal(" ") + _t.words).like(f"% {word}%") for word in wanted.words))


def numbers(dialect: str, wanted: Wanted) -> Select[Any]:
    """Numbers of the rows of `run_text` that have all that is wanted, by the index of words, in no order."""
    if dialect == "postgresql":
        return select(_t.number).where(_VECTOR.op("@@")(cast(_tsquery(wanted), TSQUERY)))
    index = tables.RUN_WORD
    return select(index.c.rowid.label("number")).where(literal_column(index.name).op("MATCH")(_match(wanted)))


def found(dialect: str, wanted: Wanted) -> Select[Any]:
    """Run ids and times of those rows."""
    query = select(_t.run_id.label("id"), _t.created)
    if dialect == "postgresql":
        return query.where(_VECTOR.op("@@")(cast(_tsquery(wanted), TSQUERY)))
    rows = numbers(dialect, wanted).subquery()
    return query.join_from(rows, tables.run_text, rows.c.number == _t.number)


_VECTOR: ColumnElement[Any] = literal_column(tables.VECTOR)


def _tsquery(wanted: Wanted) -> str:
    prefixes = [f"'{word}':*" for word in wanted.words]
    kinds = [f"({' | '.join(repr(term) for term in kind)})" for kind in wanted.kinds()]
    return " & ".join(prefixes + kinds)


def _match(wanted: Wanted) -> str:
    """In FTS5's language."""
    prefixes = [f'"{word}" *' for word in wanted.words]
    kinds = ["(" + " OR ".join(f'"{term}"' for term in kind) + ")" for kind in wanted.kinds()]
    return " AND ".join(prefixes + kinds)


def _term(kind: str, value: str) -> str:
    return _MARK + kind + hashlib.sha256(value.encode(errors="replace")).hexdigest()[:24]


def _failure_texts(failures: Iterable[Failure | None]) -> Iterator[str]:
    for failure in failures:
        if failure is not None:
            yield f"{failure.message} {failure.cure} {failure.code}"


def _latest(connection: Connection, run_id: str) -> Iterator[str]:
    """The last of the run's log, the latest lines first."""
    left = MOST_TEXT
    with connection.execute(_LOG, {"run_id": run_id}) as rows:
        for data in rows.scalars():
            text = str(data.get("text", ""))[-left:]
            left -= len(text)
            yield text
            if left <= 0:
                return
