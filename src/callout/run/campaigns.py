"""How campaigns are put together: who allows their calls, what follows from their ends, who works on them."""

from collections.abc import Awaitable, Callable

from callout.features.api_configs.resolving import ProviderAccess
from callout.features.calling.calls.events import CallEnded
from callout.features.calling.campaigns import reactions, workflows
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.campaigns.events import CampaignFinished, CampaignPaused
from callout.features.calling.compliance.decision_export import DecisionExport
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.managed.ports import ManagedAccess
from callout.features.calling.ports import TelephonyAccess
from callout.features.exports.ports import ExportSource
from callout.features.notifications import campaign_news
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.events import ContactsMerged, ContactSuppressed
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events import Bus
from callout.kit.workflows import Workflows

RESCUE: Callable[[Work], Awaitable[object]] = workflows.rescue
"""Swept every half minute."""


def make_campaigns(
    telephony: TelephonyAccess, managed: ManagedAccess, plans: PlanLimits, access: ProviderAccess
) -> CampaignDesk:
    """What the routes of campaigns and of compliance work with."""
    return CampaignDesk(gate=Gate(telephony, managed), plans=plans, access=access)


def campaign_sources() -> list[ExportSource]:
    """What can be exported."""
    return [DecisionExport()]


def bind_campaigns(bus: Bus) -> None:
    """Binds what follows in the same transaction."""
    bus.on(CallEnded, reactions.call_ended)
    bus.on(ContactSuppressed, reactions.contact_suppressed)
    bus.on(ContactsMerged, reactions.follow_merge)
    bus.on(CampaignPaused, campaign_news.on_campaign_paused)
    bus.on(CampaignFinished, campaign_news.on_campaign_finished)


def register_campaigns(flows: Workflows, database: Database, desk: CampaignDesk) -> None:
    """Registers the work on campaigns."""
    workflows.register(flows, database, gate=desk.gate)
