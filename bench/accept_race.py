"""Measures what happens when 200 vendors accept the same order at once, and the accepting itself.

Three things in one run, on one database. The accept transaction alone: from begin to commit in this process, one
vendor after the other, each with an order of its own that two others were offered as well, or all others. The race:
200 vendors on kept connections of the vendor service send their acceptance in the same moment, round after round, and
one may win. The limit beside it: the least any such race can be, 200 tasks that set a row's owner where it has none, by
one bare UPDATE over as many connections as the service has; no HTTP, no token, no event, nothing to tell anybody.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from typing import NamedTuple

import asyncpg
from house import House, Line, Someone, house
from rig import Processors, load, percentile, spread
from sqlalchemy import event, make_url, text

from callout.features.dispatch.accept import accept
from callout.kit.events.hub import driver_arguments
from callout.kit.principal import Principal

AIM_P99_S = 0.050
POOL = 10
WARM_UP = 5
ASKING_AT_ONCE = 10


class Accepted(NamedTuple):
    """One accept transaction: seconds, processor seconds of this process, statements sent."""

    seconds: float
    processor: float
    statements: int


async def transactions(at: House, count: int, others: int) -> list[Accepted]:
    """Accept transactions nobody competes for, each of an order that so many others were offered as well."""
    sent: list[str] = []
    event.listen(
        at.made.database.engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(str(given[2]))
    )
    taken = []
    for number in range(count + WARM_UP):
        if number == WARM_UP:
            await at.look_around()
        asked = [at.vendors[(number + step) % len(at.vendors)] for step in range(others + 1)]
        order_id = await at.order()
        await at.offer_to(order_id, asked)
        me = asked[0].id
        principal = Principal(role="vendor", tenant_id=at.tenant_id, actor_id=me, vendor_id=me)
        sent.clear()
        started, begun = time.perf_counter(), time.process_time()
        async with at.made.database.transaction(principal) as work:
            await accept(work, order_id, me)
        taken.append(Accepted(time.perf_counter() - started, time.process_time() - begun, len(sent)))
        await free(at)
    return taken[WARM_UP:]


def told(name: str, taken: list[Accepted]) -> float:
    """Prints accept transactions; their p99."""
    seconds = [one.seconds for one in taken]
    processor = percentile([one.processor for one in taken], 50) * 1000
    statements = max(one.statements for one in taken)
    print(f"{name:<34}{spread(seconds)}   aim p99 50; processor {processor:.1f}, statements {statements}", flush=True)
    return percentile(seconds, 99)


async def race(at: House, at_work: Processors) -> tuple[float, list[float], int, str]:
    """Seconds until the winner knew, seconds until each knew, how many were told yes, and the processor time of it.

    Raises:
        RuntimeError: somebody was told neither yes nor that the offer was taken.
    """
    order_id = await at.order()
    await at.offer_to(order_id, at.vendors)
    few = asyncio.Semaphore(ASKING_AT_ONCE)

    async def look(vendor: Someone) -> Line:
        """An app that shows the offer."""
        async with few:
            line = await Line.open(at.ports["VENDOR_PORT"], vendor)
            await line.ask("GET", f"/api/vendor/orders/{order_id}")
            return line

    lines = await asyncio.gather(*(look(vendor) for vendor in at.vendors))
    at_work.begin()
    path = f"/api/vendor/orders/{order_id}/accept"

    async def try_it(line: Line) -> tuple[int, bytes, float]:
        status, body = await line.ask("POST", path, b"{}")
        return status, body, time.perf_counter() - started

    started = time.perf_counter()
    answers = await asyncio.gather(*(try_it(line) for line in lines))
    spent = at_work.per_round(1)
    for line in lines:
        await line.close()
    answered = Counter(status for status, _, _ in answers)
    if answered.keys() - {200, 409} or any(status == 409 and b"offer_taken" not in body for status, body, _ in answers):
        raise RuntimeError(f"unexpected answers: {answered}")
    await check(at, order_id)
    await free(at)
    winner = min(seconds for status, _, seconds in answers if status == 200)
    return winner, [seconds for _, _, seconds in answers], answered[200], spent


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


async def run(acceptors: int, rounds: int, accepts: int, crowds: int) -> bool:
    """Prints the figures; whether there was one winner in each round, and the transaction met its aim."""
    async with house(vendors=acceptors, parts=("vendor",), pool_size=POOL) as at:
        print(f"{acceptors} acceptors, {rounds} rounds, {POOL} connections; {load()}", flush=True)
        print(f"{'ms':<34}{'p50':>8}{'p99':>8}")
        alone = told("accept transaction, 2 others", await transactions(at, accepts, 2))
        crowd = told(f"accept transaction, {acceptors - 1} others", await transactions(at, crowds, acceptors - 1))
        at_work = Processors(at.pids)
        await race(at, at_work)
        await at.look_around()
        outcomes = [await race(at, at_work) for _ in range(rounds)]
        winners, everybody = await bare(at, acceptors, rounds)
        print(f"{'HTTP race: the winner knows':<34}{spread([won for won, *_ in outcomes])}   {outcomes[-1][3]}")
        print(f"{'HTTP race: each knows':<34}{spread([each for one in outcomes for each in one[1]])}")
        print(f"{'limit, bare UPDATE: the winner':<34}{spread(winners)}")
        print(f"{'limit, bare UPDATE: each':<34}{spread(everybody)}")
        yes = Counter(count for _, _, count, _ in outcomes)
        print(f"told yes, by rounds: {dict(yes)}; {load()}")
    return yes == Counter({1: rounds}) and max(alone, crowd) <= AIM_P99_S


def main() -> None:
    """Prints the figures; exit code 1 when there was not one winner or the transaction missed its aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acceptors", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--accepts", type=int, default=100, help="transactions measured alone")
    parser.add_argument("--crowds", type=int, default=30, help="the same with all others asked as well")
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(run(given.acceptors, given.rounds, given.accepts, given.crowds)) else 1)


if __name__ == "__main__":
    main()
