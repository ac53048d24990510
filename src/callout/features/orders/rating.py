"""The one rating of an order: by the customer's link, or entered by an admin."""

from __future__ import annotations

from datetime import timedelta

from callout.features.orders import store
from callout.features.orders.errors import AlreadyRated, InvalidTransition
from callout.features.orders.events import RatingReceived
from callout.features.orders.facts import publish
from callout.features.orders.tables import Order, Rating
from callout.features.orders.timeline import note
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

EDITABLE_FOR = timedelta(hours=24)


async def rate_order(
    work: Work,
    order: Order,
    *,
    stars: int,
    comment: str | None = None,
    would_recommend: bool | None = None,
    complaint: bool = False,
    source: str,
) -> tuple[Rating, bool]:
    """Rates a completed order, or changes the customer's own rating within 24 hours.

    Args:
        work: the transaction; `order` is locked in it.
        order: completed.
        stars: 1 to 5.
        comment: in the customer's words.
        would_recommend: whether the customer would.
        complaint: whether it is one.
        source: customer or admin.

    Returns:
        The rating, and whether it is new.

    Raises:
        InvalidTransition: the order is not completed.
        AlreadyRated: there is a rating that may not be changed any more, or not by this hand.
    """
    if order.status != "completed":
        raise InvalidTransition(order.status, "rated", ())
    known = (await store.ratings_of(work, [order.id])).get(order.id)
    if known is not None and not is_editable(known, source, work):
        raise AlreadyRated(rating_id=known.id)
    previous = known.stars if known else None
    rating = known or Rating(
        id=uuid7(), tenant_id=work.tenant_id, order_id=order.id, vendor_id=order.vendor_id, source=source, hidden=False
    )
    rating.stars = stars
    rating.comment = comment
    rating.would_recommend = would_recommend
    rating.complaint = complaint
    work.session.add(rating)
    order.rating_id = rating.id
    note(work, order, "rating.received", stars=stars, complaint=complaint, source=source)
    await work.session.flush()
    await publish(
        work,
        order,
        RatingReceived,
        rating_id=rating.id,
        stars=stars,
        complaint=complaint,
        source=source,
        edited=known is not None,
        previous_stars=previous,
    )
    return rating, known is None


def is_editable(rating: Rating, source: str, work: Work) -> bool:
    """Whether this rating may still be changed from this side."""
    return rating.source == source == "customer" and rating.created_at + EDITABLE_FOR > work.now
