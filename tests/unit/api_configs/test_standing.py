"""Where a provider stands, and what that makes ready."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import REQUIREMENTS, Rehearsal, Stored, requirement, status_of

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
REHEARSED = Rehearsal(is_allowed=True, providers=frozenset({"elevenlabs"}))
REGISTRY = ProviderRegistry.of(PROVIDERS)


@pytest.mark.parametrize(
    ("stored", "status"),
    [
        (Stored(is_active=False, is_valid=True, last_validated_at=NOW), "inactive"),
        (Stored(is_active=True, is_valid=False, last_validated_at=NOW), "invalid"),
        (Stored(is_active=True, is_valid=None, last_validated_at=None), "needs_validation"),
        (Stored(is_active=True, is_valid=True, last_validated_at=NOW - timedelta(hours=25)), "needs_validation"),
        (Stored(is_active=True, is_valid=True, last_validated_at=NOW - timedelta(hours=1)), "active"),
    ],
)
def test_status_of_stored_credentials(stored: Stored, status: str) -> None:
    assert status_of("elevenlabs", stored, REHEARSED, NOW) == status


def test_a_simulator_stands_in_only_where_there_is_one_and_it_is_allowed() -> None:
    forbidden = Rehearsal(is_allowed=False, providers=frozenset({"elevenlabs"}))
    assert status_of("elevenlabs", None, REHEARSED, NOW) == "sandbox"
    assert status_of("twilio", None, REHEARSED, NOW) == "not_configured"
    assert status_of("elevenlabs", None, forbidden, NOW) == "not_configured"


def test_a_feature_is_ready_when_each_group_has_one() -> None:
    missing = requirement("ai-calling", {"twilio": "active", "grok": "needs_validation"})
    assert (missing.ready, missing.missing_providers) == (False, ["elevenlabs"])
    ready = requirement("ai-calling", {"twilio": "active", "cloned_voice": "active", "grok": "active"})
    assert (ready.ready, ready.missing_providers, ready.sandbox_in_use) == (True, [], False)
    rehearsed = requirement("data-scraper", {"google_maps": "sandbox", "serpapi": "invalid"})
    assert (rehearsed.ready, rehearsed.sandbox_in_use) == (True, True)


def test_every_named_provider_is_known_and_aliases_lead_to_it() -> None:
    assert len(REGISTRY.specs) == 20
    assert all(REGISTRY.find(name) for groups in REQUIREMENTS.values() for group in groups for name in group)
    for alias, name in {"anthropic": "claude", "Google": "gemini", "xai": "grok", "nexmo": "vonage"}.items():
        found = REGISTRY.find(alias)
        assert found is not None
        assert found.provider == name
    assert REGISTRY.find("generic") is None


def test_signing_credentials_and_patterns_exist() -> None:
    for spec in PROVIDERS:
        assert spec.signs_with is None or spec.signs_with in {field.name for field in spec.fields}
        for field in spec.fields:
            re.compile(field.pattern)


@pytest.mark.parametrize(
    ("provider", "field", "good", "bad"),
    [
        ("openai", "api_key", "sk-0123456789", "abc"),
        ("claude", "api_key", "sk-ant-0123456789", "sk-0123456789"),
        ("gemini", "api_key", "AIza0123456789", "sk-0123456789"),
        ("elevenlabs", "api_key", "sk_0123456789", "sk-0123456789"),
        ("twilio", "account_sid", "AC" + "0f" * 16, "AC" + "0g" * 16),
        ("serpapi", "api_key", "01234567890", "0123456789"),
        ("smtp", "port", "587", "smtp"),
    ],
)
def test_shapes_are_checked_before_any_network(provider: str, field: str, good: str, bad: str) -> None:
    found = next(one for one in REGISTRY.specs[provider].fields if one.name == field)
    assert found.accepts(good)
    assert not found.accepts(bad)
