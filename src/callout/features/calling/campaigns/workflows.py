"""Durable work on campaigns: looks again and again, woken by ends of calls, until the campaign is over or paused."""

from datetime import timedelta
from uuid import UUID

from callout.features.calling.campaigns import dialling, store
from callout.features.calling.campaigns.leases import look_after_leases
from callout.features.calling.campaigns.steering import QUEUE, TOPIC, WORKFLOW, set_to_work
from callout.features.calling.compliance.gate import Gate
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

LOOKS = 400
"""Of one run; then another takes over, so that none has a long past to be gone through after a crash."""
LOST_AFTER = timedelta(minutes=2)
RESCUE = "rescue_campaigns"


def register(
    flows: Workflows, database: Database, *, gate: Gate, longest_wait_s: float = dialling.LONGEST_WAIT_S
) -> None:
    """Registers the work on campaigns.

    Args:
        flows: what it is registered with.
        database: of the steps.
        gate: asks the rules.
        longest_wait_s: a campaign looks again after this at the latest, whatever its clock says.
    """
    flows.queue(QUEUE)
    clock = database.clock

    @flows.step("campaigns.look", retries=10)
    async def look(tenant_id: str, campaign_id: str, run: int) -> float | None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return (await dialling.look(work, gate, UUID(campaign_id), run)).wait_s

    @flows.step("campaigns.hand_on", retries=10)
    async def hand_on(tenant_id: str, campaign_id: str, run: int) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await start_again(work, UUID(campaign_id), run)

    @flows.workflow(WORKFLOW)
    async def run_campaign(tenant_id: str, campaign_id: str, run: int) -> None:
        for _ in range(LOOKS):
            wait_s = await look(tenant_id, campaign_id, run)
            if wait_s is None:
                return
            if wait_s > 0:
                await flows.receive(TOPIC, timeout_s=min(wait_s, longest_wait_s) / clock.speed)
        await hand_on(tenant_id, campaign_id, run)


async def start_again(work: Work, campaign_id: UUID, run: int) -> None:
    """Has a new run take over from one; where another did already, nothing happens."""
    try:
        campaign = await store.lock(work, campaign_id)
    except NotFound:
        return
    if campaign.run == run and campaign.status in ("active", "scheduled"):
        await set_to_work(work, campaign, None)


async def rescue(work: Work, lost_after: timedelta = LOST_AFTER) -> None:
    """Starts the work anew on campaigns that should have looked long ago; concludes calls nobody told the end of."""
    for campaign_id in await store.overdue(work, work.now - lost_after):
        campaign = await store.lock(work, campaign_id)
        if campaign.due_at is not None and campaign.due_at < work.now - lost_after:
            await start_again(work, campaign_id, campaign.run)
    await look_after_leases(work)
