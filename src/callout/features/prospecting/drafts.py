"""A business as a source tells it, before it meets those already stored. Pure."""

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from callout.features.prospecting.folding import folded


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A business as a file or a places provider tells it. Coordinates in degrees WGS 84, phone E.164.

    Attributes:
        phone_raw: the phone as it was written.
        place_id: what the source calls the place, the same in every answer.
        country: ISO 3166-1 alpha-2.
        hours: day (mon … sun) → text.
        social: network → address of the profile.
        reviews: {rating, text, at}, newest first.
        closed: whether the place is gone for good; None when the source does not say.
        priority: a call priority somebody chose, instead of the one by rating.
        best_time: a time to call somebody chose, instead of the one by hours.
        tags, notes: what somebody noted; they fill gaps only.
        set_aside: whether somebody decided that the place is not to be called.
    """

    name: str
    address: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    phone: str | None = None
    phone_raw: str | None = None
    website: str | None = None
    email: str | None = None
    social: dict[str, str] | None = None
    category: str | None = None
    subcategories: list[str] = []
    rating: Decimal | None = None
    review_count: int | None = None
    price_level: int | None = None
    lat: float | None = None
    lng: float | None = None
    hours: dict[str, Any] | None = None
    description: str | None = None
    photos: list[str] = []
    service_options: dict[str, Any] | None = None
    is_verified: bool = False
    open_now: bool | None = None
    reviews: list[dict[str, Any]] = []
    place_id: str | None = None
    timezone: str | None = None
    closed: bool | None = False
    priority: str | None = None
    best_time: str | None = None
    tags: list[str] = []
    notes: str | None = None
    set_aside: bool = False

    @property
    def callable(self) -> bool:
        """True with a valid phone: only these enter call lists."""
        return self.phone is not None


def call_priority(rating: Decimal | None) -> str:
    """The priority by rating: high from 4.0, medium from 3.0, else low (product specification §6.1)."""
    if rating is None or rating < 3:
        return "low"
    return "high" if rating >= 4 else "medium"


def dedupe_key(draft: Draft) -> str:
    """What says that two rows without a place id are the same row: the same name at the same spot or address.

    Without either, the same phone. It tells repetition, not similarity: a chain's branches differ by it.
    """
    if draft.lat is not None:
        where = f"{draft.lat:.5f},{draft.lng:.5f}"
    else:
        where = folded(draft.address or "") or draft.phone or folded(draft.phone_raw or "")
    spot = hashlib.sha256(where.encode()).hexdigest()[:16] if where else ""
    return f"{folded(draft.name)[:60]}|{spot}"
