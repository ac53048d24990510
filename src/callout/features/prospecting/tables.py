"""Rows of prospecting: jobs, businesses, contacts, lists, consent and suppression."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Computed, Index, Numeric, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str

_NOT_DELETED = text("deleted_at IS NULL")
_NOT_MERGED = text("merged_into_id IS NULL")
_WORDS = r"""
(((((((name)::text || ' '::text) || (COALESCE(category, ''::character varying))::text) || ' '::text)
|| (COALESCE(address, ''::character varying))::text) || ' '::text)
|| "left"((COALESCE(website, ''::character varying))::text, 100))
""".strip()
_SEARCH_TEXT = rf"""
"left"(
CASE
    WHEN (octet_length({_WORDS}) = char_length({_WORDS})) THEN lower({_WORDS})
    ELSE lower(regexp_replace(NORMALIZE({_WORDS}, NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text))
END, 400)
"""
"""Name, category, address and website in small letters without accents, as PostgreSQL prints the expression; taking
accents off is slow, so it is left out where all letters are ASCII."""
_REACH = """
((((phone IS NOT NULL))::integer + (2 * ((website IS NOT NULL))::integer)) + (4 * ((email IS NOT NULL))::integer))
"""
_GRID_CELL = """
(((floor(((lat + (90)::double precision) * (500)::double precision)))::bigint * 180000)
+ (floor(((lng + (180)::double precision) * (500)::double precision)))::bigint)
"""
"""Cells of 1/500 degree, numbered along the latitudes."""


class ScrapeJob(TenantRow):
    """One run that brings businesses in: from a file, or from a places provider."""

    __tablename__ = "scrape_jobs"

    name: Mapped[str] = mapped_column(Str(120))
    provider: Mapped[str] = mapped_column(Str(20))
    country: Mapped[str] = mapped_column(Str(2))
    state: Mapped[str | None] = mapped_column(Str(80))
    city: Mapped[str | None] = mapped_column(Str(80))
    locality: Mapped[str | None] = mapped_column(Str(80))
    places: Mapped[list[Any]] = mapped_column(default=list)
    """Further places of the same job: [{country, state, city, locality}]."""
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    radius_km: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    business_types: Mapped[list[str]] = mapped_column(default=list)
    min_rating: Mapped[Decimal | None] = mapped_column(Numeric(2, 1))
    price_level: Mapped[list[Any] | None]
    open_now: Mapped[bool] = mapped_column(default=False)
    with_reviews: Mapped[bool] = mapped_column(default=False)
    enrich: Mapped[bool] = mapped_column(default=False)
    """Whether the websites of what was found are visited afterwards."""
    max_results: Mapped[int] = mapped_column(default=200)
    start_offset: Mapped[int] = mapped_column(default=0)
    batch_size: Mapped[int] = mapped_column(default=20)
    language: Mapped[str | None] = mapped_column(Str(16))
    target_list_id: Mapped[UUID | None]
    purpose_tag: Mapped[str | None] = mapped_column(Str(40))
    mode: Mapped[str] = mapped_column(Str(8), default="live")
    """live, or sandbox when the provider is simulated."""
    status: Mapped[str] = mapped_column(Str(12), default="queued")
    stop_reason: Mapped[str | None] = mapped_column(Str(12))
    file_id: Mapped[UUID | None]
    filename: Mapped[str | None] = mapped_column(Str(200))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress_pct: Mapped[int] = mapped_column(default=0)
    batches_done: Mapped[int] = mapped_column(default=0)
    batches_total: Mapped[int] = mapped_column(default=0)
    tiles_done: Mapped[int] = mapped_column(default=0)
    tiles_total: Mapped[int] = mapped_column(default=0)
    provider_calls: Mapped[int] = mapped_column(default=0)
    cost: Mapped[Decimal] = mapped_column(Numeric(10, 4), default=Decimal(0))
    """What the calls cost, in US dollars as the providers bill."""
    found: Mapped[int] = mapped_column(default=0)
    unrated: Mapped[int] = mapped_column(default=0)
    filtered: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    stored: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    callable: Mapped[int] = mapped_column(default=0)
    errors: Mapped[list[Any]] = mapped_column(default=list)
    errors_in_row: Mapped[int] = mapped_column(default=0)
    areas: Mapped[list[Any]] = mapped_column(default=list)
    """The parts of the map that are searched: [{label, country, box, lat, lng, radius_km}]."""
    run: Mapped[int] = mapped_column(default=0)
    """Grows with each start of the work on the job; only the newest run goes on."""
    due_at: Mapped[datetime | None]
    """Not before this is the provider asked again."""
    resumed_at: Mapped[datetime | None]
    resumed_pct: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Business(TenantRow):
    """A place as it was found; raw material for contacts."""

    __tablename__ = "businesses"
    __table_args__ = (
        Column("search_text", Text, Computed(_SEARCH_TEXT.strip(), persisted=True)),
        Column("reach", SmallInteger, Computed(_REACH.strip(), persisted=True)),
        Column("grid_cell", BigInteger, Computed(_GRID_CELL.strip(), persisted=True)),
        Index(
            "uq_businesses_place",
            "tenant_id",
            "place_id",
            "source",
            unique=True,
            postgresql_where=text("place_id IS NOT NULL"),
        ),
        Index(None, "tenant_id", "phone"),
        Index(None, "tenant_id", "dedupe_key"),
        Index(None, "tenant_id", "scraped_at"),
        Index(None, "tenant_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        Index(
            "ix_businesses_place",
            "tenant_id",
            "grid_cell",
            postgresql_include=["lat", "lng"],
            postgresql_where=_NOT_MERGED,
        ),
        Index(
            "ix_businesses_unplaced",
            "tenant_id",
            "dedupe_key",
            postgresql_where=text("lat IS NULL AND merged_into_id IS NULL"),
        ),
        Index(
            "ix_businesses_overview",
            "tenant_id",
            "id",
            postgresql_include=[
                "search_text", "phone", "category", "rating", "review_count", "call_priority", "status", "source",
                "scraped_at", "reach", "city", "country",
            ],
            postgresql_where=_NOT_MERGED,
        ),
    )  # fmt: skip
    """Lists, searches and figures are read from `overview` alone, which is a fraction of the rows' size; row-level
    security lets no text or JSON index be searched, so it is read through instead. The three computed columns belong
    to the database and are not part of the mapped object."""

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "exclude_properties": ["search_text", "reach", "grid_cell"]}

    tenant_id: Mapped[UUID] = mapped_column(sort_order=-99)
    """Without an index of its own: it leads every other one."""
    source: Mapped[str] = mapped_column(Str(12))
    place_id: Mapped[str | None] = mapped_column(Str(200))
    name: Mapped[str] = mapped_column(Str(200))
    address: Mapped[str | None] = mapped_column(Str(300))
    city: Mapped[str | None] = mapped_column(Str(80))
    state: Mapped[str | None] = mapped_column(Str(80))
    country: Mapped[str | None] = mapped_column(Str(2))
    phone: Mapped[str | None] = mapped_column(Str(16))
    phone_raw: Mapped[str | None] = mapped_column(Str(40))
    website: Mapped[str | None] = mapped_column(Str(500))
    email: Mapped[str | None] = mapped_column(Str(254))
    social: Mapped[dict[str, Any] | None]
    category: Mapped[str | None] = mapped_column(Str(80))
    subcategories: Mapped[list[str]] = mapped_column(default=list)
    rating: Mapped[Decimal | None] = mapped_column(Numeric(2, 1))
    review_count: Mapped[int | None]
    price_level: Mapped[int | None]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    hours: Mapped[dict[str, Any] | None]
    description: Mapped[str | None] = mapped_column(Str(1000))
    photos: Mapped[list[str]] = mapped_column(default=list)
    reviews: Mapped[list[Any]] = mapped_column(default=list)
    service_options: Mapped[dict[str, Any] | None]
    is_verified: Mapped[bool] = mapped_column(default=False)
    open_now: Mapped[bool | None]
    timezone: Mapped[str | None] = mapped_column(Str(64))
    closed_at: Mapped[datetime | None]
    """When a source first said that the place is gone for good."""
    enriched_at: Mapped[datetime | None]
    provenance: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Field → {"source", "job", "at"}: where the value in force came from."""
    scraped_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    job_ids: Mapped[list[str]] = mapped_column(default=list)
    dedupe_key: Mapped[str] = mapped_column(Str(80))
    call_priority: Mapped[str] = mapped_column(Str(6))
    best_time_to_call: Mapped[str | None] = mapped_column(Str(60))
    tags: Mapped[list[str]] = mapped_column(default=list)
    notes: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Str(10), default="new")
    edited: Mapped[list[str]] = mapped_column(default=list)
    contact_id: Mapped[UUID | None]
    merged_into_id: Mapped[UUID | None]


