"""What a job does next: decided and written down before anything is asked of a provider."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.prospecting.ports import ChosenSource
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.ending import fail, finish
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.scraping.patience import ROUNDS
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.tables import ScrapePage
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.pacing import reserve

CALL_LASTS_AT_MOST = timedelta(seconds=150)
"""After this a page claimed by an earlier run is no longer being fetched by anybody."""
LOOK_AGAIN_S = 2.0
SLOWEST_WAIT_S = 60.0
LIVE_INTERVAL_S = {"serpapi": 1.0}
"""The least seconds between requests with one real key (product specification §6.1)."""


class Turn(msgspec.Struct, frozen=True):
    """The next thing to do.

    Attributes:
        wait_s: seconds to wait first.
    """

    do: Literal["fetch", "store", "wait", "end"]
    page_id: str = ""
    wait_s: float = 0.0


async def claim(work: Work, job_id: UUID, run: int, scraping: Scraping) -> Turn:
    """The next turn of a run of a job. What is paid for is stored first, whatever became of the job.

    A page is claimed by one run: nobody else fetches it while this run may still be waiting for the answer.
    """
    job = await ledger.lock_job(work, job_id)
    if job is None or job.run != run:
        return Turn("end")
    page = await ledger.under_way(work, job_id)
    if page is not None and page.state == "fetched":
        return Turn("store", str(page.id))
    if job.status not in AT_WORK:
        if page is not None and page.run == run:
            page.state = "planned"
        return Turn("end")
    if page is not None and _is_others(page, run, work):
        return Turn("wait", wait_s=LOOK_AGAIN_S)
    if job.due_at is not None and job.due_at > work.now:
        return Turn("wait", wait_s=min(SLOWEST_WAIT_S, (job.due_at - work.now).total_seconds()))
    page = page or await _next(work, job_id)
    if page is None:
        await finish(work, job, "completed", "exhausted")
        return Turn("end")
    chosen = await _source(work, job, scraping)
    if chosen is None:
        return Turn("end")
    page.state, page.run, page.claimed_at = "fetching", run, work.now
    job.status, job.started_at = "running", job.started_at or work.now
    job.resumed_at = job.resumed_at or work.now
    here = {"type": page.business_type, "place": page.place, "tile": page.tile, "page": page.page}
    job.cursor = {**job.cursor, **here}
    return Turn("fetch", str(page.id), await _pace(work, chosen))


async def _next(work: Work, job_id: UUID) -> ScrapePage | None:
    page = await ledger.next_planned(work, job_id)
    if page is None and await ledger.take_up_failed(work, job_id, ROUNDS):
        page = await ledger.next_planned(work, job_id)
    return page


async def interval_s(work: Work) -> float:
    """Seconds between requests, as the tenant set it."""
    return float((await tenant_settings(work))["scraper.request_interval_ms"]) / 1000


async def _source(work: Work, job: ScrapeJob, scraping: Scraping) -> ChosenSource | None:
    chosen = await scraping.sources.source_of(work, job.provider)
    if chosen is None:
        message = f"There is no key of {job.provider} any more. Add one under Settings, Providers, then resume the job."
        await fail(work, job, "API_KEYS_REQUIRED", message)
        return None
    if chosen.mode != job.mode:
        message = (
            f"The job began with {_words(job.mode)}; now there is {_words(chosen.mode)}. The two are never mixed: "
            "start a new job."
        )
        await fail(work, job, "mode_changed", message)
        return None
    return chosen


async def _pace(work: Work, chosen: ChosenSource) -> float:
    """Seconds until the tenant's turn: its own pace, and with a real key the key's, whoever else uses it."""
    tenant = f"scrape:{chosen.source.provider}:{work.tenant_id}"
    least = LIVE_INTERVAL_S.get(chosen.source.provider, 0.0) if chosen.mode == "live" else 0.0
    wait = await reserve(work, tenant, max(least, await interval_s(work)))
    if chosen.mode == "live":
        wait = max(wait, await reserve(work, f"places:{chosen.key_id}", least))
    return wait


def _is_others(page: ScrapePage, run: int, work: Work) -> bool:
    return page.run != run and page.claimed_at is not None and work.now - page.claimed_at < CALL_LASTS_AT_MOST


def _words(mode: str) -> str:
    return "a real provider" if mode == "live" else "the simulated provider"
