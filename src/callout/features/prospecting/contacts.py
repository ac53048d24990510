"""Contacts: one record per phone, filled but never overwritten by what machines learn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.geocoding.zones import timezone_at, zone_of_phone
from callout.features.prospecting import store
from callout.features.prospecting.events import ContactCreated, ContactUpdated
from callout.features.prospecting.suppression import stops_calls, suppress
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.wire import timestamp

LEARNED = (
    "name",
    "business_name",
    "email",
    "alt_phone",
    "address",
    "lat",
    "lng",
    "timezone",
    "category",
    "industry",
    "rating",
    "preferred_language",
    "notes",
    "tags",
)
"""Fields that what is learned later may fill while they are empty."""
MAX_SUGGESTIONS = 20


async def find_contact(work: Work, phone: str) -> Contact | None:
    """The contact with an E.164 phone."""
    return (await store.contacts_by_phone(work, [phone])).get(phone)


async def upsert_contact(work: Work, phone: str, *, source: str, fields: Mapping[str, Any]) -> tuple[Contact, bool]:
    """The contact of a phone, created if there is none; an existing one only gets its empty fields filled.

    What contradicts a filled field becomes a suggestion for a person to accept. Two at once for one phone follow each
    other: the second fills what the first made.

    Returns:
        The contact, and whether it is new.
    """
    await store.lock_phone(work, phone)
    contact = (await store.contacts_by_phone(work, [phone], lock=True)).get(phone)
    if contact is None:
        return await _create(work, phone, source, fields), True
    changed = fill_empty(contact, fields, source=source, now=work.now)
    if changed:
        await work.publish(ContactUpdated(noun_id=contact.id, fields=changed))
    return contact, False


async def _create(work: Work, phone: str, source: str, fields: Mapping[str, Any]) -> Contact:
    given = {name: value for name, value in fields.items() if value is not None}
    given.setdefault("name", phone)
    zone, zone_source = zone_of(phone, given.get("timezone"), given.get("lat"), given.get("lng"))
    contact = Contact(**{**given, "phone": phone, "source": source, "timezone": zone, "timezone_source": zone_source})
    if await stops_calls(work, phone):
        contact.status, contact.do_not_call = "do_not_call", True
    work.session.add(contact)
    await work.session.flush()
    await work.publish(ContactCreated(noun_id=contact.id, source=source))
    return contact


def zone_of(phone: str, given: str | None, lat: float | None, lng: float | None) -> tuple[str | None, str]:
    """A contact's time zone and where it is known from: itself, its place, or the only zone of its number."""
    if given:
        return given, "contact"
    if lat is not None and lng is not None:
        return timezone_at(lat, lng), "location"
    zone, _ = zone_of_phone(phone)
    return zone, "phone" if zone else "unknown"


def fill_empty(contact: Contact, fields: Mapping[str, Any], *, source: str, now: datetime) -> list[str]:
    """Fills empty fields; a differing value becomes a suggestion. Returns the names of the filled fields."""
    changed = []
    for name in LEARNED:
        value = fields.get(name)
        if value in (None, "", []):
            continue
        current = getattr(contact, name)
        if current in (None, "", []) or (name == "name" and current == contact.phone):
            setattr(contact, name, value)
            changed.append(name)
        elif isinstance(value, str) and current != value:
            known = {(entry["field"], entry["value"]) for entry in contact.suggestions}
            if (name, value) not in known:
                entry = {"field": name, "value": value, "source": source, "at": timestamp(now)}
                contact.suggestions = [*contact.suggestions, entry][-MAX_SUGGESTIONS:]
    if "timezone" in changed:
        contact.timezone_source = "contact"
    elif "lat" in changed and contact.lat is not None and contact.lng is not None and _is_guessed(contact):
        contact.timezone, contact.timezone_source = timezone_at(contact.lat, contact.lng), "location"
    return changed


def _is_guessed(contact: Contact) -> bool:
    return contact.timezone_source in {"phone", "unknown"}


async def change_contact(work: Work, contact: Contact, changes: dict[str, Any]) -> None:
    """Applies what a person changed; a do-not-call goes through the suppression list, whichever way.

    Raises:
        Unprocessable: calls are to be allowed again while the suppression list forbids them.
    """
    names = sorted(changes)
    if "location" in changes:
        place = changes.pop("location")
        contact.lat, contact.lng = (None, None) if place is None or place.is_unset else (place.lat, place.lng)
    do_not_call = changes.pop("do_not_call", None)
    if do_not_call:
        await suppress(work, phone=contact.phone, reason="admin", source_ref=f"contact:{contact.id}")
    elif do_not_call is False and contact.do_not_call:
        if await stops_calls(work, contact.phone):
            raise Unprocessable.at("do_not_call", "the phone is on the suppression list; an owner can remove it there")
        contact.do_not_call = False
    for name, value in changes.items():
        setattr(contact, name, value)
    if "timezone" in changes or ("location" in names and contact.timezone_source != "contact"):
        contact.timezone, contact.timezone_source = zone_of(
            contact.phone, changes.get("timezone"), contact.lat, contact.lng
        )
    await work.session.flush()
    await work.publish(ContactUpdated(noun_id=contact.id, fields=names))


async def mark_lead(
    work: Work, contact_id: UUID, *, lead_status: str, lead_score: int | None, follow_up_at: datetime | None
) -> None:
    """Mirrors the lead of a conversation to its contact; `do_not_call` suppresses the phone."""
    contact = await store.lock_contact(work, contact_id)
    contact.lead_status = lead_status
    contact.lead_score = lead_score if lead_score is not None else contact.lead_score
    contact.follow_up_at = follow_up_at
    if lead_status == "do_not_call":
        await suppress(work, phone=contact.phone, reason="lead_status", source_ref=f"contact:{contact_id}")