class Contact(SoftDeleted, TenantRow):
    """The one record of a person or business we may call."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("uq_contacts_phone", "tenant_id", "phone", unique=True, postgresql_where=_NOT_DELETED),
        Index(None, "tenant_id", "lead_status"),
        Index(None, "tenant_id", "business_id", postgresql_where=text("business_id IS NOT NULL")),
    )

    name: Mapped[str] = mapped_column(Str(120))
    phone: Mapped[str] = mapped_column(Str(16))
    alt_phone: Mapped[str | None] = mapped_column(Str(16))
    email: Mapped[str | None] = mapped_column(Str(254))
    business_name: Mapped[str | None] = mapped_column(Str(200))
    category: Mapped[str | None] = mapped_column(Str(80))
    industry: Mapped[str | None] = mapped_column(Str(80))
    address: Mapped[str | None] = mapped_column(Str(300))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    timezone: Mapped[str | None] = mapped_column(Str(64))
    preferred_language: Mapped[str | None] = mapped_column(Str(16))
    rating: Mapped[Decimal | None] = mapped_column(Numeric(2, 1))
    priority: Mapped[str] = mapped_column(Str(6), default="medium")
    tags: Mapped[list[str]] = mapped_column(default=list)
    notes: Mapped[str | None] = mapped_column(Text)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    do_not_call: Mapped[bool] = mapped_column(default=False)
    suggestions: Mapped[list[Any]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(Str(10))
    business_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(Str(12), default="pending")
    lead_status: Mapped[str] = mapped_column(Str(16), default="new")
    lead_score: Mapped[int | None]
    call_attempts: Mapped[int] = mapped_column(default=0)
    last_called_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None] = mapped_column(Str(20))
    follow_up_at: Mapped[datetime | None]
    timezone_source: Mapped[str] = mapped_column(Str(10), default="unknown")


class CallList(SoftDeleted, TenantRow):
    """A named list of contacts to call.

    Attributes:
        agent_id: who usually calls it: a suggestion, campaigns name their own.
        knowledge_base_ids: what agents may look up in calls of the list, besides their own.
    """

    __tablename__ = "call_lists"

    name: Mapped[str] = mapped_column(Str(120))
    description: Mapped[str | None] = mapped_column(Str(500))
    purpose_tag: Mapped[str | None] = mapped_column(Str(40))
    call_script: Mapped[str | None] = mapped_column(Text)
    agent_id: Mapped[UUID | None]
    knowledge_base_ids: Mapped[list[str]] = mapped_column(default=list)


class CallListItem(TenantRow):
    """A contact's place on a list."""

    __tablename__ = "call_list_items"
    __table_args__ = (Index("uq_call_list_items", "call_list_id", "contact_id", unique=True),)

    call_list_id: Mapped[UUID]
    contact_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int]
    added_at: Mapped[datetime]


