"""A fired rule leads to one order; a customer's change of mind stops it."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from callout.features.orders.events import OrderCancelled, OrderCompleted
from callout.features.orders.from_trigger import TriggeredOrders, address_of
from callout.features.orders.tables import Order
from callout.features.triggers.events import TriggerDismissed, TriggerFired
from callout.features.triggers.tables import TriggerEvent
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

ACTIONS = {"create_order": True, "notify_vendors": True, "send_customer_email": True, "order_kind": "service"}


@pytest.fixture
def triggered(system: Any, bus: Bus) -> TriggeredOrders:
    """Bound as the composition root binds it."""
    reactions = TriggeredOrders(system.desk)
    bus.on(TriggerFired, reactions.fired)
    bus.on(TriggerDismissed, reactions.dismissed)
    bus.on(OrderCancelled, reactions.cancelled)
    bus.on(OrderCompleted, reactions.completed)
    return reactions


async def fire(shop: Any, **changes: Any) -> tuple[TriggerFired, TriggerEvent]:
    """A rule fires; the trigger event as it is afterwards."""
    event_id = uuid7()
    fact = TriggerFired(
        **{
            "noun_id": event_id,
            "conversation_id": uuid7(),
            "rule_id": uuid7(),
            "rule_version": 1,
            "trigger_name": "Cleaning service request",
            "trigger_type": "location_visit",
            "confidence": Decimal("0.7075"),
            "live": False,
            "contact_id": None,
            "business_name": None,
            "customer_name": "Anna Reyes",
            "customer_phone": "+13055550100",
            "customer_email": None,
            "location": {"address": "12 Oak Street", "city": "Springfield"},
            "service_type": "cleaning",
            "service_label": "Cleaning",
            "work_needed": "Cleaning service request",
            "special_requirements": [],
            "scheduled_from": None,
            "scheduled_to": None,
            "timeline_text": None,
            "budget": None,
            "urgency": "low",
            "priority": "medium",
            "priority_level": 3,
            "language": "en",
            "actions": ACTIONS,
            "criteria": {},
            "act": True,
            "is_scam": False,
            **changes,
        }
    )
    async with shop.system.database.transaction(Principal.system(shop.tenant_id)) as work:
        row = TriggerEvent(
            id=event_id,
            conversation_id=fact.conversation_id,
            rule_id=fact.rule_id,
            rule_version=1,
            rule_snapshot={},
            trigger_name=fact.trigger_name,
            type=fact.trigger_type,
            confidence=fact.confidence,
            live=fact.live,
            status="active",
            priority=fact.priority,
            priority_level=3,
            triggered_at=work.now,
        )
        work.session.add(row)
        await work.session.flush()
        await work.publish(fact)
    return fact, row


async def orders_of(shop: Any) -> list[Order]:
    """The tenant's orders."""
    async with shop.system.database.transaction(Principal.system(shop.tenant_id)) as work:
        return list(await work.session.scalars(select(Order).where(Order.tenant_id == shop.tenant_id)))


async def test_a_firing_becomes_an_order_that_is_offered(shop: Any, triggered: TriggeredOrders) -> None:
    assert triggered
    vendor = await shop.vendor()
    fact, row = await fire(shop)
    (order,) = await orders_of(shop)
    assert (order.status, order.customer_address) == ("offering", "12 Oak Street, Springfield")
    assert (order.conversation_id, order.trigger_event_id) == (fact.conversation_id, fact.noun_id)
    assert row.order_id == order.id
    assert [(one["action"], one["ok"], one.get("error")) for one in row.actions_taken] == [
        ("create_order", True, None),
        ("notify_vendors", True, None),
        ("send_customer_email", False, "no_email"),
    ]
    assert row.estimated_value == 180
    assert (await vendor.http.get("/api/vendor/orders")).json()[0]["conversation_id"] == str(fact.conversation_id)


async def test_the_same_conversation_makes_no_second_order(shop: Any, triggered: TriggeredOrders) -> None:
    assert triggered
    fact, _ = await fire(shop)
    await fire(shop, conversation_id=fact.conversation_id)
    assert len(await orders_of(shop)) == 1


async def test_what_cannot_be_done_is_written_down(shop: Any, triggered: TriggeredOrders) -> None:
    assert triggered
    _, row = await fire(shop, customer_phone=None)
    assert [(one["action"], one["ok"]) for one in row.actions_taken] == [("create_order", False)]
    _, row = await fire(shop, location=None)
    assert row.actions_taken[1]["error"] == "no_location"
    _, row = await fire(shop, is_scam=True)
    assert row.actions_taken[1]["error"] == "scam_suspected"
    _, row = await fire(shop, act=False)
    assert row.actions_taken == []


async def test_a_change_of_mind_cancels_before_acceptance_and_asks_afterwards(
    shop: Any, triggered: TriggeredOrders
) -> None:
    assert triggered
    vendor = await shop.vendor(max_open_jobs=5)

    async def take_back(fact: TriggerFired, order: Order) -> Order:
        async with shop.system.database.transaction(Principal.system(shop.tenant_id)) as work:
            await work.publish(
                TriggerDismissed(
                    noun_id=fact.noun_id,
                    conversation_id=fact.conversation_id,
                    rule_id=fact.rule_id,
                    order_id=order.id,
                    by="evaluation",
                    reason="customer_changed_mind",
                )
            )
        return next(one for one in await orders_of(shop) if one.id == order.id)

    fact, _ = await fire(shop, live=True)
    (first,) = await orders_of(shop)
    assert (await take_back(fact, first)).status == "cancelled"
    fact, _ = await fire(shop, live=True)
    second = next(one for one in await orders_of(shop) if one.id != first.id)
    assert (await vendor.put({"id": second.id}, status="accepted")).status_code == 200
    after = await take_back(fact, second)
    assert (after.status, after.attention_reason, after.vendor_id) == (
        *("needs_attention", "customer_changed_mind", vendor.id),
    )


def test_an_address_is_one_line_without_repeating_itself() -> None:
    assert address_of({"address": "12 Oak St, Springfield", "city": "Springfield", "zip": "62701"}) == (
        "12 Oak St, Springfield, 62701"
    )
    assert address_of({"city": "Springfield"}) == "Springfield"
    assert address_of({}) == "Address not known"
