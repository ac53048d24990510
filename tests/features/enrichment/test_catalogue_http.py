"""Business types and places over HTTP."""

import pytest

from tests.features.scraping.conftest import SCRAPER


@pytest.fixture
async def ask(street):
    client = await street.client("viewer")

    async def get(path, **params):
        answer = await client.get(f"{SCRAPER}{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


async def test_business_types_are_listed_and_found(ask):
    everything = await ask("/business-types")
    assert len(everything) == 209
    assert {"code", "label", "group"} <= everything[0].keys()
    assert (await ask("/business-types", q="dent"))[0]["code"] == "dentist"
    assert {each["group"] for each in await ask("/business-types", group="lodging")} == {"lodging"}
    assert "hotel" in {each["code"] for each in await ask("/business-types", service="pest_control", group="lodging")}
    assert len(await ask("/business-types", limit=5, offset=2)) == 5


async def test_places_are_chosen_from_the_large_to_the_small(ask):
    countries = await ask("/locations/countries")
    assert len(countries) > 240
    assert [each["code"] for each in await ask("/locations/countries", q="deutschland")] == ["DE"]
    states = await ask("/locations/states", country="us", q="tex")
    assert [(each["code"], each["name"]) for each in states] == [("TX", "Texas")]
    cities = await ask("/locations/cities", country="US", state="TX", limit=3)
    assert [each["name"] for each in cities] == ["Houston", "San Antonio", "Dallas"]
    assert all({"code", "name", "lat", "lng"} <= each.keys() for each in cities)
    assert (await ask("/locations/cities", country="DE", q="Munchen"))[0]["name"] == "Munich"
    found = await ask("/locations/localities", country="US", state="New York", city="New York City", q="manh")
    assert found[0]["name"] == "Manhattan"


async def test_a_page_of_cities_goes_on_where_the_last_one_ended(ask):
    together = await ask("/locations/cities", country="FR", limit=10)
    apart = [
        *await ask("/locations/cities", country="FR", limit=5),
        *await ask("/locations/cities", country="FR", limit=5, offset=5),
    ]
    assert together == apart


async def test_a_town_that_is_not_known_has_no_districts(ask):
    assert await ask("/locations/localities", country="US", city="Nowhere at all") == []
    assert await ask("/locations/cities", country="US", state="Atlantis") == []


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/locations/states", {}, 422), ("/locations/states", {"country": "XX"}, 422),
        ("/locations/localities", {"country": "US"}, 422), ("/business-types", {"colour": "red"}, 400),
        ("/locations/cities", {"country": "US", "limit": "0"}, 422), ("/locations/cities", {"country": "US", "sort": "name"}, 422),
    ],
)  # fmt: skip
async def test_wrong_questions_are_refused(street, path, params, status):
    assert (await (await street.client()).get(f"{SCRAPER}{path}", params=params)).status_code == status
