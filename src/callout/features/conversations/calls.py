"""Everything outside the words that the analysis of a conversation may use."""

from datetime import datetime

from callout.features.conversations.contact_links import contact_of
from callout.features.conversations.model import CallContext
from callout.features.conversations.neighbours import service_terms, tenant_facts
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work
from callout.kit.text.phones import timezones_of_phone


async def call_context(
    work: Work,
    conversation: Conversation | None,
    *,
    phone: str | None = None,
    started_at: datetime | None = None,
) -> CallContext:
    """The context of a conversation; `phone` (E.164) and `started_at` stand in while it is not stored yet."""
    tenant = await tenant_facts(work)
    number = (conversation.phone_number if conversation else None) or phone
    contact = await contact_of(work, number)
    started = (conversation.started_at if conversation else None) or started_at
    return CallContext(
        called_number=number,
        started_at=started or (conversation.created_at if conversation else work.now),
        timezone=_zone(contact.timezone if contact else None, number, tenant.timezone),
        region=tenant.country,
        currency=tenant.currency,
        tenant_name=tenant.name,
        contact=contact.facts if contact else None,
        services=await service_terms(work),
    )


def _zone(of_contact: str | None, number: str | None, of_tenant: str) -> str:
    """The callee's zone: the contact's own, else the only one its number can be in, else the tenant's."""
    if of_contact:
        return of_contact
    zones = timezones_of_phone(number) if number else []
    return zones[0] if len(zones) == 1 else of_tenant
