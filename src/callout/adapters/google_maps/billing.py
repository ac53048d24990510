"""What a request to Google asks for and costs: field masks, and the SKU the dearest field of a mask is billed as. Pure.

Sources: Google Maps Platform, "Place Data Fields (New)" (field → SKU) and "Core services pricing list" (US dollars per
1,000 events at the first volume tier, before the free monthly allowance of 1,000 events a SKU). A request is billed as
a whole by the dearest field it names, whatever comes back and however many places that is.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import IntEnum
from typing import Final, Literal

import msgspec

Method = Literal["search", "details"]


class Tier(IntEnum):
    """What a field costs, cheapest first."""

    IDS_ONLY = 0
    PRO = 1
    ENTERPRISE = 2
    ATMOSPHERE = 3


class Sku(msgspec.Struct, frozen=True):
    """A line of the bill.

    Attributes:
        per_thousand: list price of 1,000 requests in US dollars.
    """

    name: str
    per_thousand: Decimal

    @property
    def per_call(self) -> Decimal:
        """List price of one request in US dollars."""
        return self.per_thousand / 1000


SKUS: Final[Mapping[tuple[Method, Tier], Sku]] = {
    ("search", Tier.IDS_ONLY): Sku("Places API Text Search Essentials (IDs Only)", Decimal(0)),
    ("search", Tier.PRO): Sku("Places API Text Search Pro", Decimal(32)),
    ("search", Tier.ENTERPRISE): Sku("Places API Text Search Enterprise", Decimal(35)),
    ("search", Tier.ATMOSPHERE): Sku("Places API Text Search Enterprise + Atmosphere", Decimal(40)),
    ("details", Tier.IDS_ONLY): Sku("Places API Place Details Essentials (IDs Only)", Decimal(0)),
    ("details", Tier.PRO): Sku("Places API Place Details Pro", Decimal(17)),
    ("details", Tier.ENTERPRISE): Sku("Places API Place Details Enterprise", Decimal(20)),
    ("details", Tier.ATMOSPHERE): Sku("Places API Place Details Enterprise + Atmosphere", Decimal(25)),
}
GEOCODING: Final = Sku("Geocoding", Decimal(5))

REVIEW_FIELDS: Final = ("reviews.rating", "reviews.text", "reviews.originalText", "reviews.publishTime")
"""Of reviews only what is kept: the authors are not even asked for."""

PLACE_FIELDS: Final[Mapping[Tier, tuple[str, ...]]] = {
    Tier.IDS_ONLY: ("id",),
    Tier.PRO: (
        *("displayName", "primaryType", "primaryTypeDisplayName", "types", "businessStatus"),
        *("formattedAddress", "shortFormattedAddress", "addressComponents", "postalAddress", "location", "timeZone"),
        *("photos.googleMapsUri", "pureServiceAreaBusiness", "accessibilityOptions"),
    ),
    Tier.ENTERPRISE: (
        *("internationalPhoneNumber", "nationalPhoneNumber", "websiteUri"),
        *("rating", "userRatingCount", "priceLevel", "regularOpeningHours", "currentOpeningHours.openNow"),
    ),
    Tier.ATMOSPHERE: (
        *("editorialSummary", "takeout", "delivery", "dineIn", "curbsidePickup", "reservable", "outdoorSeating"),
        *("paymentOptions", "parkingOptions"),
    ),
}
"""Everything the product keeps of a place. The phone already makes a search Enterprise; description and services add
half a cent to a page of twenty, a second request for each place would add half a dollar."""

_TIER_OF: Final = {
    **{field: tier for tier, fields in PLACE_FIELDS.items() for field in fields},
    **dict.fromkeys(REVIEW_FIELDS, Tier.ATMOSPHERE),
}


def place_fields(*, with_reviews: bool = False) -> tuple[str, ...]:
    """The fields of a place; reviews cost nothing more beside them."""
    fields = tuple(field for tier in Tier for field in PLACE_FIELDS[tier])
    return fields + REVIEW_FIELDS if with_reviews else fields


def search_mask(fields: Iterable[str]) -> str:
    """`X-Goog-FieldMask` of a text search, which wraps places in a list beside the token of the next page."""
    return ",".join((*(f"places.{field}" for field in fields), "nextPageToken"))


def details_mask(fields: Iterable[str]) -> str:
    """`X-Goog-FieldMask` of the details of one place."""
    return ",".join(fields)


def sku_of(method: Method, fields: Iterable[str]) -> Sku:
    """What a request for these fields is billed as."""
    return SKUS[method, max(_TIER_OF[field] for field in fields)]
