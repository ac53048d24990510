"""A search in the API's terms: its body, the rectangles of an area, and where in it the next page begins. Pure."""

from typing import Any, Self

import msgspec

from callout.features.prospecting.ports import Box, PlacesQuery, QueryRefused

PAGE_SIZE = 20
WIDEST_DEG = 180.0
"""Widest rectangle the API takes, in degrees of longitude."""
LONGEST_TEXT = 1000


class Cursor(msgspec.Struct, frozen=True):
    """Where a page begins.

    Attributes:
        part: which of the rectangles of the area.
        page: how many pages of it came before.
        token: Google's own; without one the page is the first.
    """

    part: int = 0
    page: int = 0
    token: str = ""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """The cursor a text stands for.

        Raises:
            QueryRefused: it was not made here.
        """
        if not text:
            return cls()
        part, _, rest = text.partition(".")
        page, _, token = rest.partition(".")
        if not (part.isdecimal() and page.isdecimal()):
            raise QueryRefused("This search cannot be continued from there.")
        return cls(int(part), int(page), token)

    def __str__(self) -> str:
        """As it is stored with a job."""
        return f"{self.part}.{self.page}.{self.token}"


def rectangles(box: Box | None) -> list[Box | None]:
    """An area as rectangles the API takes.

    They cross the antimeridian with west greater than east, as a `Box` does, but none may be wider than 180 degrees: a
    wider area is halved.

    Raises:
        QueryRefused: no such area on the earth.
    """
    if box is None:
        return [None]
    if not (-90 <= box.south <= box.north <= 90 and abs(box.west) <= 180 and abs(box.east) <= 180):
        raise QueryRefused("The area is not on the earth.")
    if box.west == 180 and box.east != 180:
        box = Box(box.south, -180.0, box.north, box.east)
    if box.east == -180 and box.west != -180:
        box = Box(box.south, box.west, box.north, 180.0)
    width = box.east - box.west if box.west <= box.east else box.east + 360 - box.west
    if width <= WIDEST_DEG:
        return [box]
    middle = box.west + width / 2
    middle = middle - 360 if middle > 180 else middle
    return [Box(box.south, box.west, box.north, middle), Box(box.south, middle, box.north, box.east)]


def search_body(query: PlacesQuery, area: Box | None) -> dict[str, Any]:
    """The body of a text search; every page of a search repeats it.

    The lowest rating and the price levels are not asked of Google, which would leave out unrated places and, with price
    levels, every place that is no food, shop or service (hotels, clinics): the product keeps those. Businesses that
    only go to their customers (plumbers, cleaners) are asked for; the API leaves them out by default.

    Raises:
        QueryRefused: nothing to search for.
    """
    text = " ".join(query.text.split())[:LONGEST_TEXT]
    if not text:
        raise QueryRefused("There is nothing to search for.")
    body: dict[str, Any] = {
        "textQuery": text,
        "pageSize": PAGE_SIZE,
        "languageCode": query.language,
        "regionCode": query.country.upper(),
        "includePureServiceAreaBusinesses": True,
    }
    if area is not None:
        low = {"latitude": area.south, "longitude": area.west}
        high = {"latitude": area.north, "longitude": area.east}
        body["locationRestriction"] = {"rectangle": {"low": low, "high": high}}
    if query.open_now:
        body["openNow"] = True
    return body
