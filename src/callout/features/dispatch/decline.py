"""Declining an offer."""

from uuid import UUID

from callout.features.dispatch import answers, offer_store
from callout.features.dispatch.errors import OfferAnswered, OfferExpired, OfferTaken
from callout.features.dispatch.events import OfferDeclined
from callout.features.dispatch.tables import Offer
from callout.features.orders import store as order_store
from callout.features.orders.errors import OrderNotFound
from callout.features.orders.timeline import record_response
from callout.kit.db.work import Work


async def decline(
    work: Work, order_id: UUID, vendor_id: UUID, *, reason: str | None = None, note: str | None = None
) -> None:
    """The vendor refuses its pending offer; other vendors' offers stay, and the search goes on once all answered.

    Repeating it changes nothing. Locks order and offer in this order, as accepting does.

    Raises:
        OrderNotFound: this vendor was never asked.
        OfferAnswered: the vendor accepted before; giving the job back is a release.
        OfferExpired: the time to answer is over.
        OfferTaken: the offer was withdrawn.
    """
    order = await order_store.lock(work, order_id)
    offer = await offer_store.latest_offer(work, order_id, vendor_id, lock=True)
    if offer is None:
        raise OrderNotFound
    match offer.status:
        case "declined":
            return
        case "accepted" | "released":
            raise OfferAnswered(offer.status, "declined")
        case "withdrawn":
            raise OfferTaken("This job is no longer offered to you.")
    refused = await offer_store.settle(
        work,
        (Offer.id == offer.id, Offer.expires_at > offer_store.database_time()),
        "declined",
        decline_reason=reason,
        decline_note=note,
    )
    if not refused:
        raise OfferExpired
    minutes = await answers.count_answer(work, refused[0], accepted=False)
    record_response(
        work,
        order_id,
        vendor_id,
        "decline",
        offer_id=offer.id,
        response_time_minutes=minutes,
        decline_reason=reason,
        decline_note=note,
    )
    await work.publish(
        OfferDeclined(
            noun_id=offer.id,
            order_id=order_id,
            order_number=order.order_number,
            vendor_id=vendor_id,
            decline_reason=reason,
        )
    )
    await answers.wake(work, order_id, offer.run, "declined")
