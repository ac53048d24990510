"""Waves, sequential, broadcast and by hand, from the first offer to the operator, over HTTP."""

from collections.abc import Sequence
from datetime import timedelta
from math import prod
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from callout.features.notifications.order_news import OrderNews
from callout.features.orders import events as order_events
from callout.kit.db.work import Work
from callout.kit.events import Bus
from tests.features.dispatch.town import Town

Asked = list[tuple[int, list[UUID]]]


class Links:
    """Customer pages."""

    async def status_link(self, work: Work, order_id: UUID) -> str | None:
        return f"https://bright.example/t/o/{order_id}"

    async def rating_link(self, work: Work, order_id: UUID) -> str | None:
        return None


async def asked(town: Town, order_id: UUID) -> Asked:
    """Who was asked, wave by wave, best first."""
    waves: dict[int, list[UUID]] = {}
    for offer in await town.offers(order_id):
        waves.setdefault(offer["wave"], []).append(UUID(offer["vendor_id"]))
    return sorted(waves.items())


async def decline_all(town: Town, order_id: UUID, vendors: Sequence[UUID]) -> None:
    for vendor in vendors:
        answer = await town.answer(vendor, order_id, "decline", decline_reason="too_busy")
        assert (answer.status_code, answer.json()) == (200, {"status": "declined"})


async def test_waves_follow_their_targets_and_wait_for_all_of_a_wave(town: Town) -> None:
    left = [await town.vendor(km=km) for km in range(1, 10)]
    order_id = await town.order()
    await town.dispatch(order_id, criteria={"max_vendors_to_notify": 10})
    for number, target in enumerate((0.4, 0.6, 0.8), start=1):
        decision = (await town.decisions(order_id))[-1]
        chances = [row["accept_probability"] for row in decision["candidates"] if row["included"]]
        k = next(k for k in range(1, 6) if k == 5 or 1 - prod(1 - p for p in chances[:k]) >= target)
        wave, left = left[:k], left[k:]
        assert (decision["k"], (await asked(town, order_id))[-1]) == (k, (number, wave))
        await decline_all(town, order_id, wave[:-1])
        await town.move_on(order_id)
        assert len(await asked(town, order_id)) == number, "one of the wave has not answered"
        await decline_all(town, order_id, wave[-1:])
        await town.move_on(order_id)


async def test_sequential_asks_one_after_the_other(town: Town) -> None:
    vendors = [await town.vendor(km=km) for km in (1, 2, 3)]
    order_id = await town.order()
    await town.dispatch(order_id, mode="sequential")
    for number, vendor in enumerate(vendors, start=1):
        assert (await asked(town, order_id))[-1] == (number, [vendor])
        await decline_all(town, order_id, [vendor])
        await town.move_on(order_id)
    assert (await town.row("orders", order_id)).attention_reason == "no_candidates"


async def test_broadcast_asks_as_many_as_may_be_asked_at_once(town: Town) -> None:
    vendors = [await town.vendor(km=km) for km in (1, 2, 3, 4, 5)]
    order_id = await town.order()
    await town.dispatch(order_id, mode="broadcast", criteria={"max_vendors_to_notify": 4})
    assert await asked(town, order_id) == [(1, vendors[:4])]
    await decline_all(town, order_id, vendors[:4])
    await town.move_on(order_id)
    assert (await asked(town, order_id))[1] == (2, vendors[4:])
    won = await town.answer(vendors[4], order_id, "accept")
    assert (won.status_code, won.json()["status"]) == (200, "accepted")


async def test_by_hand_everybody_named_is_asked_and_filters_are_warnings(town: Town) -> None:
    far = [await town.vendor(km=km, services=["plumbing"], open_jobs=3) for km in (80, 90, 100, 110, 120, 130)]
    unnamed, blocked = await town.vendor(km=1), await town.vendor(km=1, status="blocked")
    order_id = await town.order()
    named = [str(vendor) for vendor in (*far, blocked)]
    await town.dispatch(order_id, mode="manual", vendor_ids=named)
    [(_, vendors)] = await asked(town, order_id)
    assert set(vendors) == set(far), "no cap on their number, but never somebody blocked"
    [decision] = await town.decisions(order_id)
    rows = {UUID(row["vendor_id"]): row for row in decision["candidates"]}
    assert unnamed not in rows
    assert set(rows[far[0]]["reason_codes"]) == {"wrong_service", "out_of_area", "at_capacity"}
    assert rows[blocked]["chosen"] is False


