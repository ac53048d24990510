"""Wire models of scraping."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from callout.features.prospecting.catalogue.business_types import normal_types
from callout.kit.http.fields import AwareTime, CountryCode, Geo, Language, Text
from callout.kit.http.models import Body, Query

Provider = Literal["serpapi", "google_maps"]
Rating = Annotated[Decimal, Field(ge=0, le=5, max_digits=2, decimal_places=1)]
Radius = Annotated[Decimal, Field(ge=Decimal("0.5"), le=50, max_digits=3, decimal_places=1)]
PriceLevel = Annotated[int, Field(ge=0, le=4)]
MOST_TYPES, MOST_PLACES = 25, 100


class PlaceBody(Body):
    """A place as the catalogue names it."""

    country: CountryCode
    state: Annotated[str, Text(80)] | None = None
    city: Annotated[str, Text(80)] | None = None
    locality: Annotated[str, Text(80)] | None = None


class _Where(PlaceBody):
    center: Geo | None = None
    radius_km: Radius | None = None

    @model_validator(mode="after")
    def _a_middle_for_the_radius(self) -> Self:
        if self.radius_km is not None and self.center is None and not (self.city or self.locality):
            raise ValueError("radius_km needs a center, a city or a locality")
        return self


class NewJob(_Where):
    """A scrape job as asked for; what is left out is taken from the tenant's settings."""

    name: Annotated[str, Text(120)] | None = None
    provider: Provider
    business_types: Annotated[list[Annotated[str, Text(80)]], Field(min_length=1, max_length=MOST_TYPES)]
    places: Annotated[list[PlaceBody], Field(max_length=MOST_PLACES, default_factory=list)]
    """Further places of the same job."""
    min_rating: Rating | None = None
    price_level: Annotated[list[PriceLevel], Field(max_length=5)] | None = None
    open_now: bool = False
    with_reviews: bool = False
    max_results: Annotated[int, Field(ge=1, le=10_000)] | None = None
    start_offset: Annotated[int, Field(ge=0, le=10_000)] = 0
    batch_size: Annotated[int, Field(ge=1, le=20)] = 20
    language: Language | None = None
    target_list_id: UUID | None = None
    purpose_tag: Annotated[str, Text(40)] | None = None
    enrich: bool = False
    """Visit the websites of what was found at the end, for e-mail addresses and profiles."""

    @field_validator("business_types")
    @classmethod
    def _normal(cls, values: list[str]) -> list[str]:
        return normal_types(values)


class JobQuery(Query):
    """Filters of the list of jobs; `created_from` inclusive, `created_to` exclusive."""

    sortable: ClassVar[tuple[str, ...]] = ("created_at", "name", "status")

    status: list[Literal["queued", "running", "paused", "completed", "stopped", "failed"]] | None = None
    provider: list[Literal["serpapi", "google_maps", "file", "website"]] | None = None
    created_from: AwareTime | None = None
    created_to: AwareTime | None = None


class Removal(Query):
    """How a job is deleted."""

    with_results: bool = False


class SearchBody(_Where):
    """One page of results without a job."""

    country: CountryCode | None = None  # type: ignore[assignment]  # a query may name its place itself
    provider: Provider
    query: Annotated[str, Text(200)] | None = None
    business_types: Annotated[list[Annotated[str, Text(80)]], Field(min_length=1, max_length=1)] | None = None
    start: Annotated[int, Field(ge=0, le=200)] = 0
    num: Annotated[int, Field(ge=1, le=20)] = 20
    min_rating: Rating | None = None
    price_level: Annotated[list[PriceLevel], Field(max_length=5)] | None = None
    open_now: bool = False
    language: Language | None = None
    store: bool = False

    @model_validator(mode="after")
    def _something_to_look_for(self) -> Self:
        if (self.query is None) == (self.business_types is None):
            raise ValueError("give either query or business_types")
        if self.business_types is not None and self.country is None and self.center is None:
            raise ValueError("business_types needs a country or a center")
        return self


class DetailsQuery(Query):
    provider: Provider = "serpapi"
    country: CountryCode | None = None


class Validation(Body):
    """Credentials to try without storing them; without any, those in force are tried."""

    credentials: dict[str, Annotated[str, Text(4000)]] | None = None


class GapQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("last_at", "unfilled", "service")
    default_sort: ClassVar[str] = "-last_at"

    status: list[Literal["suggested", "accepted", "dismissed"]] | None = None
    service: list[str] | None = None


class GapAcceptance(Body):
    """How a suggestion becomes a job; what is left out is proposed."""

    provider: Provider | None = None
    business_types: Annotated[list[Annotated[str, Text(80)]], Field(min_length=1, max_length=MOST_TYPES)] | None = None
    radius_km: Radius | None = None
    max_results: Annotated[int, Field(ge=1, le=10_000)] | None = None
    target_list_id: UUID | None = None
