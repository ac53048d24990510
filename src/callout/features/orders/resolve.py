"""An admin's decision about an order that needs attention."""

from __future__ import annotations

from callout.features.orders.closing import cancel_order
from callout.features.orders.dispatching import assign_order, dispatch_order
from callout.features.orders.edit import differing, write_fields
from callout.features.orders.errors import InvalidTransition
from callout.features.orders.ports import Dispatcher
from callout.features.orders.schemas import ResolveInput
from callout.features.orders.tables import Order
from callout.features.orders.transition import apply_transition
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

_TARGET = {
    "keep": "assigned",
    "redispatch": "offering",
    "assign": "assigned",
    "cancel": "cancelled",
    "complete": "completed",
}


async def resolve_order(work: Work, dispatcher: Dispatcher, order: Order, wish: ResolveInput) -> None:
    """Keeps, seeks anew, assigns, cancels or completes an order that needs attention.

    Args:
        work: the transaction; `order` is locked in it.
        dispatcher: finds and binds vendors.
        order: the order.
        wish: the resolution and the members its action takes.

    Raises:
        InvalidTransition: the order does not need attention, or its former state cannot be kept.
        Unprocessable: a vendor or a reason is missing.
    """
    if order.status != "needs_attention":
        raise InvalidTransition(order.status, _TARGET[wish.resolution], ())
    match wish.resolution:
        case "keep":
            await apply_transition(work, order, "keep", reason=wish.reason)
        case "redispatch":
            await dispatch_order(
                work,
                dispatcher,
                order,
                mode=wish.mode,
                vendor_ids=wish.vendor_ids,
                criteria=wish.criteria.as_json() if wish.criteria else None,
                include_declined=wish.include_declined,
                deadline_min=wish.deadline_min,
            )
        case "assign":
            if wish.vendor_id is None:
                raise Unprocessable.at("vendor_id", "name the vendor")
            await assign_order(work, dispatcher, order, wish.vendor_id, notify=wish.notify, override=wish.override)
        case "cancel":
            await cancel_order(work, dispatcher, order, reason=wish.reason or "", notify_customer=wish.notify_customer)
        case "complete":
            prices = {"dealing_price": wish.dealing_price, "final_price": wish.final_price}
            given = {name: price for name, price in prices.items() if price is not None}
            await write_fields(work, order, differing(order, given))
            await apply_transition(work, order, "complete", reason=wish.reason)
