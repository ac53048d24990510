"""What the analysis of a call's conversation does to the call; bound by the composition root."""

from callout.features.calling.calls import store
from callout.features.calling.calls.agreed_orders import AgreedOrders, agreed_of, order_of
from callout.features.calling.calls.winding_up import GOOD
from callout.features.conversations import store as conversations
from callout.features.conversations.events import ConversationProcessed
from callout.features.triggers import store as triggers
from callout.kit.db.work import Work
from callout.kit.errors import Problem
from callout.kit.observe.logs import logger

_log = logger(__name__)


class CallReactions:
    """Brings calls in line with their analysed conversations."""

    def __init__(self, orders: AgreedOrders) -> None:
        """Takes what makes orders."""
        self._orders = orders

    async def processed(self, work: Work, event: ConversationProcessed) -> None:
        """Makes the order that was agreed and not yet made, after the rules had their say; renews the figures."""
        call = await store.by_conversation(work, event.noun_id)
        if call is None:
            return
        conversation = await conversations.find(work, event.noun_id)
        if call.agreed and not event.skip_vendor_selection and await order_of(work, call) is None:
            try:
                async with work.nested():
                    await self._orders.commit(work, call, agreed_of(call.agreed), is_scam=event.is_scam)
            except Problem as problem:
                _log.warning("agreed_order_not_made", call=str(call.id), reason=problem.wire_code)
        fired = [row for row in await triggers.events_of_conversation(work, event.noun_id) if row.status != "cancelled"]
        if event.is_scam and call.outcome in (None, "no_decision"):
            call.outcome = "scam"
        call.is_successful = call.status == "completed" and (call.outcome in GOOD or bool(fired))
        flow = (conversation.analysis or {}).get("flow") or {}
        call.quality_score = flow.get("flow_quality")
        await work.session.flush()