class ConsentRecord(TenantRow):
    """What somebody agreed to or withdrew; only ever appended."""

    __tablename__ = "consent_records"
    __table_args__ = (Index(None, "tenant_id", "phone"),)

    contact_id: Mapped[UUID | None] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(Str(16))
    scope: Mapped[str] = mapped_column(Str(10))
    basis: Mapped[str] = mapped_column(Str(24))
    action: Mapped[str] = mapped_column(Str(10))
    source: Mapped[str] = mapped_column(Str(60))
    evidence_file_id: Mapped[UUID | None]
    statement: Mapped[str | None] = mapped_column(Str(1000))
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class SuppressionEntry(TenantRow):
    """A phone or address that must not be contacted for marketing; the hash survives erasure."""

    __tablename__ = "suppression_entries"
    __table_args__ = (
        Index(
            "uq_suppression_active", "tenant_id", "key_hash", unique=True, postgresql_where=text("removed_at IS NULL")
        ),
    )

    phone: Mapped[str | None] = mapped_column(Str(16))
    email: Mapped[str | None] = mapped_column(Str(254))
    key_hash: Mapped[str] = mapped_column(Str(64))
    channels: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Str(20))
    source_ref: Mapped[str | None] = mapped_column(Str(120))
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str | None] = mapped_column(Str(300))
