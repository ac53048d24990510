"""The SQL of dispatch over time: jobs, how they were filled, and offers, bucket by bucket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, text

from callout.features.dispatch.performance import searches
from callout.features.dispatch.performance.fairness import GOT_THE_JOB
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.tables import Offer
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

Bucket = Literal["hour", "day", "week", "month"]
NO_JOBS = {"total": 0, "filled": 0, "fill_rate": None, "t50_min": None, "t90_min": None}
NO_OFFERS = {"offers": 0, "accepted": 0, "lost_yes": 0}


async def series(work: Work, span: Span, bucket: Bucket, zone: str, starts: Sequence[datetime]) -> list[dict[str, Any]]:
    """Jobs by the start of their first search and offers by when they were sent.

    Args:
        work: the transaction.
        span: which jobs and offers.
        bucket: how long a step is.
        zone: IANA name; steps begin when they do there.
        starts: the beginnings of all steps, of which empty ones are told too.
    """
    jobs, offers = await _jobs(work, span, bucket, zone), await _offers(work, span, bucket, zone)
    return [{"at": timestamp(start), **jobs.get(start, NO_JOBS), **offers.get(start, NO_OFFERS)} for start in starts]


async def _jobs(work: Work, span: Span, bucket: Bucket, zone: str) -> dict[datetime, dict[str, Any]]:
    found = searches.first_searches(work, span)
    query = (
        select(
            func.date_trunc(bucket, found.c.started_at, zone).label("step"),
            func.count().label("total"),
            func.count().filter(found.c.outcome == searches.FILLED).label("filled"),
            *searches.how_filled(found),
        )
        .select_from(found)
        .group_by(text("step"))
    )
    return {
        row["step"]: {
            "total": row["total"],
            "filled": row["filled"],
            **{name: searches.number(row[name]) for name in ("fill_rate", "t50_min", "t90_min")},
        }
        for row in (await work.session.execute(query)).mappings()
    }


async def _offers(work: Work, span: Span, bucket: Bucket, zone: str) -> dict[datetime, dict[str, Any]]:
    query = (
        select(
            func.date_trunc(bucket, Offer.sent_at, zone).label("step"),
            func.count().label("offers"),
            func.count().filter(Offer.status.in_(GOT_THE_JOB)).label("accepted"),
            func.count(Offer.late_yes_at).label("lost_yes"),
        )
        .where(
            Offer.tenant_id == work.tenant_id,
            span.holds(Offer.sent_at),
            *span.about(Offer.service_type),
            *span.by(Offer.vendor_id),
        )
        .group_by(text("step"))
    )
    rows = (await work.session.execute(query)).mappings()
    return {row["step"]: {name: row[name] for name in NO_OFFERS} for row in rows}
