"""Rows of phone numbers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str

_NOT_DELETED = text("deleted_at IS NULL")


class PhoneNumber(SoftDeleted, TenantRow):
    """A number the tenant calls from and is called at; it belongs to one tenant of the installation."""

    __tablename__ = "phone_numbers"
    __table_args__ = (
        Index("uq_phone_numbers_phone", "phone", unique=True, postgresql_where=_NOT_DELETED),
        Index(
            "uq_phone_numbers_default",
            "tenant_id",
            unique=True,
            postgresql_where=text("is_default AND deleted_at IS NULL"),
        ),
    )

    phone: Mapped[str] = mapped_column(Str(16))
    label: Mapped[str | None] = mapped_column(Str(60))
    provider: Mapped[str] = mapped_column(Str(8), default="twilio")
    inbound_agent_id: Mapped[UUID | None]
    is_default: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime | None]
    capabilities: Mapped[list[str]] = mapped_column(default=list)
    external_id: Mapped[str | None] = mapped_column(Str(80))
