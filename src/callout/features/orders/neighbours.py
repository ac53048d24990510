"""What orders read from the features to their right, as plain facts: tenant, settings, catalogue, vendors, files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.orders.lifecycle import Evidence
from callout.features.orders.planning import DEADLINE_MIN
from callout.features.vendors.catalogue_store import all_services
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """The business as orders need it."""

    name: str
    slug: str
    country: str
    timezone: str
    currency: str
    locale: str
    phone: str | None
    logo_file_id: UUID | None
    link_key_version: int


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """The settings that decide about orders."""

    evidence: Evidence = field(default_factory=Evidence)
    offer_disclosure: str = "full"
    customer_confirmation: bool = True
    deadline_min: Mapping[str, int] = field(default_factory=lambda: DEADLINE_MIN)
    allow_locality: bool = False
    allow_direct_assign: bool = True
    auto_vendor_selection: bool = True
    vendor_sees_invoice: bool = True


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One row of the tenant's catalogue; prices in the tenant's currency."""

    code: str
    canonical: str
    label: str
    base_price: Decimal
    tiers: list[dict[str, Any]]
    is_active: bool


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """A vendor as an order shows it."""

    id: UUID
    full_name: str
    phone: str | None
    avatar_url: str | None


async def tenant(work: Work) -> TenantFacts:
    """The business of this unit of work."""
    return await _once(work, "tenant", _read_tenant)


async def order_settings(work: Work) -> OrderSettings:
    """The settings in force now."""
    return await _read_settings(work)


async def services(work: Work) -> dict[str, ServiceFacts]:
    """The tenant's catalogue by code, retired services included."""
    return await _once(work, "services", _read_services)


async def vendors(work: Work, vendor_ids: Iterable[UUID | None]) -> dict[UUID, VendorFacts]:
    """Some vendors by id, also blocked and deleted ones: history names them still."""
    wanted = {vendor_id for vendor_id in vendor_ids if vendor_id is not None}
    if not wanted:
        return {}
    query = select(Vendor.id, Vendor.full_name, Vendor.phone, Vendor.avatar_url).where(
        Vendor.tenant_id == work.tenant_id, Vendor.id.in_(wanted)
    )
    return {row[0]: VendorFacts(*row) for row in (await work.session.execute(query))}


async def _once(work: Work, name: str, read: Callable[[Work], Awaitable[T]]) -> T:
    """Reads something once per unit of work: within one transaction an order is judged by one set of facts."""
    known: dict[str, Any] = work.session.info.setdefault("orders.neighbours", {})
    if name not in known:
        known[name] = await read(work)
    found: T = known[name]
    return found


async def _read_tenant(work: Work) -> TenantFacts:
    row = await own_tenant(work)
    return TenantFacts(
        name=row.name,
        slug=row.slug,
        country=row.country,
        timezone=row.timezone,
        currency=row.currency,
        locale=row.locale,
        phone=row.phone,
        logo_file_id=row.logo_file_id,
        link_key_version=row.link_key_version,
    )


async def _read_settings(work: Work) -> OrderSettings:
    values = await tenant_settings(work)
    return OrderSettings(
        evidence=Evidence(
            before_photo=values["orders.require_before_photo"],
            after_photo=values["orders.require_after_photo"],
            price_before_work=values["orders.require_price_before_work"],
            start_code=values["orders.require_start_code"],
            finish_code=values["orders.require_finish_code"],
        ),
        offer_disclosure=values["orders.offer_disclosure"],
        customer_confirmation=values["orders.customer_confirmation"],
        deadline_min=values["dispatch.deadline_min"],
        allow_locality=values["dispatch.allow_locality"],
        allow_direct_assign=values["dispatch.allow_direct_assign"],
        auto_vendor_selection=values["dispatch.auto_vendor_selection"],
        vendor_sees_invoice=values["billing.vendor_sees_invoice"],
    )


async def _read_services(work: Work) -> dict[str, ServiceFacts]:
    rows = await all_services(work, active_only=False)
    return {
        row.code: ServiceFacts(row.code, row.canonical, row.label, row.base_price, row.tiers, row.is_active)
        for row in rows
    }
