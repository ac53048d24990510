"""Jobs that visit the websites of businesses: what is due, what a visit changes, how far the job is."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement

from callout.features.accounts.tenant_store import own_tenant
from callout.features.prospecting import store
from callout.features.prospecting.business_filter import business_conditions
from callout.features.prospecting.enrichment import store as checks
from callout.features.prospecting.enrichment.found import Found
from callout.features.prospecting.enrichment.improving import CHECKED_FOR, improvements, is_due, told_by_website
from callout.features.prospecting.enrichment.tables import WebsiteCheck
from callout.features.prospecting.enrichment.visiting import Visit
from callout.features.prospecting.hours import best_time_to_call
from callout.features.prospecting.schemas import BusinessFilter
from callout.features.prospecting.scraping.controls import start_run
from callout.features.prospecting.scraping.ending import note_error
from callout.features.prospecting.scraping.events import ScrapeFinished, ScrapeProgressed, ScrapeStarted
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.scraping.progress import percent
from callout.features.prospecting.tables import Business, ScrapeJob
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.wire import timestamp

PROVIDER = "website"
BATCH = 40
"""Businesses of one step: a pause takes effect after them."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A website to visit, for all businesses of the batch that list it.

    Attributes:
        known: what a visit for another business told not long ago; then nothing is asked.
    """

    url: str
    name: str
    country: str | None
    business_ids: list[UUID]
    known: Visit | None = None


class Batch(msgspec.Struct, frozen=True):
    """The next businesses of a job in the order of ids, and the sites among them that are due."""

    business_ids: list[UUID]
    sites: list[Site]


async def start_enrichment(
    work: Work, *, name: str, ids: Sequence[UUID] | None = None, filters: BusinessFilter | None = None
) -> ScrapeJob:
    """Queues visits to the websites of businesses: named ones, or all a filter finds.

    Raises:
        Unprocessable: none of the named businesses exists.
        NotFound: the filter names a job that does not exist.
    """
    if ids is not None:
        ids = await checks.existing(work, ids)
        if not ids:
            raise Unprocessable.at("ids", "none of these businesses exists")
    if filters is not None and filters.job_id is not None:
        await store.fetch(work, ScrapeJob, filters.job_id)
    wanted = filters.model_dump(mode="json", exclude_unset=True) if filters else {}
    cursor = {"after": None, "ids": None if ids is None else [str(each) for each in ids], "filters": wanted}
    job = ScrapeJob(name=name[:120], provider=PROVIDER, country=(await own_tenant(work)).country, cursor=cursor)
    job.batches_total = await checks.count_websites(work, _conditions(job))
    work.session.add(job)
    await work.session.flush()
    await work.publish(ScrapeStarted(noun_id=job.id, name=job.name))
    await start_run(work, job)
    return job


async def next_batch(work: Work, job_id: UUID, run: int) -> Batch | None:
    """What the job does next; None when this run of it has nothing more to do. Ends a job that is through.

    Raises:
        NotFound: the job is gone.
    """
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    if job.status not in AT_WORK or job.run != run:
        return None
    if job.status == "queued":
        job.status, job.started_at, job.resumed_at = "running", work.now, work.now
    rows = await checks.next_businesses(work, _conditions(job), _position(job), BATCH)
    if not rows:
        job.status, job.stop_reason, job.finished_at, job.progress_pct = "completed", "exhausted", work.now, 100
        await work.publish(ScrapeFinished.of(job, stop_reason="exhausted"))
        return None
    known = await checks.checks_of(work, [row.id for row in rows])
    due = [row for row in rows if _is_due(row, known.get(row.id), work)]
    return Batch([row.id for row in rows], await _sites(work, due))


async def keep_visit(work: Work, job_id: UUID, site: Site, visit: Visit) -> None:
    """Takes over what a website told, for each business that lists it. Repeating it changes nothing more."""
    if visit.found.phone:
        await store.lock_businesses(work)  # two businesses must not get the same phone at the same moment
    for business_id in site.business_ids:
        query = store.businesses(work, Business.id == business_id).with_for_update()
        row = (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
        if row is not None:
            improved = await _improve(work, row, visit.found, job_id)
            await checks.keep_check(work, row.id, _check(work, job_id, site, visit, improved))


async def close_batch(work: Work, job_id: UUID, run: int, batch: Batch) -> None:
    """Counts what became of a batch, once, and goes on after it."""
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    position = _position(job)
    if job.run != run or (position is not None and position >= batch.business_ids[-1]):
        return
    done = await checks.checks_of(work, batch.business_ids)
    mine = [check for check in done.values() if check.job_id == job.id]
    bad = [check for check in mine if check.status in {"failed", "forbidden"}]
    job.found += len(mine)
    job.duplicates += len(batch.business_ids) - len(mine)
    job.stored += sum(bool(check.improved) for check in mine)
    job.callable += sum("phone" in check.improved for check in mine)
    job.rejected += len(bad)
    job.provider_calls += sum(check.pages for check in mine)
    for check in bad:
        note_error(work, job, check.error_code or check.status, check.error or "", check.url[:200])
    job.cursor = {**job.cursor, "after": str(batch.business_ids[-1])}
    job.batches_done += len(batch.business_ids)
    job.progress_pct = max(job.progress_pct, percent(job.batches_done, max(job.batches_done, job.batches_total)))
    if job.status in AT_WORK:
        await work.publish(ScrapeProgressed.of(job))


async def hand_over(work: Work, job_id: UUID, run: int) -> None:
    """Goes on in a new run, so that each stays short."""
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    if job.status in AT_WORK and job.run == run:
        await start_run(work, job)


async def _improve(work: Work, row: Business, found: Found, job_id: UUID) -> list[str]:
    changes = improvements(row, found)
    if "phone" in changes and await checks.has_phone(work, changes["phone"]):
        del changes["phone"]  # a number of another listing: identity is decided elsewhere
    for field, value in changes.items():
        setattr(row, field, value)
    if "hours" in changes and "best_time_to_call" not in row.edited:
        row.best_time_to_call = best_time_to_call(row.hours)
    if changes:
        row.provenance = told_by_website(row.provenance, changes, str(job_id), timestamp(work.now))
    row.enriched_at = work.now
    await work.session.flush()
    return sorted(changes)


def _check(work: Work, job_id: UUID, site: Site, visit: Visit, improved: list[str]) -> dict[str, object]:
    return {
        "job_id": job_id,
        "url": site.url,
        "final_url": visit.final_url[:2000] if visit.final_url else None,
        "status": visit.status,
        "error_code": visit.error_code,
        "error": visit.error[:300] if visit.error else None,
        "is_final": visit.is_final,
        "pages": visit.pages,
        "found": msgspec.to_builtins(visit.found),
        "improved": improved,
        "checked_at": work.now,
    }


async def _sites(work: Work, due: Sequence[Business]) -> list[Site]:
    by_url: dict[str, list[Business]] = defaultdict(list)
    for row in due:
        by_url[(row.website or "").strip()].append(row)
    told = await checks.checks_by_url(work, by_url, work.now - CHECKED_FOR)
    return [
        Site(
            url=url,
            name=rows[0].name,
            country=rows[0].country,
            business_ids=[row.id for row in rows],
            known=_told(told.get(url), work),
        )
        for url, rows in by_url.items()
    ]


def _told(check: WebsiteCheck | None, work: Work) -> Visit | None:
    if check is None or is_due(check.checked_at, is_final=check.is_final, now=work.now):
        return None
    return Visit(
        status=check.status,  # type: ignore[arg-type]  # as it was stored
        final_url=check.final_url,
        error_code=check.error_code,
        error=check.error,
        is_final=check.is_final,
        found=msgspec.convert(check.found, Found),
    )


def _is_due(row: Business, check: WebsiteCheck | None, work: Work) -> bool:
    if check is None or check.url != (row.website or "").strip():
        return True
    return is_due(check.checked_at, is_final=check.is_final, now=work.now)


def _conditions(job: ScrapeJob) -> list[ColumnElement[bool]]:
    if job.cursor["ids"] is not None:
        return [one_of(Business.id, [UUID(each) for each in job.cursor["ids"]])]
    return business_conditions(BusinessFilter.model_validate(job.cursor["filters"]))


def _position(job: ScrapeJob) -> UUID | None:
    after = job.cursor.get("after")
    return UUID(after) if after else None
