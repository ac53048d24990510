"""Where a provider stands with a tenant, and which features that makes ready. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Status = Literal["not_configured", "inactive", "needs_validation", "active", "invalid", "sandbox"]

CHECK_HOLDS_FOR = timedelta(hours=24)
USABLE: Final = frozenset({"active", "needs_validation"})
"""Statuses in which stored credentials are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the standing is derived from.

    Attributes:
        is_valid: what the provider said at the last check; None before the first.
    """

    is_active: bool
    is_valid: bool | None
    last_validated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Which providers are simulated here.

    Attributes:
        is_allowed: whether simulators may stand in for missing keys in this installation.
        providers: those that have a simulator.
    """

    is_allowed: bool
    providers: frozenset[str]

    def covers(self, provider: str) -> bool:
        return self.is_allowed and provider in self.providers


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Whether a feature can work, and what it lacks."""

    feature: str
    ready: bool
    missing_providers: list[str]
    sandbox_in_use: bool


REQUIREMENTS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "data-scraper": (("serpapi", "google_maps"),),
    "ai-calling": (
        ("twilio",),
        ("elevenlabs", "cloned_voice"),
        ("openai", "claude", "gemini", "grok", "local_llm"),
    ),
    "voice-cloning": (("elevenlabs", "cloned_voice"),),
    "calling-operations": (("twilio",),),
}
"""Feature → groups of providers of which each must have one."""


def status_of(provider: str, stored: Stored | None, rehearsal: Rehearsal, now: datetime) -> Status:
    """The status shown for a provider."""
    if stored is None:
        return "sandbox" if rehearsal.covers(provider) else "not_configured"
    if not stored.is_active:
        return "inactive"
    if stored.is_valid is False:
        return "invalid"
    if stored.last_validated_at is None or now - stored.last_validated_at > CHECK_HOLDS_FOR:
        return "needs_validation"
    return "active"


def requirement(feature: str, statuses: Mapping[str, str]) -> Requirement:
    """Whether a feature is ready.

    Args:
        feature: a key of `REQUIREMENTS`.
        statuses: the status of each provider. Within a group one usable provider is enough; a simulated one stands in
            where none is.
    """
    missing: list[str] = []
    sandbox = False
    for group in REQUIREMENTS[feature]:
        if any(statuses.get(provider) in USABLE for provider in group):
            continue
        if any(statuses.get(provider) == "sandbox" for provider in group):
            sandbox = True
        else:
            missing.append(group[0])
    return Requirement(feature=feature, ready=not missing, missing_providers=missing, sandbox_in_use=sandbox)
