"""What of a page a job keeps. Pure."""

from collections.abc import Collection, Sequence
from decimal import Decimal

import msgspec

from callout.features.prospecting.drafts import Draft, dedupe_key
from callout.features.prospecting.scraping.areas import SearchArea


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a business must be like. Where a source does not tell, the business passes.

    Attributes:
        min_rating: rated businesses below it are left out.
        price_levels: 0 to 4; empty for any.
        open_now: leaves out what is closed at the moment of asking.
    """

    min_rating: Decimal | None = None
    price_levels: tuple[int, ...] = ()
    open_now: bool = False

    def passes(self, draft: Draft) -> bool:
        """Whether the business is wanted."""
        if self.min_rating is not None and draft.rating is not None and draft.rating < self.min_rating:
            return False
        if self.price_levels and draft.price_level is not None and draft.price_level not in self.price_levels:
            return False
        return not (self.open_now and draft.open_now is False)


class Inside(msgspec.Struct, frozen=True):
    """A page's places that belong to the area, each once, with what tells them apart."""

    identities: list[str]
    drafts: list[Draft]
    outside: int


class Kept(msgspec.Struct, frozen=True):
    """What is stored of a page.

    Attributes:
        filtered: places that are not wanted.
        unrated: kept places without a rating.
        passed_over: places at the beginning the job was told to leave out.
        is_full: whether the job has as many as it wants.
    """

    drafts: list[Draft]
    filtered: int
    unrated: int
    passed_over: int
    is_full: bool


def identity(draft: Draft) -> str:
    """What tells a place from others within a job: the source's own id where there is one."""
    return f"id:{draft.place_id}" if draft.place_id else f"key:{dedupe_key(draft)}"


def inside(drafts: Sequence[Draft], area: SearchArea) -> Inside:
    """The places of a page that belong to the area; one that comes twice counts once."""
    held = [draft for draft in drafts if area.holds(draft)]
    first: dict[str, Draft] = {}
    for draft in held:
        first.setdefault(identity(draft), draft)
    return Inside(list(first), list(first.values()), outside=len(drafts) - len(held))


def keep(page: Inside, fresh: Collection[str], filters: Filters, *, room: int, pass_over: int) -> Kept:
    """What a job keeps of a page.

    Args:
        page: the places of the area.
        fresh: identities the job had not met.
        filters: what is wanted.
        room: how many more the job wants.
        pass_over: how many fresh ones it leaves out first.
    """
    kept: list[Draft] = []
    filtered = passed = 0
    for key, draft in zip(page.identities, page.drafts, strict=True):
        if len(kept) >= room:
            break
        if key not in fresh:
            continue
        if passed < pass_over:
            passed += 1
        elif filters.passes(draft):
            kept.append(draft)
        else:
            filtered += 1
    unrated = sum(draft.rating is None for draft in kept)
    return Kept(kept, filtered, unrated, passed, is_full=len(kept) >= room)
