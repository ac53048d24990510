"""Taking offers back: all of an order, or one by an admin."""

from uuid import UUID

from callout.features.dispatch import answers, offer_store
from callout.features.dispatch.errors import OfferAnswered
from callout.features.dispatch.gathering import OPERATOR
from callout.features.dispatch.tables import Offer
from callout.features.orders import store as order_store
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def withdraw_all(work: Work, order_id: UUID, reason: str) -> None:
    """Withdraws every pending offer of an order and wakes its search.

    Args:
        work: the transaction.
        order_id: the order.
        reason: `order_closed`, `assigned` or other words.
    """
    order = await order_store.find(work, order_id)
    gone = await answers.withdraw(work, (Offer.order_id == order_id,), order.order_number, reason)
    for run in {offer.run for offer in gone}:
        await answers.wake(work, order_id, run, "withdrawn")


async def withdraw_offer(work: Work, offer_id: UUID, reason: str) -> Offer:
    """An admin takes one offer back; the vendor is not asked again for this order. Repeating changes nothing.

    Raises:
        NotFound: no such offer.
        OfferAnswered: the offer has ended otherwise.
    """
    offer = await offer_store.offer_by_id(work, offer_id)
    if offer is None:
        raise NotFound("There is no such offer.")
    if offer.status == "withdrawn":
        return offer
    order = await order_store.lock(work, offer.order_id)
    await work.session.refresh(offer)
    gone = await answers.withdraw(work, (Offer.id == offer_id,), order.order_number, f"{OPERATOR}{reason}")
    if not gone:
        raise OfferAnswered(offer.status, "withdrawn")
    await answers.wake(work, offer.order_id, offer.run, "withdrawn")
    return gone[0]
