"""Geocoding over the Nominatim protocol (https://nominatim.org/release-docs/latest/api/Overview/)."""

import asyncio
from typing import Any

import httpx

from callout.adapters.geocoding.wire import decode_reverse, decode_search, place_of
from callout.features.geocoding.ports import Place
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point

PUBLIC_HOST = "nominatim.openstreetmap.org"
"""The community's server; its usage policy asks for an identifying agent and at most one request a second."""

BIAS_DEGREES = 0.5


class NominatimGeocoder:
    """A `Geocoder` that asks a Nominatim server.

    Args:
        base_url: the server, such as ``https://nominatim.openstreetmap.org``.
        user_agent: who asks, with a way to reach them.
        language: the language of labels (Accept-Language).
        timeout_s: seconds for connecting and answering.
        transport: another way to the server than the network, such as a simulator in the same process.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str,
        language: str = "en",
        timeout_s: float = 8,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"User-Agent": user_agent, "Accept-Language": language},
            timeout=timeout_s,
            transport=transport,
        )
        self._pace = Pace(1.0 if self._client.base_url.host == PUBLIC_HOST else 0.0)

    async def search(
        self, q: str, country: str | None = None, near: Point | None = None, limit: int = 5
    ) -> list[Place]:
        """See `Geocoder.search`."""
        params: dict[str, Any] = {"q": q, "format": "jsonv2", "addressdetails": 1, "limit": limit}
        if country:
            params["countrycodes"] = country.lower()
        if near:
            west, east = max(near.lng - BIAS_DEGREES, -180), min(near.lng + BIAS_DEGREES, 180)
            south, north = max(near.lat - BIAS_DEGREES, -90), min(near.lat + BIAS_DEGREES, 90)
            params["viewbox"] = f"{west},{south},{east},{north}"
        return [place_of(result) for result in decode_search(await self._get("/search", params))]

    async def reverse(self, lat: float, lng: float) -> Place | None:
        """See `Geocoder.reverse`."""
        params = {"lat": lat, "lon": lng, "format": "jsonv2", "addressdetails": 1}
        result = decode_reverse(await self._get("/reverse", params))
        return place_of(result) if result else None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _get(self, path: str, params: dict[str, Any]) -> bytes:
        await self._pace.wait()
        try:
            answer = await self._client.get(path, params=params)
            answer.raise_for_status()
        except httpx.TimeoutException as error:
            raise UpstreamTimeout(provider="nominatim") from error
        except httpx.HTTPStatusError as error:
            detail = f"The address service refused the request ({error.response.status_code})."
            raise UpstreamFailed(detail, provider="nominatim") from error
        except httpx.HTTPError as error:
            raise UpstreamFailed("The address service cannot be reached.", provider="nominatim") from error
        return answer.content


class Pace:
    """Lets callers of this process through one by one, at least `gap_s` seconds apart."""

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._next = 0.0

    async def wait(self) -> None:
        """Returns when it is the caller's turn."""
        if not self._gap_s:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._gap_s
        await asyncio.sleep(turn - now)
