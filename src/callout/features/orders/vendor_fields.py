"""The fields of a vendor's order as SQL, so that filters and sorts see exactly what the vendor may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Float, FromClause, String, and_, case, cast, func, literal, null, or_, select
from sqlalchemy.types import Text

from callout.features.orders.face import SIX_SERVICES
from callout.features.orders.tables import Order, OrderPhoto

Kind = Literal["text", "number", "time", "id", "list"]


class Field(NamedTuple):
    """One filterable member of VendorOrder."""

    kind: Kind
    column: ColumnElement[Any]


class Viewpoint(NamedTuple):
    """Orders as one vendor sees them.

    Attributes:
        visible: orders the vendor holds, or was ever offered.
        holds: orders it holds.
        offered: orders it holds a live offer of.
        fields: the filterable members by name.
    """

    visible: ColumnElement[bool]
    holds: ColumnElement[bool]
    offered: ColumnElement[bool]
    fields: dict[str, Field]


def viewpoint(
    vendor_id: UUID, offers: FromClause, now: datetime, *, masked: bool, services: dict[str, tuple[str, str]]
) -> Viewpoint:
    """Builds the expressions for one vendor.

    Args:
        vendor_id: the viewer.
        offers: its latest offer per order, outer-joined to orders (see `Dispatcher.standings`).
        now: offers that ended before count as expired.
        masked: customers stay unnamed while an order is only offered.
        services: (canonical, label) by service code.
    """
    offer = offers.c
    holds = Order.vendor_id == vendor_id
    offered = and_(
        or_(Order.vendor_id.is_(None), Order.vendor_id != vendor_id), offer.status == "pending", offer.expires_at > now
    )
    full = holds if masked else or_(holds, offered)
    known = or_(holds, offered)

    def shown(column: ColumnElement[Any], when: ColumnElement[bool] = full) -> ColumnElement[Any]:
        return case((when, column), else_=null())

    def name() -> ColumnElement[Any]:
        first = func.split_part(Order.customer_name, " ", 1)
        return case((full, Order.customer_name), (offered, first), else_=null())

    def place(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((full, column), else_=func.round(column * 100) / 100)

    def photo_count(stage: str) -> ColumnElement[Any]:
        newest = select(cast(OrderPhoto.file_id, String)).where(
            OrderPhoto.tenant_id == Order.tenant_id, OrderPhoto.order_id == Order.id, OrderPhoto.stage == stage
        )
        return newest.order_by(OrderPhoto.created_at.desc()).limit(1).scalar_subquery()

    labels = {code: label for code, (_, label) in services.items()}
    six = {code: SIX_SERVICES.get(canonical, "other") for code, (canonical, _) in services.items()}
    text: dict[str, ColumnElement[Any]] = {
        "order_id": Order.order_number.expression,
        "status": _status(holds, offered),
        "customer_name": name(),
        "customer_phone": shown(Order.customer_phone.expression),
        "customer_email": shown(Order.customer_email.expression),
        "customer_address": shown(Order.customer_address.expression),
        "business_name": shown(Order.business_name.expression),
        "service_type": case(six, value=Order.service_type, else_="other") if six else literal("other"),
        "service_category": Order.service_type.expression,
        "service_label": case(labels, value=Order.service_type, else_=Order.service_type) if labels else literal(""),
        "description": shown(cast(Order.description, Text), known),
        "notes": shown(cast(Order.vendor_notes, Text), holds),
        "vendor_notes": shown(cast(Order.vendor_notes, Text), holds),
        "priority": Order.priority.expression,
        "before_image_url": shown(photo_count("before"), holds),
        "after_image_url": shown(photo_count("after"), holds),
        "currency": Order.currency.expression,
        "price_package": shown(Order.price_package.expression, known),
        "cancellation_reason": shown(Order.cancellation_reason.expression, holds),
        "invoice.invoice_number": shown(Order.invoice_number.expression, holds),
    }
    numbers: dict[str, ColumnElement[Any]] = {
        "dealing_price": shown(cast(Order.dealing_price, Float), holds),
        "estimated_value": shown(cast(Order.estimated_value, Float), known),
        "invoice.final_price": shown(cast(Order.final_price, Float), holds),
        "distance_km": offer.distance_km,
        "customer_location.lat": place(Order.customer_lat.expression),
        "customer_location.lng": place(Order.customer_lng.expression),
    }
    times: dict[str, ColumnElement[Any]] = {
        "scheduled_date": shown(Order.scheduled_start.expression, known),
        "scheduled_end": shown(Order.scheduled_end.expression, known),
        "response_deadline": shown(offer.expires_at, offered),
        "assigned_at": offer.sent_at,
        "accepted_at": shown(Order.assigned_at.expression, holds),
        "on_way_at": shown(Order.on_way_at.expression, holds),
        "processing_at": shown(Order.processing_at.expression, holds),
        "completed_at": shown(Order.completed_at.expression, holds),
        "cancelled_at": shown(Order.cancelled_at.expression, holds),
        "created_date": Order.created_at.expression,
        "updated_date": Order.updated_at.expression,
    }
    own = cast(literal(vendor_id), Order.vendor_id.type)
    ids: dict[str, ColumnElement[Any]] = {
        "id": Order.id.expression,
        "vendor_id": shown(own, known),
        "trigger_point_id": shown(Order.trigger_event_id.expression, known),
        "conversation_id": shown(Order.conversation_id.expression, known),
        "created_by_id": Order.created_by.expression,
    }
    fields = {
        **{key: Field("text", column) for key, column in text.items()},
        **{key: Field("number", column) for key, column in numbers.items()},
        **{key: Field("time", column) for key, column in times.items()},
        **{key: Field("id", column) for key, column in ids.items()},
        "assigned_vendors": Field("list", shown(own, known)),
    }
    held = select(Order.id).where(Order.vendor_id == vendor_id)
    visible = Order.id.in_(held.union(select(offer.order_id)))
    return Viewpoint(visible, holds, offered, fields)


def _status(holds: ColumnElement[bool], offered: ColumnElement[bool]) -> ColumnElement[Any]:
    """`face.face_status` in SQL."""
    words = {"assigned": "accepted", "on_way": "on_way", "processing": "processing", "completed": "completed"}
    held = case(
        {
            **words,
            "cancelled": "cancelled",
            "needs_attention": case(
                {"on_way": "on_way", "processing": "processing"}, value=Order.prior_status, else_="accepted"
            ),
        },
        value=Order.status,
        else_="new",
    )
    open_to_offers = Order.status.in_(("new", "offering", "needs_attention"))
    return case((holds, held), (and_(offered, open_to_offers), "new"), else_="cancelled")
