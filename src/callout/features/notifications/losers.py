"""Tells vendors whose offers ended: a few in the transaction that ended them, a crowd right after it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from callout.features.dispatch.events import OfferFact
from callout.features.notifications import store
from callout.features.notifications.notify import Notice, notify_each
from callout.features.notifications.people import vendor_recipients
from callout.kit.db.work import Work

TELL: Final = "tell_losers"
TOLD_AT_ONCE: Final = 16
"""More are told by a workflow that starts with the commit: nobody who accepts waits for hundreds of messages."""


class Loser(msgspec.Struct, frozen=True):
    """Whose offer of which order ended."""

    offer_id: UUID
    vendor_id: UUID
    order_id: UUID
    order_number: str


async def offers_ended(work: Work, key: str, events: Sequence[OfferFact], reason: str | None) -> None:
    """Closes the entries that asked, and tells the vendors; as many statements for one as for hundreds.

    Args:
        work: the transaction that ended the offers.
        key: kind of the message.
        events: offers that ended for the same reason.
        reason: in words, for the text.
    """
    losers = [
        Loser(
            offer_id=event.noun_id, vendor_id=event.vendor_id, order_id=event.order_id, order_number=event.order_number
        )
        for event in events
    ]
    for number in dict.fromkeys(loser.order_number for loser in losers):
        offers = [loser.offer_id for loser in losers if loser.order_number == number]
        await store.close_offers(work, offers, None, residue=number)
    if len(losers) <= TOLD_AT_ONCE:
        await tell(work, key, losers, reason)
    else:
        await work.enqueue(TELL, key, msgspec.to_builtins(losers), reason, key=f"{key}:{losers[0].offer_id}")


async def tell(work: Work, key: str, losers: Sequence[Loser], reason: str | None) -> None:
    """Puts it into the vendors' inboxes; whoever was told before is not told again."""
    vendors = await vendor_recipients(work, {loser.vendor_id for loser in losers})
    values = {
        number: {"order_number": number, "reason": reason}
        for number in dict.fromkeys(loser.order_number for loser in losers)
    }
    await notify_each(
        work,
        [
            (
                Notice(
                    key=key,
                    noun_id=loser.offer_id,
                    values=values[loser.order_number],
                    order_id=loser.order_id,
                    offer_id=loser.offer_id,
                ),
                vendors[loser.vendor_id],
            )
            for loser in losers
            if loser.vendor_id in vendors
        ],
    )
