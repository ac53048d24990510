"""Looking before a job is started: sources, estimates, one page, one place."""

from tests.features.scraping.conftest import SCRAPER, City, Office
from tests.features.scraping.test_jobs import DOWNTOWN, shops_around

HOTELS = {"provider": "serpapi", "business_types": ["hotel"], "country": "US", "state": "TX", "city": "Kerrville"}


async def test_the_sources_are_listed_with_whether_they_are_real(office: Office) -> None:
    listed = await office.get("/providers")
    assert [(each["provider"], each["status"], each["mode"]) for each in listed] == [
        ("serpapi", "sandbox", "sandbox"),
        ("google_maps", "sandbox", "sandbox"),
    ]
    assert "places" in listed[0]["capabilities"]


async def test_an_estimate_spends_nothing(city: City, office: Office) -> None:
    answer = await office.owner.post(f"{SCRAPER}/jobs/estimate", json={**HOTELS, "city": "Austin", "max_results": 5000})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["areas"] == ["Austin, Texas, United States"]
    assert told["expected_results"] > 120
    assert told["tiles"] > 1
    assert told["provider_calls"] >= told["tiles"]
    assert told["duration_s"] > told["provider_calls"]
    assert (told["cost"], told["mode"], told["within_quota"]) == (0, "sandbox", True)
    assert (await city.calls())["billed"] == 0
    assert (await office.get("/jobs"))["total"] == 0


async def test_a_place_that_does_not_exist_cannot_be_searched(city: City, office: Office) -> None:
    answer = await office.owner.post(f"{SCRAPER}/jobs", json={**HOTELS, "radius_km": 5, "city": None})
    assert answer.status_code == 422
    answer = await office.owner.post(f"{SCRAPER}/jobs", json={**HOTELS, "business_types": []})
    assert answer.status_code == 422
    answer = await office.owner.post(f"{SCRAPER}/jobs", json={**HOTELS, "colour": "red"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")


async def test_one_page_is_shown_and_stored_only_when_asked(office: Office) -> None:
    answer = await office.owner.post(f"{SCRAPER}/search", json={**HOTELS, "num": 5, "min_rating": 4})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert len(told["results"]) + told["filtered"] == 5
    assert told["has_more"] is True
    assert told["stats"]["total"] == len(told["results"])
    assert all(each["rating"] is None or each["rating"] >= 4 for each in told["results"])
    assert await office.businesses() == []
    rest = (await office.owner.post(f"{SCRAPER}/search", json={**HOTELS, "start": 5, "store": True})).json()
    assert (rest["stored"], rest["has_more"]) == (4, False)
    rows = await office.businesses()
    assert {row.place_id for row in rows} == {each["place_id"] for each in rest["results"]}
    [job] = (await office.get("/jobs"))["items"]
    assert (job["status"], job["stored"], job["found"]) == ("completed", 4, 4)
    assert all(row.job_ids == [job["id"]] for row in rows)


async def test_a_search_in_words_says_itself_where(office: Office) -> None:
    body = {"provider": "google_maps", "query": "hotel in Austin, Texas", "num": 3}
    told = (await office.owner.post(f"{SCRAPER}/search", json=body)).json()
    assert len(told["results"]) == 3


async def test_a_provider_that_fails_is_told_as_such(city: City, office: Office) -> None:
    await city.faults(next=["401"])
    answer = await office.owner.post(f"{SCRAPER}/search", json=HOTELS)
    told = answer.json()
    assert (answer.status_code, told["code"], told["provider"], told["reason"]) == (
        502, "provider_error", "serpapi", "key_refused",
    )  # fmt: skip
    await city.faults(next=["429"])
    assert (await office.owner.post(f"{SCRAPER}/search", json=HOTELS)).status_code in {429, 502}


async def test_a_stored_place_is_asked_about_anew(city: City, office: Office) -> None:
    shop = shops_around(1)[0]
    body = {"provider": "serpapi", "business_types": ["hotel"], "country": "US", "center": DOWNTOWN._asdict(),
            "radius_km": 1, "store": True}  # fmt: skip
    stored = (await office.owner.post(f"{SCRAPER}/search", json=body)).json()
    assert shop.place_id in {each["place_id"] for each in stored["results"]}
    async with office.work() as work:
        business = next(row for row in await office.businesses() if row.place_id == shop.place_id)
        row = await work.session.get(type(business), business.id)
        row.website = None
    told = await office.get(f"/place-details/{shop.place_id}", country="US")
    assert told["id"] == str(business.id)
    assert told["website"] == shop.website
    unknown = await office.owner.get(f"{SCRAPER}/place-details/ChIJAAAAAAAAAAAAAAAAAAAAAAA")
    assert unknown.status_code == 404


async def test_results_of_a_job_are_listed_with_the_filters_of_the_list(office: Office) -> None:
    await office.owner.post(f"{SCRAPER}/search", json={**HOTELS, "store": True})
    [job] = (await office.get("/jobs", provider="serpapi", status="completed"))["items"]
    everything = await office.get(f"/jobs/{job['id']}/results")
    assert everything["total"] == job["stored"] == len(everything["items"])
    best = await office.get(f"/jobs/{job['id']}/results", call_priority="high")
    assert 0 < best["total"] < everything["total"]
