"""Measures what happens when 200 vendors accept the same order at once, and the accepting itself.

Three things in one run, on one database. The accept transaction alone: from begin to commit in this process, one
vendor after the other, each with an order of its own that two others were offered as well. The race: 200 vendors on
kept connections of the vendor service send their acceptance in the same moment, round after round, and one may win.
The limit beside it: the least any such race can be, 200 tasks that set a row's owner where it has none, by one bare
UPDATE over as many connections as the service has; no HTTP, no token, no event, nothing to tell anybody.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter

import asyncpg
from house import House, Line, house
from rig import load, percentile, spread
from sqlalchemy import make_url, text

from callout.features.dispatch.accept import accept
from callout.kit.events.hub import driver_arguments
from callout.kit.principal import Principal

AIM_P99_S = 0.050
POOL = 10
WARM_UP = 10


async def transactions(at: House, count: int) -> list[float]:
    """Seconds of accept transactions nobody competes for."""
    taken = []
    for number in range(count + WARM_UP):
        three = [at.vendors[(number + step) % len(at.vendors)] for step in range(3)]
        order_id = await at.order()
        await at.offer_to(order_id, three)
        me = three[0].id
        principal = Principal(role="vendor", tenant_id=at.tenant_id, actor_id=me, vendor_id=me)
        started = time.perf_counter()
        async with at.made.database.transaction(principal) as work:
            await accept(work, order_id, me)
        taken.append(time.perf_counter() - started)
        await free(at)
    return taken[WARM_UP:]


async def race(at: House) -> tuple[float, list[float], int]:
    """Seconds until the winner knew, seconds until each knew, and how many were told yes.

    Raises:
        RuntimeError: somebody was told neither yes nor that the offer was taken.
    """
    order_id = await at.order()
    await at.offer_to(order_id, at.vendors)
    lines = [await Line.open(at.ports["VENDOR_PORT"], vendor) for vendor in at.vendors]
    for line in lines:
        await line.ask("GET", f"/api/vendor/orders/{order_id}")  # an app that shows the offer
    path = f"/api/vendor/orders/{order_id}/accept"

    async def try_it(line: Line) -> tuple[int, bytes, float]:
        status, body = await line.ask("POST", path, b"{}")
        return status, body, time.perf_counter() - started

    started = time.perf_counter()
    answers = await asyncio.gather(*(try_it(line) for line in lines))
    for line in lines:
        await line.close()
    told = Counter(status for status, _, _ in answers)
    if told.keys() - {200, 409} or any(status == 409 and b"offer_taken" not in body for status, body, _ in answers):
        raise RuntimeError(f"unexpected answers: {told}")
    await check(at, order_id)
    await free(at)
    winner = min(seconds for status, _, seconds in answers if status == 200)
    return winner, [seconds for _, _, seconds in answers], told[200]


async def check(at: House, order_id: object) -> None:
    """One accepted offer in the database, whatever anybody was told."""
    async with at.system() as work:
        count = text("SELECT count(*) FROM offers WHERE order_id = :id AND status = 'accepted'")
        if (await work.session.execute(count, {"id": order_id})).scalar_one() != 1:
            raise RuntimeError("not exactly one winner")


async def free(at: House) -> None:
    """Everybody has room again."""
    async with at.system() as work:
        await work.session.execute(text("UPDATE vendors SET open_jobs = 0 WHERE open_jobs > 0"))
        await work.session.execute(text("UPDATE orders SET status = 'completed' WHERE status = 'assigned'"))


async def bare(at: House, acceptors: int, rounds: int) -> tuple[list[float], list[float]]:
    """The limit: seconds until the winner knew and until each knew, over all rounds."""
    url = make_url(at.made.installation.app_url)
    winners, everybody = [], []
    async with asyncpg.create_pool(**driver_arguments(url), min_size=POOL, max_size=POOL) as pool:
        owner = await asyncpg.connect(**driver_arguments(make_url(at.made.installation.owner_url)))
        await owner.execute("CREATE TABLE prizes (id int PRIMARY KEY, winner int)")
        await owner.execute(f"GRANT ALL ON prizes TO {url.username}")
        for prize in range(rounds):
            await owner.execute("INSERT INTO prizes VALUES ($1, NULL)", prize)

            started = time.perf_counter()

            async def try_it(me: int, prize: int = prize, started: float = started) -> tuple[bool, float]:
                async with pool.acquire() as connection:
                    done = await connection.execute(
                        "UPDATE prizes SET winner = $1 WHERE id = $2 AND winner IS NULL", me, prize
                    )
                return done == "UPDATE 1", time.perf_counter() - started

            answers = await asyncio.gather(*(try_it(me) for me in range(acceptors)))
            winners.append(next(seconds for won, seconds in answers if won))
            everybody += [seconds for _, seconds in answers]
        await owner.close()
    return winners, everybody


async def run(acceptors: int, rounds: int, accepts: int) -> bool:
    """Prints the figures; whether there was one winner in each round, and the transaction met its aim."""
    async with house(vendors=acceptors, parts=("vendor",), pool_size=POOL) as at:
        print(f"{acceptors} acceptors, {rounds} rounds, {POOL} connections; {load()}", flush=True)
        print(f"{'ms':<34}{'p50':>8}{'p99':>8}")
        alone = await transactions(at, accepts)
        print(f"{'accept transaction alone':<34}{spread(alone)}   aim p99 50", flush=True)
        outcomes = [await race(at) for _ in range(rounds + 1)][1:]
        winners, everybody = await bare(at, acceptors, rounds)
        print(f"{'HTTP race: the winner knows':<34}{spread([won for won, _, _ in outcomes])}")
        print(f"{'HTTP race: each knows':<34}{spread([each for _, all_, _ in outcomes for each in all_])}")
        print(f"{'limit, bare UPDATE: the winner':<34}{spread(winners)}")
        print(f"{'limit, bare UPDATE: each':<34}{spread(everybody)}")
        yes = Counter(count for _, _, count in outcomes)
        print(f"told yes, by rounds: {dict(yes)}; {load()}")
    return yes == Counter({1: rounds}) and percentile(alone, 99) <= AIM_P99_S


def main() -> None:
    """Prints the figures; exit code 1 when there was not one winner or the transaction missed its aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acceptors", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--accepts", type=int, default=100, help="transactions measured alone")
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(run(given.acceptors, given.rounds, given.accepts)) else 1)


if __name__ == "__main__":
    main()
