"""Processes are killed in the middle of waves: every order ends filled or with an admin, and no offer is made twice.

`CALLOUT_SEED` repeats a run; with `CALLOUT_SOAK=1` each process is killed in each mode, with vendors who stay silent.
"""

import asyncio
import os
import random
from collections.abc import Iterable

import pytest

from tests.faults.killing import Scene
from tests.faults.rush import Rush, answering, choosy, rush_in

SOAK = os.environ.get("CALLOUT_SOAK") == "1"
MODES = ("waves", "sequential", "broadcast", "manual")
VICTIMS = ("worker", "vendor", "postgres", "admin")
ENDED_WITHIN_S = 90.0
KILLS = 4


async def kill(scene: Scene, victim: str, rng: random.Random) -> None:
    """kill -9 of a process, at a moment nobody chose."""
    await scene.find(victim)  # it may still be coming back
    await asyncio.sleep(rng.uniform(0, 1.5))
    await scene.kill(victim)


async def kill_all(scene: Scene, victims: Iterable[str], rng: random.Random) -> None:
    for victim in victims:
        await kill(scene, victim, rng)


async def place_orders(rush: Rush, modes: Iterable[str]) -> None:
    for mode in modes:
        await rush.order(mode)
        await asyncio.sleep(0.3)


@pytest.mark.timeout(300)
async def test_kills_in_the_middle_of_waves_leave_every_order_filled_or_with_an_admin(scene: Scene, seed: int) -> None:
    print(f"CALLOUT_SEED={seed}")  # noqa: T201 - shown when it fails
    rng = random.Random(seed)
    async with rush_in(scene.place, seed) as rush, rush.vendors_at_work(answering):
        silent = [await rush.order(mode, deadline_min=30, ignored=True) for mode in ("waves", "broadcast")]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(place_orders(rush, [mode for mode in MODES for _ in range(2)]))
            tasks.create_task(kill_all(scene, VICTIMS, rng))
        rush.let_time_pass(silent, 45)  # of which no sleeping workflow knows
        ended = await rush.all_ended(ENDED_WITHIN_S)
        assert {order["attention_reason"] for order in ended if order["id"] in silent} == {"fill_deadline"}
        rush.check()


@pytest.mark.skipif(not SOAK, reason="the long run: CALLOUT_SOAK=1")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("victim", ["worker", "vendor", "admin", "postgres", "gateway", "everything"])
async def test_each_process_killed_in_each_mode(scene: Scene, seed: int, victim: str, mode: str) -> None:
    print(f"CALLOUT_SEED={seed}")  # noqa: T201 - shown when it fails
    rng = random.Random(f"{seed}-{victim}-{mode}")
    async with rush_in(scene.place, seed) as rush, rush.vendors_at_work(choosy):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(place_orders(rush, [mode] * 10))
            tasks.create_task(kill_all(scene, [victim] * KILLS, rng))
        await rush.all_ended(4 * ENDED_WITHIN_S)
        rush.check()
