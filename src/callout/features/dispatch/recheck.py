"""A vendor who can no longer do what it was asked, or what it promised: offers are taken back, jobs given to others."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.dispatch import answers, offer_store, record_store
from callout.features.dispatch.assign import objections
from callout.features.dispatch.release import let_go
from callout.features.dispatch.tables import DispatchDecision, Offer
from callout.features.orders import store as order_store
from callout.features.orders.events import OrderAssigned
from callout.features.vendors.events import VendorPresenceChanged, VendorUpdated
from callout.features.vendors.tables import Vendor, VendorDocument
from callout.kit.db.work import Work

RECHECK = "dispatch.recheck_vendor"
DECISIVE: Final = frozenset(
    {
        "inactive", "not_verified", "blocked", "suspended", "wrong_service", "missing_skill", "out_of_area",
        "closed_now", "time_off", "no_slot_in_window", "at_capacity", "daily_cap", "doc_expired", "blocked_pair",
        "below_min_price", "offline",
    }
)  # fmt: skip
"""Objections that end an open offer when they arise after it was made."""
MATTERS: Final = frozenset(
    {
        "services", "skills", "tags", "service_area", "working_hours", "timezone", "max_open_jobs", "daily_cap",
        "min_price", "documents", "time_off",
    }
)  # fmt: skip
"""Members of a vendor that decide who may be asked."""
EXPIRED_LATELY: Final = timedelta(days=2)
A_DAY: Final = timedelta(hours=24)


async def vendor_updated(work: Work, event: VendorUpdated) -> None:
    """What a vendor can do has changed: what it was asked or promised is looked at again."""
    if MATTERS & set(event.changed):
        await _recheck_later(work, event.noun_id, by_vendor=work.principal.role == "vendor")


async def vendor_presence_changed(work: Work, event: VendorPresenceChanged) -> None:
    """A vendor who went off duty cannot be held to offers that need it on duty."""
    if not event.is_online:
        await _recheck_later(work, event.noun_id, by_vendor=False)


async def order_assigned(work: Work, event: OrderAssigned) -> None:
    """A vendor who is full now has no use for its other offers, nor have the customers who wait for them."""
    if event.vendor_id is None:
        return
    open_offers = select(func.count()).where(
        Offer.tenant_id == work.tenant_id,
        Offer.vendor_id == event.vendor_id,
        Offer.status == "pending",
        Offer.order_id != event.noun_id,
    )
    lately = select(func.count()).where(
        Offer.tenant_id == work.tenant_id,
        Offer.vendor_id == event.vendor_id,
        Offer.status == "accepted",
        Offer.decided_at > work.now - A_DAY,
    )
    query = select(
        open_offers.scalar_subquery().label("open_offers"),
        (Vendor.max_open_jobs - Vendor.open_jobs).label("room"),
        (Vendor.daily_cap - lately.scalar_subquery()).label("room_today"),
    ).where(Vendor.tenant_id == work.tenant_id, Vendor.id == event.vendor_id)
    vendor = (await work.session.execute(query)).one_or_none()
    if vendor is not None and vendor.open_offers and min(vendor.room, vendor.room_today) <= 1:
        await _recheck_later(work, event.vendor_id, by_vendor=False)


async def recheck_vendor(work: Work, vendor_id: UUID, *, by_vendor: bool = False) -> None:
    """Takes back open offers a vendor would not be made any more, and jobs it took time off from.

    What was waived when an offer was made stays waived, and whom an admin named by hand stays asked. Accepted jobs
    are only lost to time off that leaves no hour of the appointment; everything else lets them go on.

    Args:
        work: the transaction.
        vendor_id: the vendor.
        by_vendor: the vendor itself made the change; a job lost that way counts as given back.
    """
    for offer_id in await offer_store.pending_of_vendor(work, vendor_id):
        await _recheck_offer(work, offer_id)
    for held in await offer_store.held_orders(work, vendor_id):
        order = await order_store.lock(work, held.id)
        if order.status != "assigned" or order.vendor_id != vendor_id:
            continue
        if "time_off" in await objections(work, order, vendor_id):
            await let_go(
                work,
                order,
                reason="The vendor took time off at the time of the appointment.",
                attention="vendor_released",
                role="system",
                by_vendor=by_vendor,
            )


async def recheck_expired_documents(work: Work) -> int:
    """Takes back offers of vendors a document of whom expired since yesterday; returns how many were looked at."""
    if not (await tenant_settings(work))["vendors.required_documents"]:
        return 0
    today = work.now.date()
    query = (
        select(VendorDocument.vendor_id)
        .join(Offer, Offer.vendor_id == VendorDocument.vendor_id)
        .where(
            VendorDocument.tenant_id == work.tenant_id,
            Offer.tenant_id == work.tenant_id,
            Offer.status == "pending",
            VendorDocument.expires_on < today,
            VendorDocument.expires_on >= today - EXPIRED_LATELY,
        )
        .distinct()
    )
    vendors = list((await work.session.execute(query)).scalars())
    for vendor_id in vendors:
        for offer_id in await offer_store.pending_of_vendor(work, vendor_id):
            await _recheck_offer(work, offer_id)
    return len(vendors)


async def _recheck_offer(work: Work, offer_id: UUID) -> None:
    offer = await offer_store.offer_by_id(work, offer_id)
    if offer is None or offer.mode == "manual":
        return
    order = await order_store.find(work, offer.order_id)
    codes = DECISIVE.intersection(await objections(work, order, offer.vendor_id))
    if not codes or codes <= await _waived(work, offer):
        return
    if await answers.withdraw(work, (Offer.id == offer_id,), order.order_number, "vendor_unavailable"):
        await answers.wake(work, offer.order_id, offer.run, "withdrawn")


async def _waived(work: Work, offer: Offer) -> set[str]:
    """What spoke against the vendor already when the offer was made."""
    decision: DispatchDecision = await record_store.decision(work, offer.decision_id)
    rows = (row for row in decision.candidates if row["vendor_id"] == str(offer.vendor_id))
    return {code for row in rows for code in row["reason_codes"]}


async def _recheck_later(work: Work, vendor_id: UUID, *, by_vendor: bool) -> None:
    busy = await offer_store.count_open(work, vendor_id) or await offer_store.held_orders(work, vendor_id)
    if busy:
        key = f"{RECHECK}-{vendor_id}-{work.now.isoformat()}"
        await work.enqueue(RECHECK, str(vendor_id), by_vendor, key=key)
