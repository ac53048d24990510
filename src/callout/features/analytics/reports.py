"""The reports: what an owner looks at to know how the business does."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.analytics import store
from callout.features.analytics.periods import Period, days, growth_pct, last_days, months_back
from callout.kit.db.work import Work
from callout.kit.http.wire import money, timestamp

NOTHING = (Decimal(0), 0)
UTILISATION = timedelta(days=30)
"""Vendors with an order this long before the end of a period count as in use."""


class Books(msgspec.Struct, frozen=True):
    """What reports need to know of the tenant: its zone and currency."""

    timezone: str
    currency: str

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone."""
        return ZoneInfo(self.timezone)


async def books_of(work: Work) -> Books:
    """Zone and currency of the tenant of this unit of work."""
    tenant = await own_tenant(work)
    return Books(tenant.timezone, tenant.currency)


async def dashboard(work: Work, period: Period, books: Books) -> dict[str, Any]:
    """Orders, money, vendors and their change against the period before (product specification §6.14)."""
    orders = await store.order_counts(work, period)
    before = await store.order_counts(work, period.previous)
    sales = await store.sales(work, period)
    sales_before = await store.sales(work, period.previous)
    joined = await store.vendors_joined(work, period)
    joined_before = await store.vendors_joined(work, period.previous)
    busy, verified = await store.vendors_at_work(work, Period(period.end - UTILISATION, period.end))
    return {
        "orders": orders,
        "revenue": money(sales["revenue"], books.currency),
        "collected": money(await store.collected(work, period), books.currency),
        "currency": books.currency,
        "unpriced": sales["unpriced"],
        "orders_growth_pct": growth_pct(orders["total"], before["total"]),
        "revenue_growth_pct": growth_pct(float(sales["revenue"]), float(sales_before["revenue"])),
        "vendor_growth_pct": growth_pct(joined, joined_before),
        "avg_completion_h": sales["avg_completion_h"],
        "satisfaction": await store.satisfaction(work, period),
        "vendor_utilisation_pct": round(100 * busy / verified, 1) if verified else None,
        "recent_orders": [_order_row(row) for row in await store.recent_orders(work, 10)],
        "revenue_series": await _by_day(work, period, books),
        "service_distribution": await store.services(work, period),
        "vendor_performance": [_vendor_row(row, books) for row in await store.best_vendors(work, period, 10)],
        "hourly": await store.hours_of_day(work, period, books.timezone),
        "trend_7d": await _by_day(work, last_days(work.now, books.zone, 7), books),
    }


async def billing_summary(work: Work, period: Period, books: Books) -> dict[str, Any]:
    """Money: earned, invoiced, collected, still owed."""
    sales = await store.sales(work, period)
    months = months_back(work.now, books.zone, 12)
    year = Period(datetime(months[0].year, months[0].month, 1, tzinfo=books.zone), work.now)
    by_month = await store.revenue_by(work, "month", year, books.timezone)
    mean = sales["revenue"] / sales["priced"] if sales["priced"] else None
    return {
        "total_revenue": money(sales["revenue"], books.currency),
        "completed_orders": sales["completed"],
        "invoices_generated": await store.invoices_issued(work, period),
        "avg_order_value": money(mean, books.currency),
        "pending_payments": money(await store.open_balance(work, "sent", "overdue"), books.currency),
        "overdue": money(await store.open_balance(work, "overdue"), books.currency),
        "collected": money(await store.collected(work, period), books.currency),
        "credited": money(sales["credited"], books.currency),
        "unpriced": sales["unpriced"],
        "currency": books.currency,
        "top_vendors": [_vendor_row(row, books) for row in await store.best_vendors(work, period, 5)],
        "monthly_revenue": [
            {"month": month.isoformat()[:7], "revenue": money(by_month.get(month, NOTHING)[0], books.currency)}
            for month in months
        ],
    }


async def _by_day(work: Work, period: Period, books: Books) -> list[dict[str, Any]]:
    """Revenue and completed orders of every local day, empty ones included."""
    found = await store.revenue_by(work, "day", period, books.timezone)
    series = []
    for day in days(period, books.zone):
        revenue, orders = found.get(day, NOTHING)
        series.append({"date": day.isoformat(), "revenue": money(revenue, books.currency), "orders": orders})
    return series


def _order_row(row: Any) -> dict[str, Any]:
    return {
        **row,
        "id": str(row["id"]),
        "amount": money(row["amount"], row["currency"]),
        "created_at": timestamp(row["created_at"]),
        "completed_at": timestamp(row["completed_at"]),
    }


def _vendor_row(row: dict[str, Any], books: Books) -> dict[str, Any]:
    return {
        "vendor_id": str(row["vendor_id"]),
        "full_name": row["full_name"],
        "completed": row["completed"],
        "job_value": money(row["job_value"], books.currency),
        "rating": None if row["rating"] is None else float(row["rating"]),
    }
