"""The step a search takes whenever something happened or time is over: expire, wait, ask the next, or give up."""

from uuid import UUID

from callout.features.dispatch import answers, matching, offer_store, runs
from callout.features.dispatch.tables import DispatchRun
from callout.features.orders import store as order_store
from callout.features.orders.dispatching import hindrance_of, set_aside
from callout.features.orders.tables import Order
from callout.kit.db.work import Work

SOONEST_S = 0.2


async def advance(work: Work, order_id: UUID, number: int) -> float | None:
    """Moves one run of an order as far as it can go now; safe to repeat at any time.

    Args:
        work: the transaction.
        order_id: the order.
        number: the run; one that is no longer in force is left alone.

    Returns:
        Seconds until it should be looked at again; None when the run is over.
    """
    await matching.close_window(work, order_id, number)
    order = await order_store.lock(work, order_id)
    run = await offer_store.newest_run(work, order_id)
    if run is None or run.number != number or run.ended_at is not None:
        return None
    if run.started_at is None:
        return await _begin_when_open(work, order, run)
    if order.status != "offering":
        run.ended_at, run.outcome = work.now, order.status
        return None
    await answers.expire_due(work, order)
    pending = await offer_store.pending_of_order(work, order_id)
    if not pending:
        if not await runs.next_wave(work, order, run):
            return None
        pending = await offer_store.pending_of_order(work, order_id)
    return max(SOONEST_S, (pending[0].expires_at - work.now).total_seconds())


async def _begin_when_open(work: Work, order: Order, run: DispatchRun) -> float | None:
    if order.status not in {"new", "needs_attention"}:
        run.ended_at, run.outcome = work.now, order.status
        return None
    if run.after is not None and run.after > work.now:
        return (run.after - work.now).total_seconds()
    opening = await runs.opening_for(work, order)
    if opening > work.now:
        await runs.wait_until(work, order, run, opening)
        return (opening - work.now).total_seconds()
    if hindrance := await hindrance_of(work, order):
        await set_aside(work, order, hindrance)
        run.ended_at, run.outcome = work.now, hindrance
        return None
    if not await runs.begin(work, order, run):
        return None
    if run.started_at is None and run.after is not None:
        return (run.after - work.now).total_seconds()
    return SOONEST_S
