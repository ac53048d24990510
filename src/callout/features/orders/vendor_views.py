"""How a vendor reads an order: VendorOrder, as much of it as its standing allows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.orders import face
from callout.features.orders.admin_views import images, place
from callout.features.orders.face import Disclosure, Standing
from callout.features.orders.lifecycle import Evidence, Facts
from callout.features.orders.neighbours import ServiceFacts
from callout.features.orders.ports import InvoiceSummary, OfferStanding
from callout.features.orders.tables import Order, OrderPhoto
from callout.kit.http.wire import money_number, naive_stamp


def vendor_order_view(
    order: Order,
    offer: OfferStanding | None,
    viewer_id: UUID,
    *,
    now: datetime,
    evidence: Evidence,
    disclosure_setting: str,
    service: ServiceFacts | None,
    photos: Sequence[OrderPhoto] = (),
    urls: Mapping[UUID, str] | None = None,
    invoice: InvoiceSummary | None = None,
) -> dict[str, Any]:
    """VendorOrder of the API: money as numbers, times without a zone (UTC), six status words.

    Args:
        order: an order the viewer holds or was offered.
        offer: the viewer's latest offer of it.
        viewer_id: the vendor.
        now: offers that ended before count as expired.
        evidence: proofs the tenant demands, for `next_action`.
        disclosure_setting: `orders.offer_disclosure`.
        service: the catalogue row.
        photos: of the order, oldest first.
        urls: signed addresses by file id.
        invoice: the order's invoice when the vendor may see it.
    """
    part = standing_of(order, offer, viewer_id, now)
    level = face.disclosure(part, disclosure_setting)
    status = face.face_status(order.status, order.prior_status, part)
    mine = part == "holder"
    facts = Facts(
        status=order.status,
        kind=order.kind,
        dealing_price=order.dealing_price,
        final_price=order.final_price,
        before_photos=sum(photo.stage == "before" for photo in photos),
        after_photos=sum(photo.stage == "after" for photo in photos),
        start_code=order.start_code,
        evidence=evidence,
    )
    return {
        "id": order.id,
        "order_id": order.order_number,
        "status": status,
        **_customer(order, level),
        "service_type": face.six_valued_service(service.canonical if service else "other"),
        "service_category": order.service_type,
        "service_label": service.label if service else order.service_type,
        **_job(order, level),
        "notes": order.vendor_notes if mine else None,
        "vendor_notes": order.vendor_notes if mine else None,
        "priority": order.priority,
        **images(photos if mine else (), urls or {}),
        "dealing_price": money_number(order.dealing_price) if mine else None,
        "currency": order.currency,
        "invoice": _invoice(order, invoice) if mine else None,
        "vendor_id": viewer_id if part != "past" else None,
        "assigned_vendors": [viewer_id] if part != "past" else [],
        "response_deadline": naive_stamp(offer.expires_at) if offer and part == "offered" else None,
        "distance_km": offer.distance_km if offer else None,
        "assigned_at": naive_stamp(offer.sent_at) if offer else None,
        **_progress(order, mine=mine),
        "next_action": face.next_action(status, facts, has_invoice=order.invoice_state == "issued"),
        "created_date": naive_stamp(order.created_at),
        "updated_date": naive_stamp(order.updated_at),
    }


def standing_of(order: Order, offer: OfferStanding | None, viewer_id: UUID, now: datetime) -> Standing:
    """The viewer's part in an order that is visible to it."""
    is_holder = order.vendor_id == viewer_id
    part = face.standing(is_holder, offer.status if offer else None, offer.expires_at if offer else None, now)
    if part == "offered" and order.status not in ("new", "offering", "needs_attention"):
        return "past"
    return part or "past"


def _customer(order: Order, level: Disclosure) -> dict[str, Any]:
    if level == "full":
        return {
            "customer_name": order.customer_name,
            "customer_phone": order.customer_phone,
            "customer_email": order.customer_email,
            "customer_address": order.customer_address,
            "customer_location": place(order),
            "business_name": order.business_name,
        }
    area = place(order)
    return {
        "customer_name": face.first_name(order.customer_name) if level == "masked" else None,
        "customer_phone": None,
        "customer_email": None,
        "customer_address": None,
        "customer_location": {axis: face.blurred(degrees) for axis, degrees in area.items()} if area else None,
        "business_name": None,
    }


def _job(order: Order, level: Disclosure) -> dict[str, Any]:
    known = level != "residue"
    return {
        "description": order.description if known else None,
        "special_requirements": order.special_requirements if known else [],
        "scheduled_date": naive_stamp(order.scheduled_start) if known else None,
        "scheduled_end": naive_stamp(order.scheduled_end) if known else None,
        "estimated_value": money_number(order.estimated_value) if known else None,
        "price_package": order.price_package if known else None,
        "trigger_point_id": order.trigger_event_id if known else None,
        "conversation_id": order.conversation_id if known else None,
    }


def _progress(order: Order, *, mine: bool) -> dict[str, Any]:
    def at(moment: datetime | None) -> str | None:
        return naive_stamp(moment) if mine else None

    return {
        "accepted_at": at(order.assigned_at),
        "on_way_at": at(order.on_way_at),
        "processing_at": at(order.processing_at),
        "completed_at": at(order.completed_at),
        "cancelled_at": at(order.cancelled_at),
        "estimated_completion": at(order.estimated_completion),
        "cancellation_reason": order.cancellation_reason if mine else None,
    }


def _invoice(order: Order, invoice: InvoiceSummary | None) -> dict[str, Any] | None:
    texts = order.invoice_texts or {}
    contact = order.on_site_contact or {}
    if invoice is None and order.final_price is None and not texts and not contact:
        return None
    return {
        "final_price": money_number(invoice.total_amount if invoice else order.final_price),
        "service_name": (invoice.service_name if invoice else None) or texts.get("service_name"),
        "service_details": (invoice.service_details if invoice else None) or texts.get("service_details"),
        "primary_contact": contact.get("primary"),
        "secondary_contact": contact.get("secondary"),
        "invoice_url": invoice.url if invoice else None,
        "invoice_number": invoice.number if invoice else None,
        "status": invoice.status if invoice else None,
    }
