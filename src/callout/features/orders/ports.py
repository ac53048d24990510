"""What orders need from outside: dispatch above them, which owns offers and waves, and the invoice's document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import Select

if TYPE_CHECKING:
    from callout.features.orders.tables import Order
    from callout.kit.db.work import Work


class OfferStanding(msgspec.Struct, frozen=True, kw_only=True):
    """The latest offer of one order to one vendor, as the vendor's view of the order needs it.

    Attributes:
        status: as stored; a pending offer past `expires_at` counts as expired.
        distance_km: from the vendor to the job when the offer was made.
    """

    order_id: UUID
    offer_id: UUID
    status: str
    sent_at: datetime
    expires_at: datetime
    distance_km: float | None = None


class Dispatcher(Protocol):
    """Finds and binds vendors. Every method works in the caller's transaction; `order` is locked by the caller.

    Moves of the order itself go back through `orders.transition`, so that there is one lifecycle.
    """

    async def start(
        self,
        work: Work,
        order: Order,
        *,
        mode: str | None = None,
        vendor_ids: Sequence[UUID] = (),
        criteria: Mapping[str, Any] | None = None,
        include_declined: bool = False,
        deadline_min: int | None = None,
    ) -> None:
        """Begins (or begins again) the search; the caller has checked place and service.

        The order becomes offering or needs_attention, or waits as new with `dispatch_after`.
        """
        ...

    async def assign_directly(
        self, work: Work, order: Order, vendor_id: UUID, *, notify: bool = True, override: bool = False
    ) -> list[str]:
        """Gives the order to a vendor without asking; open offers are withdrawn.

        Returns:
            Reason codes the vendor would have been excluded for: warnings.
        """
        ...

    async def accept(
        self, work: Work, order_id: UUID, vendor_id: UUID, *, estimated_completion: datetime | None = None
    ) -> None:
        """The vendor takes its pending offer; the winner may repeat. Raises offer_taken, offer_expired, at_capacity.

        Called before the order is locked: acceptance takes its own locks in its own order.
        """
        ...

    async def decline(
        self, work: Work, order_id: UUID, vendor_id: UUID, *, reason: str | None = None, note: str | None = None
    ) -> None:
        """The vendor refuses its pending offer; repeating is allowed."""
        ...

    async def release(
        self,
        work: Work,
        order: Order,
        *,
        reason: str,
        vendor_ids: Sequence[UUID] = (),
        mode: str | None = None,
    ) -> None:
        """Takes the order from its vendor: assigned goes back to offering, on_way and processing need attention."""
        ...

    async def withdraw_all(self, work: Work, order_id: UUID, reason: str) -> None:
        """Withdraws every pending offer of the order."""
        ...

    async def vendor_snapshot(self, work: Work, order_id: UUID, vendor_id: UUID) -> OfferStanding | None:
        """The vendor's latest offer on the order; None when it never had one."""
        ...

    async def offered_vendors(self, work: Work, order_id: UUID) -> list[UUID]:
        """Every vendor the order was ever offered to, in the order of the offers."""
        ...

    def standings(self, tenant_id: UUID, vendor_id: UUID) -> Select[Any]:
        """Selects the latest offer per order of one vendor, for joining to orders.

        Columns, by these labels: order_id, offer_id, status, sent_at, expires_at, distance_km. One row per order.
        """
        ...


class InvoiceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An order's invoice as far as the vendor's and the customer's pages show it; `url` opens the document."""

    invoice_id: UUID
    number: str
    status: str
    total_amount: Decimal
    currency: str
    url: str | None = None
    service_name: str | None = None
    service_details: str | None = None


class InvoiceDesk(Protocol):
    """Tells about the invoices of orders. Bound to billing; orders never write invoices."""

    async def summaries(self, work: Work, order_ids: Sequence[UUID]) -> dict[UUID, InvoiceSummary]:
        """The invoices of some orders, by order; those without one are absent."""
        ...

    async def pdf(self, work: Work, order_id: UUID) -> tuple[str, bytes] | None:
        """File name and document of the order's invoice; None until it is rendered."""
        ...
