"""What prospecting shows (API specification §9), with phones and addresses masked for viewers."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from callout.features.accounts.masking import sees_masked
from callout.features.prospecting import store
from callout.features.prospecting.consents import consent_view
from callout.features.prospecting.suppression import phones_without_calls
from callout.features.prospecting.tables import Business, CallList, ConsentRecord, Contact, ScrapeJob, SuppressionEntry
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp
from callout.kit.text.masking import mask_email
from callout.kit.text.phones import mask_phone

View = dict[str, Any]
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


def job_view(job: ScrapeJob) -> View:
    """Shape ScrapeJob."""
    return _columns(job, "file_id", "mapping") | {"mode": "live", "eta_s": None}


def business_view(business: Business) -> View:
    """Shape Business."""
    return _columns(business, "lat", "lng", "edited") | {
        "location": _place(business),
        "callable": business.phone is not None,
        "duplicate_of": business.merged_into_id,
    }


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
    return _columns(contact, "lat", "lng", "deleted_at") | {
        "location": _place(contact),
        "consent": consent,
        "consent_basis": consent["basis"],
        "permits_call": consent["permits_call"] and not suppressed,
        "suppressed": suppressed,
        "has_email": contact.email is not None,
    }


def call_list_view(call_list: CallList, counts: dict[str, int]) -> View:
    """Shape call_list with derived counters; `success_rate` is null while nobody was called."""
    return _columns(call_list, "deleted_at") | {
        "total_contacts": sum(counts.values()),
        "pending_contacts": counts.get("pending", 0) + counts.get("called", 0),
        "completed_contacts": counts.get("completed", 0),
        "failed_contacts": counts.get("failed", 0),
        "do_not_call_contacts": counts.get("do_not_call", 0),
        "success_rate": None,
    }


def suppression_view(entry: SuppressionEntry) -> View:
    """Shape suppression_entry."""
    return _columns(entry, "key_hash")


def consent_record_view(record: ConsentRecord) -> View:
    """Shape consent_record."""
    return _columns(record) | {"recorded_by": record.created_by}


def _columns(row: Any, *hidden: str) -> View:
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
