"""What each provider says about good, refused, spent and busy keys, and what becomes of its troubles."""

from datetime import timedelta
from typing import Any

import pytest
from tests.contract.provider_checks.conftest import REGISTRY, Bench

SIMULATED = sorted(name for name, spec in REGISTRY.specs.items() if not spec.without_simulator)
KEYLESS = {"nominatim"}
REFUSED = {
    "openai": {"api_key": "sk-refused-0001"},
    "gemini": {"api_key": "AIza-refused-0001"},
    "claude": {"api_key": "sk-ant-refused-0001"},
    "grok": {"api_key": "xai-refused-0001"},
    "elevenlabs": {"api_key": "sk_refused_0001"},
    "cloned_voice": {"api_key": "refused-0001"},
    "twilio": {"auth_token": "refused-0001"},
    "serpapi": {"api_key": "no-such-key-0001"},
    "google_maps": {"api_key": "AIzaInvalid-0001"},
    "deepgram": {"api_key": "refused-0001"},
    "sendgrid": {"api_key": "SG.refused-0001"},
    "ses": {"access_key_id": "AKIAREFUSED000000001"},
    "sns": {"access_key_id": "AKIAREFUSED000000001"},
    "textmagic": {"api_key": "refused-0001"},
    "vonage": {"api_secret": "refused-0001"},
    "fcm": {"client_email": "refused@project.example"},
    "whatsapp": {"access_token": "EAArefused-0001"},
    "local_llm": {"api_key": "refused-0001"},
}
SPENT: dict[str, tuple[dict[str, str], str]] = {
    "openai": ({"api_key": "sk-spent-0001"}, "no credit"),
    "gemini": ({"api_key": "AIza-spent-0001"}, "used up"),
    "elevenlabs": ({"api_key": "sk_spent_0001"}, "used"),
    "twilio": ({"auth_token": "spent-0001"}, "used up"),
    "serpapi": ({"api_key": "spent-0001"}, "used up"),
    "google_maps": ({"api_key": "AIzaSpent-0001"}, "used up"),
    "deepgram": ({"api_key": "spent-0001"}, "used up"),
    "ses": ({"access_key_id": "AKIASPENT00000000001"}, "quota"),
    "textmagic": ({"api_key": "spent-0001"}, "used up"),
    "vonage": ({"api_secret": "spent-0001"}, "used up"),
    "fcm": ({"client_email": "spent@project.example"}, "used up"),
}
LIMITED = {name: {key: value.replace("refused", "limited").replace("REFUSED", "LIMITED") for key, value in given.items()}
           for name, given in REFUSED.items() if name not in {"serpapi", "google_maps", "fcm", "sendgrid"}}  # fmt: skip


TROUBLES = [
    (provider, fault, "slow" if fault.startswith("delay") else "unclear")
    for provider in SIMULATED
    for fault in ("500", "503", "truncated", "delay:3")
    if provider not in KEYLESS and (provider != "sendgrid" or fault.isdigit())
]
"""The simulator of SendGrid arranges statuses only, that of Nominatim nothing."""


@pytest.mark.parametrize("provider", SIMULATED)
async def test_a_good_key_is_accepted(bench: Bench, provider: str) -> None:
    verdict = await bench.check(provider)
    assert verdict.outcome == "valid", verdict
    assert verdict.validation is not None


@pytest.mark.parametrize("provider", sorted(REFUSED))
async def test_a_wrong_key_is_refused_with_what_to_do(bench: Bench, provider: str) -> None:
    verdict = await bench.check(provider, REFUSED[provider])
    assert verdict.outcome == "refused", verdict
    assert verdict.words.count(".") >= 2, "what happened, and what to do"


@pytest.mark.parametrize("provider", sorted(SPENT))
async def test_a_spent_key_is_good_and_says_that_nothing_is_left(bench: Bench, provider: str) -> None:
    values, words = SPENT[provider]
    verdict = await bench.check(provider, values)
    assert verdict.outcome == "valid", verdict
    assert verdict.validation is not None
    assert verdict.validation["remaining"] == 0
    assert words in verdict.words


@pytest.mark.parametrize("provider", sorted(LIMITED))
async def test_a_busy_provider_says_nothing_about_the_key(bench: Bench, provider: str) -> None:
    verdict = await bench.check(provider, LIMITED[provider])
    if provider == "gemini":  # Google says the same for a minute's and for a day's quota.
        assert verdict.outcome == "valid"
    else:
        assert (verdict.outcome, "Try again" in verdict.words) == ("unclear", True), verdict


