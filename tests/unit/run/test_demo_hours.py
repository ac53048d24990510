"""The demonstration can call somebody on every day."""

from datetime import UTC, datetime, timedelta

from callout.features.calling.compliance.profiles import profile_of
from callout.features.calling.compliance.windows import is_open, week_of
from callout.kit.text.phones import timezones_of_phone
from callout.run.demo.phone_call import COUNTRIES, CUSTOMERS, WINDOW


def test_all_day_and_every_day_but_for_one_hour_somebody_may_be_called() -> None:
    assert len({profile_of(country).code for country in COUNTRIES}) == 1
    week = profile_of("US").window(week_of(WINDOW), None, None)
    zones = [timezones_of_phone(phone) for phone in CUSTOMERS]
    for start in (datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC)):
        for hours in range(7 * 24):
            at = start + timedelta(hours=hours)
            is_anybody = any(is_open(week, own, frozenset(), at) for own in zones)
            assert is_anybody == (at.hour != 11), at
