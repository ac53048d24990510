"""Workers whose clocks are wrong, jump, or whose signals come many times: offers end by the database's clock, once."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.run.child_process import dying_with_parent
from callout.run.embedded_postgres import EmbeddedPostgres
from tests.features.dispatch.town import Town, bind, desk_at, moment

ROOT = Path(__file__).parents[2]
TEN_MINUTES = 600
PATIENCE_S = 60.0
SAME = timedelta(seconds=30)


@pytest.fixture
async def town(database: Database, bus: Bus, serve: Any, tmp_path: Path) -> Town:
    """A tenant whose services run in this process, on the right time."""
    bind(bus)
    town = Town(database, serve, desk_at(tmp_path))
    await town.found()
    return town


@pytest.fixture
def workers(postgres: EmbeddedPostgres, tmp_path: Path) -> Callable[..., Any]:
    """Runs a worker for each number of seconds by which its clock is wrong, for as long as the block."""

    def start(seconds: int, name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.wrong_clock", str(seconds), postgres.url_app, str(tmp_path), name],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=dying_with_parent(),  # noqa: PLW1509 - one prctl call
        )

    @contextmanager
    def running(*seconds: int) -> Iterator[None]:
        processes = [start(wrong, f"worker-{number}") for number, wrong in enumerate(seconds, 1)]
        try:
            for process in processes:
                assert process.stdout is not None
                assert process.stdout.readline() == "working\n"
            yield
        finally:
            for process in processes:
                process.kill()
                process.communicate(timeout=10)

    return running


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await look():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.2)


async def now(town: Town) -> Any:
    async with town.work() as work:
        return (await work.session.execute(text("SELECT clock_timestamp()"))).scalar_one()


@pytest.mark.timeout(200)
@pytest.mark.parametrize("seconds", [TEN_MINUTES, -TEN_MINUTES])
async def test_a_worker_ten_minutes_off_neither_ends_offers_early_nor_makes_them_wrong(
    town: Town, workers: Callable[..., Any], seconds: int
) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=5)
    order_id = await town.order()
    await town.dispatch(order_id, mode="sequential")
    with workers(seconds):
        await asyncio.sleep(2)
        assert [offer["status"] for offer in await town.offers(order_id)] == ["pending"]
        assert (await town.answer(first, order_id, "decline")).status_code == 200

        async def two() -> bool:
            return len(await town.offers(order_id)) == 2

        await until(two)
        offer = (await town.offers(order_id))[1]
        time = await now(town)
        assert abs(moment(offer["sent_at"]) - time) < SAME
        assert timedelta(minutes=1) < moment(offer["expires_at"]) - time < timedelta(minutes=11)
        assert (await town.answer(second, order_id, "accept")).status_code == 200
    assert (await town.row("orders", order_id)).vendor_id == second


@pytest.mark.timeout(200)
async def test_a_clock_that_jumps_back_under_a_sleeping_search_delays_it_by_seconds_only(
    town: Town, workers: Callable[..., Any]
) -> None:
    silent, next_one = await town.vendor(km=2), await town.vendor(km=5)
    order_id = await town.order()
    with workers(0):
        await town.dispatch(order_id, mode="sequential")
        await asyncio.sleep(1)  # the search sleeps until its offer ends
    with workers(-TEN_MINUTES):  # it wakes ten minutes late, by its own clock
        await town.age(order_id, timedelta(minutes=11))
        async with town.work() as work:
            older = text("UPDATE orders SET updated_at = updated_at - interval '11 minutes' WHERE id = :id")
            await work.session.execute(older, {"id": order_id})

        async def asked_next() -> bool:
            return [offer["vendor_id"] for offer in await town.offers(order_id)] == [str(silent), str(next_one)]

        await until(asked_next)
    assert [offer["status"] for offer in await town.offers(order_id)] == ["expired", "pending"]


@pytest.mark.timeout(200)
async def test_two_workers_with_different_clocks_and_every_signal_many_times_double_nothing(
    town: Town, workers: Callable[..., Any]
) -> None:
    vendors = {await town.vendor(km=km) for km in range(1, 7)}
    orders = [await town.order() for _ in range(2)]
    for order_id in orders:
        await town.dispatch(order_id, mode="broadcast", criteria={"max_vendors_to_notify": 2})
    with workers(TEN_MINUTES, -TEN_MINUTES):

        async def all_declined() -> bool:
            for order_id in orders:
                pending = [offer for offer in await town.offers(order_id) if offer["status"] == "pending"]
                for offer in pending:
                    answer = await town.answer(UUID(offer["vendor_id"]), order_id, "decline")
                    assert answer.status_code == 200, answer.text
                if pending:
                    await signal_often(town, order_id)
            return await all_ended(town, orders)

        await until(all_declined)
    for order_id in orders:
        offers = await town.offers(order_id)
        assert Counter(UUID(offer["vendor_id"]) for offer in offers) == Counter(vendors), "each is asked once"
        waves = [row["wave"] for row in await town.decisions(order_id)]
        assert len(waves) == len(set(waves)), "a wave was decided twice"


async def signal_often(town: Town, order_id: UUID, times: int = 10) -> None:
    for _ in range(times):
        async with town.work() as work:
            await work.signal(f"dispatch-{order_id}-1", "declined", "offers")


async def all_ended(town: Town, orders: list[UUID]) -> bool:
    statuses = {(await town.row("orders", order_id)).status for order_id in orders}
    return statuses == {"needs_attention"}
