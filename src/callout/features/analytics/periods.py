"""Report periods: presets and custom ranges in the tenant's zone, with their buckets (pure)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from callout.kit.errors import Unprocessable

Preset = Literal["24h", "7d", "30d", "90d", "this_month", "last_month"]
Bucket = Literal["hour", "day", "week", "month"]
MAX_DAYS = 366
HOURLY = timedelta(days=2)
"""Periods up to this long are told by the hour, longer ones by the day, unless asked otherwise."""
_LENGTHS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "90d": timedelta(days=90)}


class Period(msgspec.Struct, frozen=True):
    """From `start` (inclusive) to `end` (exclusive), aware UTC or zoned datetimes."""

    start: datetime
    end: datetime

    @property
    def previous(self) -> "Period":
        """The period of the same length before this one."""
        return Period(self.start - (self.end - self.start), self.start)


def preset_period(preset: Preset, now: datetime, zone: ZoneInfo) -> Period:
    """The period a preset means at `now`."""
    if preset in _LENGTHS:
        return Period(now - _LENGTHS[preset], now)
    local = now.astimezone(zone)
    this_month = datetime(local.year, local.month, 1, tzinfo=zone)
    if preset == "this_month":
        return Period(this_month, now)
    return Period(month_before(this_month), this_month)


def custom_period(first: date, last: date, zone: ZoneInfo) -> Period:
    """Whole days from `first` to before `last`.

    Raises:
        Unprocessable: the range is empty or longer than 366 days.
    """
    if not 1 <= (last - first).days <= MAX_DAYS:
        raise Unprocessable.at("to", f"must be 1 to {MAX_DAYS} days after from")
    return Period(datetime.combine(first, time(), zone), datetime.combine(last, time(), zone))


def month_before(moment: datetime) -> datetime:
    """The first of the month before."""
    previous = moment.replace(day=1) - timedelta(days=1)
    return previous.replace(day=1)


def days(period: Period, zone: ZoneInfo) -> list[date]:
    """Every calendar day a period touches, empty ones included."""
    first, last = period.start.astimezone(zone).date(), (period.end - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def usual_bucket(period: Period) -> Bucket:
    """How long a step of a series is when nobody says."""
    return "hour" if period.end - period.start <= HOURLY else "day"


def starts(period: Period, bucket: Bucket, zone: ZoneInfo) -> list[datetime]:
    """Beginnings in UTC of every bucket a period touches, empty ones included; weeks begin on Monday."""
    found, moment = [], _start_of(bucket, period.start.astimezone(zone))
    while moment < period.end:
        found.append(moment)
        moment = _start_of(bucket, (moment + _BEYOND[bucket]).astimezone(zone))
    return found


_BEYOND = {
    "hour": timedelta(hours=1),
    "day": timedelta(hours=36),
    "week": timedelta(days=10),
    "month": timedelta(days=45),
}
"""From the beginning of a bucket to somewhere within the next, whatever clocks do in between."""


def _start_of(bucket: Bucket, local: datetime) -> datetime:
    if bucket == "hour":
        return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    first = local.date()
    if bucket == "week":
        first -= timedelta(days=first.weekday())
    elif bucket == "month":
        first = first.replace(day=1)
    return datetime.combine(first, time(), local.tzinfo).astimezone(UTC)


def last_days(now: datetime, zone: ZoneInfo, count: int) -> Period:
    """The last `count` calendar days, today up to now included."""
    first = now.astimezone(zone).date() - timedelta(days=count - 1)
    return Period(datetime.combine(first, time(), zone), now)


def months_back(now: datetime, zone: ZoneInfo, count: int) -> list[date]:
    """The firsts of the last `count` calendar months, oldest first."""
    month = now.astimezone(zone).date().replace(day=1)
    found = []
    for _ in range(count):
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found[::-1]


def growth_pct(current: float, previous: float) -> float:
    """Change in percent; from nothing it is 100 if there is any now, else 0."""
    if previous == 0:
        return 100.0 if current > 0 else 0.0
    return round(100 * (current - previous) / previous, 1)
