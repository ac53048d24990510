"""What the firing of a rule keeps about the search for a vendor."""

from decimal import Decimal

from callout.features.dispatch import reactions
from callout.features.dispatch.events import OfferSent
from callout.features.triggers.tables import TriggerEvent
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from tests.features.dispatch.town import Town


async def test_the_firing_an_order_came_from_lists_the_vendors_it_was_offered_to(town: Town, bus: Bus) -> None:
    bus.on_many(OfferSent, reactions.offers_sent)
    near, further = await town.vendor(2.0), await town.vendor(3.0)
    event_id = uuid7()
    order_id = await town.order(trigger_event_id=event_id)
    async with town.work() as work:
        work.session.add(
            TriggerEvent(
                id=event_id, conversation_id=uuid7(), rule_id=uuid7(), rule_version=1, rule_snapshot={},
                trigger_name="Cleaning service request", type="location_visit", confidence=Decimal("0.9"), live=False,
                status="active", priority="medium", priority_level=3, triggered_at=work.now, order_id=order_id,
            )
        )  # fmt: skip
    await town.dispatch(order_id)
    await town.answer(near, order_id, "decline")
    await town.move_on(order_id)
    assert (await town.row("trigger_events", event_id)).selected_vendor_ids == [str(near), str(further)]
