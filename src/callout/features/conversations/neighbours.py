"""What conversations read from the features to their right, as plain facts: tenant, catalogue."""

from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.accounts.tables import Tenant
from callout.features.accounts.tenant_store import own_tenant
from callout.features.conversations.model import ServiceTerm
from callout.features.vendors.tables import Service
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.text.phones import parse_phone


class TenantFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The business on whose behalf the talk was."""

    name: str
    country: str
    timezone: str
    currency: str
    locale: str


async def tenant_facts(work: Work) -> TenantFacts:
    """Name, country, zone, currency and language of the tenant."""
    tenant = await own_tenant(work)
    return TenantFacts(
        name=tenant.name,
        country=tenant.country,
        timezone=tenant.timezone,
        currency=tenant.currency,
        locale=tenant.locale,
    )


async def service_terms(work: Work) -> tuple[ServiceTerm, ...]:
    """The words every active service is known by."""
    query = (
        select(Service.code, Service.canonical, Service.label, Service.synonyms)
        .where(Service.tenant_id == work.tenant_id, Service.is_active)
        .order_by(Service.code)
    )
    rows = await work.session.execute(query)
    return tuple(ServiceTerm(row.code, row.canonical, row.label, tuple(row.synonyms)) for row in rows)


async def tenant_of_webhook_token(database: Database, token: str) -> UUID | None:
    """The tenant whose webhook address holds this token."""
    async with database.lookup() as work:
        query = select(Tenant.id).where(Tenant.webhook_token == token, Tenant.deleted_at.is_(None))
        found: UUID | None = (await work.session.execute(query)).scalar_one_or_none()
    return found


def parsed_phone(raw: str | None, region: str) -> str | None:
    """The E.164 form of a number a provider wrote in any form; None when it is none."""
    try:
        return parse_phone(raw, region) if raw else None
    except ValueError:
        return None
