"""Vendor selection over HTTP: overview, one-shot, ranking, candidates, policies, permissions."""

import copy
from typing import Any

import httpx
import pytest

from callout.features.dispatch.policy import DEFAULT_WEIGHTS
from tests.features.dispatch.town import SPRINGFIELD, Town

PREFIX = "/api/admin/vendor-selection"
PLACE = {"lat": SPRINGFIELD[0], "lng": SPRINGFIELD[1]}
JOB: dict[str, Any] = {"service_type": "cleaning", "priority": "medium", "customer_location": PLACE}


@pytest.fixture
async def owner(town: Town) -> httpx.AsyncClient:
    return await town.admin()


async def test_the_overview_counts_what_is_going_on(town: Town, owner: httpx.AsyncClient) -> None:
    await town.vendor(is_online=True, last_seen_at=town.database.clock.now())
    order_id = await town.order()
    await town.dispatch(order_id)
    seen = (await owner.get(PREFIX)).json()
    assert (seen["policy"]["version"], seen["orders_open"], seen["offers_outstanding"]) == (0, 1, 1)
    assert (seen["needs_attention"], seen["vendors_online"]) == (0, 1)
    assert seen["settings"]["dispatch.default_radius_km"] == 15


async def test_one_shot_selection_makes_and_dispatches_an_order(town: Town, owner: httpx.AsyncClient) -> None:
    vendor = await town.vendor()
    body = JOB | {
        "customer_name": "Anna Reyes",
        "customer_phone": "+13055550199",
        "customer_address": "12 Oak Street, Springfield",
        "description": "House cleaning",
    }
    answer = await owner.post(PREFIX, json=body | {"criteria": {"location_radius_km": 5}})
    assert answer.status_code == 201, answer.text
    assert answer.json()["order"]["status"] == "offering"
    assert answer.json()["vendor_selection"] == {"evaluated": 1, "selected": [str(vendor)], "notifications_sent": 1}
    nobody = await owner.post(PREFIX, json=body | {"service_type": "plumbing"})
    assert (nobody.status_code, nobody.json()["order"]["status"]) == (201, "needs_attention")
    assert nobody.json()["vendor_selection"]["selected"] == []


async def test_ranking_twice_gives_the_same_and_sends_nothing(town: Town, owner: httpx.AsyncClient) -> None:
    vendors = [await town.vendor(km=km) for km in (1, 5, 9)]
    first = await owner.post(f"{PREFIX}/rank", json=JOB)
    second = await owner.post(f"{PREFIX}/rank", json=JOB)
    assert first.status_code == 200, first.text
    ranking = first.json()
    assert ranking["candidates"] == second.json()["candidates"]
    assert [row["vendor_id"] for row in ranking["candidates"]] == [str(vendor) for vendor in vendors]
    assert [wave["k"] for wave in ranking["waves"]] == [1, 2]
    assert (ranking["policy_class"], ranking["fallbacks"]) == ("normal", [str(vendors[1]), str(vendors[2])])
    assert (await owner.get(f"{PREFIX}/offers")).json()["total"] == 0
    assert (await owner.get(f"{PREFIX}/decisions")).json()["total"] == 0


