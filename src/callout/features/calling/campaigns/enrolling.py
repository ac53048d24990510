"""Taking the contacts of a list into a campaign: those to be called wait, the others are left out with the reason."""

from collections.abc import Iterator, Sequence
from typing import Any

from callout.features.calling.campaigns.preflight import Judged, Sorted
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.compliance.gate import decision_row
from callout.features.calling.compliance.tables import DialDecision
from callout.features.prospecting.contact_store import insert_rows
from callout.kit.db.work import Work

_BATCH = 5000
_RANKS = {"high": 0, "medium": 1, "low": 2}


async def enrol(work: Work, campaign: Campaign, made: Sorted) -> None:
    """Writes the contacts' places and the answer each of them got; the caller knows that none has a place yet."""
    for some in _batches(made.judged):
        await insert_rows(work, CampaignContact, [_entry(campaign, one) for one in some])
        await insert_rows(work, DialDecision, [_decision(campaign, one) for one in some])


def _entry(campaign: Campaign, one: Judged) -> dict[str, Any]:
    reason = one.skip_reason
    return {
        "campaign_id": campaign.id,
        "contact_id": one.listed.person.contact_id,
        "position": one.listed.position,
        "rank": _RANKS.get(one.listed.priority, 1),
        "status": "skipped" if reason else "waiting",
        "skip_reason": reason,
        "next_attempt_at": one.at,
    }


def _decision(campaign: Campaign, one: Judged) -> dict[str, Any]:
    return decision_row(
        one.question,
        one.answer,
        "start",
        contact_id=one.listed.person.contact_id,
        campaign_id=campaign.id,
        agent_id=campaign.agent_id,
    )


def _batches(judged: Sequence[Judged]) -> Iterator[Sequence[Judged]]:
    for begin in range(0, len(judged), _BATCH):
        yield judged[begin : begin + _BATCH]
