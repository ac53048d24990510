"""Hands an order to dispatch, or to the admins when it cannot be dispatched at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from callout.features.orders import neighbours
from callout.features.orders.errors import InvalidTransition
from callout.features.orders.events import OrderNeedsAttention
from callout.features.orders.facts import publish
from callout.features.orders.lifecycle import Wish, decide, obstacle
from callout.features.orders.ports import Dispatcher
from callout.features.orders.tables import Order
from callout.features.orders.timeline import note
from callout.features.orders.transition import apply_transition, facts_of
from callout.kit.db.work import Work


async def dispatch_order(
    work: Work,
    dispatcher: Dispatcher,
    order: Order,
    *,
    mode: str | None = None,
    vendor_ids: Sequence[UUID] = (),
    criteria: Mapping[str, Any] | None = None,
    include_declined: bool = False,
    deadline_min: int | None = None,
) -> None:
    """Starts the search for a vendor; an order already offering is left alone.

    Args:
        work: the transaction; `order` is locked in it (or was made in it).
        dispatcher: finds vendors.
        order: new or needing attention.
        mode: waves, sequential, broadcast or manual; the tenant's unless given.
        vendor_ids: whom to ask in manual mode.
        criteria: vendor selection criteria; win over the rule's and the tenant's.
        include_declined: also ask those who refused.
        deadline_min: minutes until somebody must have accepted.

    Raises:
        InvalidTransition: the order is in no state to be dispatched.
        Forbidden: the role may not dispatch.
    """
    settings = await neighbours.order_settings(work)
    facts = await facts_of(work, order, settings.evidence)
    if not decide(facts, Wish(event="dispatch", role=work.principal.role)).changes:
        return
    if hindrance := await hindrance_of(work, order):
        await set_aside(work, order, hindrance)
        return
    await dispatcher.start(
        work,
        order,
        mode=mode,
        vendor_ids=vendor_ids,
        criteria=criteria,
        include_declined=include_declined,
        deadline_min=deadline_min,
    )


async def hindrance_of(work: Work, order: Order) -> str | None:
    """Why an order cannot be dispatched at all now, as an attention reason; None when it can."""
    service = (await neighbours.services(work)).get(order.service_type)
    return obstacle(
        service_is_active=service is not None and service.is_active,
        has_location=order.customer_lat is not None,
        precision=order.location_precision,
        allow_locality=(await neighbours.order_settings(work)).allow_locality,
    )


async def set_aside(work: Work, order: Order, attention: str, reason: str | None = None) -> None:
    """Asks the admins to look at an order nobody can be found for.

    An order that needs attention already only gets the new reason.

    Args:
        work: the transaction; `order` is locked in it.
        order: new, offering or needing attention.
        attention: attention reason.
        reason: further words.
    """
    if order.status == "needs_attention":
        if order.attention_reason == attention:
            return
        order.attention_reason = attention
        note(work, order, "order.needs_attention", role="system", attention_reason=attention, reason=reason)
        await publish(
            work,
            order,
            OrderNeedsAttention,
            role="system",
            from_status="needs_attention",
            attention_reason=attention,
            reason=reason,
        )
        return
    await apply_transition(work, order, "stall", role="system", attention=attention, reason=reason)


async def assign_order(
    work: Work, dispatcher: Dispatcher, order: Order, vendor_id: UUID, *, notify: bool = True, override: bool = False
) -> list[str]:
    """Gives an order to a vendor without asking; repeating it for the same vendor changes nothing.

    Returns:
        Reason codes this vendor would have been excluded for.

    Raises:
        InvalidTransition: another vendor holds the order, or it has ended.
    """
    settings = await neighbours.order_settings(work)
    facts = await facts_of(work, order, settings.evidence)
    wish = Wish(event="assign", role=work.principal.role, vendor_id=vendor_id)
    if not settings.allow_direct_assign:
        raise InvalidTransition(order.status, "assigned", ())
    if not decide(facts, wish).changes:
        return []
    return await dispatcher.assign_directly(work, order, vendor_id, notify=notify, override=override)
