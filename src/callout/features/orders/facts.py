"""Publishes what happened to an order, with everything reactions need to tell people."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from callout.features.orders import economics, events, neighbours, store
from callout.features.orders.lifecycle import Decision, Wish
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.http.wire import money

F = TypeVar("F", bound=events.OrderFact)


async def publish(work: Work, order: Order, fact: type[F], *, role: str | None = None, **extra: Any) -> None:
    """Publishes a fact about an order: the members all of them share, and its own.

    Args:
        work: the transaction.
        order: the order, after the change.
        fact: the event class.
        role: who caused it when not the principal.
        extra: the members of that event.
    """
    service = (await neighbours.services(work)).get(order.service_type)
    await work.publish(
        fact(
            noun_id=order.id,
            order_number=order.order_number,
            status=order.status,
            kind=order.kind,
            priority=order.priority,
            service_type=order.service_type,
            service_label=service.label if service else order.service_type,
            description=order.description,
            customer_name=order.customer_name,
            customer_phone=order.customer_phone,
            customer_email=order.customer_email,
            customer_address=order.customer_address,
            contact_id=order.contact_id,
            language=order.language,
            scheduled_start=order.scheduled_start,
            estimated_value=money(order.estimated_value, order.currency),
            currency=order.currency,
            vendor_id=order.vendor_id,
            conversation_id=order.conversation_id,
            trigger_event_id=order.trigger_event_id,
            actor=role or work.principal.role,
            **extra,
        )
    )


async def publish_arrival(
    work: Work,
    order: Order,
    decision: Decision,
    wish: Wish,
    *,
    before: str,
    former_vendor: UUID | None,
    notify: bool,
) -> None:
    """Publishes the event of the state an order has just reached."""
    resumed = wish.event == "keep"
    match decision.to:
        case "offering":
            await publish(
                work,
                order,
                events.OrderOffering,
                role=wish.role,
                from_status=before,
                reason=wish.reason,
                former_vendor_id=former_vendor,
            )
        case "assigned":
            await publish(
                work,
                order,
                events.OrderAssigned,
                role=wish.role,
                from_status=before,
                assignment_source=order.assignment_source,
                notify=notify and not resumed,
                resumed=resumed,
                former_vendor_id=former_vendor if former_vendor != order.vendor_id else None,
            )
        case "on_way":
            await publish(
                work, order, events.OrderOnWay, role=wish.role, eta=order.estimated_completion, resumed=resumed
            )
        case "processing":
            await publish(work, order, events.OrderProcessing, role=wish.role, resumed=resumed)
        case "completed":
            await _publish_completion(work, order, wish, forced=decision.rule.row == 14)
        case "cancelled":
            await publish(
                work,
                order,
                events.OrderCancelled,
                role=wish.role,
                from_status=before,
                reason=wish.reason or "",
                notify_customer=notify,
            )
        case "needs_attention":
            await publish(
                work,
                order,
                events.OrderNeedsAttention,
                role=wish.role,
                from_status=before,
                attention_reason=order.attention_reason or "",
                reason=wish.reason,
            )


async def _publish_completion(work: Work, order: Order, wish: Wish, *, forced: bool) -> None:
    photos = (await store.photos_of(work, [order.id]))[order.id]
    by_stage: dict[str, list[str]] = {"before": [], "after": [], "other": []}
    for photo in photos:
        by_stage[photo.stage].append(str(photo.file_id))
    await publish(
        work,
        order,
        events.OrderCompleted,
        role=wish.role,
        completed_at=order.completed_at,
        amount=money(economics.amount(order.final_price, order.dealing_price), order.currency),
        dealing_price=money(order.dealing_price, order.currency),
        final_price=money(order.final_price, order.currency),
        photo_file_ids=by_stage,
        invoice_texts=order.invoice_texts,
        on_site_contact=order.on_site_contact,
        forced=forced,
    )
