"""Facts scrape jobs publish (product specification §9.1)."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from callout.features.prospecting.tables import ScrapeJob
from callout.kit.events import Event


class _Counts(Event, frozen=True):
    status: str
    progress_pct: int
    tiles_done: int
    tiles_total: int
    found: int
    stored: int
    duplicates: int
    filtered: int
    callable: int
    provider_calls: int
    cost: Decimal

    @classmethod
    def of(cls, job: ScrapeJob, **more: Any) -> Self:
        """What the job shows now."""
        counts = {name: getattr(job, name) for name in _Counts.__struct_fields__ if name != "noun_id"}
        return cls(noun_id=job.id, **counts, **more)


class ScrapeStarted(Event, frozen=True):
    type: ClassVar[str] = "scrape.started"
    name: str


class ScrapeProgressed(_Counts, frozen=True):
    type: ClassVar[str] = "scrape.progress"


class ScrapePaused(_Counts, frozen=True):
    type: ClassVar[str] = "scrape.paused"


class ScrapeFinished(_Counts, frozen=True):
    type: ClassVar[str] = "scrape.finished"
    stop_reason: str | None


class ScrapeFailed(_Counts, frozen=True):
    type: ClassVar[str] = "scrape.failed"
    code: str
    error: str
    """What happened and what to do, for a person."""


class BusinessesStored(Event, frozen=True):
    """New businesses of one batch of a job; the noun is the job."""

    type: ClassVar[str] = "business.stored"
    count: int
    callable: int
    source: str
