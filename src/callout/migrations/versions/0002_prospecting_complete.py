"""Prospecting complete."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from callout.migrations.protection import protect_all

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


TENANT_TABLES = ("exports",)


def upgrade() -> None:  # noqa: PLR0915 - one statement a column
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("filters", JSON, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("bom", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("progress_pct", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index(op.f("ix_exports_expires_at"), "exports", ["expires_at"], unique=False)
    op.create_index(op.f("ix_exports_tenant_id"), "exports", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_exports_tenant_id_kind_created_at"), "exports", ["tenant_id", "kind", "created_at"], unique=False
    )
    op.add_column("businesses", sa.Column("city", sa.String(length=80), nullable=True))
    op.add_column("businesses", sa.Column("state", sa.String(length=80), nullable=True))
    op.add_column("businesses", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("businesses", sa.Column("social", JSON, nullable=True))
    op.add_column("businesses", sa.Column("photos", JSON, nullable=False, server_default="[]"))
    op.add_column("businesses", sa.Column("reviews", JSON, nullable=False, server_default="[]"))
    op.add_column("businesses", sa.Column("service_options", JSON, nullable=True))
    op.add_column("businesses", sa.Column("is_verified", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("businesses", sa.Column("open_now", sa.Boolean(), nullable=True))
    op.add_column("businesses", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("businesses", sa.Column("enriched_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("businesses", sa.Column("provenance", JSON, nullable=False, server_default="{}"))
    op.add_column("scrape_jobs", sa.Column("state", sa.String(length=80), nullable=True))
    op.add_column("scrape_jobs", sa.Column("city", sa.String(length=80), nullable=True))
    op.add_column("scrape_jobs", sa.Column("locality", sa.String(length=80), nullable=True))
    op.add_column("scrape_jobs", sa.Column("places", JSON, nullable=False, server_default="[]"))
    op.add_column("scrape_jobs", sa.Column("lat", sa.Double(), nullable=True))
    op.add_column("scrape_jobs", sa.Column("lng", sa.Double(), nullable=True))
    op.add_column("scrape_jobs", sa.Column("radius_km", sa.Numeric(precision=5, scale=1), nullable=True))
    op.add_column("scrape_jobs", sa.Column("business_types", JSON, nullable=False, server_default="[]"))
    op.add_column("scrape_jobs", sa.Column("min_rating", sa.Numeric(precision=2, scale=1), nullable=True))
    op.add_column("scrape_jobs", sa.Column("price_level", JSON, nullable=True))
    op.add_column("scrape_jobs", sa.Column("open_now", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("scrape_jobs", sa.Column("with_reviews", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("scrape_jobs", sa.Column("max_results", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("start_offset", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("batch_size", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("language", sa.String(length=16), nullable=True))
    op.add_column("scrape_jobs", sa.Column("target_list_id", sa.Uuid(), nullable=True))
    op.add_column("scrape_jobs", sa.Column("purpose_tag", sa.String(length=40), nullable=True))
    op.add_column("scrape_jobs", sa.Column("mode", sa.String(length=8), nullable=False, server_default="live"))
    op.add_column("scrape_jobs", sa.Column("batches_done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("batches_total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("tiles_done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("tiles_total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("provider_calls", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "scrape_jobs", sa.Column("cost", sa.Numeric(precision=10, scale=4), nullable=False, server_default="0")
    )
    op.add_column("scrape_jobs", sa.Column("unrated", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("filtered", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("rejected", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("businesses", "photos", server_default=None)
    op.alter_column("businesses", "reviews", server_default=None)
    op.alter_column("businesses", "is_verified", server_default=None)
    op.alter_column("businesses", "provenance", server_default=None)
    op.alter_column("scrape_jobs", "places", server_default=None)
    op.alter_column("scrape_jobs", "business_types", server_default=None)
    op.alter_column("scrape_jobs", "open_now", server_default=None)
    op.alter_column("scrape_jobs", "with_reviews", server_default=None)
    op.alter_column("scrape_jobs", "max_results", server_default=None)
    op.alter_column("scrape_jobs", "start_offset", server_default=None)
    op.alter_column("scrape_jobs", "batch_size", server_default=None)
    op.alter_column("scrape_jobs", "mode", server_default=None)
    op.alter_column("scrape_jobs", "batches_done", server_default=None)
    op.alter_column("scrape_jobs", "batches_total", server_default=None)
    op.alter_column("scrape_jobs", "tiles_done", server_default=None)
    op.alter_column("scrape_jobs", "tiles_total", server_default=None)
    op.alter_column("scrape_jobs", "provider_calls", server_default=None)
    op.alter_column("scrape_jobs", "cost", server_default=None)
    op.alter_column("scrape_jobs", "unrated", server_default=None)
    op.alter_column("scrape_jobs", "filtered", server_default=None)
    op.alter_column("scrape_jobs", "rejected", server_default=None)
    for statement in protect_all(TENANT_TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("scrape_jobs", "rejected")
    op.drop_column("scrape_jobs", "filtered")
    op.drop_column("scrape_jobs", "unrated")
    op.drop_column("scrape_jobs", "cost")
    op.drop_column("scrape_jobs", "provider_calls")
    op.drop_column("scrape_jobs", "tiles_total")
    op.drop_column("scrape_jobs", "tiles_done")
    op.drop_column("scrape_jobs", "batches_total")
    op.drop_column("scrape_jobs", "batches_done")
    op.drop_column("scrape_jobs", "mode")
    op.drop_column("scrape_jobs", "purpose_tag")
    op.drop_column("scrape_jobs", "target_list_id")
    op.drop_column("scrape_jobs", "language")
    op.drop_column("scrape_jobs", "batch_size")
    op.drop_column("scrape_jobs", "start_offset")
    op.drop_column("scrape_jobs", "max_results")
    op.drop_column("scrape_jobs", "with_reviews")
    op.drop_column("scrape_jobs", "open_now")
    op.drop_column("scrape_jobs", "price_level")
    op.drop_column("scrape_jobs", "min_rating")
    op.drop_column("scrape_jobs", "business_types")
    op.drop_column("scrape_jobs", "radius_km")
    op.drop_column("scrape_jobs", "lng")
    op.drop_column("scrape_jobs", "lat")
    op.drop_column("scrape_jobs", "places")
    op.drop_column("scrape_jobs", "locality")
    op.drop_column("scrape_jobs", "city")
    op.drop_column("scrape_jobs", "state")
    op.drop_column("businesses", "provenance")
    op.drop_column("businesses", "enriched_at")
    op.drop_column("businesses", "closed_at")
    op.drop_column("businesses", "open_now")
    op.drop_column("businesses", "is_verified")
    op.drop_column("businesses", "service_options")
    op.drop_column("businesses", "reviews")
    op.drop_column("businesses", "photos")
    op.drop_column("businesses", "social")
    op.drop_column("businesses", "country")
    op.drop_column("businesses", "state")
    op.drop_column("businesses", "city")
    op.drop_index(op.f("ix_exports_tenant_id_kind_created_at"), table_name="exports")
    op.drop_index(op.f("ix_exports_tenant_id"), table_name="exports")
    op.drop_index(op.f("ix_exports_expires_at"), table_name="exports")
    op.drop_table("exports")
