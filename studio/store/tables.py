"""The tables. `migrations/` makes them; a test holds the two equal.

Times are integer microseconds since 1970, UTC, by the database's clock (see :class:`~studio.store.columns.clock`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    column,
    table,
    text,
)

from studio.run import AttemptState, RunState, StepState
from studio.store.columns import FailureText, Id, JsonText, OutputsText, PlainText, StateText, Time

SCHEMA = "0002"
"""The revision of `migrations/` that these tables are."""

VERSION_TABLE = "millrace_schema"
"""Where a store says which revision it has. Ours alone, for a database may be shared with others who use alembic."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

QUEUED = text("state = 'queued'")
DRIVEN = text("state IN ('running', 'waiting')")
UNFINISHED = text("state IN ('queued', 'running', 'waiting')")
KEPT = text("forgotten IS NULL")
"""Literal, for SQLite takes a partial index only where it sees the same words."""


def _partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """An index of the rows that fulfil `where`."""
    return Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where)


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
    UniqueConstraint("flow_id", "number"),
)
"""Published versions of flows, numbered from 1. Never changed."""

activation = Table(
    "activation",
    metadata,
    Column("flow_id", Id, ForeignKey("flow.id"), primary_key=True),
    Column("environment", Id, primary_key=True),
    Column("revision_id", Id, ForeignKey("revision.id"), nullable=False),
    Column("author", PlainText, nullable=False),
    Column("since", Time, nullable=False),
)
"""Which revision of a flow the triggers of an environment run."""

trigger = Table(
    "trigger",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("flow_id", Id, ForeignKey("flow.id"), nullable=False),
    Column("environment", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("settings", JsonText, nullable=False),
    Column("paused", PlainText),
    Column("next_fire", Time),
    Column("version", Integer, nullable=False),
    Column("author", PlainText, nullable=False),
    Column("created", Time, nullable=False),
    Column("updated", Time, nullable=False),
    Column("path", Id, unique=True),
    Index("ix_trigger_flow_id", "flow_id"),
    Index("ix_trigger_next_fire", "next_fire", "id"),
)
"""`paused` says who paused it, or why; null while it is on. `next_fire` is null where nothing is due any more.
`version` counts its changes by people. `path` is where a webhook is called; null for what is none."""

tick = Table(
    "tick",
    metadata,
    Column("trigger_id", Id, ForeignKey("trigger.id", ondelete="CASCADE"), primary_key=True),
    Column("fire", Time, primary_key=True, autoincrement=False),
    Column("recorded", Time, nullable=False),
    Column("run_id", Id),
    Column("skipped", PlainText),
    CheckConstraint("(run_id IS NULL) <> (skipped IS NULL)", name="ck_tick_one_end"),
    Index("ix_tick_recorded", "recorded"),
)
"""What became of each due time of a cron trigger: a run, or the reason of a skip. `run_id` is no foreign key."""

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("received", Time, nullable=False),
    Column("body", LargeBinary),
    _partial("ix_event_body", "received", where=text("body IS NOT NULL")),
)
"""What arrived, kept whole; mostly it made a run. `body` is that of a webhook, until it is kept no longer."""

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
    Column("trigger_id", Id),
    Column("environment", Text, nullable=False, server_default="default"),
    Column("exclusive", Id),
    Column("start_by", Time),
    Column("due", Time),
    Column("time_limit", Float),
    Column("state", StateText(RunState), nullable=False),
    Column("owner", Text),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", Time),
    Column("cancel_requested", Boolean, nullable=False),
    Column("created", Time, nullable=False),
    Column("started", Time),
    Column("ended", Time),
    Column("failure", FailureText),
    Column("forgotten", Time),
    Index("ix_run_created", "created", "id"),
    Index("ix_run_flow_id", "flow_id", "created", "id"),
    Index("ix_run_state", "state", "created", "id"),
    Index("ix_run_trigger_id", "trigger_id", "created", "id"),
    Index("ix_run_flow_state", "flow_id", "state", "created", "id"),
    Index("ix_run_trigger_state", "trigger_id", "state", "created", "id"),
    _partial("ix_run_queued", "flow_id", "priority", "created", "id", where=QUEUED),
    _partial("ix_run_exclusive", "exclusive", "state", "created", "id", where=text("exclusive IS NOT NULL")),
    _partial("ix_run_unfinished", "trigger_id", where=UNFINISHED),
    _partial("ix_run_kept", "ended", "id", where=KEPT),
    _partial("uq_run_exclusive", "exclusive", where=DRIVEN, unique=True),
)
"""`origin_run`, `trigger_id` and a step's `reused_run` are no foreign keys: those rows may be deleted, their names stay
true. Of the runs that share `exclusive`, one is driven at a time. One that has not begun by `start_by` never does.
`due` is when its trigger wanted it, null for others. `time_limit`: seconds from its start to its end.
`forgotten` is when its artifacts were given up."""

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
    Column("late", Text),
    ForeignKeyConstraint(["run_id", "step"], ["step.run_id", "step.path"], ondelete="CASCADE"),
)
"""`late`: how an attempt ended after all that had been given up; null for others."""

