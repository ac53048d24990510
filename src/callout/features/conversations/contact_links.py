"""The contact behind a conversation: what is on file about it, and what the talk adds."""

from uuid import UUID

import msgspec

from callout.features.conversations.model import Analysis, ContactFacts, Geo, Place
from callout.features.conversations.places import address_of
from callout.features.conversations.tables import Conversation
from callout.features.prospecting.contacts import find_contact, upsert_contact
from callout.features.prospecting.events import ContactsMerged
from callout.features.prospecting.tables import Contact
from callout.kit.db.many import repoint
from callout.kit.db.work import Work


class LinkedContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the analysis takes it; `timezone` is an IANA name."""

    id: UUID
    timezone: str | None
    facts: ContactFacts


async def contact_of(work: Work, phone: str | None) -> LinkedContact | None:
    """The contact with an E.164 phone."""
    contact = await find_contact(work, phone) if phone else None
    return _linked(contact) if contact else None


async def link_contact(work: Work, phone: str, analysis: Analysis) -> UUID:
    """Finds or creates the contact of a phone; what was heard fills its empty fields, contradictions are suggested."""
    slots = analysis.slots
    place = slots.location
    heard = {
        "name": slots.customer_name,
        "business_name": slots.company_name,
        "email": slots.contact_email,
        "address": address_of(place),
        "lat": place.geo.lat if place and place.geo else None,
        "lng": place.geo.lng if place and place.geo else None,
    }
    contact, _ = await upsert_contact(work, phone, source="inbound", fields=heard)
    return contact.id


async def follow_merge(work: Work, event: ContactsMerged) -> None:
    """Conversations of merged contacts are those of the one kept."""
    await repoint(work, Conversation.contact_id, event.noun_id, event.merged)


def _linked(contact: Contact) -> LinkedContact:
    known_place = contact.lat is not None and contact.lng is not None
    geo = Geo(contact.lat, contact.lng) if contact.lat is not None and contact.lng is not None else None
    place = Place(address=contact.address, geo=geo, precision="rooftop" if known_place else "none")
    return LinkedContact(
        id=contact.id,
        timezone=contact.timezone,
        facts=ContactFacts(
            name=contact.name if contact.name != contact.phone else None,
            business_name=contact.business_name,
            email=contact.email,
            phone=contact.phone,
            industry=contact.industry,
            place=place if contact.address or known_place else None,
        ),
    )
