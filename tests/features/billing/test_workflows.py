"""A completed order becomes a delivered invoice without anybody asking, exactly once."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import make_url
from tests.features.billing.house import PROFILE, House, eventually

from callout.features.billing import workflows
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.principal import Principal
from callout.kit.workflows import DbosJobs, Workflows
from callout.run import embedded_postgres


@pytest.fixture
async def worker(
    house: House, postgres: embedded_postgres.EmbeddedPostgres, jobs: DbosJobs
) -> AsyncIterator[Workflows]:
    """Runs workflows in their own event loop, with connections of their own, as a worker process does."""
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg")
    own = Database(url.render_as_string(hide_password=False), bus=Bus(), jobs=jobs, pool_size=5)
    closed = threading.Event()
    flows = Workflows()
    workflows.register(flows, own, billing=house.billing)

    @flows.workflow("close_connections")
    async def close_connections(_tenant_id: str) -> None:
        await own.close()
        closed.set()

    await asyncio.to_thread(flows.launch, postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield flows
    async with house.database.transaction(Principal.system(uuid4())) as work:
        await work.enqueue("close_connections", key=f"close-{uuid4()}")
    assert await asyncio.to_thread(closed.wait, 20)
    await asyncio.to_thread(flows.shutdown, 10)


async def test_the_whole_story_runs_by_itself(worker: Workflows, house: House) -> None:
    business = await house.found()
    waiting = await business.order()
    await business.announce_completed(waiting)

    async def state(order_id: Any) -> str:
        return (await business.read_order(order_id)).invoice_state

    async def waits() -> bool:
        return await state(waiting) == "awaiting_billing_profile"

    await eventually(waits)
    owner = await business.with_profile()
    later = [await business.order() for _ in range(20)]
    for order_id in later:
        await business.announce_completed(order_id)
        await business.announce_completed(order_id)

    async def all_delivered() -> bool:
        items = (await owner.get("/api/admin/invoices", params={"limit": 200})).json()["items"]
        return len(items) == 21 and all((row["status"], row["pdf_status"]) == ("sent", "ready") for row in items)

    await eventually(all_delivered, seconds=90)
    items = (await owner.get("/api/admin/invoices", params={"limit": 200})).json()["items"]
    assert {row["number"] for row in items} == {f"INV-{number:04d}" for number in range(1, 22)}
    assert len(house.mail.letters) == 21
    assert all(letter.pdf_file_id for letter in house.mail.letters)
    assert (await owner.put("/api/admin/billing/profile", json=PROFILE)).status_code == 428
