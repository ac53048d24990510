"""Hours: in every zone of the world, also when clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from callout.features.calling.compliance.profiles import profiles
from callout.features.calling.compliance.windows import (
    CLOSED,
    DAYS,
    LIMIT,
    Span,
    Week,
    hours_of,
    intersect,
    is_open,
    next_opening,
    week_of,
)

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix", "right")))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
zones = st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True)
days = st.lists(st.integers(8 * 60, 21 * 60), min_size=2, max_size=2, unique=True).map(
    lambda ends: (Span(*sorted(ends)),)
)
weeks = st.tuples(*[st.one_of(st.just(()), days)] * 7)
profile_weeks = st.sampled_from([profile.hours for profile in profiles()])
HOLIDAYS = frozenset({date(2026, 12, 25), date(2027, 1, 1)})


@settings(max_examples=300)
@given(moments, zones, profile_weeks)
@example(datetime(2026, 3, 8, 6, 59, tzinfo=UTC), ["America/New_York"], LIMIT)  # clocks go forward an hour
@example(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ["America/New_York"], LIMIT)  # clocks go back an hour
@example(datetime(2026, 10, 3, 15, 30, tzinfo=UTC), ["Australia/Lord_Howe"], LIMIT)  # half an hour
def test_an_opening_is_open_and_nothing_before_it_is(at: datetime, names: list[str], week: Week) -> None:
    opening = next_opening(week, names, HOLIDAYS, at)
    if opening is None:  # zones so far apart that they never work at the same time
        assert not any(is_open(week, names, HOLIDAYS, at + timedelta(hours=hour)) for hour in range(24 * 7))
        return
    assert opening >= at
    assert is_open(week, names, HOLIDAYS, opening)
    step = timedelta(minutes=15)
    before = min(int((opening - at) / step), 24 * 4)
    assert not any(is_open(week, names, HOLIDAYS, opening - step * back) for back in range(1, before))


@settings(max_examples=300)
@given(moments, st.sampled_from(ZONES), weeks)
def test_nobody_is_called_outside_eight_to_nine_whatever_the_tenant_says(at: datetime, zone: str, week: Week) -> None:
    for profile in profiles():
        hours = profile.window(week, None)
        if is_open(hours, [zone], (), at):
            assert time(8) <= at.astimezone(ZoneInfo(zone)).time() < time(21)


@settings(max_examples=200)
@given(moments, st.timedeltas(timedelta(), timedelta(days=9)), zones, weeks)
def test_a_later_question_never_has_an_earlier_opening(
    at: datetime, later: timedelta, names: list[str], week: Week
) -> None:
    first, second = (next_opening(week, names, HOLIDAYS, moment) for moment in (at, at + later))
    if first is None:
        assert second is None or second >= at
    elif second is not None:
        assert second >= first


@settings(max_examples=200)
@given(weeks, weeks, moments, st.sampled_from(ZONES))
def test_what_two_weeks_have_in_common_is_open_in_both(mine: Week, theirs: Week, at: datetime, zone: str) -> None:
    both = is_open(intersect(mine, theirs), [zone], (), at)
    assert both == (is_open(mine, [zone], (), at) and is_open(theirs, [zone], (), at))


def test_a_closed_week_never_opens() -> None:
    assert next_opening(CLOSED, ["Europe/Berlin"], (), datetime(2026, 5, 4, 9, tzinfo=UTC)) is None


def test_a_holiday_of_the_callees_day_is_closed() -> None:
    new_york = ["America/New_York"]
    christmas_eve = datetime(2026, 12, 25, 0, 30, tzinfo=UTC)  # still the 24th in New York, at 19:30
    week = week_of({day: {"from": "09:00", "to": "20:00"} for day in DAYS})
    assert is_open(week, new_york, HOLIDAYS, christmas_eve)
    assert next_opening(week, new_york, HOLIDAYS, christmas_eve + timedelta(hours=1)) == datetime(
        2026, 12, 26, 14, 0, tzinfo=UTC
    )


def test_hours_are_shown_as_they_are_read() -> None:
    given = {"mon": [{"from": "10:00", "to": "13:00"}, {"from": "14:00", "to": "19:00"}], "tue": None}
    shown = hours_of(week_of(given))
    assert shown["mon"] == given["mon"]
    assert [shown[day] for day in DAYS[1:]] == [[]] * 6
