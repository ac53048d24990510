"""How long an order may look for a vendor, and when looking may start."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from callout.features.dispatch.facts import Priority, Weekly
from callout.features.dispatch.opening import first_open, zone

DEADLINE_MIN: Final[Mapping[str, int]] = {
    "urgent": 15,
    "high": 60,
    "medium": 240,
    "low": 1440,
}
LOOK_AHEAD = timedelta(days=62)
WEEKEND: Final = ("sat", "sun")


def fill_deadline(priority: Priority, now: datetime, minutes: Mapping[str, int] = DEADLINE_MIN) -> datetime:
    """When somebody must have accepted, counted from the start of dispatch."""
    return now + timedelta(minutes=minutes.get(priority, DEADLINE_MIN[priority]))


def dispatch_opening(
    now: datetime,
    priority: Priority,
    hours: Weekly | None,
    tz: str,
    *,
    holidays: Collection[date] = (),
    business_hours_only: bool = False,
    weekend_operations: bool = True,
) -> datetime:
    """When dispatch may start: `now`, or the tenant's next opening; urgent orders ignore hours and weekends.

    Args:
        now: aware UTC.
        priority: of the order.
        hours: the tenant's business hours.
        tz: IANA name of the tenant's zone, in which days are counted.
        holidays: closed days, honoured whenever one of the two restrictions is on.
        business_hours_only: dispatch inside the hours only.
        weekend_operations: False closes Saturday and Sunday.
    """
    if priority == "urgent" or (weekend_operations and not business_hours_only):
        return now
    weekly: Weekly = {
        day: [{"from": "00:00", "to": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    if business_hours_only and hours is not None:
        weekly = dict(hours)
    if not weekend_operations:
        weekly = {day: spans for day, spans in weekly.items() if day not in WEEKEND}
    closed = [_whole_day(day, tz) for day in holidays]
    return first_open(weekly, tz, now, now + LOOK_AHEAD, closed) or now


def _whole_day(day: date, tz: str) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=zone(tz))
    return start, start + timedelta(days=1)
