"""Calling."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from callout.migrations.protection import protect_all

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


TENANT_TABLES = (
    "agents",
    "knowledge_bases",
    "knowledge_chunks",
    "phone_numbers",
    "voice_licences",
    "voice_provider_copies",
    "voices",
)


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("inactive_reason", sa.String(length=20), nullable=True),
        sa.Column("voice_id", sa.Uuid(), nullable=False),
        sa.Column("tts_model", sa.String(length=60), nullable=False),
        sa.Column("stability", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("similarity_boost", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("style", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("use_speaker_boost", sa.Boolean(), nullable=False),
        sa.Column("speed", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("pitch", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("welcome_message", sa.String(length=500), nullable=False),
        sa.Column("disclosure_line", sa.String(length=300), nullable=False),
        sa.Column("system_prompt", sa.Text(), nullable=False),
        sa.Column("conversation_style", sa.String(length=12), nullable=False),
        sa.Column("llm_provider", sa.String(length=20), nullable=True),
        sa.Column("llm_model", sa.String(length=80), nullable=False),
        sa.Column("temperature", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("max_tokens", sa.Integer(), nullable=False),
        sa.Column("scam_detection_enabled", sa.Boolean(), nullable=False),
        sa.Column("max_call_duration_s", sa.Integer(), nullable=False),
        sa.Column("silence_timeout_s", sa.Integer(), nullable=False),
        sa.Column("auto_end_on_silence", sa.Boolean(), nullable=False),
        sa.Column("voicemail_action", sa.String(length=16), nullable=False),
        sa.Column("voicemail_message", sa.String(length=500), nullable=True),
        sa.Column("allow_interruptions", sa.Boolean(), nullable=False),
        sa.Column("knowledge_base_ids", JSON, nullable=False),
        sa.Column("enable_rag", sa.Boolean(), nullable=False),
        sa.Column("phone_number_id", sa.Uuid(), nullable=True),
        sa.Column("google_sheet_id", sa.String(length=120), nullable=True),
        sa.Column("webhook_url", sa.String(length=2000), nullable=True),
        sa.Column("transfer_phone", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_index(op.f("ix_agents_tenant_id"), "agents", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_agents_voice_id"), "agents", ["voice_id"], unique=False)
    op.create_table(
        "knowledge_bases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("source_urls", JSON, nullable=False),
        sa.Column("file_ids", JSON, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("index_status", sa.String(length=8), nullable=False),
        sa.Column("index_run", sa.Integer(), nullable=False),
        sa.Column("index_error", sa.String(length=300), nullable=True),
        sa.Column("chunk_count", sa.Integer(), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_bases")),
    )
    op.create_index(op.f("ix_knowledge_bases_tenant_id"), "knowledge_bases", ["tenant_id"], unique=False)
    op.create_table(
        "knowledge_chunks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("knowledge_base_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_chunks")),
    )
    op.create_index(op.f("ix_knowledge_chunks_tenant_id"), "knowledge_chunks", ["tenant_id"], unique=False)
    op.create_index("uq_knowledge_chunks", "knowledge_chunks", ["knowledge_base_id", "source", "position"], unique=True)
    op.create_table(
        "phone_numbers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=True),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("inbound_agent_id", sa.Uuid(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capabilities", JSON, nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_numbers")),
    )
    op.create_index(op.f("ix_phone_numbers_tenant_id"), "phone_numbers", ["tenant_id"], unique=False)
    op.create_index(
        "uq_phone_numbers_default",
        "phone_numbers",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("is_default AND deleted_at IS NULL"),
    )
    op.create_index(
        "uq_phone_numbers_phone",
        "phone_numbers",
        ["phone"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "voice_licences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("voice_id", sa.Uuid(), nullable=False),
        sa.Column("speaker_name", sa.String(length=120), nullable=False),
        sa.Column("relation", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("statement", sa.String(length=500), nullable=False),
        sa.Column("audio_file_id", sa.Uuid(), nullable=False),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False),
        sa.Column("attested_by", sa.Uuid(), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_licences")),
    )
    op.create_index(op.f("ix_voice_licences_tenant_id"), "voice_licences", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_voice_licences_tenant_id_voice_id"), "voice_licences", ["tenant_id", "voice_id"], unique=False
    )
    op.create_index(
        "uq_voice_licences",
        "voice_licences",
        ["voice_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "voice_provider_copies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("voice_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_provider_copies")),
    )
    op.create_index(op.f("ix_voice_provider_copies_tenant_id"), "voice_provider_copies", ["tenant_id"], unique=False)
    op.create_index(
        "uq_voice_provider_copies", "voice_provider_copies", ["tenant_id", "provider", "external_id"], unique=True
    )
    op.create_table(
        "voices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sample_file_ids", JSON, nullable=False),
        sa.Column("sample_duration_s", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("snr_db", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("checks", JSON, nullable=False),
        sa.Column("quality_score", sa.Numeric(precision=4, scale=3), nullable=True),
        sa.Column("progress_pct", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=True),
        sa.Column("usage_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_reason", sa.String(length=200), nullable=True),
        sa.Column("verified_languages", JSON, nullable=False),
        sa.Column("preview_file_id", sa.Uuid(), nullable=True),
        sa.Column("preview_url", sa.String(length=2000), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("training", sa.Integer(), nullable=False),
        sa.Column("copy_training", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("training_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voices")),
    )
    op.create_index(op.f("ix_voices_tenant_id"), "voices", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_voices_tenant_id_kind_status"), "voices", ["tenant_id", "kind", "status"], unique=False)
    op.create_index(
        "uq_voices_external",
        "voices",
        ["tenant_id", "provider", "mode", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL AND deleted_at IS NULL"),
    )
    for statement in protect_all(TENANT_TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(
        "uq_voices_external",
        table_name="voices",
        postgresql_where=sa.text("external_id IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_voices_tenant_id_kind_status"), table_name="voices")
    op.drop_index(op.f("ix_voices_tenant_id"), table_name="voices")
    op.drop_table("voices")
    op.drop_index("uq_voice_provider_copies", table_name="voice_provider_copies")
    op.drop_index(op.f("ix_voice_provider_copies_tenant_id"), table_name="voice_provider_copies")
    op.drop_table("voice_provider_copies")
    op.drop_index("uq_voice_licences", table_name="voice_licences", postgresql_where=sa.text("withdrawn_at IS NULL"))
    op.drop_index(op.f("ix_voice_licences_tenant_id_voice_id"), table_name="voice_licences")
    op.drop_index(op.f("ix_voice_licences_tenant_id"), table_name="voice_licences")
    op.drop_table("voice_licences")
    op.drop_index("uq_phone_numbers_phone", table_name="phone_numbers", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(
        "uq_phone_numbers_default",
        table_name="phone_numbers",
        postgresql_where=sa.text("is_default AND deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_phone_numbers_tenant_id"), table_name="phone_numbers")
    op.drop_table("phone_numbers")
    op.drop_index("uq_knowledge_chunks", table_name="knowledge_chunks")
    op.drop_index(op.f("ix_knowledge_chunks_tenant_id"), table_name="knowledge_chunks")
    op.drop_table("knowledge_chunks")
    op.drop_index(op.f("ix_knowledge_bases_tenant_id"), table_name="knowledge_bases")
    op.drop_table("knowledge_bases")
    op.drop_index(op.f("ix_agents_voice_id"), table_name="agents")
    op.drop_index(op.f("ix_agents_tenant_id"), table_name="agents")
    op.drop_table("agents")
