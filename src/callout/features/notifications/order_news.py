"""What vendors, customers and admins are told about orders, offers and ratings: reactions bound to events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.dispatch.events import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
    OfferWithdrawn,
)
from callout.features.notifications import losers, store, words
from callout.features.notifications.delivery_rules import Recipient
from callout.features.notifications.notify import Notice, notify, notify_each
from callout.features.notifications.people import (
    admins,
    business_of,
    customer_recipient,
    vendor_recipient,
    vendor_recipients,
)
from callout.features.notifications.ports import CustomerLinks
from callout.features.orders.events import (
    OrderAssigned,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderFact,
    OrderLate,
    OrderNeedsAttention,
    OrderOffering,
    OrderOnWay,
    OrderProcessing,
    OrderUpdated,
    RatingReceived,
)
from callout.features.orders.face import blurred
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

OFFER_ACTIONS = (
    {"id": "accept_order", "label": "Accept", "style": "primary"},
    {"id": "decline_order", "label": "Decline", "style": "destructive"},
    {"id": "view_order_details", "label": "Details", "style": "default"},
)


UNFILLED = frozenset({"new", "offering"})
"""States an order needs attention from because nobody could be found for it."""


class OrderNews:
    """Reactions; each runs in the transaction of the event it is bound to."""

    def __init__(self, links: CustomerLinks) -> None:
        self._links = links

    async def on_order_created(self, work: Work, event: OrderCreated) -> None:
        """Confirms the request to the customer."""
        if not event.confirm:
            return
        await self._tell_customer(work, event, "order_confirmation", customer_name=event.customer_name)

    async def on_order_assigned(self, work: Work, event: OrderAssigned) -> None:
        """Tells the vendor that the job is its own, and the customer who comes."""
        if event.vendor_id is None or not event.notify or event.resumed:
            return
        occurrence = str(event.vendor_id)
        vendor = await vendor_recipient(work, event.vendor_id)
        if vendor is not None:
            await self._send(work, event, "order_assigned", vendor, occurrence=occurrence, values={})
        name = words.first_name(vendor.name) if vendor else None
        await self._tell_customer(work, event, "order_assigned", vendor_first_name=name, occurrence=occurrence)

    async def on_order_offering(self, work: Work, event: OrderOffering) -> None:
        """Tells a customer whose vendor will not come that somebody else is sought, and the vendor that it is out."""
        if event.former_vendor_id is None:
            return
        occurrence = f"{event.former_vendor_id}:{timestamp(work.now)}"
        await self._tell_customer(work, event, "order_reassigned", occurrence=occurrence)
        if event.actor != "vendor":
            reason = {"reason": event.reason}
            await self._tell_vendor(
                work, event, "order_reassigned", event.former_vendor_id, occurrence=occurrence, **reason
            )

    async def on_order_late(self, work: Work, event: OrderLate) -> None:
        """Reminds a vendor who has not set out, and alerts the admins."""
        if event.vendor_id is None or (vendor := await vendor_recipient(work, event.vendor_id)) is None:
            return
        business = await business_of(work)
        values = {
            "minutes_late": event.minutes_late,
            "scheduled_date": words.day_and_time(event.scheduled_start, business.zone, vendor.language),
            "vendor_name": vendor.name,
        }
        occurrence = f"{event.vendor_id}:{timestamp(event.scheduled_start)}"
        await notify(
            work, _notice(event, "no_show_warning", values, occurrence=occurrence), [vendor, *await admins(work)]
        )

    async def on_order_on_way(self, work: Work, event: OrderOnWay) -> None:
        """Tells the customer that somebody is coming."""
        if not event.resumed:
            await self._tell_progress(work, event, "order_on_way", eta=event.eta)

    async def on_order_processing(self, work: Work, event: OrderProcessing) -> None:
        """Tells the customer that the work has begun."""
        if not event.resumed:
            await self._tell_progress(work, event, "order_processing")

    async def on_order_completed(self, work: Work, event: OrderCompleted) -> None:
        """Tells customer and admins that the work is done."""
        total = words.amount(event.amount, event.currency, event.language)
        await self._tell_customer(work, event, "order_completed", final_amount=total)
        await notify(work, _notice(event, "order_completed", {"final_amount": total}), await admins(work))

    async def on_order_cancelled(self, work: Work, event: OrderCancelled) -> None:
        """Tells the vendor who held it, and the customer."""
        if event.vendor_id is not None:
            await self._tell_vendor(work, event, "order_cancelled", event.vendor_id, reason=event.reason)
        if event.notify_customer:
            await self._tell_customer(work, event, "order_cancelled", reason=event.reason)

    async def on_order_updated(self, work: Work, event: OrderUpdated) -> None:
        """Tells both sides about a new date, and the admins about a customer's wish."""
        if event.change_request is not None and "change_request" in event.changed:
            wish = {name: event.change_request.get(name) for name in ("kind", "message", "preferred_start")}
            occurrence = timestamp(work.now) or "1"
            notice = _notice(event, "order_change_requested", wish, occurrence=occurrence)
            await notify(work, notice, await admins(work))
        if event.old_date is None or "scheduled_start" not in event.changed:
            return
        zone = (await business_of(work)).zone
        dates = {
            "old_date": words.day_and_time(event.old_date, zone, event.language),
            "new_date": words.day_and_time(event.scheduled_start, zone, event.language),
        }
        occurrence = timestamp(event.scheduled_start) or "none"
        await self._tell_customer(work, event, "order_rescheduled", occurrence=occurrence, **dates)
        if event.vendor_id is not None:
            await self._tell_vendor(work, event, "order_rescheduled", event.vendor_id, occurrence=occurrence, **dates)

    async def on_order_needs_attention(self, work: Work, event: OrderNeedsAttention) -> None:
        """Calls the admins, and tells the customer, once per order, that finding somebody takes longer."""
        values = {"attention_reason": event.attention_reason.replace("_", " "), "age_min": 0}
        occurrence = f"{event.attention_reason}:{timestamp(work.now)}"
        notice = _notice(event, "order_needs_attention", values, occurrence=occurrence)
        await notify(work, notice, await admins(work))
        if event.from_status in UNFILLED and event.attention_reason != "scam_suspected":
            await self._tell_customer(work, event, "order_delayed")

    async def on_rating_received(self, work: Work, event: RatingReceived) -> None:
        """Tells the vendor and the admins."""
        if event.edited:
            return
        recipients = await admins(work)
        if event.vendor_id is not None and (vendor := await vendor_recipient(work, event.vendor_id)):
            recipients.append(vendor)
        await notify(work, _notice(event, "rating_received", {"stars": event.stars}), recipients)

    async def on_offers_sent(self, work: Work, events: Sequence[OfferSent]) -> None:
        """Offers jobs to vendors."""
        vendors = await vendor_recipients(work, {event.vendor_id for event in events})
        asked = [(event, vendors[event.vendor_id]) for event in events if event.vendor_id in vendors]
        await notify_each(work, [(await _offer(work, event, vendor), vendor) for event, vendor in asked])

    async def on_offer_accepted(self, work: Work, event: OfferAccepted) -> None:
        """Closes the entry that asked."""
        await store.close_offers(work, [event.noun_id], "accept_order")

    async def on_offer_declined(self, work: Work, event: OfferDeclined) -> None:
        """Closes the entry that asked."""
        await store.close_offers(work, [event.noun_id], "decline_order", residue=event.order_number)

    async def on_offers_expired(self, work: Work, events: Sequence[OfferExpired]) -> None:
        """Tells vendors that the time is over."""
        await losers.offers_ended(work, "offer_expired", events, None)

    async def on_offers_withdrawn(self, work: Work, events: Sequence[OfferWithdrawn]) -> None:
        """Tells vendors that the job is taken, or gone."""
        for reason in dict.fromkeys(event.reason for event in events):
            key = "offer_taken" if reason == "taken" else "offer_withdrawn"
            await losers.offers_ended(work, key, [event for event in events if event.reason == reason], reason)

    async def _tell_progress(self, work: Work, event: OrderFact, key: str, eta: Any = None) -> None:
        vendor = await vendor_recipient(work, event.vendor_id) if event.vendor_id else None
        business = await business_of(work)
        await self._tell_customer(
            work,
            event,
            key,
            vendor_first_name=words.first_name(vendor.name) if vendor else None,
            vendor_phone=vendor.phone if vendor else None,
            eta=words.day_and_time(eta, business.zone, event.language),
            occurrence=str(event.vendor_id),
        )

    async def _tell_customer(
        self, work: Work, event: OrderFact, key: str, *, occurrence: str = "1", **values: Any
    ) -> None:
        customer = await customer_recipient(
            work,
            name=event.customer_name,
            email=event.customer_email,
            phone=event.customer_phone,
            language=event.language,
        )
        values["status_link"] = await self._links.status_link(work, event.noun_id)
        await self._send(work, event, key, customer, occurrence=occurrence, values=values)

    async def _tell_vendor(
        self, work: Work, event: OrderFact, key: str, vendor_id: UUID, *, occurrence: str = "1", **values: Any
    ) -> None:
        if vendor := await vendor_recipient(work, vendor_id):
            await self._send(work, event, key, vendor, occurrence=occurrence, values=values)

    async def _send(
        self, work: Work, event: OrderFact, key: str, recipient: Recipient, *, occurrence: str, values: dict[str, Any]
    ) -> None:
        business = await business_of(work)
        scheduled = words.day_and_time(event.scheduled_start, business.zone, recipient.language)
        more = {"scheduled_date": scheduled, "location": event.customer_address, "company_name": business.name}
        await notify(work, _notice(event, key, {**more, **values}, occurrence=occurrence), [recipient])


