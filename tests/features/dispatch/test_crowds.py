"""Where more vendors serve a place than are looked at: the nearest first, nobody preferred missed, nobody given up."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from callout.features.dispatch.gathering import criteria_of
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.runs import open_run
from callout.features.dispatch.widening import Look, widened
from callout.features.orders import store
from tests.features.dispatch.town import Town


async def look(town: Town, order_id: UUID, nearest: int, **criteria: Any) -> Look:
    async with town.work() as work:
        order = await store.lock(work, order_id)
        run = await open_run(work, order, criteria={"location_radius_km": 10, **criteria})
        return await widened(
            work, order, run, await criteria_of(work, order, run), await active_policy(work), nearest=nearest
        )


def seen(found: Look) -> list[str]:
    return [row.vendor_id for row in found.decision.candidates]


async def test_the_nearest_are_looked_at_and_everybody_where_they_are_few(town: Town) -> None:
    vendors = [await town.vendor(km=km) for km in (1, 2, 3, 4)]
    order_id = await town.order()
    crowd = await look(town, order_id, 3)
    assert sorted(seen(crowd)) == sorted(str(vendor) for vendor in vendors[:3])
    assert not crowd.case.all_seen
    few = await look(town, await town.order(), 5)
    assert sorted(seen(few)) == sorted(map(str, vendors))
    assert few.case.all_seen


async def test_preferred_vendors_are_looked_at_wherever_in_the_ring_they_are(town: Town) -> None:
    near = [await town.vendor(km=km) for km in (1, 2)]
    by_order, by_customer, nobodys = [await town.vendor(km=km) for km in (7, 8, 9)]
    contact_id = uuid4()
    async with town.work() as work:
        await work.session.execute(
            text(
                "INSERT INTO vendor_pairs (id, tenant_id, vendor_id, contact_id, relation, created_at, updated_at, version)"
                " VALUES (gen_random_uuid(), :tenant, :vendor, :contact, 'preferred', now(), now(), 1)"
            ),
            {"tenant": town.tenant_id, "vendor": by_customer, "contact": contact_id},
        )
    order_id = await town.order(preferred_vendor_ids=[str(by_order)], contact_id=contact_id)
    found = await look(town, order_id, 2)
    assert set(seen(found)) == {str(vendor) for vendor in (*near, by_order, by_customer)}
    assert str(nobodys) not in seen(found)
    assert {row.vendor_id for row in found.decision.included[:2]} == {str(by_order), str(by_customer)}


async def test_nobody_is_waived_before_everybody_in_the_ring_was_looked_at(town: Town) -> None:
    full = [await town.vendor(km=km, open_jobs=3) for km in (1, 2)]
    poor = await town.vendor(km=3, rating=2.0, rating_count=50)
    fit = await town.vendor(km=4)
    found = await look(town, await town.order(), 2)
    assert [row.vendor_id for row in found.decision.included] == [str(fit)]
    assert found.decision.relaxed == ()
    excluded = {row.vendor_id: row.reason_codes for row in found.decision.candidates if not row.included}
    assert excluded == {**{str(vendor): ("at_capacity",) for vendor in full}, str(poor): ("below_min_rating",)}


@pytest.mark.parametrize("nearest", [1, 2, 500])
async def test_what_gives_way_in_the_last_ring_does_not_depend_on_how_many_are_looked_at_first(
    town: Town, nearest: int
) -> None:
    await town.vendor(km=2, open_jobs=3)
    await town.vendor(km=4, open_jobs=3)
    poor = await town.vendor(km=40, rating=2.0, rating_count=50)
    found = await look(town, await town.order(), nearest)
    assert [row.vendor_id for row in found.decision.included] == [str(poor)]
    assert found.decision.relaxed == ("below_min_rating",)
    assert found.case.last_ring


async def test_one_vendor_with_several_fitting_services_counts_once(town: Town) -> None:
    async with town.work() as work:
        await work.session.execute(text("UPDATE services SET canonical = 'cleaning' WHERE code = 'painting'"))
    vendors = [await town.vendor(km=km, services=["cleaning", "painting"]) for km in (1, 2, 3)]
    found = await look(town, await town.order(), 2, work_type_match=False)
    assert sorted(seen(found)) == sorted(str(vendor) for vendor in vendors[:2])
    assert not found.case.all_seen
