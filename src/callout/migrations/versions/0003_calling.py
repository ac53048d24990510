# ruff: noqa: PLR0915 - statements as long and as many as the tables
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
    "call_commands",
    "call_costs",
    "call_facts",
    "call_holds",
    "call_latencies",
    "call_tool_uses",
    "calls",
    "campaign_contacts",
    "campaigns",
    "dial_decisions",
    "do_not_call_numbers",
    "do_not_call_registries",
    "knowledge_bases",
    "knowledge_chunks",
    "phone_numbers",
    "voice_licences",
    "voice_provider_copies",
    "voices",
    "webhook_deliveries",
    "webhook_endpoints",
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
        "call_commands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_commands")),
    )
    op.create_index(op.f("ix_call_commands_call_id"), "call_commands", ["call_id"], unique=False)
    op.create_index(op.f("ix_call_commands_tenant_id"), "call_commands", ["tenant_id"], unique=False)
    op.create_index(
        "ix_call_commands_waiting",
        "call_commands",
        ["process", "created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'sent'"),
    )
    op.create_table(
        "call_costs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=12), nullable=False),
        sa.Column("units", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("cost", sa.Numeric(precision=15, scale=6), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("is_estimate", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_costs")),
        sa.UniqueConstraint("call_id", "provider", "service", name=op.f("uq_call_costs_call_id_provider_service")),
    )
    op.create_index(op.f("ix_call_costs_tenant_id"), "call_costs", ["tenant_id"], unique=False)
    op.create_table(
        "call_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("fact", JSON, nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_facts")),
        sa.UniqueConstraint("call_id", "key", name=op.f("uq_call_facts_call_id_key")),
    )
    op.create_index(op.f("ix_call_facts_tenant_id"), "call_facts", ["tenant_id"], unique=False)
    op.create_table(
        "call_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_holds")),
        sa.UniqueConstraint("call_id", name=op.f("uq_call_holds_call_id")),
    )
    op.create_index(op.f("ix_call_holds_process_released_at"), "call_holds", ["process", "released_at"], unique=False)
    op.create_index(op.f("ix_call_holds_tenant_id"), "call_holds", ["tenant_id"], unique=False)
    op.create_table(
        "call_latencies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint_ms", sa.Integer(), nullable=True),
        sa.Column("stt_final_ms", sa.Integer(), nullable=True),
        sa.Column("llm_first_token_ms", sa.Integer(), nullable=True),
        sa.Column("sentence_ms", sa.Integer(), nullable=True),
        sa.Column("tts_first_byte_ms", sa.Integer(), nullable=True),
        sa.Column("platform_ms", sa.Integer(), nullable=True),
        sa.Column("voice_to_voice_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_latencies")),
        sa.UniqueConstraint("call_id", "turn", name=op.f("uq_call_latencies_call_id_turn")),
    )
    op.create_index(op.f("ix_call_latencies_tenant_id"), "call_latencies", ["tenant_id"], unique=False)
    op.create_table(
        "call_tool_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_tool_uses")),
        sa.UniqueConstraint("call_id", "key", name=op.f("uq_call_tool_uses_call_id_key")),
    )
    op.create_index(op.f("ix_call_tool_uses_tenant_id"), "call_tool_uses", ["tenant_id"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("retry_of", sa.Uuid(), nullable=True),
        sa.Column("retry_attempts", sa.Integer(), nullable=False),
        sa.Column("to_number", sa.String(length=20), nullable=False),
        sa.Column("from_number", sa.String(length=20), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_duration_s", sa.Integer(), nullable=True),
        sa.Column("script", sa.Text(), nullable=True),
        sa.Column("knowledge_base_ids", JSON, nullable=False),
        sa.Column("variables", JSON, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("answered_by", sa.String(length=10), nullable=True),
        sa.Column("provider", sa.String(length=20), nullable=True),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("dial_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ringing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_detail", sa.String(length=300), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("media_token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("media_token_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("media_joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_speech_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disclosure_played_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("ending_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recording_file_id", sa.Uuid(), nullable=True),
        sa.Column("recording_external_id", sa.String(length=80), nullable=True),
        sa.Column("recording_consent", sa.String(length=14), nullable=False),
        sa.Column("cost", sa.Numeric(precision=15, scale=6), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("quality_score", sa.Float(), nullable=True),
        sa.Column("latency_p50_ms", sa.Integer(), nullable=True),
        sa.Column("latency_p95_ms", sa.Integer(), nullable=True),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("agreed", JSON, nullable=True),
        sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("callback_note", sa.String(length=300), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.Column("is_successful", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(
        "ix_calls_open", "calls", ["tenant_id", "status"], unique=False, postgresql_where=sa.text("settled_at IS NULL")
    )
    op.create_index(op.f("ix_calls_tenant_id"), "calls", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_calls_tenant_id_campaign_id_status"), "calls", ["tenant_id", "campaign_id", "status"], unique=False
    )
    op.create_index(op.f("ix_calls_tenant_id_contact_id"), "calls", ["tenant_id", "contact_id"], unique=False)
    op.create_index(op.f("ix_calls_tenant_id_created_at"), "calls", ["tenant_id", "created_at"], unique=False)
    op.create_index(
        op.f("ix_calls_tenant_id_to_number_created_at"), "calls", ["tenant_id", "to_number", "created_at"], unique=False
    )
    op.create_index(
        "uq_calls_attempt",
        "calls",
        ["tenant_id", "campaign_id", "contact_id", "attempt"],
        unique=True,
        postgresql_where=sa.text("campaign_id IS NOT NULL AND contact_id IS NOT NULL"),
    )
    op.create_index(
        "uq_calls_external",
        "calls",
        ["provider", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "uq_calls_retry", "calls", ["retry_of"], unique=True, postgresql_where=sa.text("retry_of IS NOT NULL")
    )
    op.create_table(
        "campaign_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("skip_reason", sa.String(length=24), nullable=True),
        sa.Column("failure", sa.String(length=24), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("placements", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_call_id", sa.Uuid(), nullable=True),
        sa.Column("last_status", sa.String(length=12), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_contacts")),
    )
    op.create_index(
        op.f("ix_campaign_contacts_campaign_id_status"), "campaign_contacts", ["campaign_id", "status"], unique=False
    )
    op.create_index(
        "ix_campaign_contacts_next",
        "campaign_contacts",
        ["campaign_id", "rank", "position"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'retry_wait')"),
    )
    op.create_index(op.f("ix_campaign_contacts_tenant_id"), "campaign_contacts", ["tenant_id"], unique=False)
    op.create_index(
        op.f("ix_campaign_contacts_tenant_id_contact_id"),
        "campaign_contacts",
        ["tenant_id", "contact_id"],
        unique=False,
    )
    op.create_index("uq_campaign_contacts", "campaign_contacts", ["campaign_id", "contact_id"], unique=True)
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("call_list_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("contact_filter", JSON, nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_concurrent_calls", sa.Integer(), nullable=False),
        sa.Column("call_interval_s", sa.Integer(), nullable=False),
        sa.Column("max_retries", sa.Integer(), nullable=False),
        sa.Column("retry_after_min", JSON, nullable=False),
        sa.Column("max_call_duration_s", sa.Integer(), nullable=True),
        sa.Column("window", JSON, nullable=True),
        sa.Column("script_variables", JSON, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("paused_reason", sa.String(length=12), nullable=False),
        sa.Column("paused_detail", sa.String(length=300), nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("preflight", JSON, nullable=True),
        sa.Column("failures_in_row", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("work_key", sa.String(length=100), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_dial_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_tenant_id"), "campaigns", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_campaigns_tenant_id_status"), "campaigns", ["tenant_id", "status"], unique=False)
    op.create_index(
        "ix_campaigns_under_way",
        "campaigns",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('active', 'scheduled')"),
    )
    op.create_table(
        "dial_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moment", sa.String(length=8), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("profile", sa.String(length=12), nullable=False),
        sa.Column("profile_reviewed", sa.Date(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("checks", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_decisions")),
    )
    op.create_index(
        "ix_dial_decisions_call_id",
        "dial_decisions",
        ["call_id"],
        unique=False,
        postgresql_where=sa.text("call_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_dial_decisions_campaign_id_contact_id"), "dial_decisions", ["campaign_id", "contact_id"], unique=False
    )
    op.create_index(op.f("ix_dial_decisions_tenant_id"), "dial_decisions", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_dial_decisions_tenant_id_at"), "dial_decisions", ["tenant_id", "at"], unique=False)
    op.create_index(
        op.f("ix_dial_decisions_tenant_id_phone_at"), "dial_decisions", ["tenant_id", "phone", "at"], unique=False
    )
    op.create_table(
        "do_not_call_numbers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", "registry_id", name=op.f("pk_do_not_call_numbers")),
    )
    op.create_table(
        "do_not_call_registries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_call_registries")),
    )
    op.create_index(op.f("ix_do_not_call_registries_tenant_id"), "do_not_call_registries", ["tenant_id"], unique=False)
    op.create_index("uq_do_not_call_registries", "do_not_call_registries", ["tenant_id", "name"], unique=True)
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
        "voice_processes",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("loop_lag_ms", sa.Float(), nullable=True),
        sa.Column("is_draining", sa.Boolean(), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_processes")),
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
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("response_code", sa.Integer(), nullable=True),
        sa.Column("response_snippet", sa.String(length=500), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_webhook_deliveries_endpoint_id_event_id")),
    )
    op.create_index(op.f("ix_webhook_deliveries_created_at"), "webhook_deliveries", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_webhook_deliveries_endpoint_id_created_at"),
        "webhook_deliveries",
        ["endpoint_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_webhook_deliveries_tenant_id"), "webhook_deliveries", ["tenant_id"], unique=False)
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("description", sa.String(length=120), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("previous_sealed", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_role", sa.String(length=12), nullable=True),
        sa.Column("updated_by_role", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(
        "ix_webhook_endpoints_active",
        "webhook_endpoints",
        ["tenant_id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(op.f("ix_webhook_endpoints_tenant_id"), "webhook_endpoints", ["tenant_id"], unique=False)
    for statement in protect_all(TENANT_TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_webhook_endpoints_tenant_id"), table_name="webhook_endpoints")
    op.drop_index("ix_webhook_endpoints_active", table_name="webhook_endpoints", postgresql_where=sa.text("is_active"))
    op.drop_table("webhook_endpoints")
    op.drop_index(op.f("ix_webhook_deliveries_tenant_id"), table_name="webhook_deliveries")
    op.drop_index(op.f("ix_webhook_deliveries_endpoint_id_created_at"), table_name="webhook_deliveries")
    op.drop_index(op.f("ix_webhook_deliveries_created_at"), table_name="webhook_deliveries")
    op.drop_table("webhook_deliveries")
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
    op.drop_table("voice_processes")
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
    op.drop_index("uq_do_not_call_registries", table_name="do_not_call_registries")
    op.drop_index(op.f("ix_do_not_call_registries_tenant_id"), table_name="do_not_call_registries")
    op.drop_table("do_not_call_registries")
    op.drop_table("do_not_call_numbers")
    op.drop_index(op.f("ix_dial_decisions_tenant_id_phone_at"), table_name="dial_decisions")
    op.drop_index(op.f("ix_dial_decisions_tenant_id_at"), table_name="dial_decisions")
    op.drop_index(op.f("ix_dial_decisions_tenant_id"), table_name="dial_decisions")
    op.drop_index(op.f("ix_dial_decisions_campaign_id_contact_id"), table_name="dial_decisions")
    op.drop_index(
        "ix_dial_decisions_call_id", table_name="dial_decisions", postgresql_where=sa.text("call_id IS NOT NULL")
    )
    op.drop_table("dial_decisions")
    op.drop_index(
        "ix_campaigns_under_way", table_name="campaigns", postgresql_where=sa.text("status IN ('active', 'scheduled')")
    )
    op.drop_index(op.f("ix_campaigns_tenant_id_status"), table_name="campaigns")
    op.drop_index(op.f("ix_campaigns_tenant_id"), table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_index("uq_campaign_contacts", table_name="campaign_contacts")
    op.drop_index(op.f("ix_campaign_contacts_tenant_id_contact_id"), table_name="campaign_contacts")
    op.drop_index(op.f("ix_campaign_contacts_tenant_id"), table_name="campaign_contacts")
    op.drop_index(
        "ix_campaign_contacts_next",
        table_name="campaign_contacts",
        postgresql_where=sa.text("status IN ('waiting', 'retry_wait')"),
    )
    op.drop_index(op.f("ix_campaign_contacts_campaign_id_status"), table_name="campaign_contacts")
    op.drop_table("campaign_contacts")
    op.drop_index("uq_calls_retry", table_name="calls", postgresql_where=sa.text("retry_of IS NOT NULL"))
    op.drop_index("uq_calls_external", table_name="calls", postgresql_where=sa.text("external_id IS NOT NULL"))
    op.drop_index(
        "uq_calls_attempt",
        table_name="calls",
        postgresql_where=sa.text("campaign_id IS NOT NULL AND contact_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_calls_tenant_id_to_number_created_at"), table_name="calls")
    op.drop_index(op.f("ix_calls_tenant_id_created_at"), table_name="calls")
    op.drop_index(op.f("ix_calls_tenant_id_contact_id"), table_name="calls")
    op.drop_index(op.f("ix_calls_tenant_id_campaign_id_status"), table_name="calls")
    op.drop_index(op.f("ix_calls_tenant_id"), table_name="calls")
    op.drop_index("ix_calls_open", table_name="calls", postgresql_where=sa.text("settled_at IS NULL"))
    op.drop_table("calls")
    op.drop_index(op.f("ix_call_tool_uses_tenant_id"), table_name="call_tool_uses")
    op.drop_table("call_tool_uses")
    op.drop_index(op.f("ix_call_latencies_tenant_id"), table_name="call_latencies")
    op.drop_table("call_latencies")
    op.drop_index(op.f("ix_call_holds_tenant_id"), table_name="call_holds")
    op.drop_index(op.f("ix_call_holds_process_released_at"), table_name="call_holds")
    op.drop_table("call_holds")
    op.drop_index(op.f("ix_call_facts_tenant_id"), table_name="call_facts")
    op.drop_table("call_facts")
    op.drop_index(op.f("ix_call_costs_tenant_id"), table_name="call_costs")
    op.drop_table("call_costs")
    op.drop_index("ix_call_commands_waiting", table_name="call_commands", postgresql_where=sa.text("status = 'sent'"))
    op.drop_index(op.f("ix_call_commands_tenant_id"), table_name="call_commands")
    op.drop_index(op.f("ix_call_commands_call_id"), table_name="call_commands")
    op.drop_table("call_commands")
    op.drop_index(op.f("ix_agents_voice_id"), table_name="agents")
    op.drop_index(op.f("ix_agents_tenant_id"), table_name="agents")
    op.drop_table("agents")
