"""Rows of provider credentials and of how much providers are used."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class ProviderConfig(TenantRow):
    """A tenant's credentials for one provider; each value is sealed by itself and names the key it was sealed with."""

    __tablename__ = "provider_configs"
    __table_args__ = (UniqueConstraint("tenant_id", "provider"),)

    provider: Mapped[str] = mapped_column(Str(20))
    sealed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)
    priority: Mapped[int] = mapped_column(default=100)
    secret_tail: Mapped[str | None] = mapped_column(Str(4))
    secret_fingerprint: Mapped[str | None] = mapped_column(Str(16))
    is_valid: Mapped[bool | None]
    last_validated_at: Mapped[datetime | None]
    validation: Mapped[dict[str, Any] | None]
    last_error: Mapped[str | None] = mapped_column(Str(300))
    usage_count: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]


class ProviderUsage(TenantRow):
    """How often a provider was used on one day, by how long it took; rows only ever grow."""

    __tablename__ = "provider_usage"
    __table_args__ = (UniqueConstraint("tenant_id", "day", "provider", "operation", "mode", "le_ms"),)

    day: Mapped[date]
    """In UTC."""
    provider: Mapped[str] = mapped_column(Str(20))
    operation: Mapped[str] = mapped_column(Str(40))
    mode: Mapped[str] = mapped_column(Str(8))
    le_ms: Mapped[int]
    """The upper edge of the latency bucket, in milliseconds (`latency.EDGES_MS`)."""
    requests: Mapped[int] = mapped_column(BigInteger, default=0)
    errors: Mapped[int] = mapped_column(BigInteger, default=0)
    total_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    units: Mapped[int] = mapped_column(BigInteger, default=0)
    """What the provider counts: searches, characters, tokens, mails."""
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    """In US dollars by the provider's list price."""
