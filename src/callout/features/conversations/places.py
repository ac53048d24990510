"""Addresses of a talk as lines a geocoder reads, and what it found for them."""

from collections.abc import Mapping

from callout.features.conversations.model import Place

Places = Mapping[str, Place]
"""Address line → the place found for it."""


def address_of(place: Place | None) -> str | None:
    """A place as one line; None when too little of it is known to look for."""
    if place is None:
        return None
    region = " ".join(part for part in (place.state, place.zip) if part)
    line = ", ".join(part for part in (place.address, place.city, region) if part)
    return line if len(line) >= 3 else None
