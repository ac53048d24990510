"""Makes orders: by an admin, by a fired trigger, as the follow-up of another."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from callout.features.geocoding.ports import Geocoder
from callout.features.orders import economics, neighbours, numbering, planning, store
from callout.features.orders.events import OrderCreated
from callout.features.orders.facts import publish
from callout.features.orders.place import Spot, brief, locate
from callout.features.orders.tables import Order
from callout.features.orders.timeline import note
from callout.features.vendors.catalogue import default_tiers
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.geo import Point
from callout.kit.ids import uuid7


class Draft(msgspec.Struct, kw_only=True):
    """An order as somebody asks for it; what is absent is filled by the rules of the product.

    Attributes:
        customer_phone: E.164.
        location: degrees WGS 84; the address is looked up when absent.
        city: the town the location lies in, if known; what the address is found at wins.
        state: its state or region, likewise.
        estimated_value: wins over the estimate, also when 0; in the tenant's currency.
        selection_criteria: vendor selection criteria of the rule that fired.
        response_time_minutes: until somebody must have accepted; instead of the deadline of the priority.
        confirm: whether the customer is told; the tenant's setting unless given.
    """

    customer_name: str
    customer_phone: str
    customer_address: str
    service_type: str
    description: str
    customer_email: str | None = None
    location: Point | None = None
    location_precision: str | None = None
    city: str | None = None
    state: str | None = None
    business_name: str | None = None
    contact_id: UUID | None = None
    kind: str = "service"
    special_requirements: list[str] = []
    required_skills: list[str] = []
    priority: str = "medium"
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    schedule_source: str = "operator"
    estimated_value: Decimal | None = None
    language: str | None = None
    offer_mode: str | None = None
    preferred_vendor_ids: list[UUID] = []
    excluded_vendor_ids: list[UUID] = []
    follow_up_of: UUID | None = None
    admin_notes: str | None = None
    conversation_id: UUID | None = None
    trigger_event_id: UUID | None = None
    selection_criteria: dict[str, Any] | None = None
    response_time_minutes: int | None = None
    confirm: bool | None = None


async def create_order(work: Work, geocoder: Geocoder, draft: Draft) -> tuple[Order, bool]:
    """Makes an order, with its number, place, estimate and deadline; dispatch is a further step.

    Args:
        work: the transaction.
        geocoder: finds the address when no point is given.
        draft: what is asked for.

    Returns:
        The order, and False when its conversation had led to one already, which is then left as it is.

    Raises:
        Unprocessable: the service is not in the catalogue.
    """
    if draft.conversation_id and (known := await store.of_conversation(work, draft.conversation_id)):
        return known, False
    tenant = await neighbours.tenant(work)
    settings = await neighbours.order_settings(work)
    service = (await neighbours.services(work)).get(draft.service_type)
    if service is None:
        raise Unprocessable.at("service_type", "there is no such service in the catalogue", code="unknown_service")
    order = _row(work, draft, tenant, settings, service)
    if draft.location and draft.location_precision and tuple(draft.location) != (0, 0):
        spot = Spot(draft.location, draft.location_precision, brief(draft.city), brief(draft.state))
    else:
        spot = await locate(geocoder, draft.customer_address, draft.location, tenant.country)
    order.customer_lat, order.customer_lng = spot.point or (None, None)
    order.location_precision = spot.precision
    order.customer_city, order.customer_state = spot.city, spot.state
    try:
        async with work.nested():
            order.order_number = numbering.order_number(await numbering.allocate(work, "order"))
            work.session.add(order)
            await work.session.flush()
    except IntegrityError:
        if draft.conversation_id and (known := await store.of_conversation(work, draft.conversation_id)):
            return known, False
        raise
    origin = str(draft.conversation_id) if draft.conversation_id else None
    note(work, order, "order.created", to_status="new", customer_visible=True, conversation_id=origin)
    confirm = draft.confirm if draft.confirm is not None else settings.customer_confirmation
    await publish(work, order, OrderCreated, confirm=confirm)
    return order, True


def _row(
    work: Work,
    draft: Draft,
    tenant: neighbours.TenantFacts,
    settings: neighbours.OrderSettings,
    service: neighbours.ServiceFacts,
) -> Order:
    value = draft.estimated_value
    if value is None:
        value = economics.estimated_value(service.base_price, draft.priority)
    tiers = service.tiers or default_tiers(service.base_price)
    package = economics.price_package(
        value, economics.tier_of(value, tiers), service.label, tenant.currency, tenant.locale
    )
    start = draft.scheduled_start
    return Order(
        id=uuid7(),
        tenant_id=work.tenant_id,
        status="new",
        kind=draft.kind,
        customer_name=draft.customer_name,
        customer_phone=draft.customer_phone,
        customer_email=draft.customer_email,
        customer_address=draft.customer_address,
        business_name=draft.business_name or draft.customer_name,
        contact_id=draft.contact_id,
        language=draft.language,
        service_type=service.code,
        description=draft.description,
        special_requirements=list(draft.special_requirements),
        required_skills=list(draft.required_skills),
        priority=draft.priority,
        scheduled_start=start or planning.default_start(draft.priority, work.now),
        scheduled_end=draft.scheduled_end,
        schedule_source=draft.schedule_source if start else "default",
        admin_notes=draft.admin_notes,
        currency=tenant.currency,
        estimated_value=value,
        price_package=package,
        offer_mode=draft.offer_mode,
        preferred_vendor_ids=[str(vendor_id) for vendor_id in draft.preferred_vendor_ids],
        excluded_vendor_ids=[str(vendor_id) for vendor_id in draft.excluded_vendor_ids],
        selection_criteria=draft.selection_criteria,
        response_time_minutes=draft.response_time_minutes,
        fill_deadline=planning.fill_deadline(
            draft.priority, work.now, settings.deadline_min, draft.response_time_minutes
        ),
        conversation_id=draft.conversation_id,
        trigger_event_id=draft.trigger_event_id,
        follow_up_of=draft.follow_up_of,
        reassign_count=0,
        ring=0,
        metrics={},
        notifications_sent={},
        invoice_state="none",
    )


def follow_up(order: Order, changes: dict[str, Any]) -> Draft:
    """The draft of a further order for the same customer and place, with some members changed."""
    draft = Draft(
        customer_name=order.customer_name,
        customer_phone=order.customer_phone,
        customer_email=order.customer_email,
        customer_address=order.customer_address,
        location=_point(order),
        location_precision=order.location_precision if order.customer_lat is not None else None,
        city=order.customer_city,
        state=order.customer_state,
        business_name=order.business_name,
        contact_id=order.contact_id,
        kind=order.kind,
        service_type=order.service_type,
        description=order.description,
        special_requirements=list(order.special_requirements),
        required_skills=list(order.required_skills),
        priority=order.priority,
        language=order.language,
        follow_up_of=order.id,
    )
    if "customer_address" in changes:
        draft = msgspec.structs.replace(draft, location=None, location_precision=None)
    return msgspec.structs.replace(draft, **changes)


def _point(order: Order) -> Point | None:
    if order.customer_lat is None or order.customer_lng is None:
        return None
    return Point(order.customer_lat, order.customer_lng)
