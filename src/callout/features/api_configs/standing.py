"""Where a provider stands with a tenant, and which features that makes ready. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from callout.features.api_configs.credential import Source

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
        is_forced: whether simulators answer even where there is a key: nothing real is reached.
        providers: those that have a simulator.
    """

    is_allowed: bool
    providers: frozenset[str]
    is_forced: bool = False

    def covers(self, provider: str) -> bool:
        """Whether a simulator may stand in for this provider."""
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


def source_of(provider: str, stored: Stored | None, rehearsal: Rehearsal, *, has_default: bool) -> Source | None:
    """Whose key is used for a provider; None when there is none.

    The tenant's own comes first, then the installation's. A simulator stands in only where nobody stored a key, so
    that a key that was switched off or refused never turns real results into made-up ones.
    """
    if rehearsal.is_forced:
        return "simulator" if rehearsal.covers(provider) else None
    if stored is not None and stored.is_active:
        return "tenant"
    if has_default:
        return "installation"
    return "simulator" if stored is None and rehearsal.covers(provider) else None


def status_of(
    provider: str, stored: Stored | None, rehearsal: Rehearsal, now: datetime, *, has_default: bool = False
) -> Status:
    """The status shown for a provider."""
    if rehearsal.is_forced and rehearsal.covers(provider):
        return "sandbox"
    if stored is None:
        if has_default:
            return "active"
        return "sandbox" if rehearsal.covers(provider) else "not_configured"
    if not stored.is_active:
        return "inactive"
    if stored.is_valid is False:
        return "invalid"
    if stored.last_validated_at is None or now - stored.last_validated_at > CHECK_HOLDS_FOR:
        return "needs_validation"
    return "active"


def usable_status(status: Status, source: Source | None) -> Status:
    """The status a feature counts on: a key that was switched off does not stop the installation's from working."""
    return "active" if source == "installation" else status


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
