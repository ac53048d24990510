"""Trying a number against the rules, now or at another moment; nothing is written."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from callout.features.calling.agents import store as agents
from callout.features.calling.compliance import store
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.compliance.profiles import profile_view
from callout.features.calling.compliance.question import Check, Deny, Question
from callout.features.calling.compliance.rules import may_dial
from callout.features.calling.compliance.windows import hours_of, next_opening
from callout.features.prospecting import store as prospects
from callout.features.prospecting.inputs import tenant_phone
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.http.wire import timestamp


async def check_number(
    work: Work,
    gate: Gate,
    raw_phone: str,
    *,
    at: datetime | None = None,
    agent_id: UUID | None = None,
    campaign_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> dict[str, Any]:
    """What `may_dial` would say: {allowed, reason, next_opening, timezone, profile, checks, …}.

    Args:
        work: reads only.
        gate: gathers the facts.
        raw_phone: as people of the tenant's country write it.
        at: another moment than now, for the hours; what is known of the number is of now.
        agent_id: who would call.
        campaign_id: for which campaign.
        contact_id: whom.

    Raises:
        Unprocessable: not a phone number at all.
        NotFound: there is no such agent, campaign or contact.
    """
    await _check_named(work, agent_id=agent_id, campaign_id=campaign_id, contact_id=contact_id)
    phone = await tenant_phone(work, raw_phone)
    question = await gate.question(work, phone, agent_id=agent_id, campaign_id=campaign_id, contact_id=contact_id)
    return verdict_view(question if at is None else msgspec.structs.replace(question, now=at))


async def _check_named(work: Work, *, agent_id: UUID | None, campaign_id: UUID | None, contact_id: UUID | None) -> None:
    if agent_id is not None:
        await agents.fetch(work, agent_id)
    if campaign_id is not None and await store.find_campaign(work, campaign_id) is None:
        raise NotFound("There is no such campaign.")
    if contact_id is not None:
        await prospects.fetch(work, Contact, contact_id)


def verdict_view(question: Question) -> dict[str, Any]:
    """The answer to a question with everything it rests on."""
    answer = may_dial(question)
    denied = answer if isinstance(answer, Deny) else None
    zones = question.callee.zones
    opening = next_opening(question.week, zones, question.tenant.holidays, question.now)
    return {
        "phone": question.callee.phone,
        "at": timestamp(question.now),
        "allowed": denied is None,
        "reason": denied.reason if denied else None,
        "detail": denied.detail if denied else None,
        "retry_at": timestamp(denied.retry_at) if denied and denied.retry_at else None,
        "next_opening": timestamp(opening) if opening else None,
        "timezone": zones[0] if zones else None,
        "timezones": list(zones),
        "country": question.callee.country,
        "state": question.callee.state,
        "basis": question.callee.basis,
        "profile": profile_view(question.profile),
        "hours": hours_of(question.week),
        "checks": [_check_view(check) for check in answer.checks],
    }


def _check_view(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "passed": not check.blocks,
        "reason": check.reason,
        "detail": check.detail,
        "is_advice": check.is_advice,
        "retry_at": timestamp(check.retry_at) if check.retry_at else None,
    }
