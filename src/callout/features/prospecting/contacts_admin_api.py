"""/api/admin/calling-agents/contacts: the people and businesses we may call."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.prospecting import store
from callout.features.prospecting.consents import record_consent
from callout.features.prospecting.contact_bulk import change_contacts
from callout.features.prospecting.contact_filters import contact_conditions
from callout.features.prospecting.contact_merge import merge_contacts
from callout.features.prospecting.contacts import change_contact, upsert_contact
from callout.features.prospecting.inputs import tenant_phone
from callout.features.prospecting.lists import add_contacts
from callout.features.prospecting.schemas import (
    BulkContacts,
    ContactBody,
    ContactQuery,
    MergeContacts,
    NewContact,
)
from callout.features.prospecting.suppression import suppress
from callout.features.prospecting.tables import CallList, Contact
from callout.features.prospecting.views import contact_views
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PATH = "/api/admin/calling-agents/contacts"


@get("/", guards=[allow("contact.read")], filters=ContactQuery)
async def list_contacts(request: Request[Any, Any, Any], work: Work, filters: Filtered[ContactQuery]) -> Response[Any]:
    rows, total = await store.page(
        work,
        store.contacts(work, *contact_conditions(filters, masked=await sees_masked(work))),
        Contact,
        order=filters.order(),
        limit=filters.limit,
        offset=filters.offset,
    )
    return listed(filters, await contact_views(work, rows), total, request=request)


@get("/{contact_id:uuid}", guards=[allow("contact.read")])
async def get_contact(work: Work, contact_id: UUID) -> Response[Any]:
    contact = await store.fetch(work, Contact, contact_id)
    view = (await contact_views(work, [contact]))[0]
    lists = await store.lists_of_contact(work, contact_id)
    view["call_lists"] = [{"id": str(key), "name": name} for key, name in lists]
    return versioned(view, contact.version)


@post("/", guards=[allow("contact.create")])
async def create_contact(work: Work, data: NewContact) -> Response[Any]:
    phone = await tenant_phone(work, data.phone)
    others = {"phone", "location", "call_list_id", "consent", "do_not_call"}
    fields = {name: value for name, value in data.given().items() if name not in others}
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
    view = (await contact_views(work, [contact]))[0]
    return created(view, f"{PATH}/{contact.id}") if is_new else versioned(view, contact.version)


@patch("/{contact_id:uuid}", guards=[allow("contact.update", roles="OM")])
async def update_contact(work: Work, contact_id: UUID, data: ContactBody, if_match: IfMatch) -> Response[Any]:
    contact = await store.lock_contact(work, contact_id)
    if_match.check(contact.version)
    await change_contact(work, contact, data.given())
    return versioned((await contact_views(work, [contact]))[0], contact.version)


@delete("/{contact_id:uuid}", guards=[allow("contact.delete", roles="OM")])
async def delete_contact(work: Work, contact_id: UUID, if_match: IfMatch) -> None:
    contact = await store.lock_contact(work, contact_id)
    if_match.check(contact.version)
    contact.deleted_at = work.now


@post("/bulk", guards=[allow("contact.update", roles="OM")], status_code=200)
async def change_many(request: Request[Any, Any, Any], database: Database, data: BulkContacts) -> Response[Any]:
    """One action on up to 500 contacts: `{ok, failed}`."""
    return Response(msgspec.to_builtins(await change_contacts(database, request.user, data)), status_code=200)


@post("/merge", guards=[allow("contact.merge", roles="OM")], status_code=200)
async def merge(work: Work, data: MergeContacts) -> Response[Any]:
    """Several contacts become the one to keep."""
    kept = await merge_contacts(work, data.keep_id, data.merge_ids)
    return versioned((await contact_views(work, [kept]))[0], kept.version)


router = Router(
    PATH,
    route_handlers=[
        list_contacts, get_contact, create_contact, update_contact, delete_contact, change_many, merge,
    ],
    tags=["Contacts"],
)  # fmt: skip
