"""Figures of a window of time: how many calls, how they ended, what they cost, how fast the agents answered."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, case, cast, func, select

from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.calls import store
from callout.features.calling.calls.facts import TERMINAL
from callout.features.calling.calls.tables import Call, CallCost, CallLatency
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "90d": timedelta(days=90)}
_PARTS = (
    "endpoint_ms",
    "stt_final_ms",
    "llm_first_token_ms",
    "sentence_ms",
    "tts_first_byte_ms",
    "platform_ms",
    "voice_to_voice_ms",
)
Conditions = list[ColumnElement[bool]]


async def call_statistics(
    work: Work, window: str, *, campaign_id: UUID | None = None, agent_id: UUID | None = None
) -> dict[str, Any]:
    """Call analytics (product specification §6.14) of the calls placed in a window that ends now.

    Test calls to a browser are left out. Rates are null where there is nothing to divide by.
    """
    start = work.now - WINDOWS[window]
    own: Conditions = [
        Call.tenant_id == work.tenant_id,
        Call.created_at >= start,
        Call.created_at <= work.now,
        Call.kind == "phone",
    ]
    if campaign_id is not None:
        own.append(Call.campaign_id == campaign_id)
    if agent_id is not None:
        own.append(Call.agent_id == agent_id)
    zone = ZoneInfo((await own_tenant(work)).timezone)
    return {
        "window": window,
        "from": timestamp(start),
        "to": timestamp(work.now),
        **await _totals(work, own),
        "active": await store.live_count(work, campaign_id),
        "by_status": await _counts(work, own, Call.status),
        "outcomes": await _counts(work, own, Call.outcome),
        "answered_by": await _counts(work, own, Call.answered_by),
        "end_reasons": await _counts(work, own, Call.end_reason),
        "not_dialled": await _counts(work, [*own, Call.dial_started_at.is_(None)], Call.error_code),
        "hourly": await _hourly(work, own, zone),
        "daily": await _daily(work, own, zone, start),
        "cost_by_provider": await _costs(work, own),
        "latency": await _latency(work, own),
        "scam_rate": await _scam_rate(work, own),
    }


async def _totals(work: Work, own: Conditions) -> dict[str, Any]:
    dialled = Call.dial_started_at.is_not(None)
    query = select(
        func.count().label("total"),
        func.count(case((dialled, 1))).label("dialled"),
        func.count(case((Call.answered_at.is_not(None), 1))).label("answered"),
        func.count(case((dialled & Call.status.in_(TERMINAL), 1))).label("over"),
        func.count(case((Call.is_successful.is_(True), 1))).label("successful"),
        func.count(case((Call.opted_out, 1))).label("opted_out"),
        func.avg(Call.duration_s).label("duration"),
        func.sum(Call.cost).label("cost"),
        func.min(Call.currency).label("currency"),
        func.count(func.distinct(Call.currency)).label("currencies"),
    ).where(*own)
    row = (await work.session.execute(query)).one()
    one_currency = row.currencies == 1
    return {
        "total": row.total,
        "dialled": row.dialled,
        "answered": row.answered,
        "successful": row.successful,
        "opted_out": row.opted_out,
        "success_rate": row.successful / row.over if row.over else None,
        "answer_rate": row.answered / row.over if row.over else None,
        "avg_duration_s": round(float(row.duration), 1) if row.duration is not None else None,
        "cost": f"{row.cost:.2f}" if row.cost is not None and one_currency else None,
        "currency": row.currency if one_currency else None,
    }


async def _counts(work: Work, own: Conditions, column: Any) -> dict[str, int]:
    query = select(column, func.count()).where(*own, column.is_not(None)).group_by(column).order_by(column)
    return {str(name): int(count) for name, count in await work.session.execute(query)}


async def _hourly(work: Work, own: Conditions, zone: ZoneInfo) -> list[int]:
    """Calls by the hour of the tenant's day, 24 of them."""
    hour = cast(func.extract("hour", func.timezone(zone.key, Call.created_at)), Integer)
    found = {int(at): int(count) for at, count in await _grouped(work, own, hour)}
    return [found.get(at, 0) for at in range(24)]


async def _daily(work: Work, own: Conditions, zone: ZoneInfo, start: datetime) -> list[dict[str, Any]]:
    """Calls of every day of the window, empty days included."""
    day = func.date(func.timezone(zone.key, Call.created_at))
    found = {at: int(count) for at, count in await _grouped(work, own, day)}
    first, last = start.astimezone(zone).date(), work.now.astimezone(zone).date()
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [{"date": at.isoformat(), "total": found.get(at, 0)} for at in days]


async def _grouped(work: Work, own: Conditions, expression: Any) -> list[Any]:
    bucket = expression.label("bucket")
    query = select(bucket, func.count()).where(*own).group_by(bucket)
    return list(await work.session.execute(query))


async def _costs(work: Work, own: Conditions) -> list[dict[str, Any]]:
    query = (
        select(
            CallCost.provider,
            CallCost.service,
            CallCost.unit,
            CallCost.currency,
            func.sum(CallCost.units).label("units"),
            func.sum(CallCost.cost).label("cost"),
        )
        .join(Call, Call.id == CallCost.call_id)
        .where(*own, CallCost.tenant_id == work.tenant_id)
        .group_by(CallCost.provider, CallCost.service, CallCost.unit, CallCost.currency)
        .order_by(CallCost.service, CallCost.provider)
    )
    return [
        {
            "provider": row.provider,
            "service": row.service,
            "units": float(row.units),
            "unit": row.unit,
            "cost": f"{row.cost:.4f}" if row.cost is not None else None,
            "currency": row.currency,
        }
        for row in await work.session.execute(query)
    ]


async def _latency(work: Work, own: Conditions) -> dict[str, dict[str, int | None]]:
    """Median and 95th percentile of every part of the agents' replies, in milliseconds."""
    columns = []
    for part in _PARTS:
        column = getattr(CallLatency, part)
        columns += [
            func.percentile_disc(share).within_group(column).label(f"{part}_{name}")
            for name, share in (("p50", 0.5), ("p95", 0.95))
        ]
    query = select(*columns).join(Call, Call.id == CallLatency.call_id)
    row = (await work.session.execute(query.where(*own, CallLatency.tenant_id == work.tenant_id))).one()
    return {part: {name: getattr(row, f"{part}_{name}") for name in ("p50", "p95")} for part in _PARTS}


async def _scam_rate(work: Work, own: Conditions) -> float | None:
    """Share of the calls judged fraud among those that were judged."""
    talk = Conversation
    query = (
        select(func.count(talk.is_scam).label("judged"), func.count(case((talk.is_scam.is_(True), 1))).label("scam"))
        .join(Call, Call.conversation_id == talk.id)
        .where(*own, talk.tenant_id == work.tenant_id)
    )
    row = (await work.session.execute(query)).one()
    return row.scam / row.judged if row.judged else None
