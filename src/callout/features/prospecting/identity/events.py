"""Facts identity publishes."""

from typing import ClassVar

from callout.kit.events import Event


class BusinessesMerged(Event, frozen=True):
    """Businesses became one; the noun is the one kept."""

    type: ClassVar[str] = "business.merged"
    merge_id: str
    merged_ids: list[str]


class MergeUndone(Event, frozen=True):
    """Businesses merged before stand by themselves again; the noun is the one that was kept."""

    type: ClassVar[str] = "business.merge_undone"
    merge_id: str
    merged_ids: list[str]


class DuplicatesFound(Event, frozen=True):
    """A search for duplicates is done; the noun is the search, or the job whose businesses were looked at."""

    type: ClassVar[str] = "duplicates.found"
    checked: int
    found: int
