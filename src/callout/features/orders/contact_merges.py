"""What orders do when contacts become one; bound by the composition root."""

from callout.features.orders.tables import Order
from callout.features.prospecting.events import ContactsMerged
from callout.kit.db.many import repoint
from callout.kit.db.work import Work


async def follow_merge(work: Work, event: ContactsMerged) -> None:
    """Orders of merged contacts are those of the one kept."""
    await repoint(work, Order.contact_id, event.noun_id, event.merged)
