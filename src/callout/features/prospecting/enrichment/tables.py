"""Rows of enrichment: what each business's website told last."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class WebsiteCheck(TenantRow):
    """The last visit to the website of a business."""

    __tablename__ = "website_checks"
    __table_args__ = (
        Index("uq_website_checks", "tenant_id", "business_id", unique=True),
        Index(None, "tenant_id", "url"),
    )

    business_id: Mapped[UUID]
    job_id: Mapped[UUID | None] = mapped_column(index=True)
    url: Mapped[str] = mapped_column(Str(500))
    final_url: Mapped[str | None] = mapped_column(Str(2000))
    status: Mapped[str] = mapped_column(Str(10))
    """found, nothing, failed, forbidden (by robots.txt), or profile (a page of a social network: not visited)."""
    error_code: Mapped[str | None] = mapped_column(Str(40))
    error: Mapped[str | None] = mapped_column(Str(300))
    is_final: Mapped[bool]
    """False when the site could merely not be reached just then."""
    pages: Mapped[int]
    found: Mapped[dict[str, Any]]
    """Everything the website told: email, is_own, social, phone, hours."""
    improved: Mapped[list[str]]
    """The fields of the business that changed by it."""
    checked_at: Mapped[datetime]
