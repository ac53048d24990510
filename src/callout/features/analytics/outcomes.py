"""What became of a conversation: its firings, its order and the vendors asked, read across features."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from callout.features.conversations.ports import MadeOrder
from callout.features.dispatch.tables import Offer
from callout.features.orders.from_trigger import TriggeredOrders
from callout.features.orders.tables import Order
from callout.features.triggers import reading
from callout.kit.db.work import Work


class ConversationOutcomes:
    """Implements `Outcomes` of conversations."""

    def __init__(self, orders: TriggeredOrders) -> None:
        self._orders = orders

    async def made_of(self, work: Work, conversation_id: UUID) -> MadeOrder:
        """What the reactions to `conversation.processed` left, up to now."""
        await work.session.flush()
        event, count = await reading.acting_event(work, conversation_id)
        order_id = (
            await work.session.execute(
                select(Order.id).where(Order.tenant_id == work.tenant_id, Order.conversation_id == conversation_id)
            )
        ).scalar_one_or_none()
        offered: Sequence[UUID] = ()
        if order_id is not None:
            query = select(Offer.vendor_id).where(Offer.tenant_id == work.tenant_id, Offer.order_id == order_id)
            offered = (await work.session.execute(query.order_by(Offer.sent_at, Offer.position))).scalars().all()
        return MadeOrder(
            triggers_detected=count,
            order_id=order_id,
            vendors_selected=tuple(dict.fromkeys(offered)),
            actions_taken=tuple(event.actions_taken) if event is not None else (),
        )

    async def progress(self, work: Work, conversation_id: UUID) -> Sequence[dict[str, Any]]:
        """How near each trigger rule is to firing in a running call."""
        return await reading.progress(work, conversation_id)

    async def trigger_events(self, work: Work, conversation_id: UUID) -> Sequence[dict[str, Any]]:
        """The trigger events of a conversation as the API shows them."""
        return await reading.trigger_events(work, self._orders, conversation_id)

    async def evaluations(self, work: Work, conversation_id: UUID) -> Sequence[dict[str, Any]]:
        """The logged rule evaluations of a conversation as the API shows them, oldest first."""
        return await reading.evaluations(work, conversation_id)

    async def forget(self, work: Work, conversation_id: UUID) -> None:
        """Erases what was kept about the words of a deleted conversation."""
        await reading.forget(work, conversation_id)
