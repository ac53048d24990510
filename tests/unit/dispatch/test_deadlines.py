"""When dispatch may start and until when it may look (F13)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from callout.features.dispatch.deadlines import dispatch_opening, fill_deadline
from callout.features.dispatch.opening import after_open_time, first_open, open_spans

WEEKDAYS: dict[str, list[dict[str, str]]] = {
    day: [{"from": "09:00", "to": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri")
}
SUNDAY_NIGHT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # 03:00 in New York
NEW_YORK = "America/New_York"


def opening(priority: str = "medium", now: datetime = SUNDAY_NIGHT, **settings: Any) -> datetime:
    return dispatch_opening(now, priority, WEEKDAYS, NEW_YORK, **settings)  # type: ignore[arg-type]


def test_an_urgent_order_starts_at_once_at_any_hour() -> None:
    assert opening("urgent", business_hours_only=True, weekend_operations=False) == SUNDAY_NIGHT


def test_other_orders_wait_for_the_next_opening() -> None:
    assert opening(business_hours_only=True) == datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    assert opening() == SUNDAY_NIGHT


def test_a_closed_weekend_ends_on_monday_midnight() -> None:
    assert opening(weekend_operations=False) == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def test_holidays_are_closed() -> None:
    assert opening(business_hours_only=True, holidays=[date(2026, 3, 2)]) == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("priority", "minutes"), [("urgent", 15), ("high", 60), ("medium", 240), ("low", 1440)])
def test_the_fill_deadline_follows_the_priority(priority: Any, minutes: int) -> None:
    assert fill_deadline(priority, SUNDAY_NIGHT) == SUNDAY_NIGHT + timedelta(minutes=minutes)


def test_hours_follow_the_wall_clock_over_the_change_to_summer_time() -> None:
    week = {"sun": [{"from": "09:00", "to": "12:00"}]}
    start = datetime(2026, 3, 7, tzinfo=UTC)
    assert list(open_spans(week, NEW_YORK, start, start + timedelta(days=10))) == [
        (datetime(2026, 3, 8, 13, tzinfo=UTC), datetime(2026, 3, 8, 16, tzinfo=UTC)),
        (datetime(2026, 3, 15, 13, tzinfo=UTC), datetime(2026, 3, 15, 16, tzinfo=UTC)),
    ]


def test_time_off_cuts_hours() -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    off = [
        (monday + timedelta(hours=9), monday + timedelta(hours=11)),
        (monday + timedelta(hours=12), monday + timedelta(hours=13)),
    ]
    spans = list(open_spans(WEEKDAYS, "UTC", monday, monday + timedelta(days=1), off))
    assert [(start.hour, end.hour) for start, end in spans] == [(11, 12), (13, 17)]
    assert first_open(WEEKDAYS, "UTC", monday + timedelta(hours=10), monday + timedelta(days=1), off) == spans[0][0]


def test_midnight_closing_meets_midnight_opening() -> None:
    always = {"mon": [{"from": "18:00", "to": "24:00"}], "tue": [{"from": "00:00", "to": "06:00"}]}
    monday = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert after_open_time(monday, timedelta(hours=2), always, "UTC") == monday + timedelta(hours=2)
