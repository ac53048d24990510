"""The SQL of scraping: the ledger of pages and what a job has met."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from callout.features.prospecting.ports import Box
from callout.features.prospecting.scraping.tables import ScrapeFind, ScrapePage
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

CHUNK = 1000


async def lock_job(work: Work, job_id: UUID) -> ScrapeJob | None:
    """The job for a change; None when it is gone."""
    query = select(ScrapeJob).where(ScrapeJob.id == job_id, ScrapeJob.tenant_id == work.tenant_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


async def plan(work: Work, pages: Sequence[Mapping[str, Any]]) -> int:
    """Adds pages to be fetched; those the ledger has already are left as they are. Returns how many are new."""
    added = 0
    for start in range(0, len(pages), CHUNK):
        rows = [_row(work, page) for page in pages[start : start + CHUNK]]
        statement = upsert(ScrapePage).values(rows).on_conflict_do_nothing().returning(ScrapePage.id)
        added += len((await work.session.execute(statement)).all())
    return added


def page_of(
    job_id: UUID, business_type: str, place: int, tile: str, box: Box | None, *, kind: str = "search"
) -> dict[str, Any]:
    """The first page of a tile, or the one that brings a place's reviews."""
    return {
        "job_id": job_id,
        "kind": kind,
        "business_type": business_type,
        "place": place,
        "tile": tile,
        "box": None if box is None else msgspec.to_builtins(box),
        "page": 0,
        "cursor": None,
    }


async def fetch_page(work: Work, page_id: UUID, *, lock: bool = False) -> ScrapePage | None:
    """A page; None when its job was deleted."""
    query = select(ScrapePage).where(ScrapePage.id == page_id, ScrapePage.tenant_id == work.tenant_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


async def under_way(work: Work, job_id: UUID) -> ScrapePage | None:
    """The page that is being fetched or waits to be stored; what is paid for comes first."""
    query = _pages(work, job_id).where(ScrapePage.state.in_(["fetching", "fetched"]))
    order = case((ScrapePage.state == "fetched", 0), else_=1)
    return (await work.session.execute(query.order_by(order, ScrapePage.id).limit(1))).scalar_one_or_none()


async def next_planned(work: Work, job_id: UUID) -> ScrapePage | None:
    """The page to fetch next: searches before reviews, a tile that has begun to its end, then in the order planned."""
    query = _pages(work, job_id).where(ScrapePage.state == "planned")
    order = (ScrapePage.kind == "reviews", ScrapePage.page == 0, ScrapePage.id)
    return (await work.session.execute(query.order_by(*order).limit(1))).scalar_one_or_none()


async def take_up_failed(work: Work, job_id: UUID, rounds: int) -> int:
    """Plans the pages again that were given up fewer than `rounds` times; returns how many."""
    statement = (
        update(ScrapePage)
        .where(
            ScrapePage.tenant_id == work.tenant_id,
            ScrapePage.job_id == job_id,
            ScrapePage.state == "failed",
            ScrapePage.rounds < rounds,
        )
        .values(state="planned", attempts=0, version=ScrapePage.version + 1, updated_at=work.now)
        .returning(ScrapePage.id)
    )
    return len((await work.session.execute(statement)).all())


async def tile_pages(work: Work, page: ScrapePage) -> list[ScrapePage]:
    """All pages of a page's tile, in order."""
    query = _pages(work, page.job_id).where(
        ScrapePage.business_type == page.business_type, ScrapePage.place == page.place, ScrapePage.tile == page.tile
    )
    return list((await work.session.execute(query.order_by(ScrapePage.page))).scalars())


async def meet(work: Work, job_id: UUID, identities: Iterable[str]) -> set[str]:
    """Remembers places a job meets; returns those it had not met."""
    rows = [_row(work, {"job_id": job_id, "identity": identity}) for identity in identities]
    if not rows:
        return set()
    statement = upsert(ScrapeFind).values(rows).on_conflict_do_nothing().returning(ScrapeFind.identity)
    return set((await work.session.execute(statement)).scalars())


async def forget(work: Work, job_id: UUID) -> None:
    """Drops the ledger of a job."""
    for table in (ScrapePage, ScrapeFind):
        await work.session.execute(delete(table).where(table.tenant_id == work.tenant_id, table.job_id == job_id))


async def release(work: Work, job_id: UUID) -> None:
    """Gives back pages a job will not fetch any more; what was paid for stays to be stored."""
    statement = (
        update(ScrapePage)
        .where(ScrapePage.tenant_id == work.tenant_id, ScrapePage.job_id == job_id, ScrapePage.state == "fetching")
        .values(state="planned", version=ScrapePage.version + 1, updated_at=work.now)
    )
    await work.session.execute(statement)


async def cost_per_call(work: Work, provider: str, since: datetime) -> float | None:
    """What a call of the tenant's live jobs of a provider has cost on average, US dollars; None without any."""
    query = select(func.sum(ScrapeJob.cost), func.sum(ScrapeJob.provider_calls)).where(
        ScrapeJob.tenant_id == work.tenant_id,
        ScrapeJob.provider == provider,
        ScrapeJob.mode == "live",
        ScrapeJob.created_at >= since,
    )
    cost, calls = (await work.session.execute(query)).one()
    return float(cost) / calls if calls and cost else None


def _pages(work: Work, job_id: UUID) -> Select[ScrapePage]:
    return select(ScrapePage).where(ScrapePage.tenant_id == work.tenant_id, ScrapePage.job_id == job_id)


def _row(work: Work, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "tenant_id": work.tenant_id,
        "created_at": work.now,
        "updated_at": work.now,
        "created_by_role": work.principal.role,
        "updated_by_role": work.principal.role,
        **values,
    }
