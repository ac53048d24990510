"""What accounts need from features above them, bound by the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from callout.features.accounts.tables import User
    from callout.kit.db.work import Work


class AccountMail(Protocol):
    """Security e-mails, sent when the transaction commits."""

    async def send(self, work: Work, key: str, user_or_email: User | str, variables: Mapping[str, Any]) -> None:
        """Queues one message.

        Args:
            work: the transaction whose commit sends it.
            key: template key of the notification table, such as ``password_reset``.
            user_or_email: a user (his language, and his inbox where the key has one) or a bare address.
            variables: what the template names.
        """


class PlanStart(NamedTuple):
    """How a new tenant begins."""

    plan_code: str
    status: str
    trial_ends_at: datetime | None


class Plans(Protocol):
    """The plan of a tenant and its limits."""

    async def start(self, work: Work) -> PlanStart:
        """Subscribes the new tenant of this unit of work to the installation's default plan."""

    async def describe(self, work: Work) -> Mapping[str, Any]:
        """The tenant's plan as shown to its users."""

    async def tenant_status(self, work: Work) -> str:
        """The tenant status its subscription leads to."""

    async def check(self, work: Work, metric: str) -> None:
        """Raises PaymentRequired when one more of `metric` would exceed the plan."""


class VendorStanding(NamedTuple):
    """What a vendor login stands for."""

    vendor_id: UUID
    status: str
    reason: str


class VendorDirectory(Protocol):
    """Which vendor a user of role vendor is."""

    async def standing(self, work: Work, user_id: UUID) -> VendorStanding | None:
        """The vendor behind a login, with the reason of a block; None when it is gone."""


class FileLinks(Protocol):
    """Addresses of stored files."""

    async def url(self, work: Work, file_id: UUID) -> str | None:
        """A URL the browser may load, None when the file is gone."""


class InvoiceHistory(Protocol):
    """Whether money documents exist, which fixes the currency."""

    async def any_issued(self, work: Work) -> bool:
        """True once the tenant has issued its first invoice."""
