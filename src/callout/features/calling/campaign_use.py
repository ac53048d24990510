"""Whether a campaign that is not over needs something."""

from typing import Literal
from uuid import UUID

from sqlalchemy import select

from callout.features.calling.agents.tables import Agent
from callout.kit.db.work import Work

NOT_OVER = ("scheduled", "active", "paused")
_MOST = 20


async def open_campaigns(work: Work, column: Literal["agent_id", "phone_number_id"], row_id: UUID) -> list[str]:
    """Ids of up to 20 campaigns that are not over and name a row."""
    campaigns = Agent.metadata.tables.get("campaigns")
    if campaigns is None:
        return []
    query = select(campaigns.c.id).where(
        campaigns.c.tenant_id == work.tenant_id,
        campaigns.c[column] == row_id,
        campaigns.c.status.in_(NOT_OVER),
        campaigns.c.deleted_at.is_(None),
    )
    return [str(campaign_id) for campaign_id in (await work.session.execute(query.limit(_MOST))).scalars()]
