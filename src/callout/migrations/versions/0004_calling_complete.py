"""Calling complete."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from callout.migrations.protection import protect_all

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


TENANT_TABLES = ("managed_agents",)


def upgrade() -> None:
    for table in ("agents", "calls"):
        op.add_column(table, sa.Column("engine", sa.String(length=8), nullable=False, server_default="hosted"))
        op.alter_column(table, "engine", server_default=None)
    for column in ("customer_city", "customer_state"):
        op.add_column("orders", sa.Column(column, sa.String(length=80), nullable=True))
    op.add_column("call_lists", sa.Column("agent_id", sa.Uuid(), nullable=True))
    op.add_column("call_lists", sa.Column("knowledge_base_ids", JSON, nullable=False, server_default="[]"))
    op.alter_column("call_lists", "knowledge_base_ids", server_default=None)
    op.add_column("conversations", sa.Column("words_removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_conversations_words",
        "conversations",
        ["tenant_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("words_removed_at IS NULL"),
    )
    op.create_table(
        "managed_agents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_managed_agents")),
        sa.UniqueConstraint("agent_id", "key_id", name=op.f("uq_managed_agents_agent_id_key_id")),
    )
    op.create_index(op.f("ix_managed_agents_tenant_id"), "managed_agents", ["tenant_id"], unique=False)
    for statement in protect_all(TENANT_TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_managed_agents_tenant_id"), table_name="managed_agents")
    op.drop_table("managed_agents")
    op.drop_index(
        "ix_conversations_words", table_name="conversations", postgresql_where=sa.text("words_removed_at IS NULL")
    )
    op.drop_column("conversations", "words_removed_at")
    for column in ("knowledge_base_ids", "agent_id"):
        op.drop_column("call_lists", column)
    for column in ("customer_state", "customer_city"):
        op.drop_column("orders", column)
    for table in ("agents", "calls"):
        op.drop_column(table, "engine")
