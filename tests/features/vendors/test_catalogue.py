"""The service catalogue over HTTP."""

from typing import Any

SERVICES = "/api/admin/vendor-selection/services"


async def rows(business: Any, query: str = "") -> list[dict[str, Any]]:
    return list((await business.owner.get(f"{SERVICES}{query}")).json()["items"])


async def test_a_new_business_has_the_thirteen_services(business: Any) -> None:
    services = {row["code"]: row for row in await rows(business)}
    assert len(services) == 13
    assert services["cleaning"]["base_price"] == "150.00"
    assert services["cleaning"]["tiers"][0] == {"name": "basic", "min": 100, "max": 200}
    assert services["hvac"]["label"] == "Heating and cooling"
    assert "burst pipe" in services["plumbing"]["synonyms"]
    assert [row["code"] for row in await rows(business, "?q=termites")] == ["pest_control"]


async def test_a_service_of_ones_own(business: Any) -> None:
    body = {"code": "gutter_cleaning", "canonical": "cleaning", "label": "Gutter cleaning", "base_price": "120.50"}
    made = await business.owner.post(SERVICES, json=body)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{SERVICES}/{made.json()['id']}"
    assert [tier["max"] for tier in made.json()["tiers"]] == [161, 281, None]
    again = await business.owner.post(SERVICES, json=body)
    assert (again.status_code, again.json()["existing_id"]) == (409, made.json()["id"])
    worker = await business.vendor(services=["gutter_cleaning"])
    assert worker.signup["vendor"]["services"] == ["gutter_cleaning"]


async def test_prices_and_bands_change_with_the_current_version_only(business: Any) -> None:
    service = (await rows(business, "?canonical=cleaning"))[0]
    path = f"{SERVICES}/{service['id']}"
    tiers = [{"name": "basic", "min": 0, "max": 99.5}, {"name": "premium", "min": 99.5}]
    assert (await business.owner.patch(path, json={"tiers": tiers})).status_code == 428
    done = await business.owner.patch(path, json={"tiers": tiers, "min_price": 40}, headers={"If-Match": '"v1"'})
    assert done.status_code == 200, done.text
    assert done.json()["tiers"][1] == {"name": "premium", "min": 99.5, "max": None}
    assert done.headers["ETag"] == '"v2"'
    broken = [{"name": "basic", "min": 0, "max": 10}, {"name": "premium", "min": 20}]
    refused = await business.owner.patch(path, json={"tiers": broken}, headers={"If-Match": '"v2"'})
    assert refused.status_code == 422
    assert (await business.owner.patch(path, json={"label": None}, headers={"If-Match": '"v2"'})).status_code == 422


async def test_a_needed_service_is_not_retired_and_a_retired_one_is_not_offered(business: Any) -> None:
    service = (await rows(business, "?canonical=painting"))[0]
    path = f"{SERVICES}/{service['id']}"
    business.system.workload.needed.add("painting")
    refused = await business.owner.delete(path, headers={"If-Match": '"v1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    business.system.workload.needed.clear()
    assert (await business.owner.delete(path, headers={"If-Match": '"v1"'})).status_code == 204
    assert [row["code"] for row in await rows(business, "?is_active=false")] == ["painting"]
    refused = await business.register(services=["painting"])
    assert refused.json()["errors"][0]["code"] == "unknown_service"


async def test_the_catalogue_of_another_tenant_is_another(business: Any, other_business: Any) -> None:
    service = (await rows(business))[0]
    headers = {"If-Match": "*"}
    path = f"{SERVICES}/{service['id']}"
    assert (await other_business.owner.patch(path, json={"label": "mine"}, headers=headers)).status_code == 404
    viewer = await business.member("viewer")
    assert (await viewer.get(SERVICES)).status_code == 200
    assert (await viewer.delete(path, headers=headers)).status_code == 403
