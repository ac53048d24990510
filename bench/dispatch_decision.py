"""Measures a dispatch decision as production makes it, at 1,000, 100,000 and a million vendors of one tenant.

A decision is everything from a locked order to the commit: the search for candidates, what is read about them, filters
and score, the decision record, the offers and events. Beside it the limit, in the same run on the same connection
settings: the bare query of the box, exact distance included, by an index on service, latitude and longitude, and
nothing else. Jobs lie in the dense city, whose vendors grow with the tenant, and in towns, which only become more.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
from generated_vendors import SERVICES, Place, populate
from rig import Rig, load, percentile, rig, spread
from sqlalchemy import String, cast, event, func, select

from callout.features.dispatch.market import count_large_services
from callout.features.dispatch.runs import open_run
from callout.features.dispatch.send_wave import choose_wave, send_wave
from callout.features.dispatch.tables import DispatchDecision
from callout.features.orders import store
from callout.features.orders.tables import Order
from callout.features.vendors.serving_store import serving_near
from callout.kit.geo import bounding_box
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

SIZES = (1_000, 100_000, 1_000_000)
RING_KM = 15.0
KM_PER_DEGREE = 111.2
WARM_UP = 3
LIMIT = """
SELECT vendor_id, km FROM (
    SELECT vendor_id, radius_km, 2 * 6371.0088 * asin(sqrt(least(1.0,
        sin(radians(lat - $3) / 2) ^ 2 + cos(radians($3)) * cos(radians(lat)) * sin(radians(lng - $4) / 2) ^ 2))) AS km
    FROM vendor_services
    WHERE tenant_id = $1 AND service_code = $2 AND is_verified AND lat BETWEEN $5 AND $6 AND lng BETWEEN $7 AND $8
) near WHERE km <= least(radius_km, $9)
"""


class Made(NamedTuple):
    """One decision: how long it took, and what it was about.

    `choosing` and `seconds` (in all) are wall clock, `processor` is this process's; `size` is bytes of the record.
    """

    choosing: float
    seconds: float
    processor: float
    looked_at: int
    included: int
    chosen: int
    size: int


async def decide(rig: Rig, tenant_id: UUID, order_id: UUID) -> Made:
    """Decides one order and commits."""
    async with rig.database.transaction(Principal.system(tenant_id)) as work:
        order = await store.lock(work, order_id)
        run = await open_run(work, order)
        started, begun = time.perf_counter(), time.process_time()
        wave = await choose_wave(work, order, run)
        chosen = time.perf_counter()
        offers = await send_wave(work, order, run, wave)
    ended, processor = time.perf_counter(), time.process_time() - begun
    decision = wave.decision
    size = await _size_of_record(rig, tenant_id, order_id)
    looked_at, included = len(decision.candidates), len(decision.included)
    return Made(chosen - started, ended - started, processor, looked_at, included, len(offers), size)


async def _size_of_record(rig: Rig, tenant_id: UUID, order_id: UUID) -> int:
    async with rig.database.transaction(Principal.system(tenant_id)) as work:
        table = DispatchDecision
        text = func.length(cast(table.facts, String)) + func.length(cast(table.candidates, String))
        return int(await work.session.scalar(select(text).where(table.order_id == order_id)) or 0)


async def orders_at(rig: Rig, tenant_id: UUID, places: list[Place], count: int, chance: random.Random) -> list[Order]:
    """Adds orders around places, each for some service."""
    orders = []
    async with rig.database.transaction(Principal.system(tenant_id)) as work:
        for number in range(count):
            place = chance.choice(places)
            degrees = place.spread_km / 2 / KM_PER_DEGREE
            orders.append(
                Order(
                    id=uuid7(), order_number=f"ORD-{place.name}-{number}", customer_name="Anna Reyes",
                    customer_phone="+13055550199", customer_address="12 Oak Street", business_name="Anna Reyes",
                    customer_lat=place.lat + chance.gauss(0, degrees),
                    customer_lng=place.lng + chance.gauss(0, degrees),
                    location_precision="rooftop", service_type=chance.choice(SERVICES), description="work",
                    currency="USD", fill_deadline=work.now + timedelta(hours=4),
                )
            )  # fmt: skip
        work.session.add_all(orders)
    return orders


async def bare(connection: asyncpg.Connection, tenant_id: UUID, order: Order) -> float:
    """Seconds of the limit for the same order."""
    lat, lng = float(order.customer_lat or 0), float(order.customer_lng or 0)
    box = bounding_box(lat, lng, RING_KM)
    started = time.perf_counter()
    await connection.fetch(
        LIMIT, tenant_id, order.service_type, lat, lng, box.south, box.north, box.west, box.east, RING_KM
    )
    return time.perf_counter() - started


async def plan(rig: Rig, tenant_id: UUID, order: Order) -> str:
    """How the database finds the candidates of a job: the plan of the very statement, as the services' role."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, given: tuple[object, ...], *_: object) -> None:
        if " FROM vendor_services" in " ".join(statement.split()) and "radius_km" in statement:
            seen.append((statement, given))

    event.listen(rig.database.engine.sync_engine, "before_cursor_execute", note)
    async with rig.database.transaction(Principal.system(tenant_id)) as work:
        await serving_near(
            work,
            [order.service_type],
            float(order.customer_lat or 0),
            float(order.customer_lng or 0),
            RING_KM,
            most=500,
        )
        event.remove(rig.database.engine.sync_engine, "before_cursor_execute", note)
        connection = await (await work.session.connection()).get_raw_connection()
        statement, given = seen[0]
        rows = await connection.driver_connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", *given)  # type: ignore[union-attr]
    return "\n".join(f"    {line}" for (line,) in rows)


