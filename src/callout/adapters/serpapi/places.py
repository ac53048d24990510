"""Places as Google Maps shows them, told by SerpApi (https://serpapi.com/google-maps-api).

The key travels in the address, as SerpApi wants it; so nothing that holds an address leaves this module, and the
client's own log of requests is cleaned. `no_cache` is never sent: the same search within an hour is answered from
SerpApi's cache and costs nothing.
"""

from decimal import Decimal
from typing import Any, Final, Literal

import httpx

from callout.adapters.serpapi.reading import draft_of, identity_of, review_of
from callout.adapters.serpapi.refusals import error_of, failure_of
from callout.adapters.serpapi.viewport import view_of
from callout.adapters.serpapi.wire import CAP, PAGE_SIZE, body_of, found_in, place_in, reviews_in
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import (
    PlacesAccount,
    PlacesPage,
    PlacesQuery,
    QueryRefused,
    Review,
    Unavailable,
)
from callout.kit.observe.address_keys import hide_address_keys

DEFAULT_BASE_URL = "https://serpapi.com"
SEARCH_COST: Final = Decimal("0.015")
"""US dollars a search: the Developer plan, 5,000 searches for 75 dollars a month (https://serpapi.com/pricing)."""
MOST_REVIEWS_A_PAGE = 20
REGIONAL_LANGUAGES = frozenset({"en-au", "en-gb", "es-419", "fr-ca", "pt-br", "pt-pt", "zh-cn", "zh-hk", "zh-tw"})
TOLD_OF_ACCOUNT = (
    "account_status", "plan_id", "plan_renewal_date", "searches_per_month", "plan_searches_left", "extra_credits",
    "this_month_usage", "this_hour_searches", "last_hour_searches", "account_rate_limit_per_hour",
)  # fmt: skip
"""What is passed on of an account; its address and the key itself are not."""


