"""What prospecting shows (API specification §9), with phones and addresses masked for viewers."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from callout.features.accounts.masking import sees_masked
from callout.features.prospecting import store
from callout.features.prospecting.consents import consent_view
from callout.features.prospecting.merging_store import FIELDS
from callout.features.prospecting.provenance import Origin, told_fields
from callout.features.prospecting.scraping.progress import eta_s
from callout.features.prospecting.suppression import phones_without_calls
from callout.features.prospecting.tables import Business, CallList, ConsentRecord, Contact, ScrapeJob, SuppressionEntry
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp
from callout.kit.text.masking import mask_email
from callout.kit.text.phones import mask_phone

View = dict[str, Any]
_TOLD = [name for group in FIELDS for name in group]
_INSIDE_A_JOB = (
    "file_id", "mapping", "lat", "lng", "areas", "run", "errors_in_row", "due_at", "resumed_at", "resumed_pct",
)  # fmt: skip
_PHONES = ("phone", "alt_phone", "phone_raw")


def masked_if(masked: bool, view: View) -> View:
    """The view with phones and e-mail that can be recognised but not used."""
    if not masked:
        return view
    hidden: View = {name: mask_phone(view[name]) for name in _PHONES if view.get(name)}
    if view.get("email"):
        hidden["email"] = mask_email(view["email"])
    if "suggestions" in view:
        hidden["suggestions"] = []
    return view | hidden


def job_view(job: ScrapeJob, now: datetime | None = None) -> View:
    """Shape ScrapeJob; `eta_s` is told when the moment of asking is given."""
    center = None if job.lat is None or job.lng is None else {"lat": job.lat, "lng": job.lng}
    areas = [{name: area.get(name) for name in ("label", "country", "box")} for area in job.areas]
    since = job.resumed_at or job.started_at
    eta = now and eta_s(status=job.status, pct=job.progress_pct, since=since, since_pct=job.resumed_pct, now=now)
    cursor = {name: value for name, value in job.cursor.items() if name not in {"layout", "origin"}}
    return columns_of(job, *_INSIDE_A_JOB) | {"center": center, "areas": areas, "cursor": cursor, "eta_s": eta}


def business_view(business: Business, *, distance_km: float | None = None) -> View:
    """Shape Business; `distance_km` is that of the place asked for, null without one."""
    return columns_of(business, "lat", "lng", "edited", "provenance") | {
        "location": _place(business),
        "callable": business.phone is not None,
        "duplicate_of": business.merged_into_id,
        "distance_km": None if distance_km is None else round(distance_km, 3),
    }


def business_detail(business: Business, merges: Sequence[View]) -> View:
    """Shape Business with the origin of each field and the merges it was kept by."""
    view = business_view(business)
    told = [name for name in _TOLD if getattr(business, name) not in (None, [], {})]
    edited: dict[str, Origin] = {name: {"source": "person"} for name in business.edited}
    return view | {"provenance": {**told_fields(business.provenance, told), **edited}, "merges": list(merges)}


async def contact_views(work: Work, rows: Sequence[Contact]) -> list[View]:
    """Shape Contact, with what the newest consent and the suppression list say."""
    phones = [row.phone for row in rows]
    consents = await store.newest_consents(work, phones)
    blocked = await phones_without_calls(work, phones)
    masked = await sees_masked(work)
    return [
        masked_if(
            masked, _contact_view(row, consent_view(consents.get(row.phone), work.now), suppressed=row.phone in blocked)
        )
        for row in rows
    ]


def _contact_view(contact: Contact, consent: View, *, suppressed: bool) -> View:
    return columns_of(contact, "lat", "lng", "deleted_at") | {
        "location": _place(contact),
        "consent": consent,
        "consent_basis": consent["basis"],
        "permits_call": consent["permits_call"] and not suppressed,
        "suppressed": suppressed,
        "has_email": contact.email is not None,
    }


def call_list_view(call_list: CallList, counts: dict[str, int]) -> View:
    """Shape call_list with derived counters; `success_rate` is null while nobody was called."""
    return columns_of(call_list, "deleted_at") | {
        "total_contacts": sum(counts.values()),
        "pending_contacts": counts.get("pending", 0) + counts.get("called", 0),
        "completed_contacts": counts.get("completed", 0),
        "failed_contacts": counts.get("failed", 0),
        "do_not_call_contacts": counts.get("do_not_call", 0),
        "success_rate": None,
    }


def suppression_view(entry: SuppressionEntry) -> View:
    """Shape suppression_entry."""
    return columns_of(entry, "key_hash")


def consent_record_view(record: ConsentRecord) -> View:
    """Shape consent_record."""
    return columns_of(record) | {"recorded_by": record.created_by}


def columns_of(row: Any, *hidden: str) -> View:
    """The columns of a row as JSON, without the hidden ones and the tenant."""
    values: View = {}
    for column in row.__mapper__.column_attrs:
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
