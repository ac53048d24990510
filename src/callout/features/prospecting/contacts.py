"""Contacts: one record per phone, filled but never overwritten by what machines learn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from callout.features.prospecting import store
from callout.features.prospecting.events import ContactCreated, ContactUpdated
from callout.features.prospecting.suppression import active_entry, suppress
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.text.phones import timezones_of_phone

LEARNED = (
    "name",
    "business_name",
    "email",
    "address",
    "lat",
    "lng",
    "timezone",
    "category",
    "rating",
    "preferred_language",
)


async def find_contact(work: Work, phone: str) -> Contact | None:
    """The contact with an E.164 phone."""
    return (await store.contacts_by_phone(work, [phone])).get(phone)


async def upsert_contact(work: Work, phone: str, *, source: str, fields: Mapping[str, Any]) -> tuple[Contact, bool]:
    """The contact of a phone, created if there is none; an existing one only gets its empty fields filled.

    What contradicts a filled field becomes a suggestion for a person to accept.

    Returns:
        The contact, and whether it is new.
    """
    contact = await find_contact(work, phone)
    if contact is None:
        contact = await _create(work, phone, source, fields)
        if contact is not None:
            return contact, True
        contact = await find_contact(work, phone)
        if contact is None:
            raise RuntimeError("the contact vanished while it was being created")
    changed = fill_empty(contact, fields, source=source, now=work.now)
    if changed:
        await work.publish(ContactUpdated(noun_id=contact.id, fields=changed))
    return contact, False


async def _create(work: Work, phone: str, source: str, fields: Mapping[str, Any]) -> Contact | None:
    given = {name: value for name, value in fields.items() if value is not None}
    given.setdefault("name", phone)
    zones = timezones_of_phone(phone)
    zone_source = "contact" if given.get("timezone") else "phone" if len(zones) == 1 else "unknown"
    if zone_source == "phone":
        given["timezone"] = zones[0]
    contact = Contact(phone=phone, source=source, timezone_source=zone_source, **given)
    if await active_entry(work, phone=phone):
        contact.status, contact.do_not_call = "do_not_call", True
    try:
        async with work.session.begin_nested():
            work.session.add(contact)
    except IntegrityError:
        return None
    await work.publish(ContactCreated(noun_id=contact.id, source=source))
    return contact


def fill_empty(contact: Contact, fields: Mapping[str, Any], *, source: str, now: datetime) -> list[str]:
    """Fills empty fields; a differing value becomes a suggestion. Returns the names of the filled fields."""
    changed = []
    for name in LEARNED:
        value = fields.get(name)
        if value in (None, ""):
            continue
        current = getattr(contact, name)
        if current in (None, "") or (name == "name" and current == contact.phone):
            setattr(contact, name, value)
            changed.append(name)
        elif isinstance(value, str) and current != value:
            suggestion = {"field": name, "value": value, "source": source, "at": now.isoformat()}
            known = {(entry["field"], entry["value"]) for entry in contact.suggestions}
            if (name, value) not in known:
                contact.suggestions = [*contact.suggestions, suggestion][-20:]
    return changed


async def mark_lead(
    work: Work, contact_id: UUID, *, lead_status: str, lead_score: int | None, follow_up_at: datetime | None
) -> None:
    """Mirrors the lead of a conversation to its contact; `do_not_call` suppresses the phone."""
    contact = await store.fetch(work, Contact, contact_id, lock=True)
    contact.lead_status = lead_status
    contact.lead_score = lead_score if lead_score is not None else contact.lead_score
    contact.follow_up_at = follow_up_at
    if lead_status == "do_not_call":
        await suppress(work, phone=contact.phone, reason="lead_status", source_ref=f"contact:{contact_id}")
