"""Businesses with fewer indexes: every one is paid for by each row of an import."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NOT_MERGED = sa.text("merged_into_id IS NULL")


def upgrade() -> None:
    op.drop_index("ix_businesses_tenant_id", table_name="businesses")
    op.drop_index("ix_businesses_position", table_name="businesses")
    op.drop_index("ix_businesses_grid_cell", table_name="businesses")
    op.create_index(
        "ix_businesses_place",
        "businesses",
        ["tenant_id", "grid_cell"],
        postgresql_include=["lat", "lng"],
        postgresql_where=_NOT_MERGED,
    )


def downgrade() -> None:
    op.drop_index("ix_businesses_place", table_name="businesses")
    op.create_index("ix_businesses_grid_cell", "businesses", ["tenant_id", "grid_cell"], postgresql_where=_NOT_MERGED)
    op.create_index("ix_businesses_position", "businesses", ["tenant_id", "lat", "lng"], postgresql_where=_NOT_MERGED)
    op.create_index("ix_businesses_tenant_id", "businesses", ["tenant_id"])
