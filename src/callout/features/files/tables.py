"""Rows of stored files; their bytes live in the object store."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str


class FileRow(SoftDeleted, TenantRow):
    """One stored file: what it is, for what, and where its bytes are."""

    __tablename__ = "files"
    __table_args__ = (
        Index(None, "tenant_id", "purpose", "created_at"),
        Index(None, "expires_at"),
        Index(None, "deleted_at"),
    )

    purpose: Mapped[str] = mapped_column(Str(20))
    filename: Mapped[str] = mapped_column(Str(200))
    content_type: Mapped[str] = mapped_column(Str(100))
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Str(64))
    width: Mapped[int | None] = mapped_column(default=None)
    height: Mapped[int | None] = mapped_column(default=None)
    duration_s: Mapped[Decimal | None] = mapped_column(Numeric(10, 3), default=None)
    taken_at: Mapped[str | None] = mapped_column(Str(32), default=None)
    """Local time of the picture as its camera wrote it, ISO 8601, without a zone when the camera knew none."""
    storage_key: Mapped[str] = mapped_column(Str(200))
    variants: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Smaller renditions by longer edge in pixels: {"320": {"bytes", "content_type"}}."""
    visibility: Mapped[str] = mapped_column(Str(8), default="private")
    scan_status: Mapped[str] = mapped_column(Str(8), default="pending")
    held: Mapped[bool] = mapped_column(default=False)
    """A document refers to it: nobody deletes it."""
    vendor_id: Mapped[UUID | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    purged_at: Mapped[datetime | None] = mapped_column(default=None)
