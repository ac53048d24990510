"""What billing reads from the features to its right, as plain facts."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import lock_tenant, own_tenant
from callout.features.orders import store as orders
from callout.features.orders.tables import Order, SignedLink
from callout.features.vendors.tables import Service, Vendor
from callout.kit.db.work import Work


class TenantFacts(msgspec.Struct, frozen=True):
    """The business as billing needs it."""

    country: str
    timezone: str
    currency: str
    locale: str

    def day(self, moment: datetime) -> date:
        """The calendar day in the tenant's zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()


class BillingSettings(msgspec.Struct, frozen=True):
    """The settings of billing in force now."""

    auto_invoice: bool
    allow_estimated_fallback: bool
    reminder_days: list[int]
    vendor_sees_invoice: bool
    send_on_issue: bool


async def tenant_facts(work: Work, *, lock: bool = False) -> TenantFacts:
    """The tenant of this unit of work; `lock` makes changes of billing as a whole queue up."""
    row = await (lock_tenant(work) if lock else own_tenant(work))
    return TenantFacts(row.country, row.timezone, row.currency, row.locale)


async def billing_settings(work: Work) -> BillingSettings:
    """The settings in force now."""
    values = await tenant_settings(work)
    return BillingSettings(
        auto_invoice=values["billing.auto_invoice"],
        allow_estimated_fallback=values["billing.allow_estimated_fallback"],
        reminder_days=values["billing.reminder_days"],
        vendor_sees_invoice=values["billing.vendor_sees_invoice"],
        send_on_issue=values["billing.send_on_issue"],
    )


async def service_label(work: Work, code: str) -> str:
    """The tenant's name of a service, also of a retired one."""
    query = select(Service.label).where(Service.tenant_id == work.tenant_id, Service.code == code)
    return (await work.session.execute(query)).scalars().first() or code.replace("_", " ").capitalize()


async def vendor_name(work: Work, vendor_id: UUID | None) -> str | None:
    """Who did the work."""
    query = select(Vendor.full_name).where(Vendor.tenant_id == work.tenant_id, Vendor.id == vendor_id)
    return (await work.session.execute(query)).scalar_one_or_none() if vendor_id else None


async def photo_files(work: Work, order_id: UUID) -> dict[str, list[UUID]]:
    """The photos of an order by stage, oldest first."""
    found: dict[str, list[UUID]] = {}
    for photo in (await orders.photos_of(work, [order_id]))[order_id]:
        found.setdefault(photo.stage, []).append(photo.file_id)
    return found


async def waiting_orders(work: Work) -> Sequence[UUID]:
    """Orders whose invoice waits for the billing profile, first completed first."""
    query = (
        select(Order.id)
        .where(Order.tenant_id == work.tenant_id, Order.invoice_state == "awaiting_billing_profile")
        .order_by(Order.completed_at, Order.id)
    )
    return list((await work.session.execute(query)).scalars())


async def link(work: Work, link_id: UUID) -> SignedLink:
    """A customer's link by id."""
    query = select(SignedLink).where(SignedLink.tenant_id == work.tenant_id, SignedLink.id == link_id)
    return (await work.session.execute(query)).scalar_one()


async def links(work: Work, link_ids: Sequence[UUID]) -> dict[UUID, SignedLink]:
    """Some customers' links by id."""
    if not link_ids:
        return {}
    query = select(SignedLink).where(SignedLink.tenant_id == work.tenant_id, SignedLink.id.in_(link_ids))
    return {row.id: row for row in (await work.session.execute(query)).scalars()}
