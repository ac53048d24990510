"""Telephone numbers: E.164 in and out, and what a number tells (country, time zones)."""

from __future__ import annotations

import phonenumbers
from phonenumbers import timezone as phone_timezone

_UNKNOWN_ZONE = "Etc/Unknown"


def parse_phone(raw: str, region: str | None = None) -> str:
    """The E.164 form of what somebody typed.

    Args:
        raw: a number in international form (``+1 213 555 0142``, ``0044…`` with a region that dials 00)
            or, with ``region``, in national form.
        region: ISO 3166-1 alpha-2 country whose national forms are meant, any case.

    Raises:
        ValueError: not a number that could be dialled in that region.
    """
    text = raw.strip()
    try:
        number = phonenumbers.parse(text, region.upper() if region else None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a telephone number" if region else "not an international telephone number") from error
    if number.extension:
        number.extension = None
    # The reason, not is_possible_number(): that one also takes numbers which only work inside their own town.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("not a possible telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def region_of(phone: str) -> str | None:
    """The ISO country an E.164 number belongs to, or None where no single country owns it (toll-free +800 …)."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return region if region and len(region) == 2 and region not in {"ZZ", "001"} else None


def mask_phone(phone: str) -> str:
    """An E.164 number that can be recognised but not dialled: ``+12135554567`` → ``+1•••••••4567``.

    The dots are always seven, so that they do not even tell the length.
    """
    try:
        code = f"+{phonenumbers.parse(phone, None).country_code}"
    except phonenumbers.NumberParseException:
        code = ""
    shown = phone[-4:] if len(phone) - len(code) > 4 else ""
    return f"{code}{'•' * 7}{shown}"


def timezones_of_phone(phone: str) -> list[str]:
    """IANA time zones an E.164 number may be in, sorted; empty when its prefix tells nothing."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return []
    return sorted(zone for zone in phone_timezone.time_zones_for_number(number) if zone != _UNKNOWN_ZONE)
