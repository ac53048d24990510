"""Dispatch as orders and vendors see it: the ports they declare, made of the use cases here."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from callout.features.dispatch import offer_store, reactions
from callout.features.dispatch.accept import accept
from callout.features.dispatch.assign import assign_directly
from callout.features.dispatch.decline import decline
from callout.features.dispatch.release import release
from callout.features.dispatch.start import start
from callout.features.dispatch.tables import Offer
from callout.features.dispatch.withdraw import withdraw_all
from callout.features.orders.lifecycle import TERMINAL
from callout.features.orders.ports import OfferStanding
from callout.features.orders.tables import Order
from callout.features.vendors.ports import Withdrawal
from callout.kit.db.work import Work


class OfferDispatcher:
    """Finds and binds vendors by offers; the `Dispatcher` of orders."""

    start = staticmethod(start)
    assign_directly = staticmethod(assign_directly)
    accept = staticmethod(accept)
    decline = staticmethod(decline)
    release = staticmethod(release)
    withdraw_all = staticmethod(withdraw_all)

    async def vendor_snapshot(self, work: Work, order_id: UUID, vendor_id: UUID) -> OfferStanding | None:
        """The vendor's latest offer on the order; None when it never had one."""
        offer = await offer_store.latest_offer(work, order_id, vendor_id)
        if offer is None:
            return None
        return OfferStanding(
            order_id=order_id,
            offer_id=offer.id,
            status=offer.status,
            sent_at=offer.sent_at,
            expires_at=offer.expires_at,
            distance_km=float(offer.distance_km),
        )

    async def offered_vendors(self, work: Work, order_id: UUID) -> list[UUID]:
        """Every vendor the order was ever offered to, in the order of the offers."""
        query = (
            select(Offer.vendor_id)
            .where(Offer.tenant_id == work.tenant_id, Offer.order_id == order_id)
            .order_by(Offer.sent_at, Offer.position, Offer.id)
        )
        return list(dict.fromkeys((await work.session.execute(query)).scalars()))

    def standings(self, tenant_id: UUID, vendor_id: UUID) -> Select[Any]:
        """Selects the latest offer per order of one vendor: order_id, offer_id, status, sent_at, expires_at, km."""
        return offer_store.latest_per_order(tenant_id, vendor_id)


class VendorWorkload:
    """The orders and offers of vendors and services; the `Workload` of vendors."""

    async def withdrawn(self, work: Work, vendor_id: UUID) -> Withdrawal:
        """What the reactions to `vendor.status` took from this vendor in this very unit of work."""
        taken: dict[UUID, Withdrawal] = work.session.info.get(reactions.WITHDRAWALS, {})
        return taken.get(vendor_id, Withdrawal())

    async def pending_offers(self, work: Work, vendor_id: UUID) -> int:
        """How many offers wait for this vendor's answer."""
        return await offer_store.count_open(work, vendor_id)

    async def acceptance_rates(self, work: Work, vendor_ids: Sequence[UUID]) -> Mapping[UUID, float]:
        """Accepted over accepted, declined and expired offers; vendors never asked are absent."""
        return await offer_store.acceptance_rates(work, vendor_ids)

    async def service_in_use(self, work: Work, service_code: str) -> bool:
        """True while an order that is not completed or cancelled needs the service."""
        query = (
            select(Order.id)
            .where(
                Order.tenant_id == work.tenant_id,
                Order.service_type == service_code,
                Order.status.not_in(TERMINAL),
            )
            .limit(1)
        )
        return (await work.session.execute(query)).first() is not None
