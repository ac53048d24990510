"""Facts campaigns publish (product specification §9.1); the noun is the campaign."""

from typing import Any, ClassVar
from uuid import UUID

from callout.kit.events import Event


class CampaignStarted(Event, frozen=True, kw_only=True):
    """Calls begin, or go on after a pause; `status` is scheduled where they begin later."""

    type: ClassVar[str] = "campaign.started"
    name: str
    status: str
    is_resumed: bool = False


class CampaignPaused(Event, frozen=True, kw_only=True):
    """No call begins until it is resumed; calls under way go on."""

    type: ClassVar[str] = "campaign.paused"
    name: str
    reason: str
    detail: str | None = None


class CampaignFinished(Event, frozen=True, kw_only=True):
    """Completed, or cancelled."""

    type: ClassVar[str] = "campaign.finished"
    name: str
    status: str
    stats: dict[str, Any]


class CampaignProgress(Event, frozen=True, kw_only=True):
    """A contact moved on."""

    type: ClassVar[str] = "campaign.progress"
    contact_id: UUID
    contact_status: str
    outcome: str | None
    progress_pct: int
    counts: dict[str, int]
