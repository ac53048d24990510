"""What a campaign came to so far; null, never NaN, where there is nothing to divide by."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.estimate import ASSUMED_TALK_S
from callout.features.calling.campaigns.store import CallFigures
from callout.features.calling.campaigns.tables import Campaign
from callout.kit.db.work import Work

Stats = dict[str, Any]
_NONE = CallFigures(0, 0, 0, 0, 0)


async def stats_of(work: Work, campaign_ids: Iterable[UUID]) -> dict[UUID, Stats]:
    """The stats of campaigns, in three statements however many they are."""
    ids = list(campaign_ids)
    counts, figures = await store.counts(work, ids), await store.call_figures(work, ids)
    triggered = await store.triggered(work, ids)
    return {one: _stats(counts.get(one, {}), figures.get(one, _NONE), triggered.get(one, 0)) for one in ids}


def progress_pct(stats: Mapping[str, Any]) -> int:
    """The share of contacts that are done with, 0..100."""
    total = stats["total"]
    if not total:
        return 0
    return int(100 * (stats["skipped"] + stats["completed"] + stats["failed"]) / total)


def eta(campaign: Campaign, stats: Mapping[str, Any], now: datetime, earliest: datetime | None) -> datetime | None:
    """When an active campaign will be done with its contacts, if everybody answers; None when nothing is left.

    Args:
        campaign: its pace.
        stats: of now.
        now: the moment of asking.
        earliest: when the first waiting contact may be called; None is now.
    """
    left = stats["waiting"] + stats["retry_wait"] + stats["dialing"]
    if campaign.status != "active" or not left:
        return None
    each_s = max(campaign.call_interval_s, ASSUMED_TALK_S / campaign.max_concurrent_calls)
    begins = max(now, earliest) if earliest is not None else now
    return begins + timedelta(seconds=left * each_s)


def _stats(counts: Mapping[str, int], calls: CallFigures, triggered: int) -> Stats:
    by_status = {
        name: counts.get(name, 0) for name in ("waiting", "skipped", "dialing", "retry_wait", "done", "failed")
    }
    return {
        "total": sum(by_status.values()),
        "waiting": by_status["waiting"],
        "retry_wait": by_status["retry_wait"],
        "dialing": by_status["dialing"],
        "skipped": by_status["skipped"],
        "attempted": counts.get("attempted", 0),
        "answered": calls.answered,
        "completed": by_status["done"],
        "failed": by_status["failed"],
        "opted_out": calls.opted_out,
        "triggered": triggered,
        "calls": calls.ended,
        "abandonment_rate": round(calls.abandoned / calls.answered, 4) if calls.answered else None,
        "success_rate": round(calls.successful / calls.ended, 4) if calls.ended else None,
    }
