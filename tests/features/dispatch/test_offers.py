"""Offers from dispatch to their end."""

from datetime import timedelta

from sqlalchemy import text

from tests.features.dispatch.town import Town


async def test_dispatch_answers_with_the_first_wave_sent(town: Town) -> None:
    near, far = await town.vendor(km=2), await town.vendor(km=12)
    order_id = await town.order()
    order = await town.dispatch(order_id)
    assert order["status"] == "offering"
    offers = await town.offers(order_id)
    assert [(offer["vendor_id"], offer["status"], offer["wave"]) for offer in offers] == [(str(near), "pending", 1)]
    assert offers[0]["seconds_left"] > 290
    [decision] = await town.decisions(order_id)
    assert [row["vendor_id"] for row in decision["candidates"]] == [str(near), str(far)]
    assert "A. Diaz" in decision["explanation"]


async def test_accepting_makes_one_winner_who_may_repeat(town: Town) -> None:
    winner, loser = await town.vendor(km=2), await town.vendor(km=3)
    order_id = await town.order()
    await town.dispatch(order_id, mode="broadcast")
    first = await town.answer(winner, order_id, "accept")
    assert (first.status_code, first.json()["status"]) == (200, "accepted"), first.text
    again = await town.answer(winner, order_id, "accept")
    assert (again.status_code, again.json()["id"]) == (200, str(order_id))
    for _ in range(2):
        late = await town.answer(loser, order_id, "accept")
        assert (late.status_code, late.json()["code"]) == (409, "offer_taken")
    assert {offer["status"] for offer in await town.offers(order_id)} == {"accepted", "withdrawn"}
    assert (await town.row("vendors", winner)).open_jobs == 1
    assert (await town.row("vendors", loser)).open_jobs == 0


async def test_a_second_after_expiry_is_too_late_without_any_sweeper(town: Town) -> None:
    vendor = await town.vendor()
    order_id = await town.order()
    await town.dispatch(order_id)
    [offer] = await town.offers(order_id)
    await town.age(order_id, timedelta(seconds=offer["seconds_left"] + 2))
    late = await town.answer(vendor, order_id, "accept")
    assert (late.status_code, late.json()["code"]) == (410, "offer_expired")
    assert (await town.row("orders", order_id)).status == "offering"
    assert (await town.row("vendors", vendor)).open_jobs == 0


async def test_a_vendor_without_room_leaves_the_order_to_others(town: Town) -> None:
    vendor = await town.vendor(max_open_jobs=1)
    first, second = await town.order(), await town.order()
    await town.dispatch(first)
    await town.dispatch(second)
    await town.end_window(second)
    assert (await town.answer(vendor, first, "accept")).status_code == 200
    refused = await town.answer(vendor, second, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "at_capacity")
    assert (await town.row("orders", second)).status == "offering"
    assert [offer["status"] for offer in await town.offers(second)] == ["pending"]


async def test_declining_leaves_other_offers_and_moves_on_when_all_answered(town: Town) -> None:
    vendors = [await town.vendor(km=km) for km in (2, 3, 4)]
    order_id = await town.order()
    await town.dispatch(order_id)
    first = await town.answer(vendors[0], order_id, "decline", decline_reason="too_busy")
    assert (first.status_code, first.json()) == (200, {"status": "declined"})
    assert (await town.answer(vendors[0], order_id, "decline")).status_code == 200
    assert await town.move_on(order_id) is not None
    statuses = {offer["vendor_id"]: offer["status"] for offer in await town.offers(order_id)}
    assert statuses == {str(vendors[0]): "declined", str(vendors[1]): "pending", str(vendors[2]): "pending"}
    after = await town.answer(vendors[0], order_id, "accept")
    assert (after.status_code, after.json()["code"]) == (409, "offer_taken")


