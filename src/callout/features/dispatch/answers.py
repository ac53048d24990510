"""What every end of an offer leaves behind: the vendor's counters, the event and the waking of the search."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement

from callout.features.dispatch import offer_store, runs, track_record
from callout.features.dispatch.events import OfferExpired, OfferWithdrawn
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.records import count
from callout.features.dispatch.tables import Offer
from callout.features.orders.tables import Order
from callout.kit.db.work import Work


async def count_answer(work: Work, offer: Offer, *, accepted: bool) -> Decimal:
    """Counts a yes or no towards the vendor's record and keeps the response time; returns it in minutes."""
    minutes = Decimal(f"{max(0.0, (work.now - offer.sent_at).total_seconds() - offer.paused_s) / 60:.2f}")
    offer.response_time_min = minutes
    part = track_record.daypart(offer.sent_at, await offer_store.timezone_of(work, offer.vendor_id))
    policy = await active_policy(work)
    await count(
        work,
        offer.vendor_id,
        offer.service_type,
        policy.knobs,
        lambda record: track_record.answered(record, minutes=float(minutes), accepted=accepted, part=part),
    )
    return minutes


async def expire_due(work: Work, order: Order) -> None:
    """Ends the offers of an order whose time is over: silence counts, and a pause begins for the vendor.

    Vendors are held before their counters, as accepting does, so that neither waits for the other in a circle.
    """
    policy = await active_policy(work)
    due = await offer_store.settle(work, (Offer.order_id == order.id, Offer.expires_at <= work.now), "expired")
    if due:
        await offer_store.lock_verified(work, {offer.vendor_id for offer in due})
    silent = sorted(due, key=lambda offer: offer.vendor_id)
    for offer in silent:
        part = track_record.daypart(offer.sent_at, await offer_store.timezone_of(work, offer.vendor_id))

        def silence(record: track_record.Record, part: int = part) -> track_record.Record:
            return track_record.stayed_silent(record, work.now, part=part, backoff_min=policy.knobs.silence_backoff_min)

        await count(work, offer.vendor_id, offer.service_type, policy.knobs, silence)
    await work.publish_all(
        [
            OfferExpired(
                noun_id=offer.id, order_id=order.id, order_number=order.order_number, vendor_id=offer.vendor_id
            )
            for offer in silent
        ]
    )


async def withdraw(
    work: Work, conditions: Sequence[ColumnElement[bool]], order_number: str, reason: str
) -> list[Offer]:
    """Takes pending offers of one order back; that leaves no trace in anybody's record."""
    taken_back = await offer_store.settle(work, conditions, "withdrawn", end_reason=reason[:300])
    await work.publish_all(
        [
            OfferWithdrawn(
                noun_id=offer.id,
                order_id=offer.order_id,
                order_number=order_number,
                vendor_id=offer.vendor_id,
                reason=reason,
                seen=offer.seen_at is not None,
            )
            for offer in taken_back
        ]
    )
    return taken_back


async def wake(work: Work, order_id: UUID, run: int, what: str) -> None:
    """Wakes the search that an offer belongs to."""
    await work.signal(runs.key_of(order_id, run), what, runs.TOPIC)
