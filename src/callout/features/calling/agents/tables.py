"""Rows of agents: how they call, and what they know."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str

RATIO = Numeric(4, 3)


class Agent(SoftDeleted, TenantRow):
    """A configured AI caller: voice, words, behaviour."""

    __tablename__ = "agents"

    name: Mapped[str] = mapped_column(Str(80))
    description: Mapped[str | None] = mapped_column(Str(500))
    engine: Mapped[str] = mapped_column(Str(8), default="hosted")
    """hosted: our own brain speaks; managed: the speech provider places the call and speaks by itself."""
    status: Mapped[str] = mapped_column(Str(8), default="active")
    """active or inactive; `training` is derived while its voice or its knowledge is not ready."""
    inactive_reason: Mapped[str | None] = mapped_column(Str(20))
    """voice_archived where the system switched it off; null where a person did."""
    voice_id: Mapped[UUID] = mapped_column(index=True)
    tts_model: Mapped[str] = mapped_column(Str(60), default="eleven_flash_v2_5")
    stability: Mapped[Decimal] = mapped_column(RATIO, default=Decimal("0.5"))
    similarity_boost: Mapped[Decimal] = mapped_column(RATIO, default=Decimal("0.75"))
    style: Mapped[Decimal] = mapped_column(RATIO, default=Decimal(0))
    use_speaker_boost: Mapped[bool] = mapped_column(default=True)
    speed: Mapped[Decimal] = mapped_column(RATIO, default=Decimal(1))
    pitch: Mapped[Decimal] = mapped_column(RATIO, default=Decimal(1))
    language: Mapped[str] = mapped_column(Str(16), default="en")
    welcome_message: Mapped[str] = mapped_column(Str(500))
    disclosure_line: Mapped[str] = mapped_column(Str(300))
    system_prompt: Mapped[str] = mapped_column(Text)
    conversation_style: Mapped[str] = mapped_column(Str(12), default="professional")
    llm_provider: Mapped[str | None] = mapped_column(Str(20))
    llm_model: Mapped[str] = mapped_column(Str(80), default="gpt-4o-mini")
    temperature: Mapped[Decimal] = mapped_column(RATIO, default=Decimal("0.7"))
    max_tokens: Mapped[int] = mapped_column(default=1000)
    scam_detection_enabled: Mapped[bool] = mapped_column(default=True)
    max_call_duration_s: Mapped[int] = mapped_column(default=300)
    silence_timeout_s: Mapped[int] = mapped_column(default=10)
    auto_end_on_silence: Mapped[bool] = mapped_column(default=True)
    voicemail_action: Mapped[str] = mapped_column(Str(16), default="hang_up")
    voicemail_message: Mapped[str | None] = mapped_column(Str(500))
    allow_interruptions: Mapped[bool] = mapped_column(default=True)
    knowledge_base_ids: Mapped[list[str]] = mapped_column(default=list)
    enable_rag: Mapped[bool] = mapped_column(default=True)
    phone_number_id: Mapped[UUID | None]
    google_sheet_id: Mapped[str | None] = mapped_column(Str(120))
    webhook_url: Mapped[str | None] = mapped_column(Str(2000))
    transfer_phone: Mapped[str | None] = mapped_column(Str(16))


class KnowledgeBase(SoftDeleted, TenantRow):
    """What an agent may look up during a call: written text, pages or documents, cut into chunks."""

    __tablename__ = "knowledge_bases"

    name: Mapped[str] = mapped_column(Str(120))
    description: Mapped[str | None] = mapped_column(Str(500))
    content: Mapped[str | None] = mapped_column(Text)
    source_urls: Mapped[list[str]] = mapped_column(default=list)
    file_ids: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(Str(16), default="en")
    """Words are reduced to their stems by the rules of this language, BCP 47."""
    tags: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    index_status: Mapped[str] = mapped_column(Str(8), default="pending")
    index_run: Mapped[int] = mapped_column(default=0)
    """Grows with each change of what is to be read; only the newest run stores chunks."""
    index_error: Mapped[str | None] = mapped_column(Str(300))
    chunk_count: Mapped[int] = mapped_column(default=0)
    indexed_at: Mapped[datetime | None]


class KnowledgeChunk(TenantRow):
    """At most 800 characters of a knowledge base, overlapping its neighbours by 100."""

    __tablename__ = "knowledge_chunks"
    __table_args__ = (Index("uq_knowledge_chunks", "knowledge_base_id", "source", "position", unique=True),)

    knowledge_base_id: Mapped[UUID]
    source: Mapped[str] = mapped_column(Str(400))
    """`content`, an address, or the name of a file."""
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(TSVECTOR)
    """Its words by the rules of the base's language; a query is read by the same."""
