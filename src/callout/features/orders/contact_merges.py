"""What orders do when contacts become one; bound by the composition root."""

from callout.features.orders import store
from callout.features.prospecting.events import ContactsMerged
from callout.kit.db.work import Work


async def follow_merge(work: Work, event: ContactsMerged) -> None:
    """Orders of merged contacts are those of the one kept."""
    await store.repoint_contacts(work, event.noun_id, event.merged)
