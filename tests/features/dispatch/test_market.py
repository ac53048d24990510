"""Large services are counted ahead by a sweep; decisions use the count, and count themselves when it is too old."""

from datetime import timedelta

from callout.features.dispatch import market
from callout.features.dispatch.candidate_store import Totals
from callout.features.dispatch.tables import ServiceMarket
from callout.kit.clock import OffsetClock
from tests.features.dispatch.town import Town


async def sweep(town: Town) -> None:
    async with town.work() as work:
        await market.count_large_services(work, many=2)


async def told(town: Town) -> Totals:
    async with town.work() as work:
        return await market.totals_of(work, "cleaning")


async def kept(town: Town) -> dict[str, int]:
    async with town.work() as work:
        rows = (await work.session.execute(ServiceMarket.__table__.select())).all()
    return {row.service_type: row.vendors for row in rows}


async def test_a_large_service_is_counted_ahead_and_a_small_one_is_not(town: Town) -> None:
    for services in (["cleaning"], ["cleaning", "plumbing"], ["hvac"]):
        await town.vendor(services=services)
    await sweep(town)
    assert await kept(town) == {"cleaning": 2}


async def test_a_count_is_used_for_an_hour_and_renewed_by_the_next_sweep(town: Town, clock: OffsetClock) -> None:
    for _ in range(2):
        await town.vendor()
    await sweep(town)
    await town.vendor()
    assert (await told(town)).vendors == 2
    await sweep(town)
    assert await kept(town) == {"cleaning": 2}, "counted a moment ago"
    clock.advance(timedelta(seconds=market.EVERY_S))
    await sweep(town)
    assert await told(town) == Totals(0.0, 0.0, 0.0, 0.0, vendors=3, jobs=0)


async def test_a_count_the_sweep_does_not_renew_is_used_no_longer(town: Town, clock: OffsetClock) -> None:
    for _ in range(2):
        await town.vendor()
    await sweep(town)
    vendor = await town.vendor()
    order = await town.order()
    await town.dispatch(order, mode="manual", vendor_ids=[str(vendor)])
    assert (await town.answer(vendor, order, "accept")).status_code == 200
    clock.advance(timedelta(hours=1, seconds=1))
    totals = await told(town)
    assert (totals.vendors, totals.jobs) == (3, 1)
    assert (totals.offers, totals.accepts) == (1.0, 1.0)
