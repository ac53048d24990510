"""What is going on in dispatch, as numbers."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from callout.features.dispatch import record_store
from callout.features.dispatch.policies import active_row
from callout.features.dispatch.tables import Offer
from callout.features.dispatch.views import built_in_policy_view, policy_view
from callout.features.orders.tables import Order
from callout.features.triggers.tables import TriggerRule
from callout.features.vendors.store import online_at
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work

OPEN = ("new", "offering", "assigned", "on_way", "processing", "needs_attention")


async def counts(work: Work) -> dict[str, Any]:
    """The policy in force, and how many orders, offers, rules and vendors matter now."""
    row = await active_row(work)
    here = Order.tenant_id == work.tenant_id
    return {
        "policy": policy_view(row) if row else built_in_policy_view(active=True),
        "orders_open": await _count(work, Order, here, Order.status.in_(OPEN)),
        "needs_attention": await _count(work, Order, here, Order.status == "needs_attention"),
        "offers_outstanding": await _count(
            work, Offer, Offer.tenant_id == work.tenant_id, Offer.status == "pending", Offer.expires_at > work.now
        ),
        "rules_active": await _count(
            work,
            TriggerRule,
            TriggerRule.tenant_id == work.tenant_id,
            TriggerRule.is_active.is_(True),
            TriggerRule.deleted_at.is_(None),
        ),
        "vendors_online": await _count(
            work,
            Vendor,
            Vendor.tenant_id == work.tenant_id,
            Vendor.deleted_at.is_(None),
            Vendor.status == "verified",
            online_at(work.now),
        ),
    }


async def selection_of(work: Work, order_id: UUID) -> dict[str, Any]:
    """What the first selection for an order came to."""
    decisions = await record_store.decisions_of_order(work, order_id)
    offers = await record_store.offers_of_order(work, order_id)
    return {
        "evaluated": len(decisions[0].candidates) if decisions else 0,
        "selected": [offer.vendor_id for offer in offers],
        "notifications_sent": len(offers),
    }


async def _count(work: Work, table: Any, *conditions: Any) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return (await work.session.execute(query)).scalar_one()