async def _offer(work: Work, event: OfferSent, vendor: Recipient) -> Notice:
    business = await business_of(work)
    values = {
        "order_number": event.order_number,
        "order_id": event.order_number,
        "service_type": event.service_type.replace("_", " "),
        "vendor_name": vendor.name,
        **await _disclosed(work, event),
        "priority": event.priority,
        "description": event.description,
        "estimated_value": words.amount(event.estimated_value, event.currency, vendor.language),
        "distance_km": f"{event.distance_km:.1f}",
        "scheduled_date": words.day_and_time(event.scheduled_start, business.zone, vendor.language),
        "response_deadline": words.day_and_time(event.expires_at, business.zone, vendor.language),
    }
    return Notice(
        key="new_order",
        noun_id=event.noun_id,
        values=values,
        order_id=event.order_id,
        offer_id=event.noun_id,
        data={
            "order_id": str(event.order_id),
            "order_number": event.order_number,
            "offer_id": str(event.noun_id),
            "distance_km": event.distance_km,
            "response_deadline": timestamp(event.expires_at),
        },
        priority=event.priority,
        urgent=event.priority == "urgent",
        actions=OFFER_ACTIONS,
        expires_at=event.expires_at,
    )


async def _disclosed(work: Work, event: OfferSent) -> dict[str, str | None]:
    """What an offer tells about the customer: where the tenant says so only a first name and the area."""
    if (await tenant_settings(work))["orders.offer_disclosure"] != "masked":
        return {
            "customer_name": event.customer_name,
            "customer_phone": event.customer_phone,
            "location": event.customer_address,
        }
    lat, lng = blurred(event.customer_lat), blurred(event.customer_lng)
    return {
        "customer_name": words.first_name(event.customer_name),
        "customer_phone": None,
        "location": None if lat is None or lng is None else f"\u2248 {lat:.2f}, {lng:.2f}",
    }


def _notice(event: OrderFact, key: str, values: dict[str, Any], *, occurrence: str = "1") -> Notice:
    return Notice(
        key=key,
        noun_id=event.noun_id,
        values={"order_number": event.order_number, "service_type": event.service_label, **values},
        occurrence=occurrence,
        order_id=event.noun_id,
        trigger_event_id=event.trigger_event_id,
        data={"order_id": str(event.noun_id), "order_number": event.order_number},
        priority=event.priority,
        urgent=event.priority == "urgent" and key == "order_needs_attention",
    )
