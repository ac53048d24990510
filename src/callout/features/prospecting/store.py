"""The SQL of prospecting."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from callout.features.prospecting.tables import (
    Business,
    CallList,
    CallListItem,
    ConsentRecord,
    Contact,
    ScrapeJob,
    SuppressionEntry,
)
from callout.kit.db.base import TenantRow
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

RowT = TypeVar("RowT", bound=TenantRow)
Order = list[tuple[str, bool]]


async def lock_businesses(work: Work) -> None:
    """One batch of businesses of a tenant at a time; freed at commit."""
    await _lock(work, "pg_advisory_xact_lock", "businesses")


async def lock_contacts(work: Work) -> None:
    """Nobody else makes or suppresses contacts of the tenant; freed at commit."""
    await _lock(work, "pg_advisory_xact_lock", "contacts")


async def lock_phone(work: Work, phone_or_email: str) -> None:
    """Nobody else makes or suppresses the contact of this phone or address; freed at commit."""
    await _lock(work, "pg_advisory_xact_lock_shared", "contacts")
    await _lock(work, "pg_advisory_xact_lock", f"contact:{phone_or_email}")


async def _lock(work: Work, function: str, name: str) -> None:
    key = f"prospecting:{work.tenant_id}:{name}"
    await work.session.execute(select(getattr(func, function)(func.hashtextextended(key, 0))))


async def fetch(work: Work, table: type[RowT], row_id: UUID, *, lock: bool = False) -> RowT:
    """The tenant's row or NotFound; soft-deleted rows do not exist."""
    query = select(table).where(table.id == row_id, table.tenant_id == work.tenant_id)
    if (deleted_at := getattr(table, "deleted_at", None)) is not None:
        query = query.where(deleted_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def lock_contact(work: Work, contact_id: UUID) -> Contact:
    """The contact for a change, with its phone locked first: the order everybody takes."""
    contact = await fetch(work, Contact, contact_id)
    await lock_phone(work, contact.phone)
    return await fetch(work, Contact, contact_id, lock=True)


async def page(
    work: Work, query: Select[RowT], table: type[RowT], *, order: Order, limit: int, offset: int
) -> tuple[list[RowT], int]:
    """One page of a query and the exact number of all its rows."""
    total = (await work.session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    for name, descending in order:
        column = getattr(table, name)
        query = query.order_by(column.desc().nulls_last() if descending else column.asc().nulls_last())
    rows = await work.session.execute(query.order_by(table.id).limit(limit).offset(offset))
    return list(rows.scalars()), total


def businesses(work: Work, *conditions: ColumnElement[bool]) -> Select[Business]:
    """Businesses that were not merged away."""
    return select(Business).where(Business.tenant_id == work.tenant_id, Business.merged_into_id.is_(None), *conditions)


def of_job(job_id: UUID) -> ColumnElement[bool]:
    """True for businesses a job found, alone or among others."""
    return cast(Business.job_ids, JSONB).contains([str(job_id)])


def contacts(work: Work, *conditions: ColumnElement[bool]) -> Select[Contact]:
    """Contacts that exist."""
    return select(Contact).where(Contact.tenant_id == work.tenant_id, Contact.deleted_at.is_(None), *conditions)


async def known_businesses(
    work: Work, source: str, place_ids: Iterable[str], phones: Iterable[str], keys: Iterable[str]
) -> list[Business]:
    """Stored businesses that may be the same as rows being imported, oldest first; each question has its index."""
    questions = (
        and_(Business.source == source, one_of(Business.place_id, place_ids)),
        one_of(Business.phone, phones),
        and_(Business.place_id.is_(None), one_of(Business.dedupe_key, keys)),
    )
    found: dict[UUID, Business] = {}
    for question in questions:
        found |= {row.id: row for row in (await work.session.execute(businesses(work, question))).scalars()}
    return [found[key] for key in sorted(found)]


async def contacts_by_phone(work: Work, phones: Iterable[str], *, lock: bool = False) -> dict[str, Contact]:
    """Existing contacts by E.164 phone."""
    query = contacts(work, one_of(Contact.phone, phones))
    if lock:
        query = query.order_by(Contact.id).with_for_update().execution_options(populate_existing=True)
    return {row.phone: row for row in (await work.session.execute(query)).scalars()}


async def mark_imported(work: Work, business_ids: Iterable[UUID]) -> None:
    """Links businesses to the contacts of their phones."""
    statement = (
        update(Business)
        .where(
            Business.tenant_id == work.tenant_id,
            one_of(Business.id, business_ids),
            Contact.tenant_id == work.tenant_id,
            Contact.phone == Business.phone,
            Contact.deleted_at.is_(None),
            or_(Business.contact_id.is_distinct_from(Contact.id), Business.status != "imported"),
        )
        .values(contact_id=Contact.id, status="imported", version=Business.version + 1, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)


async def contacts_by_id(work: Work, contact_ids: Iterable[UUID]) -> dict[UUID, Contact]:
    """Existing contacts by id."""
    rows = (await work.session.execute(contacts(work, one_of(Contact.id, contact_ids)))).scalars()
    return {row.id: row for row in rows}


async def suppressed(work: Work, hashes: Iterable[str]) -> dict[str, SuppressionEntry]:
    """Entries in force by hash."""
    query = select(SuppressionEntry).where(
        SuppressionEntry.tenant_id == work.tenant_id,
        one_of(SuppressionEntry.key_hash, hashes),
        SuppressionEntry.removed_at.is_(None),
    )
    return {row.key_hash: row for row in (await work.session.execute(query)).scalars()}


async def newest_consents(work: Work, phones: Iterable[str]) -> dict[str, ConsentRecord]:
    """The newest record of scope call per phone, also from before there was a contact."""
    query = (
        select(ConsentRecord)
        .where(
            ConsentRecord.tenant_id == work.tenant_id,
            one_of(ConsentRecord.phone, phones),
            ConsentRecord.scope == "call",
        )
        .ext(distinct_on(ConsentRecord.phone))
        .order_by(ConsentRecord.phone, ConsentRecord.at.desc(), ConsentRecord.id.desc())
    )
    return {row.phone: row for row in (await work.session.execute(query)).scalars()}


async def list_contact_ids(work: Work, call_list_id: UUID) -> set[UUID]:
    """Contacts already on a list."""
    query = select(CallListItem.contact_id).where(
        CallListItem.tenant_id == work.tenant_id, CallListItem.call_list_id == call_list_id
    )
    return set((await work.session.execute(query)).scalars())


async def list_counts(work: Work, call_list_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Contacts per list and status."""
    query = (
        select(CallListItem.call_list_id, Contact.status, func.count())
        .join(Contact, Contact.id == CallListItem.contact_id)
        .where(
            CallListItem.tenant_id == work.tenant_id,
            CallListItem.call_list_id.in_(list(call_list_ids)),
            Contact.deleted_at.is_(None),
        )
        .group_by(CallListItem.call_list_id, Contact.status)
    )
    counts: dict[UUID, dict[str, int]] = {}
    for list_id, status, count in await work.session.execute(query):
        counts.setdefault(list_id, {})[status] = count
    return counts


async def business_stats(work: Work, *conditions: ColumnElement[bool]) -> dict[str, Any]:
    """Counts over businesses (product specification §6.1); null, never NaN, when there are none.

    Rows are grouped by category and priority first, so that what has to be told apart is a few thousand groups and not
    a million rows; sorting is switched off for it because the planner takes every tenant for a small one and would
    sort instead of hashing.
    """
    reach = Business.__table__.c.reach
    groups = (
        businesses(work, *conditions)
        .with_only_columns(
            Business.category,
            Business.call_priority,
            func.count().label("rows"),
            func.sum(Business.rating).label("ratings"),
            func.count(Business.rating).label("rated"),
            *(
                func.count().filter(reach.op("&")(bit) != 0).label(name)
                for name, bit in (("with_phone", 1), ("with_website", 2), ("with_email", 4))
            ),
        )
        .group_by(Business.category, Business.call_priority)
        .subquery()
    )
    total = func.coalesce(func.sum(groups.c.rows), 0)
    query = select(
        total.label("total"),
        func.count(func.distinct(func.lower(groups.c.category))).label("categories"),
        func.round(func.sum(groups.c.ratings) / func.nullif(func.sum(groups.c.rated), 0), 1).label("mean_rating"),
        *(
            func.coalesce(func.sum(groups.c[name]), 0).label(name)
            for name in ("with_phone", "with_website", "with_email")
        ),
        *(
            func.coalesce(func.sum(groups.c.rows).filter(groups.c.call_priority == priority), 0).label(priority)
            for priority in ("high", "medium", "low")
        ),
        (total - func.coalesce(func.sum(groups.c.rated), 0)).label("unrated"),
    )
    await work.session.execute(select(func.set_config("enable_sort", "off", True)))
    row = (await work.session.execute(query)).mappings().one()
    await work.session.execute(select(func.set_config("enable_sort", "on", True)))
    counted = ("total", "categories", "with_phone", "with_website", "with_email", "unrated")
    return {
        **{name: int(row[name]) for name in counted},
        "mean_rating": None if row["mean_rating"] is None else float(row["mean_rating"]),
        "by_priority": {priority: int(row[priority]) for priority in ("high", "medium", "low")},
    }


async def lists_of_contact(work: Work, contact_id: UUID) -> list[tuple[UUID, str]]:
    """The lists a contact is on."""
    query = (
        select(CallList.id, CallList.name)
        .join(CallListItem, CallListItem.call_list_id == CallList.id)
        .where(
            CallList.tenant_id == work.tenant_id, CallListItem.contact_id == contact_id, CallList.deleted_at.is_(None)
        )
        .order_by(CallList.name)
    )
    return [(row.id, row.name) for row in await work.session.execute(query)]


def jobs(work: Work) -> Select[ScrapeJob]:
    """The tenant's jobs."""
    return select(ScrapeJob).where(ScrapeJob.tenant_id == work.tenant_id)


def lists(work: Work) -> Select[CallList]:
    """The tenant's lists."""
    return select(CallList).where(CallList.tenant_id == work.tenant_id, CallList.deleted_at.is_(None))
