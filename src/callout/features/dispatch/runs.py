"""The search for a vendor as a story: begin, next wave, needs attention, the end."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.dispatch import candidate_store, offer_store, rivals
from callout.features.dispatch.contention import MATCHED_MODES, WINDOWS, contenders_of, is_contended
from callout.features.dispatch.deadlines import dispatch_opening
from callout.features.dispatch.events import OrderUnfilled
from callout.features.dispatch.send_wave import Wave, choose_wave, send_wave
from callout.features.dispatch.tables import DispatchRun
from callout.features.orders.dispatching import set_aside
from callout.features.orders.tables import Order
from callout.features.orders.transition import apply_transition
from callout.features.vendors.store import count_jobs
from callout.kit.db.work import Work

WORKFLOW = "dispatch"
TOPIC = "offers"


def key_of(order_id: UUID, number: int) -> str:
    """The identity of the workflow that follows a run."""
    return f"dispatch-{order_id}-{number}"


async def open_run(
    work: Work,
    order: Order,
    *,
    mode: str | None = None,
    vendor_ids: Sequence[UUID] = (),
    criteria: Mapping[str, Any] | None = None,
    include_declined: bool = False,
    deadline_min: int | None = None,
) -> DispatchRun:
    """Adds the next run of an order, which from now on is the one in force; a run before it ends."""
    before = await offer_store.newest_run(work, order.id)
    number = before.number + 1 if before else 1
    if before is not None and before.ended_at is None:
        await close_run(work, before, "superseded")
    run = DispatchRun(
        order_id=order.id,
        number=number,
        considers_from=number if include_declined or before is None else before.considers_from,
        mode=mode or ("manual" if vendor_ids else None),
        criteria=dict(criteria) if criteria else None,
        named=[str(vendor_id) for vendor_id in vendor_ids],
        deadline_min=deadline_min,
        lat=order.customer_lat,
        lng=order.customer_lng,
        wave=0,
        ring=0,
    )
    work.session.add(run)
    await work.session.flush()
    return run


async def close_run(work: Work, run: DispatchRun, outcome: str) -> None:
    """Ends a run and wakes its workflow, which then ends too."""
    run.ended_at, run.outcome = work.now, outcome
    await work.signal(key_of(run.order_id, run.number), outcome, TOPIC)


async def begin(work: Work, order: Order, run: DispatchRun) -> bool:
    """Begins a search: at once, or, when other open orders want the same few vendors, after its matching window.

    A new order alone waits: one that lost its vendor or its chances before has waited enough.

    Args:
        work: the transaction; `order` is locked in it and new, needing attention, or just given back (offering).
        order: the order.
        run: its newest run.

    Returns:
        Whether the search goes on; not when there was nobody to ask.
    """
    waited = bool(run.contenders)
    wave = await choose_wave(work, order, run)
    run.contenders = contenders_of(wave.decision)
    matches = wave.case.criteria.mode in MATCHED_MODES and bool(wave.decision.chosen)
    if order.status == "new" and matches and not waited:
        searches = await rivals.searches_around(work, order, run.contenders)
        if searches and is_contended(1 + len(searches), await rivals.free_slots(work, run.contenders, searches)):
            await wait_until(work, order, run, work.now + WINDOWS[wave.decision.policy_class])
            return True
    return await launch(work, order, run, wave)


async def launch(work: Work, order: Order, run: DispatchRun, wave: Wave) -> bool:
    """Sends a chosen first wave and starts the workflow that follows it; see `begin`."""
    run.started_at = work.now
    run.contenders = contenders_of(wave.decision)
    if not wave.decision.chosen:
        await send_wave(work, order, run, wave)
        await give_up(work, order, run, "no_candidates")
        return False
    if order.status != "offering":
        await leave_holder(work, order)
        await apply_transition(work, order, "dispatch", fill_deadline=deadline_of(run, work.now))
    await send_wave(work, order, run, wave)
    await work.enqueue(WORKFLOW, str(order.id), run.number, key=key_of(order.id, run.number), queue=WORKFLOW)
    return True


async def wait_until(work: Work, order: Order, run: DispatchRun, moment: datetime) -> None:
    """Leaves the order as it is until dispatch opens or its matching window ends; the workflow goes on then."""
    order.dispatch_after = run.after = moment
    await work.enqueue(WORKFLOW, str(order.id), run.number, key=key_of(order.id, run.number), queue=WORKFLOW)


async def wait_anew(work: Work, order: Order, run: DispatchRun) -> None:
    """The priority of a waiting order rose: its search begins as early as the new one allows, never later."""
    if run.after is None or order.priority == "low":
        return
    soonest = await opening_for(work, order)
    if run.contenders:
        soonest = max(soonest, work.now + WINDOWS["urgent" if order.priority == "urgent" else "normal"])
    if soonest < run.after:
        order.dispatch_after = run.after = soonest
        await work.signal(key_of(order.id, run.number), "priority", TOPIC)


async def opening_for(work: Work, order: Order) -> datetime:
    """When dispatch of an order may start: now, or the tenant's next opening."""
    settings = await tenant_settings(work)
    tenant = await own_tenant(work)
    return dispatch_opening(
        work.now,
        order.priority,  # type: ignore[arg-type]
        tenant.business_hours,
        tenant.timezone,
        holidays=[datetime.fromisoformat(str(day)).date() for day in tenant.holidays],
        business_hours_only=settings["dispatch.business_hours_only"],
        weekend_operations=settings["dispatch.weekend_operations"],
    )


async def next_wave(work: Work, order: Order, run: DispatchRun) -> bool:
    """Asks the next vendors of an offering order, all earlier offers being answered; False when the search is over."""
    if work.now >= order.fill_deadline:
        await give_up(work, order, run, "fill_deadline")
        return False
    wave = await choose_wave(work, order, run)
    await send_wave(work, order, run, wave)
    if not wave.decision.chosen:
        await give_up(work, order, run, "no_candidates")
        return False
    return True


async def leave_holder(work: Work, order: Order) -> None:
    """Ends what still binds an order that needs attention to the vendor who held it."""
    accepted = await offer_store.accepted_of_order(work, order.id)
    if accepted is not None:
        accepted.status, accepted.end_reason = "released", "offered again"
        await work.session.flush()
    if order.status == "needs_attention" and order.vendor_id is not None:
        await count_jobs(work, order.vendor_id, open_jobs=-1)


async def give_up(work: Work, order: Order, run: DispatchRun, attention: str) -> None:
    """Ends the search: the order needs attention, and the demand left open at this place is made known."""
    run.ended_at, run.outcome = work.now, attention
    await set_aside(work, order, attention)
    if order.customer_lat is None or order.customer_lng is None:
        return
    kinds = await candidate_store.canonicals(work)
    await work.publish(
        OrderUnfilled(
            noun_id=order.id,
            service_type=order.service_type,
            canonical=kinds.get(order.service_type, order.service_type),
            country=(await own_tenant(work)).country,
            state=order.customer_state,
            city=order.customer_city,
            lat=order.customer_lat,
            lng=order.customer_lng,
            reason=attention,
            waited_min=round((work.now - order.created_at).total_seconds() / 60, 2),
        )
    )


def deadline_of(run: DispatchRun, now: datetime) -> datetime | None:
    """The fill deadline an admin asked for; None for the one of the order's class."""
    return now + timedelta(minutes=run.deadline_min) if run.deadline_min is not None else None
