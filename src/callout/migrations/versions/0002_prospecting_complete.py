# ruff: noqa: E501, PLR0915 - statements as long and as many as the tables
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


TENANT_TABLES = (
    "business_merges",
    "contact_imports",
    "duplicate_suggestions",
    "exports",
    "import_rejects",
    "policy_simulations",
    "provider_usage",
    "scrape_finds",
    "scrape_pages",
    "service_markets",
    "supply_gaps",
    "unfilled_orders",
    "website_checks",
)


def upgrade() -> None:
    op.create_table(
        "business_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_ids", JSON, nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_merges")),
    )
    op.create_index(op.f("ix_business_merges_tenant_id"), "business_merges", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_business_merges_tenant_id_created_at"), "business_merges", ["tenant_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("ix_business_merges_tenant_id_kept_id"), "business_merges", ["tenant_id", "kept_id"], unique=False
    )
    op.create_table(
        "contact_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("consent", JSON, nullable=True),
        sa.Column("call_list_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("added_to_list", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("errors", JSON, nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_imports")),
    )
    op.create_index(op.f("ix_contact_imports_tenant_id"), "contact_imports", ["tenant_id"], unique=False)
    op.create_table(
        "duplicate_suggestions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_suggestions")),
    )
    op.create_index(op.f("ix_duplicate_suggestions_tenant_id"), "duplicate_suggestions", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_duplicate_suggestions_tenant_id_second_id"),
        "duplicate_suggestions",
        ["tenant_id", "second_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_duplicate_suggestions_tenant_id_status_score"),
        "duplicate_suggestions",
        ["tenant_id", "status", "score"],
        unique=False,
    )
    op.create_index(
        "uq_duplicate_suggestions_pair", "duplicate_suggestions", ["tenant_id", "first_id", "second_id"], unique=True
    )
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
    op.create_table(
        "import_rejects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("cells", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rejects")),
    )
    op.create_index(op.f("ix_import_rejects_tenant_id"), "import_rejects", ["tenant_id"], unique=False)
    op.create_index("uq_import_rejects_row", "import_rejects", ["tenant_id", "job_id", "row"], unique=True)
    op.create_table(
        "pace_slots",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace_slots")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "policy_simulations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("weights", JSON, nullable=False),
        sa.Column("knobs", JSON, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("max_decisions", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("progress_pct", sa.Integer(), nullable=False),
        sa.Column("report", JSON, nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_simulations")),
    )
    op.create_index(op.f("ix_policy_simulations_tenant_id"), "policy_simulations", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_policy_simulations_tenant_id_created_at"),
        "policy_simulations",
        ["tenant_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_policy_simulations_tenant_id_fingerprint"),
        "policy_simulations",
        ["tenant_id", "fingerprint"],
        unique=False,
    )
    op.create_table(
        "provider_usage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("operation", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("le_ms", sa.Integer(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("total_ms", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_usage")),
        sa.UniqueConstraint(
            "tenant_id",
            "day",
            "provider",
            "operation",
            "mode",
            "le_ms",
            name=op.f("uq_provider_usage_tenant_id_day_provider_operation_mode_le_ms"),
        ),
    )
    op.create_index(op.f("ix_provider_usage_tenant_id"), "provider_usage", ["tenant_id"], unique=False)
    op.create_table(
        "scrape_finds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.String(length=210), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrape_finds")),
    )
    op.create_index(op.f("ix_scrape_finds_tenant_id"), "scrape_finds", ["tenant_id"], unique=False)
    op.create_index("uq_scrape_finds", "scrape_finds", ["job_id", "identity"], unique=True)
    op.create_table(
        "scrape_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("business_type", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tile", sa.String(length=220), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("box", JSON, nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.Column("next_cursor", sa.Text(), nullable=True),
        sa.Column("drafts", JSON, nullable=True),
        sa.Column("told", JSON, nullable=True),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("page_size", sa.Integer(), nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("outside", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=10, scale=4), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrape_pages")),
    )
    op.create_index(op.f("ix_scrape_pages_job_id_state"), "scrape_pages", ["job_id", "state"], unique=False)
    op.create_index(op.f("ix_scrape_pages_tenant_id"), "scrape_pages", ["tenant_id"], unique=False)
    op.create_index(
        "uq_scrape_pages", "scrape_pages", ["job_id", "business_type", "place", "tile", "page"], unique=True
    )
    op.create_table(
        "service_markets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("service_type", sa.String(length=40), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcomes", sa.Float(precision=53), nullable=False),
        sa.Column("success", sa.Float(precision=53), nullable=False),
        sa.Column("offers", sa.Float(precision=53), nullable=False),
        sa.Column("accepts", sa.Float(precision=53), nullable=False),
        sa.Column("vendors", sa.Integer(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "service_type", name=op.f("pk_service_markets")),
    )
    op.create_table(
        "supply_gaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("place_key", sa.String(length=260), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("locality", sa.String(length=80), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("unfilled", sa.Integer(), nullable=False),
        sa.Column("since_decision", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_gaps")),
    )
    op.create_index(op.f("ix_supply_gaps_tenant_id"), "supply_gaps", ["tenant_id"], unique=False)
    op.create_index("uq_supply_gaps", "supply_gaps", ["tenant_id", "service", "place_key"], unique=True)
    op.create_table(
        "unfilled_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("gap_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfilled_orders")),
    )
    op.create_index(op.f("ix_unfilled_orders_gap_id"), "unfilled_orders", ["gap_id"], unique=False)
    op.create_index(op.f("ix_unfilled_orders_tenant_id"), "unfilled_orders", ["tenant_id"], unique=False)
    op.create_index("uq_unfilled_orders", "unfilled_orders", ["tenant_id", "order_id"], unique=True)
    op.create_table(
        "website_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("business_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("final_url", sa.String(length=2000), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("found", JSON, nullable=False),
        sa.Column("improved", JSON, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_website_checks")),
    )
    op.create_index(op.f("ix_website_checks_job_id"), "website_checks", ["job_id"], unique=False)
    op.create_index(op.f("ix_website_checks_tenant_id"), "website_checks", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_website_checks_tenant_id_url"), "website_checks", ["tenant_id", "url"], unique=False)
    op.create_index("uq_website_checks", "website_checks", ["tenant_id", "business_id"], unique=True)
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
    op.add_column(
        "businesses",
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "\"left\"(\nCASE\n    WHEN (octet_length((((((((name)::text || ' '::text) || (COALESCE(category, ''::character varying))::text) || ' '::text)\n|| (COALESCE(address, ''::character varying))::text) || ' '::text)\n|| \"left\"((COALESCE(website, ''::character varying))::text, 100))) = char_length((((((((name)::text || ' '::text) || (COALESCE(category, ''::character varying))::text) || ' '::text)\n|| (COALESCE(address, ''::character varying))::text) || ' '::text)\n|| \"left\"((COALESCE(website, ''::character varying))::text, 100)))) THEN lower((((((((name)::text || ' '::text) || (COALESCE(category, ''::character varying))::text) || ' '::text)\n|| (COALESCE(address, ''::character varying))::text) || ' '::text)\n|| \"left\"((COALESCE(website, ''::character varying))::text, 100)))\n    ELSE lower(regexp_replace(NORMALIZE((((((((name)::text || ' '::text) || (COALESCE(category, ''::character varying))::text) || ' '::text)\n|| (COALESCE(address, ''::character varying))::text) || ' '::text)\n|| \"left\"((COALESCE(website, ''::character varying))::text, 100)), NFKD), '[\\u0300-\\u036f]'::text, ''::text, 'g'::text))\nEND, 400)",
                persisted=True,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "businesses",
        sa.Column(
            "reach",
            sa.SmallInteger(),
            sa.Computed(
                "((((phone IS NOT NULL))::integer + (2 * ((website IS NOT NULL))::integer)) + (4 * ((email IS NOT NULL))::integer))",
                persisted=True,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "businesses",
        sa.Column(
            "grid_cell",
            sa.BigInteger(),
            sa.Computed(
                "(((floor(((lat + (90)::double precision) * (500)::double precision)))::bigint * 180000)\n+ (floor(((lng + (180)::double precision) * (500)::double precision)))::bigint)",
                persisted=True,
            ),
            nullable=True,
        ),
    )
    op.drop_index(op.f("uq_businesses_place"), table_name="businesses", postgresql_where="(place_id IS NOT NULL)")
    op.create_index(
        "uq_businesses_place",
        "businesses",
        ["tenant_id", "place_id", "source"],
        unique=True,
        postgresql_where=sa.text("place_id IS NOT NULL"),
    )
    op.create_index(
        "ix_businesses_grid_cell",
        "businesses",
        ["tenant_id", "grid_cell"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_businesses_overview",
        "businesses",
        ["tenant_id", "id"],
        unique=False,
        postgresql_include=[
            "search_text",
            "phone",
            "category",
            "rating",
            "review_count",
            "call_priority",
            "status",
            "source",
            "scraped_at",
            "reach",
            "city",
            "country",
        ],
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.create_index(
        "ix_businesses_position",
        "businesses",
        ["tenant_id", "lat", "lng"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.create_index(
        op.f("ix_businesses_tenant_id_merged_into_id"),
        "businesses",
        ["tenant_id", "merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_businesses_unplaced",
        "businesses",
        ["tenant_id", "dedupe_key"],
        unique=False,
        postgresql_where=sa.text("lat IS NULL AND merged_into_id IS NULL"),
    )
    op.create_index(
        op.f("ix_contacts_tenant_id_business_id"),
        "contacts",
        ["tenant_id", "business_id"],
        unique=False,
        postgresql_where=sa.text("business_id IS NOT NULL"),
    )
    op.add_column("dispatch_decisions", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column("dispatch_decisions", sa.Column("vendor_ids", JSON, nullable=False, server_default="[]"))
    op.add_column("dispatch_decisions", sa.Column("excluded_by", JSON, nullable=False, server_default="[]"))
    op.create_index(
        "ix_dispatch_decisions_batch_id",
        "dispatch_decisions",
        ["batch_id"],
        unique=False,
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.add_column("dispatch_runs", sa.Column("contenders", sa.LargeBinary(), nullable=True))
    op.add_column("dispatch_runs", sa.Column("lat", sa.Float(precision=53), nullable=True))
    op.add_column("dispatch_runs", sa.Column("lng", sa.Float(precision=53), nullable=True))
    op.create_index(
        "ix_dispatch_runs_open",
        "dispatch_runs",
        ["tenant_id", "lat"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        op.f("ix_dispatch_runs_tenant_id_started_at"), "dispatch_runs", ["tenant_id", "started_at"], unique=False
    )
    op.add_column("offers", sa.Column("late_yes_at", sa.DateTime(timezone=True), nullable=True))
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
    op.add_column("scrape_jobs", sa.Column("enrich", sa.Boolean(), nullable=False, server_default=sa.false()))
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
    op.add_column("scrape_jobs", sa.Column("errors_in_row", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("areas", JSON, nullable=False, server_default="[]"))
    op.add_column("scrape_jobs", sa.Column("run", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scrape_jobs", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("scrape_jobs", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("scrape_jobs", sa.Column("resumed_pct", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("businesses", "photos", server_default=None)
    op.alter_column("businesses", "reviews", server_default=None)
    op.alter_column("businesses", "is_verified", server_default=None)
    op.alter_column("businesses", "provenance", server_default=None)
    op.alter_column("dispatch_decisions", "vendor_ids", server_default=None)
    op.alter_column("dispatch_decisions", "excluded_by", server_default=None)
    op.alter_column("scrape_jobs", "places", server_default=None)
    op.alter_column("scrape_jobs", "business_types", server_default=None)
    op.alter_column("scrape_jobs", "open_now", server_default=None)
    op.alter_column("scrape_jobs", "with_reviews", server_default=None)
    op.alter_column("scrape_jobs", "enrich", server_default=None)
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
    op.alter_column("scrape_jobs", "errors_in_row", server_default=None)
    op.alter_column("scrape_jobs", "areas", server_default=None)
    op.alter_column("scrape_jobs", "run", server_default=None)
    op.alter_column("scrape_jobs", "resumed_pct", server_default=None)
    for statement in protect_all(TENANT_TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("scrape_jobs", "resumed_pct")
    op.drop_column("scrape_jobs", "resumed_at")
    op.drop_column("scrape_jobs", "due_at")
    op.drop_column("scrape_jobs", "run")
    op.drop_column("scrape_jobs", "areas")
    op.drop_column("scrape_jobs", "errors_in_row")
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
    op.drop_column("scrape_jobs", "enrich")
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
    op.drop_column("offers", "late_yes_at")
    op.drop_index(op.f("ix_dispatch_runs_tenant_id_started_at"), table_name="dispatch_runs")
    op.drop_index("ix_dispatch_runs_open", table_name="dispatch_runs", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_column("dispatch_runs", "lng")
    op.drop_column("dispatch_runs", "lat")
    op.drop_column("dispatch_runs", "contenders")
    op.drop_index(
        "ix_dispatch_decisions_batch_id",
        table_name="dispatch_decisions",
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.drop_column("dispatch_decisions", "excluded_by")
    op.drop_column("dispatch_decisions", "vendor_ids")
    op.drop_column("dispatch_decisions", "batch_id")
    op.drop_index(
        op.f("ix_contacts_tenant_id_business_id"),
        table_name="contacts",
        postgresql_where=sa.text("business_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_businesses_unplaced",
        table_name="businesses",
        postgresql_where=sa.text("lat IS NULL AND merged_into_id IS NULL"),
    )
    op.drop_index(
        op.f("ix_businesses_tenant_id_merged_into_id"),
        table_name="businesses",
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.drop_index("ix_businesses_position", table_name="businesses", postgresql_where=sa.text("merged_into_id IS NULL"))
    op.drop_index(
        "ix_businesses_overview",
        table_name="businesses",
        postgresql_include=[
            "search_text",
            "phone",
            "category",
            "rating",
            "review_count",
            "call_priority",
            "status",
            "source",
            "scraped_at",
            "reach",
            "city",
            "country",
        ],
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_businesses_grid_cell", table_name="businesses", postgresql_where=sa.text("merged_into_id IS NULL")
    )
    op.drop_index("uq_businesses_place", table_name="businesses", postgresql_where=sa.text("place_id IS NOT NULL"))
    op.create_index(
        op.f("uq_businesses_place"),
        "businesses",
        ["tenant_id", "source", "place_id"],
        unique=True,
        postgresql_where="(place_id IS NOT NULL)",
    )
    op.drop_column("businesses", "grid_cell")
    op.drop_column("businesses", "reach")
    op.drop_column("businesses", "search_text")
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
    op.drop_index("uq_website_checks", table_name="website_checks")
    op.drop_index(op.f("ix_website_checks_tenant_id_url"), table_name="website_checks")
    op.drop_index(op.f("ix_website_checks_tenant_id"), table_name="website_checks")
    op.drop_index(op.f("ix_website_checks_job_id"), table_name="website_checks")
    op.drop_table("website_checks")
    op.drop_index("uq_unfilled_orders", table_name="unfilled_orders")
    op.drop_index(op.f("ix_unfilled_orders_tenant_id"), table_name="unfilled_orders")
    op.drop_index(op.f("ix_unfilled_orders_gap_id"), table_name="unfilled_orders")
    op.drop_table("unfilled_orders")
    op.drop_index("uq_supply_gaps", table_name="supply_gaps")
    op.drop_index(op.f("ix_supply_gaps_tenant_id"), table_name="supply_gaps")
    op.drop_table("supply_gaps")
    op.drop_table("service_markets")
    op.drop_index("uq_scrape_pages", table_name="scrape_pages")
    op.drop_index(op.f("ix_scrape_pages_tenant_id"), table_name="scrape_pages")
    op.drop_index(op.f("ix_scrape_pages_job_id_state"), table_name="scrape_pages")
    op.drop_table("scrape_pages")
    op.drop_index("uq_scrape_finds", table_name="scrape_finds")
    op.drop_index(op.f("ix_scrape_finds_tenant_id"), table_name="scrape_finds")
    op.drop_table("scrape_finds")
    op.drop_index(op.f("ix_provider_usage_tenant_id"), table_name="provider_usage")
    op.drop_table("provider_usage")
    op.drop_index(op.f("ix_policy_simulations_tenant_id_fingerprint"), table_name="policy_simulations")
    op.drop_index(op.f("ix_policy_simulations_tenant_id_created_at"), table_name="policy_simulations")
    op.drop_index(op.f("ix_policy_simulations_tenant_id"), table_name="policy_simulations")
    op.drop_table("policy_simulations")
    op.drop_table("pace_slots")
    op.drop_index("uq_import_rejects_row", table_name="import_rejects")
    op.drop_index(op.f("ix_import_rejects_tenant_id"), table_name="import_rejects")
    op.drop_table("import_rejects")
    op.drop_index(op.f("ix_exports_tenant_id_kind_created_at"), table_name="exports")
    op.drop_index(op.f("ix_exports_tenant_id"), table_name="exports")
    op.drop_index(op.f("ix_exports_expires_at"), table_name="exports")
    op.drop_table("exports")
    op.drop_index("uq_duplicate_suggestions_pair", table_name="duplicate_suggestions")
    op.drop_index(op.f("ix_duplicate_suggestions_tenant_id_status_score"), table_name="duplicate_suggestions")
    op.drop_index(op.f("ix_duplicate_suggestions_tenant_id_second_id"), table_name="duplicate_suggestions")
    op.drop_index(op.f("ix_duplicate_suggestions_tenant_id"), table_name="duplicate_suggestions")
    op.drop_table("duplicate_suggestions")
    op.drop_index(op.f("ix_contact_imports_tenant_id"), table_name="contact_imports")
    op.drop_table("contact_imports")
    op.drop_index(op.f("ix_business_merges_tenant_id_kept_id"), table_name="business_merges")
    op.drop_index(op.f("ix_business_merges_tenant_id_created_at"), table_name="business_merges")
    op.drop_index(op.f("ix_business_merges_tenant_id"), table_name="business_merges")
    op.drop_table("business_merges")
