"""What numbers, contacts and records tell: zones, kinds of numbers, the ground for a call, files of registries."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest

from callout.features.calling.compliance.callee_zones import zones_of
from callout.features.calling.compliance.consent import Consent, basis_of
from callout.features.calling.compliance.numbering import number_facts
from callout.features.calling.compliance.profiles import profile_of, profile_view, profiles
from callout.features.calling.compliance.recording import rule_for
from callout.features.calling.compliance.registries import is_outdated, read_registry
from callout.features.calling.compliance.tables import Registry
from callout.kit.errors import Unprocessable

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def zones(phone: str, **members: object) -> tuple[str, ...]:
    here = {"tenant_zone": "America/New_York", "tenant_country": "US", "now": NOW}
    return zones_of(phone, **{**here, **members})  # type: ignore[arg-type]


def test_a_contact_knows_better_than_its_place_and_its_place_better_than_its_number() -> None:
    assert zones("+13055550100") == ("America/New_York",)
    place = {"lat": 34.05, "lng": -118.24}
    assert zones("+13055550100", **place) == ("America/Los_Angeles",)
    assert zones("+13055550100", timezone="America/Denver", source="contact", **place) == ("America/Denver",)
    assert zones("+13055550100", timezone="America/Denver", source="location") == ("America/Denver",)
    assert zones("+13055550100", timezone="America/Denver", source="phone") == ("America/New_York",)


def test_a_number_that_may_be_anywhere_is_everywhere() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} < set(zones("+18005550100"))


def test_a_silent_number_is_where_the_tenant_is_only_if_its_country_has_one_time() -> None:
    silent = "+4932221234567"  # a German number without a place
    german = {"tenant_zone": "Europe/Berlin", "tenant_country": "DE"}
    assert zones(silent, **german) == ("Europe/Berlin",)
    assert zones("+88213300655", tenant_country="US") == ()


@pytest.mark.parametrize(
    ("phone", "fault", "country", "state"),
    [
        ("+13055550100", None, "US", "FL"),
        ("+12125550100", None, "US", "NY"),
        ("+12025550100", None, "US", "other"),
        ("+18005550100", None, "US", None),
        ("+19005550100", "premium_number", "US", None),
        ("+33892123456", "premium_number", "FR", None),
        ("+12", "invalid_number", None, None),
        ("+15555550100", "invalid_number", "US", None),
        ("nonsense", "invalid_number", None, None),
    ],
)
def test_numbers_tell_what_they_are(phone: str, fault: str | None, country: str | None, state: str | None) -> None:
    facts = number_facts(phone)
    assert facts.fault == fault
    if fault is None:
        assert facts.country == country
        assert facts.state == state or (state == "NY" and facts.state not in profile_of("US").recording_by_state)


def test_recordings_are_asked_for_where_the_state_wants_it_and_where_nobody_knows_the_state() -> None:
    assert rule_for(number_facts("+13055550100")) == "ask"  # Florida
    assert rule_for(number_facts("+12125550100")) == "announce"  # New York
    assert rule_for(number_facts("+18005550100")) == "ask"  # anywhere
    assert rule_for(number_facts("+442079460000")) == "announce"
    assert rule_for(number_facts("+4930123456")) == "ask"


def consent(basis: str, ago: timedelta, action: str = "granted", ends: datetime | None = None) -> Consent:
    return Consent(basis=basis, action=action, at=NOW - ago, expires_at=ends)


def test_grounds_end() -> None:
    day, month = timedelta(days=1), timedelta(days=30)
    assert basis_of(None, None, NOW) is None
    assert basis_of(consent("express_written", 40 * month), None, NOW) == "express_written"
    assert basis_of(consent("inquiry", 90 * day), None, NOW) == "inquiry"
    assert basis_of(consent("inquiry", 91 * day), None, NOW) is None
    assert basis_of(consent("inquiry", 91 * day), NOW - month, NOW) == "existing_customer"
    assert basis_of(consent("existing_customer", 19 * month), None, NOW) is None
    assert basis_of(None, NOW - 17 * month, NOW) == "existing_customer"
    assert basis_of(None, NOW - 19 * month, NOW) is None
    assert basis_of(consent("express", day, ends=NOW), None, NOW) is None


def test_what_was_withdrawn_is_withdrawn_though_orders_came_before_and_after() -> None:
    withdrawn = consent("express_written", timedelta(days=10), "withdrawn")
    assert basis_of(withdrawn, NOW - timedelta(days=3), NOW) is None


def test_every_profile_is_complete_and_keeps_within_the_limit() -> None:
    assert profile_of("ZZ").code == profile_of(None).code == "default"
    codes = [profile.code for profile in profiles()]
    assert len(codes) == len(set(codes))
    for profile in profiles():
        shown = profile_view(profile)
        assert shown["reviewed"]
        assert profile.sources
        assert profile.window(profile.widest, None) == profile.widest


def test_a_registry_is_read_in_the_forms_registries_have() -> None:
    file = b"Area,Number\n305,5550100\n3055550101\n(305) 555-0102\n+1 305 555 0103\n1-305-555-0104\n\n12\n3055550101\n"
    read = read_registry(io.BytesIO(file), "US")
    assert read.numbers == [13055550100, 13055550101, 13055550102, 13055550103, 13055550104]
    assert read.skipped == 1
    british = read_registry(io.BytesIO(b"02079460000\n+442079460001\n442079460002"), "GB")
    assert british.numbers == [442079460000, 442079460001, 442079460002]


def test_a_file_without_numbers_is_refused() -> None:
    with pytest.raises(Unprocessable):
        read_registry(io.BytesIO(b"name,address\nAnna,Oak Street"), "US")


def test_an_old_registry_is_no_protection() -> None:
    registry = Registry(country="US", published_on=date(2026, 4, 3))
    assert not is_outdated(registry, date(2026, 5, 4))
    assert is_outdated(registry, date(2026, 5, 5))
