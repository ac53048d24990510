"""Searches that should have moved on and did not: found by the database's clock, and moved on.

A search is followed by a workflow that sleeps by its worker's clock. Should that clock jump, or the workflow be lost,
the sweep notices. It never decides that an offer is over: `advance` does, as always by the database's time.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from callout.features.dispatch.tables import DispatchRun, Offer
from callout.features.orders.tables import Order
from callout.kit.db.work import Work

WORKFLOW = "dispatch.overdue"
EVERY_S = 30.0
GRACE = timedelta(seconds=5)
"""How late a search may be before somebody else looks after it."""
AT_ONCE = 200


class Search(NamedTuple):
    """One run of an order."""

    order_id: UUID
    number: int


async def overdue_searches(work: Work) -> list[Search]:
    """Searches in force that have waited too long, the longest waiting first.

    Those whose moment to begin is past, whose offers are all over, or who have nobody left to wait for.
    """
    late = work.now - GRACE
    asked = exists().where(
        Offer.tenant_id == Order.tenant_id,
        Offer.order_id == Order.id,
        Offer.status == "pending",
        Offer.expires_at > late,
    )
    run = aliased(DispatchRun)
    newest = select(func.max(run.number)).where(run.order_id == Order.id).scalar_subquery()
    waits = and_(
        Order.status.in_(("new", "needs_attention")), DispatchRun.started_at.is_(None), DispatchRun.after <= late
    )
    asks = and_(Order.status == "offering", DispatchRun.started_at.is_not(None), Order.updated_at <= late, ~asked)
    query = (
        select(Order.id, DispatchRun.number)
        .join(DispatchRun, DispatchRun.order_id == Order.id)
        .where(
            Order.tenant_id == work.tenant_id,
            Order.status.in_(("new", "offering", "needs_attention")),
            DispatchRun.ended_at.is_(None),
            DispatchRun.number == newest,
            or_(waits, asks),
        )
        .order_by(Order.updated_at, Order.id)
        .limit(AT_ONCE)
    )
    return [Search(*row) for row in (await work.session.execute(query)).all()]


async def look_after(work: Work) -> None:
    """Starts a workflow that moves overdue searches on, when there are any; at most one per round."""
    if await overdue_searches(work):
        round_ = int(work.now.timestamp() // EVERY_S)
        await work.enqueue(WORKFLOW, key=f"{WORKFLOW}-{work.tenant_id}-{round_}")
