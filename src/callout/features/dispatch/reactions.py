"""What dispatch does when something happens to orders and vendors; bound to events by the composition root."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import case, select

from callout.features.dispatch import answers, offer_store, runs, track_record
from callout.features.dispatch.events import OfferSent
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.recheck import MATTERS
from callout.features.dispatch.records import count
from callout.features.dispatch.release import let_go
from callout.features.dispatch.send_wave import choose_wave
from callout.features.dispatch.tables import Offer
from callout.features.orders import store as order_store
from callout.features.orders.dispatching import hindrance_of
from callout.features.orders.events import (
    OrderCancelled,
    OrderCompleted,
    OrderOffering,
    OrderUpdated,
    RatingReceived,
)
from callout.features.orders.tables import Order
from callout.features.triggers import firing
from callout.features.vendors import store as vendor_store
from callout.features.vendors.events import VendorPresenceChanged, VendorStatusChanged, VendorUpdated
from callout.features.vendors.ports import Withdrawal
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

RETRY = "dispatch.retry_unfilled"
CLEAR = "dispatch.clear_vendor"
MOST_UNFILLED = 10_000
SETTLE_S = 1.0
WITHDRAWALS = "dispatch_withdrawals"
UNAVAILABLE = frozenset({"suspended", "blocked", "deleted"})
HELD_BEFORE = frozenset({"assigned", "on_way", "processing", "needs_attention"})


async def order_completed(work: Work, event: OrderCompleted) -> None:
    """A job done counts towards the vendor's record and frees its place."""
    if event.vendor_id is None:
        return
    await vendor_store.count_jobs(work, event.vendor_id, open_jobs=-1, completed=1)
    policy = await active_policy(work)
    done = track_record.success_of(None)
    await count(
        work, event.vendor_id, event.service_type, policy.knobs, lambda record: track_record.delivered(record, done)
    )
    await look_again(work, f"{event.noun_id}-completed")


async def order_cancelled(work: Work, event: OrderCancelled) -> None:
    """A cancelled order takes its offers back and frees its vendor's place; nobody's record suffers."""
    await answers.withdraw(work, (Offer.order_id == event.noun_id,), event.order_number, "order_closed")
    run = await offer_store.newest_run(work, event.noun_id)
    if run is not None and run.ended_at is None:
        await runs.close_run(work, run, "cancelled")
    if event.vendor_id is not None and event.from_status in HELD_BEFORE:
        await vendor_store.count_jobs(work, event.vendor_id, open_jobs=-1, canceled=1)
        await look_again(work, f"{event.noun_id}-cancelled")


async def order_given_back(work: Work, event: OrderOffering) -> None:
    """An order that left its vendor frees the vendor's place."""
    if event.former_vendor_id is not None:
        await vendor_store.count_jobs(work, event.former_vendor_id, open_jobs=-1)
        await look_again(work, f"{event.noun_id}-given-back")


async def offers_sent(work: Work, events: Sequence[OfferSent]) -> None:
    """The firing an order came from keeps whom it was offered to."""
    asked: dict[UUID, list[UUID]] = {}
    for event in events:
        asked.setdefault(event.order_id, []).append(event.vendor_id)
    for order_id, vendor_ids in asked.items():
        await firing.record_offers(work, order_id, vendor_ids)


async def rating_received(work: Work, event: RatingReceived) -> None:
    """A rating replaces the success assumed when the job was completed."""
    if event.vendor_id is None:
        return
    order = await order_store.find(work, event.noun_id)
    policy = await active_policy(work)
    before = track_record.success_of(event.previous_stars)
    after = track_record.success_of(event.stars, complaint=event.complaint)
    age_d = (work.now - (order.completed_at or work.now)).total_seconds() / 86400

    def correct(record: track_record.Record) -> track_record.Record:
        return track_record.corrected(
            record, before, after, age_d=age_d, quality_half_life_d=policy.knobs.quality_half_life_d
        )

    await count(work, event.vendor_id, event.service_type, policy.knobs, correct)


async def vendor_status_changed(work: Work, event: VendorStatusChanged) -> None:
    """An unavailable vendor loses its offers, a blocked one its orders too; a verified one may fill open orders."""
    if event.to_status == "verified":
        await look_again(work, f"{event.noun_id}-verified")
    elif event.to_status in UNAVAILABLE:
        withdrawal = await take_away(work, event.noun_id, blocked=event.to_status == "blocked")
        work.session.info.setdefault(WITHDRAWALS, {})[event.noun_id] = withdrawal


async def vendor_presence_changed(work: Work, event: VendorPresenceChanged) -> None:
    """A vendor who comes online may fill open orders."""
    if event.is_online:
        await look_again(work, f"{event.noun_id}-online")


async def vendor_updated(work: Work, event: VendorUpdated) -> None:
    """A vendor who can do more now, or somewhere else, may fill open orders."""
    if MATTERS & set(event.changed):
        await look_again(work, f"{event.noun_id}-updated")


