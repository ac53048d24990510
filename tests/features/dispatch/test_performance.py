"""Figures of dispatch: as a whole, of each vendor, and who gets the work."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from callout.features.orders.timeline import record_response
from callout.kit.clock import OffsetClock
from callout.kit.http.wire import timestamp
from tests.features.dispatch.town import Town

PREFIX = "/api/admin/vendor-selection"
NOTHING = {
    "fill_rate": None,
    "t50_min": None,
    "t90_min": None,
    "success_rate": None,
    "offers_per_job": None,
    "lost_yes": None,
    "avg_response_min": None,
    "newcomer_wait_h": None,
    "gini": None,
    "by_reason_code": {},
}


@pytest.fixture
async def owner(town: Town) -> httpx.AsyncClient:
    return await town.admin()


async def shift(town: Town, **by: timedelta) -> None:
    """Moves columns of the tenant's rows into the past: `table__column=how far`."""
    async with town.work() as work:
        for name, span in by.items():
            table, column = name.split("__")
            await work.session.execute(
                text(f"UPDATE {table} SET {column} = {column} - CAST(:by AS interval) WHERE tenant_id = :tenant"),
                {"by": span, "tenant": town.tenant_id},
            )


async def stats(owner: httpx.AsyncClient, window: str = "30d") -> dict[str, Any]:
    answer = await owner.get(f"{PREFIX}/stats", params={"window": window})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_without_anything_every_figure_is_null_and_none_is_a_made_up_zero(
    town: Town, owner: httpx.AsyncClient
) -> None:
    assert await stats(owner) == {"window": "30d", "total": 0, "this_month": 0, **NOTHING}
    fairness = (await owner.get(f"{PREFIX}/fairness")).json()
    assert (fairness["gini"], fairness["services"], fairness["newcomers"]) == (None, [], [])
    assert (fairness["newcomers_waiting"], fairness["longest_wait_h"]) == (0, None)
    assert (await owner.get(f"{PREFIX}/performance")).json()["items"] == []
    vendor = await town.vendor()
    [row] = (await owner.get(f"{PREFIX}/performance")).json()["items"]
    assert (row["vendor_id"], row["offers"], row["completed"], row["posteriors"]) == (str(vendor), 0, 0, [])
    figures = ("acceptance_rate", "response_min", "completion_rate", "cancellation_rate", "completion_h", "rating")
    assert all(row[name] is None for name in (*figures, "on_time_rate"))


