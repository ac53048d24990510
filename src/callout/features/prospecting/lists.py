"""Call lists: contacts in an order, suppressed ones left out and counted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from callout.features.prospecting import contact_store, store
from callout.features.prospecting.contacts import zone_of
from callout.features.prospecting.events import ContactCreated, ListUpdated
from callout.features.prospecting.suppression import phones_without_calls
from callout.features.prospecting.tables import CallList
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.ids import uuid7

MAX_ITEMS = 50_000


class Added(msgspec.Struct, frozen=True):
    """What an addition to a list did."""

    added: int = 0
    existing: int = 0
    skipped_no_phone: int = 0
    suppressed: int = 0


async def import_to_list(work: Work, call_list: CallList, businesses: Sequence[contact_store.Prospect]) -> Added:
    """Makes contacts of businesses and puts them on a list: by priority, then in the order given.

    Consent is recorded as legitimate interest (business to business) from the scrape. Repeating changes nothing. The
    caller holds `store.lock_contacts` and the list. Whatever their number, they are written in a few statements.
    """
    reachable: dict[str, contact_store.Prospect] = {}
    for row in businesses:
        if row.phone:
            reachable.setdefault(row.phone, row)
    blocked = await phones_without_calls(work, reachable)
    known = await contact_store.keys_by_phone(work, reachable)
    fresh = {phone: row for phone, row in reachable.items() if phone not in known and phone not in blocked}
    made = [_contact_of(phone, row) for phone, row in fresh.items()]
    await contact_store.insert_contacts(work, made)
    await contact_store.insert_consents(work, [_consent_of(each, fresh[each["phone"]]) for each in made])
    for contact in made:
        await work.publish(ContactCreated(noun_id=contact["id"], source="scraper"))
    known |= {contact["phone"]: contact_store.Key(contact["id"], contact["priority"]) for contact in made}
    await store.mark_imported(work, [row.id for row in businesses if row.phone in known and row.phone not in blocked])
    ordered = sorted((known[phone] for phone in reachable if phone not in blocked), key=contact_store.rank)
    added, existing = await add_contacts(work, call_list, [contact.id for contact in ordered])
    return Added(added, existing, sum(row.phone is None for row in businesses), len(blocked))


async def add_contacts(work: Work, call_list: CallList, contact_ids: Sequence[UUID]) -> tuple[int, int]:
    """Appends contacts that are not on the list yet. Returns (added, already there)."""
    present = await store.list_contact_ids(work, call_list.id)
    missing = [contact_id for contact_id in dict.fromkeys(contact_ids) if contact_id not in present]
    if len(present) + len(missing) > MAX_ITEMS:
        raise Unprocessable.at("contact_ids", f"a call list holds at most {MAX_ITEMS} contacts")
    await contact_store.append_items(work, call_list.id, missing)
    if missing:
        await work.publish(ListUpdated(noun_id=call_list.id, added=len(missing)))
    return len(missing), len(set(contact_ids)) - len(missing)


async def add_known(work: Work, call_list: CallList, contact_ids: Sequence[UUID]) -> Added:
    """Adds existing contacts to a list; suppressed ones are left out and counted.

    Raises:
        Unprocessable: one of them does not exist.
    """
    rows = await store.contacts_by_id(work, contact_ids)
    missing = set(contact_ids) - set(rows)
    if missing:
        raise Unprocessable.at("contact_ids", f"no such contact: {min(map(str, missing))}")
    blocked = await phones_without_calls(work, [row.phone for row in rows.values()])
    free = [key for key in dict.fromkeys(contact_ids) if rows[key].phone not in blocked]
    added, existing = await add_contacts(work, call_list, free)
    return Added(added=added, existing=existing, suppressed=len(rows) - len(free))


def _contact_of(phone: str, business: contact_store.Prospect) -> dict[str, Any]:
    zone, source = business.timezone, "location"
    if zone is None:
        zone, source = zone_of(phone, None, business.lat, business.lng)
    return {
        "id": uuid7(),
        "name": business.name[:120],
        "phone": phone,
        "email": business.email,
        "business_name": business.name,
        "category": business.category,
        "address": business.address,
        "lat": business.lat,
        "lng": business.lng,
        "timezone": zone,
        "timezone_source": source,
        "rating": business.rating,
        "priority": business.call_priority,
        "source": "scraper",
        "business_id": business.id,
    }


def _consent_of(contact: dict[str, Any], business: contact_store.Prospect) -> dict[str, Any]:
    job = business.job_ids[-1] if business.job_ids else "manual"
    return {
        "contact_id": contact["id"],
        "phone": contact["phone"],
        "scope": "call",
        "basis": "legitimate_interest_b2b",
        "action": "granted",
        "source": f"scraper:{job}"[:60],
    }
