"""Alembic's environment, the same for every service: `chassis.migrate` hands it the connection and the metadata."""

from alembic import context

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=config.attributes["metadata"],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="columns.",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
