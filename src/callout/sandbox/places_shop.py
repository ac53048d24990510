"""One simulated business: what every listing of it says."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import tzfpy

from callout.sandbox.places_words import REMARKS, address_of

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MIN = 24 * 60
NEWEST_REVIEW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The simulated world does not age: its reviews end here."""
_HOURS = (
    ((9, 17), (10, 14)), ((8, 18), (9, 13)), ((10, 19), (10, 16)), ((7.5, 15.5), None), ((11, 22), (11, 23)),
    ((9, 18), None), ((6, 22), (8, 20)), ((17, 26), (17, 27)),
)  # fmt: skip


class Remark(msgspec.Struct, frozen=True):
    """A review of the simulated world; authors have numbers, not names."""

    review_id: str
    author: int
    rating: int
    text: str
    at: datetime


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A business of the simulated world. Coordinates in degrees WGS 84.

    Attributes:
        place_id: as Google Maps writes it: `ChIJ…`, both halves of `data_id` in base64.
        data_id: `0x…:0x…`.
        cid: the second half of `data_id`, decimal.
        category: label of the first of `types`.
        categories: labels of all `types`.
        types: Google's ids of what it is, the main one first.
        street: house number and street as the country writes them.
        state: where the country writes it.
        country: ISO 3166-1 alpha-2.
        phone: E.164, from numbers nobody has; None for about one in eight.
        national_phone: the same as people of the country write it.
        price_level: 1 to 4.
    """

    place_id: str
    data_id: str
    cid: str
    name: str
    category: str
    categories: tuple[str, ...]
    types: tuple[str, ...]
    lat: float
    lng: float
    street: str
    city: str
    state: str
    country: str
    postal_code: str
    phone: str | None
    national_phone: str | None
    website: str | None
    rating: float | None
    review_count: int
    price_level: int | None
    service_options: dict[str, bool]
    business_status: Literal["OPERATIONAL", "CLOSED_TEMPORARILY", "CLOSED_PERMANENTLY"]

    @property
    def address(self) -> str:
        """One line; the country is named everywhere but in the United States."""
        return address_of(self.street, self.city, self.state, self.postal_code, self.country)

    @property
    def timezone(self) -> str:
        """IANA name."""
        return str(tzfpy.get_tz(self.lng, self.lat))

    @property
    def hours(self) -> dict[str, list[tuple[int, int]]] | None:
        """Day (monday …) → spans in minutes from midnight, past 24:00 for late places; None where nobody told them."""
        dice = random.Random(f"{self.cid}:hours")
        chance = dice.random()
        if chance < 0.1:
            return None
        if chance < 0.14:
            return {day: [(0, DAY_MIN)] for day in DAYS}
        week, saturday = dice.choice(_HOURS)
        has_break = week[0] < 12 and week[1] > 16 and dice.random() < 0.15
        return {day: _spans(day, week, saturday, has_break) for day in DAYS}

    @property
    def description(self) -> str | None:
        """A sentence about the place; missing for about every second."""
        if random.Random(f"{self.cid}:text").random() < 0.5:
            return None
        return f"{self.category} in {self.city}, known for friendly service and fair prices."

    @property
    def reviews(self) -> list[Remark]:
        """The five newest."""
        return [remark for remark, _ in zip(self.all_reviews(), range(5), strict=False)]

    def all_reviews(self) -> Iterator[Remark]:
        """All `review_count` of them, newest first."""
        dice = random.Random(f"{self.cid}:reviews")
        at = NEWEST_REVIEW
        for number in range(self.review_count):
            at -= timedelta(minutes=dice.randint(60, 40_000))
            rating = max(1, min(5, round(dice.gauss(self.rating or 4, 0.8))))
            text = dice.choice(REMARKS[rating])
            yield Remark(f"Ci9{self.cid}{number:05d}", dice.randint(10**19, 10**20), rating, text, at)

    def is_open(self, at: datetime) -> bool | None:
        """Whether the place is open at a time; None where its hours are unknown."""
        hours = self.hours
        if self.business_status != "OPERATIONAL":
            return False
        if hours is None:
            return None
        there = at.astimezone(ZoneInfo(self.timezone))
        minute, day = there.hour * 60 + there.minute, there.weekday()
        today, yesterday = hours[DAYS[day]], hours[DAYS[day - 1]]
        return any(start <= minute < end for start, end in today) or any(minute + DAY_MIN < end for _, end in yesterday)


def _spans(
    day: str, week: tuple[float, float], saturday: tuple[float, float] | None, has_break: bool
) -> list[tuple[int, int]]:
    if day == "sunday":
        return []
    hours = saturday if day == "saturday" else week
    if hours is None:
        return []
    start, end = (round(hour * 60) for hour in hours)
    if has_break and day != "saturday":
        return [(start, 13 * 60), (14 * 60 + 30, end)]
    return [(start, end)]
