"""Before a campaign begins: whom it will call now, whom later, whom not and why, how long it takes, what it costs."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from callout.features.calling.agents import store as agents
from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.estimate import Past, estimate, estimate_view
from callout.features.calling.campaigns.store import Listed
from callout.features.calling.campaigns.tables import Campaign
from callout.features.calling.compliance import store as compliance
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.compliance.gathering import agent_terms, callees, campaign_terms, house_of
from callout.features.calling.compliance.profiles import profile_of
from callout.features.calling.compliance.question import Allow, Deny, Question, TenantTerms
from callout.features.calling.compliance.registries import is_outdated
from callout.features.calling.compliance.rules import may_dial
from callout.features.calling.numbers import store as numbers
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

EXAMPLES = 20
_DEFAULT_DURATION_S = 300
_PASSING = frozenset({"outside_window", "duplicate"})
"""Who sleeps, or is talking to us just now, is called later; a duplicate of another campaign has no later."""


class Judged(NamedTuple):
    """A contact of the list with the answer of the rules; `retry_at` is set for those that are called later."""

    listed: Listed
    question: Question
    answer: Allow | Deny

    @property
    def skip_reason(self) -> str | None:
        """Why the campaign leaves the contact out; None for those it calls, now or later."""
        if isinstance(self.answer, Allow) or (self.is_later and self.answer.skip_reason in _PASSING):
            return None
        return self.answer.skip_reason

    @property
    def is_later(self) -> bool:
        """Whether time alone heals what speaks against a call."""
        return isinstance(self.answer, Deny) and self.answer.retry_at is not None

    @property
    def at(self) -> datetime | None:
        """When the contact is called; None is now, or never."""
        return self.answer.retry_at if isinstance(self.answer, Deny) and self.skip_reason is None else None


class Sorted(NamedTuple):
    """The contacts of a campaign, judged, and by which business."""

    judged: list[Judged]
    tenant: TenantTerms
    mode: str | None

    @property
    def is_empty(self) -> bool:
        """Whether nobody would be called, now or later."""
        return all(one.skip_reason is not None for one in self.judged)


async def sort_contacts(work: Work, gate: Gate, campaign: Campaign, *, only_new: bool = False) -> Sorted:
    """Judges every contact of the list as if the campaign were active; reads only, a dozen statements in all."""
    house = await house_of(work, await gate.mode_of(work, campaign.agent_id), for_campaign=True)
    known = campaign.id if only_new else None
    listed = await store.listed(work, campaign.call_list_id, campaign.contact_filter, but=known)
    found = await callees(work, [one.person for one in listed], house, campaign=campaign)
    agent, terms = await agent_terms(work, campaign.agent_id), campaign_terms(campaign, house, is_beginning=True)
    judged = []
    for one, callee in zip(listed, found, strict=True):
        question = Question(
            callee=callee,
            profile=profile_of(callee.country),
            agent=agent,
            campaign=terms,
            tenant=house.terms,
            now=work.now,
        )
        judged.append(Judged(one, question, may_dial(question)))
    return Sorted(judged, house.terms, house.mode)


async def preflight_view(work: Work, campaign: Campaign, made: Sorted) -> dict[str, Any]:
    """Shape Preflight (API specification §3.4)."""
    called = [one for one in made.judged if one.skip_reason is None]
    later = [one.at for one in called if one.at is not None]
    agent = await agents.by_ids(work, [campaign.agent_id])
    longest = campaign.max_call_duration_s or next(
        (row.max_call_duration_s for row in agent.values()), _DEFAULT_DURATION_S
    )
    told = estimate(
        len(called),
        await _past(work),
        max_retries=campaign.max_retries,
        most_at_once=campaign.max_concurrent_calls,
        interval_s=campaign.call_interval_s,
        max_duration_s=longest,
    )
    return {
        "total": len(made.judged),
        "dialable_now": len(called) - len(later),
        "dialable_later": len(later),
        "next_opening": timestamp(min(later)) if later else None,
        "skipped": _skipped(made.judged),
        "warnings": await _warnings(work, campaign, made, len(called)),
        **estimate_view(told),
        "mode": made.mode,
        "at": timestamp(work.now),
    }


def _skipped(judged: Sequence[Judged]) -> dict[str, Any]:
    skipped: dict[str, Any] = {}
    for one in judged:
        if (reason := one.skip_reason) is not None:
            told = skipped.setdefault(reason, {"count": 0, "examples": []})
            told["count"] += 1
            if len(told["examples"]) < EXAMPLES:
                told["examples"].append(str(one.listed.person.contact_id))
    return skipped


async def _warnings(work: Work, campaign: Campaign, made: Sorted, called: int) -> list[dict[str, Any]]:
    warnings: list[dict[str, Any]] = []
    advised = sum(
        one.skip_reason is None and any(check.is_advice for check in one.answer.checks) for one in made.judged
    )
    if advised:
        detail = f"{advised} contacts have no consent that permits this call."
        warnings.append({"code": "consent_missing", "count": advised, "detail": detail})
    left = made.tenant.calls_left
    if left is not None and left < called:
        detail = f"The plan allows {left} more calls this month."
        warnings.append({"code": "over_plan_limit", "count": called - left, "detail": detail})
    if await _lacks_number(work, campaign):
        warnings.append({"code": "no_from_number", "detail": "There is no number of your own to call from."})
    for registry in await compliance.registries(work):
        if is_outdated(registry, work.now.date()):
            detail = f"The registry {registry.name} is of {registry.published_on}; fetch it anew."
            warnings.append({"code": "registry_outdated", "detail": detail})
    return warnings


async def _lacks_number(work: Work, campaign: Campaign) -> bool:
    if campaign.phone_number_id is not None:
        return await numbers.find(work, campaign.phone_number_id) is None
    return await numbers.default_number(work) is None


async def _past(work: Work) -> Past:
    row = await store.past(work)
    minutes = (row["priced_s"] or 0) / 60
    return Past(
        dialled=int(row["dialled"]),
        answered=int(row["answered"]),
        mean_talk_s=float(row["talk_s"]) if row["talk_s"] is not None else None,
        per_min=Decimal(row["cost"]) / Decimal(str(minutes)) if minutes and row["cost"] else None,
    )
