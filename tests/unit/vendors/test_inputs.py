"""What vendors and admins may send."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from callout.features.vendors.documents import required_kinds
from callout.features.vendors.schemas import (
    BlockInput,
    DeviceInput,
    ProfileUpdate,
    ServiceArea,
    TimeOffInput,
    VendorPatch,
    WideServiceArea,
)


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ({"latitude": 0, "longitude": 0, "radius": 10}, "no place"),
        ({"latitude": 40, "longitude": -74, "radius": 0}, "greater than or equal to 1"),
        ({"latitude": 40, "longitude": -74, "radius": 101}, "less than or equal to 100"),
        ({"latitude": 91, "longitude": -74}, "90"),
    ],
)
def test_an_area_must_be_a_place_with_a_radius_of_1_to_100_km(area: dict[str, float], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ProfileUpdate.model_validate({"service_area": area})


def test_the_default_radius_is_10_and_25_at_registration() -> None:
    assert ServiceArea(latitude=0, longitude=10).radius == 10
    assert WideServiceArea(latitude=10, longitude=0).radius == 25


def test_vendors_may_send_what_we_do_not_know_and_admins_may_not() -> None:
    assert ProfileUpdate.model_validate({"bio": "x", "colour": "red"}).given() == {"bio": "x"}
    with pytest.raises(ValidationError, match="Extra inputs"):
        VendorPatch.model_validate({"status": "verified"})


def test_an_unknown_preference_is_refused_even_from_vendors() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        ProfileUpdate.model_validate({"preferences": {"colour": "red"}})
    with pytest.raises(ValidationError, match="Extra inputs"):
        ProfileUpdate.model_validate({"notification_preferences": {"pigeon": True}})


def test_only_some_members_can_be_cleared() -> None:
    assert ProfileUpdate.model_validate({"working_hours": None, "bio": None}).given() == {
        "working_hours": None,
        "bio": None,
    }
    with pytest.raises(ValidationError, match="cannot be null"):
        ProfileUpdate.model_validate({"services": None})


def test_a_reason_has_at_least_three_characters() -> None:
    with pytest.raises(ValidationError):
        BlockInput.model_validate({"reason": " x "})


def test_the_older_name_of_a_device_token_is_understood() -> None:
    assert DeviceInput.model_validate({"device_token": "abc"}).token == "abc"


def test_time_off_runs_forward() -> None:
    now = datetime.now(UTC)
    with pytest.raises(ValidationError, match="after it begins"):
        TimeOffInput(from_at=now, to_at=now - timedelta(hours=1))


def test_documents_are_required_per_service() -> None:
    required = [{"service": "electrical", "kind": "license"}, {"service": "cleaning", "kind": "insurance"}]
    assert required_kinds(["electrical", "repairs"], required) == {"license"}
    assert required_kinds([], []) == set()
