"""How a job ends: done, stopped, or failed with what to do."""

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.prospecting.scraping.events import ScrapeFailed, ScrapeFinished
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

MAX_ERRORS = 50
SOURCES = frozenset({"serpapi", "google_maps"})
"""Providers whose jobs look for businesses; others read files or visit the websites of businesses that are there."""


def note_error(work: Work, job: ScrapeJob, code: str, message: str, tile: str | None = None) -> None:
    """Adds an entry a person reads; of more than `MAX_ERRORS` the newest are kept."""
    entry = {"at": timestamp(work.now), "tile": tile, "code": code, "message": message[:300]}
    job.errors = [*job.errors, entry][-MAX_ERRORS:]


async def finish(work: Work, job: ScrapeJob, status: str, reason: str) -> None:
    """Ends a job in order (completed or stopped) and lets its businesses go to the list it was made for."""
    job.status, job.stop_reason, job.finished_at, job.due_at = status, reason, work.now, None
    if status == "completed":
        job.progress_pct = 100
    await work.publish(ScrapeFinished.of(job, stop_reason=reason))
    if job.target_list_id is not None or (
        job.provider in SOURCES and (await tenant_settings(work))["scraper.auto_import"]
    ):
        await work.enqueue("scrape_to_list", str(job.id), key=f"scrape-{job.id}-list")


async def fail(work: Work, job: ScrapeJob, code: str, message: str, *, reason: str = "error") -> None:
    """Ends a job that cannot go on until somebody did something; resuming takes it up where it was."""
    if job.status not in AT_WORK:
        return
    job.status, job.stop_reason, job.finished_at, job.due_at = "failed", reason, work.now, None
    note_error(work, job, code, message)
    await work.publish(ScrapeFailed.of(job, code=code, error=message[:300]))
