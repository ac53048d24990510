"""Many contacts at once: written in a few statements, past the session's objects."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import func, insert, select

from callout.features.prospecting import store
from callout.features.prospecting.tables import Business, CallListItem, ConsentRecord, Contact
from callout.kit.db.work import Work


class Prospect(Protocol):
    """What a contact is made of: a business, or a row of its columns."""

    id: Any
    phone: Any
    name: Any
    email: Any
    category: Any
    address: Any
    lat: Any
    lng: Any
    timezone: Any
    rating: Any
    call_priority: Any
    job_ids: Any


class Key(NamedTuple):
    """A contact, as lists need it."""

    id: UUID
    priority: str


PROSPECT = (
    Business.id, Business.phone, Business.name, Business.email, Business.category, Business.address, Business.lat,
    Business.lng, Business.timezone, Business.rating, Business.call_priority, Business.job_ids,
)  # fmt: skip
"""The columns of `Prospect`: a fraction of a business."""


async def prospects(work: Work, *conditions: Any) -> Sequence[Prospect]:
    """Businesses that were not merged away, in the order they came in, as far as contacts are made of them."""
    query = store.businesses(work, *conditions).with_only_columns(*PROSPECT).order_by(Business.id)
    rows: Sequence[Any] = (await work.session.execute(query)).all()
    return rows


async def keys_by_phone(work: Work, phones: Iterable[str]) -> dict[str, Key]:
    """Existing contacts by E.164 phone."""
    query = store.contacts(work, store.one_of(Contact.phone, phones)).with_only_columns(
        Contact.phone, Contact.id, Contact.priority
    )
    return {phone: Key(key, priority) for phone, key, priority in await work.session.execute(query)}


async def insert_contacts(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """New contacts; the caller holds `store.lock_contacts` and knows that nobody has these phones."""
    await _insert(work, Contact, rows)


async def insert_consents(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Consent records as of now."""
    await _insert(work, ConsentRecord, [{**row, "at": work.now} for row in rows])


async def append_items(work: Work, call_list_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Contacts at the end of a list, in this order; none of them is on it yet."""
    query = select(func.max(CallListItem.position)).where(CallListItem.call_list_id == call_list_id)
    last = (await work.session.execute(query)).scalar_one() or 0
    rows = [
        {"call_list_id": call_list_id, "contact_id": contact_id, "position": position, "added_at": work.now}
        for position, contact_id in enumerate(contact_ids, start=last + 1)
    ]
    await _insert(work, CallListItem, rows)


async def _insert(work: Work, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    signed = {
        "tenant_id": work.tenant_id,
        "created_at": work.now,
        "updated_at": work.now,
        "created_by": work.principal.actor_id,
        "created_by_role": work.principal.role,
        "updated_by_role": work.principal.role,
    }
    await work.session.flush()
    await work.session.execute(insert(table.__table__), [{**signed, **row} for row in rows])
