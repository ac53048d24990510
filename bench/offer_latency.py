"""Measures how long an offer takes from what causes it to the vendor's live stream, through every part on the way.

Two causes, each answered by services and worker in processes of their own. An order an admin creates over HTTP: from
sending the request to the offer on the stream; its first wave is part of that request. A decline: from sending it to
the next vendor's offer on that vendor's stream; the worker is woken and sends the next wave. The limit beside them: an
event that nothing follows from, committed in this process, to the same stream (database notification and stream alone).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from house import PLACE, House, Line, Someone, house
from rig import load, percentile, spread
from sqlalchemy import text

from callout.features.dispatch.events import OfferSent
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

AIM_P50_S = 0.150
VENDORS = 8
PATIENCE_S = 30.0
WARM_UP = 5


class Streams:
    """The live streams of all vendors: when which offer of which order came."""

    def __init__(self) -> None:
        self._came: asyncio.Queue[tuple[float, UUID, UUID]] = asyncio.Queue()

    async def offer(self, order_id: UUID | None = None, *, but: UUID | None = None) -> tuple[float, UUID, UUID]:
        """The next offer, of an order where one is named: moment, order, vendor; offers to `but` are passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                came = await self._came.get()
                if order_id in (None, came[1]) and came[2] != but:
                    return came

    @asynccontextmanager
    async def listening(self, at: House) -> AsyncIterator[None]:
        """Follows the streams of all vendors."""
        ready = [asyncio.Event() for _ in at.vendors]
        tasks = [
            asyncio.create_task(self._follow(at.ports["VENDOR_PORT"], vendor, begun))
            for vendor, begun in zip(at.vendors, ready, strict=True)
        ]
        for begun in ready:
            await begun.wait()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, port: int, vendor: Someone, begun: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/vendor/events?types=offer.sent HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n"
            f"authorization: Bearer {vendor.token}\r\n\r\n".encode()
        )
        try:
            await reader.readuntil(b"\r\n\r\n")
            begun.set()
            while line := await reader.readline():
                if line.startswith(b"data:") and b"order_id" in line:
                    told = json.loads(line[5:])["data"]
                    self._came.put_nowait((time.perf_counter(), UUID(told["order_id"]), vendor.id))
        finally:
            writer.close()


async def created(at: House, streams: Streams) -> float:
    """Seconds from the request that creates an order to its first offer on a stream."""
    line = await Line.open(at.ports["ADMIN_PORT"], at.owner)
    body = json.dumps(
        {
            "customer_name": "Anna Reyes", "customer_phone": "+13055550199", "customer_address": "12 Oak Street",
            "customer_location": {"lat": PLACE[0], "lng": PLACE[1]}, "service_type": "cleaning",
            "description": "House cleaning", "dispatch": True,
        }
    ).encode()  # fmt: skip
    started = time.perf_counter()
    asking = asyncio.create_task(line.ask("POST", "/api/admin/orders", body))
    came, order_id, _ = await streams.offer()
    status, answer = await asking
    await line.close()
    if status != 201 or json.loads(answer)["id"] != str(order_id):
        raise RuntimeError(f"the order was not created: {status} {answer[:300]!r}")
    return came - started


async def declined(at: House, streams: Streams) -> float:
    """Seconds from a decline to the offer of the next vendor on its stream."""
    order_id = await at.order()
    admin = await Line.open(at.ports["ADMIN_PORT"], at.owner)
    await admin.ask("POST", f"/api/admin/orders/{order_id}/dispatch", b'{"mode": "sequential"}')
    await admin.close()
    _, _, first = await streams.offer(order_id)
    vendor = next(each for each in at.vendors if each.id == first)
    line = await Line.open(at.ports["VENDOR_PORT"], vendor)
    started = time.perf_counter()
    asking = asyncio.create_task(line.ask("POST", f"/api/vendor/orders/{order_id}/decline", b"{}"))
    came, _, _ = await streams.offer(order_id, but=first)
    await asking
    await line.close()
    return came - started


async def bare(at: House, streams: Streams, quiet: Database) -> float:
    """The limit: seconds from the begin of a transaction with one event in it to the event on the stream."""
    order_id, vendor = uuid7(), at.vendors[0]
    event = OfferSent(
        noun_id=uuid7(), order_id=order_id, order_number="-", vendor_id=vendor.id, wave=1, mode="waves",
        expires_at=at.made.database.clock.now(), distance_km=1.0, priority="medium", service_type="cleaning",
        description="-", customer_name="-", customer_phone="-", customer_address="-", scheduled_start=None,
        estimated_value=None, currency="USD",
    )  # fmt: skip
    started = time.perf_counter()
    async with quiet.transaction(Principal.system(at.tenant_id)) as work:
        await work.publish(event)
    came, _, _ = await streams.offer(order_id)
    return came - started


async def clear(at: House) -> None:
    """Ends what is open, so that every round finds the vendors as the first did."""
    async with at.system() as work:
        await work.session.execute(text("UPDATE offers SET status = 'withdrawn' WHERE status = 'pending'"))
        await work.session.execute(text("UPDATE offers SET decided_at = decided_at - interval '1 day'"))
        await work.session.execute(text("UPDATE orders SET status = 'cancelled' WHERE status = 'offering'"))
        await work.session.execute(text("UPDATE dispatch_runs SET ended_at = now() WHERE ended_at IS NULL"))
        await work.session.execute(text("UPDATE vendor_stats SET backoff_until = NULL"))


async def run(rounds: int) -> bool:
    """Prints the figures; whether both ways met their aim."""
    async with house(vendors=VENDORS, parts=("admin", "vendor", "worker", "sandbox")) as at:
        quiet = Database(
            at.made.installation.async_url.render_as_string(hide_password=False),
            bus=Bus(), jobs=at.made.database.jobs, pool_size=1,
        )  # fmt: skip
        streams = Streams()

        async def measured(once: Callable[[], object]) -> list[float]:
            taken = []
            for _ in range(rounds + WARM_UP):
                taken.append(await once())  # type: ignore[misc]
                await clear(at)
                await asyncio.sleep(0.05)
            return taken[WARM_UP:]

        try:
            async with streams.listening(at):
                print(f"{rounds} rounds, {VENDORS} vendors listen; {load()}", flush=True)
                print(f"{'ms':<40}{'p50':>8}{'p99':>8}")
                limit = await measured(lambda: bare(at, streams, quiet))
                print(f"{'limit: one event to a stream':<40}{spread(limit)}", flush=True)
                order = await measured(lambda: created(at, streams))
                print(f"{'order created to offer on a stream':<40}{spread(order)}   aim p50 150", flush=True)
                decline = await measured(lambda: declined(at, streams))
                print(f"{'decline to the next offer on a stream':<40}{spread(decline)}   aim p50 150; {load()}")
        finally:
            await quiet.close()
    return all(percentile(way, 50) <= AIM_P50_S for way in (order, decline))


def main() -> None:
    """Prints the figures; exit code 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(run(given.rounds)) else 1)


if __name__ == "__main__":
    main()