async def measure(rig: Rig, vendors: int, rounds: int, seed: int, *, explain: bool) -> None:
    """Prints the two lines of one size."""
    tenant_id = await rig.tenant()
    now = rig.database.clock.now()
    started = time.perf_counter()
    places = await asyncio.to_thread(populate, rig.all_powerful, tenant_id, vendors, now, seed)
    print(f"{vendors:>9,} vendors made in {time.perf_counter() - started:.0f} s; {load()}", flush=True)
    async with rig.database.transaction(Principal.system(tenant_id)) as work:
        await count_large_services(work)  # as the worker's sweep does every few minutes
    chance = random.Random(seed)
    connection = await asyncpg.connect(rig.all_powerful)
    for name, where in (("city", places[:1]), ("towns", places[1:])):
        orders = await orders_at(rig, tenant_id, where, rounds + WARM_UP, chance)
        limit, made = [], []
        for order in orders:
            limit.append(await bare(connection, tenant_id, order))
            made.append(await decide(rig, tenant_id, order.id))
        limit, made = limit[WARM_UP:], made[WARM_UP:]
        seen = percentile([one.looked_at for one in made], 50)
        fit = percentile([one.included for one in made], 50)
        asked = sum(one.chosen for one in made) / len(made)
        choosing, seconds = [one.choosing for one in made], [one.seconds for one in made]
        processor = percentile([one.processor for one in made], 50) * 1000
        size = percentile([one.size for one in made], 50) / 1000
        print(
            f"{vendors:>9,} {name:<6}{seen:>9,.0f}{fit:>8,.0f}{asked:>7.1f}"
            f"{spread(limit)}{spread(choosing)}{spread(seconds)}{processor:>10.1f}{size:>9.0f} kB",
            flush=True,
        )
        if explain:
            print(await plan(rig, tenant_id, orders[-1]), flush=True)
    await connection.close()


async def run(sizes: list[int], rounds: int, seed: int, *, explain: bool) -> None:
    """Prints the table."""
    async with rig() as place:
        times = "".join(f"{name:>8}{'p99':>8}" for name in ("limit", "choose", "all"))
        print(
            f"{'vendors':>9} {'jobs in':<6}{'seen':>8}{'fit':>8}{'asked':>7}{times}{'processor':>10}{'record':>12}   ms"
        )
        for vendors in sizes:
            await measure(place, vendors, rounds, seed, explain=explain)
        print(load())


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vendors", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--explain", action="store_true", help="how the database finds the candidates")
    given = parser.parse_args()
    asyncio.run(run(given.vendors, given.rounds, given.seed, explain=given.explain))


if __name__ == "__main__":
    main()
