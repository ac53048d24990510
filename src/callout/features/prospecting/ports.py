"""What prospecting needs from outside: sources of places, and who stands behind them for a tenant."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

from callout.features.prospecting.drafts import Draft
from callout.kit.db.work import Work


class Box(msgspec.Struct, frozen=True):
    """A rectangle of the map in degrees WGS 84; `west` may be greater than `east` across the antimeridian."""

    south: float
    west: float
    north: float
    east: float


class PlacesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One search: what, within which part of the map.

    Attributes:
        text: what to look for, for example "hotel"; with `box` None it also says where ("hotel in Austin, Texas").
        country: ISO 3166-1 alpha-2 of the area; national phone numbers are read as its own.
        language: of the answers, BCP 47.
        price_levels: 0 (free) to 4.
        with_reviews: reviews are wanted where they come with a search at no further cost (Google); where they do not,
            `PlacesSource.reviews` is asked.
    """

    text: str
    country: str
    box: Box | None = None
    language: str = "en"
    open_now: bool = False
    min_rating: float | None = None
    price_levels: tuple[int, ...] = ()
    with_reviews: bool = False


class PlacesPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results.

    Attributes:
        drafts: the places, also those that match nothing else than their position.
        rejected: results without a name or otherwise unusable.
        next: what to ask the following page with; None at the end.
        calls: requests made for this page that the provider bills.
        cost: what they cost, in US dollars by the provider's list price.
    """

    drafts: list[Draft]
    rejected: int = 0
    next: str | None = None
    calls: int = 1
    cost: Decimal = Decimal(0)


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote about a place; names are not taken over."""

    rating: float | None
    text: str
    at: datetime | None


class PlacesAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What a key is good for.

    Attributes:
        remaining: requests left in the period, where the provider tells.
    """

    plan: str | None = None
    remaining: int | None = None
    per_second: float | None = None
    details: Mapping[str, Any] = {}


class PlacesFailed(Exception):  # noqa: N818 - subclasses say what failed
    """A request that brought nothing. `remedy` tells a person what to do.

    Attributes:
        code: stays the same over releases; stored with the job.
        is_final: asking again changes nothing until a person did something.
        retry_after_s: how long the provider wants to be left alone.
    """

    code = "places_failed"
    remedy = ""
    is_final = False

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class KeyRefused(PlacesFailed):
    """The provider does not take the key."""

    code = "key_refused"
    remedy = "Check the key under Settings, Providers, then resume the job."
    is_final = True


class QuotaSpent(PlacesFailed):
    """The key's searches or its budget are used up."""

    code = "quota_spent"
    remedy = "Wait for the quota to renew or raise it at the provider, then resume the job."
    is_final = True


class QueryRefused(PlacesFailed):
    """The provider does not take this query; others may do."""

    code = "query_refused"
    remedy = "Change the business type or the place of the job."
    is_final = True


class RateLimited(PlacesFailed):
    """Too many requests at once; later ones succeed."""

    code = "rate_limited"


class Unavailable(PlacesFailed):
    """The provider is down, too slow or answers nonsense; later requests may succeed."""

    code = "provider_unavailable"


class PlacesSource(Protocol):
    """A provider of places, with one key. Made by the composition root; safe for concurrent use.

    Attributes:
        provider: serpapi or google_maps.
        cap: most results one search (all its pages) can give.
        page_size: most results of one page.
        bills_repeats: whether asking for the very same page again soon costs again.
        search_cost: list price of one page of a search, in US dollars.
        reviews_cost: list price of the reviews of one place.
    """

    provider: Literal["serpapi", "google_maps"]
    cap: int
    page_size: int
    bills_repeats: bool
    search_cost: Decimal
    reviews_cost: Decimal

    async def search(self, query: PlacesQuery, *, cursor: str | None = None) -> PlacesPage:
        """One page; `cursor` is `PlacesPage.next` of the page before.

        Raises:
            PlacesFailed: as its subclasses say.
        """

    async def place(self, place_id: str, *, country: str, language: str = "en") -> Draft | None:
        """Everything about one place; None when the provider does not know it.

        Raises:
            PlacesFailed: as its subclasses say.
        """

    async def reviews(self, place_id: str, *, language: str = "en", limit: int = 5) -> list[Review]:
        """The newest reviews of a place.

        Raises:
            PlacesFailed: as its subclasses say.
        """

    async def account(self) -> PlacesAccount:
        """What the key is good for, by the provider's own check call, which is not billed as a search.

        Raises:
            PlacesFailed: as its subclasses say.
        """


class ChosenSource(msgspec.Struct, frozen=True):
    """A source with whether it is real.

    Attributes:
        key_id: tells keys apart without telling them; requests are paced by it.
    """

    source: PlacesSource
    mode: Literal["live", "sandbox"]
    key_id: str


class PlacesSources(Protocol):
    """Who searches places for a tenant: its own key, the installation's, or a simulator where that is allowed."""

    async def source_of(self, work: Work, provider: str) -> ChosenSource | None:
        """None when there is no key and no simulator may stand in."""
