"""Simulating a policy: recorded decisions under another one, in the background, with no side effects."""

import copy
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url, text

from callout.features.dispatch.policy import DEFAULT_WEIGHTS, FEATURES
from callout.features.dispatch.simulation.workflows import register
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.workflows import DbosJobs, Workflows
from callout.run.embedded_postgres import EmbeddedPostgres
from tests.features.dispatch.test_search_workflow import until
from tests.features.dispatch.town import Town

PREFIX = "/api/admin/vendor-selection/policies"
NEAREST = {name: {feature: float(feature == "proximity") for feature in FEATURES} for name in DEFAULT_WEIGHTS}
BEST = {name: {feature: float(feature == "quality") for feature in FEATURES} for name in DEFAULT_WEIGHTS}
FIGURES = ("mean_distance_km", "mean_predicted_p", "fairness_gini", "newcomers_reached", "predicted_fill")


@pytest.fixture
async def worker(postgres: EmbeddedPostgres, jobs: DbosJobs, bus: Bus, clock: OffsetClock) -> AsyncIterator[Workflows]:
    """Runs simulations in this process."""
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg")
    database = Database(url.render_as_string(hide_password=False), bus=bus, jobs=jobs, clock=clock, pool_size=5)
    flows = Workflows()
    register(flows, database)
    await flows.launch(postgres.url_app, executor_id="simulation-tests", polling_s=0.05)
    yield flows
    await flows.shutdown(2)
    await database.close()


