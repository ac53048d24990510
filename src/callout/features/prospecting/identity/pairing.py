"""Which pairs among neighbours may be one place. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from callout.features.prospecting.identity.grid import cell_of, cells_around
from callout.features.prospecting.identity.similarity import MIN_NAME, RADIUS_KM, Likeness, Profile, likeness
from callout.features.prospecting.identity.similarity import name_similarity as alike
from callout.features.prospecting.identity.wording import leading_letters

SHORTEST_BEGINNING = 6
"""Letters from which on names that begin with them are looked at; shorter names are looked up whole."""
_LAST = "\U0010ffff"


class Pair(msgspec.Struct, frozen=True):
    """Two businesses, the smaller id first, and what speaks for their being one place."""

    first_id: UUID
    second_id: UUID
    likeness: Likeness


class Spelling(msgspec.Struct, frozen=True):
    """A range of dedupe keys in which a name's other spellings lie, and whether the name has coordinates."""

    first: str
    last: str
    is_placed: bool


def cells_near(profiles: Iterable[Profile]) -> set[int]:
    """The cells in which neighbours of businesses lie."""
    return {
        cell
        for one in profiles
        if one.lat is not None and one.lng is not None
        for cell in cells_around(one.lat, one.lng, RADIUS_KM)
    }


def spelling_of(profile: Profile) -> Spelling | None:
    """Where to look for other spellings of a name when coordinates do not tell; None without an address to compare."""
    letters = leading_letters(profile.name)[:60]
    if not letters or not profile.address:
        return None
    first = letters if len(letters) >= SHORTEST_BEGINNING else f"{letters}|"
    return Spelling(first, first + _LAST, profile.lat is not None)


def pairs_among(batch: Sequence[Profile], others: Iterable[Profile]) -> list[Pair]:
    """The pairs of a business of the batch and another one, each pair once, in the order of their ids.

    Args:
        batch: businesses to find duplicates of.
        others: everything within `RADIUS_KM` of them, and namesakes where coordinates are missing; the batch may be
            among them.
    """
    everything = {one.id: one for one in [*others, *batch]}
    cells: dict[int, list[Profile]] = defaultdict(list)
    unplaced: dict[str, list[Profile]] = defaultdict(list)
    placed: dict[str, list[Profile]] = defaultdict(list)
    for one in everything.values():
        if one.lat is not None and one.lng is not None:
            cells[cell_of(one.lat, one.lng)].append(one)
            placed[_first_letters(one)].append(one)
        else:
            unplaced[_first_letters(one)].append(one)
    found: dict[tuple[UUID, UUID], Pair] = {}
    for one in batch:
        near = unplaced[_first_letters(one)]
        if one.lat is not None and one.lng is not None:
            near = [*near, *(other for cell in cells_around(one.lat, one.lng, RADIUS_KM) for other in cells[cell])]
        else:
            near = [*near, *placed[_first_letters(one)]]
        for other in near:
            key = (min(one.id, other.id), max(one.id, other.id))
            if one.id == other.id or key in found or alike(one.name, other.name) < MIN_NAME:
                continue
            if (like := likeness(one, other)) is not None:
                found[key] = Pair(*key, like)
    return [found[key] for key in sorted(found)]


def _first_letters(profile: Profile) -> str:
    """Names that begin alike; enough to keep apart what the look-up by spelling brought together."""
    return leading_letters(profile.name)[:3]
