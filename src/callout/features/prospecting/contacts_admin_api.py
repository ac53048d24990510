"""/api/admin/calling-agents: contacts, call lists, suppression, consent."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post
from sqlalchemy import ColumnElement, or_, select

from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_store import own_tenant
from callout.features.prospecting import store
from callout.features.prospecting.contacts import find_contact, upsert_contact
from callout.features.prospecting.errors import InvalidPhone
from callout.features.prospecting.events import ContactUpdated
from callout.features.prospecting.lists import add_contacts
from callout.features.prospecting.schemas import (
    CallListQuery,
    ConsentQuery,
    ContactBody,
    ContactIds,
    ContactQuery,
    NewCallList,
    NewConsent,
    NewContact,
    NewSuppression,
    RemovedReason,
    SuppressionQuery,
    call_list_view,
    consent_record_view,
    contact_view,
    suppression_view,
)
from callout.features.prospecting.suppression import (
    DEFAULT_CHANNELS,
    consent_view,
    lift,
    record_consent,
    suppress,
    suppression_hash,
)
from callout.features.prospecting.tables import CallList, CallListItem, ConsentRecord, Contact, SuppressionEntry
from callout.kit.db.work import Work
from callout.kit.errors import FieldError, Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned
from callout.kit.text.phones import parse_phone


async def _phone(work: Work, raw: str) -> str:
    try:
        return parse_phone(raw, (await own_tenant(work)).country)
    except ValueError as error:
        raise InvalidPhone(errors=[FieldError("phone", "not a valid phone number", "invalid_phone")]) from error


async def _views(work: Work, rows: list[Contact]) -> list[dict[str, Any]]:
    consents = await store.newest_consents(work, [row.id for row in rows])
    blocked = await store.suppressed(work, [suppression_hash(phone=row.phone) for row in rows])
    return [
        contact_view(
            row,
            consent_view(consents.get(row.id), work.now),
            suppressed=suppression_hash(phone=row.phone) in blocked,
        )
        for row in rows
    ]


@get("/contacts", guards=[allow("contact.read")], filters=ContactQuery)
async def list_contacts(request: Request[Any, Any, Any], work: Work, filters: Filtered[ContactQuery]) -> Response[Any]:
    rows, total = await store.page(
        work,
        store.contacts(work, *_contact_conditions(filters)),
        Contact,
        order=filters.order(),
        limit=filters.limit,
        offset=filters.offset,
    )
    return listed(filters, await _views(work, rows), total, request=request)


@get("/contacts/{contact_id:uuid}", guards=[allow("contact.read")])
async def get_contact(work: Work, contact_id: UUID) -> Response[Any]:
    contact = await store.fetch(work, Contact, contact_id)
    view = (await _views(work, [contact]))[0]
    view["call_lists"] = [
        {"id": str(key), "name": name} for key, name in await store.lists_of_contact(work, contact_id)
    ]
    return versioned(view, contact.version)


@post("/contacts", guards=[allow("contact.create")])
async def create_contact(work: Work, data: NewContact) -> Response[Any]:
    phone = await _phone(work, data.phone)
    fields = {
        name: value
        for name, value in data.given().items()
        if name not in {"phone", "location", "call_list_id", "consent"}
    }
    if data.location is not None and not data.location.is_unset:
        fields |= {"lat": data.location.lat, "lng": data.location.lng}
    contact, is_new = await upsert_contact(work, phone, source="manual", fields=fields)
    if data.consent is not None:
        await record_consent(
            work, phone=phone, contact_id=contact.id, scope="call", action="granted", **data.consent.given()
        )
    if data.do_not_call:
        await suppress(work, phone=phone, reason="admin", source_ref=f"contact:{contact.id}")
    if data.call_list_id is not None:
        call_list = await store.fetch(work, CallList, data.call_list_id, lock=True)
        await add_contacts(work, call_list, [contact.id])
    await work.session.flush()
    view = (await _views(work, [contact]))[0]
    return created(view, f"/api/admin/calling-agents/contacts/{contact.id}") if is_new else Response(view)


@patch("/contacts/{contact_id:uuid}", guards=[allow("contact.update")])
async def update_contact(work: Work, contact_id: UUID, data: ContactBody, if_match: IfMatch) -> Response[Any]:
    contact = await store.fetch(work, Contact, contact_id, lock=True)
    if_match.check(contact.version)
    changes = data.given()
    if "location" in changes:
        place = changes.pop("location")
        contact.lat, contact.lng = (None, None) if place is None or place.is_unset else (place.lat, place.lng)
    if changes.pop("do_not_call", None):
        await suppress(work, phone=contact.phone, reason="admin", source_ref=f"contact:{contact_id}")
    for name, value in changes.items():
        setattr(contact, name, value)
    if "timezone" in changes:
        contact.timezone_source = "contact" if changes["timezone"] else "unknown"
    await work.session.flush()
    await work.publish(ContactUpdated(noun_id=contact_id, fields=sorted(data.model_fields_set)))
    return versioned((await _views(work, [contact]))[0], contact.version)


@delete("/contacts/{contact_id:uuid}", guards=[allow("contact.delete", roles="OM")])
async def delete_contact(work: Work, contact_id: UUID, if_match: IfMatch) -> None:
    contact = await store.fetch(work, Contact, contact_id, lock=True)
    if_match.check(contact.version)
    contact.deleted_at = work.now


@get("/call-lists", guards=[allow("call_list.read")], filters=CallListQuery)
async def list_call_lists(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[CallListQuery]
) -> Response[Any]:
    rows, total = await store.page(
        work, store.lists(work), CallList, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    counts = await store.list_counts(work, [row.id for row in rows])
    return listed(filters, [call_list_view(row, counts.get(row.id, {})) for row in rows], total, request=request)


@get("/call-lists/{call_list_id:uuid}", guards=[allow("call_list.read")])
async def get_call_list(work: Work, call_list_id: UUID) -> Response[Any]:
    call_list = await store.fetch(work, CallList, call_list_id)
    counts = await store.list_counts(work, [call_list_id])
    return versioned(call_list_view(call_list, counts.get(call_list_id, {})), call_list.version)


@post("/call-lists", guards=[allow("call_list.create")])
async def create_call_list(work: Work, data: NewCallList) -> Response[Any]:
    call_list = CallList(
        name=data.name, description=data.description, purpose_tag=data.purpose_tag, call_script=data.call_script
    )
    work.session.add(call_list)
    await work.session.flush()
    if data.contact_ids:
        await _add_known(work, call_list, data.contact_ids)
    counts = await store.list_counts(work, [call_list.id])
    view = call_list_view(call_list, counts.get(call_list.id, {}))
    return created(view, f"/api/admin/calling-agents/call-lists/{call_list.id}")


@post("/call-lists/{call_list_id:uuid}/contacts", guards=[allow("call_list.update")], status_code=200)
async def add_to_call_list(work: Work, call_list_id: UUID, data: ContactIds) -> dict[str, Any]:
    call_list = await store.fetch(work, CallList, call_list_id, lock=True)
    return await _add_known(work, call_list, data.contact_ids)


@delete("/call-lists/{call_list_id:uuid}", guards=[allow("call_list.delete", roles="OM")])
async def delete_call_list(work: Work, call_list_id: UUID) -> None:
    call_list = await store.fetch(work, CallList, call_list_id, lock=True)
    call_list.deleted_at = work.now


@get("/suppression", guards=[allow("suppression_entry.read")], filters=SuppressionQuery)
async def list_suppression(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[SuppressionQuery]
) -> Response[Any]:
    query = select(SuppressionEntry).where(
        SuppressionEntry.tenant_id == work.tenant_id, SuppressionEntry.removed_at.is_(None)
    )
    if filters.q:
        query = query.where(or_(SuppressionEntry.phone.contains(filters.q), SuppressionEntry.email.contains(filters.q)))
    if filters.reason:
        query = query.where(SuppressionEntry.reason.in_(filters.reason))
    rows, total = await store.page(
        work, query, SuppressionEntry, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [suppression_view(row) for row in rows], total, request=request)


@post("/suppression", guards=[allow("suppression_entry.create")])
async def create_suppression(work: Work, data: NewSuppression) -> Response[Any]:
    if (data.phone is None) == (data.email is None):
        raise Unprocessable.at("phone", "give either phone or email")
    phone = await _phone(work, data.phone) if data.phone else None
    entry, is_new = await suppress(
        work,
        phone=phone,
        email=data.email,
        channels=data.channels or (DEFAULT_CHANNELS if phone else ("email",)),
        reason=data.reason,
    )
    view = suppression_view(entry)
    return created(view, f"/api/admin/calling-agents/suppression/{entry.id}") if is_new else Response(view)


@delete("/suppression/{entry_id:uuid}", guards=[allow("suppression_entry.remove")])
async def remove_suppression(work: Work, entry_id: UUID, data: RemovedReason) -> None:
    await lift(work, entry_id, data.removed_reason)


@get("/consents", guards=[allow("consent_record.read")], filters=ConsentQuery)
async def list_consents(request: Request[Any, Any, Any], work: Work, filters: Filtered[ConsentQuery]) -> Response[Any]:
    query = select(ConsentRecord).where(ConsentRecord.tenant_id == work.tenant_id)
    if filters.contact_id:
        query = query.where(ConsentRecord.contact_id == filters.contact_id)
    if filters.phone:
        query = query.where(ConsentRecord.phone == filters.phone)
    rows, total = await store.page(
        work, query, ConsentRecord, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [consent_record_view(row) for row in rows], total, request=request)


@post("/consents", guards=[allow("consent_record.create")])
async def create_consent(work: Work, data: NewConsent) -> Response[Any]:
    if data.contact_id is not None:
        contact = await store.fetch(work, Contact, data.contact_id)
        phone, contact_id = contact.phone, contact.id
    elif data.phone is not None:
        phone = await _phone(work, data.phone)
        found = await find_contact(work, phone)
        contact_id = found.id if found else None  # type: ignore[assignment]
    else:
        raise Unprocessable.at("contact_id", "give contact_id or phone", code="required")
    rest = {name: value for name, value in data.given().items() if name not in {"contact_id", "phone"}}
    record = await record_consent(work, phone=phone, contact_id=contact_id, **rest)
    return created(consent_record_view(record), f"/api/admin/calling-agents/consents/{record.id}")


async def _add_known(work: Work, call_list: CallList, contact_ids: list[UUID]) -> dict[str, Any]:
    rows = list((await work.session.execute(store.contacts(work, Contact.id.in_(contact_ids)))).scalars())
    missing = set(contact_ids) - {row.id for row in rows}
    if missing:
        raise Unprocessable.at("contact_ids", f"no such contact: {min(map(str, missing))}")
    blocked = await store.suppressed(work, [suppression_hash(phone=row.phone) for row in rows])
    free = {row.id for row in rows if suppression_hash(phone=row.phone) not in blocked}
    added, existing = await add_contacts(work, call_list, [key for key in contact_ids if key in free])
    return {"added": added, "existing": existing, "suppressed": len(rows) - len(free)}


def _contact_conditions(filters: ContactQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.q:
        pattern = f"%{filters.q.replace('%', '').replace('_', '')}%"
        conditions.append(or_(Contact.name.ilike(pattern), Contact.phone.ilike(pattern), Contact.email.ilike(pattern)))
    conditions += [
        getattr(Contact, name).in_(values)
        for name in ("status", "lead_status", "priority", "source", "category")
        if (values := getattr(filters, name))
    ]
    if filters.has_email is not None:
        conditions.append(Contact.email.is_not(None) if filters.has_email else Contact.email.is_(None))
    if filters.call_list_id is not None:
        conditions.append(
            Contact.id.in_(select(CallListItem.contact_id).where(CallListItem.call_list_id == filters.call_list_id))
        )
    return conditions


router = Router(
    "/api/admin/calling-agents",
    route_handlers=[
        list_contacts, get_contact, create_contact, update_contact, delete_contact, list_call_lists, get_call_list,
        create_call_list, add_to_call_list, delete_call_list, list_suppression, create_suppression,
        remove_suppression, list_consents, create_consent,
    ],
    tags=["Contacts and lists"],
)  # fmt: skip