async def simulated(owner: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """Asks for a simulation and waits for its end."""
    asked = await owner.post(f"{PREFIX}/simulate", json=body)
    assert asked.status_code == 202, asked.text
    assert asked.json()["status"] == "queued"
    assert asked.json()["changed_winner_pct"] is None
    found: dict[str, Any] = {}

    async def ended() -> bool:
        found.update((await owner.get(asked.headers["location"])).json())
        return found["status"] in {"completed", "failed"}

    await until(ended)
    assert (found["status"], found["progress_pct"], found["error"]) == ("completed", 100, None)
    return found


async def good_but_far(town: Town) -> None:
    """A well-proven vendor of old who lives far from the customer."""
    vendor = await town.vendor(km=12, max_open_jobs=20, registered_at=town.database.clock.now() - timedelta(days=200))
    async with town.work() as work:
        await work.session.execute(
            text(
                "INSERT INTO vendor_stats (id, tenant_id, vendor_id, service_type, last_at, n, s, offers, answers, "
                "accepts, silences, sum_log_rt, daypart_offers, daypart_accepts, backoff_level, created_at, updated_at, "
                "version) VALUES (gen_random_uuid(), :tenant, :vendor, 'cleaning', now(), 25, 25, 0, 0, 0, 0, 0, '[]', "
                "'[]', 0, now(), now(), 1)"
            ),
            {"tenant": town.tenant_id, "vendor": vendor},
        )


async def test_recorded_decisions_are_decided_again_and_nothing_else_happens(town: Town, worker: Workflows) -> None:
    await town.vendor(km=1, max_open_jobs=20)
    await good_but_far(town)
    for _ in range(3):
        await town.dispatch(await town.order(), mode="sequential")
    owner = await town.admin()
    offers = (await owner.get("/api/admin/vendor-selection/offers")).json()["total"]
    near = await simulated(owner, weights=NEAREST)
    assert (near["source"], near["decisions"], near["left_out"], near["truncated"]) == ("recorded", 3, 0, False)
    assert near["mean_distance_km"] == 1.0
    best = await simulated(owner, weights=BEST)
    assert best["mean_distance_km"] == 12.0
    usual = [row["baseline"] for row in (near, best)]
    assert usual[0] == usual[1]
    changed = [row["changed_winner_pct"] for row in (near, best)]
    assert 0.0 <= min(changed) < max(changed) <= 100.0
    assert all(0 < best[name] <= 1 for name in ("mean_predicted_p", "predicted_fill"))
    assert [row["newcomers_reached"] for row in (near, best)] == [1, 0]
    same = await simulated(owner, version=0)
    assert same["changed_winner_pct"] == 0.0
    assert {name: same[name] for name in FIGURES} == same["baseline"]
    assert (await owner.get("/api/admin/vendor-selection/offers")).json()["total"] == offers
    assert (await owner.get("/api/admin/vendor-selection/decisions")).json()["total"] == 3


async def test_a_limit_takes_the_newest_decisions(town: Town, worker: Workflows) -> None:
    await town.vendor(max_open_jobs=20)
    for _ in range(3):
        await town.dispatch(await town.order())
    owner = await town.admin()
    some = await simulated(owner, version=0, limit=2)
    assert (some["decisions"], some["truncated"]) == (2, True)
    assert some["oldest"] <= some["newest"]


async def test_orders_given_to_vendors_by_name_are_left_out(town: Town, worker: Workflows) -> None:
    vendor = await town.vendor()
    await town.dispatch(await town.order(), mode="manual", vendor_ids=[str(vendor)])
    told = await simulated(await town.admin(), version=0)
    assert (told["decisions"], told["left_out"]) == (0, 1)
    assert told["changed_winner_pct"] is None
    assert all(told[name] is None for name in ("mean_distance_km", "mean_predicted_p", "fairness_gini"))


async def test_without_recorded_decisions_a_day_of_a_made_up_town_is_played(town: Town, worker: Workflows) -> None:
    owner = await town.admin()
    told = await simulated(owner, weights=NEAREST, seed=3)
    assert told["source"] == "town"
    assert "made-up town" in told["notes"][0]
    assert told["decisions"] > 30
    assert told["mean_distance_km"] < told["baseline"]["mean_distance_km"]
    assert told["changed_winner_pct"] > 0


async def test_a_version_goes_into_force_once_it_was_simulated(town: Town, worker: Workflows) -> None:
    owner = await town.admin()
    await town.vendor()
    await town.dispatch(await town.order())
    draft = {"name": "Near", "weights": NEAREST}
    assert (await owner.post(PREFIX, json=draft)).json()["simulation"] is None
    refused = await owner.post(f"{PREFIX}/1/activate", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_simulated")
    done = await simulated(owner, version=1)
    kept = (await owner.get(f"{PREFIX}/1")).json()["simulation"]
    assert (kept["id"], kept["decisions"]) == (done["id"], 1)
    assert (await owner.post(f"{PREFIX}/1/activate", json={})).status_code == 200
    again = (await owner.post(PREFIX, json=draft | {"name": "The same again"})).json()
    assert again["simulation"]["id"] == done["id"]
    other = copy.deepcopy(DEFAULT_WEIGHTS)
    assert (await owner.post(PREFIX, json={"name": "Other", "weights": other})).json()["simulation"] is None


async def test_simulations_are_listed_and_nobody_elses(town: Town, worker: Workflows) -> None:
    owner = await town.admin()
    await town.vendor()
    await town.dispatch(await town.order())
    first = await simulated(owner, version=0)
    second = await simulated(owner, weights=BEST, knobs={"rank_exponent": 0.0})
    listed = (await owner.get(f"{PREFIX}/simulations")).json()
    assert [row["id"] for row in listed["items"]] == [second["id"], first["id"]]
    assert (await owner.get(f"{PREFIX}/simulations", params={"version": "0"})).json()["total"] == 1
    stranger = Town(town.database, town.serve, town.desk)
    await stranger.found()
    client = await stranger.admin()
    assert (await client.get(f"{PREFIX}/simulations")).json()["total"] == 0
    assert (await client.get(f"{PREFIX}/simulations/{first['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "version"),
        ({"version": 0, "weights": BEST}, "version"),
        ({"version": 0, "from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}, "from"),
        ({"version": 0, "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
        ({"version": 0, "limit": 5001}, "limit"),
        ({"weights": BEST, "knobs": {"rank_exponent": 3}}, "knobs.rank_exponent"),
    ],
)
async def test_what_cannot_be_simulated_is_refused(town: Town, body: dict[str, Any], field: str) -> None:
    refused = await (await town.admin()).post(f"{PREFIX}/simulate", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_an_unknown_version_is_not_found_and_vendors_may_not_ask(town: Town) -> None:
    assert (await (await town.admin()).post(f"{PREFIX}/simulate", json={"version": 9})).status_code == 404
    assert (await (await town.admin("viewer")).post(f"{PREFIX}/simulate", json={"version": 0})).status_code == 202
