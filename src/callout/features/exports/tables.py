"""Rows of exports; their files live with all other files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str


class Export(SoftDeleted, TenantRow):
    """One file somebody asked for: what of, how far it is, and until when it can be fetched."""

    __tablename__ = "exports"
    __table_args__ = (Index(None, "tenant_id", "kind", "created_at"), Index(None, "expires_at"))

    kind: Mapped[str] = mapped_column(Str(16))
    format: Mapped[str] = mapped_column(Str(4))
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fields: Mapped[list[str]] = mapped_column(default=list)
    """The columns of the file, in order."""
    filename: Mapped[str] = mapped_column(Str(120))
    bom: Mapped[bool] = mapped_column(default=True)
    """Whether a CSV file begins with a byte order mark, by which spreadsheets know UTF-8."""
    status: Mapped[str] = mapped_column(Str(8), default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    """How often making it was begun; a later attempt makes earlier ones give up."""
    progress_pct: Mapped[int] = mapped_column(default=0)
    row_count: Mapped[int | None]
    file_id: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Str(300))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
