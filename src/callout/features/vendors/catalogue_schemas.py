"""Wire models of the service catalogue."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from callout.features.vendors.catalogue import canonical_of, check_tiers
from callout.features.vendors.tables import Service
from callout.kit.http.fields import Money, Text
from callout.kit.http.models import Body, Query
from callout.kit.http.wire import money, timestamp

Code = Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,40}$")]
Canonical = Annotated[str, AfterValidator(canonical_of)]
Word = Annotated[str, Text(40)]
Synonym = Annotated[str, Text(60)]

Words = Annotated[list[Synonym], Field(max_length=40)]
Skills = Annotated[list[Word], Field(max_length=10)]


class Tier(Body):
    """A price band in the tenant's currency; only the last may be open above."""

    name: Literal["basic", "standard", "premium"]
    min: Money
    max: Money | None = None


def _contiguous(tiers: list[Tier]) -> list[Tier]:
    check_tiers([tier.model_dump() for tier in tiers])
    return tiers


Tiers = Annotated[list[Tier], Field(max_length=3), AfterValidator(_contiguous)]


class ServiceInput(Body):
    """A new catalogue row."""

    code: Code
    canonical: Canonical
    label: Annotated[str, Text(80)]
    synonyms: Words = Field(default=[])
    base_price: Money
    tiers: Tiers | None = None
    duration_min: int = Field(default=120, ge=15, le=1440)
    skills: Skills = Field(default=[])
    min_price: Money | None = None
    is_active: bool = True


class ServicePatch(Body):
    """Changes of a catalogue row; its code stays, since orders and vendors name it."""

    canonical: Canonical | None = None
    label: Annotated[str, Text(80)] | None = None
    synonyms: Words | None = None
    base_price: Money | None = None
    tiers: Tiers | None = None
    duration_min: int | None = Field(default=None, ge=15, le=1440)
    skills: Skills | None = None
    min_price: Money | None = None
    is_active: bool | None = None

    @model_validator(mode="after")
    def _only_min_price_can_be_cleared(self) -> "ServicePatch":
        for name, value in self.given().items():
            if value is None and name != "min_price":
                raise ValueError(f"{name} cannot be null")
        return self


class ServiceFilters(Query):
    """The query of the catalogue."""

    sortable: ClassVar[tuple[str, ...]] = ("code", "label", "base_price", "created_at")
    default_sort: ClassVar[str] = "code"

    q: str | None = Field(default=None, min_length=2, max_length=100)
    canonical: list[Canonical] | None = None
    is_active: bool | None = None


def tiers_json(tiers: list[Tier]) -> list[dict[str, Any]]:
    """Price bands as they are stored: JSON numbers."""
    return [
        {"name": tier.name, "min": float(tier.min), "max": None if tier.max is None else float(tier.max)}
        for tier in tiers
    ]


def service_view(service: Service, currency: str) -> dict[str, Any]:
    """A catalogue row as clients see it."""
    return {
        "id": str(service.id),
        "code": service.code,
        "canonical": service.canonical,
        "label": service.label,
        "synonyms": service.synonyms,
        "base_price": money(service.base_price, currency),
        "currency": currency,
        "tiers": service.tiers,
        "duration_min": service.duration_min,
        "skills": service.skills,
        "min_price": money(service.min_price, currency),
        "is_active": service.is_active,
        "version": service.version,
        "created_at": timestamp(service.created_at),
        "updated_at": timestamp(service.updated_at),
        "created_by_role": service.created_by_role,
    }
