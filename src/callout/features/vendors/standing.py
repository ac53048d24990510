"""The use cases of a vendor's standing: verify, suspend, block, reactivate, delete."""

from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.ports import VendorStanding
from callout.features.accounts.sessions import end_sessions
from callout.features.accounts.user_store import find_user
from callout.features.vendors import lifecycle, store
from callout.features.vendors.errors import OpenOrders, ReactivationRefused
from callout.features.vendors.events import VendorStatusChanged
from callout.features.vendors.tables import Vendor, VendorBlock
from callout.features.vendors.views import orders_stats
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, NotFound, Unprocessable

END_SUSPENSION = "vendors.end_suspension"


class Standings:
    """Tells accounts which vendor a login is; the `VendorDirectory` of accounts."""

    async def standing(self, work: Work, user_id: UUID) -> VendorStanding | None:
        """The vendor behind a login, its status and the reason of it."""
        try:
            vendor = await store.vendor_of_user(work, user_id)
        except NotFound:
            return None
        return VendorStanding(vendor.id, vendor.status, vendor.status_reason or "")


async def verify(work: Work, vendor_id: UUID, note: str | None = None) -> Vendor:
    """Lets a pending vendor receive offers."""
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    return await _move(work, vendor, "verify", note)


async def suspend(work: Work, vendor_id: UUID, reason: str, until: datetime | None = None) -> Vendor:
    """Stops offers to a verified vendor, for a while or until reactivated; accepted orders go on.

    Raises:
        Unprocessable: `until` is not in the future.
    """
    if until is not None and until <= work.now:
        raise Unprocessable.at("until", "must be in the future")
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    if vendor.status == lifecycle.SUSPENDED:
        return vendor
    vendor.suspended_until = until
    await _move(work, vendor, "suspend", reason)
    if until is not None:
        await work.enqueue(
            END_SUSPENSION,
            str(vendor.id),
            until.isoformat(),
            key=f"{END_SUSPENSION}:{vendor.id}:{vendor.version}",
            delay_s=(until - work.now).total_seconds(),
        )
    return vendor


async def end_suspension(work: Work, vendor_id: UUID, until: datetime) -> None:
    """Reactivates a vendor whose suspension is over; nothing happens when it was lifted, prolonged or made a block."""
    try:
        vendor = await store.get_vendor(work, vendor_id, lock=True)
    except NotFound:
        return
    if vendor.status == lifecycle.SUSPENDED and vendor.suspended_until == until <= work.now:
        await _move(work, vendor, "reactivate", "the suspension is over")


async def block(work: Work, vendor_id: UUID, reason: str, *, permanent: bool = False) -> Vendor:
    """Takes a vendor out: offers and orders follow by the event, in the same transaction.

    Raises:
        Forbidden: a permanent block by somebody else than an owner.
    """
    if permanent and work.principal.role != "owner":
        raise Forbidden("Only an owner may block a vendor permanently.")
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    if vendor.status != lifecycle.BLOCKED:
        vendor.can_reactivate = not permanent
    return await _move(work, vendor, "block", reason, permanent=permanent)


async def reactivate(work: Work, vendor_id: UUID, note: str | None = None) -> Vendor:
    """Ends a suspension or a block.

    Raises:
        ReactivationRefused: the block was permanent and the actor is no owner.
    """
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    if vendor.status == lifecycle.BLOCKED and not vendor.can_reactivate and work.principal.role != "owner":
        facts: dict[str, Any] = {"from": vendor.status, "to": lifecycle.VERIFIED, "allowed": []}
        raise ReactivationRefused(**facts)
    return await _move(work, vendor, "reactivate", note)


async def delete_vendor(accounts: Accounts, work: Work, vendor_id: UUID, reason: str) -> None:
    """Removes a vendor from sight and disables its login; orders, invoices and history stay.

    Raises:
        OpenOrders: it has assigned or running orders.
    """
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    if vendor.open_jobs > 0:
        raise OpenOrders(open_jobs=vendor.open_jobs)
    previous = vendor.status
    vendor.deleted_at = work.now
    vendor.is_online = False
    await store.reindex(work, vendor)
    user = await find_user(work, vendor.user_id, lock=True)
    user.is_active = False
    user.deleted_at = work.now
    await end_sessions(accounts, work, "disabled", user_id=user.id)
    await audit(work, "vendor.delete", "vendor", vendor.id, before={"status": previous}, reason=reason)
    await work.publish(_event(vendor, "delete", previous, "deleted", reason))


async def _move(work: Work, vendor: Vendor, action: str, reason: str | None, *, permanent: bool = False) -> Vendor:
    """One step of the life of a locked vendor's account; nothing at all when it is there already."""
    target = lifecycle.after(vendor.status, action)
    if target is None:
        return vendor
    previous, snapshot = vendor.status, _snapshot(vendor)
    vendor.status = target
    vendor.status_changed_at = work.now
    vendor.status_reason = reason if target in {lifecycle.SUSPENDED, lifecycle.BLOCKED} else None
    if target != lifecycle.SUSPENDED:
        vendor.suspended_until = None
    if target == lifecycle.VERIFIED:
        vendor.can_reactivate = True
        if vendor.verified_at is None:
            by_team = work.principal.role in {"owner", "manager"}
            vendor.verified_at, vendor.verified_by = work.now, work.principal.actor_id if by_team else None
    if target == lifecycle.BLOCKED:
        vendor.is_online = False
    work.session.add(
        VendorBlock(
            vendor_id=vendor.id,
            action=_history_name(action, previous),
            reason=reason,
            permanent=permanent,
            snapshot=snapshot,
            at=work.now,
            by=work.principal.actor_id,
        )
    )
    await store.reindex(work, vendor)
    await audit(
        work,
        f"vendor.{action}",
        "vendor",
        vendor.id,
        before={"status": previous},
        after={"status": target},
        reason=reason,
    )
    await work.publish(_event(vendor, action, previous, target, reason))
    return vendor


def _event(vendor: Vendor, action: str, previous: str, target: str, reason: str | None) -> VendorStatusChanged:
    return VendorStatusChanged(
        noun_id=vendor.id,
        user_id=vendor.user_id,
        full_name=vendor.full_name,
        action=action,
        from_status=previous,
        to_status=target,
        account_status=lifecycle.account_status(target),
        reason=reason,
    )


def _history_name(action: str, previous: str) -> str:
    """The entry's name in the history, which tells the two kinds of reactivation apart."""
    if action != "reactivate":
        return action
    return "unblock" if previous == lifecycle.BLOCKED else "unsuspend"


def _snapshot(vendor: Vendor) -> dict[str, Any]:
    return {
        "full_name": vendor.full_name,
        "email": vendor.email,
        "services": list(vendor.services),
        "orders_stats": orders_stats(vendor),
    }
