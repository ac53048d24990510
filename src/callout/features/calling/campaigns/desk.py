"""What the use cases of campaigns work with, put together once per process."""

from dataclasses import dataclass

from callout.features.api_configs.resolving import ProviderAccess
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.desk import PlanLimits
from callout.kit.db.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDesk:
    """The means of the use cases.

    Attributes:
        gate: asks the rules.
        plans: how many campaigns a plan allows.
        access: whether calls can be made at all.
    """

    gate: Gate
    plans: PlanLimits
    access: ProviderAccess

    async def require_calls(self, work: Work) -> None:
        """Raises ApiKeysRequired when nobody could carry, speak or think."""
        await self.access.require_feature(work, "ai-calling")
