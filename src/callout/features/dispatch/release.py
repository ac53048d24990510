"""Taking an order from the vendor who holds it, and offering it again."""

from collections.abc import Sequence
from uuid import UUID

from callout.features.dispatch import offer_store, runs, track_record
from callout.features.dispatch.events import OfferReleased
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.records import count
from callout.features.orders.tables import Order
from callout.features.orders.timeline import record_response
from callout.features.orders.transition import apply_transition
from callout.kit.db.work import Work


async def release(
    work: Work,
    order: Order,
    *,
    reason: str,
    vendor_ids: Sequence[UUID] = (),
    mode: str | None = None,
) -> None:
    """The vendor gives the order back, or an admin takes it away.

    An assigned order is offered again at once; one on the way or in work needs attention. A vendor who gives a job
    back counts a failed job; one it is taken from does not.

    Args:
        work: the transaction; `order` is locked in it.
        order: assigned, on_way or processing.
        reason: in words.
        vendor_ids: whom to ask instead (manual mode).
        mode: offer mode of the new search.
    """
    by_vendor = work.principal.role == "vendor"
    await let_go(
        work,
        order,
        reason=reason,
        attention="vendor_released",
        role=work.principal.role,
        by_vendor=by_vendor,
        vendor_ids=vendor_ids,
        mode=mode,
    )


async def let_go(
    work: Work,
    order: Order,
    *,
    reason: str,
    attention: str,
    role: str,
    by_vendor: bool,
    vendor_ids: Sequence[UUID] = (),
    mode: str | None = None,
) -> None:
    """Ends a vendor's hold of an order; see `release`.

    Args:
        work: the transaction; `order` is locked in it.
        order: assigned, on_way or processing.
        reason: in words.
        attention: why, in one word: the attention reason when the order cannot be offered again at once.
        role: whoever decides.
        by_vendor: the vendor gave it back. That counts a failed job, and so does not coming (`no_show`).
        vendor_ids: whom to ask instead (manual mode).
        mode: offer mode of the new search.
    """
    holder, accepted = order.vendor_id, await offer_store.accepted_of_order(work, order.id)
    await apply_transition(work, order, "release", role=role, reason=reason, attention=attention)
    if accepted is not None:
        accepted.status, accepted.end_reason = "released", reason[:300]
        await work.publish(
            OfferReleased(
                noun_id=accepted.id,
                order_id=order.id,
                order_number=order.order_number,
                vendor_id=accepted.vendor_id,
                reason=reason,
                by_vendor=by_vendor,
            )
        )
    if holder is not None and (by_vendor or attention == "no_show"):
        policy = await active_policy(work)
        await count(work, holder, order.service_type, policy.knobs, lambda record: track_record.delivered(record, 0.0))
        action = "release" if by_vendor else attention
        record_response(work, order.id, holder, action, offer_id=accepted.id if accepted else None, reason=reason)
    await work.session.flush()
    if order.status == "offering":
        await _seek_again(work, order, holder, vendor_ids, mode)


async def _seek_again(
    work: Work, order: Order, holder: UUID | None, vendor_ids: Sequence[UUID], mode: str | None
) -> None:
    if holder is not None and str(holder) not in order.excluded_vendor_ids:
        order.excluded_vendor_ids = [*order.excluded_vendor_ids, str(holder)]
    run = await runs.open_run(work, order, mode=mode, vendor_ids=vendor_ids)
    await runs.begin(work, order, run)
