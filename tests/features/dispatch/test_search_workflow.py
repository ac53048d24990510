"""The search as it really runs: DBOS follows it from wave to wave on its own clock."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import make_url, text

from callout.features.dispatch.workflows import register
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.workflows import DbosJobs, Workflows
from callout.run.embedded_postgres import EmbeddedPostgres
from tests.features.dispatch.town import Town

PATIENCE_S = 60


@pytest.fixture
async def worker(postgres: EmbeddedPostgres, jobs: DbosJobs, bus: Bus, clock: OffsetClock) -> AsyncIterator[Workflows]:
    """Runs the workflows of dispatch in this process."""
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg")
    database = Database(url.render_as_string(hide_password=False), bus=bus, jobs=jobs, clock=clock, pool_size=5)
    flows = Workflows()
    register(flows, database)
    await flows.launch(postgres.url_app, executor_id="dispatch-tests", polling_s=0.05)
    yield flows
    await flows.shutdown(2)
    await database.close()


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not await check():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.1)


async def test_the_search_moves_on_by_itself_after_every_decline(town: Town, worker: Workflows) -> None:
    vendors = [await town.vendor(km=km) for km in (2, 5, 20)]
    order_id = await town.order()
    await town.dispatch(order_id, mode="sequential", criteria={"location_radius_km": 10})

    async def asked(count: int) -> bool:
        return len(await town.offers(order_id)) == count

    for number, vendor in enumerate(vendors, start=1):
        await until(lambda number=number: asked(number))
        assert (await town.answer(vendor, order_id, "decline")).status_code == 200

    async def given_up() -> bool:
        return bool((await town.row("orders", order_id)).status == "needs_attention")

    await until(given_up)
    assert (await town.row("orders", order_id)).attention_reason == "no_candidates"
    assert [offer["ring"] for offer in await town.offers(order_id)] == [0, 0, 1]


async def test_the_search_moves_on_when_nobody_answers(town: Town, worker: Workflows, clock: OffsetClock) -> None:
    await town.vendor(km=2)
    await town.vendor(km=5)
    order_id = await town.order()
    await town.dispatch(order_id, mode="sequential", deadline_min=1)
    clock.advance(timedelta(seconds=58))
    order = await town.row("orders", order_id)
    assert order.status == "offering"

    async def ended() -> bool:
        return bool((await town.row("orders", order_id)).status == "needs_attention")

    clock.advance(timedelta(seconds=5))
    async with town.work() as work:
        await work.signal(f"dispatch-{order_id}-1", "look", "offers")
    await until(ended)
    assert (await town.row("orders", order_id)).attention_reason == "fill_deadline"
    assert [offer["status"] for offer in await town.offers(order_id)] == ["expired"]


async def test_an_order_outside_hours_waits_and_starts_by_itself(
    town: Town, worker: Workflows, clock: OffsetClock
) -> None:
    vendor = await town.vendor(km=2)
    opens = clock.now() + timedelta(hours=2)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[opens.weekday()]
    hours = {day: [{"from": f"{opens:%H}:00", "to": "24:00"}]}
    async with town.work() as work:
        await work.session.execute(
            text("UPDATE tenants SET business_hours = CAST(:hours AS jsonb) WHERE id = :id"),
            {"hours": json.dumps(hours), "id": town.tenant_id},
        )
        await work.session.execute(
            text(
                "INSERT INTO tenant_settings (id, tenant_id, key, value, created_at, updated_at, version) "
                "VALUES (gen_random_uuid(), :tenant, 'dispatch.business_hours_only', 'true', now(), now(), 1)"
            ),
            {"tenant": town.tenant_id},
        )
    order_id = await town.order()
    order = await town.dispatch(order_id)
    assert (order["status"], order["dispatch_after"] is None) == ("new", False)
    clock.advance(timedelta(hours=2, minutes=1))
    async with town.work() as work:
        await work.signal(f"dispatch-{order_id}-1", "look", "offers")

    async def offered() -> bool:
        return [offer["vendor_id"] for offer in await town.offers(order_id)] == [str(vendor)]

    await until(offered)
    assert (await town.row("orders", order_id)).status == "offering"


async def test_a_matching_window_ends_by_itself_for_all_who_wait_in_it(
    town: Town, worker: Workflows, clock: OffsetClock
) -> None:
    for km in (2, 6):
        await town.vendor(km=km, is_online=True, last_seen_at=clock.now(), max_open_jobs=1)
    earlier, urgent, other = await town.order(), await town.order(priority="urgent"), await town.order()
    await town.dispatch(earlier, mode="manual", vendor_ids=[str(await town.vendor(km=40))])
    async with town.work() as work:  # somebody else wants both vendors
        vendors = text("SELECT id FROM vendors WHERE tenant_id = :id")
        everybody = (await work.session.execute(vendors, {"id": town.tenant_id})).scalars()
        await work.session.execute(
            text("UPDATE dispatch_runs SET contenders = :all WHERE order_id = :id"),
            {"all": b"".join(vendor.bytes for vendor in everybody), "id": earlier},
        )
    assert (await town.dispatch(other))["status"] == "new"
    assert (await town.dispatch(urgent))["status"] == "new"

    async def all_offered() -> bool:
        return bool(await town.offers(other)) and bool(await town.offers(urgent))

    await until(all_offered)
    [one], [another] = await town.decisions(urgent), await town.decisions(other)
    assert one["batch_id"] == another["batch_id"] is not None
