"""How admins read orders: OrderSummary, Order and their parts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from callout.features.orders import economics
from callout.features.orders.lifecycle import Facts, verbs
from callout.features.orders.neighbours import ServiceFacts, VendorFacts
from callout.features.orders.tables import Order, OrderEvent, OrderPhoto, Rating, VendorResponse
from callout.kit.http.wire import money, timestamp
from callout.kit.text.masking import mask_contact_details, mask_email
from callout.kit.text.phones import mask_phone


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What views of orders show besides their own rows.

    Attributes:
        masked: phones and e-mail addresses are shown unreadable (viewers).
    """

    services: Mapping[str, ServiceFacts] = field(default_factory=dict)
    vendors: Mapping[UUID, VendorFacts] = field(default_factory=dict)
    ratings: Mapping[UUID, Rating] = field(default_factory=dict)
    masked: bool = False


def order_summary(order: Order, around: Surroundings) -> dict[str, Any]:
    """OrderSummary of the API."""
    service = around.services.get(order.service_type)
    vendor = around.vendors.get(order.vendor_id) if order.vendor_id else None
    rating = around.ratings.get(order.id)
    return {
        "id": order.id,
        "order_number": order.order_number,
        "status": order.status,
        "attention_reason": order.attention_reason,
        "priority": order.priority,
        "kind": order.kind,
        "service_type": order.service_type,
        "service_label": service.label if service else order.service_type,
        "customer_name": order.customer_name,
        "customer_phone": mask_phone(order.customer_phone) if around.masked else order.customer_phone,
        "customer_address": order.customer_address,
        "vendor": vendor_badge(vendor) if vendor else None,
        "amount": money(economics.amount(order.final_price, order.dealing_price), order.currency),
        "estimated_value": money(order.estimated_value, order.currency),
        "currency": order.currency,
        "scheduled_start": timestamp(order.scheduled_start),
        "fill_deadline": timestamp(order.fill_deadline),
        "created_at": timestamp(order.created_at),
        "completed_at": timestamp(order.completed_at),
        "invoice_state": order.invoice_state,
        "invoice_number": order.invoice_number,
        "rating": rating_view(rating) if rating else None,
    }


def order_view(
    order: Order,
    around: Surroundings,
    *,
    facts: Facts,
    role: str,
    photos: Sequence[OrderPhoto],
    urls: Mapping[UUID, str],
    offered: Sequence[UUID],
    status_link: str | None,
) -> dict[str, Any]:
    """Order of the API.

    Args:
        order: the order.
        around: catalogue, vendors, ratings.
        facts: for the verbs allowed now.
        role: of the reader.
        photos: oldest first.
        urls: signed addresses by file id.
        offered: vendors it was ever offered to.
        status_link: the customer's page, when a link was issued; whoever has it acts as the customer, so that
            nobody who only looks gets it.
    """
    return {
        **order_summary(order, around),
        "customer_email": mask_email(order.customer_email) if around.masked else order.customer_email,
        "customer_location": place(order),
        "location_precision": order.location_precision,
        "business_name": order.business_name,
        "contact_id": order.contact_id,
        "description": order.description,
        "special_requirements": order.special_requirements,
        "required_skills": order.required_skills,
        "scheduled_end": timestamp(order.scheduled_end),
        "schedule_source": order.schedule_source,
        "estimated_completion": timestamp(order.estimated_completion),
        "language": order.language,
        "offer_mode": order.offer_mode,
        "preferred_vendor_ids": order.preferred_vendor_ids,
        "excluded_vendor_ids": order.excluded_vendor_ids,
        "follow_up_of": order.follow_up_of,
        "admin_notes": order.admin_notes,
        "vendor_notes": order.vendor_notes,
        "dealing_price": money(order.dealing_price, order.currency),
        "final_price": money(order.final_price, order.currency),
        "on_site_contact": mask_contact_details(order.on_site_contact) if around.masked else order.on_site_contact,
        "price_package": order.price_package,
        "prior_status": order.prior_status,
        "vendor_id": order.vendor_id,
        "assigned_vendor_ids": list(offered),
        "primary_vendor_id": order.primary_vendor_id,
        "assignment_source": order.assignment_source,
        "conversation_id": order.conversation_id,
        "trigger_event_id": order.trigger_event_id,
        "ring": order.ring,
        "dispatch_after": timestamp(order.dispatch_after),
        "policy_version": order.policy_version,
        "invoice_id": order.invoice_id,
        "rating_id": order.rating_id,
        "notifications_sent": order.notifications_sent,
        "offering_at": timestamp(order.offering_at),
        "assigned_at": timestamp(order.assigned_at),
        "on_way_at": timestamp(order.on_way_at),
        "processing_at": timestamp(order.processing_at),
        "cancelled_at": timestamp(order.cancelled_at),
        "cancelled_by_role": order.cancelled_by_role,
        "cancellation_reason": order.cancellation_reason,
        "change_request": order.change_request,
        "metrics": order.metrics,
        "reassign_count": order.reassign_count,
        "next_actions": verbs(facts, role),
        **images(photos, urls),
        "status_link": None if role == "viewer" else status_link,
        "steps": steps(order),
        "created_by": order.created_by,
        "created_by_role": order.created_by_role,
        "updated_by_role": order.updated_by_role,
        "version": order.version,
        "updated_at": timestamp(order.updated_at),
    }


