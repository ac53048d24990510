"""Facts vendors publish; the noun is the vendor unless said otherwise."""

from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class VendorInvited(Event, frozen=True, kw_only=True):
    """An invite code was made; the noun is the invite. E-mail and phone are where it is to be sent, if anywhere."""

    type: ClassVar[str] = "vendor.invited"
    code: str
    email: str | None = None
    phone: str | None = None


class VendorRegistered(Event, frozen=True, kw_only=True):
    """Somebody registered with an invite code."""

    type: ClassVar[str] = "vendor.registered"
    vendor_code: str
    full_name: str
    services: list[str]


class VendorUpdated(Event, frozen=True, kw_only=True):
    """Profile members changed, by the vendor or an admin; new time off counts too."""

    type: ClassVar[str] = "vendor.updated"
    changed: list[str]


class VendorStatusChanged(Event, frozen=True, kw_only=True):
    """The account's status changed. Orders and offers react to this, in the same transaction.

    Attributes:
        action: verify, suspend, block, reactivate or delete.
        to_status: the new status; ``deleted`` after a deletion.
    """

    type: ClassVar[str] = "vendor.status"
    user_id: UUID
    full_name: str
    action: str
    from_status: str
    to_status: str
    account_status: str
    reason: str | None = None


class VendorPresenceChanged(Event, frozen=True, kw_only=True):
    """The vendor went online or offline."""

    type: ClassVar[str] = "vendor.presence"
    is_online: bool
