"""What running an import works with."""

from uuid import UUID

import msgspec

from callout.features.files.service import Files
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.scraping.ports import PlanLimits
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.database import Database
from callout.kit.principal import Principal


class Importing(msgspec.Struct, frozen=True):
    """Put together once per process.

    Attributes:
        plans: how many businesses a tenant may store (metric `leads`).
        processes: how many clean rows at the same time; by the machine when None.
        chunk_rows: rows of a transaction at least, but for the last: enough that a statement a chunk costs little.
        block: bytes that are read, and cleaned by one process, at a time.
    """

    database: Database
    files: Files
    plans: PlanLimits
    processes: int | None = None
    chunk_rows: int = 20_000
    block: int = 1024 * 1024


class Run(msgspec.Struct, frozen=True):
    """One run of a tenant's job; only the newest one goes on."""

    principal: Principal
    job_id: UUID
    number: int

    def owns(self, job: ScrapeJob) -> bool:
        """Whether the job is at work, and this is the run that works on it."""
        return job.status in AT_WORK and job.run == self.number
