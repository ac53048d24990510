"""The use cases of agents: make, change, take away."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.calling.agents import store
from callout.features.calling.agents.disclosure import complaint
from callout.features.calling.agents.schemas import AgentPatch, NewAgent
from callout.features.calling.agents.tables import Agent
from callout.features.calling.campaign_use import open_campaigns
from callout.features.calling.desk import PlanLimits
from callout.features.calling.errors import DisclosureRequired, InUse
from callout.features.calling.events import AgentUpdated
from callout.features.calling.numbers import store as number_store
from callout.features.calling.voices.choosing import ready_voice
from callout.features.calling.voices.stock import Stock
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.writes import IfMatch


async def create_agent(work: Work, data: NewAgent, *, stock: Stock, plans: PlanLimits) -> Agent:
    """Makes an agent.

    Raises:
        PaymentRequired: the plan allows no more.
        VoiceNotReady: the voice cannot speak yet.
        DisclosureRequired: the first sentence does not say who calls and that an AI speaks.
        Unprocessable: a voice, number or knowledge base that does not exist.
    """
    await plans.check(work, "agents")
    agent = Agent(tenant_id=work.tenant_id)
    await _assign(work, agent, data.model_dump(), stock)
    work.session.add(agent)
    await work.session.flush()
    await _told(work, agent, "created")
    await audit(work, "agent.create", "agent", agent.id, after={"name": agent.name, "voice_id": str(agent.voice_id)})
    return agent


async def update_agent(work: Work, agent_id: UUID, data: AgentPatch, if_match: IfMatch, *, stock: Stock) -> Agent:
    """Changes the members sent; calls under way keep the agent as it was when they began.

    Raises:
        VoiceNotReady, DisclosureRequired, Unprocessable: as for a new agent.
    """
    agent = await store.fetch(work, agent_id, lock=True)
    if_match.check(agent.version)
    given = data.given()
    before = {name: getattr(agent, name) for name in given}
    await _assign(work, agent, given, stock)
    await work.session.flush()
    changed = {name: value for name, value in before.items() if getattr(agent, name) != value}
    if changed:
        await _told(work, agent, "updated")
        after = {name: getattr(agent, name) for name in changed}
        await audit(work, "agent.update", "agent", agent.id, before=_plain(changed), after=_plain(after))
    return agent


async def delete_agent(work: Work, agent_id: UUID, if_match: IfMatch) -> None:
    """Takes an agent away; past calls still name it, numbers it answered ring on without an answer.

    Raises:
        InUse: a campaign that is not over calls with it.
    """
    agent = await store.fetch(work, agent_id, lock=True)
    if_match.check(agent.version)
    campaigns = await open_campaigns(work, "agent_id", agent.id)
    if campaigns:
        raise InUse("A campaign that is not over calls with this agent. Cancel it first.", campaign_ids=campaigns)
    agent.deleted_at = work.now
    await number_store.forget_agent(work, agent.id)
    await work.session.flush()
    await _told(work, agent, "deleted")
    await audit(work, "agent.delete", "agent", agent.id, before={"name": agent.name})


async def stop_agents(work: Work, agents: Sequence[Agent], reason: str) -> list[str]:
    """Switches agents off because they cannot speak any more; returns the ids of those that were on."""
    stopped = [agent for agent in agents if agent.status == "active"]
    for agent in stopped:
        agent.status, agent.inactive_reason = "inactive", reason
    await work.session.flush()
    for agent in stopped:
        await _told(work, agent, "deactivated")
        await audit(work, "agent.deactivate", "agent", agent.id, after={"status": "inactive"}, reason=reason)
    return [str(agent.id) for agent in stopped]


async def _assign(work: Work, agent: Agent, values: Mapping[str, Any], stock: Stock) -> None:
    voice_id = values.get("voice_id")
    if voice_id is not None and voice_id != agent.voice_id and await ready_voice(work, voice_id, stock) is None:
        raise Unprocessable.at("voice_id", "there is no such voice")
    await _check_references(work, values)
    for name, value in values.items():
        setattr(agent, name, [str(one) for one in value] if name == "knowledge_base_ids" else value)
    if "status" in values:
        agent.inactive_reason = None
    if complained := complaint(agent.disclosure_line, agent.language):
        raise DisclosureRequired.at("disclosure_line", complained, code="disclosure_required")
    if agent.voicemail_action == "leave_message" and not agent.voicemail_message:
        raise Unprocessable.at("voicemail_message", "write what to say to an answering machine", code="required")


async def _check_references(work: Work, values: Mapping[str, Any]) -> None:
    base_ids = values.get("knowledge_base_ids") or []
    missing = set(base_ids) - set(await store.bases(work, base_ids)) if base_ids else set()
    if missing:
        raise Unprocessable.at("knowledge_base_ids", f"there is no such knowledge base: {min(map(str, missing))}")
    number_id = values.get("phone_number_id")
    if number_id is not None and await number_store.find(work, number_id) is None:
        raise Unprocessable.at("phone_number_id", "there is no such number")


async def _told(work: Work, agent: Agent, change: str) -> None:
    await work.publish(AgentUpdated(noun_id=agent.id, change=change, name=agent.name, status=agent.status))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: float(value) if isinstance(value, Decimal) else str(value) if isinstance(value, UUID) else value
        for name, value in values.items()
    }
