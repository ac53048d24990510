"""Who searches places for a tenant."""

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
    """Chooses the key of a tenant: its own, the installation's, or a simulator's; implements `PlacesSources`."""

    def __init__(self, access: ProviderAccess, outbound: Outbound, metering: Metering) -> None:
        """Takes what finds keys, the ways out, and what counts."""
        self._access = access
        self._outbound = outbound
        self._metering = metering

    async def source_of(self, work: Work, provider: str) -> ChosenSource | None:
        """See `PlacesSources.source_of`."""
        key = await self._access.credential_of(work, provider)
        if key is None or "api_key" not in key.values:
            return None
        source = _source(key, self._outbound.client_of(key))
        return ChosenSource(self._metering.places(source, work.tenant_id, key), key.mode, key.key_id)


def _source(key: Credential, client: httpx.AsyncClient) -> PlacesSource:
    if key.provider == "google_maps":
        return GooglePlaces(client, api_key=key.values["api_key"], base_url=key.base_url)
    return SerpApiPlaces(client, api_key=key.values["api_key"], base_url=key.base_url)
