"""Alembic's environment, the same for every service: `chassis.migrate` hands it the connection and the metadata."""

from alembic import context

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=config.attributes["metadata"],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    # A whole-text index is a table on SQLite and an index on PostgreSQL, which no model can declare: its name ends so.
    include_name=lambda name, kind, _: not (kind in ("table", "index") and "_fts" in str(name)),
    user_module_prefix="columns.",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
