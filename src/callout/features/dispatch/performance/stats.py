"""The figures of dispatch as a whole (product specification §6.14)."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from callout.features.accounts.tenant_store import own_tenant
from callout.features.dispatch.opening import zone
from callout.features.dispatch.performance import fairness, searches
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
    since = work.now - WINDOWS[window]
    found = searches.first_searches(work, since)
    services = await fairness.exposure(work, since)
    return {
        "window": window,
        **await searches.filling(work, found),
        "this_month": await _this_month(work),
        **await searches.asking(work, found),
        "newcomer_wait_h": await fairness.newcomer_wait_h(work, since),
        "gini": fairness.overall_gini(services),
        "by_reason_code": await searches.objections(work, since),
    }


async def fairness_report(work: Work, window: str) -> dict[str, Any]:
    """Who gets the work: per service, and newcomers one by one."""
    since = work.now - WINDOWS[window]
    services = await fairness.exposure(work, since)
    new = await fairness.newcomers(work)
    waits = [row["wait_h"] for row in new]
    return {
        "window": window,
        "gini": fairness.overall_gini(services),
        "services": services,
        "newcomer_wait_h": await fairness.newcomer_wait_h(work, since),
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


async def _this_month(work: Work) -> int:
    tenant = await own_tenant(work)
    local = work.now.astimezone(zone(tenant.timezone))
    began = searches.first_searches(work, datetime(local.year, local.month, 1, tzinfo=local.tzinfo))
    return (await work.session.execute(select(func.count()).select_from(began))).scalar_one()
