"""A service over all vendors of a tenant: counted for each decision while that is quick, else every few minutes.

What is counted moves slowly: counters that fade over weeks, accepted jobs of a month. A decision must not take longer
because vendors far away became more; so services of many vendors are counted by a sweep, and decisions read the count.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from callout.features.dispatch import candidate_store
from callout.features.dispatch.candidate_store import Totals
from callout.features.dispatch.tables import ServiceMarket
from callout.features.vendors.tables import VendorService
from callout.kit.db.work import Work

MANY: Final = 2_000
"""Verified vendors from which on a service is counted ahead."""
EVERY_S: Final = 300.0
GOOD_FOR: Final = timedelta(hours=1)
"""For how long a count is used when the sweep does not come; afterwards every decision counts anew."""


async def totals_of(work: Work, service: str) -> Totals:
    """A service's figures over all vendors of the tenant, at most an hour old."""
    query = select(*(getattr(ServiceMarket, name) for name in Totals._fields)).where(
        ServiceMarket.tenant_id == work.tenant_id,
        ServiceMarket.service_type == service,
        ServiceMarket.counted_at > work.now - GOOD_FOR,
    )
    row = (await work.session.execute(query)).one_or_none()
    return Totals._make(row) if row is not None else await candidate_store.totals(work, service)


async def count_large_services(work: Work, *, many: int = MANY) -> None:
    """Counts the services of at least so many vendors that were not counted lately; forgets counts nobody uses."""
    mine = ServiceMarket.tenant_id == work.tenant_id
    await work.session.execute(delete(ServiceMarket).where(mine, ServiceMarket.counted_at <= work.now - GOOD_FOR))
    lately = ServiceMarket.counted_at > work.now - timedelta(seconds=EVERY_S / 2)
    done = set((await work.session.execute(select(ServiceMarket.service_type).where(mine, lately))).scalars())
    large = (
        select(VendorService.service_code)
        .where(VendorService.tenant_id == work.tenant_id, VendorService.is_verified.is_(True))
        .group_by(VendorService.service_code)
        .having(func.count() >= many)
        .order_by(VendorService.service_code)
    )
    for service in (await work.session.execute(large)).scalars().all():
        if service not in done:
            await _keep(work, service, await candidate_store.totals(work, service))


async def _keep(work: Work, service: str, totals: Totals) -> None:
    counted = {"counted_at": work.now, **totals._asdict()}
    statement = upsert(ServiceMarket).values(tenant_id=work.tenant_id, service_type=service, **counted)
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[ServiceMarket.tenant_id, ServiceMarket.service_type], set_=counted
        )
    )
