"""What vendors need from features above them, bound by the composition root."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable
from uuid import UUID

import msgspec

from callout.kit.db.work import Work


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """What a block took from a vendor.

    Attributes:
        orders_released: assigned orders that are offered to others again.
        orders_attention: running orders that an admin must look after.
        offers_withdrawn: pending offers taken back.
    """

    orders_released: list[UUID] = []
    orders_attention: list[UUID] = []
    offers_withdrawn: int = 0


@runtime_checkable
class Workload(Protocol):
    """The orders and offers of vendors and services."""

    async def withdrawn(self, work: Work, vendor_id: UUID) -> Withdrawal:
        """What the reactions to ``vendor.status`` did to this vendor's orders in this very unit of work."""
        ...

    async def pending_offers(self, work: Work, vendor_id: UUID) -> int:
        """How many offers wait for this vendor's answer."""
        ...

    async def acceptance_rates(self, work: Work, vendor_ids: Sequence[UUID]) -> Mapping[UUID, float]:
        """Accepted over accepted, declined and expired offers, 0..1; vendors never asked are absent."""
        ...

    async def service_in_use(self, work: Work, service_code: str) -> bool:
        """True while an order that is not completed or cancelled needs the service."""
        ...


@runtime_checkable
class ReferralCodes(Protocol):
    """The growth codes of other vendors."""

    async def use(self, work: Work, code: str, vendor_id: UUID) -> str:
        """Records that a new vendor came by a referral code, and returns the code as it is kept.

        Raises:
            Unprocessable: ``invalid_code`` or ``self_referral``.
            Conflict: ``code_exhausted``.
        """
        ...
