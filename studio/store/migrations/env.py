"""Alembic's entry: it runs migrations in the transaction that `studio.store.migration` hands over."""

from alembic import context

from studio.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
