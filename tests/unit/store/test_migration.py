from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from studio.store import migration, tables


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_the_newest_migration_is_the_schema_of_the_tables() -> None:
    assert scripts().get_heads() == [tables.SCHEMA]


def test_migrations_are_numbered_so_that_newer_is_greater() -> None:
    found = [script.revision for script in scripts().walk_revisions()][::-1]
    assert found == [f"{number:04}" for number in range(1, len(found) + 1)]
