"""The list of businesses, found by what they are, and changed one by one and in bulk (API specification §3.3)."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from callout.features.prospecting import business_bulk
from callout.features.prospecting.business_workflows import register
from callout.kit.workflows import Workflows
from tests.features.identity.conftest import AUSTIN, BUSINESSES, SCRAPER, Book, Desk, draft

NORTH = (AUSTIN[0] + 0.09, AUSTIN[1])


async def some(book: Book) -> list[dict[str, Any]]:
    return await book.tell(
        draft(
            "Café Zoë", place_id="a", address="1 Main St", city="Austin", category="Coffee shop", rating=Decimal("4.5"),
            review_count=9, phone="+15125550100", phone_raw="(512) 555-0100", website="https://zoe.example/", email="z@zoe.example",
        ),
        draft("Berta's Salon", place_id="b", at=NORTH, address="2 Oak St", city="Waco", category="salon", review_count=30),
        draft(
            "Carl's Garage 100%", place_id="c", at=None, address="3 Main St", category="GARAGE", country="CA",
            rating=Decimal("3.5"), phone="+442079460018", closed=True,
        ),
    )  # fmt: skip


async def names(desk: Desk, **params: Any) -> str:
    """Initials of what is found, in order."""
    items = (await desk.get(BUSINESSES, **({"sort": "name"} | params)))["items"]
    return "".join(item["name"][:1] for item in items)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, "BCC"),
        ({"q": "cafe"}, "C"),
        ({"q": "ZOË café"}, "C"),
        ({"q": "main st"}, "CC"),
        ({"q": "st main salon"}, ""),
        ({"q": "salon"}, "B"),
        ({"q": "zoe.example"}, "C"),
        ({"q": "z@zoe.example"}, "C"),
        ({"q": "100%"}, "C"),
        ({"q": "(512) 555-01"}, "C"),
        ({"q": "020 7946 0018"}, "C"),
        ({"q": "  "}, ""),
        ({"q": "\u0301\u0301"}, ""),
        ({"q": "%_\\"}, ""),
        ({"q": "@\0zoe"}, "C"),
        ({"category": "garage,SALON"}, "BC"),
        ({"city": "austin"}, "C"),
        ({"country": "ca"}, "C"),
        ({"has_phone": "false"}, "B"),
        ({"has_website": "true"}, "C"),
        ({"has_email": "false"}, "BC"),
        ({"rating_min": "3.5", "rating_max": "4"}, "C"),
        ({"call_priority": "high,medium"}, "CC"),
        ({"status": "ignored", "closed": "true"}, "C"),
        ({"source": "upload"}, ""),
        ({"lat": AUSTIN[0], "lng": AUSTIN[1], "radius_km": 5}, "C"),
        ({"lat": AUSTIN[0], "lng": AUSTIN[1], "radius_km": 11, "sort": "-distance"}, "BC"),
        ({"sort": "-rating"}, "CCB"),
        ({"sort": "-review_count"}, "BCC"),
        ({"sort": "scraped_at", "limit": 1, "offset": 2}, "C"),
    ],
)
async def test_businesses_are_found_by_what_they_are(
    book: Book, desk: Desk, params: dict[str, Any], found: str
) -> None:
    await some(book)
    assert await names(desk, **params) == found
    body = await desk.get(
        BUSINESSES, **{name: value for name, value in params.items() if name not in {"sort", "limit", "offset"}}
    )
    assert body["total"] == body["stats"]["total"] == (3 if "limit" in params else len(found))


async def test_the_figures_are_those_of_what_is_found_and_can_be_left_out(book: Book, desk: Desk) -> None:
    await some(book)
    body = await desk.get(BUSINESSES, q="main", limit=1, fields="name,distance_km")
    assert (body["total"], body["items"][0].keys()) == (2, {"id", "name", "distance_km"})
    assert body["stats"] == {
        "total": 2, "categories": 2, "mean_rating": 4.0, "with_phone": 2, "with_website": 1, "with_email": 1,
        "by_priority": {"high": 1, "medium": 1, "low": 0}, "unrated": 0,
    }  # fmt: skip
    bare = await desk.get(BUSINESSES, q="main", stats="false")
    assert (bare["total"], bare["stats"]) == (2, None)
    empty = await desk.get(BUSINESSES, q="nothing like it")
    assert (empty["total"], empty["stats"]["mean_rating"], empty["stats"]["categories"]) == (0, None, 0)


async def test_a_circle_tells_how_far_and_has_to_be_whole(book: Book, desk: Desk) -> None:
    await some(book)
    near = await desk.get(BUSINESSES, lat=AUSTIN[0], lng=AUSTIN[1], radius_km=20, sort="distance")
    assert [item["distance_km"] for item in near["items"]] == [0.0, 10.008]
    for params in ({"lat": 1}, {"lat": 1, "lng": 1}, {"sort": "distance"}, {"lat": 91, "lng": 0, "radius_km": 1}):
        assert (await desk.http.get(BUSINESSES, params=params)).status_code == 422


async def test_viewers_see_and_find_phones_and_addresses_masked(book: Book) -> None:
    await some(book)
    viewer = Desk(await book.client("viewer"))
    row = (await viewer.get(BUSINESSES, q="zoe"))["items"][0]
    assert "5550100" not in str(row)
    assert row["email"] == "z•••@zoe.example"
    detail = await viewer.get(f"{BUSINESSES}/{row['id']}")
    assert "5550100" not in str(detail)
    assert (await viewer.get(BUSINESSES, q="555010"))["total"] == 0
    assert (await viewer.get(BUSINESSES, q="+15125550100"))["total"] == 1
    assert (await viewer.get(BUSINESSES, q="@zoe.example"))["total"] == 0
    assert (
        await viewer.http.post(f"{BUSINESSES}/bulk", json={"action": "ignore", "ids": [row["id"]]})
    ).status_code == 403


async def test_a_business_shows_where_its_fields_came_from(book: Book, desk: Desk) -> None:
    cafe = (await some(book))[0]
    await desk.http.patch(f"{BUSINESSES}/{cafe['id']}", json={"notes": "good coffee"})
    shown = await desk.get(f"{BUSINESSES}/{cafe['id']}")
    assert shown["provenance"]["phone"]["job"] == str(book.jobs[0])
    assert shown["provenance"]["notes"] == {"source": "person"}
    assert "reviews" not in shown["provenance"]
    assert shown["merges"] == []


async def test_many_are_tagged_set_aside_and_prioritised_at_once(book: Book, desk: Desk) -> None:
    rows = await some(book)
    some_ids = [str(row["id"]) for row in rows]
    missing = str(uuid4())
    for action, value in (
        ("tag", "vip"),
        ("tag", "vip"),
        ("tag", "old"),
        ("untag", "old"),
        ("ignore", None),
        ("priority", "high"),
    ):
        done = await desk.post(f"{BUSINESSES}/bulk", action=action, ids=[*some_ids[:2], missing], value=value)
        assert done["ok"] == some_ids[:2]
        assert done["failed"] == [{"id": missing, "code": "not_found", "detail": "There is no such business."}]
    first = await book.row(some_ids[0])
    assert (first["tags"], first["status"], first["call_priority"]) == (["vip"], "ignored", "high")
    assert first["edited"] == ["call_priority", "status", "tags"]
    assert await names(desk, tag="vip,none") == "BC"
    await desk.post(f"{BUSINESSES}/bulk", action="restore", ids=some_ids[:1])
    assert (await book.row(some_ids[0]))["status"] == "new"
    for tag in range(19):
        await desk.post(f"{BUSINESSES}/bulk", action="tag", ids=some_ids[:1], value=f"t{tag}")
    full = await desk.post(f"{BUSINESSES}/bulk", action="tag", ids=some_ids[:2], value="one too many")
    assert (full["ok"], full["failed"][0]["code"]) == (some_ids[1:2], "validation_failed")


async def test_what_a_filter_finds_is_changed_and_deleted(book: Book, desk: Desk) -> None:
    rows = await some(book)
    done = await desk.post(f"{BUSINESSES}/bulk", action="priority", filters={"q": "main"}, value="low")
    assert sorted(done["ok"]) == sorted(str(rows[index]["id"]) for index in (0, 2))
    assert await names(desk, call_priority="low") == "BCC"
    for body in (
        {"action": "delete", "filters": {}}, {"action": "tag", "ids": [str(rows[0]["id"])]}, {"action": "priority", "filters": {}, "value": "urgent"},
        {"action": "ignore"}, {"action": "ignore", "filters": {}, "ids": [str(rows[0]["id"])]}, {"action": "ignore", "filters": {"nope": 1}},
    ):  # fmt: skip
        await desk.post(f"{BUSINESSES}/bulk", 422, **body)
    await desk.post(f"{BUSINESSES}/bulk", action="delete", filters={"city": ["waco"]})
    assert len(await book.rows()) == 2


async def test_a_change_of_very_many_goes_on_in_the_background(
    book: Book, desk: Desk, postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callout.features.prospecting.businesses_admin_api.MAX_AT_ONCE", 10)
    monkeypatch.setattr(business_bulk, "CHUNK", 7)
    await book.tell(*(draft(f"Shop {number}", place_id=f"p{number}") for number in range(30)))
    queued = await desk.post(f"{BUSINESSES}/bulk", 202, action="ignore", filters={"status": ["new"], "q": "shop"})
    assert (queued["status"], queued["matched"]) == ("queued", 30)
    flows = Workflows()
    register(flows, book.database)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    try:
        async with asyncio.timeout(30):
            while (await desk.get(BUSINESSES, status="new"))["total"]:  # noqa: ASYNC110 - the worker is another loop
                await asyncio.sleep(0.1)
    finally:
        await flows.shutdown(10)
    assert {row["updated_by_role"] for row in await book.rows()} == {"owner"}


async def test_a_stale_change_is_refused(book: Book, desk: Desk) -> None:
    cafe = (await some(book))[0]
    path = f"{BUSINESSES}/{cafe['id']}"
    stale = {"if-match": '"v99"'}
    assert (await desk.http.patch(path, json={"notes": "x"}, headers=stale)).status_code == 412
    assert (await desk.http.delete(path, headers=stale)).status_code == 412
    assert (await desk.http.delete(path)).status_code == 204
    assert (await desk.http.delete(path)).status_code == 404
    assert (await desk.get(f"{SCRAPER}/stats"))["total"] == 2


async def test_what_a_filter_finds_goes_to_a_call_list(book: Book, desk: Desk) -> None:
    await some(book)
    done = await desk.post(f"{BUSINESSES}/import-to-list", new_list_name="Phones", filters={"q": "st"})
    assert (done["added"], done["skipped_no_phone"]) == (1, 1)
    assert await names(desk, status="imported") == "C"
