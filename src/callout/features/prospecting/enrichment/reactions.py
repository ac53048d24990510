"""What follows for websites when businesses were found."""

from callout.features.prospecting import store
from callout.features.prospecting.enrichment.jobs import PROVIDER, start_enrichment
from callout.features.prospecting.schemas import BusinessFilter
from callout.features.prospecting.scraping.events import ScrapeFinished
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work


async def scrape_finished(work: Work, event: ScrapeFinished) -> None:
    """Visits the websites of what a job found, when the job asks for it (`enrich`)."""
    job = await store.fetch(work, ScrapeJob, event.noun_id)
    if job.enrich and job.provider != PROVIDER and job.stored:
        await start_enrichment(work, name=f"Websites of {job.name}", filters=BusinessFilter(job_id=job.id))
