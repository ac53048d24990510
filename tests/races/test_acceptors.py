"""Sixteen vendors accept the same order at once: one gets it, fifteen are told so, round after round."""

import asyncio
from collections import Counter
from uuid import UUID

from sqlalchemy import text

from tests.features.dispatch.town import Town
from tests.races.rounds import ROUNDS

ACCEPTORS = 16


async def test_of_sixteen_simultaneous_acceptors_one_wins_in_every_round(town: Town) -> None:
    vendors = [await town.vendor(km=1 + n / 10, max_open_jobs=20, daily_cap=50) for n in range(ACCEPTORS)]
    clients = [await town.app(vendor) for vendor in vendors]
    winners: Counter[int] = Counter()
    for _ in range(ROUNDS):
        order_id = await town.order()
        order = await town.dispatch(order_id, mode="manual", vendor_ids=[str(vendor) for vendor in vendors])
        assert order["status"] == "offering"
        start = asyncio.Event()

        async def accept(place: int, path: str, start: asyncio.Event = start) -> tuple[int, int, str | None]:
            await start.wait()
            answer = await clients[place].post(path)
            return place, answer.status_code, answer.json().get("code")

        attempts = [asyncio.create_task(accept(n, f"/api/vendor/orders/{order_id}/accept")) for n in range(ACCEPTORS)]
        await asyncio.sleep(0)
        start.set()
        outcomes = await asyncio.gather(*attempts)
        assert Counter((status, code) for _, status, code in outcomes) == {
            (200, None): 1,
            (409, "offer_taken"): ACCEPTORS - 1,
        }
        winner = next(place for place, status, _ in outcomes if status == 200)
        await _check(town, order_id, vendors[winner])
        winners[winner] += 1
        await _clear_away(town)
    assert sum(winners.values()) == ROUNDS


async def _check(town: Town, order_id: UUID, winner: UUID) -> None:
    offers = await town.offers(order_id)
    assert Counter(offer["status"] for offer in offers) == {"accepted": 1, "withdrawn": ACCEPTORS - 1}
    assert next(offer["vendor_id"] for offer in offers if offer["status"] == "accepted") == str(winner)
    order = await town.row("orders", order_id)
    assert (order.status, order.vendor_id) == ("assigned", winner)
    async with town.work() as work:
        jobs = await work.session.execute(text("SELECT sum(open_jobs) FROM vendors"))
        assert jobs.scalar_one() == 1
        answers = text("SELECT count(*) FROM vendor_responses WHERE order_id = :id AND action = 'accept'")
        assert (await work.session.execute(answers, {"id": order_id})).scalar_one() == 1
        events = text("SELECT count(*) FROM events WHERE type = 'order.assigned' AND noun_id = :id")
        assert (await work.session.execute(events, {"id": order_id})).scalar_one() == 1


async def _clear_away(town: Town) -> None:
    """Frees the winner for the next round."""
    async with town.work() as work:
        await work.session.execute(text("UPDATE vendors SET open_jobs = 0"))
