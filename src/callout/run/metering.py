"""Counts what adapters ask of providers, and marks keys that providers refuse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.recording import UsageRecorder, Use
from callout.features.api_configs.service import ApiConfigs
from callout.features.notifications.ports import Mail, Mailer, Reauthenticate
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import (
    KeyRefused,
    PlacesAccount,
    PlacesPage,
    PlacesQuery,
    PlacesSource,
    Review,
)
from callout.kit.db.database import Database
from callout.kit.principal import Principal


class Metering:
    """Puts a meter in front of adapters."""

    def __init__(self, recorder: UsageRecorder, api_configs: ApiConfigs, database: Database) -> None:
        """Takes what counts, what marks keys, and the transactions to do so."""
        self.recorder = recorder
        self._api_configs = api_configs
        self._database = database

    def mailer(self, mailer: Mailer, tenant_id: UUID, key: Credential) -> Mailer:
        """The same mailer, metered."""
        return _MeteredMailer(mailer, self, tenant_id, key)

    def places(self, source: PlacesSource, tenant_id: UUID, key: Credential) -> PlacesSource:
        """The same source of places, metered."""
        return _MeteredPlaces(source, self, tenant_id, key)

    async def refused(self, tenant_id: UUID, key: Credential, reason: str) -> None:
        """Marks the tenant's key as refused; another's key is nobody's to mark."""
        if key.source != "tenant" or key.is_refused:
            return
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            await self._api_configs.note_refused(work, key.provider, key_id=key.key_id, reason=reason)


class _MeteredMailer:
    def __init__(self, mailer: Mailer, meter: Metering, tenant_id: UUID, key: Credential) -> None:
        self._mailer, self._meter, self._tenant_id, self._key = mailer, meter, tenant_id, key
        self.provider, self.sender = mailer.provider, mailer.sender

    async def send(self, mail: Mail) -> str:
        try:
            async with self._meter.recorder.timed(self._tenant_id, self._key, "send") as use:
                use.units = 1
                return await self._mailer.send(mail)
        except Reauthenticate as failure:
            await self._meter.refused(self._tenant_id, self._key, str(failure))
            raise


class _MeteredPlaces:
    def __init__(self, source: PlacesSource, meter: Metering, tenant_id: UUID, key: Credential) -> None:
        self._source, self._meter, self._tenant_id, self._key = source, meter, tenant_id, key
        self.provider, self.cap = source.provider, source.cap
        self.page_size, self.bills_repeats = source.page_size, source.bills_repeats
        self.search_cost, self.reviews_cost = source.search_cost, source.reviews_cost
        self.search_cost, self.reviews_cost = source.search_cost, source.reviews_cost

    async def search(self, query: PlacesQuery, *, cursor: str | None = None) -> PlacesPage:
        async with self._watched("search") as use:
            page = await self._source.search(query, cursor=cursor)
            use.units, use.cost = page.calls, page.cost
            return page

    async def place(self, place_id: str, *, country: str, language: str = "en") -> Draft | None:
        async with self._watched("place") as use:
            use.units, use.cost = 1, getattr(self._source, "place_cost", self.search_cost)
            return await self._source.place(place_id, country=country, language=language)

    async def reviews(self, place_id: str, *, language: str = "en", limit: int = 5) -> list[Review]:
        async with self._watched("reviews") as use:
            use.units, use.cost = 1, self.reviews_cost
            return await self._source.reviews(place_id, language=language, limit=limit)

    async def account(self) -> PlacesAccount:
        async with self._watched("account"):
            return await self._source.account()

    @asynccontextmanager
    async def _watched(self, operation: str) -> AsyncIterator[Use]:
        try:
            async with self._meter.recorder.timed(self._tenant_id, self._key, operation) as use:
                yield use
        except KeyRefused as failure:
            await self._meter.refused(self._tenant_id, self._key, failure.message)
            raise
