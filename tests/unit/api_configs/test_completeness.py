"""Every provider of the product has a form, a check, and a simulator or a reason for none."""

import re
from typing import Any

import httpx
import pytest

from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.rehearsing import values_for
from callout.features.api_configs.schemas import spec_view
from callout.features.api_configs.shapes import AddressRules, check_credentials, check_options
from callout.features.api_configs.specs import ProviderRegistry, ProviderSpec
from callout.features.api_configs.standing import REQUIREMENTS
from callout.run.errors import RunError
from callout.run.outbound import Outbound
from callout.run.provider_checks import provider_checks
from callout.run.provider_defaults import provider_defaults
from callout.sandbox.server import SIMULATORS
from callout.settings import ProviderKeySettings

CAPABILITIES = {
    "llm", "tts", "stt", "voice_clone", "telephony", "places", "email", "sms", "push", "whatsapp", "geocode",
}  # fmt: skip
ENUM = [
    "openai",
    "gemini",
    "claude",
    "grok",
    "elevenlabs",
    "cloned_voice",
    "twilio",
    "serpapi",
    "google_maps",
    "deepgram",
    "sendgrid",
    "ses",
    "smtp",
    "sns",
    "textmagic",
    "vonage",
    "fcm",
    "whatsapp",
    "nominatim",
    "local_llm",
]
REGISTRY = ProviderRegistry.of(PROVIDERS)
every_spec = pytest.mark.parametrize("spec", PROVIDERS, ids=lambda spec: spec.provider)


def test_the_providers_are_those_of_the_product() -> None:
    assert [spec.provider for spec in PROVIDERS] == ENUM


async def test_every_provider_has_a_check() -> None:
    outbound = Outbound(httpx.AsyncClient(), AddressRules(), user_agent="tests")
    assert sorted(provider_checks(outbound)) == sorted(ENUM)
    await outbound.aclose()


@every_spec
def test_every_provider_has_a_simulator_or_a_reason_for_none(spec: ProviderSpec) -> None:
    assert (spec.provider in SIMULATORS) != bool(spec.without_simulator)
    if spec.provider in SIMULATORS:
        assert check_credentials(spec, values_for(spec)) == [], "the simulator takes what the form would take"


@every_spec
def test_the_form_follows_wholly_from_the_spec(spec: ProviderSpec) -> None:
    view = spec_view(spec)
    assert view["label"]
    assert view["setup_steps"]
    assert str(view["docs_url"]).startswith("https://")
    assert set(spec.capabilities) <= CAPABILITIES
    assert set(spec.used_by) <= set(REQUIREMENTS)
    for field in [*view["fields"], *view["options"]]:
        assert field["label"]
        re.compile(field["pattern"])
    names = [field.name for field in (*spec.fields, *spec.options)]
    assert len(names) == len(set(names))
    needs_address = any(option.name == "base_url" and option.required for option in spec.options)
    assert spec.base_url or needs_address or spec.provider in {"smtp", "cloned_voice"}
    assert spec.address({}) == spec.base_url.replace("{region}", "us-east-1")


@pytest.mark.parametrize("feature", sorted(REQUIREMENTS))
def test_what_a_feature_needs_says_that_it_is_used_by_it(feature: str) -> None:
    for group in REQUIREMENTS[feature]:
        assert all(feature in REGISTRY.specs[name].used_by for name in group)


@pytest.mark.parametrize(
    ("provider", "options", "field"),
    [
        ("local_llm", {}, "options.base_url"),
        ("nominatim", {"base_url": ""}, "options.base_url"),
        ("openai", {"base_url": "http://example.com"}, "options.base_url"),
        ("openai", {"base_url": "https://"}, "options.base_url"),
        ("openai", {"base_url": "https://a:b@example.com"}, "options.base_url"),
        ("openai", {"base_url": "https://example.com:99999"}, "options.base_url"),
        ("ses", {"region": "mars"}, "options.region"),
        ("twilio", {"from_number": "0123"}, "options.from_number"),
        ("twilio", {"colour": "red"}, "options.colour"),
        ("sendgrid", {"sender": "nobody"}, "options.sender"),
    ],
)
def test_options_are_checked_before_any_network(provider: str, options: dict[str, Any], field: str) -> None:
    found = check_options(REGISTRY.specs[provider], options, AddressRules())
    assert [error.field for error in found] == [field]


def test_hosts_that_are_listed_may_go_without_tls() -> None:
    rules = AddressRules(private_hosts=frozenset({"models.internal", "10.0.0.5:8080"}))
    spec = REGISTRY.specs["local_llm"]
    for address in ("http://models.internal", "http://models.internal:9000", "http://10.0.0.5:8080"):
        assert check_options(spec, {"base_url": address}, rules) == []
    assert check_options(spec, {"base_url": "http://10.0.0.5:8081"}, rules) != []


def test_settings_become_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENAI_API_KEY": "sk-0123456789",
        "SES_ACCESS_KEY_ID": "AKIA0123456789ABCDEF",
        "SES_SECRET_ACCESS_KEY": "0123456789abcdef0123456789",
        "SES_REGION": "eu-west-1",
        "SENDGRID_BASE_URL": "https://api.eu.sendgrid.com",
        "NOMINATIM_URL": "http://nominatim:8080",
    }.items():
        monkeypatch.setenv(name, value)
    found = provider_defaults(ProviderKeySettings(), REGISTRY)
    assert sorted(found) == ["nominatim", "openai", "sendgrid", "ses"]
    assert (found["ses"].options, found["ses"].is_key) == ({"region": "eu-west-1"}, True)
    assert (found["sendgrid"].is_key, found["nominatim"].is_key) == (False, True), "an address alone is no key"
    assert "0123456789" not in repr(found)


def test_incomplete_settings_stop_the_start_and_name_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    with pytest.raises(RunError, match=r"Twilio.*Auth token is missing"):
        provider_defaults(ProviderKeySettings(), REGISTRY)
