"""Sources of places for a tenant: its own key, the installation's, or a simulator where one may stand in."""

import httpx

from callout.adapters.google_maps.places import GooglePlaces
from callout.adapters.serpapi.places import SerpApiPlaces
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.prospecting.ports import ChosenSource, PlacesSource
from callout.kit.db.work import Work
from callout.run.metering import Metering
from callout.run.outbound import Outbound


class TenantPlaces:
    """Implements `PlacesSources`; what is asked is counted, and a refused key is marked."""

    def __init__(self, access: ProviderAccess, outbound: Outbound, metering: Metering, *, timeout_s: float) -> None:
        """Takes what finds keys, the ways out, what counts, and how long one request may take."""
        self._timeout_s = timeout_s
        self._access = access
        self._outbound = outbound
        self._metering = metering

    async def source_of(self, work: Work, provider: str) -> ChosenSource | None:
        """See `PlacesSources.source_of`."""
        key = await self._access.credential_of(work, provider)
        if key is None:
            return None
        source = places_of(key, self._outbound.client_of(key), timeout_s=self._timeout_s)
        if source is None:
            return None
        metered = self._metering.places(source, work.tenant_id, key)
        return ChosenSource(source=metered, mode=key.mode, key_id=key.key_id)


def places_of(key: Credential, client: httpx.AsyncClient, *, timeout_s: float | None = None) -> PlacesSource | None:
    """A source of places with this key; None for a provider that knows no places."""
    wait = {} if timeout_s is None else {"timeout_s": timeout_s}
    match key.provider:
        case "serpapi":
            return SerpApiPlaces(client, api_key=key.values["api_key"], base_url=key.base_url, **wait)
        case "google_maps":
            return GooglePlaces(client, api_key=key.values["api_key"], base_url=key.base_url, **wait)
    return None
