"""Wire models of prospecting."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from callout.features.prospecting.tables import Business, CallList, ConsentRecord, Contact, ScrapeJob, SuppressionEntry
from callout.kit.http.fields import AwareTime, EmailText, Geo, Language, LongText, Phone, Text, TimeZone
from callout.kit.http.models import Body, Query
from callout.kit.http.wire import timestamp

Priority = Literal["high", "medium", "low"]
Basis = Literal["express_written", "express", "existing_customer", "legitimate_interest_b2b", "inquiry"]
Channel = Literal["call", "sms", "whatsapp", "email"]


class BusinessQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("name", "rating", "review_count", "scraped_at")
    default_sort: ClassVar[str] = "-scraped_at"

    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    category: list[str] | None = None
    has_phone: bool | None = None
    has_website: bool | None = None
    rating_min: Decimal | None = None
    rating_max: Decimal | None = None
    call_priority: list[Priority] | None = None
    status: list[Literal["new", "imported", "ignored"]] | None = None
    source: list[str] | None = None
    job_id: UUID | None = None


class JobQuery(Query):
    status: list[str] | None = None
    provider: list[str] | None = None


class ContactQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "last_called_at", "lead_score", "call_attempts")

    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    status: list[str] | None = None
    lead_status: list[str] | None = None
    priority: list[Priority] | None = None
    call_list_id: UUID | None = None
    source: list[str] | None = None
    has_email: bool | None = None
    category: list[str] | None = None


class CallListQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at")


class SuppressionQuery(Query):
    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    reason: list[str] | None = None


class ConsentQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("at",)
    default_sort: ClassVar[str] = "-at"

    contact_id: UUID | None = None
    phone: str | None = None


class StatsQuery(Query):
    job_id: UUID | None = None


class BusinessFilter(Body):
    """Which businesses: as the list's filters."""

    call_priority: list[Priority] | None = None
    job_id: UUID | None = None
    rating_min: Decimal | None = None
    category: list[str] | None = None


class ImportToList(Body):
    call_list_id: UUID | None = None
    new_list_name: Text(120) | None = None  # type: ignore[valid-type]
    ids: Annotated[list[UUID], Field(max_length=5000)] | None = None
    filters: BusinessFilter | None = None
    purpose_tag: Text(40) | None = None  # type: ignore[valid-type]


class GivenConsent(Body):
    basis: Basis
    source: Text(60)  # type: ignore[valid-type]
    statement: LongText(1000) | None = None  # type: ignore[valid-type]


class ContactBody(Body):
    name: Text(120) | None = None  # type: ignore[valid-type]
    alt_phone: Phone | None = None
    email: EmailText | None = None
    business_name: Text(200) | None = None  # type: ignore[valid-type]
    category: Text(80) | None = None  # type: ignore[valid-type]
    industry: Text(80) | None = None  # type: ignore[valid-type]
    address: Text(300) | None = None  # type: ignore[valid-type]
    location: Geo | None = None
    timezone: TimeZone | None = None
    preferred_language: Language | None = None
    priority: Priority | None = None
    tags: Annotated[list[Text(30)], Field(max_length=20)] | None = None  # type: ignore[valid-type]
    notes: LongText(4000) | None = None  # type: ignore[valid-type]
    do_not_call: bool | None = None


class NewContact(ContactBody):
    name: Text(120)  # type: ignore[valid-type]
    phone: Text(40)  # type: ignore[valid-type]
    call_list_id: UUID | None = None
    consent: GivenConsent | None = None


class NewCallList(Body):
    name: Text(120)  # type: ignore[valid-type]
    description: Text(500) | None = None  # type: ignore[valid-type]
    purpose_tag: Text(40) | None = None  # type: ignore[valid-type]
    call_script: LongText(8000) | None = None  # type: ignore[valid-type]
    contact_ids: Annotated[list[UUID], Field(max_length=5000, default_factory=list)]


class ContactIds(Body):
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=5000)]


class NewSuppression(Body):
    phone: Text(40) | None = None  # type: ignore[valid-type]
    email: EmailText | None = None
    channels: Annotated[list[Channel], Field(min_length=1)] | None = None
    reason: Literal["admin", "opt_out_keyword", "opt_out_speech", "complaint", "national_list", "import"]


class RemovedReason(Body):
    removed_reason: LongText(300, minimum=10)  # type: ignore[valid-type]


class NewConsent(Body):
    contact_id: UUID | None = None
    phone: Text(40) | None = None  # type: ignore[valid-type]
    scope: Literal["call", "sms", "whatsapp", "email", "recording"]
    basis: Basis
    action: Literal["granted", "withdrawn"]
    source: Text(60)  # type: ignore[valid-type]
    statement: LongText(1000) | None = None  # type: ignore[valid-type]
    evidence_file_id: UUID | None = None
    expires_at: AwareTime | None = None


def _columns(row: Any, *hidden: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in row.__table__.columns:
        if column.key in {"tenant_id", *hidden}:
            continue
        value = getattr(row, column.key)
        if isinstance(value, datetime):
            value = timestamp(value)
        elif isinstance(value, Decimal):
            value = float(value)
        values[column.key] = value
    return values


def _place(row: Business | Contact) -> dict[str, float] | None:
    return None if row.lat is None or row.lng is None else {"lat": row.lat, "lng": row.lng}


def job_view(job: ScrapeJob) -> dict[str, Any]:
    """Shape ScrapeJob."""
    return _columns(job, "file_id", "mapping") | {"mode": "live", "eta_s": None}


def business_view(business: Business) -> dict[str, Any]:
    """Shape Business."""
    view = _columns(business, "lat", "lng", "edited")
    return view | {
        "location": _place(business),
        "callable": business.phone is not None,
        "duplicate_of": business.merged_into_id,
    }


def contact_view(contact: Contact, consent: dict[str, Any], *, suppressed: bool) -> dict[str, Any]:
    """Shape Contact."""
    view = _columns(contact, "lat", "lng", "deleted_at")
    return view | {
        "location": _place(contact),
        "consent": consent,
        "consent_basis": consent["basis"],
        "permits_call": consent["permits_call"] and not suppressed,
        "suppressed": suppressed,
        "has_email": contact.email is not None,
    }


def call_list_view(call_list: CallList, counts: dict[str, int]) -> dict[str, Any]:
    """Shape call_list with derived counters; `success_rate` is null while nobody was called."""
    return _columns(call_list, "deleted_at") | {
        "total_contacts": sum(counts.values()),
        "pending_contacts": counts.get("pending", 0) + counts.get("called", 0),
        "completed_contacts": counts.get("completed", 0),
        "failed_contacts": counts.get("failed", 0),
        "do_not_call_contacts": counts.get("do_not_call", 0),
        "success_rate": None,
    }


def suppression_view(entry: SuppressionEntry) -> dict[str, Any]:
    """Shape suppression_entry."""
    return _columns(entry, "key_hash")


def consent_record_view(record: ConsentRecord) -> dict[str, Any]:
    """Shape consent_record."""
    return _columns(record)
