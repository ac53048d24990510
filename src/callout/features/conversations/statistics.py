"""Figures of a window of time: how many conversations, how well they went, what came of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Integer, case, cast, func, select

from callout.features.conversations.tables import Conversation, InboundEvent
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

C = Conversation

WINDOWS: Final = {
    "1h": (timedelta(hours=1), 12),
    "24h": (timedelta(hours=24), 24),
    "7d": (timedelta(days=7), 7),
    "30d": (timedelta(days=30), 30),
}
"""Window → its length and the number of buckets of its timeline."""


async def window_stats(work: Work, window: str, calling_systems: Sequence[str] | None) -> dict[str, Any]:
    """Totals, rates and a timeline of the conversations created in a window that ends now."""
    length, buckets = WINDOWS[window]
    start = work.now - length
    width_s = length.total_seconds() / buckets
    conditions = [C.tenant_id == work.tenant_id, C.created_at >= start, C.created_at <= work.now]
    if calling_systems:
        conditions.append(C.calling_system.in_(calling_systems))
    bucket = cast(func.floor(func.extract("epoch", C.created_at - start) / width_s), Integer)
    query = (
        select(
            bucket.label("bucket"),
            C.calling_system,
            func.count().label("total"),
            func.count(case((C.status == "completed", 1))).label("success"),
            func.count(case((C.status == "failed", 1))).label("failure"),
            func.count(case((C.cache_status == "hit", 1))).label("hits"),
            func.count(case((C.triggers_detected > 0, 1))).label("triggered"),
            func.count(case((C.vendor_selection_triggered, 1))).label("selected"),
            func.count(C.processing_ms).label("timed"),
            cast(func.coalesce(func.sum(C.processing_ms), 0), Integer).label("ms"),
        )
        .where(*conditions)
        .group_by(bucket, C.calling_system)
    )
    rows = (await work.session.execute(query)).all()
    total = _sum(rows, "total")
    return {
        "window": window,
        "from": timestamp(start),
        "to": timestamp(work.now),
        "total": total,
        "success": _sum(rows, "success"),
        "failure": _sum(rows, "failure"),
        "mean_ms": _ratio(_sum(rows, "ms"), _sum(rows, "timed")),
        "cache_hit_rate": _ratio(_sum(rows, "hits"), total),
        "trigger_rate": _ratio(_sum(rows, "triggered"), total),
        "selection_rate": _ratio(_sum(rows, "selected"), total),
        "by_system": _shares(rows, total),
        "timeline": _timeline(rows, start, width_s, buckets),
    }


async def queue_size(work: Work) -> int:
    """Webhooks and analyses that wait or are under way."""
    webhooks = select(func.count()).select_from(InboundEvent)
    webhooks = webhooks.where(InboundEvent.tenant_id == work.tenant_id, InboundEvent.status == "received")
    analyses = select(func.count()).select_from(C).where(C.tenant_id == work.tenant_id, C.queued_at.is_not(None))
    waiting = (await work.session.execute(webhooks)).scalar_one()
    return waiting + (await work.session.execute(analyses)).scalar_one()


def _timeline(rows: Sequence[Any], start: datetime, width_s: float, buckets: int) -> list[dict[str, Any]]:
    timeline = []
    for index in range(buckets):
        inside = [row for row in rows if min(row.bucket, buckets - 1) == index]
        timeline.append(
            {
                "from": timestamp(start + timedelta(seconds=index * width_s)),
                "total": _sum(inside, "total"),
                "triggered": _sum(inside, "triggered"),
                "selected": _sum(inside, "selected"),
            }
        )
    return timeline


def _shares(rows: Sequence[Any], total: int) -> dict[str, dict[str, Any]]:
    systems = sorted({row.calling_system for row in rows})
    counts = {name: sum(row.total for row in rows if row.calling_system == name) for name in systems}
    return {name: {"total": count, "share": count / total} for name, count in counts.items()}


def _sum(rows: Sequence[Any], name: str) -> int:
    return sum(getattr(row, name) for row in rows)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
