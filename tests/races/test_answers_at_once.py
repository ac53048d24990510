"""Everybody answers at once, some yes and some no, while the search wakes: one winner, and nobody waits in a circle."""

import asyncio
from collections import Counter

from sqlalchemy import text

from tests.features.dispatch.town import Town
from tests.races.rounds import ROUNDS

VENDORS = 12


async def test_yes_and_no_at_once_never_block_each_other(town: Town) -> None:
    vendors = [await town.vendor(km=1 + n / 10, max_open_jobs=20, daily_cap=250) for n in range(VENDORS)]
    clients = [await town.app(vendor) for vendor in vendors]
    admin = await town.admin()
    for _ in range(ROUNDS):
        order_id = await town.order()
        await town.dispatch(order_id, mode="manual", vendor_ids=[str(vendor) for vendor in vendors])
        first = (await town.offers(order_id))[0]["id"]
        answers = [
            client.post(f"/api/vendor/orders/{order_id}/{'accept' if n % 2 else 'decline'}")
            for n, client in enumerate(clients)
        ]
        back = admin.post(f"/api/admin/vendor-selection/offers/{first}/withdraw", json={"reason": "wrong crew"})
        said = await asyncio.gather(*answers, back, town.move_on(order_id))
        codes = Counter((answer.status_code, answer.json().get("code")) for answer in said[:-1])
        allowed = {(200, None), (409, "offer_taken"), (409, "invalid_transition")}
        assert set(codes) <= allowed, codes
        assert sum(answer.status_code == 200 for answer in said[1:VENDORS:2]) == 1
        offers = Counter(offer["status"] for offer in await town.offers(order_id))
        assert (offers["accepted"], offers["pending"]) == (1, 0)
        async with town.work() as work:
            await work.session.execute(text("UPDATE vendors SET open_jobs = 0"))
