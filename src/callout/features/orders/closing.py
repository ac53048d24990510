"""Ends orders or brings them back: cancel, reassign, and the resolutions of an order that needs attention."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from callout.features.orders.errors import InvalidTransition
from callout.features.orders.lifecycle import Facts, reachable
from callout.features.orders.ports import Dispatcher
from callout.features.orders.tables import Order
from callout.features.orders.transition import apply_transition
from callout.kit.db.work import Work


async def cancel_order(
    work: Work,
    dispatcher: Dispatcher,
    order: Order,
    *,
    reason: str,
    notify_customer: bool = True,
    role: str | None = None,
) -> bool:
    """Cancels an order and withdraws its open offers; cancelling again changes nothing.

    Args:
        work: the transaction; `order` is locked in it.
        dispatcher: withdraws the offers.
        order: the order.
        reason: in words, at least 3 characters.
        notify_customer: whether the customer is told.
        role: "system" when a machine decides inside somebody's transaction.
    """
    decision = await apply_transition(work, order, "cancel", reason=reason, notify=notify_customer, role=role)
    if decision.changes:
        await dispatcher.withdraw_all(work, order.id, reason)
    return decision.changes


async def reassign_order(
    work: Work,
    dispatcher: Dispatcher,
    order: Order,
    *,
    reason: str,
    vendor_ids: Sequence[UUID] = (),
    mode: str | None = None,
) -> None:
    """Takes an order from its vendor and seeks another.

    Raises:
        InvalidTransition: nobody travels or works yet only while assigned; otherwise there is nothing to take back.
    """
    if order.status not in ("assigned", "on_way", "processing"):
        facts = Facts(status=order.status, prior_status=order.prior_status, vendor_id=order.vendor_id)
        raise InvalidTransition(order.status, "offering", reachable(facts, work.principal.role))
    await dispatcher.release(work, order, reason=reason, vendor_ids=vendor_ids, mode=mode)


async def customer_changed_mind(work: Work, dispatcher: Dispatcher, order: Order, *, reason: str) -> None:
    """Stops an order whose live firing was vetoed at the end of the talk.

    Before anybody accepted it is cancelled; afterwards an admin decides.
    """
    if order.status in ("new", "offering", "needs_attention"):
        await cancel_order(work, dispatcher, order, reason=reason, role="system")
    elif order.status in ("assigned", "on_way", "processing"):
        await apply_transition(work, order, "suspend", role="system", reason=reason, attention="customer_changed_mind")
