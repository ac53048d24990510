"""Who is told: admins, vendors, users, customers, as recipients with their addresses and wishes."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from callout.features.accounts.tables import User
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.user_store import team_members
from callout.features.notifications import store
from callout.features.notifications.delivery_rules import Recipient
from callout.features.prospecting.suppression import active_entry
from callout.features.vendors.tables import Vendor
from callout.kit.db.many import one_of
from callout.kit.db.work import Work

SETTINGS = (
    "notifications.email",
    "notifications.sms",
    "notifications.push",
    "notifications.whatsapp",
    "notifications.sender_name",
    "notifications.reply_to",
)


_BUSINESS = "business"


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant as its customers see it."""

    name: str
    email: str
    phone: str | None
    locale: str
    zone: ZoneInfo
    currency: str

    @property
    def variables(self) -> dict[str, str | None]:
        """The variables every text may use."""
        return {"business_name": self.name, "business_phone": self.phone, "business_email": self.email}


async def business_of(work: Work) -> Business:
    """The tenant of this unit of work, read once."""
    known: Business | None = work.session.info.get(_BUSINESS)
    if known is None:
        known = work.session.info[_BUSINESS] = await _business(work)
    return known


async def _business(work: Work) -> Business:
    tenant = await own_tenant(work)
    return Business(
        name=tenant.name,
        email=tenant.email,
        phone=tenant.phone,
        locale=tenant.locale,
        zone=ZoneInfo(tenant.timezone),
        currency=tenant.currency,
    )


async def switches(work: Work) -> Mapping[str, Any]:
    """The tenant's settings about messages, by key."""
    settings = await tenant_settings(work)
    return {key: settings[key] for key in SETTINGS}


async def admins(work: Work) -> list[Recipient]:
    """Active owners and managers."""
    return [await user_recipient(work, user, kind="admin") for user in await team_members(work)]


async def user_recipient(work: Work, user: User, *, kind: Any = "user") -> Recipient:
    """Somebody with a login."""
    return Recipient(
        kind=kind,
        ref=str(user.id),
        name=user.full_name,
        user_id=user.id,
        email=user.email,
        phone=user.phone,
        language=user.locale,
        bounced=await store.bounced(work, user.email),
    )


async def vendor_recipient(work: Work, vendor_id: UUID) -> Recipient | None:
    """The person behind a vendor; None when it is gone."""
    return (await vendor_recipients(work, [vendor_id])).get(vendor_id)


async def vendor_recipients(work: Work, vendor_ids: Collection[UUID]) -> dict[UUID, Recipient]:
    """The people behind vendors by vendor; those who are gone are left out."""
    query = select(Vendor).where(
        Vendor.tenant_id == work.tenant_id, one_of(Vendor.id, vendor_ids), Vendor.deleted_at.is_(None)
    )
    vendors = list((await work.session.execute(query)).scalars())
    dead = await store.bounced_of(work, {vendor.email for vendor in vendors})
    return {vendor.id: _vendor_recipient(vendor, bounced=vendor.email in dead) for vendor in vendors}


def _vendor_recipient(vendor: Vendor, *, bounced: bool) -> Recipient:
    return Recipient(
        kind="vendor",
        ref=str(vendor.id),
        name=vendor.full_name,
        user_id=vendor.user_id,
        email=vendor.email,
        phone=vendor.phone,
        language=vendor.preferences.get("language"),
        preferences=vendor.notification_preferences,
        status=vendor.status,
        bounced=bounced,
    )


async def customer_recipient(
    work: Work, *, name: str | None, email: str | None, phone: str | None, language: str | None
) -> Recipient:
    """Somebody without a login, known by address."""
    return Recipient(
        kind="customer",
        ref=email or phone or name or "unknown",
        name=name,
        email=email,
        phone=phone,
        language=language,
        bounced=bool(email) and await store.bounced(work, email or ""),
        opted_out=await _opted_out(work, email, phone),
    )


def address_recipient(email: str | None, phone: str | None = None, *, kind: Any = "user") -> Recipient:
    """An address nobody has signed in with yet, such as an invitee's."""
    return Recipient(kind=kind, ref=email or phone or "unknown", email=email, phone=phone)


async def _opted_out(work: Work, email: str | None, phone: str | None) -> frozenset[str]:
    """Channels the person said stop on. A number on the call list alone still gets messages about its order."""
    closed: set[str] = set()
    for entry in (
        await active_entry(work, email=email) if email else None,
        await active_entry(work, phone=phone) if phone else None,
    ):
        if entry is not None and entry.reason == "opt_out_keyword":
            closed |= set(entry.channels)
        elif entry is not None and "email" in entry.channels and entry.email:
            closed.add("email")
    return frozenset(closed)
