"""What triggers do when a conversation is processed or deleted; bound by the composition root."""

from __future__ import annotations

from callout.features.conversations.events import ConversationProcessed
from callout.features.conversations.material import material_of
from callout.features.prospecting.events import ContactsMerged
from callout.features.triggers.service import evaluate
from callout.features.triggers.tables import TriggerEvent
from callout.kit.db.many import repoint
from callout.kit.db.work import Work


async def evaluate_processed(work: Work, event: ConversationProcessed) -> None:
    """Evaluates the rules on a conversation whose analysis was just stored, in the same transaction."""
    material = await material_of(work, event.noun_id)
    await evaluate(work, material, "final", act=not event.skip_vendor_selection, priority=event.priority)


async def follow_merge(work: Work, event: ContactsMerged) -> None:
    """Events of merged contacts are those of the one kept."""
    await repoint(work, TriggerEvent.contact_id, event.noun_id, event.merged)
