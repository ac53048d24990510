"""One contact before its call: what would be said, from which number, and whether it may be called."""

from typing import Any
from uuid import UUID

from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.agents import store as agents
from callout.features.calling.agents.variables import filled
from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.tables import Campaign
from callout.features.calling.compliance.checking import verdict_view
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.compliance.gathering import agent_terms, callees, campaign_terms, house_of, person_of
from callout.features.calling.compliance.profiles import profile_of
from callout.features.calling.compliance.question import Question
from callout.features.calling.compliance.recording import recording_rule
from callout.features.calling.numbers import store as numbers
from callout.features.prospecting import store as prospects
from callout.features.prospecting.tables import CallList, Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def preview(work: Work, gate: Gate, campaign: Campaign, contact_id: UUID) -> dict[str, Any]:
    """What a call of a campaign to a contact would be; reads only.

    Raises:
        NotFound: there is no such contact.
    """
    contact = await prospects.fetch(work, Contact, contact_id)
    agent = await agents.fetch(work, campaign.agent_id)
    tenant = await own_tenant(work)
    values = {
        "contact_name": contact.name,
        "business_name": tenant.name,
        "tenant_name": tenant.name,
        "agent_name": agent.name,
        **{name: str(value) for name, value in campaign.script_variables.items()},
    }
    entry = await store.entry(work, campaign.id, contact_id)
    return {
        "contact": {"id": contact.id, "name": contact.name},
        "agent": {"id": agent.id, "name": agent.name},
        "from_number": await _from_number(work, campaign),
        "first_words": filled(agent.disclosure_line, values),
        "welcome_message": filled(agent.welcome_message, values),
        "voicemail_message": filled(agent.voicemail_message, values) if agent.voicemail_message else None,
        "script": await _script(work, campaign, values),
        "variables": values,
        "recording": await recording_rule(work, contact.phone),
        "max_duration_s": campaign.max_call_duration_s or agent.max_call_duration_s,
        "status": entry.status if entry else None,
        "attempts": entry.attempts if entry else 0,
        "check": verdict_view(await _question(work, gate, campaign, contact)),
    }


async def _question(work: Work, gate: Gate, campaign: Campaign, contact: Contact) -> Question:
    house = await house_of(work, await gate.mode_of(work, campaign.agent_id), for_campaign=True)
    [callee] = await callees(work, [person_of(contact)], house, campaign=campaign)
    return Question(
        callee=callee,
        profile=profile_of(callee.country),
        agent=await agent_terms(work, campaign.agent_id),
        campaign=campaign_terms(campaign, house, is_beginning=campaign.status in ("draft", "scheduled")),
        tenant=house.terms,
        now=work.now,
    )


async def _from_number(work: Work, campaign: Campaign) -> str | None:
    if campaign.phone_number_id is not None:
        number = await numbers.find(work, campaign.phone_number_id)
    else:
        number = await numbers.default_number(work)
    return number.phone if number is not None else None


async def _script(work: Work, campaign: Campaign, values: dict[str, str]) -> str | None:
    try:
        script = (await prospects.fetch(work, CallList, campaign.call_list_id)).call_script
    except NotFound:
        return None
    return "\n".join(filled(line, values) for line in script.splitlines()) if script else None
