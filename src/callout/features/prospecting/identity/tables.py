"""Rows of identity: pairs that may be one place, and what was merged."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class DuplicateSuggestion(TenantRow):
    """Two businesses that may be one place; `first_id` is the smaller id, so that a pair exists once."""

    __tablename__ = "duplicate_suggestions"
    __table_args__ = (
        Index("uq_duplicate_suggestions_pair", "tenant_id", "first_id", "second_id", unique=True),
        Index(None, "tenant_id", "second_id"),
        Index(None, "tenant_id", "status", "score"),
    )

    first_id: Mapped[UUID]
    second_id: Mapped[UUID]
    score: Mapped[float]
    """0 to 1: how much speaks for one place."""
    distance_m: Mapped[int | None]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    """[{part, agreement, detail}]: what was compared and how far it agreed."""
    status: Mapped[str] = mapped_column(Str(10), default="open")
    decided_at: Mapped[datetime | None]


class BusinessMerge(TenantRow):
    """Businesses made one, with every row as it was before and as the merge left it."""

    __tablename__ = "business_merges"
    __table_args__ = (Index(None, "tenant_id", "kept_id"), Index(None, "tenant_id", "created_at"))

    kept_id: Mapped[UUID]
    merged_ids: Mapped[list[str]]
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Field → id of the business whose value a person chose."""
    before: Mapped[dict[str, Any]]
    """{businesses: {id: row}, contacts: {id: business id}, suggestions: {id: status}}, as found."""
    after: Mapped[dict[str, Any]]
    """The same as left behind: undoing checks that nothing moved since."""
    undone_at: Mapped[datetime | None]
