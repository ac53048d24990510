"""The SQL of enrichment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.prospecting import store
from callout.features.prospecting.enrichment.tables import WebsiteCheck
from callout.features.prospecting.tables import Business
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


async def existing(work: Work, business_ids: Iterable[UUID]) -> list[UUID]:
    """Those that are businesses of the tenant."""
    query = store.businesses(work, one_of(Business.id, business_ids)).with_only_columns(Business.id)
    return list((await work.session.execute(query)).scalars())


async def count_websites(work: Work, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many businesses have a website."""
    query = store.businesses(work, Business.website.is_not(None), *conditions)
    return (await work.session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()


async def next_businesses(
    work: Work, conditions: Sequence[ColumnElement[bool]], after: UUID | None, limit: int
) -> list[Business]:
    """The next businesses with a website, in the order of ids."""
    query = store.businesses(work, Business.website.is_not(None), *conditions)
    if after is not None:
        query = query.where(Business.id > after)
    return list((await work.session.execute(query.order_by(Business.id).limit(limit))).scalars())


async def checks_of(work: Work, business_ids: Iterable[UUID]) -> dict[UUID, WebsiteCheck]:
    """The last check of each business."""
    query = select(WebsiteCheck).where(
        WebsiteCheck.tenant_id == work.tenant_id, one_of(WebsiteCheck.business_id, business_ids)
    )
    return {row.business_id: row for row in (await work.session.execute(query)).scalars()}


async def checks_by_url(work: Work, urls: Iterable[str], since: datetime) -> dict[str, WebsiteCheck]:
    """The newest check of each website since some time, whichever business it was for."""
    query = (
        select(WebsiteCheck)
        .where(
            WebsiteCheck.tenant_id == work.tenant_id,
            one_of(WebsiteCheck.url, urls),
            WebsiteCheck.checked_at >= since,
        )
        .order_by(WebsiteCheck.checked_at)
    )
    return {row.url: row for row in (await work.session.execute(query)).scalars()}


async def keep_check(work: Work, business_id: UUID, values: Mapping[str, Any]) -> None:
    """Writes the check of a business, in the place of an earlier one."""
    row = {"id": uuid7(), "tenant_id": work.tenant_id, "business_id": business_id, **values}
    statement = insert(WebsiteCheck).values(row)
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[WebsiteCheck.tenant_id, WebsiteCheck.business_id],
            set_={**values, "version": WebsiteCheck.version + 1, "updated_at": work.now},
        )
    )


async def has_phone(work: Work, phone: str) -> bool:
    """Whether a business of the tenant has a phone."""
    query = store.businesses(work, Business.phone == phone).with_only_columns(Business.id).limit(1)
    return (await work.session.execute(query)).first() is not None
