"""Phones and addresses inside words."""

import pytest

from callout.kit.text.masking import mask_contact_details, mask_words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Call me at 305-555-0123, please.", "Call me at •••••••0123, please."),
        ("It is (305) 555 0123.", "It is •••••••0123."),
        ("+13055550123 or anna.reyes@example.com", "•••••••0123 or a•••@example.com"),
        ("At 12 Oak Street, tomorrow at 10:30.", "At 12 Oak Street, tomorrow at 10:30."),
        ("On 2026-03-05 for 250.00 dollars, order ORD-000123.", "On 2026-03-05 for 250.00 dollars, order ORD-000123."),
        ("01a205f0-c167-7003-98a9-70110cafa92a", "01a205f0-c167-7003-98a9-70110cafa92a"),
    ],
)
def test_what_one_could_call_or_write_to_is_masked(said: str, shown: str) -> None:
    assert mask_words(said) == shown


def test_words_are_searched_only_where_members_hold_words() -> None:
    entity = {"type": "phone", "value": "305-555-0123", "normalised": "+13055550123", "start": 11}
    assert mask_contact_details({"entities": [entity], "external_id": "3055550123"}) == {
        "entities": [{"type": "phone", "value": "•••••••0123", "normalised": "•••••••0123", "start": 11}],
        "external_id": "3055550123",
    }
