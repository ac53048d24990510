# ruff: noqa: RUF001 - listings write ranges with en dashes
"""What a file tells anew never blanks a field and never overwrites a person's edit (product specification §6.1)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.merging import new_business, refresh
from callout.features.prospecting.tables import Business

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def draft(**fields: Any) -> Draft:
    return Draft(**({"name": "Joe's Garage", "place_id": "p1"} | fields))


def stored(**fields: Any) -> Business:
    return new_business(draft(**fields), "job-1", NOW)


def test_a_new_business_gets_its_priority_and_time() -> None:
    row = stored(rating=Decimal("4.6"), hours={"Monday": "9 AM–5 PM"}, phone="+13055550100", phone_raw="(305) 555-0100")
    assert (row.call_priority, row.best_time_to_call, row.status) == ("high", "10:00–16:00", "new")
    assert (row.source, row.place_id, row.job_ids, row.edited) == ("upload", "p1", ["job-1"], [])
    assert stored(closed=True).status == "ignored"


def test_the_same_place_is_brought_up_to_date() -> None:
    row = stored(rating=Decimal("3.0"), address="old", hours={"Monday": "9 AM–5 PM"})
    refresh(row, draft(rating=Decimal("4.5"), address="new", hours={"Monday": "8 AM–6 PM"}), "job-2", LATER)
    assert (row.rating, row.address, row.call_priority, row.best_time_to_call) == (
        Decimal("4.5"),
        "new",
        "high",
        "09:00–17:00",
    )
    assert (row.scraped_at, row.last_seen_at, row.job_ids) == (NOW, LATER, ["job-1", "job-2"])


def test_nothing_is_blanked() -> None:
    full = {
        "address": "1 Main St", "phone": "+13055550100", "phone_raw": "(305) 555-0100", "website": "https://a.example",
        "email": "a@a.example", "category": "garage", "subcategories": ["tyres"], "rating": Decimal("4.0"),
        "review_count": 3, "price_level": 2, "lat": 1.0, "lng": 2.0, "hours": {"Monday": "9–5"}, "description": "d",
        "timezone": "America/New_York",
    }  # fmt: skip
    row = stored(**full)
    refresh(row, draft(phone_raw="ask inside"), "job-2", LATER)
    assert {name: getattr(row, name) for name in full} == full


def test_another_listing_with_the_same_phone_fills_gaps_only() -> None:
    row = stored(address="1 Main St", phone="+13055550100")
    refresh(
        row,
        draft(place_id="p2", name="Joe", address="2 Main St", email="a@a.example", phone="+13055550100"),
        "j",
        LATER,
    )
    assert (row.name, row.address, row.email, row.place_id) == ("Joe's Garage", "1 Main St", "a@a.example", "p1")


def test_coordinates_are_never_mixed_from_two_listings() -> None:
    row = stored(lat=1.0, lng=2.0)
    refresh(row, draft(place_id="p2", lat=3.0, lng=4.0), "j", LATER)
    assert (row.lat, row.lng) == (1.0, 2.0)


def test_what_a_person_edited_stays() -> None:
    row = stored(rating=Decimal("2.0"), address="1 Main St")
    row.call_priority, row.best_time_to_call, row.address = "high", "after lunch", "corrected"
    row.edited = ["address", "best_time_to_call", "call_priority", "status"]
    refresh(row, draft(rating=Decimal("3.5"), address="wrong", closed=True, hours={"Monday": "8 AM–6 PM"}), "j", LATER)
    assert (row.call_priority, row.best_time_to_call, row.address, row.status) == (
        "high",
        "after lunch",
        "corrected",
        "new",
    )
    assert row.rating == Decimal("3.5")


def test_a_place_that_closed_for_good_is_ignored_unless_it_is_in_use() -> None:
    row, used = stored(), stored()
    used.status = "imported"
    for business in (row, used):
        refresh(business, draft(closed=True), "j", LATER)
    assert (row.status, used.status) == ("ignored", "imported")


def test_a_listing_without_place_id_learns_it() -> None:
    row = stored(place_id=None, phone="+13055550100")
    refresh(row, draft(place_id="p9", phone="+13055550100"), "j", LATER)
    assert row.place_id == "p9"
