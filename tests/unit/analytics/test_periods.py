"""Report periods in the tenant's zone (product specification §6.14)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from callout.features.analytics.periods import (
    Period,
    Preset,
    custom_period,
    days,
    growth_pct,
    last_days,
    months_back,
    preset_period,
    starts,
    usual_bucket,
)
from callout.kit.errors import Unprocessable

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
"""Still the evening of March 1 in New York."""


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("24h", datetime(2026, 3, 1, 3, 30, tzinfo=UTC), NOW),
        ("7d", datetime(2026, 2, 23, 3, 30, tzinfo=UTC), NOW),
        ("30d", datetime(2026, 1, 31, 3, 30, tzinfo=UTC), NOW),
        ("90d", datetime(2025, 12, 2, 3, 30, tzinfo=UTC), NOW),
        ("this_month", local(2026, 3, 1), NOW),
        ("last_month", local(2026, 2, 1), local(2026, 3, 1)),
    ],
)
def test_a_preset_means_a_period_at_the_tenants_time(preset: Preset, start: datetime, end: datetime) -> None:
    assert preset_period(preset, NOW, NEW_YORK) == Period(start, end)


def test_a_new_year_has_a_last_month() -> None:
    january = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert preset_period("last_month", january, NEW_YORK) == Period(local(2025, 12, 1), local(2026, 1, 1))


def test_the_period_before_is_as_long_and_ends_where_this_one_starts() -> None:
    period = custom_period(date(2026, 3, 1), date(2026, 3, 15), NEW_YORK)
    assert period.previous == Period(local(2026, 2, 15), local(2026, 3, 1))


def test_days_are_whole_over_a_change_of_the_clock() -> None:
    spring = custom_period(date(2026, 3, 8), date(2026, 3, 9), NEW_YORK)
    assert (spring.end.astimezone(UTC) - spring.start.astimezone(UTC)).total_seconds() == 23 * 3600
    assert days(spring, NEW_YORK) == [date(2026, 3, 8)]
    assert spring.previous == Period(local(2026, 3, 7), local(2026, 3, 8))


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-02", "2026-03-02"), ("2026-03-03", "2026-03-02"), ("2025-01-01", "2026-01-03")]
)
def test_an_empty_or_endless_range_is_refused(first: str, last: str) -> None:
    with pytest.raises(Unprocessable):
        custom_period(date.fromisoformat(first), date.fromisoformat(last), NEW_YORK)


def test_a_year_is_the_longest_range() -> None:
    assert len(days(custom_period(date(2025, 1, 1), date(2026, 1, 2), NEW_YORK), NEW_YORK)) == 366


def test_every_day_a_period_touches_is_there() -> None:
    assert days(preset_period("24h", NOW, NEW_YORK), NEW_YORK) == [date(2026, 2, 28), date(2026, 3, 1)]
    assert days(preset_period("this_month", NOW, NEW_YORK), NEW_YORK) == [date(2026, 3, 1)]
    assert days(last_days(NOW, NEW_YORK, 7), NEW_YORK)[0] == date(2026, 2, 23)
    assert len(days(last_days(NOW, NEW_YORK, 7), NEW_YORK)) == 7


def test_twelve_months_end_with_this_one() -> None:
    months = months_back(NOW, NEW_YORK, 12)
    assert (months[0], months[-1], len(months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)


@pytest.mark.parametrize(
    ("current", "previous", "growth"), [(150, 100, 50.0), (50, 100, -50.0), (3, 0, 100.0), (0, 0, 0.0), (1, 3, -66.7)]
)
def test_growth_from_nothing_is_a_hundred_or_nothing(current: float, previous: float, growth: float) -> None:
    assert growth_pct(current, previous) == growth


def test_every_hour_of_the_day_that_has_25_is_a_step_of_its_own() -> None:
    autumn = custom_period(date(2026, 11, 1), date(2026, 11, 2), NEW_YORK)
    hours = starts(autumn, "hour", NEW_YORK)
    assert len(set(hours)) == 25
    assert {later - earlier for earlier, later in pairwise(hours)} == {timedelta(hours=1)}
    assert starts(autumn, "day", NEW_YORK) == [local(2026, 11, 1)]


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    period = Period(local(2026, 3, 4, 12), local(2026, 4, 1, 0))
    assert starts(period, "week", NEW_YORK) == [local(2026, 3, day) for day in (2, 9, 16, 23, 30)]
    assert starts(period, "month", NEW_YORK) == [local(2026, 3, 1)]
    assert starts(Period(period.start, local(2026, 4, 1, 1)), "month", NEW_YORK)[1:] == [local(2026, 4, 1)]


def test_short_periods_are_told_by_the_hour() -> None:
    assert [usual_bucket(preset_period(preset, NOW, NEW_YORK)) for preset in ("24h", "7d")] == ["hour", "day"]