async def test_silence_counts_and_the_next_wave_goes_out(town: Town) -> None:
    silent, next_one = await town.vendor(km=2), await town.vendor(km=9)
    order_id = await town.order()
    await town.dispatch(order_id)
    await town.age(order_id, timedelta(minutes=11))
    await town.move_on(order_id)
    statuses = {offer["vendor_id"]: offer["status"] for offer in await town.offers(order_id)}
    assert statuses == {str(silent): "expired", str(next_one): "pending"}
    again = await town.order()
    await town.dispatch(again)
    await town.end_window(again)
    [decision] = await town.decisions(again)
    reasons = {row["vendor_id"]: row["reason_codes"] for row in decision["candidates"]}
    assert reasons[str(silent)] == ["cooling_down"]


async def test_rings_widen_only_when_the_inner_one_is_spent(town: Town) -> None:
    near, far = await town.vendor(km=8), await town.vendor(km=20, area_radius_km=25.0)
    order_id = await town.order()
    await town.dispatch(order_id, criteria={"location_radius_km": 10})
    await town.answer(near, order_id, "decline")
    await town.move_on(order_id)
    assert [(offer["vendor_id"], offer["ring"]) for offer in await town.offers(order_id)] == [
        (str(near), 0),
        (str(far), 1),
    ]
    await town.answer(far, order_id, "decline")
    assert await town.move_on(order_id) is None
    order = await town.row("orders", order_id)
    assert (order.status, order.attention_reason) == ("needs_attention", "no_candidates")


async def test_without_candidates_the_order_needs_attention_at_once(town: Town) -> None:
    plumber = await town.vendor(services=["plumbing"], bio="drain cleaning")
    order_id = await town.order()
    order = await town.dispatch(order_id)
    assert (order["status"], order["attention_reason"]) == ("needs_attention", "no_candidates")
    [decision] = await town.decisions(order_id)
    assert [(row["vendor_id"], row["reason_codes"]) for row in decision["candidates"]] == [
        (str(plumber), ["wrong_service"])
    ]


async def test_a_rating_below_the_minimum_gives_way_for_the_only_candidate(town: Town) -> None:
    vendor = await town.vendor(rating=3.2, rating_count=12)
    order_id = await town.order()
    await town.dispatch(order_id)
    assert [offer["vendor_id"] for offer in await town.offers(order_id)] == [str(vendor)]
    assert (await town.decisions(order_id))[-1]["relaxed"] == ["below_min_rating"]


async def test_the_fill_deadline_ends_the_search(town: Town) -> None:
    await town.vendor()
    order_id = await town.order()
    await town.dispatch(order_id, deadline_min=1)
    [offer] = await town.offers(order_id)
    assert offer["seconds_left"] <= 60
    await town.age(order_id, timedelta(minutes=2))
    async with town.work() as work:
        await work.session.execute(text("UPDATE orders SET fill_deadline = fill_deadline - interval '2 minutes'"))
    assert await town.move_on(order_id) is None
    order = await town.row("orders", order_id)
    assert (order.status, order.attention_reason) == ("needs_attention", "fill_deadline")


async def test_replaying_a_stored_decision_gives_it_bit_for_bit(town: Town) -> None:
    for km in (1.23456789, 3.3, 7.7, 14):
        await town.vendor(km=km, rating=4.1, rating_count=3, is_online=km > 5)
    order_id = await town.order()
    await town.dispatch(order_id)
    [decision] = await town.decisions(order_id)
    admin = await town.admin()
    replayed = await admin.post(f"/api/admin/vendor-selection/decisions/{decision['id']}/replay", json={})
    assert replayed.json() == {"identical": True, "differences": []}
    told = (await admin.get(f"/api/admin/vendor-selection/decisions/{decision['id']}/explain")).json()
    best = decision["candidates"][0]
    assert abs(sum(told["contributions"].values()) - best["score"]) < 0.0001
    assert told["margin"] > 0
    assert {row["vendor_id"] for row in told["counterfactuals"]} == {
        row["vendor_id"] for row in decision["candidates"][1:]
    }
