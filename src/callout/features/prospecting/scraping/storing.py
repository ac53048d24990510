"""A fetched page becomes businesses: stored once, counted once, in one transaction with what follows from it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.prospecting import store
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.merging import Merged, merge_drafts
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.areas import from_row
from callout.features.prospecting.scraping.ending import finish, note_error
from callout.features.prospecting.scraping.events import BusinessesStored, ScrapeProgressed
from callout.features.prospecting.scraping.lifecycle import AT_WORK, ORDERLY_ENDS
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.settling import page_done, settle
from callout.features.prospecting.scraping.sifting import Filters, identity, inside, keep
from callout.features.prospecting.scraping.tables import ScrapePage
from callout.features.prospecting.tables import Business, ScrapeJob
from callout.kit.db.work import Work
from callout.kit.errors import PaymentRequired
from callout.kit.http.wire import timestamp

MOST_PAGES = 25
"""A search that goes on longer than this is taken as cut off, whatever it says."""


async def store_page(work: Work, job_id: UUID, page_id: UUID, scraping: Scraping) -> None:
    """Stores a fetched page; what was stored already is left alone, so repeating changes nothing."""
    await store.lock_businesses(work)
    job = await ledger.lock_job(work, job_id)
    page = await ledger.fetch_page(work, page_id, lock=True)
    if job is None or page is None or page.state != "fetched":
        return
    if page.kind == "reviews":
        await _store_reviews(work, job, page)
        page_done(job)
    else:
        await _store_search(work, job, page, scraping)
    page.state, page.stored_at, page.drafts = "stored", work.now, None
    if job.status not in ORDERLY_ENDS:
        await work.publish(ScrapeProgressed.of(job))


async def _store_search(work: Work, job: ScrapeJob, page: ScrapePage, scraping: Scraping) -> None:
    drafts = msgspec.convert(page.drafts or [], list[Draft])
    pages = await ledger.tile_pages(work, page)
    page.told = [identity(draft) for draft in drafts]
    is_repeated = bool(drafts) and set(page.told) <= {
        name for earlier in pages if earlier.page < page.page for name in earlier.told or []
    }
    found = inside(drafts, from_row(job.areas[page.place]))
    fresh = await ledger.meet(work, job.id, found.identities)
    room = job.max_results - job.stored - job.duplicates
    kept = keep(found, fresh, _filters(job), room=room, pass_over=_left_to_pass_over(job))
    page.outside, page.repeats = found.outside, len(drafts) - found.outside - len(fresh)
    rejected = 0 if is_repeated else page.rejected
    job.cursor = {**job.cursor, "passed_over": job.cursor.get("passed_over", 0) + kept.passed_over}
    job.filtered += kept.filtered
    job.rejected += rejected
    job.found += kept.filtered + rejected
    merged = await _merge(work, job, kept.drafts, scraping)
    stored = kept.drafts[: merged.cut]
    job.found += len(stored)
    job.stored += merged.new
    job.duplicates += merged.known
    job.callable += merged.callable
    job.unrated += sum(draft.rating is None for draft in stored)
    if merged.new:
        await work.publish(
            BusinessesStored(noun_id=job.id, count=merged.new, callable=merged.callable, source=job.provider)
        )
    if job.with_reviews:
        await _plan_reviews(work, job, page, stored)
    await _go_on(work, job, page, pages, is_repeated=is_repeated)
    page_done(job)
    if job.status in {*AT_WORK, "paused"} and (merged.cut is not None or kept.is_full):
        if merged.cut is not None:
            note_error(work, job, "plan_limit_reached", "Your plan has no room for more businesses in this period.")
        await finish(work, job, "stopped", "limit")


async def _merge(work: Work, job: ScrapeJob, drafts: Sequence[Draft], scraping: Scraping) -> Merged:
    """Stores as many as the plan has room for."""
    await work.session.flush()
    try:
        return await _counted(work, job.id, job.provider, drafts, scraping, room=None)
    except PaymentRequired as refused:
        left = refused.members.get("limit", 0) - refused.members.get("used", 0)
        return await _counted(work, job.id, job.provider, drafts, scraping, room=max(0, left))


async def _counted(
    work: Work, job_id: UUID, provider: str, drafts: Sequence[Draft], scraping: Scraping, *, room: int | None
) -> Merged:
    async with work.nested():
        merged = await merge_drafts(work, str(job_id), drafts, source=provider, room=room)
        if merged.new:
            await scraping.plans.use(work, "leads", merged.new)
    return merged


async def _go_on(
    work: Work, job: ScrapeJob, page: ScrapePage, pages: Sequence[ScrapePage], *, is_repeated: bool
) -> None:
    if page.next_cursor is None or is_repeated or page.page + 1 >= MOST_PAGES:
        await settle(work, job, pages, has_gaps=is_repeated)
        return
    following = ledger.page_of(job.id, page.business_type, page.place, page.tile, None)
    following |= {"box": page.box, "page": page.page + 1, "cursor": page.next_cursor}
    job.batches_total += await ledger.plan(work, [following])


async def _plan_reviews(work: Work, job: ScrapeJob, page: ScrapePage, drafts: Sequence[Draft]) -> None:
    wanted = [
        ledger.page_of(job.id, page.business_type, page.place, draft.place_id, None, kind="reviews")
        for draft in drafts
        if draft.place_id and not draft.reviews and draft.review_count != 0
    ]
    job.batches_total += await ledger.plan(work, wanted)


async def _store_reviews(work: Work, job: ScrapeJob, page: ScrapePage) -> None:
    query = select(Business).where(
        Business.tenant_id == work.tenant_id, Business.place_id == page.tile, Business.merged_into_id.is_(None)
    )
    business = (await work.session.execute(query.order_by(Business.id).limit(1).with_for_update())).scalar()
    if business is not None and page.drafts:
        business.reviews = page.drafts
        told = {"source": job.provider, "job": str(job.id), "at": timestamp(work.now)}
        business.provenance = {**business.provenance, "reviews": told}


def _filters(job: ScrapeJob) -> Filters:
    return Filters(min_rating=job.min_rating, price_levels=tuple(job.price_level or ()), open_now=job.open_now)


def _left_to_pass_over(job: ScrapeJob) -> int:
    return max(0, job.start_offset - int(job.cursor.get("passed_over", 0)))
