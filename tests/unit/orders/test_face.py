"""How a vendor sees an order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from callout.features.orders.face import (
    blurred,
    disclosure,
    face_status,
    first_name,
    next_action,
    six_valued_service,
    standing,
)
from callout.features.orders.lifecycle import Evidence, Facts
from callout.features.orders.planning import default_start, fill_deadline, priority_of_level, raised

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "prior", "holder", "offered", "past"),
    [
        ("new", None, "new", "new", "cancelled"),
        ("offering", None, "new", "new", "cancelled"),
        ("assigned", None, "accepted", "cancelled", "cancelled"),
        ("on_way", None, "on_way", "cancelled", "cancelled"),
        ("processing", None, "processing", "cancelled", "cancelled"),
        ("needs_attention", "assigned", "accepted", "new", "cancelled"),
        ("needs_attention", "on_way", "on_way", "new", "cancelled"),
        ("completed", None, "completed", "cancelled", "cancelled"),
        ("cancelled", None, "cancelled", "cancelled", "cancelled"),
    ],
)
def test_six_words_for_eight_states(status: str, prior: str | None, holder: str, offered: str, past: str) -> None:
    assert face_status(status, prior, "holder") == holder
    assert face_status(status, prior, "offered") == offered
    assert face_status(status, prior, "past") == past


def test_an_offer_is_open_until_its_very_end() -> None:
    assert standing(False, "pending", NOW + timedelta(microseconds=1), NOW) == "offered"
    assert standing(False, "pending", NOW, NOW) == "past"
    assert standing(False, "declined", NOW + timedelta(hours=1), NOW) == "past"
    assert standing(True, "withdrawn", NOW, NOW) == "holder"
    assert standing(False, None, None, NOW) is None


def test_disclosure_before_and_after_the_deal() -> None:
    assert disclosure("offered", "full") == "full"
    assert disclosure("offered", "masked") == "masked"
    assert disclosure("holder", "masked") == "full"
    assert disclosure("past", "full") == "residue"


def test_masking_keeps_the_first_name_and_the_area() -> None:
    assert first_name("Anna Reyes") == "Anna"
    assert blurred(39.79912) == 39.80
    assert blurred(None) is None


@pytest.mark.parametrize(
    ("canonical", "word"), [("hvac", "repairs"), ("landscaping", "maintenance"), ("security", "other"), ("x", "other")]
)
def test_services_in_the_words_of_the_older_app(canonical: str, word: str) -> None:
    assert six_valued_service(canonical) == word


def test_the_next_action_follows_what_is_missing() -> None:
    order = Facts(status="on_way", evidence=Evidence(start_code=True), start_code="1234")
    assert next_action("new", order, has_invoice=False) == "accept_or_decline"
    assert next_action("accepted", order, has_invoice=False) == "start_service"
    assert next_action("on_way", order, has_invoice=False) == "upload_before_image"
    with_photo = Facts(status="on_way", evidence=Evidence(start_code=True), start_code="1234", before_photos=1)
    assert next_action("on_way", with_photo, has_invoice=False) == "enter_price"
    priced = Facts(status="on_way", before_photos=1, dealing_price=Decimal(0))
    assert next_action("on_way", priced, has_invoice=False) == "start_work"
    assert next_action("processing", priced, has_invoice=False) == "upload_after_image"
    assert next_action("completed", priced, has_invoice=False) == "generate_invoice"
    assert next_action("completed", priced, has_invoice=True) == "view_invoice"
    assert next_action("cancelled", priced, has_invoice=True) == "none"


def test_default_dates_depend_on_the_priority() -> None:
    assert default_start("urgent", NOW) == NOW + timedelta(hours=2)
    assert fill_deadline("medium", NOW) == NOW + timedelta(minutes=240)
    assert fill_deadline("medium", NOW, {"medium": 30}) == NOW + timedelta(minutes=30)
    assert fill_deadline("medium", NOW, override_min=5) == NOW + timedelta(minutes=5)


def test_priorities_can_only_be_raised() -> None:
    assert [priority_of_level(level) for level in (1, 2, 3, 4, 5, None)] == [
        *("low", "low", "medium", "high", "urgent", "medium")
    ]
    assert raised("high", "medium") == "high"
    assert raised("low", "urgent") == "urgent"
