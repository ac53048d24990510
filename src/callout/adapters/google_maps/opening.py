"""When a place is open: periods of the week as text by day, mon … sun. Pure."""

from babel import Locale, UnknownLocaleError

from callout.adapters.google_maps.wire import HoursPoint, OpeningHours, Period
from callout.features.prospecting.hours import plain_hours

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""In the order the API counts them."""
ALL_DAY, CLOSED = "Open 24 hours", "Closed"
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN


def hours_of(hours: OpeningHours | None, language: str) -> dict[str, str] | None:
    """Day → the spans of opening as text, `Closed` or `Open 24 hours`; None when nothing is known.

    Periods are preferred, since they are the same in every language; descriptions come in the order and the words of
    the language asked for.
    """
    if hours is None:
        return None
    if hours.periods is not None:
        return _by_day(hours.periods)
    return _described(hours.weekday_descriptions, language)


def _by_day(periods: tuple[Period, ...]) -> dict[str, str] | None:
    spans: dict[int, list[tuple[int, str]]] = {day: [] for day in range(7)}
    for period in periods:
        if not all(map(_is_possible, filter(None, (period.open, period.close)))):
            return None
        opens = _minute(period.open)
        length = _WEEK_MIN if period.close is None else (_minute(period.close) - opens) % _WEEK_MIN or _WEEK_MIN
        for start, text in _pieces(opens, length):
            spans[start // _DAY_MIN % 7].append((start % _DAY_MIN, text))
    week = [*range(1, 7), 0]
    texts = ((DAYS[day], ", ".join(text for _, text in sorted(spans[day])) or CLOSED) for day in week)
    return plain_hours(texts)


def _pieces(opens: int, length: int) -> list[tuple[int, str]]:
    """A period as spans of single days; a night that ends within a day's length stays whole, on the day it begins."""
    if length < _DAY_MIN:
        return [(opens, f"{_clock(opens)}\u2013{_clock(opens + length)}")]
    pieces, at, end = [], opens, opens + length
    while at < end:
        midnight = (at // _DAY_MIN + 1) * _DAY_MIN
        until = min(midnight, end)
        whole = until - at == _DAY_MIN
        pieces.append((at, ALL_DAY if whole else f"{_clock(at)}\u2013{_clock(until) if until < midnight else '24:00'}"))
        at = until
    return pieces


def _described(descriptions: tuple[str, ...], language: str) -> dict[str, str] | None:
    """`Monday: 8:00 AM to 5:00 PM` and its like, whatever day the list begins with."""
    names = _day_names(language)
    found = {}
    for description in descriptions:
        name, colon, text = description.partition(":")
        if colon and (day := names.get(name.strip().casefold())):
            found[day] = text
    return plain_hours((day, found[day]) for day in (*DAYS[1:], DAYS[0]) if day in found)


def _day_names(language: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for code in ("en", language):
        try:
            wide = Locale.parse(code.replace("-", "_")).days["format"]["wide"]
        except (UnknownLocaleError, ValueError):
            continue
        names |= {wide[day].casefold(): DAYS[(day + 1) % 7] for day in range(7)}
    return names


def _is_possible(point: HoursPoint) -> bool:
    return 0 <= point.day <= 6 and 0 <= point.hour <= 24 and 0 <= point.minute <= 59


def _minute(point: HoursPoint) -> int:
    return point.day * _DAY_MIN + point.hour * 60 + point.minute


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
