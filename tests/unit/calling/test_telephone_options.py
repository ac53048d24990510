"""The options of a telephone account reach what carries its calls."""

import httpx
import pytest

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.providers import PROVIDERS
from callout.run.calling import TELEPHONES

(TWILIO,) = (spec for spec in PROVIDERS if spec.provider == "twilio")
(PACE,) = (option for option in TWILIO.options if option.name == "calls_per_second")


@pytest.mark.parametrize(
    ("given", "pace"), [({}, 1.0), ({"calls_per_second": "30"}, 30.0), ({"calls_per_second": "0.5"}, 0.5)]
)
async def test_an_account_starts_as_many_calls_a_second_as_it_may(given: dict[str, str], pace: float) -> None:
    values = {"account_sid": "AC" + "0" * 32, "auth_token": "secret"}
    async with httpx.AsyncClient() as client:
        key = Credential(
            provider="twilio", key_id="k", values=values, options=given, base_url="https://api.twilio.com",
            source="tenant",
        )  # fmt: skip
        assert TELEPHONES["twilio"](key, client).calls_per_second == pace


@pytest.mark.parametrize(
    ("word", "is_taken"), [("1", True), ("0.5", True), ("100", True), ("0", False), ("-1", False), ("many", False)]
)
def test_a_pace_is_a_number_above_nothing(word: str, is_taken: bool) -> None:
    assert PACE.accepts(word) is is_taken
