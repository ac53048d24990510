"""A scrape job whose provider fails in every way while its worker is killed ends complete, and pays no page twice.

`CALLOUT_SOAK=1` does it with five thousand businesses; `CALLOUT_SEED` repeats a run.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest

from callout.features.prospecting.catalogue.areas import area_of, around
from callout.kit.geo import Point, haversine_km
from callout.run import embedded_postgres
from callout.run.demo.client import Client
from callout.sandbox.places_world import shops_in
from tests.e2e.place import Place, new_place, up

SOAK = os.environ.get("CALLOUT_SOAK") == "1"
SCRAPER = "/api/admin/data-scraper"
PASSWORD = "brackish-otter-42"
PACE_MS = 2
KILLS = 3
FAULTS = {
    "next": ["ok", "429", "ok", "500", "truncated", "ok", "ok", "duplicate", "timeout"],
    "chance": {"429": 0.03, "500": 0.03, "truncated": 0.03, "duplicate": 0.02, "timeout": 0.003},
}
"""Each kind once, and then by chance."""
DOWNTOWN, NEAR_KM = Point(30.26715, -97.74306), 4.0
TYPES = ("hotel", "restaurant", "clinic", "gym", "bakery", "dentist", "plumber", "school")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Everything in processes of its own; providers are given up after two seconds."""
    with new_place() as made:
        made.settings |= {"CALLOUT_PLACES_TIMEOUT_S": "2", "CALLOUT_VOICE": "false"}
        with up(made):
            yield made


@asynccontextmanager
async def owner_of(place: Place) -> AsyncIterator[Client]:
    """The owner of a new business that scrapes as fast as it can."""
    owner = Client(place.url())
    try:
        run = uuid4().hex[:8]
        founding = {
            "email": f"owner@{run}.example",
            "password": PASSWORD,
            "full_name": "Olivia Bright",
            "business_name": f"Bright {run}",
            "country": "US",
            "timezone": "America/Chicago",
        }
        await owner.post("/api/shared/auth/signup", founding)
        await owner.sign_in(founding["email"], PASSWORD)
        hurry(place)
        yield owner
    finally:
        await owner.close()


def hurry(place: Place) -> None:
    """Lets every business here ask faster than the least pace people may choose."""
    server = embedded_postgres.find(place.state)
    assert server is not None
    with psycopg.connect(server.url_owner, autocommit=True) as connection:
        connection.execute("SELECT set_config('callout.tenant', '*', false)")
        connection.execute(
            "INSERT INTO tenant_settings (id, tenant_id, key, value, created_at, updated_at, version)"
            " SELECT gen_random_uuid(), id, 'scraper.request_interval_ms', to_jsonb(%s::int), now(), now(), 1 FROM tenants"
            " ON CONFLICT DO NOTHING",
            (PACE_MS,),
        )


async def kill_worker(place: Place) -> None:
    """kill -9; the supervisor starts another."""
    async with asyncio.timeout(60):
        while True:
            worker = place.process("worker")
            if worker is not None:
                break
            await asyncio.sleep(0.1)
    with suppress(psutil.NoSuchProcess):
        worker.kill()


async def watched(place: Place, owner: Client, job: dict[str, Any], kills_at: list[int], within_s: float) -> Any:
    """The job at its end; the worker is killed whenever the job has come so far."""
    deadline = time.monotonic() + within_s
    left = list(kills_at)
    while True:
        now = await owner.get(f"{SCRAPER}/jobs/{job['id']}")
        if now["status"] in {"completed", "stopped", "failed"}:
            assert not left, f"ended before it was killed at {left}: {now}"
            return now
        if left and now["batches_done"] >= left[0]:
            left.pop(0)
            await kill_worker(place)
        assert time.monotonic() < deadline, now
        await asyncio.sleep(0.1 if left else 0.5)


async def found_by(owner: Client, job: dict[str, Any]) -> list[dict[str, Any]]:
    """All businesses of a job."""
    rows: list[dict[str, Any]] = []
    while True:
        page = await owner.get(f"{SCRAPER}/jobs/{job['id']}/results", limit=200, offset=len(rows), sort="name")
        rows += page["items"]
        if not page["items"] or len(rows) >= page["total"]:
            return rows


async def scrape_in_spite_of_everything(place: Place, wanted: dict[str, Any], there: set[str], within_s: float) -> None:
    seed = int(os.environ.get("CALLOUT_SEED") or random.randrange(10**6))
    print(f"CALLOUT_SEED={seed}")  # noqa: T201 - shown when it fails
    rng = random.Random(seed)
    async with owner_of(place) as owner, httpx.AsyncClient(base_url=place.url("SANDBOX_PORT")) as sandbox:
        await sandbox.post("/serpapi/_sandbox/reset")
        await sandbox.post("/serpapi/_sandbox/faults", json={**FAULTS, "seed": seed})
        began = time.monotonic()
        given = {"provider": "serpapi", "country": "US", "max_results": 10_000, "min_rating": 0, **wanted}
        job = await owner.post(f"{SCRAPER}/jobs", given)
        pages = len(there) // 20
        kills_at = sorted(rng.sample(range(1, pages), KILLS))
        done = await watched(place, owner, job, kills_at, within_s)
        took = time.monotonic() - began
        calls = (await sandbox.get("/serpapi/_sandbox/calls")).json()
        rows = await found_by(owner, job)
    assert done["status"] == "completed", done["errors"]
    assert done["found"] == done["stored"] + done["duplicates"] + done["filtered"] + done["rejected"]
    assert calls["paid_twice"] == []
    assert len({call["page"] for call in calls["items"] if call["billed"]}) == calls["billed"]
    assert {"429", "500", "truncated", "duplicate", "delay"} <= {call["fault"] for call in calls["items"]}
    told = {row["place_id"] for row in rows}
    assert len(rows) == len(told) == done["stored"]
    assert told == there, f"lacks {len(there - told)}, has {len(told - there)} too many"
    print(  # noqa: T201 - the figures of the run
        f"{done['stored']} businesses, {done['tiles_total']} tiles, {calls['billed']} searches paid, {calls['total']} requests, "
        f"worker killed after batches {kills_at}, {took:.0f} s"
    )


@pytest.mark.timeout(300)
async def test_a_job_under_faults_whose_worker_is_killed_three_times_is_complete_and_pays_no_page_twice(
    place: Place,
) -> None:
    box = around(DOWNTOWN, NEAR_KM).box
    near = [shop for shop in shops_in(box, "hotel") if haversine_km(*DOWNTOWN, shop.lat, shop.lng) <= NEAR_KM]
    wanted = {"business_types": ["hotel"], "center": DOWNTOWN._asdict(), "radius_km": NEAR_KM}
    await scrape_in_spite_of_everything(place, wanted, {shop.place_id for shop in near}, within_s=120)


@pytest.mark.skipif(not SOAK, reason="CALLOUT_SOAK=1 scrapes five thousand businesses, which takes minutes")
@pytest.mark.timeout(1800)
async def test_five_thousand_businesses(place: Place) -> None:
    austin = area_of("US", "TX", "Austin")
    assert austin is not None
    there: set[str] = set()
    types: list[str] = []
    for what in TYPES:
        if len(there) >= 5000:
            break
        types.append(what)
        there |= {shop.place_id for shop in shops_in(austin.box, what)}
    assert len(there) >= 5000
    wanted = {"business_types": types, "state": "TX", "city": "Austin"}
    await scrape_in_spite_of_everything(place, wanted, there, within_s=1500)
