"""Hours of a week in which calls may begin, in the callee's time, and when the next ones begin (pure)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_D = 100
"""Days looked ahead for an opening: more than a tenant may declare holidays."""
_END_OF_DAY = 24 * 60


class Span(NamedTuple):
    """Minutes after local midnight: from `start`, up to but without `end`."""

    start: int
    end: int


Week = tuple[tuple[Span, ...], ...]
"""Monday to Sunday; a day without spans is closed."""

CLOSED: Week = ((),) * 7
LIMIT: Week = ((Span(8 * 60, 21 * 60),),) * 7
"""Beyond these hours nobody may widen anything, wherever the callee is."""


def week_of(hours: Mapping[str, Any]) -> Week:
    """A week out of {mon … sun: {from, to}, a list of such, or null}."""
    return tuple(tuple(_spans(hours.get(day))) for day in DAYS)


def week_of_spans(days: Mapping[str, Any]) -> Week:
    """A week out of {weekdays, saturday, sunday: [[from, to], …]}, as the files of rules have it."""
    spans = {
        name: tuple(Span(minute_of(start), minute_of(end)) for start, end in days[name])
        for name in ("weekdays", "saturday", "sunday")
    }
    return (spans["weekdays"],) * 5 + (spans["saturday"], spans["sunday"])


def hours_of(week: Week) -> dict[str, list[dict[str, str]]]:
    """The week as it is shown: {mon … sun: [{from, to}]}."""
    return {
        day: [{"from": _clock(span.start), "to": _clock(span.end)} for span in spans]
        for day, spans in zip(DAYS, week, strict=True)
    }


def minute_of(text: str) -> int:
    """`09:30` as minutes after midnight; `24:00` is the end of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def intersect(*weeks: Week) -> Week:
    """The hours that are in all of the weeks."""
    first, *others = weeks
    for other in others:
        first = tuple(tuple(_common(mine, theirs)) for mine, theirs in zip(first, other, strict=True))
    return first


def is_open(week: Week, zones: Collection[str], holidays: Collection[date], at: datetime) -> bool:
    """Whether a moment lies within the hours in every one of the zones, none of which has a holiday."""
    return bool(zones) and all(_inside(week, holidays, at.astimezone(zone_info(zone))) for zone in zones)


def next_opening(week: Week, zones: Collection[str], holidays: Collection[date], at: datetime) -> datetime | None:
    """The first moment from `at` on that is open in all zones (UTC); None when there is none in a hundred days."""
    if is_open(week, zones, holidays, at):
        return at.astimezone(UTC)
    for moment in _openings(week, tuple(sorted(zones)), at):
        if moment > at and is_open(week, zones, holidays, moment):
            return moment
    return None


@lru_cache(maxsize=1024)
def zone_info(zone: str) -> ZoneInfo:
    """The zone with an IANA name."""
    return ZoneInfo(zone)


def _openings(week: Week, zones: Sequence[str], at: datetime) -> Iterator[datetime]:
    """Every moment at which a zone opens, in order; all zones together are open first at one of them."""
    for ahead in range(-1, LOOK_AHEAD_D + 2):
        day = (at + timedelta(days=ahead)).date()
        yield from _openings_of(week, zones, day)


@lru_cache(maxsize=4096)
def _openings_of(week: Week, zones: tuple[str, ...], day: date) -> tuple[datetime, ...]:
    begin = datetime.combine(day, time(), UTC)
    moments = set()
    for zone in map(zone_info, zones):
        for local_day in (day - timedelta(days=1), day, day + timedelta(days=1)):
            for span in week[local_day.weekday()]:
                moment = _moment(local_day, span.start, zone)
                if begin <= moment < begin + timedelta(days=1):
                    moments.add(moment)
    return tuple(sorted(moments))


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def _inside(week: Week, holidays: Collection[date], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    is_within = any(span.start <= minute < span.end for span in week[local.weekday()])
    return is_within and local.date() not in holidays


def _common(mine: Sequence[Span], theirs: Sequence[Span]) -> Iterator[Span]:
    for one in mine:
        for other in theirs:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                yield Span(start, end)


def _spans(value: Any) -> list[Span]:
    given = [] if value is None else [value] if isinstance(value, Mapping) else value
    spans = [Span(minute_of(span["from"]), minute_of(span["to"])) for span in given]
    return sorted(span for span in spans if span.start < span.end <= _END_OF_DAY)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
