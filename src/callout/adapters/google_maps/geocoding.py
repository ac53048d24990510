"""Geocoding over the Google Geocoding API (https://developers.google.com/maps/documentation/geocoding)."""

from datetime import timedelta

import httpx

from callout.adapters.google_maps.geocoding_wire import PROVIDER, decode, place_of, results_of
from callout.features.geocoding.ports import Place
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point
from callout.kit.observe.address_keys import hide_address_keys

DEFAULT_BASE_URL = "https://maps.googleapis.com"
TIMEOUT_S = 8.0
BIAS_DEGREES = 0.5
"""Half the side of the square around the asker in which results are preferred."""
KEPT_FOR = timedelta(days=30)
"""How long Google allows its coordinates to be kept (Google Maps Platform Service Specific Terms)."""
UNSURE = "UNKNOWN_ERROR"
"""The status after which Google asks to try once more."""


class GoogleGeocoder:
    """A `Geocoder` that asks Google, with one key. A request costs `billing.GEOCODING`.

    What it answers may be kept for `KEPT_FOR`.

    Args:
        client: carries the requests; not closed here.
        api_key: `AIza…`; the API takes it in the query only, so the client's own log of requests is cleaned of it.
        base_url: the service or its simulator.
        language: of labels, BCP 47.
        timeout_s: for one request.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        api_key: str,
        base_url: str = DEFAULT_BASE_URL,
        language: str = "en",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._url = f"{base_url.rstrip('/')}/maps/api/geocode/json"
        self._language = language
        self._timeout_s = timeout_s
        hide_address_keys()

    def __repr__(self) -> str:
        """Where, never with which key."""
        return f"GoogleGeocoder({self._url})"

    async def search(
        self, q: str, country: str | None = None, near: Point | None = None, limit: int = 5
    ) -> list[Place]:
        """See `Geocoder.search`."""
        params = {"address": q}
        if country:
            params["components"] = f"country:{country.upper()}"
        if near:
            params["bounds"] = _around(near)
        return (await self._places(params))[:limit]

    async def reverse(self, lat: float, lng: float) -> Place | None:
        """See `Geocoder.reverse`."""
        places = await self._places({"latlng": f"{lat:.7f},{lng:.7f}"})
        return places[0] if places else None

    async def _places(self, params: dict[str, str]) -> list[Place]:
        answer = decode(await self._ask(params))
        if answer.status == UNSURE:
            answer = decode(await self._ask(params))
        return [place_of(result) for result in results_of(answer)]

    async def _ask(self, params: dict[str, str]) -> bytes:
        query = {**params, "language": self._language, "key": self._api_key}
        try:
            answer = await self._client.get(self._url, params=query, timeout=self._timeout_s)
        except httpx.TimeoutException as error:
            raise UpstreamTimeout(provider=PROVIDER) from error
        except httpx.HTTPError as error:
            raise UpstreamFailed("Google Maps cannot be reached.", provider=PROVIDER) from error
        if answer.status_code != 200:
            detail = f"Google Maps failed to look the address up ({answer.status_code})."
            raise UpstreamFailed(detail, provider=PROVIDER)
        return answer.content


def _around(near: Point) -> str:
    """South-west and north-east corner of the preferred square; it may cross the antimeridian as the API allows."""
    south, north = max(near.lat - BIAS_DEGREES, -90.0), min(near.lat + BIAS_DEGREES, 90.0)
    west, east = (near.lng - BIAS_DEGREES + 180) % 360 - 180, (near.lng + BIAS_DEGREES + 180) % 360 - 180
    return f"{south:.6f},{west:.6f}|{north:.6f},{east:.6f}"
