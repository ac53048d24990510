"""Rows of provider credentials."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
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
