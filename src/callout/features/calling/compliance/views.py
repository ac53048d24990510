"""What compliance shows."""

from datetime import date
from typing import Any

from callout.features.calling.compliance.registries import is_outdated
from callout.features.calling.compliance.tables import DialDecision, Registry
from callout.features.prospecting.views import columns_of, masked_if


def decision_view(row: DialDecision, *, masked: bool) -> dict[str, Any]:
    """Shape Decision."""
    return masked_if(masked, columns_of(row))


def registry_view(row: Registry, today: date) -> dict[str, Any]:
    """Shape Registry; one that `is_outdated` should be fetched anew."""
    return columns_of(row) | {"published_on": row.published_on.isoformat(), "is_outdated": is_outdated(row, today)}
