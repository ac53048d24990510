"""At its end a job brings what it newly found to a call list."""

from uuid import UUID

from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import JSONB

from callout.features.prospecting import store
from callout.features.prospecting.lists import import_to_list
from callout.features.prospecting.scraping.ending import note_error
from callout.features.prospecting.tables import Business, CallList, ScrapeJob
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable


async def bring_to_list(work: Work, job_id: UUID) -> None:
    """Puts the callable businesses a job was the first to find on its list, or on a new one named after the job.

    Suppressed ones are left out. Repeating changes nothing. A list that is gone or full is told as an error of the job.
    """
    await store.lock_contacts(work)
    try:
        job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    except NotFound:
        return
    first = cast(Business.job_ids, JSONB)[0].astext == str(job_id)
    query = store.businesses(work, store.of_job(job_id), first, Business.phone.is_not(None), Business.status == "new")
    rows = list((await work.session.execute(query.order_by(Business.id))).scalars())
    if not rows:
        return
    try:
        async with work.nested():
            await import_to_list(work, await _list_of(work, job), rows)
    except (NotFound, Unprocessable) as problem:
        job = await store.fetch(work, ScrapeJob, job_id, lock=True)
        note_error(work, job, "not_on_list", f"The businesses could not be put on the call list: {problem.detail}")


async def _list_of(work: Work, job: ScrapeJob) -> CallList:
    if job.target_list_id is not None:
        return await store.fetch(work, CallList, job.target_list_id, lock=True)
    made = CallList(name=job.name, purpose_tag=job.purpose_tag)
    work.session.add(made)
    await work.session.flush()
    job.target_list_id = made.id
    return made