async def test_filled_and_unfilled_searches_are_told_apart(town: Town, owner: httpx.AsyncClient) -> None:
    vendor = await town.vendor(max_open_jobs=20)
    won, gone, open_one = [await town.order() for _ in range(3)]
    nobody = await town.order(service_type="plumbing")
    for order_id in (won, gone, open_one, nobody):
        await town.dispatch(order_id)
    assert (await town.answer(vendor, won, "accept")).status_code == 200
    assert (await town.answer(vendor, gone, "decline")).status_code == 200
    await town.move_on(gone)
    found = await stats(owner)
    assert (found["total"], found["this_month"]) == (4, 4)
    assert found["fill_rate"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["offers_per_job"] == 0.75
    assert found["t50_min"] == found["t90_min"]
    assert 0 <= found["t50_min"] < 1
    assert 0 <= found["avg_response_min"] < 1
    assert found["success_rate"] is None
    assert found["by_reason_code"]["wrong_service"] == 1
    assert found["by_reason_code"]["already_declined"] >= 1
    await shift(town, dispatch_runs__started_at=timedelta(days=40))
    later = await stats(owner)
    assert (later["total"], later["fill_rate"], later["offers_per_job"]) == (0, None, None)
    assert (await stats(owner, "90d"))["total"] == 4


async def test_a_second_search_of_the_same_order_is_not_another_job(town: Town, owner: httpx.AsyncClient) -> None:
    first, second = await town.vendor(km=1), await town.vendor(km=2)
    order_id = await town.order()
    await town.dispatch(order_id, mode="sequential")
    assert (await town.answer(first, order_id, "accept")).status_code == 200
    assert (await town.answer(first, order_id, "release", reason="the car broke down")).status_code == 200
    assert (await town.answer(second, order_id, "accept")).status_code == 200
    found = await stats(owner)
    assert (found["total"], found["fill_rate"], found["offers_per_job"]) == (1, 1.0, 2.0)


async def test_a_yes_that_comes_too_late_is_counted_once(town: Town, owner: httpx.AsyncClient) -> None:
    vendors = [await town.vendor(km=km) for km in (1, 2, 3)]
    order_id = await town.order()
    await town.dispatch(order_id, mode="broadcast")
    answers = await asyncio.gather(*(town.answer(vendor, order_id, "accept") for vendor in vendors))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    loser = next(vendor for vendor, answer in zip(vendors, answers, strict=True) if answer.status_code == 409)
    for _ in range(2):
        assert (await town.answer(loser, order_id, "accept")).json()["code"] == "offer_taken"
    assert (await stats(owner))["lost_yes"] == 2.0
    rows = {row["vendor_id"]: row for row in (await owner.get(f"{PREFIX}/performance")).json()["items"]}
    assert rows[str(loser)]["late_yes"] == 1
    assert rows[str(loser)]["acceptance_rate"] is None
    assert (await town.row("orders", order_id)).status == "assigned"


async def test_a_vendors_counters_and_rates(town: Town, owner: httpx.AsyncClient) -> None:
    vendor = await town.vendor(max_open_jobs=20, services=["cleaning", "plumbing"])
    orders = [await town.order() for _ in range(4)]
    for order_id, verb in zip(orders, ("accept", "accept", "decline", "accept"), strict=True):
        await town.dispatch(order_id, vendor_ids=[str(vendor)])
        assert (await town.answer(vendor, order_id, verb)).status_code == 200
    await complete(town, orders[0], vendor, stars=4)
    await complete(town, orders[1], vendor, took=timedelta(hours=30))
    async with town.work() as work:
        record_response(work, orders[3], vendor, "no_show")
    told = (await owner.get(f"{PREFIX}/performance/{vendor}")).json()
    assert [told[name] for name in ("offers", "accepted", "declined", "completed", "no_shows")] == [4, 3, 1, 2, 1]
    assert (told["acceptance_rate"], told["completion_rate"]) == (0.75, pytest.approx(2 / 3, abs=1e-4))
    assert told["cancellation_rate"] == pytest.approx(1 / 3, abs=1e-4)
    assert (told["on_time_rate"], told["rating"], told["rated"]) == (0.5, 4.0, 1)
    assert told["completion_h"] == pytest.approx(16, abs=0.1)
    [cleaning, plumbing] = told["posteriors"]
    assert (cleaning["service_type"], cleaning["evidence"]["offers"]) == ("cleaning", pytest.approx(4, abs=0.01))
    assert set(cleaning["accept_probability"]) == {"night", "morning", "afternoon", "evening"}
    assert plumbing["quality"] == 0.75
    assert plumbing["accept_probability"]["night"] == 0.4
    only = (await owner.get(f"{PREFIX}/performance/{vendor}", params={"service": "plumbing"})).json()
    assert (only["offers"], only["completed"], only["rating"], only["no_shows"]) == (0, 0, None, 0)
    now = town.database.clock.now()
    before = {"from": timestamp(now - timedelta(days=9)), "to": timestamp(now - timedelta(days=8))}
    assert (await owner.get(f"{PREFIX}/performance/{vendor}", params=before)).json()["offers"] == 0
    refused = await owner.get(f"{PREFIX}/performance", params={"from": before["to"], "to": before["from"]})
    assert refused.status_code == 422


async def test_fairness_and_newcomers(town: Town, owner: httpx.AsyncClient, clock: OffsetClock) -> None:
    busy, idle, new = [await town.vendor(km=km, max_open_jobs=20) for km in (1, 2, 3)]
    await shift(town, vendors__verified_at=timedelta(hours=48))
    async with town.work() as work:
        await work.session.execute(
            text("UPDATE vendors SET verified_at = now() - interval '90 days' WHERE id = :id"), {"id": idle}
        )
    for winner in (busy, busy, busy, new):
        order_id = await town.order()
        await town.dispatch(order_id, vendor_ids=[str(winner)])
        assert (await town.answer(winner, order_id, "accept")).status_code == 200
    told = (await owner.get(f"{PREFIX}/fairness")).json()
    [cleaning] = told["services"]
    assert {name: cleaning[name] for name in ("service_type", "vendors", "vendors_with_jobs", "jobs")} == {
        "service_type": "cleaning",
        "vendors": 3,
        "vendors_with_jobs": 2,
        "jobs": 4,
    }
    assert (cleaning["largest_share"], cleaning["gini"]) == (0.75, 0.5)
    assert told["gini"] == 0.5
    assert (await stats(owner))["gini"] == 0.5
    assert told["newcomer_wait_h"] == pytest.approx(48, abs=0.5)
    assert {row["vendor_id"] for row in told["newcomers"]} == {str(busy), str(new)}
    assert told["newcomers_waiting"] == 0
    late = await town.vendor(km=4)
    clock.advance(timedelta(hours=5))
    told = (await owner.get(f"{PREFIX}/fairness")).json()
    waiting = next(row for row in told["newcomers"] if row["vendor_id"] == str(late))
    assert (waiting["jobs"], waiting["offers"], waiting["first_job_at"]) == (0, 0, None)
    assert waiting["wait_h"] == pytest.approx(5, abs=0.1)
    assert told["newcomers_waiting"] == 1


async def test_nobody_sees_the_figures_of_another_business(town: Town) -> None:
    vendor = await town.vendor()
    order_id = await town.order()
    await town.dispatch(order_id)
    assert (await town.answer(vendor, order_id, "accept")).status_code == 200
    stranger = Town(town.database, town.serve, town.desk)
    await stranger.found()
    client = await stranger.admin()
    assert await stats(client) == {"window": "30d", "total": 0, "this_month": 0, **NOTHING}
    assert (await client.get(f"{PREFIX}/performance")).json()["total"] == 0
    assert (await client.get(f"{PREFIX}/performance/{vendor}")).status_code == 404
    assert (await client.get(f"{PREFIX}/fairness")).json()["services"] == []


async def complete(
    town: Town, order_id: UUID, vendor: UUID, *, took: timedelta = timedelta(hours=2), stars: int | None = None
) -> None:
    """Lets an assigned order be completed, so long after it was assigned."""
    async with town.work() as work:
        await work.session.execute(
            text(
                "UPDATE orders SET status = 'completed', completed_at = now(), assigned_at = now() - "
                "CAST(:took AS interval), scheduled_end = NULL WHERE id = :id"
            ),
            {"took": took, "id": order_id},
        )
        if stars is not None:
            await work.session.execute(
                text(
                    "INSERT INTO ratings (id, tenant_id, order_id, vendor_id, stars, complaint, source, hidden, "
                    "created_at, updated_at, version) VALUES (gen_random_uuid(), :tenant, :order, :vendor, :stars, "
                    "false, 'customer', false, now(), now(), 1)"
                ),
                {"tenant": town.tenant_id, "order": order_id, "vendor": vendor, "stars": stars},
            )
