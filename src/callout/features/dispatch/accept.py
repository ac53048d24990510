"""Accepting an offer: of any number of vendors who try, one gets the job."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from callout.features.dispatch import answers, offer_store, runs
from callout.features.dispatch.errors import AtCapacity, OfferExpired, OfferTaken
from callout.features.dispatch.events import OfferAccepted
from callout.features.dispatch.tables import Offer
from callout.features.orders.errors import InvalidTransition, OrderNotFound
from callout.features.orders.timeline import record_response
from callout.features.orders.transition import mark_assigned
from callout.kit.db.work import Work

TAKEN: Final = "taken"


async def accept(work: Work, order_id: UUID, vendor_id: UUID, *, estimated_completion: datetime | None = None) -> None:
    """The vendor takes its pending offer; the winner may repeat.

    One transaction that locks order, offer and vendor in this order and decides by the database's clock: the order
    goes from offering to assigned, the offer from pending to accepted, the vendor's open jobs up by one, the other
    offers are withdrawn. Whoever finds one of these steps done by somebody else has lost, and nothing is written.

    Raises:
        OrderNotFound: this vendor was never asked.
        OfferTaken: another vendor was faster, or the offer is no longer there.
        OfferExpired: the time to answer is over.
        AtCapacity: the vendor has as many open jobs as allowed.
    """
    offer = await offer_store.latest_offer(work, order_id, vendor_id)
    if offer is None:
        raise OrderNotFound
    if (offer.status, offer.end_reason) == ("withdrawn", TAKEN):  # for good: no need to wait for the order
        raise _lost(work, offer)
    try:
        order, changed = await mark_assigned(
            work, order_id, vendor_id, source="offer", estimated_completion=estimated_completion
        )
    except InvalidTransition as refused:
        raise await _why_lost(work, order_id, vendor_id) from refused
    if not changed:
        return
    taken = await offer_store.take(work, offer.id)
    if taken is None:
        raise await _why_lost(work, order_id, vendor_id)
    if not await offer_store.take_slot(work, vendor_id):
        raise AtCapacity
    await answers.withdraw(work, (Offer.order_id == order_id,), order.order_number, TAKEN)
    minutes = await answers.count_answer(work, taken, accepted=True)
    if order.offering_at is not None and "first_response_min" not in order.metrics:
        first = (work.now - order.offering_at).total_seconds() / 60
        order.metrics = {**order.metrics, "first_response_min": round(first, 2)}
    record_response(work, order_id, vendor_id, "accept", offer_id=taken.id, response_time_minutes=minutes)
    run = await offer_store.newest_run(work, order_id)
    if run is not None:
        await runs.close_run(work, run, "assigned")
    await work.publish(
        OfferAccepted(
            noun_id=taken.id,
            order_id=order_id,
            order_number=order.order_number,
            vendor_id=vendor_id,
            response_time_min=float(minutes),
        )
    )


async def _why_lost(work: Work, order_id: UUID, vendor_id: UUID) -> OfferTaken | OfferExpired:
    """What to tell a vendor whose offer cannot be had any more."""
    return _lost(work, await offer_store.latest_offer(work, order_id, vendor_id))


def _lost(work: Work, offer: Offer | None) -> OfferTaken | OfferExpired:
    if offer is not None and (offer.status, offer.end_reason) == ("withdrawn", TAKEN):
        work.after_rollback(partial(offer_store.note_late_yes, offer_id=offer.id))
    if offer is None or offer.status in {"withdrawn", "declined", "accepted", "released"}:
        return OfferTaken()
    return OfferExpired()
