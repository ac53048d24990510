"""Geocoding with a memory: the source is asked once per question, for the whole installation."""

import hashlib
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import timedelta

from callout.features.geocoding.ports import Geocoder, Place
from callout.features.geocoding.store import recall, remember
from callout.kit.db.database import Database
from callout.kit.geo import Point
from callout.kit.principal import SYSTEM_ROLE, Principal

FOUND_FOR = timedelta(days=90)
NOT_FOUND_FOR = timedelta(days=1)
INSTALLATION = Principal(role=SYSTEM_ROLE, label="geocoding")


class RememberingGeocoder:
    """A `Geocoder` in front of another.

    Reading and keeping are two short transactions of their own, so that no connection waits for the source. A failure
    of the source is passed on and not remembered.

    Args:
        source: who is asked.
        database: where answers are kept.
        found_for: how long an answer is kept; sources have their own terms (Google: 30 days).
    """

    def __init__(self, source: Geocoder, database: Database, *, found_for: timedelta = FOUND_FOR) -> None:
        self._source = source
        self._database = database
        self._found_for = found_for

    async def search(
        self, q: str, country: str | None = None, near: Point | None = None, limit: int = 5
    ) -> list[Place]:
        """See `Geocoder.search`."""
        text = canonical(q)
        bias = f"{near.lat:.1f},{near.lng:.1f}" if near else ""
        key = hashed("search", text, (country or "").upper(), bias, str(limit))
        return await self._answer(key, lambda: self._source.search(text, country, near, limit))

    async def reverse(self, lat: float, lng: float) -> Place | None:
        """See `Geocoder.reverse`; points within about a metre share an answer."""

        async def ask() -> list[Place]:
            place = await self._source.reverse(lat, lng)
            return [place] if place else []

        places = await self._answer(hashed("reverse", f"{lat:.5f}", f"{lng:.5f}"), ask)
        return places[0] if places else None

    async def _answer(self, key: str, ask: Callable[[], Awaitable[list[Place]]]) -> list[Place]:
        async with self._database.transaction(INSTALLATION) as work:
            kept = await recall(work, key)
        if kept is not None:
            return kept
        places = await ask()
        async with self._database.transaction(INSTALLATION) as work:
            await remember(work, key, places, work.now + (self._found_for if places else NOT_FOUND_FOR))
        return places


def canonical(q: str) -> str:
    """An address with the differences that mean nothing removed: Unicode form and runs of spaces."""
    return " ".join(unicodedata.normalize("NFC", q).split())


def hashed(*parts: str) -> str:
    """The SHA-256 of a question, in hex; letter case does not matter."""
    return hashlib.sha256("\x1f".join(part.casefold() for part in parts).encode()).hexdigest()
