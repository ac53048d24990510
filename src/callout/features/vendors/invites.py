"""The use cases of invite codes."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from callout.features.accounts.audit import audit
from callout.features.vendors import invite_store
from callout.features.vendors.catalogue_service import check_codes
from callout.features.vendors.codes import make_code, read_code
from callout.features.vendors.errors import InvalidCode, InviteExpired, InviteUsed
from callout.features.vendors.events import VendorInvited
from callout.features.vendors.schemas import InviteFilters, InviteInput
from callout.features.vendors.tables import VendorInvite
from callout.features.vendors.views import View, invite_status
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.wire import timestamp

LIFETIME = timedelta(days=365)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=730)


async def create_invites(work: Work, data: InviteInput) -> list[VendorInvite]:
    """Makes one-time codes.

    Raises:
        Unprocessable: an unknown service, or an end less than an hour or more than 730 days away.
    """
    expires_at = data.expires_at or work.now + LIFETIME
    if not work.now + SHORTEST <= expires_at <= work.now + LONGEST:
        raise Unprocessable.at("expires_at", "must be between one hour and 730 days from now")
    await check_codes(work, data.services)
    invites: list[VendorInvite] = []
    while len(invites) < data.count:
        invite = await invite_store.add_invite(
            work,
            make_code(secrets.choice),
            note=data.note,
            email=data.email,
            phone=data.phone,
            services=list(data.services),
            expires_at=expires_at,
        )
        if invite is None:
            continue
        invites.append(invite)
        await work.publish(VendorInvited(noun_id=invite.id, code=invite.code, email=invite.email, phone=invite.phone))
    await audit(work, "vendor.invite", "vendor_invite", invites[0].id, after={"codes": len(invites)})
    return invites


async def list_invites(work: Work, filters: InviteFilters) -> tuple[list[VendorInvite], int]:
    """A page of invites, newest first."""
    conditions: list[ColumnElement[bool]] = []
    if filters.status:
        unused = and_(VendorInvite.used_at.is_(None), VendorInvite.revoked_at.is_(None))
        meaning = {
            "used": VendorInvite.used_at.is_not(None),
            "revoked": and_(VendorInvite.used_at.is_(None), VendorInvite.revoked_at.is_not(None)),
            "expired": and_(unused, VendorInvite.expires_at <= work.now),
            "active": and_(unused, VendorInvite.expires_at > work.now),
        }
        conditions.append(or_(*(meaning[status] for status in filters.status)))
    return await invite_store.list_invites(work, conditions, filters.limit, filters.offset)


async def revoke_invite(work: Work, invite_id: UUID) -> None:
    """Withdraws a code; a withdrawn one stays as it is.

    Raises:
        InviteUsed: somebody registered with it.
    """
    invite = await invite_store.get_invite(work, invite_id)
    if invite.used_at is not None:
        raise InviteUsed
    if invite.revoked_at is None:
        invite.revoked_at = work.now
        await audit(work, "vendor.revoke_invite", "vendor_invite", invite.id)


async def describe_code(database: Database, typed: str) -> View:
    """What somebody who holds a code may know of it, before registering."""
    found = None
    async with database.lookup() as work:
        if code := read_code(typed):
            found = await invite_store.find_invite(work, code)
        status = invite_status(found[0], work.now) if found else "unknown"
    view: View = {
        "valid": status == "active",
        "reason": None,
        "tenant_name": None,
        "services": None,
        "expires_at": None,
    }
    if found is None or status != "active":
        return view | {"reason": status}
    invite, tenant = found
    return view | {
        "tenant_name": tenant.name,
        "services": invite.services,
        "expires_at": timestamp(invite.expires_at),
    }


async def tenant_of_code(database: Database, typed: str) -> tuple[str, UUID]:
    """The code in its usual form and the tenant that made it.

    Raises:
        InvalidCode: there is no such code.
        InviteUsed: somebody registered with it.
        InviteExpired: it has ended or was withdrawn.
    """
    code = read_code(typed)
    async with database.lookup() as work:
        found = await invite_store.find_invite(work, code) if code else None
        if found is None or code is None:
            raise InvalidCode.at("code", "there is no such invite code", code="invalid_code")
        refuse_unusable(found[0], work)
    return code, found[1].id


async def use_code(work: Work, code: str, vendor_id: UUID) -> VendorInvite:
    """Uses a code up for a vendor, in the transaction of its registration. Of several at once, one succeeds.

    Raises:
        InviteUsed, InviteExpired, InvalidCode: as for `tenant_of_code`.
    """
    taken = await invite_store.take_invite(work, code, vendor_id)
    if taken is not None:
        return taken
    found = await invite_store.find_invite(work, code)
    if found is not None:
        refuse_unusable(found[0], work)
    raise InvalidCode


def refuse_unusable(invite: VendorInvite, work: Work) -> None:
    """Raises what is wrong with an invite, if anything."""
    status = invite_status(invite, work.now)
    if status == "used":
        raise InviteUsed
    if status in {"expired", "revoked"}:
        raise InviteExpired
