"""Questions to the rules: somebody who may be called, changed member by member."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from callout.features.calling.compliance.profiles import profile_of
from callout.features.calling.compliance.question import AgentTerms, Callee, CampaignTerms, Question, TenantTerms

MONDAY_NOON = datetime(2026, 12, 7, 17, 0, tzinfo=UTC)
"""12:00 in New York."""


def question(now: datetime = MONDAY_NOON, country: str = "US", **changes: Any) -> Question:
    """A question whose answer is yes, unless a change says otherwise; members go to the part that has them."""
    callee = Callee(phone="+13055550100", country=country, zones=("America/New_York",), basis="express_written")
    parts: dict[str, Any] = {
        "callee": callee,
        "agent": AgentTerms(),
        "campaign": CampaignTerms(),
        "tenant": TenantTerms(allowed_countries=frozenset({country})),
    }
    for name, value in changes.items():
        part = next(
            key for key, struct in parts.items() if name in struct.__struct_fields__ and not _elsewhere(name, key)
        )
        parts[part] = msgspec.structs.replace(parts[part], **{name: value})
    return Question(profile=profile_of(country), now=now, **parts)


def _elsewhere(name: str, part: str) -> bool:
    """Names that two parts have: the hours and the stop are the tenant's, those of campaigns are given whole."""
    return name in {"window", "is_stopped"} and part == "campaign"
