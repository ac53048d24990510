"""The SQL of the list of businesses: pages that stay fast with a million of them, and what deleting takes along."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, cast, delete, func, null, or_, select, update

from callout.features.prospecting import store
from callout.features.prospecting.business_filter import distance_km
from callout.features.prospecting.identity.tables import BusinessMerge, DuplicateSuggestion
from callout.features.prospecting.schemas import BusinessQuery
from callout.features.prospecting.tables import Business, Contact
from callout.kit.db.many import one_of
from callout.kit.db.work import Work

_SORTED: dict[str, ColumnElement[Any]] = {
    "name": Business.__table__.c.search_text,
    "rating": Business.rating.expression,
    "review_count": Business.review_count.expression,
    "scraped_at": Business.scraped_at.expression,
}
"""What a sort goes by; the searched text begins with the name in small letters."""


async def business_page(
    work: Work, filters: BusinessQuery, conditions: Sequence[ColumnElement[bool]]
) -> list[tuple[Business, float | None]]:
    """One page of businesses, each with its distance in km when the filters name a place.

    The ids are found in the narrow index first; only the rows of the page are read whole.
    """
    away: ColumnElement[Any] = cast(null(), Float)
    if filters.lat is not None and filters.lng is not None:
        away = distance_km(filters.lat, filters.lng)
    query = _ordered(store.businesses(work, *conditions).with_only_columns(Business.id), filters.order(), away)
    ids = list((await work.session.execute(query.limit(filters.limit).offset(filters.offset))).scalars())
    whole = select(Business, away).where(Business.tenant_id == work.tenant_id, Business.id.in_(ids))
    rows = {row.id: (row, km) for row, km in await work.session.execute(whole)}
    return [rows[key] for key in ids if key in rows]


async def count_businesses(work: Work, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many businesses meet the conditions."""
    query = store.businesses(work, *conditions).with_only_columns(func.count())
    return (await work.session.execute(query)).scalar_one()


async def lock_rows(work: Work, ids: Sequence[UUID]) -> list[Business]:
    """The tenant's businesses of these ids for a change, in the order of their ids; the caller holds the tenant's lock.

    Businesses merged away are among them.
    """
    query = (
        select(Business)
        .where(Business.tenant_id == work.tenant_id, one_of(Business.id, ids))
        .order_by(Business.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await work.session.execute(query)).scalars())


async def next_ids(work: Work, conditions: Sequence[ColumnElement[bool]], after: UUID | None, limit: int) -> list[UUID]:
    """The ids of the next businesses that meet the conditions, in the order of their ids."""
    query = store.businesses(work, *conditions).with_only_columns(Business.id).order_by(Business.id).limit(limit)
    if after is not None:
        query = query.where(Business.id > after)
    return list((await work.session.execute(query)).scalars())


async def delete_businesses(work: Work, ids: Sequence[UUID]) -> None:
    """Deletes businesses with those merged into them, their suggestions and the record of their merges.

    Contacts made of them stay, with their lists and their consent; they only lose the link.
    """
    mine = Business.tenant_id == work.tenant_id
    merged = select(Business.id).where(mine, one_of(Business.merged_into_id, ids))
    gone = [*ids, *(await work.session.execute(merged)).scalars()]
    pair = DuplicateSuggestion
    for statement in (
        update(Contact)
        .where(Contact.tenant_id == work.tenant_id, one_of(Contact.business_id, gone))
        .values(business_id=None, version=Contact.version + 1, updated_at=work.now),
        delete(pair).where(
            pair.tenant_id == work.tenant_id, or_(one_of(pair.first_id, gone), one_of(pair.second_id, gone))
        ),
        delete(BusinessMerge).where(BusinessMerge.tenant_id == work.tenant_id, one_of(BusinessMerge.kept_id, gone)),
        delete(Business).where(mine, one_of(Business.id, gone)),
    ):
        await work.session.execute(statement.execution_options(synchronize_session=False))


def _ordered(query: Select[Any], order: store.Order, away: ColumnElement[Any]) -> Select[Any]:
    descending = False
    for name, descending in order:
        column = away if name == "distance" else _SORTED[name]
        by = column.desc() if descending else column.asc()
        query = query.order_by(by if name == "scraped_at" else by.nulls_last())
    return query.order_by(Business.id.desc() if descending else Business.id)
