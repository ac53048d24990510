"""Wire models of provider credentials."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from callout.features.api_configs.checking import Proof
from callout.features.api_configs.credential import Source
from callout.features.api_configs.specs import ProviderSpec
from callout.features.api_configs.standing import Requirement
from callout.features.api_configs.tables import ProviderConfig
from callout.kit.http.models import Body, Query
from callout.kit.http.wire import timestamp

Secret = Annotated[str, StringConstraints(min_length=1, max_length=8192)]
Option = str | int | float | bool | None
Feature = Literal["data-scraper", "ai-calling", "voice-cloning", "calling-operations"]


class ConfigInput(Body):
    """Credentials of one provider; they replace what was stored."""

    provider: str = Field(max_length=40)
    credentials: dict[str, Secret]
    options: dict[str, Option] = Field(default={})
    is_active: bool = True
    priority: int = Field(default=100, ge=1, le=999)
    asks_provider: bool = Field(default=True, alias="validate")
    """Whether the provider should be asked if it accepts the key; without a check for it the key stays unconfirmed."""


class ConfigPatch(Body):
    """Changes of one provider's credentials; a credential not sent stays, null removes it."""

    credentials: dict[str, Secret | None] = Field(default={})
    options: dict[str, Option] = Field(default={})
    is_active: bool = True
    priority: int = Field(default=100, ge=1, le=999)
    asks_provider: bool = Field(default=True, alias="validate")
    """Whether the provider should be asked when credentials or options change."""


class CheckInput(Body):
    """Credentials to check without storing them; the stored ones are checked when there are none."""

    credentials: dict[str, Secret] | None = None


class RequirementQuery(Query):
    """One feature, or all."""

    feature: list[Feature] | None = None

    @field_validator("feature")
    @classmethod
    def _not_empty(cls, value: list[Feature] | None) -> list[Feature] | None:
        return value or None


def spec_view(spec: ProviderSpec) -> dict[str, Any]:
    """A provider as the settings form needs it."""
    return {
        "provider": spec.provider,
        "aliases": list(spec.aliases),
        "capabilities": list(spec.capabilities),
        "label": spec.label,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "secret": field.secret,
                "required": field.required,
                "pattern": field.pattern,
                "help": field.help,
                "several_lines": field.several_lines,
            }
            for field in spec.fields
        ],
        "options": [
            {
                "name": option.name,
                "label": option.label,
                "required": option.required,
                "pattern": option.pattern,
                "help": option.help,
                "default": option.default or None,
            }
            for option in spec.options
        ],
        "setup_steps": list(spec.setup_steps),
        "docs_url": spec.docs_url or None,
        "used_by": list(spec.used_by),
    }


def config_view(provider: str, config: ProviderConfig | None, status: str, source: Source | None) -> dict[str, Any]:
    """Where a provider stands and whose key is used; never a credential."""
    return {
        "provider": provider,
        "status": status,
        "has_secret": bool(config and config.sealed),
        "secret_tail": config.secret_tail if config else None,
        "secret_fingerprint": config.secret_fingerprint if config else None,
        "options": config.options if config else {},
        "is_active": config.is_active if config else False,
        "priority": config.priority if config else 100,
        "mode": "sandbox" if source == "simulator" else "live",
        "source": source,
        "last_validated_at": timestamp(config.last_validated_at) if config else None,
        "validation": config.validation if config else None,
        "usage_count": config.usage_count if config else 0,
        "last_used_at": timestamp(config.last_used_at) if config else None,
        "last_error": config.last_error if config else None,
    }


def reduced_view(view: dict[str, Any]) -> dict[str, Any]:
    """What viewers and machines may know: the provider, its status, and whether it is real."""
    return {name: view[name] for name in ("provider", "status", "mode")}


def proof_view(proof: Proof, status: str) -> dict[str, Any]:
    """What a check came to."""
    verdict = proof.verdict
    return {
        "provider": proof.credential.provider,
        "valid": verdict.outcome == "valid" if verdict.outcome != "unchecked" else None,
        "status": status,
        "mode": proof.credential.mode,
        "stored": proof.stored,
        "validation": verdict.validation,
        "detail": verdict.words or None,
    }


def requirement_view(requirement: Requirement, setup_url: str) -> dict[str, Any]:
    """Whether a feature is ready."""
    return {
        "feature": requirement.feature,
        "ready": requirement.ready,
        "missing_providers": requirement.missing_providers,
        "setup_url": setup_url,
        "sandbox_in_use": requirement.sandbox_in_use,
    }
