"""Telephone numbers in any readable form become E.164 or are refused."""

import pytest

from callout.kit.text.phones import (
    mask_phone,
    parse_phone,
    region_of,
    timezones_of_phone,
)


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("(305) 555-0100", "US", "+13055550100"),
        ("+1 305 555 0100", "DE", "+13055550100"),
        (" 0044 20 7946 0958", "DE", "+442079460958"),
        ("030 901820", "de", "+4930901820"),
        ("+1 213 555 0142 ext. 12", None, "+12135550142"),
    ],
)
def test_readable_forms_become_e164(raw: str, region: str | None, expected: str) -> None:
    assert parse_phone(raw, region) == expected


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("555-1234", "US"),
        ("2135550142", None),
        ("call me", "US"),
        ("", "US"),
        ("+1 213 555 01420000", None),
    ],
)
def test_what_cannot_be_dialled_from_abroad_is_refused(raw: str, region: str | None) -> None:
    with pytest.raises(ValueError, match="number"):
        parse_phone(raw, region)


def test_a_number_tells_its_country_and_zones() -> None:
    assert region_of("+13055550100") == "US"
    assert timezones_of_phone("+13055550100") == ["America/New_York"]
    assert region_of("+80012345678") is None
    assert timezones_of_phone("nonsense") == []


def test_a_masked_number_keeps_country_and_last_four() -> None:
    assert mask_phone("+12135554567") == "+1•••••••4567"
    assert "5555" not in mask_phone("+445555554567")
    assert mask_phone("1234") == "•••••••"
