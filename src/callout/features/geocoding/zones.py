"""The time zone of a place or of a telephone number."""

import tzfpy

from callout.kit.text.phones import timezones_of_phone


def timezone_at(lat: float, lng: float) -> str:
    """The IANA time zone of a point in degrees WGS 84; at sea an ``Etc/GMT±n`` zone."""
    return str(tzfpy.get_tz(lng, lat))


def zones_at(lat: float, lng: float) -> list[str]:
    """Every zone in use at a point, the usual one first: some regions keep two times (Xinjiang)."""
    usual = timezone_at(lat, lng)
    return [usual, *sorted(zone for zone in tzfpy.get_tzs(lng, lat) if zone != usual)]


def zone_of_phone(phone: str) -> tuple[str | None, list[str]]:
    """The zone of an E.164 number, when its prefix leaves only one, and all it may be in."""
    candidates = timezones_of_phone(phone)
    return (candidates[0] if len(candidates) == 1 else None), candidates
