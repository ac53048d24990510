"""Rows of scraping: the ledger of pages, what each job has met, and gaps in supply."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class ScrapePage(TenantRow):
    """One request to a provider that a job owes, makes or has made; the tree of tiles is in its paths.

    planned → fetching → fetched (paid for; what came is kept) → stored, or failed. `fetching` belongs to one run of the
    job, so that two workers never pay for the same page.
    """

    __tablename__ = "scrape_pages"
    __table_args__ = (
        Index("uq_scrape_pages", "job_id", "business_type", "place", "tile", "page", unique=True),
        Index(None, "job_id", "state"),
    )

    job_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Str(8), default="search")
    """search, or reviews of one place."""
    business_type: Mapped[str] = mapped_column(Str(80))
    place: Mapped[int]
    """Which of the job's areas."""
    tile: Mapped[str] = mapped_column(Str(220))
    """The quarter taken at each cut of the area; of reviews, the place id."""
    page: Mapped[int] = mapped_column(default=0)
    box: Mapped[dict[str, Any] | None]
    """The tile as {south, west, north, east}; null where the query's words say where."""
    cursor: Mapped[str | None] = mapped_column(Text)
    """What the provider wants to be asked this page with."""
    state: Mapped[str] = mapped_column(Str(8), default="planned")
    run: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    rounds: Mapped[int] = mapped_column(default=0)
    """How often it was given up and taken up again."""
    error: Mapped[str | None] = mapped_column(Str(40))
    next_cursor: Mapped[str | None] = mapped_column(Text)
    drafts: Mapped[list[Any] | None]
    """What came, until it is stored."""
    told: Mapped[list[Any] | None]
    """The identities on this page, until its tile is done: a page that tells none of its own is a repetition."""
    cap: Mapped[int] = mapped_column(default=0)
    """Most places the provider shows of one search, and of one page of it."""
    page_size: Mapped[int] = mapped_column(default=0)
    results: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    repeats: Mapped[int] = mapped_column(default=0)
    outside: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    cost: Mapped[Decimal] = mapped_column(Numeric(10, 4), default=Decimal(0))
    fetched_at: Mapped[datetime | None]
    stored_at: Mapped[datetime | None]


class ScrapeFind(TenantRow):
    """A place a job has met: the second time it counts as nothing, whatever tile or business type tells it."""

    __tablename__ = "scrape_finds"
    __table_args__ = (Index("uq_scrape_finds", "job_id", "identity", unique=True),)

    job_id: Mapped[UUID]
    identity: Mapped[str] = mapped_column(Str(210))


class SupplyGap(TenantRow):
    """Demand for a service at a place that nobody could serve, offered as a scrape for more businesses."""

    __tablename__ = "supply_gaps"
    __table_args__ = (Index("uq_supply_gaps", "tenant_id", "service", "place_key", unique=True),)

    service: Mapped[str] = mapped_column(Str(40))
    place_key: Mapped[str] = mapped_column(Str(260))
    country: Mapped[str] = mapped_column(Str(2))
    state: Mapped[str | None] = mapped_column(Str(80))
    city: Mapped[str | None] = mapped_column(Str(80))
    locality: Mapped[str | None] = mapped_column(Str(80))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    unfilled: Mapped[int] = mapped_column(default=0)
    since_decision: Mapped[int] = mapped_column(default=0)
    """Orders left unfilled since the gap was accepted or dismissed."""
    last_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(Str(10), default="suggested")
    decided_at: Mapped[datetime | None]
    job_id: Mapped[UUID | None]


class UnfilledOrder(TenantRow):
    """An order that counts towards a gap; each counts once."""

    __tablename__ = "unfilled_orders"
    __table_args__ = (Index("uq_unfilled_orders", "tenant_id", "order_id", unique=True),)

    order_id: Mapped[UUID]
    gap_id: Mapped[UUID] = mapped_column(index=True)
