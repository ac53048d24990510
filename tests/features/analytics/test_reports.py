"""The figures of the dashboard and the money report (product specification §6.14)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from callout.features.billing.tables import Invoice
from tests.features.analytics.conftest import REPORTS, Firm

DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


async def credit(firm: Firm, owner: Any, invoice_id: object, amount: str) -> None:
    body = {"amount": amount, "reason": "A mark was left on the floor."}
    answer = await owner.post(f"/api/admin/invoices/{invoice_id}/credit-notes", json=body)
    assert answer.status_code in {200, 201}, answer.text


async def test_an_empty_business_has_zeros_and_no_means(firm: Firm) -> None:
    asked = now()
    dashboard = await firm.report("dashboard")
    assert dashboard["orders"] == {"total": 0, "active": 0, "completed": 0, "cancelled": 0, "needs_attention": 0}
    assert (dashboard["revenue"], dashboard["collected"], dashboard["currency"]) == ("0.00", "0.00", "USD")
    for name in ("satisfaction", "avg_completion_h", "vendor_utilisation_pct"):
        assert dashboard[name] is None
    for name in ("orders_growth_pct", "revenue_growth_pct", "vendor_growth_pct"):
        assert dashboard[name] == 0
    first = (asked - 30 * DAY).astimezone(ZoneInfo("America/New_York")).date()
    assert dashboard["revenue_series"][0]["date"] == first.isoformat()
    assert (len(dashboard["trend_7d"]), dashboard["hourly"]) == (7, [0] * 24)
    summary = await firm.report("billing/summary")
    assert (summary["total_revenue"], summary["avg_order_value"], summary["pending_payments"]) == ("0.00", None, "0.00")
    assert len(summary["monthly_revenue"]) == 12
    assert {month["revenue"] for month in summary["monthly_revenue"]} == {"0.00"}


async def test_revenue_is_net_of_tax_and_credit_notes(firm: Firm) -> None:
    owner = await firm.business.with_profile(tax_rate="10", tax_mode="inclusive")
    at = now() - DAY
    billed = await firm.order(at, price="110.00")
    await firm.order(at, price="50.00")
    await firm.order(at, price=None)
    await firm.order(at, price="0.00")
    await firm.order(at, price="999.00", status="cancelled", completed_at=None)
    invoice_id = await firm.invoice(billed, at)
    assert (await firm.report("billing/summary"))["pending_payments"] == "0.00", "a draft is nobody's debt"
    await owner.post(f"/api/admin/invoices/{invoice_id}/mark-sent")
    paid = {"amount": "60.00", "method": "cash", "received_at": at.isoformat()}
    answer = await owner.post(f"/api/admin/invoices/{invoice_id}/payments", json=paid)
    assert answer.status_code in {200, 201}, answer.text
    await credit(firm, owner, invoice_id, "11.00")
    summary = await firm.report("billing/summary")
    shown = {name: summary[name] for name in summary if name not in {"top_vendors", "monthly_revenue"}}
    assert shown == {
        "total_revenue": "140.00",  # 100 net of tax + 50 + 0 + 0 - 10 credited
        "completed_orders": 4,
        "invoices_generated": 1,
        "avg_order_value": "46.67",  # over the three orders with a price
        "pending_payments": "39.00",
        "overdue": "0.00",
        "collected": "60.00",
        "credited": "10.00",
        "unpriced": 1,
        "currency": "USD",
    }
    dashboard = await firm.report("dashboard")
    assert (dashboard["revenue"], dashboard["collected"], dashboard["unpriced"]) == ("140.00", "60.00", 1)


async def test_the_series_add_up_to_the_revenue(firm: Firm) -> None:
    owner = await firm.business.with_profile(tax_rate="0")
    for back in (1, 3, 8):
        await firm.order(now() - back * DAY, price="100.00")
    billed = await firm.order(now() - 2 * DAY, price="200.00")
    invoice_id = await firm.invoice(billed, now() - 2 * DAY)
    await credit(firm, owner, invoice_id, "30.00")
    dashboard = await firm.report("dashboard")
    series = dashboard["revenue_series"]
    assert sum(float(day["revenue"]) for day in series) == float(dashboard["revenue"]) == 470
    assert sum(day["orders"] for day in series) == 4
    assert series[-1]["revenue"] == "-30.00"
    assert [day["date"] for day in dashboard["trend_7d"]] == [day["date"] for day in series[-7:]]
    assert sum(float(day["revenue"]) for day in dashboard["trend_7d"]) == 370
    month = await firm.report("billing/summary", preset="last_month")
    assert sum(float(entry["revenue"]) for entry in month["monthly_revenue"]) == 470


async def test_a_day_is_the_tenants_day(found_firm: Any) -> None:
    firm: Firm = await found_firm(timezone="Pacific/Auckland")
    await firm.order(datetime(2026, 3, 1, 10, 59, tzinfo=UTC), price="10.00")
    await firm.order(datetime(2026, 3, 1, 11, 1, tzinfo=UTC), price="20.00")
    params = {"from": "2026-03-01", "to": "2026-03-03"}
    dashboard = await firm.report("dashboard", **params)
    assert [(day["date"], day["revenue"], day["orders"]) for day in dashboard["revenue_series"]] == [
        ("2026-03-01", "10.00", 1),
        ("2026-03-02", "20.00", 1),
    ]
    assert [(hour, count) for hour, count in enumerate(dashboard["hourly"]) if count] == [(0, 1), (23, 1)]
    next_day = await firm.report("dashboard", **{"from": "2026-03-02", "to": "2026-03-03"})
    assert (next_day["orders"]["total"], next_day["revenue"]) == (1, "20.00")


async def test_orders_count_by_state_and_grow_against_the_period_before(firm: Firm) -> None:
    for status in ("new", "offering", "assigned", "on_way", "processing", "completed", "cancelled", "needs_attention"):
        await firm.order(now() - DAY, status=status, completed_at=now() - DAY if status == "completed" else None)
    for _ in range(2):
        await firm.order(now() - 10 * DAY, price="100.00")
    await firm.order(now() - 30 * DAY)
    dashboard = await firm.report("dashboard", preset="7d")
    assert dashboard["orders"] == {"total": 8, "active": 3, "completed": 1, "cancelled": 1, "needs_attention": 1}
    assert (dashboard["orders_growth_pct"], dashboard["revenue_growth_pct"]) == (300.0, 25.0)
    assert dashboard["service_distribution"] == [{"service_type": "cleaning", "orders": 8}]


async def test_completion_takes_the_mean_of_hours_and_ratings_the_mean_of_stars(firm: Firm) -> None:
    orders = [await firm.order(now() - DAY, completed_at=now() - DAY + timedelta(hours=hours)) for hours in (1, 4)]
    for order_id, stars in zip(orders, (5, 2), strict=True):
        await firm.rate(order_id, stars, now() - DAY)
    dashboard = await firm.report("dashboard")
    assert (dashboard["avg_completion_h"], dashboard["satisfaction"]) == (2.5, 3.5)
    assert (await firm.report("dashboard", preset="24h"))["satisfaction"] is None


async def test_vendors_in_use_are_those_with_an_order_in_thirty_days(firm: Firm) -> None:
    busy = await firm.vendor(now() - 3 * DAY, "Maria Lopez")
    idle = await firm.vendor(now() - 40 * DAY, "Ivan Idle")
    leaving = await firm.vendor(None, "Pia Pending")
    for vendor_id, back in ((busy, 20), (busy, 2), (idle, 31), (leaving, 1)):
        at = now() - back * DAY
        await firm.order(at, vendor_id=vendor_id, assigned_at=at, price="100.00")
    dashboard = await firm.report("dashboard", preset="7d")
    assert (dashboard["vendor_utilisation_pct"], dashboard["vendor_growth_pct"]) == (50.0, 100.0)
    assert [(row["full_name"], row["completed"], row["job_value"]) for row in dashboard["vendor_performance"]] == [
        ("Maria Lopez", 1, "100.00"),
        ("Pia Pending", 1, "100.00"),
    ]
    month = await firm.report("billing/summary", preset="90d")
    assert next((row["full_name"], row["completed"]) for row in month["top_vendors"]) == ("Maria Lopez", 2)


async def test_the_newest_ten_orders_are_shown(firm: Firm) -> None:
    for number in range(12):
        await firm.order(now() - timedelta(minutes=number), price="10.00")
    recent = (await firm.report("dashboard"))["recent_orders"]
    assert len(recent) == 10
    assert [row["created_at"] for row in recent] == sorted((row["created_at"] for row in recent), reverse=True)
    assert (recent[0]["amount"], recent[0]["currency"]) == ("10.00", "USD")


async def test_money_of_a_currency_without_cents_has_none(found_firm: Any) -> None:
    firm: Firm = await found_firm(currency="JPY", timezone="Asia/Tokyo")
    await firm.order(now() - DAY, price="1500")
    assert (await firm.report("billing/summary"))["total_revenue"] == "1500"


async def test_what_is_overdue_is_also_pending(firm: Firm) -> None:
    await firm.business.with_profile(tax_rate="0")
    order_id = await firm.order(now() - 90 * DAY, price="100.00")
    invoice_id = await firm.invoice(order_id, now() - 90 * DAY)
    async with firm.business.work() as work:
        await work.session.execute(update(Invoice).where(Invoice.id == invoice_id).values(status="overdue"))
    summary = await firm.report("billing/summary", preset="7d")
    assert (summary["pending_payments"], summary["overdue"], summary["total_revenue"]) == ("100.00", "100.00", "0.00")


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("preset=10d", 422, "preset"),
        ("preset=custom", 422, "from"),
        ("from=2026-03-01", 422, "to"),
        ("to=2026-03-01", 422, "from"),
        ("from=yesterday&to=2026-03-01", 422, "from"),
        ("from=2026-03-02&to=2026-03-01", 422, "to"),
        ("from=2024-01-01&to=2026-03-01", 422, "to"),
        ("colour=red", 400, "colour"),
        ("limit=5", 400, "limit"),
    ],
)
async def test_a_period_that_is_none_is_refused(firm: Firm, query: str, status: int, field: str) -> None:
    answer = await (await firm.reader()).get(f"{REPORTS}/dashboard?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


async def test_reports_are_for_people_of_the_office(firm: Firm) -> None:
    for role, status in (("owner", 200), ("manager", 200), ("viewer", 200), ("agent", 403), ("vendor", 403)):
        answer = await (await firm.reader(role)).get(f"{REPORTS}/dashboard")
        assert answer.status_code == status, role
    index = await firm.report("")
    assert [report["name"] for report in index["reports"]] == ["dashboard", "billing/summary", "dispatch"]
    assert index["reports"][0]["parameters"] == ["from", "preset", "to"]
    assert {"bucket", "compare", "service_type", "vendor_id"} < set(index["reports"][2]["parameters"])


async def test_another_tenants_figures_are_not_counted(found_firm: Any, firm: Firm) -> None:
    other: Firm = await found_firm()
    await other.order(now() - DAY, price="500.00")
    await other.vendor(now() - DAY)
    dashboard = await firm.report("dashboard")
    assert (dashboard["orders"]["total"], dashboard["revenue"], dashboard["recent_orders"]) == (0, "0.00", [])
    assert dashboard["vendor_growth_pct"] == 0
