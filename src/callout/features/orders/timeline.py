"""What is written down about an order: timeline lines and vendors' answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from callout.features.orders.tables import Order, OrderEvent, VendorResponse
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


def note(
    work: Work,
    order: Order,
    kind: str,
    *,
    from_status: str | None = None,
    to_status: str | None = None,
    role: str | None = None,
    customer_visible: bool = False,
    **detail: Any,
) -> None:
    """Adds a line to an order's timeline.

    Args:
        work: the transaction.
        order: whose timeline.
        kind: such as `order.assigned` or `order.updated`.
        from_status: state before, when it changed.
        to_status: state after.
        role: who did it when not the principal of the transaction.
        customer_visible: whether the customer's page may show it.
        detail: JSON-able facts; None values are left out.
    """
    work.session.add(
        OrderEvent(
            id=uuid7(),
            tenant_id=work.tenant_id,
            order_id=order.id,
            at=work.now,
            type=kind,
            from_status=from_status,
            to_status=to_status,
            actor_role=role or work.principal.role,
            actor_id=work.principal.actor_id,
            detail={key: value for key, value in detail.items() if value is not None},
            customer_visible=customer_visible,
        )
    )


def record_response(
    work: Work,
    order_id: UUID,
    vendor_id: UUID,
    action: str,
    *,
    offer_id: UUID | None = None,
    response_time_minutes: Decimal | None = None,
    **response_data: Any,
) -> None:
    """Writes down what a vendor answered or did; rows are never changed afterwards.

    Args:
        work: the transaction.
        order_id: the order.
        vendor_id: who answered.
        action: accept, decline, release, status_update, image_upload or complete.
        offer_id: the offer answered, if one was.
        response_time_minutes: from the offer to its answer.
        response_data: JSON-able, e.g. status, dealing_price, images, notes, estimated_completion, invoice.
    """
    work.session.add(
        VendorResponse(
            id=uuid7(),
            tenant_id=work.tenant_id,
            order_id=order_id,
            vendor_id=vendor_id,
            offer_id=offer_id,
            action=action,
            response_data={key: value for key, value in response_data.items() if value is not None},
            at=work.now,
            response_time_minutes=response_time_minutes,
        )
    )
