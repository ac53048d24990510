"""The figures of dispatch as a whole (product specification §6.14)."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from callout.features.accounts.tenant_store import own_tenant
from callout.features.dispatch.opening import zone
from callout.features.dispatch.performance import fairness, searches
from callout.features.dispatch.performance.span import Span
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

WINDOWS: Final = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}


async def stats(work: Work, window: str) -> dict[str, Any]:
    """Everything about the jobs whose dispatch began in a window; null where there is nothing to count."""
    span = _until_now(work, window)
    return {"window": window, **await figures(work, span, await fairness.exposure(work, span))}


async def figures(work: Work, span: Span, services: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of a span.

    Args:
        work: the transaction.
        span: which jobs.
        services: what `fairness.exposure` tells of the same span.
    """
    found = searches.first_searches(work, span)
    return {
        **await searches.filling(work, found),
        "this_month": await _this_month(work, span),
        **await searches.asking(work, found, span),
        "newcomer_wait_h": await fairness.newcomer_wait_h(work, span),
        "gini": fairness.overall_gini(services),
        "by_reason_code": await searches.objections(work, span),
    }


async def fairness_report(work: Work, window: str) -> dict[str, Any]:
    """Who gets the work: per service, and newcomers one by one."""
    span = _until_now(work, window)
    services = await fairness.exposure(work, span)
    new = await fairness.newcomers(work)
    waits = [row["wait_h"] for row in new]
    return {
        "window": window,
        "gini": fairness.overall_gini(services),
        "services": services,
        "newcomer_wait_h": await fairness.newcomer_wait_h(work, span),
        "newcomers_waiting": sum(row["first_job_at"] is None for row in new),
        "longest_wait_h": searches.number(max(waits, default=None), 2),
        "newcomers": [
            {
                **row,
                "verified_at": timestamp(row["verified_at"]),
                "first_job_at": timestamp(row["first_job_at"]),
                "wait_h": searches.number(row["wait_h"], 2),
            }
            for row in new
        ],
    }


def _until_now(work: Work, window: str) -> Span:
    return Span(work.now - WINDOWS[window], work.now)


async def _this_month(work: Work, span: Span) -> int:
    tenant = await own_tenant(work)
    local = work.now.astimezone(zone(tenant.timezone))
    began = span._replace(start=datetime(local.year, local.month, 1, tzinfo=local.tzinfo), end=work.now)
    month = searches.first_searches(work, began)
    return (await work.session.execute(select(func.count()).select_from(month))).scalar_one()
