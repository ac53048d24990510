"""Values as people read them: days, times, amounts."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.core import UnknownLocaleError, parse_locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency


def day_and_time(moment: datetime | None, zone: ZoneInfo, language: str | None) -> str | None:
    """`Mar 5, 2026, 10:00 AM` in the reader's language."""
    if moment is None:
        return None
    return str(format_datetime(moment, "medium", tzinfo=zone, locale=_locale(language)).replace("\u202f", " "))


def day(moment: datetime | None, zone: ZoneInfo, language: str | None) -> str | None:
    """`Mar 5, 2026` in the reader's language."""
    return None if moment is None else str(format_date(moment.astimezone(zone), "medium", locale=_locale(language)))


def amount(value: Decimal | str | None, currency: str, language: str | None) -> str | None:
    """`$250.00` in the reader's language."""
    if value is None or value == "":
        return None
    return str(format_currency(Decimal(value), currency, locale=_locale(language)))


def first_name(full_name: str | None) -> str | None:
    """The first word of a name."""
    return full_name.split()[0] if full_name and full_name.split() else None


def _locale(language: str | None) -> str:
    try:
        parts = parse_locale((language or "en").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return "en"
    return parts[0] if parts[0] in {"en", "es", "hi"} else "en"
