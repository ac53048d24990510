"""Who offers a service, in the words one searches a map with. Pure."""

from collections.abc import Mapping
from typing import Final

OFFERED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "cleaning": ("cleaning service", "janitorial service"),
    "plumbing": ("plumber",),
    "electrical": ("electrician",),
    "repairs": ("handyman", "appliance repair service"),
    "maintenance": ("property maintenance", "handyman"),
    "hvac": ("hvac contractor", "air conditioning repair service"),
    "landscaping": ("landscaper", "lawn care service"),
    "security": ("security system installer", "locksmith"),
    "delivery": ("courier service",),
    "painting": ("painter",),
    "carpentry": ("carpenter",),
    "pest_control": ("pest control service",),
    "other": ("handyman",),
}
"""Canonical service → trades (product specification §4)."""


def who_offers(service: str) -> list[str]:
    """The trades that offer a service; a service of the tenant's own is searched by its name."""
    return list(OFFERED_BY.get(service, (f"{service.replace('_', ' ')} service",)))
