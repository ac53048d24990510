"""What orders read from the features to their right, as plain facts: tenant, settings, catalogue, vendors, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from callout.features.orders.lifecycle import Evidence
from callout.features.orders.planning import DEADLINE_MIN


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

    evidence: Evidence = Evidence()
    offer_disclosure: str = "full"
    customer_confirmation: bool = True
    deadline_min: Mapping[str, int] = field(default_factory=lambda: DEADLINE_MIN)
    allow_locality: bool = False
    allow_direct_assign: bool = True
    auto_vendor_selection: bool = True
    mask_for_viewers: bool = True


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
    phone: str
    avatar_url: str | None
