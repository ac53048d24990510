"""Score, outcome and follow-up of a call, by the figures of the product specification."""

from datetime import UTC, datetime

import pytest
from tests.unit.conversations.talk import ANNA, OAK_STREET, heard

from callout.features.conversations.analysis import with_place
from callout.features.conversations.leads import company_size, priority_of_score


def test_a_named_interested_customer_without_address_scores_78() -> None:
    found = heard(
        "Hello, my name is Anna Reyes.", "I need cleaning.", "It is a big place.", "I am interested, tell me more."
    )

    assert found.slots.location is None
    assert found.quality.completeness == 0.75
    assert found.quality.engagement == 0.8
    assert found.quality.lead_score == 78
    assert found.quality.conversion_probability == 0.6
    assert found.outcome.priority_level == 4
    assert found.outcome.outcome_category == "qualified_lead"


def test_a_complete_call_that_ends_with_no_interest_scores_20_and_is_followed_up_in_30_days() -> None:
    found = heard(
        "My name is Anna Reyes.",
        "We talked about cleaning.",
        "It would be at 12 Oak Street, Springfield.",
        "Well.",
        "Hmm.",
        "I'm not interested.",
    )

    assert found.intent.primary == "not_interested"
    assert found.quality.lead_score == 20
    assert found.outcome.priority_level == 2
    assert found.outcome.lead_status == "not_interested"
    assert found.outcome.follow_up_at == datetime(2026, 4, 1, 13, tzinfo=UTC)


def test_praise_and_blame_cancel_each_other() -> None:
    found = heard("great, thank you, but the price is terrible")

    assert found.notes[0].sentiment == 0.1
    assert found.sentiment.overall == "neutral"


def test_being_busy_names_nobody() -> None:
    found = heard("I'm not interested, we are busy")

    assert found.intent.primary == "not_interested"
    assert found.slots.customer_name is None
    assert found.lead.business_name is None


def test_an_interested_call_with_everything_in_one_turn_scores_60() -> None:
    found = heard("A: Hello, this is Mia.", "Yes I need cleaning at 12 Oak Street, Springfield. My name is Anna Reyes.")

    assert found.intent.primary == "interested"
    assert found.quality.lead_score == 60


def test_a_booking_has_a_floor_of_80() -> None:
    assert heard("Let's book it for Friday at nine").quality.lead_score == 80


def test_an_opt_out_scores_nothing_and_forbids_contact() -> None:
    found = heard("I need cleaning", "please stop calling me")

    assert found.quality.lead_score == 0
    assert found.outcome.lead_status == "do_not_call"
    assert found.outcome.next_action == "do_not_contact"
    assert found.outcome.follow_up_at is None


def test_what_is_on_file_fills_what_was_not_said() -> None:
    found = heard("Please come and clean tomorrow", contact=ANNA)

    assert found.slots.customer_name == "Anna Reyes"
    assert found.slots.sources["customer_name"] == "contact"
    assert found.slots.location == OAK_STREET


def test_a_geocoded_place_keeps_the_words_and_adds_the_point() -> None:
    said = heard("Come to 12 Oak Street, Springfield.")
    placed = with_place(said, OAK_STREET)

    assert placed.slots.location is not None
    assert placed.slots.location.geo == OAK_STREET.geo
    assert placed.slots.sources["location"] == "rules"


@pytest.mark.parametrize(("score", "level"), [(0, 1), (19, 1), (20, 2), (40, 3), (60, 4), (80, 5), (100, 5)])
def test_priority_follows_the_score(score: int, level: int) -> None:
    assert priority_of_score(score) == level


@pytest.mark.parametrize(("people", "size"), [(9, "small"), (10, "medium"), (50, "large"), (200, "enterprise")])
def test_company_size(people: int, size: str) -> None:
    assert company_size(people) == size