async def test_by_hand_nobody_is_asked_twice_in_one_search(town: Town) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=3)
    order_id = await town.order()
    named = [str(first), str(second)]
    await town.dispatch(order_id, mode="manual", vendor_ids=named)
    await decline_all(town, order_id, [first])
    await town.age(order_id, timedelta(hours=1))
    assert await town.move_on(order_id) is None
    order = await town.row("orders", order_id)
    assert (order.status, order.attention_reason) == ("needs_attention", "no_candidates")
    assert len(await town.offers(order_id)) == 2
    await town.dispatch(order_id, mode="manual", vendor_ids=named)
    assert len(await town.offers(order_id)) == 4, "an admin may ask them again"


async def test_naming_nobody_by_hand_is_refused(town: Town) -> None:
    order_id = await town.order()
    answer = await (await town.admin()).post(f"/api/admin/orders/{order_id}/dispatch", json={"mode": "manual"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "vendor_ids")


@pytest.mark.parametrize("mode", ["waves", "sequential", "broadcast", "manual"])
async def test_in_every_mode_the_first_acceptance_wins(town: Town, mode: str) -> None:
    vendors = [await town.vendor(km=km) for km in (2, 3)]
    order_id = await town.order()
    named = [str(vendor) for vendor in vendors] if mode == "manual" else []
    await town.dispatch(order_id, mode=mode, vendor_ids=named)
    winner, *others = [UUID(offer["vendor_id"]) for offer in await town.offers(order_id)]
    assert (await town.answer(winner, order_id, "accept")).status_code == 200
    for other in others:
        late = await town.answer(other, order_id, "accept")
        assert (late.status_code, late.json()["code"]) == (409, "offer_taken")
    assert (await town.row("orders", order_id)).vendor_id == winner


@pytest.mark.parametrize("mode", ["waves", "sequential", "broadcast"])
async def test_every_mode_ends_in_the_next_ring_then_with_the_operator_and_one_word_to_the_customer(
    town: Town, bus: Bus, mode: str
) -> None:
    bus.on(order_events.OrderNeedsAttention, OrderNews(Links()).on_order_needs_attention)
    near, far = await town.vendor(km=8), await town.vendor(km=20, area_radius_km=25.0)
    order_id = await town.order(customer_email="anna@example.com")
    await town.dispatch(order_id, mode=mode, criteria={"location_radius_km": 10})
    for ring, vendor in ((0, near), (1, far)):
        newest = (await town.offers(order_id))[-1]
        assert (newest["vendor_id"], newest["ring"], newest["mode"]) == (str(vendor), ring, mode)
        await decline_all(town, order_id, [vendor])
        await town.move_on(order_id)
    assert (await town.row("orders", order_id)).attention_reason == "no_candidates"
    assert await told(town) == [("order_delayed", "customer")]
    await town.dispatch(order_id, include_declined=True)
    await decline_all(town, order_id, [near, far][: len(await pending(town, order_id))])
    await town.age(order_id, timedelta(hours=5))
    async with town.work() as work:
        await work.session.execute(text("UPDATE orders SET fill_deadline = fill_deadline - interval '5 hours'"))
    await town.move_on(order_id, run=2)
    assert (await town.row("orders", order_id)).attention_reason == "fill_deadline"
    assert await told(town) == [("order_delayed", "customer")], "once per order"


async def told(town: Town) -> list[tuple[str, str]]:
    """The e-mails written to anybody."""
    async with town.work() as work:
        query = text(
            "SELECT event, recipient_kind FROM messages WHERE tenant_id = :id AND channel = 'email' ORDER BY id"
        )
        return [tuple(row) for row in (await work.session.execute(query, {"id": town.tenant_id})).all()]


async def pending(town: Town, order_id: UUID) -> list[dict[str, Any]]:
    return [offer for offer in await town.offers(order_id) if offer["status"] == "pending"]


async def test_an_order_whose_place_is_unknown_is_told_to_its_customer_too(town: Town, bus: Bus) -> None:
    bus.on(order_events.OrderNeedsAttention, OrderNews(Links()).on_order_needs_attention)
    order_id = await town.order(
        customer_email="anna@example.com", customer_lat=None, customer_lng=None, location_precision="none"
    )
    assert (await town.dispatch(order_id))["attention_reason"] == "no_location"
    assert await told(town) == [("order_delayed", "customer")]


async def test_a_released_job_under_way_needs_an_admin_without_alarming_the_customer(town: Town, bus: Bus) -> None:
    bus.on(order_events.OrderNeedsAttention, OrderNews(Links()).on_order_needs_attention)
    vendor = await town.vendor(km=2)
    order_id = await town.order(customer_email="anna@example.com")
    await town.dispatch(order_id)
    assert (await town.answer(vendor, order_id, "accept")).status_code == 200
    assert (await town.answer(vendor, order_id, "status", status="on_way")).status_code == 200
    assert (await town.answer(vendor, order_id, "release", reason="car broke down")).status_code == 200
    assert (await town.row("orders", order_id)).attention_reason == "vendor_released"
    assert await told(town) == []
