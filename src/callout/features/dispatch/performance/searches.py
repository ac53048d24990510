"""The SQL of searches: how many jobs were dispatched, filled, how fast, with how many offers."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Numeric, and_, cast, exists, func, select
from sqlalchemy.orm import aliased

from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.tables import DispatchDecision, DispatchRun, Offer
from callout.features.orders.tables import Order
from callout.kit.db.work import Work

FILLED = "assigned"
DIGITS = 2


def first_searches(work: Work, span: Span) -> CTE:
    """The first search of every order whose dispatch began in a span: order, start, end, outcome, fate of the order."""
    earlier = aliased(DispatchRun)
    began_before = exists().where(
        earlier.order_id == DispatchRun.order_id,
        earlier.number < DispatchRun.number,
        earlier.started_at.is_not(None),
    )
    query = (
        select(
            DispatchRun.order_id,
            DispatchRun.started_at,
            DispatchRun.ended_at,
            DispatchRun.outcome,
            Order.service_type,
            Order.status,
        )
        .join(Order, Order.id == DispatchRun.order_id)
        .where(
            DispatchRun.tenant_id == work.tenant_id,
            span.holds(DispatchRun.started_at),
            ~began_before,
            *span.about(Order.service_type),
        )
    )
    if span.vendor:
        query = query.where(exists().where(Offer.order_id == DispatchRun.order_id, *span.by(Offer.vendor_id)))
    return query.cte("searches")


async def filling(work: Work, searches: CTE) -> dict[str, Any]:
    """Total, share filled by the first search, minutes from dispatch to the yes at 50 and 90 %, share completed.

    Searches still going on do not count towards the fill rate, jobs still open not towards the success rate.
    """
    is_completed, is_over = searches.c.status == "completed", searches.c.status.in_(("completed", "cancelled"))
    query = select(
        func.count().label("total"),
        *how_filled(searches),
        ratio(is_completed, is_over).label("success_rate"),
    ).select_from(searches)
    row = (await work.session.execute(query)).mappings().one()
    return {name: value if name == "total" else number(value) for name, value in row.items()}


def how_filled(searches: CTE) -> tuple[ColumnElement[Any], ...]:
    """SQL for the share of searches that ended with a vendor, and minutes from dispatch to the yes at 50 and 90 %."""
    minutes = cast(func.extract("epoch", searches.c.ended_at - searches.c.started_at), Numeric) / 60
    is_filled = searches.c.outcome == FILLED
    return (
        ratio(is_filled, searches.c.ended_at.is_not(None)).label("fill_rate"),
        _percentile(0.5, minutes, is_filled).label("t50_min"),
        _percentile(0.9, minutes, is_filled).label("t90_min"),
    )


async def asking(work: Work, searches: CTE, span: Span) -> dict[str, Any]:
    """Offers for each job, yeses that came too late for each job, mean minutes to an answer."""
    jobs = select(func.count()).select_from(searches).scalar_subquery()
    query = select(
        (cast(func.count(), Numeric) / func.nullif(jobs, 0)).label("offers_per_job"),
        (cast(func.count(Offer.late_yes_at), Numeric) / func.nullif(jobs, 0)).label("lost_yes"),
        func.avg(Offer.response_time_min).label("avg_response_min"),
    ).where(
        Offer.tenant_id == work.tenant_id,
        Offer.order_id.in_(select(searches.c.order_id)),
        *span.by(Offer.vendor_id),
    )
    row = (await work.session.execute(query)).mappings().one()
    return {name: number(value) for name, value in row.items()}


async def objections(work: Work, span: Span) -> dict[str, int]:
    """Reason code to how often it kept a vendor from being asked, most first."""
    each = func.jsonb_each_text(DispatchDecision.excluded_by).table_valued("key", "value").alias("each")
    total = func.sum(cast(each.c.value, Numeric))
    query = (
        select(each.c.key, total)
        .select_from(DispatchDecision)
        .join(each, and_(True))
        .where(DispatchDecision.tenant_id == work.tenant_id, span.holds(DispatchDecision.at))
        .group_by(each.c.key)
        .order_by(total.desc(), each.c.key)
    )
    if span.service:
        query = query.join(Order, Order.id == DispatchDecision.order_id).where(*span.about(Order.service_type))
    if span.vendor:
        asked = exists().where(Offer.order_id == DispatchDecision.order_id, *span.by(Offer.vendor_id))
        query = query.where(asked)
    return {code: int(count) for code, count in (await work.session.execute(query)).all()}


def ratio(part: ColumnElement[bool], whole: ColumnElement[bool]) -> ColumnElement[Any]:
    """SQL for the share of rows with `whole` that have `part` as well; null without any."""
    return cast(func.count().filter(and_(part, whole)), Numeric) / func.nullif(func.count().filter(whole), 0)


def number(value: Any, digits: int = 4) -> float | None:
    """A figure of the database as it is answered."""
    return None if value is None else round(float(value), digits)


def _percentile(share: float, value: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.percentile_cont(share).within_group(value.asc()).filter(condition)
