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
