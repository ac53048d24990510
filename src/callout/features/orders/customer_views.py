"""What a customer sees of its order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.orders.admin_views import images
from callout.features.orders.face import first_name
from callout.features.orders.neighbours import ServiceFacts, TenantFacts, VendorFacts
from callout.features.orders.ports import InvoiceSummary
from callout.features.orders.tables import Order, OrderPhoto, Rating
from callout.kit.http.wire import money, timestamp

STEP = {
    "new": "received",
    "offering": "received",
    "needs_attention": "received",
    "assigned": "assigned",
    "on_way": "on_way",
    "processing": "in_progress",
    "completed": "done",
    "cancelled": "cancelled",
}
VENDOR_SHOWN = frozenset({"assigned", "on_way", "processing", "completed"})
PHONE_SHOWN = frozenset({"on_way", "processing"})
MOVABLE = frozenset({"new", "offering", "assigned", "needs_attention"})
"""States in which a customer may still ask to cancel or move the appointment."""


def public_order(
    order: Order,
    *,
    tenant: TenantFacts,
    logo_url: str | None,
    service: ServiceFacts | None,
    vendor: VendorFacts | None,
    photos: Sequence[OrderPhoto],
    urls: Mapping[UUID, str],
    invoice: InvoiceSummary | None,
    rating: Rating | None,
    can_rate: bool,
) -> dict[str, Any]:
    """PublicOrder of the API: no ids, no surnames, no notes, no scores.

    Args:
        order: the order.
        tenant: in whose name the page speaks.
        logo_url: signed address of its logo.
        service: catalogue row.
        vendor: who holds the order.
        photos: shown when the work is done.
        urls: signed addresses by file id.
        invoice: the order's invoice.
        rating: the customer's rating.
        can_rate: whether a rating may be given or changed now.
    """
    pictures = images(photos if order.status == "completed" else (), urls)
    return {
        "order_number": order.order_number,
        "service_label": service.label if service else order.service_type,
        "step": STEP[order.status],
        "is_finding_provider": order.status == "needs_attention",
        "steps": customer_steps(order),
        "scheduled_start": timestamp(order.scheduled_start),
        "scheduled_end": timestamp(order.scheduled_end),
        "eta": timestamp(order.estimated_completion),
        "vendor": _vendor(order, vendor),
        "photos": {"before": pictures["before_images"], "after": pictures["after_images"]},
        "invoice": _invoice(invoice),
        "rating": customer_rating(rating) if rating else None,
        "can_rate": can_rate,
        "can_request_change": order.status in MOVABLE,
        "tenant": {"name": tenant.name, "phone": tenant.phone, "logo_url": logo_url, "locale": tenant.locale},
    }


def customer_steps(order: Order) -> list[dict[str, Any]]:
    """The steps a customer follows, with the time each was reached."""
    reached: tuple[tuple[str, datetime | None], ...] = (
        ("received", order.created_at),
        ("assigned", order.assigned_at),
        ("on_way", order.on_way_at),
        ("in_progress", order.processing_at),
        ("done", order.completed_at),
        ("cancelled", order.cancelled_at),
    )
    return [{"step": step, "at": timestamp(at)} for step, at in reached if at is not None or step != "cancelled"]


def customer_rating(rating: Rating) -> dict[str, Any]:
    """A rating as its giver sees it."""
    return {
        "stars": rating.stars,
        "comment": rating.comment,
        "would_recommend": rating.would_recommend,
        "complaint": rating.complaint,
        "created_at": timestamp(rating.created_at),
    }


def _vendor(order: Order, vendor: VendorFacts | None) -> dict[str, Any] | None:
    if vendor is None or order.status not in VENDOR_SHOWN:
        return None
    return {
        "first_name": first_name(vendor.full_name),
        "avatar_url": vendor.avatar_url,
        "phone": vendor.phone if order.status in PHONE_SHOWN else None,
    }


def _invoice(invoice: InvoiceSummary | None) -> dict[str, Any] | None:
    if invoice is None:
        return None
    return {
        "number": invoice.number,
        "total_amount": money(invoice.total_amount, invoice.currency),
        "currency": invoice.currency,
        "url": invoice.url,
        "status": invoice.status,
    }