async def test_ranking_without_anybody_is_refused_only_when_somebody_is_required(owner: httpx.AsyncClient) -> None:
    assert (await owner.post(f"{PREFIX}/rank", json=JOB)).status_code == 200
    refused = await owner.post(f"{PREFIX}/rank", json=JOB | {"require": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_candidates")


async def test_candidates_show_what_speaks_against_them(town: Town, owner: httpx.AsyncClient) -> None:
    near = await town.vendor(km=2)
    full = await town.vendor(km=4, open_jobs=3)
    await town.vendor(km=80)
    query = {"service_type": "cleaning", "radius_km": "50", "lat": str(PLACE["lat"]), "lng": str(PLACE["lng"])}
    found = (await owner.get(f"{PREFIX}/vendors", params=query)).json()
    assert [(row["vendor"]["id"], row["eligible"], row["reason_codes"]) for row in found["items"]] == [
        (str(near), True, []),
        (str(full), False, ["at_capacity"]),
    ]
    half = await owner.get(f"{PREFIX}/vendors", params={"lat": "1"})
    assert half.status_code == 422


async def test_a_policy_goes_from_draft_into_force_and_out(town: Town, owner: httpx.AsyncClient) -> None:
    weights = copy.deepcopy(DEFAULT_WEIGHTS)
    wrong = weights | {"normal": weights["normal"] | {"quality": 0.33}}
    refused = await owner.post(f"{PREFIX}/policies", json={"name": "Too much", "weights": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "weights_sum")
    for number in (1, 2):
        draft = await owner.post(f"{PREFIX}/policies", json={"name": f"Trial {number}", "weights": weights})
        assert (draft.status_code, draft.json()["version"], draft.json()["status"]) == (201, number, "draft")
    path = f"{PREFIX}/policies/1/activate"
    assert (await owner.post(path, json={})).status_code == 409
    assert (await owner.post(path, json={"force": True})).status_code == 422
    for number in (1, 2):
        active = await owner.post(
            f"{PREFIX}/policies/{number}/activate", json={"force": True, "note": "first weeks, no history"}
        )
        assert (active.status_code, active.json()["status"]) == (200, "active"), active.text
    assert (await owner.get(f"{PREFIX}/policies/active")).json()["version"] == 2
    listed = (await owner.get(f"{PREFIX}/policies")).json()["items"]
    assert [(row["version"], row["status"]) for row in listed] == [(2, "active"), (1, "retired"), (0, "retired")]
    await town.vendor()
    order_id = await town.order()
    assert (await town.dispatch(order_id))["policy_version"] == 2


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("manager", 403), ("viewer", 403), ("agent", 403)])
async def test_only_owners_make_policies(town: Town, role: str, status: int) -> None:
    client = await town.admin(role)
    answer = await client.post(f"{PREFIX}/policies", json={"name": "Trial", "weights": DEFAULT_WEIGHTS})
    assert answer.status_code == status


async def test_another_tenant_sees_nothing_of_it(town: Town, owner: httpx.AsyncClient) -> None:
    await town.vendor()
    order_id = await town.order()
    await town.dispatch(order_id)
    [decision] = await town.decisions(order_id)
    stranger = Town(town.database, town.serve, town.desk)
    await stranger.found()
    client = await stranger.admin()
    assert (await client.get(f"{PREFIX}/decisions/{decision['id']}")).status_code == 404
    assert (await client.get(f"{PREFIX}/offers")).json()["total"] == 0
    assert (await client.post(f"/api/admin/orders/{order_id}/dispatch", json={})).status_code == 404
    assert (await owner.get(f"{PREFIX}/offers")).json()["total"] == 1


async def test_a_vendor_sees_its_open_offers_and_its_own_part_of_the_decision(town: Town) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=6)
    order_id = await town.order()
    await town.dispatch(order_id, mode="broadcast")
    app = await town.app(second)
    [offer] = (await app.get("/api/vendor/orders/offers")).json()["items"]
    assert (offer["order"]["id"], offer["order"]["status"], offer["distance_km"]) == (str(order_id), "new", 6.0)
    assert offer["seconds_left"] > 0
    told = (await app.get(f"/api/vendor/orders/{order_id}/explanation")).json()
    assert (told["rank"], told["chosen"], told["winner_distance_km"]) == (2, True, 2.0)
    assert str(first) not in str(told)
    stranger = await town.app(await town.vendor(km=8))
    assert (await stranger.get(f"/api/vendor/orders/{order_id}/explanation")).status_code == 404
    assert (await stranger.post(f"/api/vendor/orders/{order_id}/accept")).status_code == 404
    answered = await app.post(f"/api/vendor/orders/{order_id}/response", json={"action": "accept", "extra": 1})
    assert (answered.status_code, answered.json()["next_action"]) == (200, "start_service"), answered.text
    assert (await app.get("/api/vendor/orders/offers")).json()["items"] == []
