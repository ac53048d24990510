"""Alembic's entry: runs on the connection the migrator hands in."""

from alembic import context

from callout.features import all_tables
from callout.kit.db.base import Base

all_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
