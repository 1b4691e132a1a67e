"""Alembic's entry: it runs migrations in the transaction that `studio.store.migration` hands over."""

from alembic import context

from studio.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
