"""Orders that conversations lead to: made when a rule fires, stopped when the customer takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from callout.features.orders import neighbours, reading, store
from callout.features.orders.closing import customer_changed_mind
from callout.features.orders.create import Draft, create_order
from callout.features.orders.desk import OrderDesk
from callout.features.orders.dispatching import dispatch_order, set_aside
from callout.features.orders.events import OrderAssigned, OrderCancelled, OrderCompleted, RatingReceived
from callout.features.orders.tables import Order
from callout.features.triggers import firing
from callout.features.triggers.events import TriggerDismissed, TriggerFired
from callout.kit.db.work import Work
from callout.kit.errors import Problem, Unprocessable
from callout.kit.geo import Point

UNKNOWN_CUSTOMER = "Customer"
UNKNOWN_ADDRESS = "Address not known"
FALLBACK_SERVICE = "other"


class TriggeredOrders:
    """What trigger events and orders do to each other; reactions bound by the composition root."""

    def __init__(self, desk: OrderDesk) -> None:
        self._desk = desk

    async def fired(self, work: Work, event: TriggerFired) -> None:
        """Runs the rule's order actions; what fails is written down and does not stop the next."""
        if not event.act or not event.actions.get("create_order"):
            return
        order = await self._attempt_order(work, event)
        if order is None:
            return
        settings = await neighbours.order_settings(work)
        if event.actions.get("notify_vendors") and settings.auto_vendor_selection:
            await self._attempt_dispatch(work, event, order)
        if event.actions.get("send_customer_email"):
            told = {"ok": True} if event.customer_email else {"ok": False, "error": "no_email"}
            await firing.record_actions(work, event.noun_id, [{"action": "send_customer_email", **told}])

    async def dismissed(self, work: Work, event: TriggerDismissed) -> None:
        """A live order whose customer changed its mind is cancelled, or left to the admins once accepted."""
        if event.by == "evaluation" and event.order_id is not None:
            order = await store.lock(work, event.order_id)
            await customer_changed_mind(work, self._desk.dispatcher, order, reason="The customer changed their mind.")

    async def summaries(self, work: Work, order_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Any]]:
        """OrderSummary by id; unknown ids are left out."""
        orders, _ = await store.page(
            work, [Order.id.in_(order_ids)], [("created_at", True)], limit=max(len(order_ids), 1), offset=0
        )
        return {view["id"]: view for view in await reading.summaries(work, orders)}

    async def create(self, work: Work, fired: TriggerFired, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Makes the order of a trigger event by hand, dispatches it, and reports both.

        Raises:
            Unprocessable: nobody can be reached: the talk gave no phone number.
        """
        order = await self._create(work, fired, overrides)
        await self._attempt_dispatch(work, fired, order)
        await work.session.flush()
        return (await reading.summaries(work, [order]))[0]

    async def assigned(self, work: Work, event: OrderAssigned) -> None:
        """Somebody does what was asked for."""
        if event.trigger_event_id is not None and event.vendor_id is not None:
            await firing.record_acceptance(work, event.noun_id, event.vendor_id, work.now)

    async def completed(self, work: Work, event: OrderCompleted) -> None:
        """What was asked for is done."""
        if event.trigger_event_id is not None:
            await firing.complete_with_order(work, event.noun_id, event.completed_at)

    async def cancelled(self, work: Work, event: OrderCancelled) -> None:
        """What was asked for will not be done."""
        if event.trigger_event_id is not None:
            await firing.cancel_with_order(work, event.noun_id)

    async def rated(self, work: Work, event: RatingReceived) -> None:
        """How well it was done."""
        if event.trigger_event_id is not None:
            await firing.record_satisfaction(work, event.noun_id, event.stars)

    async def _attempt_order(self, work: Work, event: TriggerFired) -> Order | None:
        try:
            async with work.nested():
                return await self._create(work, event, {})
        except Problem as problem:
            failure = {"action": "create_order", "ok": False, "error": problem.wire_code}
            await firing.record_actions(work, event.noun_id, [failure])
            return None

    async def _create(self, work: Work, event: TriggerFired, overrides: Mapping[str, Any]) -> Order:
        codes = await neighbours.services(work)
        order, _ = await create_order(work, self._desk.geocoder, draft_of(event, overrides, frozenset(codes)))
        await firing.record_actions(
            work,
            event.noun_id,
            [{"action": "create_order", "ok": True, "ref": order.order_number}],
            order.id,
            estimated_value=order.estimated_value,
            price_package=order.price_package,
        )
        return order

    async def _attempt_dispatch(self, work: Work, event: TriggerFired, order: Order) -> None:
        if order.status != "new":
            return
        number = order.order_number
        try:
            async with work.nested():
                if event.is_scam:
                    await set_aside(work, order, "scam_suspected")
                else:
                    await dispatch_order(work, self._desk.dispatcher, order)
        except Problem as problem:
            outcome: dict[str, Any] = {"ok": False, "error": problem.wire_code}
            await work.session.refresh(order)
        else:
            asked = order.status in ("offering", "new")
            outcome = {"ok": asked} if asked else {"ok": False, "error": order.attention_reason}
        await firing.record_actions(work, event.noun_id, [{"action": "notify_vendors", "ref": number, **outcome}])


def draft_of(event: TriggerFired, overrides: Mapping[str, Any], codes: frozenset[str]) -> Draft:
    """The order a firing asks for.

    Args:
        event: what was heard, and the rule's actions and criteria.
        overrides: members of `Draft` that win.
        codes: services of the catalogue; work of an unknown kind is "other".

    Raises:
        Unprocessable: nobody could be called back.
    """
    phone = overrides.get("customer_phone") or event.customer_phone
    if phone is None:
        raise Unprocessable.at("customer_phone", "the talk gave no phone number", code="no_phone")
    place = event.location or {}
    geo = place.get("geo")
    name = event.customer_name or event.business_name or UNKNOWN_CUSTOMER
    start, end = event.scheduled_from, event.scheduled_to
    draft = Draft(
        customer_name=name,
        customer_phone=phone,
        customer_email=event.customer_email,
        customer_address=address_of(place),
        location=Point(geo["lat"], geo["lng"]) if geo else None,
        location_precision=place.get("precision") if geo else None,
        city=place.get("city"),
        state=place.get("state"),
        business_name=event.business_name,
        contact_id=event.contact_id,
        kind=event.actions.get("order_kind") or "service",
        service_type=event.service_type if event.service_type in codes else FALLBACK_SERVICE,
        description=event.work_needed,
        special_requirements=event.special_requirements[:10],
        priority=event.priority,
        scheduled_start=start,
        scheduled_end=end if start and end and end > start else None,
        schedule_source="customer",
        language=event.language,
        offer_mode=event.criteria.get("offer_mode"),
        preferred_vendor_ids=[UUID(str(one)) for one in event.criteria.get("preferred_vendor_ids") or ()],
        excluded_vendor_ids=[UUID(str(one)) for one in event.criteria.get("excluded_vendor_ids") or ()],
        conversation_id=event.conversation_id,
        trigger_event_id=event.noun_id,
        selection_criteria=event.criteria,
        response_time_minutes=event.actions.get("response_time_minutes"),
        confirm=bool(event.actions.get("send_customer_email")),
    )
    known = {name: value for name, value in overrides.items() if name in Draft.__struct_fields__ and value is not None}
    return msgspec.structs.replace(draft, **known)


def address_of(place: Mapping[str, Any]) -> str:
    """A heard place as one line; the town alone when no street was said."""
    town = [str(place[part]) for part in ("city", "state", "zip") if place.get(part)]
    street = place.get("address")
    if not street:
        return ", ".join(town)[:300] or UNKNOWN_ADDRESS
    missing = [part for part in town if part.casefold() not in str(street).casefold()]
    return ", ".join([str(street), *missing])[:300]
