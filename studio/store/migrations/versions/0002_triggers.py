"""Triggers, ticks, deliveries, active revisions, what a run owes to a trigger; what is kept; words; credentials."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
QUEUED = sa.text("state = 'queued'")
EXCLUSIVE = sa.text("exclusive IS NOT NULL")
DRIVEN = sa.text("state IN ('running', 'waiting')")
UNFINISHED = sa.text("state IN ('queued', 'running', 'waiting')")
KEPT = sa.text("forgotten IS NULL")
ACCEPTED = sa.text("outcome = 'accepted' AND key IS NOT NULL")
WITH_BODY = sa.text("body IS NOT NULL")
WITH_RUN = sa.text("run_id IS NOT NULL")
PENDING = sa.text("done IS NULL")

INDEX_OF_WORDS = {
    "postgresql": [
        # Without fastupdate: a search would have to read the list of what is not in the index yet.
        "CREATE INDEX ix_run_text_words ON run_text USING gin (array_to_tsvector(string_to_array(words, ' ')))"
        " WITH (fastupdate = off)",
    ],
    "sqlite": [
        "CREATE VIRTUAL TABLE run_word USING fts5(words, content = 'run_text', content_rowid = 'number',"
        " tokenize = 'ascii', detail = 'none', columnsize = 0)",
        "CREATE TRIGGER run_text_added AFTER INSERT ON run_text BEGIN"
        " INSERT INTO run_word (rowid, words) VALUES (new.number, new.words); END",
        "CREATE TRIGGER run_text_deleted AFTER DELETE ON run_text BEGIN"
        " INSERT INTO run_word (run_word, rowid, words) VALUES ('delete', old.number, old.words); END",
    ],
}


def upgrade() -> None:
    op.drop_column("revision", "active")
    op.create_table(
        "activation",
        sa.Column("flow_id", ID, nullable=False),
        sa.Column("environment", ID, nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_activation_flow_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_activation_revision_id")),
        sa.PrimaryKeyConstraint("flow_id", "environment", name=op.f("pk_activation")),
    )
    op.create_table(
        "trigger",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("flow_id", ID, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("paused", sa.Text(), nullable=True),
        sa.Column("next_fire", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("path", ID, nullable=True),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_trigger_flow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger")),
        sa.UniqueConstraint("path", name=op.f("uq_trigger_path")),
    )
    op.create_index("ix_trigger_flow_id", "trigger", ["flow_id"])
    op.create_index("ix_trigger_next_fire", "trigger", ["next_fire", "id"])
    op.create_table(
        "tick",
        sa.Column("trigger_id", ID, nullable=False),
        sa.Column("fire", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("skipped", sa.Text(), nullable=True),
        sa.CheckConstraint("(run_id IS NULL) <> (skipped IS NULL)", name=op.f("ck_tick_one_end")),
        sa.ForeignKeyConstraint(["trigger_id"], ["trigger.id"], name=op.f("fk_tick_trigger_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trigger_id", "fire", name=op.f("pk_tick")),
    )
    op.create_index("ix_tick_recorded", "tick", ["recorded"])
    op.add_column("run", sa.Column("trigger_id", ID, nullable=True))
    op.add_column("run", sa.Column("environment", sa.Text(), nullable=False, server_default="default"))
    op.add_column("run", sa.Column("exclusive", ID, nullable=True))
    op.add_column("run", sa.Column("start_by", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("due", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("time_limit", sa.Float(), nullable=True))
    op.add_column("run", sa.Column("forgotten", sa.BigInteger(), nullable=True))
    op.add_column("attempt", sa.Column("late", sa.Text(), nullable=True))
    op.create_index("ix_run_trigger_id", "run", ["trigger_id", "created", "id"])
    op.create_index("uq_run_exclusive", "run", ["exclusive"], unique=True, postgresql_where=DRIVEN, sqlite_where=DRIVEN)
    op.create_index("ix_run_unfinished", "run", ["trigger_id"], postgresql_where=UNFINISHED, sqlite_where=UNFINISHED)
    op.create_index(
        "ix_run_queued", "run", ["flow_id", "priority", "created", "id"], postgresql_where=QUEUED, sqlite_where=QUEUED
    )
    op.create_index(
        "ix_run_exclusive",
        "run",
        ["exclusive", "state", "created", "id"],
        postgresql_where=EXCLUSIVE,
        sqlite_where=EXCLUSIVE,
    )
    op.create_index("ix_run_kept", "run", ["ended", "id"], postgresql_where=KEPT, sqlite_where=KEPT)
    op.create_index("ix_run_flow_state", "run", ["flow_id", "state", "created", "id"])
    op.create_index("ix_run_trigger_state", "run", ["trigger_id", "state", "created", "id"])
    op.create_table(
        "run_text",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_text_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_run_text")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_text_run_id")),
    )
    for statement in INDEX_OF_WORDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _make_deliveries()
    _make_credentials()
    _make_tokens()
    _make_alerts()


def _make_deliveries() -> None:
    op.add_column("event", sa.Column("body", sa.LargeBinary(), nullable=True))
    op.create_index("ix_event_body", "event", ["received"], postgresql_where=WITH_BODY, sqlite_where=WITH_BODY)
    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("trigger_id", ID, nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("key", ID, nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unrecorded", sa.Integer(), nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("event_id", ID, nullable=True),
        sa.Column("replay_of", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["trigger_id"], ["trigger.id"], name=op.f("fk_delivery_trigger_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_trigger_id", "delivery", ["trigger_id", "id"])
    op.create_index("ix_delivery_run_id", "delivery", ["run_id"], postgresql_where=WITH_RUN, sqlite_where=WITH_RUN)
    op.create_index(
        "uq_delivery_key",
        "delivery",
        ["trigger_id", "key"],
        unique=True,
        postgresql_where=ACCEPTED,
        sqlite_where=ACCEPTED,
    )


def _make_credentials() -> None:
    op.create_table(
        "credential",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("project", "environment", "name", name=op.f("uq_credential_project")),
    )
    op.create_table(
        "canary",
        sa.Column("id", ID, nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
    )
    op.create_table(
        "credential_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("credential_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_event")),
    )
    op.create_index("ix_credential_event_name", "credential_event", ["name", "time", "id"])
    op.create_index("ix_credential_event_time", "credential_event", ["time", "id"])


def _make_tokens() -> None:
    op.add_column("run_event", sa.Column("position", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_run_event_position", "run_event", ["position", "run_id", "seq"])
    op.create_table(
        "token",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("last_used", sa.BigInteger(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
    )


def _make_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", ID, nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("flow_id", ID, nullable=True),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("begun", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=True),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("last_sent", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_alert_flow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_flow_id", "alert", ["flow_id"])
    op.drop_table("outbox")  # nothing was ever written to it
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("flow_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_outbox_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_alert_id", "outbox", ["alert_id", "id"])
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_pending", "outbox", ["alert_id", "id"], postgresql_where=PENDING, sqlite_where=PENDING)
