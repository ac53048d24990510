"""Whom to look for and how: order fields over rule criteria over tenant settings."""

from collections.abc import Mapping
from typing import Any

from callout.features.dispatch.facts import Criteria, Mode


def merged_criteria(
    settings: Mapping[str, Any],
    rule: Mapping[str, Any] | None = None,
    run: Mapping[str, Any] | None = None,
    *,
    mode: Mode | str | None = None,
) -> Criteria:
    """The criteria in force.

    Args:
        settings: the tenant's `dispatch.*` settings, keyed without the group.
        rule: vendor selection criteria of the trigger rule the order came from.
        run: criteria given when this dispatch was started; they win.
        mode: offer mode of the run or order; wins over all others.
    """
    given = {**_known(rule), **_known(run)}
    chosen: dict[str, Any] = {
        "radius_km": float(given.get("location_radius_km", settings["default_radius_km"])),
        "max_radius_km": float(settings["max_radius_km"]),
        "min_rating": float(given.get("min_rating", settings["min_vendor_rating"])),
        "min_ratings_for_filter": int(settings["min_ratings_for_filter"]),
        "max_response_time_min": float(settings["max_response_time_min"]),
        "min_score": float(settings["min_score"]),
        "max_vendors_to_notify": int(given.get("max_vendors_to_notify", settings["max_vendors_per_order"])),
        "prefer_available": bool(given.get("prefer_available", True)),
        "work_type_match": bool(given.get("work_type_match", True)),
        "specialization_required": given.get("specialization_required"),
        "require_online_for_urgent": bool(settings["require_online_for_urgent"]),
        "mode": mode or given.get("offer_mode") or settings["offer_mode"],
    }
    return Criteria(**chosen)


def _known(source: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (source or {}).items() if value is not None}
