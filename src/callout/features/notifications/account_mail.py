"""Security mails for accounts, and what vendors are told about their account."""

from collections.abc import Mapping
from typing import Any

from callout.features.accounts.tables import User
from callout.features.notifications.catalogue import KINDS
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import address_recipient, admins, user_recipient, vendor_recipient
from callout.features.vendors.events import VendorInvited, VendorRegistered, VendorStatusChanged
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

_STATUS_KEYS: Mapping[str, str] = {
    "verify": "account_verified",
    "suspend": "account_suspended",
    "block": "account_blocked",
    "reactivate": "account_reactivated",
}


class AccountMessages:
    """Implements `AccountMail` of accounts: each call is a message of its own."""

    async def send(self, work: Work, key: str, user_or_email: User | str, variables: Mapping[str, Any]) -> None:
        """See `AccountMail.send`."""
        if isinstance(user_or_email, str):
            recipient = address_recipient(user_or_email)
        else:
            recipient = await user_recipient(work, user_or_email)
        allowed = KINDS[key].variables
        values = {name: value for name, value in variables.items() if name in allowed}
        await notify(work, Notice(key=key, noun_id=uuid7(), values=values), [recipient])


async def on_vendor_invited(work: Work, event: VendorInvited) -> None:
    """Sends the invite code where it is to go."""
    if not event.email and not event.phone:
        return
    notice = Notice(key="vendor_invited", noun_id=event.noun_id, values={"invite_code": event.code})
    await notify(work, notice, [address_recipient(event.email, event.phone)])


async def on_vendor_registered(work: Work, event: VendorRegistered) -> None:
    """Tells the admins that somebody waits to be verified."""
    values = {"vendor_name": event.full_name, "services": ", ".join(event.services)}
    await notify(work, Notice(key="vendor_registered", noun_id=event.noun_id, values=values), await admins(work))


async def on_vendor_status(work: Work, event: VendorStatusChanged) -> None:
    """Tells the vendor what became of the account."""
    key = _STATUS_KEYS.get(event.action)
    vendor = await vendor_recipient(work, event.noun_id) if key else None
    if key is None or vendor is None:
        return
    values = {"vendor_name": event.full_name, "reason": event.reason}
    notice = Notice(key=key, noun_id=event.noun_id, values=values, occurrence=work.now.isoformat(), urgent=True)
    await notify(work, notice, [vendor])
