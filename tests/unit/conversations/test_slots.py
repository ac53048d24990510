"""What slots keep when the same thing is said more than once."""

from tests.unit.conversations.talk import heard


def test_a_read_back_without_the_town_keeps_the_town() -> None:
    location = heard(
        "Yes I need cleaning at 48 Maple Avenue, Springfield. My name is Tom Becker.",
        "A: Tomorrow at ten at 48 Maple Avenue. Thank you, Mr Becker.",
    ).slots.location
    assert location is not None
    assert (location.address, location.city) == ("48 Maple Avenue, Springfield", "Springfield")


def test_another_house_named_later_is_the_one_meant() -> None:
    location = heard(
        "I live at 48 Maple Avenue, Springfield, but the leak is in the shop.",
        "Please come to 12 Oak Street.",
    ).slots.location
    assert location is not None
    assert location.address == "12 Oak Street"


def test_the_work_is_told_in_the_customers_words_not_in_the_read_back() -> None:
    slots = heard(
        "Hi. Water is leaking under my kitchen sink, I need a plumber.",
        "A: So a plumber to 12 Oak Street in Springfield, tomorrow at ten?",
        "Yes, that is right.",
    ).slots
    assert slots.service_type == "plumbing"
    assert slots.service_details == "Water is leaking under my kitchen sink, I need a plumber."


def test_work_only_the_agent_named_is_not_quoted() -> None:
    slots = heard("A: Shall I send a plumber to you tomorrow?", "Yes, please do.").slots
    assert (slots.service_type, slots.service_details) == ("plumbing", None)
