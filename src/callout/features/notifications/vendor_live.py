"""What a vendor sees of the tenant's events, as they happen: its own offers, orders, inbox and account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from callout.features.dispatch.offer_store import orders_asked
from callout.kit.db.work import Work
from callout.kit.events import Published
from callout.kit.principal import Principal

ORDER_MEMBERS = frozenset({
    "order_number", "kind", "priority", "service_type", "service_label", "scheduled_start", "old_date", "changed",
    "estimated_value", "currency", "eta", "completed_at", "photo_id", "stage",
})  # fmt: skip
OFFER_MEMBERS = frozenset({
    "order_id", "order_number", "expires_at", "distance_km", "priority", "service_type", "scheduled_start",
    "estimated_value", "currency", "reason",
})  # fmt: skip
"""What travels. Everything about the customer is read from the order itself, which shows what the vendor may see."""

AT_WORK = frozenset({"verified", "suspended"})
"""Standings whose holder works; a suspended vendor still finishes what it accepted."""

INTERNAL = frozenset({"order.created", "order.offering", "order.needs_attention", "order.late"})
"""Steps a vendor has no word for; to it the order was updated."""


async def vendor_view(work: Work, events: Sequence[Published]) -> list[Published]:
    """The events of a vendor's own rows, reduced to what is its to know."""
    me = work.principal
    orders = {event.noun_id for event in events if event.type.startswith("order.")}
    asked = await orders_asked(work, me.vendor_id, orders) if orders and me.vendor_id else set()
    seen = (share_of_vendor(me, event, asked) for event in events)
    return [event for event in seen if event is not None]


def share_of_vendor(me: Principal, event: Published, asked: Collection[UUID]) -> Published | None:
    """A vendor's share of one event; None when it is not its business.

    Args:
        me: the vendor.
        event: any event of the tenant.
        asked: orders with an offer that waits for this vendor's answer.
    """
    group, data = event.type.partition(".")[0], event.data
    if group == "notification":
        return event if data.get("user_id") == str(me.actor_id) else None
    if me.vendor_id is None:
        return None
    if event.type == "vendor.status":
        return event if event.noun_id == me.vendor_id else None
    if me.status not in AT_WORK:
        return None
    own = str(me.vendor_id)
    if group == "offer":
        return _reduced(event, OFFER_MEMBERS) if data.get("vendor_id") == own else None
    if group == "order" and (own in {data.get("vendor_id"), data.get("former_vendor_id")} or event.noun_id in asked):
        is_internal = event.type in INTERNAL or data.get("vendor_id") != own
        return _reduced(event, ORDER_MEMBERS, "order.updated" if is_internal else event.type)
    return None


def _reduced(event: Published, members: Collection[str], kind: str | None = None) -> Published:
    kept = {name: value for name, value in event.data.items() if name in members}
    return msgspec.structs.replace(event, type=kind or event.type, data=kept)