run_event = Table(
    "run_event",
    metadata,
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("time", Time, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Index("ix_run_event_position", "position", "run_id", "seq"),
)
"""What happened in a run, numbered from 1. Of its log the last lines are kept, see `studio.store.events`.
`position` orders the events of all runs, see `studio.store.feed`; it is 0 where an earlier version kept them."""

VECTOR = "array_to_tsvector(string_to_array(words, ' '))"
"""PostgreSQL's index of words. Nothing is parsed: the words are as we made them."""

run_text = Table(
    "run_text",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("created", Time, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_run_text_words", text(VECTOR), postgresql_using="gin", postgresql_with={"fastupdate": "off"}).ddl_if(
        dialect="postgresql"
    ),
)
"""The words of runs that have ended and have any, see `studio.store.texts`. Never changed. `created` is the run's."""

RUN_WORD = table("run_word", column("rowid"))
"""SQLite's index of words: a table of FTS5, which triggers keep equal to `run_text`."""

credential = Table(
    "credential",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("type", Text, nullable=False),
    Column("shown", JsonText, nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("author", PlainText, nullable=False),
    Column("created", Time, nullable=False),
    Column("updated", Time, nullable=False),
    UniqueConstraint("project", "environment", "name"),
)
"""`ciphertext` holds all fields, `shown` a copy of those that are not secret, for people. `version` counts changes."""

canary = Table(
    "canary",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ciphertext", Text, nullable=False),
)
"""One row while there are credentials: what a ring must open to be the right one, see `studio.vault.envelope`."""

credential_event = Table(
    "credential_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("credential_id", Id, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("time", Time, nullable=False),
    Column("who", PlainText, nullable=False),
    Column("action", Text, nullable=False),
    Column("run_id", Id),
    Column("step", PlainText),
    Column("attempt", Integer),
    Column("detail", PlainText, nullable=False),
    Index("ix_credential_event_name", "name", "time", "id"),
    Index("ix_credential_event_time", "time", "id"),
)
"""Every change and use of a credential: who, what, when. It outlives the credential, so it has no foreign key."""

ACCEPTED = text("outcome = 'accepted' AND key IS NOT NULL")

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trigger_id", Id, ForeignKey("trigger.id", ondelete="CASCADE"), nullable=False),
    Column("received", Time, nullable=False),
    Column("key", Id),
    Column("body_hash", Text),
    Column("size", BigInteger),
    Column("status", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("unrecorded", Integer, nullable=False),
    Column("run_id", Id),
    Column("event_id", Id),
    Column("replay_of", Id),
    Index("ix_delivery_trigger_id", "trigger_id", "id"),
    _partial("ix_delivery_run_id", "run_id", where=text("run_id IS NOT NULL")),
    _partial("uq_delivery_key", "trigger_id", "key", where=ACCEPTED, unique=True),
)
"""What was sent to a webhook, and what became of it. `key` is the sender's id of it. `unrecorded` counts others of the
same outcome before it that have no row of their own. `run_id`, `event_id` and `replay_of` are no foreign keys."""

token = Table(
    "token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("scopes", JsonText, nullable=False),
    Column("author", PlainText, nullable=False),
    Column("created", Time, nullable=False),
    Column("expires", Time),
    Column("last_used", Time),
    Column("revoked", Time),
)
"""Who may speak to the API over the network. `hash` is the SHA-256 of the token's text, which is kept nowhere."""

alert = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("flow_id", Id, ForeignKey("flow.id")),
    Column("environment", Text, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("conditions", JsonText, nullable=False),
    Column("settings", JsonText, nullable=False),
    Column("every_seconds", Integer, nullable=False),
    Column("paused", PlainText),
    Column("version", Integer, nullable=False),
    Column("author", PlainText, nullable=False),
    Column("created", Time, nullable=False),
    Column("updated", Time, nullable=False),
    Column("message_id", Id),
    Column("begun", Time),
    Column("tries", Integer, nullable=False),
    Column("next_try", Time),
    Column("lease", Text),
    Column("lease_until", Time),
    Column("last_sent", Time),
    Column("failure", FailureText),
    Index("ix_alert_flow_id", "flow_id"),
)
"""Who is told of runs, and how. Without `flow_id` it watches all flows of its environment. `version` counts its changes
by people. The rest is the relay's: the message on its way and since when, how often it was tried, when the next message
or try may go, who holds it, and what went wrong last.
"""

PENDING = text("done IS NULL")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", Id, ForeignKey("alert.id", ondelete="CASCADE"), nullable=False),
    Column("condition", Text, nullable=False),
    Column("flow_id", Id, nullable=False),
    Column("run_id", Id),
    Column("data", JsonText, nullable=False),
    Column("created", Time, nullable=False),
    Column("message_id", Id),
    Column("done", Time),
    Column("failure", FailureText),
    Index("ix_outbox_alert_id", "alert_id", "id"),
    Index("ix_outbox_message_id", "message_id"),
    _partial("ix_outbox_pending", "alert_id", "id", where=PENDING),
)
"""What alerts are to tell, written with the commit that causes it. `message_id` is the message that it is told by;
`done` when that was sent, or given up because of `failure`. `run_id` is no foreign key.
"""