class SerpApiPlaces:
    """Implements `PlacesSource` for one SerpApi key.

    SerpApi cannot search for what is open, well rated or cheap: `open_now`, `min_rating` and `price_levels` are for
    whoever reads the drafts. Results are not guaranteed to lie within the box.

    Args:
        client: makes the requests.
        api_key: the private key of an account.
        base_url: the server.
        timeout_s: seconds for one request; searches may take some ten.
    """

    provider: Literal["serpapi", "google_maps"] = "serpapi"
    cap = CAP
    page_size = PAGE_SIZE
    bills_repeats = False
    search_cost = reviews_cost = SEARCH_COST

    def __init__(
        self, client: httpx.AsyncClient, *, api_key: str, base_url: str = DEFAULT_BASE_URL, timeout_s: float = 60.0
    ) -> None:
        self._client = client
        self._api_key = api_key.strip()
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        hide_address_keys()

    def __repr__(self) -> str:
        return f"SerpApiPlaces({self._base_url!r})"

    async def search(self, query: PlacesQuery, *, cursor: str | None = None) -> PlacesPage:
        """See `PlacesSource.search`; the cursor is the offset, followed by the view where SerpApi chose it."""
        start, view = _position_of(cursor)
        view = view or (view_of(query.box) if query.box is not None else "")
        asked = {"engine": "google_maps", "type": "search", "q": query.text, "hl": _hl(query.language)}
        if view:
            asked["ll"] = view
        if start:
            asked["start"] = str(start)
        found = found_in(await self._ask("/search", asked))
        drafts = [draft_of(result, country=query.country, language=query.language) for result in found.results]
        kept = [draft for draft in drafts if draft is not None]
        return PlacesPage(
            drafts=kept,
            rejected=len(drafts) - len(kept),
            next=_cursor(start, len(drafts), found.next_start, view, found.next_view),
            cost=SEARCH_COST,
        )

    async def place(self, place_id: str, *, country: str, language: str = "en") -> Draft | None:
        """See `PlacesSource.place`; takes `ChIJ…`, `0x…:0x…` and `cid:…`. Costs a search."""
        asked = {"engine": "google_maps", "hl": _hl(language), "gl": _gl(country), **_place_parameter(place_id)}
        result = place_in(await self._ask("/search", asked))
        if result is None:
            return None
        told = result if identity_of(result) else {**result, "place_id": place_id}
        return draft_of(told, country=country, language=language)

    async def reviews(self, place_id: str, *, language: str = "en", limit: int = 5) -> list[Review]:
        """See `PlacesSource.reviews`. The first page has eight, each further one up to twenty and costs a search."""
        asked = {
            "engine": "google_maps_reviews",
            "hl": _hl(language),
            "sort_by": "newestFirst",
            **_reviews_parameter(place_id),
        }
        told: list[Review] = []
        while len(told) < limit:
            page, token = reviews_in(await self._ask("/search", asked))
            told += [review for raw in page if (review := review_of(raw))]
            if token is None or token == asked.get("next_page_token"):
                break
            asked |= {"next_page_token": token, "num": str(min(MOST_REVIEWS_A_PAGE, max(1, limit - len(told))))}
        return told[:limit]

    async def account(self) -> PlacesAccount:
        """See `PlacesSource.account`; free of charge (https://serpapi.com/account-api)."""
        body = await self._ask("/account.json", {})
        if "account_id" not in body and "total_searches_left" not in body:
            raise Unavailable("SerpApi gave an answer that describes no account.")
        hourly = body.get("account_rate_limit_per_hour")
        left = body.get("total_searches_left", body.get("plan_searches_left"))
        return PlacesAccount(
            plan=str(body["plan_name"])[:80] if body.get("plan_name") else None,
            remaining=left if isinstance(left, int) else None,
            per_second=hourly / 3600 if isinstance(hourly, int | float) and hourly > 0 else None,
            details={name: body[name] for name in TOLD_OF_ACCOUNT if name in body},
        )

    async def _ask(self, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        """The body of a good answer.

        Raises:
            PlacesFailed: as its subclasses say. No error that could hold the address is chained to it.
        """
        asked = {**parameters, "api_key": self._api_key}
        answer, trouble = None, ""
        try:
            answer = await self._client.get(f"{self._base_url}{path}", params=asked, timeout=self._timeout_s)
        except httpx.TimeoutException:
            trouble = "SerpApi did not answer in time."
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            trouble = f"SerpApi cannot be reached ({type(error).__name__})."
        if answer is None:
            raise Unavailable(trouble)
        if answer.status_code != 200:
            told = _told(answer)
            raise failure_of(answer.status_code, told, api_key=self._api_key, headers=answer.headers)
        return body_of(answer.content)


def _told(answer: httpx.Response) -> str:
    try:
        return error_of(body_of(answer.content))
    except Unavailable:
        return answer.reason_phrase


def _position_of(cursor: str | None) -> tuple[int, str]:
    """Offset and view of a cursor: `40`, or `40@30.2,-97.7,13z`.

    Raises:
        QueryRefused: it is none.
    """
    start, at, view = (cursor or "0").partition("@")
    if not (start.isascii() and start.isdigit() and len(start) < 6):
        raise QueryRefused("This is not a page of a SerpApi search.")
    return int(start), at + view


def _cursor(start: int, results: int, named: int | None, view: str, named_view: str | None) -> str | None:
    """The cursor of the page after this one; None at the end.

    SerpApi names the next page. It sometimes forgets to, so a full page has a next one all the same, provided there is
    a view to ask it with; past the cap nothing new comes.
    """
    following = named if named is not None else start + PAGE_SIZE
    is_over = not results or following <= start or following >= CAP
    if is_over or (named is None and (results < PAGE_SIZE or not view)):
        return None
    return f"{following}{view or named_view or ''}"


def _place_parameter(place_id: str) -> dict[str, str]:
    """How a place is named to the maps engine.

    Raises:
        QueryRefused: the id is none of Google Maps.
    """
    if place_id.startswith("cid:"):
        return {"data_cid": place_id.removeprefix("cid:")}
    if place_id.startswith("0x"):
        return {"data_cid": str(_number_of(place_id))}
    return {"place_id": place_id}


def _reviews_parameter(place_id: str) -> dict[str, str]:
    """How a place is named to the reviews engine, which takes no cid: as a data id whose first half is open."""
    if place_id.startswith("cid:"):
        number = place_id.removeprefix("cid:")
        return {"data_id": f"0x0:0x{int(number):x}"} if number.isascii() and number.isdigit() else {"data_id": number}
    return {"data_id": place_id} if place_id.startswith("0x") else {"place_id": place_id}


def _number_of(data_id: str) -> int:
    try:
        return int(data_id.rpartition(":")[2], 16)
    except ValueError as error:
        raise QueryRefused("This is not an id of Google Maps.") from error


def _hl(language: str) -> str:
    """A BCP 47 tag as Google Maps knows it: of most languages without the region."""
    code = language.strip().lower().replace("_", "-")
    return code if code in REGIONAL_LANGUAGES else code.partition("-")[0] or "en"


def _gl(country: str) -> str:
    """The country as Google writes it: `uk` for Britain."""
    return "uk" if country.upper() == "GB" else country.lower()