async def take_away(work: Work, vendor_id: UUID, *, blocked: bool) -> Withdrawal:
    """Takes offers, and from a blocked vendor orders, without waiting for anybody.

    The vendor's row is locked here before its offers and orders, the reverse of what accepting does. So rows that
    somebody else holds are left to a workflow that follows the commit, and an acceptance under way finds the vendor
    no longer verified.
    """
    ids = await offer_store.pending_of_vendor(work, vendor_id, skip_locked=True)
    taken_back = await _withdraw_offers(work, ids)
    released: list[UUID] = []
    attention: list[UUID] = []
    orders = await offer_store.held_orders(work, vendor_id, skip_locked=True) if blocked else []
    for order in orders:
        await let_go(
            work, order, reason="The vendor was blocked.", attention="vendor_blocked", role="system", by_vendor=False
        )
        (attention if order.attention_reason == "vendor_blocked" else released).append(order.id)
    left = await offer_store.pending_of_vendor(work, vendor_id)
    held = await offer_store.held_orders(work, vendor_id) if blocked else []
    if left or held:
        await work.enqueue(CLEAR, str(vendor_id), key=f"{CLEAR}-{vendor_id}-{work.now.isoformat()}", delay_s=SETTLE_S)
    return Withdrawal(orders_released=released, orders_attention=attention, offers_withdrawn=taken_back)


async def clear_vendor(work: Work, vendor_id: UUID) -> None:
    """Takes away what `take_away` had to leave, in the usual order of locks; nothing when the vendor is back."""
    try:
        standing = (await vendor_store.get_vendor(work, vendor_id)).status
    except NotFound:
        standing = None
    if standing == "verified":
        return
    for order in await offer_store.held_orders(work, vendor_id):
        if standing not in (None, "blocked"):
            break
        locked = await order_store.lock(work, order.id)
        if locked.vendor_id == vendor_id and locked.status in offer_store.OPEN_STATES:
            await let_go(
                work,
                locked,
                reason="The vendor was blocked.",
                attention="vendor_blocked",
                role="system",
                by_vendor=False,
            )
    await _withdraw_offers(work, await offer_store.pending_of_vendor(work, vendor_id))


async def order_updated(work: Work, event: OrderUpdated) -> None:
    """An order that waits for its dispatch and became more urgent waits no longer than its new class demands."""
    if event.status in {"new", "needs_attention"} and "priority" in event.changed:
        order = await order_store.find(work, event.noun_id)
        run = await offer_store.newest_run(work, event.noun_id)
        if run is not None and run.started_at is None and run.ended_at is None:
            await runs.wait_anew(work, order, run)


async def look_again(work: Work, cause: str) -> None:
    """Starts a look at the orders without candidates, when there are any."""
    if await unfilled_orders(work, limit=1):
        await work.enqueue(RETRY, key=f"{RETRY}-{cause}-{work.now.isoformat()}", delay_s=SETTLE_S)


async def unfilled_orders(work: Work, limit: int = MOST_UNFILLED) -> list[UUID]:
    """Orders for whom there was nobody to ask, urgent ones first, then the oldest."""
    query = (
        select(Order.id)
        .where(
            Order.tenant_id == work.tenant_id,
            Order.status == "needs_attention",
            Order.attention_reason == "no_candidates",
            Order.vendor_id.is_(None),
        )
        .order_by(case((Order.priority == "urgent", 0), else_=1), Order.created_at, Order.id)
        .limit(limit)
    )
    return list((await work.session.execute(query)).scalars())


async def retry_unfilled(work: Work, order_id: UUID) -> bool:
    """Starts the search for an unfilled order again, if there is somebody to ask now.

    Outside the tenant's hours all unfilled orders are looked at again when they begin.
    """
    order = await order_store.lock(work, order_id)
    if order.status != "needs_attention" or order.attention_reason != "no_candidates":
        return False
    before = await offer_store.newest_run(work, order_id)
    if before is None or await hindrance_of(work, order):
        return False
    opening = await runs.opening_for(work, order)
    if opening > work.now:
        key = f"{RETRY}-{work.tenant_id}-{opening.isoformat()}"
        await work.enqueue(RETRY, key=key, delay_s=(opening - work.now).total_seconds())
        return False
    wave = await choose_wave(work, order, before)
    if not wave.decision.chosen:
        return False
    run = await runs.open_run(
        work,
        order,
        mode=before.mode,
        vendor_ids=[UUID(name) for name in before.named],
        criteria=before.criteria,
        deadline_min=before.deadline_min,
    )
    return await runs.begin(work, order, run)


async def _withdraw_offers(work: Work, ids: list[UUID]) -> int:
    """Withdraws a vendor's offers and wakes the searches they belong to."""
    number = 0
    for offer_id in ids:
        offer = await offer_store.offer_by_id(work, offer_id)
        if offer is None:
            continue
        order = await order_store.find(work, offer.order_id)
        gone = await answers.withdraw(work, (Offer.id == offer_id,), order.order_number, "vendor_unavailable")
        if gone:
            number += 1
            await answers.wake(work, offer.order_id, offer.run, "withdrawn")
    return number
