"""A completed order becomes a delivered invoice without anybody asking, exactly once."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from tests.features.billing.house import PROFILE, House, eventually

from callout.features.billing import workflows
from callout.kit.workflows import Workflows
from callout.run import embedded_postgres


@pytest.fixture
async def worker(house: House, postgres: embedded_postgres.EmbeddedPostgres) -> AsyncIterator[Workflows]:
    flows = Workflows()
    workflows.register(flows, house.database, billing=house.billing)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield flows
    await flows.shutdown(10)


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
    ours = {row["id"] for row in items}
    letters = [letter for letter in house.mail.letters if str(letter.invoice_id) in ours]
    assert len(letters) == 21
    assert all(letter.pdf_file_id for letter in letters)
    assert (await owner.put("/api/admin/billing/profile", json=PROFILE)).status_code == 428
