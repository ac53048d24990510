"""Rows of voices, their licences, and copies still to be deleted at a provider."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str


class Voice(SoftDeleted, TenantRow):
    """A voice an agent can speak with. Stock voices get a row when they are first used."""

    __tablename__ = "voices"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "status"),
        Index(
            "uq_voices_external",
            "tenant_id",
            "provider",
            "mode",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL AND deleted_at IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(Str(80))
    description: Mapped[str | None] = mapped_column(Str(300))
    kind: Mapped[str] = mapped_column(Str(8))
    provider: Mapped[str] = mapped_column(Str(20), default="elevenlabs")
    mode: Mapped[str] = mapped_column(Str(8), default="live")
    """live, or sandbox where the provider that has it is simulated."""
    language: Mapped[str] = mapped_column(Str(16), default="en")
    labels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    external_id: Mapped[str | None] = mapped_column(Str(120))
    status: Mapped[str] = mapped_column(Str(16))
    sample_file_ids: Mapped[list[str]] = mapped_column(default=list)
    sample_duration_s: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    snr_db: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was measured on the samples: peak, clipped share, noise, speech share, warnings."""
    quality_score: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    progress_pct: Mapped[int] = mapped_column(default=0)
    model_version: Mapped[str | None] = mapped_column(Str(40))
    usage_count: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]
    failure_reason: Mapped[str | None] = mapped_column(Str(200))
    verified_languages: Mapped[list[str]] = mapped_column(default=list)
    preview_file_id: Mapped[UUID | None]
    preview_url: Mapped[str | None] = mapped_column(Str(2000))
    """The provider's public sample of a stock voice."""
    category: Mapped[str | None] = mapped_column(Str(40))
    training: Mapped[int] = mapped_column(default=0)
    """Which training this is; part of the mark by which the provider's copy is found again."""
    copy_training: Mapped[int] = mapped_column(default=0)
    """The training the provider's voice (`external_id`) came from."""
    submitted_at: Mapped[datetime | None]
    """When the samples of this training were handed to the provider, written before it is asked."""
    training_until: Mapped[datetime | None]
    """The training has failed when it is not ready by then."""


class VoiceLicence(TenantRow):
    """A speaker's agreement to a synthetic copy of the voice. Never changed but for its withdrawal."""

    __tablename__ = "voice_licences"
    __table_args__ = (
        Index("uq_voice_licences", "voice_id", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        Index(None, "tenant_id", "voice_id"),
    )

    voice_id: Mapped[UUID]
    speaker_name: Mapped[str] = mapped_column(Str(120))
    relation: Mapped[str] = mapped_column(Str(8))
    scope: Mapped[str] = mapped_column(Str(20), default="calls")
    statement: Mapped[str] = mapped_column(Str(500))
    audio_file_id: Mapped[UUID]
    audio_sha256: Mapped[str] = mapped_column(Str(64))
    attested_by: Mapped[UUID]
    attested_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(Str(300))


class ProviderCopy(TenantRow):
    """A voice at a provider that must go; the row stays as the proof that it went."""

    __tablename__ = "voice_provider_copies"
    __table_args__ = (Index("uq_voice_provider_copies", "tenant_id", "provider", "external_id", unique=True),)

    voice_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Str(20))
    mode: Mapped[str] = mapped_column(Str(8))
    external_id: Mapped[str] = mapped_column(Str(120))
    deleted_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Str(200))
