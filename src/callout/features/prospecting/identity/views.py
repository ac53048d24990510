"""What identity shows."""

from typing import Any

from callout.features.prospecting.identity.tables import BusinessMerge, DuplicateSuggestion
from callout.kit.http.wire import timestamp

View = dict[str, Any]


def suggestion_view(suggestion: DuplicateSuggestion, *businesses: View) -> View:
    """A suggestion with its two businesses."""
    return {
        "id": str(suggestion.id),
        "status": suggestion.status,
        "score": suggestion.score,
        "distance_m": suggestion.distance_m,
        "reasons": suggestion.reasons,
        "business_ids": [str(suggestion.first_id), str(suggestion.second_id)],
        "businesses": list(businesses),
        "created_at": timestamp(suggestion.created_at),
        "decided_at": timestamp(suggestion.decided_at),
    }


def merge_view(merge: BusinessMerge) -> View:
    """A merge: what was kept, what became part of it under which name, and whether it was undone."""
    before = merge.before["businesses"]
    return {
        "id": str(merge.id),
        "merge_id": str(merge.id),
        "kept_id": str(merge.kept_id),
        "merged_ids": merge.merged_ids,
        "merged": [
            {
                "id": key,
                "name": before[key]["name"],
                "source": before[key]["source"],
                "place_id": before[key]["place_id"],
            }
            for key in merge.merged_ids
        ],
        "fields": merge.choices,
        "created_at": timestamp(merge.created_at),
        "created_by": None if merge.created_by is None else str(merge.created_by),
        "undone_at": timestamp(merge.undone_at),
    }
