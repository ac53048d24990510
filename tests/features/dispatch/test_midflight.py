"""What becomes of offers and jobs when a vendor can no longer do them."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from callout.features.dispatch import recheck
from callout.features.vendors import presence, time_off
from callout.features.vendors.events import VendorUpdated
from callout.features.vendors.schemas import TimeOffInput
from callout.features.vendors.store import get_vendor
from callout.features.vendors.tables import VendorDocument
from callout.kit.clock import OffsetClock
from callout.kit.ids import uuid7
from tests.features.dispatch.town import Town


async def statuses(town: Town, order_id: UUID) -> list[str]:
    return [offer["status"] for offer in await town.offers(order_id)]


async def recheck_now(town: Town, vendor: UUID, *, by_vendor: bool = False) -> None:
    """What the workflow does."""
    async with town.work() as work:
        await recheck.recheck_vendor(work, vendor, by_vendor=by_vendor)


async def planned(town: Town, workflow: str, vendor: UUID) -> int:
    """How many runs of a workflow wait for a vendor."""
    async with town.work() as work:
        query = text("SELECT count(*) FROM dbos.workflow_status WHERE name = :name AND workflow_uuid LIKE :key")
        return int((await work.session.execute(query, {"name": workflow, "key": f"%{vendor}%"})).scalar_one())


async def test_a_vendor_who_is_full_leaves_its_other_offers_to_others(town: Town) -> None:
    full = await town.vendor(km=2, max_open_jobs=1)
    first, second = await town.order(), await town.order()
    await town.dispatch(first)
    await town.dispatch(second)
    await town.end_window(second)
    assert (await town.answer(full, first, "accept")).status_code == 200
    assert await planned(town, recheck.RECHECK, full) == 1
    await recheck_now(town, full)
    assert await statuses(town, second) == ["withdrawn"]
    async with town.work() as work:
        silences = text("SELECT coalesce(sum(silences), 0) FROM vendor_stats WHERE vendor_id = :id")
        assert (await work.session.execute(silences, {"id": full})).scalar_one() == 0


async def test_a_vendor_with_room_keeps_its_other_offers(town: Town) -> None:
    vendor = await town.vendor(km=2)
    first, second = await town.order(), await town.order()
    await town.dispatch(first)
    await town.dispatch(second)
    await town.end_window(second)
    assert (await town.answer(vendor, first, "accept")).status_code == 200
    assert await planned(town, recheck.RECHECK, vendor) == 0
    await recheck_now(town, vendor)
    assert await statuses(town, second) == ["pending"]


async def test_going_off_duty_ends_urgent_offers_only(town: Town, clock: OffsetClock) -> None:
    vendor = await town.vendor(km=2, is_online=True, last_seen_at=clock.now(), max_open_jobs=9)
    urgent, usual = await town.order(priority="urgent"), await town.order()
    await town.dispatch(urgent)
    await town.dispatch(usual)
    async with town.work() as work:
        await presence.set_online(work, await get_vendor(work, vendor, lock=True), False, until=None)
    assert await planned(town, recheck.RECHECK, vendor) == 1
    await recheck_now(town, vendor)
    assert (await statuses(town, urgent), await statuses(town, usual)) == (["withdrawn"], ["pending"])


async def test_what_was_waived_when_the_offer_was_made_stays_waived(town: Town) -> None:
    vendor = await town.vendor(km=2)
    urgent = await town.order(priority="urgent")
    await town.dispatch(urgent)
    assert (await town.decisions(urgent))[0]["relaxed"] == ["offline"]
    await recheck_now(town, vendor)
    assert await statuses(town, urgent) == ["pending"]


async def test_whom_an_admin_named_stays_asked(town: Town) -> None:
    plumber = await town.vendor(km=2, services=["plumbing"])
    order_id = await town.order()
    await town.dispatch(order_id, mode="manual", vendor_ids=[str(plumber)])
    await recheck_now(town, plumber)
    assert await statuses(town, order_id) == ["pending"]


@pytest.mark.parametrize(
    "change",
    ["services = '[\"plumbing\"]'", "max_open_jobs = 1, open_jobs = 1", "area_radius_km = 1", "min_price = 500"],
)
async def test_a_changed_vendor_loses_offers_that_do_not_fit_any_more(town: Town, change: str) -> None:
    vendor, other = await town.vendor(km=2), await town.vendor(km=6)
    order_id = await town.order()
    await town.dispatch(order_id)
    async with town.work() as work:
        await work.session.execute(text(f"UPDATE vendors SET {change} WHERE id = :id"), {"id": vendor})
        await work.publish(VendorUpdated(noun_id=vendor, changed=["services", "max_open_jobs"]))
    assert await planned(town, recheck.RECHECK, vendor) == 1
    await recheck_now(town, vendor)
    await town.move_on(order_id)
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(order_id)] == [
        (str(vendor), "withdrawn"),
        (str(other), "pending"),
    ]


async def test_time_off_over_an_appointment_gives_the_job_to_somebody_else(town: Town, clock: OffsetClock) -> None:
    vendor, other = await town.vendor(km=2), await town.vendor(km=6)
    start = clock.now() + timedelta(days=2)
    kept, lost = [await town.order(scheduled_start=at, schedule_source="customer") for at in (clock.now(), start)]
    for order_id in (kept, lost):
        await town.dispatch(order_id, mode="manual", vendor_ids=[str(vendor)])
        assert (await town.answer(vendor, order_id, "accept")).status_code == 200
    async with town.work() as work:
        away = TimeOffInput(from_at=start - timedelta(hours=5), to_at=start + timedelta(hours=20))
        await time_off.add_time_off(work, vendor, away)
    await recheck_now(town, vendor, by_vendor=True)
    assert (await town.row("orders", kept)).status == "assigned"
    assert (await town.row("orders", lost)).status == "offering"
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(lost)] == [
        (str(vendor), "released"),
        (str(other), "pending"),
    ]
    async with town.work() as work:
        record = await work.session.execute(text("SELECT n, s FROM vendor_stats WHERE vendor_id = :id"), {"id": vendor})
        assert record.one() == (1.0, 0.0)


async def test_an_expired_document_ends_open_offers_and_keeps_new_ones_away(town: Town, clock: OffsetClock) -> None:
    await town.set("vendors.required_documents", [{"service": "cleaning", "kind": "insurance"}])
    insured, expired, never = await town.vendor(km=2), await town.vendor(km=3), await town.vendor(km=4)
    today = clock.now().date()
    async with town.work() as work:
        for vendor, days in ((insured, 0), (expired, -1)):
            work.session.add(
                VendorDocument(
                    vendor_id=vendor,
                    kind="insurance",
                    file_id=uuid7(),
                    review="approved",
                    expires_on=today + timedelta(days=days),
                )
            )
    order_id = await town.order()
    await town.dispatch(order_id, mode="broadcast")
    assert [offer["vendor_id"] for offer in await town.offers(order_id)] == [str(insured)]
    [decision] = await town.decisions(order_id)
    reasons = {row["vendor_id"]: row["reason_codes"] for row in decision["candidates"]}
    assert (reasons[str(expired)], reasons[str(never)]) == (["doc_expired"], ["doc_expired"])
    async with town.work() as work:
        assert await recheck.recheck_expired_documents(work) == 0
    async with town.work() as work:
        await work.session.execute(
            text("UPDATE vendor_documents SET expires_on = :day WHERE vendor_id = :id"),
            {"day": today - timedelta(days=1), "id": insured},
        )
    async with town.work() as work:
        assert await recheck.recheck_expired_documents(work) == 1
    assert await statuses(town, order_id) == ["withdrawn"]
    async with town.work() as work:
        assert await work.session.scalar(select(func.count()).select_from(VendorDocument)) == 2
