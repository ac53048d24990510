"""What people hear when an order goes wrong: true, and once."""

from datetime import UTC, datetime

from callout.features.orders.events import OrderLate, OrderNeedsAttention, OrderOffering
from tests.features.notifications.test_messages import FACTS, ORDER_ID, messages, react


def needs_attention(reason, before="offering"):
    facts = {**FACTS, "status": "needs_attention"}
    return OrderNeedsAttention(noun_id=ORDER_ID, from_status=before, attention_reason=reason, **facts)


async def test_a_customer_nobody_was_found_for_is_told_once(desk):
    for reason in ("no_candidates", "fill_deadline"):
        await react(desk, desk.news.on_order_needs_attention, needs_attention(reason))
    told = await messages(desk, event="order_delayed")
    assert sorted(row["channel"] for row in told) == ["email", "sms"]
    assert len(await messages(desk, event="order_needs_attention", channel="in_app")) == 2


async def test_suspected_fraud_and_trouble_after_acceptance_are_no_delay(desk):
    await react(desk, desk.news.on_order_needs_attention, needs_attention("scam_suspected", before="new"))
    await react(desk, desk.news.on_order_needs_attention, needs_attention("vendor_blocked", before="on_way"))
    assert await messages(desk, event="order_delayed") == []


async def test_a_late_vendor_is_reminded_and_the_admins_are_alerted(desk):
    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    facts = {**FACTS, "status": "assigned", "vendor_id": desk.vendor_id, "scheduled_start": start}
    late = OrderLate(noun_id=ORDER_ID, minutes_late=20, **facts)
    for _ in range(2):
        await react(desk, desk.news.on_order_late, late)
    told = await messages(desk, event="no_show_warning", channel="in_app")
    assert sorted(row["recipient_kind"] for row in told) == ["admin", "vendor"]
    assert "20 minutes" in told[0]["body"]


async def test_a_customer_whose_vendor_will_not_come_hears_so_and_the_vendor_too(desk):
    facts = {**FACTS, "status": "offering", "actor": "system"}
    moved = OrderOffering(
        noun_id=ORDER_ID, from_status="assigned", reason="No-show.", former_vendor_id=desk.vendor_id, **facts
    )
    await react(desk, desk.news.on_order_offering, moved)
    told = await messages(desk, event="order_reassigned")
    assert {(row["recipient_kind"], row["channel"]) for row in told} >= {("customer", "email"), ("vendor", "in_app")}


async def test_a_vendor_who_gave_the_job_back_is_not_told_what_it_did_itself(desk):
    facts = {**FACTS, "status": "offering", "actor": "vendor"}
    back = OrderOffering(noun_id=ORDER_ID, from_status="assigned", former_vendor_id=desk.vendor_id, **facts)
    first = OrderOffering(noun_id=ORDER_ID, from_status="new", **facts)
    await react(desk, desk.news.on_order_offering, first)
    assert await messages(desk, event="order_reassigned") == []
    await react(desk, desk.news.on_order_offering, back)
    told = await messages(desk, event="order_reassigned")
    assert {row["recipient_kind"] for row in told} == {"customer"}
