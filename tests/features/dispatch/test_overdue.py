"""Searches nobody moves on any more are noticed, and only those."""

from datetime import timedelta

from sqlalchemy import text

from callout.features.dispatch.overdue import WORKFLOW, look_after, overdue_searches
from tests.features.dispatch.town import Town


async def test_a_search_is_late_when_all_its_offers_are_over_and_nobody_moved_it_on(town: Town) -> None:
    for km in (2, 5):
        await town.vendor(km=km)
    order_id = await town.order()
    await town.dispatch(order_id, mode="sequential")
    async with town.work() as work:
        untouched = text("UPDATE orders SET updated_at = updated_at - interval '1 minute' WHERE id = :id")
        await work.session.execute(untouched, {"id": order_id})
        assert await overdue_searches(work) == [], "an offer is open"
    await town.age(order_id, timedelta(hours=1))
    async with town.work() as work:
        assert [(search.order_id, search.number) for search in await overdue_searches(work)] == [(order_id, 1)]
        await look_after(work)
        await look_after(work)
        query = text("SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid LIKE :key")
        key = f"{WORKFLOW}-{work.tenant_id}-%"
        assert (await work.session.execute(query, {"key": key})).scalar_one() == 1
    await town.move_on(order_id)
    async with town.work() as work:
        assert await overdue_searches(work) == []
