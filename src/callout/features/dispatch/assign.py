"""Giving an order to a vendor without asking."""

from uuid import UUID

from callout.features.dispatch import answers, offer_store, runs
from callout.features.dispatch.candidates import examine, schedule_window
from callout.features.dispatch.errors import AtCapacity
from callout.features.dispatch.gathering import case_of, criteria_of
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.tables import DispatchRun, Offer
from callout.features.orders.tables import Order
from callout.features.orders.transition import mark_assigned
from callout.features.vendors import store as vendor_store
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable


async def assign_directly(
    work: Work, order: Order, vendor_id: UUID, *, notify: bool = True, override: bool = False
) -> list[str]:
    """Gives an order to a verified vendor; open offers are withdrawn.

    Args:
        work: the transaction; `order` is locked in it.
        order: new, offering or needing attention.
        vendor_id: who gets it.
        notify: whether vendor and customer are told.
        override: also when the vendor has as many open jobs as allowed.

    Returns:
        Reason codes the vendor would have been excluded for: warnings.

    Raises:
        NotFound: no such vendor.
        Unprocessable: the vendor is not verified.
        AtCapacity: no room and no `override`.
    """
    vendor = await vendor_store.get_vendor(work, vendor_id)
    if vendor.status != "verified":
        raise Unprocessable.at("vendor_id", f"this vendor is {vendor.status}; only verified vendors get work")
    warnings = await objections(work, order, vendor_id)
    await answers.withdraw(work, (Offer.order_id == order.id,), order.order_number, "assigned")
    await runs.leave_holder(work, order)
    await mark_assigned(work, order.id, vendor_id, source="direct", notify=notify)
    if not await offer_store.take_slot(work, vendor_id, unlimited=override):
        raise AtCapacity("This vendor has as many open jobs as allowed. Override to assign anyway.")
    run = await offer_store.newest_run(work, order.id)
    if run is not None and run.ended_at is None:
        await runs.close_run(work, run, "assigned")
    return warnings


async def objections(work: Work, order: Order, vendor_id: UUID) -> list[str]:
    """The filters a vendor would not pass for an order."""
    run = DispatchRun(
        order_id=order.id, number=0, considers_from=0, mode="manual", named=[str(vendor_id)], wave=0, ring=0
    )
    policy = await active_policy(work)
    criteria = await criteria_of(work, order, run)
    case = await case_of(
        work, order, run, criteria, policy.knobs, ring=0, ring_km=criteria.max_radius_km, last_ring=True
    )
    window = schedule_window(case.job, work.now)
    codes = [code for vendor in case.vendors for code in examine(vendor, case, policy.knobs, window).reason_codes]
    placed = order.customer_lat is not None and order.customer_lng is not None
    return [code for code in codes if placed or code != "out_of_area"]
