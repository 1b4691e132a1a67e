"""Alembic, run from here instead of from its command line."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

_LOCK = 7_013_552_019
"""Any number, but always the same: PostgreSQL's advisory lock under which we migrate."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, within the connection's transaction. Two who try go one after the other."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
