"""Alembic's entry: migrations run on the connection that storage.schema hands over, inside its transaction."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=False, transaction_per_migration=False
)
with context.begin_transaction():
    context.run_migrations()
