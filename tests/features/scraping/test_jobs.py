"""A scrape job from its first search to its end: every place once, every count adds up, every page paid once."""

import pytest

from callout.features.prospecting.catalogue.areas import area_of
from callout.sandbox.places_world import shops_in
from tests.features.scraping.conftest import City, Office, adds_up

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_job_finds_every_place_of_a_town_although_one_search_shows_only_some(
    city: City, office: Office
) -> None:
    job = await office.run(max_results=10_000)
    assert (job["status"], job["stop_reason"], job["errors"]) == ("completed", "exhausted", [])
    austin = area_of("US", "TX", "Austin")
    assert austin is not None
    there = {shop.place_id for shop in shops_in(austin.box, "hotel")}
    assert len(there) > 120
    rows = await office.businesses()
    found = {row.place_id for row in rows}
    assert len(rows) == len(found) == job["stored"]
    assert len(there - found) == 0
    assert job["tiles_done"] == job["tiles_total"] > 1
    assert job["batches_done"] == job["batches_total"]
    assert job["progress_pct"] == 100
    print({k: job[k] for k in ("provider_calls","batches_done","tiles_done","found","stored","duplicates","rejected")})
    assert adds_up(job)
    assert job["mode"] == "sandbox"
    calls = await city.calls()
    assert job["provider_calls"] == calls["billed"]