def vendor_badge(vendor: VendorFacts) -> dict[str, Any]:
    """A vendor as an order names it."""
    return {"id": vendor.id, "full_name": vendor.full_name, "avatar_url": vendor.avatar_url}


def place(order: Order) -> dict[str, float] | None:
    """The place of work in degrees WGS 84; None when unknown."""
    if order.customer_lat is None or order.customer_lng is None:
        return None
    return {"lat": order.customer_lat, "lng": order.customer_lng}


def images(photos: Sequence[OrderPhoto], urls: Mapping[UUID, str]) -> dict[str, Any]:
    """Before and after pictures: all, and the newest of each."""
    by_stage = {
        stage: [urls[photo.file_id] for photo in photos if photo.stage == stage and photo.file_id in urls]
        for stage in ("before", "after")
    }
    return {
        "before_image_url": by_stage["before"][-1] if by_stage["before"] else None,
        "after_image_url": by_stage["after"][-1] if by_stage["after"] else None,
        "before_images": by_stage["before"],
        "after_images": by_stage["after"],
    }


def steps(order: Order) -> list[dict[str, Any]]:
    """The states reached and when, in the order of the job."""
    reached = (
        ("new", order.created_at),
        ("offering", order.offering_at),
        ("assigned", order.assigned_at),
        ("on_way", order.on_way_at),
        ("processing", order.processing_at),
        ("completed", order.completed_at),
        ("cancelled", order.cancelled_at),
    )
    return [{"step": step, "at": timestamp(at)} for step, at in reached if at is not None]


def timeline_view(event: OrderEvent) -> dict[str, Any]:
    """order_event of the API."""
    return {
        "id": event.id,
        "order_id": event.order_id,
        "at": timestamp(event.at),
        "type": event.type,
        "from_status": event.from_status,
        "to_status": event.to_status,
        "actor_role": event.actor_role,
        "actor_id": event.actor_id,
        "detail": event.detail,
        "customer_visible": event.customer_visible,
    }


def response_view(row: VendorResponse) -> dict[str, Any]:
    """vendor_response of the API."""
    return {
        "id": row.id,
        "order_id": row.order_id,
        "vendor_id": row.vendor_id,
        "offer_id": row.offer_id,
        "action": row.action,
        "response_data": row.response_data,
        "at": timestamp(row.at),
        "response_time_minutes": None if row.response_time_minutes is None else float(row.response_time_minutes),
        "corrects_id": row.corrects_id,
    }


def photo_view(photo: OrderPhoto, url: str | None) -> dict[str, Any]:
    """order_photo of the API."""
    geo = None if photo.lat is None or photo.lng is None else {"lat": photo.lat, "lng": photo.lng}
    return {
        "id": photo.id,
        "order_id": photo.order_id,
        "stage": photo.stage,
        "file_id": photo.file_id,
        "url": url,
        "caption": photo.caption,
        "taken_at": timestamp(photo.taken_at),
        "geo": geo,
        "created_at": timestamp(photo.created_at),
    }


def rating_view(rating: Rating) -> dict[str, Any]:
    """Rating of the API; a hidden rating counts, but its words are not shown."""
    return {
        "id": rating.id,
        "order_id": rating.order_id,
        "vendor_id": rating.vendor_id,
        "stars": rating.stars,
        "comment": None if rating.hidden else rating.comment,
        "would_recommend": rating.would_recommend,
        "complaint": rating.complaint,
        "source": rating.source,
        "hidden": rating.hidden,
        "created_at": timestamp(rating.created_at),
    }
