"""What scraping shows."""

from typing import Any

from callout.features.prospecting.scraping.tables import SupplyGap
from callout.features.prospecting.views import columns_of

View = dict[str, Any]


def gap_view(gap: SupplyGap) -> View:
    """A gap in supply."""
    location = None if gap.lat is None or gap.lng is None else {"lat": gap.lat, "lng": gap.lng}
    hidden = ("place_key", "lat", "lng", "created_by", "created_by_role", "updated_by_role")
    return columns_of(gap, *hidden) | {"location": location}
