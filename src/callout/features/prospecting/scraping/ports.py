"""What scraping needs from other features, put together."""

from dataclasses import dataclass
from typing import Protocol

from callout.features.api_configs.service import ApiConfigs
from callout.features.geocoding.ports import Geocoder
from callout.features.prospecting.ports import ChosenSource, PlacesSources
from callout.kit.db.database import Database
from callout.kit.db.work import Work


class PlanLimits(Protocol):
    """How many businesses a tenant's plan lets it store (metric `leads`). Both raise `PaymentRequired`."""

    async def check(self, work: Work, metric: str) -> None:
        """Refuses when not even one more fits."""

    async def use(self, work: Work, metric: str, amount: int = 1) -> int:
        """Counts in the transaction that stores; refuses when the whole amount does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraping:
    """What the use cases of scraping work with, put together once per process."""

    sources: PlacesSources
    api_configs: ApiConfigs
    geocoder: Geocoder
    plans: PlanLimits
    database: Database

    async def source(self, work: Work, provider: str) -> ChosenSource:
        """Who searches for the tenant.

        Raises:
            ApiKeysRequired: there is no key that works, and no simulator may stand in.
        """
        await self.api_configs.access.require_provider(work, provider)
        chosen = await self.sources.source_of(work, provider)
        if chosen is None:
            raise LookupError(f"a key of {provider}, but no source of places")
        return chosen
