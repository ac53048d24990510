"""The gate every dial passes twice: gathers the facts, asks the rules, keeps the answer."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from callout.features.calling.agents import store as agents
from callout.features.calling.calls.ports import DialQuestion, Verdict
from callout.features.calling.compliance import store
from callout.features.calling.compliance.gathering import agent_terms, callees, campaign_terms, house_of, person
from callout.features.calling.compliance.profiles import profile_of
from callout.features.calling.compliance.question import AgentTerms, Allow, Deny, Question
from callout.features.calling.compliance.rules import may_dial
from callout.features.calling.compliance.tables import DialDecision
from callout.features.calling.compliance.windows import hours_of
from callout.features.calling.managed.ports import ManagedAccess
from callout.features.calling.ports import Mode, TelephonyAccess
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

Moment = Literal["start", "create", "dial"]
_DETAIL = 300


class Gate:
    """Implements `calls.ports.DialGate`."""

    def __init__(self, telephony: TelephonyAccess, managed: ManagedAccess | None = None) -> None:
        """Takes what knows who carries a tenant's calls, and who places those of agents that speak at a provider."""
        self._telephony = telephony
        self._managed = managed

    async def mode_of(self, work: Work, agent_id: UUID | None) -> Mode | None:
        """How an agent's calls are carried: live or by a simulator; None when nobody can."""
        agent = await agents.find(work, agent_id) if agent_id is not None else None
        if agent is not None and agent.engine == "managed":
            speaker = await self._managed.managed_of(work) if self._managed is not None else None
            return speaker.mode if speaker is not None else None
        chosen = await self._telephony.telephony_of(work)
        return chosen.mode if chosen is not None else None

    async def may_dial(self, work: Work, question: DialQuestion) -> Verdict:
        """Answers for this very moment and keeps the answer in this transaction.

        The phone is locked until the transaction ends: whoever marks the call as begun in it knows that no other call
        to this phone is begun meanwhile.
        """
        await store.lock_phone(work, question.phone)
        asked = await self.question(
            work,
            question.phone,
            agent_id=question.agent_id,
            contact_id=question.contact_id,
            campaign_id=question.campaign_id,
            call_id=question.call_id,
        )
        answer = may_dial(asked)
        row = decision_row(
            asked,
            answer,
            question.moment,
            contact_id=question.contact_id,
            campaign_id=question.campaign_id,
            agent_id=question.agent_id,
            call_id=question.call_id,
        )
        work.session.add(DialDecision(**row))
        await work.session.flush()
        if isinstance(answer, Allow):
            return Verdict(allowed=True, decision_id=row["id"])
        return Verdict(
            allowed=False,
            reason=answer.reason,
            retry_at=answer.retry_at,
            detail=answer.detail,
            decision_id=row["id"],
        )

    async def question(
        self,
        work: Work,
        phone: str,
        *,
        agent_id: UUID | None = None,
        contact_id: UUID | None = None,
        campaign_id: UUID | None = None,
        call_id: UUID | None = None,
    ) -> Question:
        """Everything the rules look at for one number; reads only."""
        campaign = await store.find_campaign(work, campaign_id) if campaign_id else None
        house = await house_of(work, await self.mode_of(work, agent_id), for_campaign=campaign is not None)
        who = await person(work, phone, contact_id)
        [callee] = await callees(work, [who], house, campaign=campaign, but=call_id)
        return Question(
            callee=callee,
            profile=profile_of(callee.country),
            agent=await agent_terms(work, agent_id) if agent_id else AgentTerms(),
            campaign=campaign_terms(campaign, house),
            tenant=house.terms,
            now=work.now,
        )


def decision_row(
    question: Question,
    answer: Allow | Deny,
    moment: Moment,
    *,
    contact_id: UUID | None,
    campaign_id: UUID | None,
    agent_id: UUID | None,
    call_id: UUID | None = None,
) -> dict[str, Any]:
    """The audit row of an answer, without what every row has."""
    denied = answer if isinstance(answer, Deny) else None
    told = [check for check in answer.checks if check.reason is not None or moment != "start"]
    return {
        "id": uuid7(),
        "at": question.now,
        "moment": moment,
        "phone": question.callee.phone,
        "contact_id": contact_id,
        "campaign_id": campaign_id,
        "agent_id": agent_id,
        "call_id": call_id,
        "is_allowed": denied is None,
        "reason": denied.reason if denied else None,
        "detail": denied.detail[:_DETAIL] if denied and denied.detail else None,
        "retry_at": denied.retry_at if denied else None,
        "profile": question.profile.code,
        "profile_reviewed": question.profile.reviewed,
        "facts": _facts(question),
        "checks": [msgspec.to_builtins(check) for check in told],
    }


def _facts(question: Question) -> dict[str, Any]:
    callee = question.callee
    return {
        "zones": list(callee.zones[:5]),
        "country": callee.country,
        "state": callee.state,
        "basis": callee.basis,
        "purpose": question.campaign.purpose,
        "hours": hours_of(question.week),
        "dialled_30d": len(callee.dialled),
        "registry": callee.registry,
        "is_sandbox": question.tenant.is_sandbox,
    }
