"""One of everything a business has of campaigns, of managed agents and of compliance; every text carries its mark."""

import io
from datetime import date

from sqlalchemy import select

from callout.features.calling.agents.tables import Agent
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.compliance.registries import keep_registry, read_registry
from callout.features.calling.compliance.tables import DialDecision
from callout.features.calling.managed.tables import ManagedAgentCopy
from callout.features.prospecting.tables import CallList, Contact
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from tests.system.business import Business


async def furnish_campaigns(business: Business) -> None:
    """A draft with a contact, an agent as a provider has it, an answer of the rules, and a registry."""
    mark = business.mark
    async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
        agent, called, people = [
            (await work.session.execute(select(table).where(table.tenant_id == work.tenant_id))).scalars().all()  # type: ignore[attr-defined]
            for table in (Agent, CallList, Contact)
        ]
        campaign = Campaign(
            id=uuid7(), name=f"Spring {mark}", agent_id=agent[0].id, call_list_id=called[0].id,
            retry_after_min={"busy": 15, "no_answer": 240, "failed": 30}, script_variables={"service": mark},
        )  # fmt: skip
        work.session.add(campaign)
        await work.session.flush()
        contact = people[0]
        work.session.add_all(
            [
                CampaignContact(campaign_id=campaign.id, contact_id=contact.id, position=1),
                ManagedAgentCopy(
                    id=uuid7(), agent_id=agent[0].id, provider="elevenlabs", key_id=f"key-{mark}",
                    external_id=f"agent-{mark}", digest=bytes(32),
                ),
                DialDecision(
                    at=work.now, moment="create", phone=contact.phone, contact_id=contact.id, campaign_id=campaign.id,
                    agent_id=agent[0].id, is_allowed=False, reason="outside_window", detail=f"Late for {mark}.",
                    profile="US", profile_reviewed=date(2026, 1, 1), facts={}, checks=[],
                ),
            ]
        )  # fmt: skip
        file = io.BytesIO(business.number(61).removeprefix("+").encode())
        await keep_registry(
            work, read_registry(file, "US"), name=f"Registry {mark}", country="US", published_on=work.now.date(),
            filename=f"{mark}.txt",
        )  # fmt: skip
