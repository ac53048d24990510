"""Rows of contact imports: what was asked for, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class ContactImport(TenantRow):
    """One file of contacts."""

    __tablename__ = "contact_imports"

    filename: Mapped[str] = mapped_column(Str(200))
    file_id: Mapped[UUID]
    mode: Mapped[str] = mapped_column(Str(10))
    """fill or overwrite."""
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    consent: Mapped[dict[str, Any] | None]
    """What is attested for every row: {basis, source, statement}."""
    call_list_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(Str(10), default="queued")
    rows: Mapped[int]
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    added_to_list: Mapped[int] = mapped_column(default=0)
    suppressed: Mapped[int] = mapped_column(default=0)
    errors: Mapped[list[Any]] = mapped_column(default=list)
    error: Mapped[str | None] = mapped_column(Str(300))
    finished_at: Mapped[datetime | None]
