"""The customer's side of an order: looking, asking for a change, rating."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.orders import neighbours, store
from callout.features.orders.customer_views import MOVABLE, public_order
from callout.features.orders.desk import OrderDesk
from callout.features.orders.errors import InvalidTransition
from callout.features.orders.events import OrderUpdated
from callout.features.orders.facts import publish
from callout.features.orders.rating import is_editable
from callout.features.orders.reading import signed
from callout.features.orders.timeline import note
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp


async def read_page(work: Work, desk: OrderDesk, order_id: UUID) -> dict[str, Any]:
    """PublicOrder of an order.

    Args:
        work: a transaction of the customer.
        desk: photo addresses and the invoice.
        order_id: what the link opens.
    """
    order = await store.find(work, order_id)
    tenant = await neighbours.tenant(work)
    vendors = await neighbours.vendors(work, [order.vendor_id])
    photos = (await store.photos_of(work, [order.id]))[order.id]
    rating = (await store.ratings_of(work, [order.id])).get(order.id)
    invoices = await desk.invoices.summaries(work, [order.id])
    logo = desk.files.signed_url(work, tenant.logo_file_id) if tenant.logo_file_id else None
    return public_order(
        order,
        tenant=tenant,
        logo_url=logo,
        service=(await neighbours.services(work)).get(order.service_type),
        vendor=vendors.get(order.vendor_id) if order.vendor_id else None,
        photos=photos,
        urls=signed(work, desk.files, photos),
        invoice=invoices.get(order.id),
        rating=rating,
        can_rate=order.status == "completed" and (rating is None or is_editable(rating, "customer", work)),
    )


async def request_change(
    work: Work, order_id: UUID, *, kind: str, preferred_start: datetime | None, message: str | None
) -> None:
    """Notes what the customer asks for and tells the admins; the order itself stays as it is.

    Args:
        work: a transaction of the customer.
        order_id: what the link opens.
        kind: cancel, reschedule or message.
        preferred_start: when the customer would rather have it.
        message: in the customer's words.

    Raises:
        InvalidTransition: the vendor is on the way already, or the order has ended; a message is always taken.
    """
    order = await store.lock(work, order_id)
    if kind != "message" and order.status not in MOVABLE:
        raise InvalidTransition(order.status, "cancelled" if kind == "cancel" else order.status, ())
    order.change_request = {
        "kind": kind,
        "preferred_start": timestamp(preferred_start),
        "message": message,
        "at": timestamp(work.now),
    }
    note(work, order, "order.change_requested", request=kind, customer_visible=True)
    await work.session.flush()
    await publish(work, order, OrderUpdated, changed=["change_request"], change_request=order.change_request)
