"""What a person does with a job: pause it, let it go on, stop it, throw it away."""

from uuid import UUID

from sqlalchemy import func, select, update

from callout.features.prospecting import store
from callout.features.prospecting.business_store import delete_businesses
from callout.features.prospecting.importing import rejects
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.ending import finish
from callout.features.prospecting.scraping.errors import JobRunning
from callout.features.prospecting.scraping.events import ScrapePaused
from callout.features.prospecting.scraping.lifecycle import AT_WORK, step
from callout.features.prospecting.tables import Business, ScrapeJob
from callout.kit.db.work import Work

QUEUE, WORKFLOW = "scraping", "scrape"
WEBSITE_QUEUE, WEBSITE_WORKFLOW = "websites", "enrich_websites"
"""Jobs of the provider `website` visit the websites of businesses that are already there."""
IMPORT_QUEUE, IMPORT_WORKFLOW = "imports", "import_businesses"
"""Jobs of the provider `file` read a file."""
_WORK_OF = {"website": (WEBSITE_WORKFLOW, WEBSITE_QUEUE), "file": (IMPORT_WORKFLOW, IMPORT_QUEUE)}
CONTROL = "control"
"""The topic on which a run of a job is told to look at its job."""


async def start_run(work: Work, job: ScrapeJob) -> None:
    """Begins a new run of a job; an earlier one that is still there ends by itself."""
    job.run += 1
    await work.session.flush()
    workflow, queue = _WORK_OF.get(job.provider, (WORKFLOW, QUEUE))
    await work.enqueue(workflow, str(job.id), job.run, key=run_key(job), queue=queue)


def run_key(job: ScrapeJob) -> str:
    """The workflow key of the newest run."""
    return f"scrape-{job.id}-{job.run}"


async def pause(work: Work, job_id: UUID) -> ScrapeJob:
    """Lets a job rest after the page it is at; nothing that was paid for is lost.

    Raises:
        InvalidTransition: it has ended.
    """
    job = await _job(work, job_id)
    if step(job.status, "paused"):
        job.status, job.due_at = "paused", None
        await work.publish(ScrapePaused.of(job))
        await _wake(work, job)
    return job


async def resume(work: Work, job_id: UUID) -> ScrapeJob:
    """Goes on where a paused or failed job was.

    Raises:
        InvalidTransition: it has ended.
    """
    job = await _job(work, job_id)
    if job.status != "queued" and step(job.status, "running"):
        job.status, job.stop_reason, job.finished_at = "running", None, None
        job.due_at, job.errors_in_row = None, 0
        job.resumed_at, job.resumed_pct = work.now, job.progress_pct
        await start_run(work, job)
    return job


async def stop(work: Work, job_id: UUID) -> ScrapeJob:
    """Ends a job; what it stored stays.

    Raises:
        InvalidTransition: it has ended otherwise.
    """
    job = await _job(work, job_id)
    if step(job.status, "stopped"):
        await finish(work, job, "stopped", "user")
        await _wake(work, job)
    return job


async def remove(work: Work, job_id: UUID, *, with_results: bool) -> None:
    """Deletes a job with its ledger.

    Args:
        work: of the tenant.
        job_id: which.
        with_results: also the businesses that no other job found and that are no contacts yet.

    Raises:
        JobRunning: it is at work.
    """
    await store.lock_businesses(work)
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    if job.status in AT_WORK:
        raise JobRunning
    mine = (Business.tenant_id == work.tenant_id, store.of_job(job_id))
    if with_results:
        alone = func.jsonb_array_length(Business.job_ids) == 1
        theirs = select(Business.id).where(
            *mine, alone, Business.contact_id.is_(None), Business.merged_into_id.is_(None)
        )
        await delete_businesses(work, list((await work.session.execute(theirs)).scalars()))
    await work.session.execute(
        update(Business)
        .where(*mine)
        .values(job_ids=Business.job_ids.op("-")(str(job_id)), version=Business.version + 1, updated_at=work.now),
        execution_options={"synchronize_session": False},
    )
    await ledger.forget(work, job_id)
    await rejects.forget(work, job_id)
    await work.session.delete(job)


async def _wake(work: Work, job: ScrapeJob) -> None:
    await work.signal(run_key(job), "look", CONTROL)


async def _job(work: Work, job_id: UUID) -> ScrapeJob:
    return await store.fetch(work, ScrapeJob, job_id, lock=True)
