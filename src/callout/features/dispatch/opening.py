"""Weekly working hours and time off: when somebody can work."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callout.features.dispatch.facts import Weekly

Span = tuple[datetime, datetime]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = timedelta(days=15)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC when the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def is_open(weekly: Weekly | None, tz: str, at: datetime) -> bool:
    """Whether the hours cover a moment; no hours at all means always."""
    if weekly is None:
        return True
    local = at.astimezone(zone(tz))
    clock = f"{local.hour:02d}:{local.minute:02d}"
    return any(span["from"] <= clock < span["to"] for span in weekly.get(DAYS[local.weekday()], ()))


def open_spans(
    weekly: Weekly | None,
    tz: str,
    start: datetime,
    end: datetime,
    off: Sequence[Span] = (),
) -> Iterator[Span]:
    """The parts of `start`..`end` inside the hours and outside time off, in order, as UTC."""
    for opens, closes in _weekly_spans(weekly, tz, start, end):
        yield from _without(off, max(opens, start), min(closes, end))


def first_open(
    weekly: Weekly | None,
    tz: str,
    start: datetime,
    end: datetime,
    off: Sequence[Span] = (),
) -> datetime | None:
    """The first moment of `start`..`end` at which somebody can work; None when there is none."""
    if is_open(weekly, tz, start) and not any(begin <= start < until for begin, until in off):
        return start
    return next((opens for opens, _ in open_spans(weekly, tz, start, end, off)), None)


def after_open_time(
    start: datetime,
    amount: timedelta,
    weekly: Weekly | None,
    tz: str,
    off: Sequence[Span] = (),
) -> datetime:
    """When a clock that runs only inside the hours has run for `amount`; capped at fifteen days ahead."""
    left = amount
    for opens, closes in open_spans(weekly, tz, start, start + HORIZON, off):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return start + HORIZON


def _weekly_spans(weekly: Weekly | None, tz: str, start: datetime, end: datetime) -> Iterator[Span]:
    if weekly is None:
        yield start, end
        return
    place = zone(tz)
    day = start.astimezone(place).date()
    last = end.astimezone(place).date()
    while day <= last:
        for span in weekly.get(DAYS[day.weekday()], ()):
            opens, closes = (
                _moment(day, span["from"], place),
                _moment(day, span["to"], place),
            )
            if opens < end and closes > start:
                yield opens, closes
        day += timedelta(days=1)


def _moment(day: date, clock: str, place: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), place).astimezone(UTC)


def _without(off: Sequence[Span], opens: datetime, closes: datetime) -> Iterator[Span]:
    for begin, until in sorted(off):
        if begin < closes and until > opens:
            if begin > opens:
                yield opens, begin
            opens = max(opens, until)
    if opens < closes:
        yield opens, closes
