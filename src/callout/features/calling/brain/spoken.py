"""Times, phones and prices as they are said."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_time
from babel.numbers import format_currency

from callout.features.calling.brain.phrases import pack


def time_words(language: str, starts: datetime, ends: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """A day with its hour or span, in the customer's zone: "tomorrow, Tuesday, March 3, at 2 PM".

    Args:
        language: ISO 639-1.
        starts: aware; the start of the span.
        ends: aware, exclusive; None for an exact time.
        now: aware; tells today and tomorrow.
        zone: of the customer.
    """
    local, today = starts.astimezone(zone), now.astimezone(zone).date()
    form = "EEEE, MMMM d" if language == "en" else "EEEE d MMMM"
    day = format_date(local.date(), form, locale=language)
    near = {today: "today", today + timedelta(days=1): "tomorrow"}.get(local.date())
    if near:
        day = f"{pack(language)[near]}, {day}"
    if ends is None:
        return f"{day}, {pack(language)['at']} {clock(language, local)}".replace("  ", " ")
    last = ends.astimezone(zone)
    if local.hour == 0 and last.hour == 0:
        if last.date() - local.date() <= timedelta(days=1):
            return day
        until = format_date(last.date() - timedelta(days=1), form, locale=language)
        return f"{day} - {until}"
    return f"{day}, {clock(language, local)} - {clock(language, last)}"


def clock(language: str, at: datetime) -> str:
    """An hour as it is said: "2 PM", "14:30"."""
    if language == "en":
        return format_time(at, "h a" if at.minute == 0 else "h:mm a", locale="en_US")
    return format_time(at, "H:mm", locale=language)


def phone(number: str, region: str) -> str:
    """A number as people of the region write it; as it is when it cannot be read."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    kind = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if phonenumbers.region_code_for_number(parsed) == region
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(parsed, kind))


def price(language: str, amount: Decimal, currency: str) -> str:
    """An amount of money without needless cents."""
    whole = amount == amount.to_integral_value()
    return format_currency(
        amount, currency, locale=language, currency_digits=not whole, format="¤#,##0" if whole else None
    )