@pytest.mark.parametrize(("provider", "fault", "outcome"), TROUBLES)
async def test_trouble_of_the_provider_is_told_from_refusal(
    bench: Bench, provider: str, fault: str, outcome: str
) -> None:
    await bench.arrange(provider, fault)
    verdict = await bench.check(provider)
    assert verdict.outcome == outcome, verdict
    assert verdict.words


@pytest.mark.parametrize("provider", sorted(set(SIMULATED) - {"nominatim", "sendgrid", "serpapi", "google_maps"}))
async def test_a_page_for_people_is_no_answer(bench: Bench, provider: str) -> None:
    await bench.arrange(provider, "garbage")
    verdict = await bench.check(provider)
    assert verdict.outcome == "unclear", verdict


@pytest.mark.parametrize(
    ("provider", "values", "options", "outcome", "words"),
    [
        ("openai", {}, {"model": "gpt-9"}, "valid", "may not use the model gpt-9"),
        ("gemini", {"api_key": "AIza-stopped-0001"}, {}, "refused", "Enable the Generative Language API"),
        ("grok", {"api_key": "xai-stopped-0001"}, {}, "refused", "blocked"),
        ("elevenlabs", {"api_key": "sk_restricted_0001"}, {}, "valid", "user_read"),
        ("twilio", {"auth_token": "stopped-0001"}, {}, "refused", "suspended"),
        ("twilio", {"auth_token": "trial-0001"}, {}, "valid", "verified numbers only"),
        ("deepgram", {"api_key": "stopped-0001"}, {}, "valid", "not known"),
        ("sendgrid", {"api_key": "SG.restricted-0001"}, {}, "refused", "Mail Send"),
        ("ses", {"secret_access_key": "of/some/other/access/key"}, {}, "refused", "Check both parts"),
        ("ses", {"access_key_id": "AKIACALLOUTSANDBOX12"}, {}, "valid", "SES sandbox"),
        ("ses", {"access_key_id": "AKIADENIED0000000001"}, {}, "valid", "ses:GetAccount"),
        ("ses", {"access_key_id": "AKIASTOPPED000000001"}, {}, "valid", "stopped sending"),
        ("ses", {}, {"region": "eu-west-1"}, "valid", ""),
        ("sns", {"secret_access_key": "of/some/other/access/key"}, {}, "refused", "Check both parts"),
        ("sns", {"access_key_id": "AKIADENIED0000000001"}, {}, "valid", "sns:GetSMSAttributes"),
        ("sns", {"access_key_id": "AKIASPENT00000000001"}, {}, "valid", "limit is 0"),
        (
            "fcm",
            {"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"},
            {},
            "refused",
            "whole",
        ),
        ("fcm", {"project_id": "missing-project"}, {}, "refused", "no Firebase project"),
        ("fcm", {"client_email": "stopped@project.example"}, {}, "refused", "may not send"),
        ("whatsapp", {"phone_number_id": "404000001"}, {}, "refused", "no such phone number id"),
        ("whatsapp", {"access_token": "EAAstopped-0001"}, {}, "refused", "whatsapp_business_messaging"),
        ("cloned_voice", {"api_key": "spent-0001"}, {}, "valid", "no voice"),
    ],
)
async def test_what_is_particular_to_a_provider(
    bench: Bench, provider: str, values: dict[str, str], options: dict[str, Any], outcome: str, words: str
) -> None:
    verdict = await bench.check(provider, values, options)
    assert (verdict.outcome, words in verdict.words) == (outcome, True), verdict


@pytest.mark.parametrize("provider", ["ses", "sns"])
async def test_a_wrong_clock_is_not_taken_for_a_wrong_key(bench: Bench, provider: str) -> None:
    bench.late = timedelta(minutes=10)
    verdict = await bench.check(provider)
    assert (verdict.outcome, "clock" in verdict.words) == ("unclear", True), verdict


async def test_figures_are_told_in_the_same_words(bench: Bench) -> None:
    told = {name: (await bench.check(name)).validation or {} for name in ("elevenlabs", "twilio", "serpapi", "ses")}
    assert (told["elevenlabs"]["tier"], told["elevenlabs"]["remaining"]) == ("creator", 87_655)
    assert told["elevenlabs"]["details"]["voice_limit"] == 30
    assert (told["twilio"]["remaining"], told["twilio"]["unit"]) == (42.1234, "USD")
    assert (told["ses"]["quota"], told["ses"]["remaining"], told["ses"]["unit"]) == (50_000, 49_880, "mails")
    assert told["serpapi"]["unit"] == "searches"
    assert told["serpapi"]["remaining"] is not None
