"""What a visit to its website changes of a business. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from callout.features.prospecting.enrichment.found import Found
from callout.features.prospecting.provenance import origin_of

SOURCE = "website"
CHECKED_FOR = timedelta(days=30)
FAILED_FOR = timedelta(days=1)
"""A site that was merely down or slow is worth another look the next day."""


class Known(Protocol):
    """A stored business, as far as its website may improve it."""

    email: str | None
    social: dict[str, Any] | None
    phone: str | None
    hours: dict[str, Any] | None
    edited: list[str]
    provenance: dict[str, Any]


def improvements(known: Known, found: Found) -> dict[str, Any]:
    """The fields to change, with their new values.

    What a person edited stays. A value from elsewhere stays, too; one the website told itself gives way to what it
    tells now, but an address of the site's own domain never to one of another. Phone and hours only fill gaps.
    """
    changes: dict[str, Any] = {}
    if found.email and found.email != known.email and _may_change(known, "email"):
        is_worse = known.email is not None and not found.is_own
        if not is_worse:
            changes["email"] = found.email
    if found.social and "social" not in known.edited:
        social = dict(known.social or {})
        from_website = _is_from_website(known, "social")
        for network, address in found.social.items():
            if network not in social or from_website:
                social[network] = address
        if social != (known.social or {}):
            changes["social"] = social
    gaps = (("phone", found.phone), ("hours", found.hours))
    return changes | {
        field: value for field, value in gaps if value and not getattr(known, field) and field not in known.edited
    }


def told_by_website(
    provenance: Mapping[str, Any], fields: Iterable[str], job_id: str, at: str | None
) -> dict[str, Any]:
    """The provenance after a visit changed some fields."""
    return {**provenance, **{field: {"source": SOURCE, "job": job_id, "at": at} for field in fields}}


def is_due(checked_at: datetime | None, *, is_final: bool, now: datetime) -> bool:
    """Whether a website is visited again: after 30 days, or after one when it merely could not be reached."""
    return checked_at is None or now - checked_at >= (CHECKED_FOR if is_final else FAILED_FOR)


def _may_change(known: Known, field: str) -> bool:
    return field not in known.edited and (not getattr(known, field) or _is_from_website(known, field))


def _is_from_website(known: Known, field: str) -> bool:
    origin = origin_of(known.provenance, field)
    return origin is not None and origin.get("source") == SOURCE
