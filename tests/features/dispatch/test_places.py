"""Candidates are found wherever the earth is round: across the antimeridian and around the poles."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from callout.features.dispatch.events import OrderUnfilled
from callout.features.prospecting.scraping.tables import SupplyGap, UnfilledOrder
from callout.kit.clock import OffsetClock
from callout.kit.events import Bus
from callout.kit.geo import haversine_km
from callout.run.wiring import note_supply_gap
from tests.features.dispatch.town import Town


@pytest.mark.parametrize(
    ("job", "near", "far"),
    [
        ((-17.0, 179.95), (-17.0, -179.97), (-17.0, 178.0)),
        ((-17.0, -179.97), (-17.0, 179.95), (-17.0, -178.0)),
        ((52.0, 180.0), (52.02, -180.0), (52.0, 176.0)),
        ((89.98, 0.0), (89.95, 180.0), (89.0, 0.0)),
        ((90.0, 0.0), (89.96, -120.0), (89.4, 45.0)),
        ((-89.97, 90.0), (-89.97, -90.0), (-88.0, 90.0)),
    ],
)
async def test_a_vendor_on_the_other_side_is_near(
    town: Town, job: tuple[float, float], near: tuple[float, float], far: tuple[float, float]
) -> None:
    close = await town.vendor(area_lat=near[0], area_lng=near[1], full_name="Near By")
    await town.vendor(area_lat=far[0], area_lng=far[1], full_name="Far Away")
    order_id = await town.order(customer_lat=job[0], customer_lng=job[1])
    await town.dispatch(order_id)
    [offer] = await town.offers(order_id)
    assert offer["vendor_id"] == str(close)
    assert offer["distance_km"] == pytest.approx(haversine_km(*job, *near), abs=0.001)


async def test_the_other_side_of_a_circle_of_latitude_is_far(town: Town) -> None:
    await town.vendor(area_lat=60.0, area_lng=-179.0, area_radius_km=50.0)
    order_id = await town.order(customer_lat=60.0, customer_lng=179.0)
    assert (await town.dispatch(order_id))["attention_reason"] == "no_candidates"


async def test_demand_nobody_fills_becomes_one_gap_in_supply(town: Town, bus: Bus) -> None:
    heard: list[OrderUnfilled] = []

    async def hear(_: object, event: OrderUnfilled) -> None:
        heard.append(event)

    bus.on(OrderUnfilled, hear, note_supply_gap)
    orders = [await town.order(customer_city="Springfield", customer_state=state) for state in ("Illinois", "illinois")]
    for order_id in orders:
        await town.dispatch(order_id)
        await town.dispatch(order_id)
    async with town.work() as work:
        gap = (await work.session.scalars(select(SupplyGap).where(SupplyGap.tenant_id == town.tenant_id))).one()
        counted = select(UnfilledOrder.order_id).where(UnfilledOrder.tenant_id == town.tenant_id)
        assert set(await work.session.scalars(counted)) == set(orders)
    assert (gap.service, gap.unfilled, gap.country, gap.lat) == ("cleaning", 2, "US", pytest.approx(39.799))
    assert (gap.city, gap.state) == ("Springfield", "Illinois")
    assert {(event.reason, event.canonical, event.city) for event in heard} == {
        ("no_candidates", "cleaning", "Springfield")
    }


async def test_demand_whose_town_nobody_named_is_a_gap_around_its_point(town: Town, bus: Bus) -> None:
    bus.on(OrderUnfilled, note_supply_gap)
    await town.dispatch(await town.order())
    async with town.work() as work:
        gap = (await work.session.scalars(select(SupplyGap).where(SupplyGap.tenant_id == town.tenant_id))).one()
    assert (gap.city, gap.place_key) == (None, "us|||39.8,-89.6")


async def test_a_deadline_that_passes_without_a_yes_is_unfilled_demand_too(
    town: Town, bus: Bus, clock: OffsetClock
) -> None:
    heard: list[OrderUnfilled] = []

    async def hear(_: object, event: OrderUnfilled) -> None:
        heard.append(event)

    bus.on(OrderUnfilled, hear)
    await town.vendor(km=2)
    order_id = await town.order()
    await town.dispatch(order_id, deadline_min=1)
    clock.advance(timedelta(minutes=2))
    assert await town.move_on(order_id) is None
    assert [event.reason for event in heard] == ["fill_deadline"]
