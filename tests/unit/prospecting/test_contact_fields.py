"""What machines learn fills empty fields; what contradicts is suggested (product specification §3.4)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from callout.features.prospecting.consents import consent_view
from callout.features.prospecting.contacts import fill_empty, zone_of
from callout.features.prospecting.suppression import suppression_hash
from callout.features.prospecting.tables import ConsentRecord, Contact

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PHONE = "+13055550100"


def contact(**fields: object) -> Contact:
    return Contact(
        **({"name": "Anna", "phone": PHONE, "suggestions": [], "tags": [], "timezone_source": "unknown"} | fields)
    )


def test_empty_fields_are_filled() -> None:
    row = contact()
    changed = fill_empty(row, {"email": "a@a.example", "rating": Decimal(4), "tags": ["vip"]}, source="manual", now=NOW)
    assert changed == ["email", "rating", "tags"]
    assert (row.email, row.rating, row.tags, row.suggestions) == ("a@a.example", Decimal(4), ["vip"], [])


def test_a_name_that_was_only_the_phone_is_replaced() -> None:
    row = contact(name=PHONE)
    assert fill_empty(row, {"name": "Anna Reyes"}, source="inbound", now=NOW) == ["name"]
    assert row.name == "Anna Reyes"


def test_what_contradicts_is_suggested_once() -> None:
    row = contact(email="a@a.example")
    for _ in range(2):
        assert fill_empty(row, {"email": "b@b.example", "name": "Anna"}, source="inbound", now=NOW) == []
    assert row.email == "a@a.example"
    assert row.suggestions == [
        {"field": "email", "value": "b@b.example", "source": "inbound", "at": "2026-03-02T12:00:00.000Z"}
    ]


def test_the_newest_twenty_suggestions_are_kept() -> None:
    row = contact(email="a@a.example")
    for number in range(25):
        fill_empty(row, {"email": f"{number}@b.example"}, source="inbound", now=NOW)
    assert [entry["value"] for entry in row.suggestions] == [f"{number}@b.example" for number in range(5, 25)]


def test_the_zone_comes_from_the_contact_its_place_or_its_number() -> None:
    assert zone_of(PHONE, "Europe/Berlin", 1.0, 2.0) == ("Europe/Berlin", "contact")
    assert zone_of(PHONE, None, 40.7128, -74.006) == ("America/New_York", "location")
    assert zone_of("+442079460958", None, None, None) == ("Europe/London", "phone")
    assert zone_of("+18002351234", None, None, None) == (None, "unknown")


def test_learning_the_place_corrects_a_guessed_zone_only() -> None:
    guessed = contact(timezone="America/New_York", timezone_source="phone")
    fill_empty(guessed, {"lat": 34.05, "lng": -118.24}, source="inbound", now=NOW)
    assert (guessed.timezone, guessed.timezone_source) == ("America/Los_Angeles", "location")
    told = contact(timezone="America/New_York", timezone_source="contact")
    fill_empty(told, {"lat": 34.05, "lng": -118.24}, source="inbound", now=NOW)
    assert (told.timezone, told.timezone_source) == ("America/New_York", "contact")


def record(**fields: object) -> ConsentRecord:
    return ConsentRecord(
        **({"phone": PHONE, "scope": "call", "basis": "express", "action": "granted", "at": NOW} | fields)
    )


def test_a_consent_permits_while_it_is_granted_and_not_expired() -> None:
    assert consent_view(record(), NOW) == {
        "basis": "express",
        "scope": "call",
        "at": "2026-03-02T12:00:00.000Z",
        "permits_call": True,
    }
    for gone in (record(action="withdrawn"), record(expires_at=NOW), None):
        view = consent_view(gone, NOW)
        assert (view["basis"], view["permits_call"]) == ("none", False)
    assert consent_view(record(expires_at=NOW + timedelta(seconds=1)), NOW)["permits_call"]


def test_an_address_is_suppressed_whatever_its_case() -> None:
    assert suppression_hash(email="Anna@A.example") == suppression_hash(email="anna@a.example")
    assert suppression_hash(phone=PHONE) != suppression_hash(phone="+13055550101")
