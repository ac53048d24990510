"""/api/admin/calling-agents: the suppression list and the record of consent."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from sqlalchemy import select

from callout.features.accounts.masking import found_by, sees_masked
from callout.features.accounts.permissions import allow
from callout.features.files.tables import FileRow
from callout.features.prospecting import store
from callout.features.prospecting.consents import record_consent
from callout.features.prospecting.contacts import find_contact
from callout.features.prospecting.inputs import tenant_phone
from callout.features.prospecting.schemas import (
    ConsentQuery,
    NewConsent,
    NewSuppression,
    RemovedReason,
    SuppressionQuery,
)
from callout.features.prospecting.suppression import DEFAULT_CHANNELS, lift, suppress
from callout.features.prospecting.tables import ConsentRecord, Contact, SuppressionEntry
from callout.features.prospecting.views import consent_record_view, masked_if, suppression_view
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created, versioned

PATH = "/api/admin/calling-agents"


@get("/suppression", guards=[allow("suppression_entry.read")], filters=SuppressionQuery)
async def list_suppression(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[SuppressionQuery]
) -> Response[Any]:
    masked = await sees_masked(work)
    query = select(SuppressionEntry).where(
        SuppressionEntry.tenant_id == work.tenant_id, SuppressionEntry.removed_at.is_(None)
    )
    if filters.q:
        columns = (SuppressionEntry.phone, SuppressionEntry.email)
        query = query.where(found_by(filters.q, (), columns, masked=masked))
    if filters.reason:
        query = query.where(SuppressionEntry.reason.in_(filters.reason))
    rows, total = await store.page(
        work, query, SuppressionEntry, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [masked_if(masked, suppression_view(row)) for row in rows], total, request=request)


@post("/suppression", guards=[allow("suppression_entry.create")])
async def create_suppression(work: Work, data: NewSuppression) -> Response[Any]:
    if (data.phone is None) == (data.email is None):
        raise Unprocessable.at("phone", "give either phone or email")
    phone = await tenant_phone(work, data.phone) if data.phone else None
    entry, is_new = await suppress(
        work,
        phone=phone,
        email=data.email,
        channels=data.channels or (DEFAULT_CHANNELS if phone else ("email",)),
        reason=data.reason,
    )
    view = suppression_view(entry)
    return created(view, f"{PATH}/suppression/{entry.id}") if is_new else versioned(view, entry.version)


@delete("/suppression/{entry_id:uuid}", guards=[allow("suppression_entry.remove")])
async def remove_suppression(work: Work, entry_id: UUID, data: RemovedReason) -> None:
    await lift(work, entry_id, data.removed_reason)


@get("/consents", guards=[allow("consent_record.read")], filters=ConsentQuery)
async def list_consents(request: Request[Any, Any, Any], work: Work, filters: Filtered[ConsentQuery]) -> Response[Any]:
    query = select(ConsentRecord).where(ConsentRecord.tenant_id == work.tenant_id)
    if filters.contact_id:
        query = query.where(ConsentRecord.contact_id == filters.contact_id)
    if filters.phone:
        query = query.where(ConsentRecord.phone == await tenant_phone(work, filters.phone))
    rows, total = await store.page(
        work, query, ConsentRecord, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    masked = await sees_masked(work)
    return listed(filters, [masked_if(masked, consent_record_view(row)) for row in rows], total, request=request)


@post("/consents", guards=[allow("consent_record.create")])
async def create_consent(work: Work, data: NewConsent) -> Response[Any]:
    contact = await _contact_of(work, data)
    await _check_evidence(work, data.evidence_file_id)
    phone = contact.phone if isinstance(contact, Contact) else contact
    rest = {name: value for name, value in data.given().items() if name not in {"contact_id", "phone"}}
    contact_id = contact.id if isinstance(contact, Contact) else None
    record = await record_consent(work, phone=phone, contact_id=contact_id, **rest)
    return created(consent_record_view(record), f"{PATH}/consents/{record.id}")


async def _contact_of(work: Work, data: NewConsent) -> Contact | str:
    """The contact meant, or the phone where nobody is known by it yet."""
    if data.contact_id is not None:
        return await store.fetch(work, Contact, data.contact_id)
    if data.phone is None:
        raise Unprocessable.at("contact_id", "give contact_id or phone", code="required")
    phone = await tenant_phone(work, data.phone)
    return await find_contact(work, phone) or phone


async def _check_evidence(work: Work, file_id: UUID | None) -> None:
    if file_id is None:
        return
    query = select(FileRow.id).where(
        FileRow.tenant_id == work.tenant_id, FileRow.id == file_id, FileRow.deleted_at.is_(None)
    )
    if (await work.session.execute(query)).first() is None:
        raise Unprocessable.at("evidence_file_id", "there is no such file")


router = Router(
    PATH,
    route_handlers=[list_suppression, create_suppression, remove_suppression, list_consents, create_consent],
    tags=["Suppression and consent"],
)
