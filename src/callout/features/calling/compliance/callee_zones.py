"""In which time zones a callee may be (product specification §10.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache

from babel.core import get_global

from callout.features.calling.compliance.windows import zone_info
from callout.features.geocoding.zones import zones_at
from callout.kit.text.phones import region_of, timezones_of_phone

_HALF_A_YEAR = timedelta(days=182)
_TOLD = frozenset({"contact", "location"})


def zones_of(
    phone: str,
    *,
    timezone: str | None = None,
    source: str = "unknown",
    lat: float | None = None,
    lng: float | None = None,
    tenant_zone: str,
    tenant_country: str,
    now: datetime,
) -> tuple[str, ...]:
    """Every zone the callee may be in; empty when nothing tells.

    The contact's own zone comes first, then its place, then its number; of a number that may be in several zones all
    count. Where nothing tells and the number is of the tenant's country, that has one time only, it is that one.

    Args:
        phone: E.164.
        timezone: of the contact, IANA.
        source: where that is known from: contact, location, phone, unknown.
        lat: degrees WGS 84.
        lng: degrees WGS 84.
        tenant_zone: IANA.
        tenant_country: ISO 3166-1 alpha-2.
        now: decides whether a country has one time.
    """
    if timezone and source == "contact":
        return (timezone,)
    if lat is not None and lng is not None:
        return tuple(zones_at(lat, lng))
    if timezone and source in _TOLD:
        return (timezone,)
    if zones := _zones_of_phone(phone):
        return zones
    if region_of(phone) == tenant_country and has_one_time(tenant_country, now):
        return (tenant_zone,)
    return ()


def has_one_time(country: str, now: datetime) -> bool:
    """Whether clocks agree all over a country, today and in half a year."""
    zones = _zones_of_country().get(country, ())
    return bool(zones) and len({_offsets(zone, now) for zone in zones}) == 1


def _offsets(zone: str, now: datetime) -> tuple[timedelta | None, timedelta | None]:
    info = zone_info(zone)
    return now.astimezone(info).utcoffset(), (now + _HALF_A_YEAR).astimezone(info).utcoffset()


@lru_cache(maxsize=65536)
def _zones_of_phone(phone: str) -> tuple[str, ...]:
    return tuple(timezones_of_phone(phone))


@cache
def _zones_of_country() -> dict[str, Sequence[str]]:
    zones: dict[str, list[str]] = {}
    for zone, country in get_global("zone_territories").items():
        zones.setdefault(country, []).append(zone)
    return {country: sorted(names) for country, names in zones.items()}
