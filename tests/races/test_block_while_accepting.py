"""A vendor is blocked in the very moment it accepts: whoever comes first, it ends without work and nothing deadlocks."""

import asyncio
from uuid import UUID

from callout.features.dispatch import reactions
from callout.features.vendors import standing
from callout.kit.principal import Principal
from tests.features.dispatch.town import Town
from tests.races.rounds import ROUNDS


async def test_a_vendor_blocked_while_accepting_ends_without_work(town: Town) -> None:
    outcomes = set()
    for _ in range(ROUNDS):
        vendor = await town.vendor(km=2)
        order_id, other_id = await town.order(), await town.order()
        for each in (order_id, other_id):
            await town.dispatch(each, mode="manual", vendor_ids=[str(vendor)])
        accepted, _ = await asyncio.gather(town.answer(vendor, order_id, "accept"), _block(town, vendor))
        outcomes.add(accepted.status_code)
        assert accepted.status_code in {200, 409}, accepted.text
        async with town.work() as work:
            await reactions.clear_vendor(work, vendor)
        for each in (order_id, other_id):
            order = await town.row("orders", each)
            assert (order.status, order.vendor_id) in {("needs_attention", None), ("offering", None)}
            assert {offer["status"] for offer in await town.offers(each)} <= {"withdrawn", "released"}
        assert (await town.row("vendors", vendor)).open_jobs == 0
    assert outcomes <= {200, 409}


async def _block(town: Town, vendor: UUID) -> None:
    owner = Principal(role="owner", tenant_id=town.tenant_id, actor_id=UUID(int=1))
    async with town.database.transaction(owner) as work:
        await standing.block(work, vendor, "unsafe work")
