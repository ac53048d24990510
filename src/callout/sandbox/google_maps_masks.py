"""Field masks as Google reads them: which fields a place has, what a mask lets through, and which SKU it is billed as.

Source: Google Maps Platform, "Place Data Fields (New)"; `google.protobuf.FieldMask` in its JSON form.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

IDS_ONLY, PRO, ENTERPRISE, ATMOSPHERE = range(4)
FIELDS: Mapping[int, str] = {
    IDS_ONLY: "id name attributions",
    PRO: """accessibilityOptions addressComponents addressDescriptor adrFormatAddress businessStatus containingPlaces
        displayName formattedAddress googleMapsLinks googleMapsUri iconBackgroundColor iconMaskBaseUri location photos
        plusCode postalAddress primaryType primaryTypeDisplayName pureServiceAreaBusiness shortFormattedAddress
        subDestinations timeZone types utcOffsetMinutes viewport""",
    ENTERPRISE: """currentOpeningHours currentSecondaryOpeningHours internationalPhoneNumber nationalPhoneNumber
        priceLevel priceRange rating regularOpeningHours regularSecondaryOpeningHours userRatingCount websiteUri""",
    ATMOSPHERE: """allowsDogs curbsidePickup delivery dineIn editorialSummary evChargeAmenitySummary evChargeOptions
        fuelOptions generativeSummary goodForChildren goodForGroups goodForWatchingSports liveMusic menuForChildren
        neighborhoodSummary outdoorSeating parkingOptions paymentOptions reservable restroom reviewSummary reviews
        servesBeer servesBreakfast servesBrunch servesCocktails servesCoffee servesDessert servesDinner servesLunch
        servesVegetarianFood servesWine takeout""",
}
TIER_OF = {field: tier for tier, fields in FIELDS.items() for field in fields.split()}
TIERS = ("IDs Only", "Pro", "Enterprise", "Enterprise + Atmosphere")
PRICES: Mapping[str, tuple[str, str, str, str]] = {
    "Text Search": ("0", "32", "35", "40"),
    "Place Details": ("0", "17", "20", "25"),
}
"""US dollars for 1,000 requests by tier."""
BESIDE_PLACES = frozenset({"nextPageToken", "searchUri", "routingSummaries", "contextualContents"})


class UnknownField(Exception):  # noqa: N818 - the word for it
    """A mask names a field there is not."""


def paths_of(mask: str, *, wrapped: bool) -> list[list[str]]:
    """The paths of a mask, from the place on.

    Args:
        mask: comma-separated, without spaces.
        wrapped: whether places come in a list `places`, as in a search.

    Raises:
        UnknownField: with the path.
    """
    paths = []
    for text in mask.split(","):
        path = text.replace("/", ".").split(".")
        if text == "*" or (wrapped and text in ("places", "places.*")):
            path = ["*"]
        elif wrapped and text in BESIDE_PLACES:
            path = [text]
        elif wrapped and path[0] == "places":
            path = path[1:]
            _check(path, text)
        elif wrapped:
            raise UnknownField(text)
        else:
            _check(path, text)
        paths.append(path)
    return paths


def masked(place: Mapping[str, Any], paths: list[list[str]]) -> dict[str, Any]:
    """A place with only what the paths let through."""
    if ["*"] in paths:
        return dict(place)
    shown: dict[str, Any] = {}
    for path in paths:
        _copy(place, shown, path)
    return shown


def bill(product: str, paths: list[list[str]]) -> tuple[str, Decimal]:
    """The SKU of a request and its price in US dollars."""
    tier = ATMOSPHERE if ["*"] in paths else max((TIER_OF.get(path[0], IDS_ONLY) for path in paths), default=IDS_ONLY)
    return f"{product} {TIERS[tier]}", Decimal(PRICES[product][tier]) / 1000


def _check(path: list[str], text: str) -> None:
    if path[0] not in TIER_OF or not all(path):
        raise UnknownField(text)


def _copy(source: Mapping[str, Any], target: dict[str, Any], path: list[str]) -> None:
    name, rest = path[0], path[1:]
    value = source.get(name)
    if value is None:
        return
    if not rest:
        target[name] = value
    elif isinstance(value, list):
        shown = target.setdefault(name, [{} for _ in value])
        for item, into in zip(value, shown, strict=True):
            _copy(item, into, rest)
    elif isinstance(value, Mapping):
        _copy(value, target.setdefault(name, {}), rest)
