"""Places from Google's Places API (New): text search by pages, details and reviews of one place.

Source: https://developers.google.com/maps/documentation/places/web-service (Text Search, Place Details, Place Data
Fields). A search gives 60 places on three pages of 20. What a page costs stands in `billing`.
"""

from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

import httpx

from callout.adapters.google_maps import wire
from callout.adapters.google_maps.billing import (
    REVIEW_FIELDS,
    details_mask,
    place_fields,
    search_mask,
    sku_of,
)
from callout.adapters.google_maps.reading import draft_of, reviews_of
from callout.adapters.google_maps.refusals import can_be_key, failure_of
from callout.adapters.google_maps.searching import PAGE_SIZE, Cursor, rectangles, search_body
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import (
    Box,
    KeyRefused,
    PlacesAccount,
    PlacesPage,
    PlacesQuery,
    QueryRefused,
    Review,
    Unavailable,
)

DEFAULT_BASE_URL = "https://places.googleapis.com"
TIMEOUT_S = 20.0
CAP = 60
SEARCHES_PER_MINUTE = 600
"""The quota of a new project (Places API (New), SearchTextRequest per minute)."""
IDS_ONLY = ("id",)


class GooglePlaces:
    """A `PlacesSource` with one key.

    Every page of 20 places is one request and complete: no further one is needed for phone, website or hours.
    Where a stored page token has expired, the search is walked again up to that page asking for ids only, which Google
    does not bill, so that no page is paid twice.

    Args:
        client: carries the requests; not closed here.
        api_key: `AIza…`; travels in a header and appears in no error.
        base_url: the service or its simulator.
        timeout_s: for one request.
    """

    provider: Literal["serpapi", "google_maps"] = "google_maps"
    cap = CAP
    page_size = PAGE_SIZE
    bills_repeats = True
    search_cost: Decimal = sku_of("search", place_fields()).per_call
    """List price in US dollars of one page of a search."""
    place_cost: Decimal = sku_of("details", place_fields()).per_call
    """List price in US dollars of one `place`."""
    reviews_cost: Decimal = sku_of("details", REVIEW_FIELDS).per_call
    """List price in US dollars of one `reviews`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        api_key: str,
        base_url: str = DEFAULT_BASE_URL,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s

    def __repr__(self) -> str:
        """Where, never with which key."""
        return f"GooglePlaces({self._base_url})"

    async def search(self, query: PlacesQuery, *, cursor: str | None = None) -> PlacesPage:
        """See `PlacesSource.search`. An area wider than 180 degrees is two searches in a row."""
        at = Cursor.read(cursor)
        areas = rectangles(query.box)
        if at.part >= len(areas):
            return PlacesPage(drafts=[], calls=0)
        fields = place_fields(with_reviews=query.with_reviews)
        found = await self._page(search_body(query, areas[at.part]), fields, at)
        if found is None:
            return PlacesPage(drafts=[], next=_following(at, None, areas), calls=0)
        places = [_place_or_none(raw) for raw in found.places]
        drafts = [draft_of(place, country=query.country, language=query.language) for place in places if place]
        kept = [draft for draft in drafts if draft is not None]
        return PlacesPage(
            drafts=kept,
            rejected=len(places) - len(kept),
            next=_following(at, found.next_page_token, areas),
            calls=1,
            cost=sku_of("search", fields).per_call,
        )

    async def place(self, place_id: str, *, country: str, language: str = "en") -> Draft | None:
        """See `PlacesSource.place`; costs `place_cost`."""
        found = await self._details(place_id, place_fields(), language, country)
        return draft_of(found, country=country, language=language) if found else None

    async def reviews(self, place_id: str, *, language: str = "en", limit: int = 5) -> list[Review]:
        """See `PlacesSource.reviews`; Google gives five at most. Costs `reviews_cost`."""
        found = await self._details(place_id, REVIEW_FIELDS, language)
        return reviews_of(found)[:limit] if found else []

    async def account(self) -> PlacesAccount:
        """Whether the key searches, by a search for ids only.

        Google has no call that describes an account. This one passes the same gates as a real search (key,
        restrictions, Places API (New) enabled, billing linked), and asking for nothing but ids is free of charge
        without limit. What is left of a quota Google does not tell.
        """
        body = {"textQuery": "city hall", "pageSize": 1}
        wire.decode_found(await self._search(body, IDS_ONLY))
        return PlacesAccount(
            per_second=SEARCHES_PER_MINUTE / 60,
            details={"searches_per_minute": SEARCHES_PER_MINUTE, "search_cost_usd": str(self.search_cost)},
        )

    async def _page(self, body: dict[str, Any], fields: tuple[str, ...], at: Cursor) -> wire.Found | None:
        """One page; None when the search, walked again, ends before it."""
        if not at.token:
            return wire.decode_found(await self._search(body, fields))
        try:
            return wire.decode_found(await self._search(body, fields, at.token))
        except QueryRefused:
            token = await self._walk_to(at.page, body)
        return wire.decode_found(await self._search(body, fields, token)) if token else None

    async def _walk_to(self, page: int, body: dict[str, Any]) -> str | None:
        """A fresh token of a page, by asking for the ids of those before it."""
        token: str | None = ""
        for _ in range(page):
            token = wire.decode_found(await self._search(body, IDS_ONLY, token or "")).next_page_token
            if not token:
                return None
        return token

    async def _search(self, body: dict[str, Any], fields: tuple[str, ...], token: str = "") -> bytes:
        paged = {**body, "pageToken": token} if token else body
        answer = await self._ask("POST", "/v1/places:searchText", search_mask(fields), json=paged)
        return self._good(answer)

    async def _details(
        self, place_id: str, fields: tuple[str, ...], language: str, country: str | None = None
    ) -> wire.Place | None:
        params = {"languageCode": language} | ({"regionCode": country.upper()} if country else {})
        path = f"/v1/places/{quote(place_id, safe='')}"
        answer = await self._ask("GET", path, details_mask(fields), params=params)
        is_unknown = answer.status_code == 404 or (answer.status_code == 400 and b"Place ID" in answer.content)
        return None if is_unknown else wire.decode_place(self._good(answer))

    async def _ask(self, method: str, path: str, mask: str, **request: Any) -> httpx.Response:
        if not can_be_key(self._api_key):
            raise KeyRefused("The Google Maps key has characters that no key has.")
        headers = {"X-Goog-Api-Key": self._api_key, "X-Goog-FieldMask": mask}
        url = f"{self._base_url}{path}"
        try:
            return await self._client.request(method, url, headers=headers, timeout=self._timeout_s, **request)
        except httpx.TimeoutException as error:
            raise Unavailable("Google Places did not answer in time.") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"Google Places cannot be reached ({type(error).__name__}).") from error

    def _good(self, answer: httpx.Response) -> bytes:
        if answer.status_code == 200:
            return answer.content
        retry_after = answer.headers.get("Retry-After")
        raise failure_of(answer.status_code, answer.content, api_key=self._api_key, retry_after=retry_after)


def _following(at: Cursor, token: str | None, areas: list[Box | None]) -> str | None:
    """What the page after this one is asked with; no search has more than `CAP` places, whatever Google offers."""
    if token and (at.page + 1) * PAGE_SIZE < CAP:
        return str(Cursor(at.part, at.page + 1, token))
    return str(Cursor(at.part + 1)) if at.part + 1 < len(areas) else None


def _place_or_none(raw: Any) -> wire.Place | None:
    try:
        return wire.decode_place(raw)
    except Unavailable:
        return None
