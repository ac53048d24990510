"""What a vendor sees and changes of itself; who is found where."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from callout.features.vendors.belongings_store import devices_of
from callout.features.vendors.serving_store import facts_of, serving_near
from callout.kit.clock import OffsetClock

PROFILE = "/api/vendor/profile"


async def found(business: Any, lat: float, lng: float, km: float, *codes: str) -> list[Any]:
    async with business.work() as work:
        near = await serving_near(work, codes, lat, lng, km)
        rows = await facts_of(work, [vendor.vendor_id for vendor in near])
        return [row for row in rows if row.status == "verified"]


async def test_the_profile_shows_the_vendor_and_its_business(business: Any) -> None:
    worker = await business.vendor()
    shown = (await worker.app.get(PROFILE)).json()
    assert shown["account_status"] == "verified"
    assert shown["tenant"] == {"name": "Bright Cleaning", "phone": None, "logo_url": None, "currency": "USD"}
    profile = shown["profile"]
    assert profile["phone"] == "+13055550100"
    assert profile["service_area"] == {"latitude": 40.7128, "longitude": -74.006, "radius": 25}
    assert profile["notification_preferences"] == {
        "new_orders": True,
        "order_updates": True,
        "whatsapp_integration": False,
        "push_notifications": True,
        "email_notifications": True,
    }
    assert profile["orders_stats"] == {"total": 0, "completed": 0, "pending": 0, "canceled": 0, "rating": None}
    assert "admin_notes" not in profile


async def test_a_change_keeps_what_was_not_sent_and_ignores_what_is_not_the_vendors(business: Any) -> None:
    worker = await business.vendor()
    await worker.app.put(PROFILE, json={"preferences": {"language": "es"}})
    body = {"email": "x@y.zz", "preferences": {"theme": "dark"}, "max_open_jobs": 20, "bio": "Twenty years of pipes"}
    changed = await worker.app.put(PROFILE, json=body)
    assert changed.status_code == 200, changed.text
    assert sorted(changed.json()["updated_fields"]) == ["bio", "preferences"]
    profile = changed.json()["profile"]
    assert profile["email"] == worker.signup["vendor"]["email"]
    assert profile["preferences"] == {"language": "es", "theme": "dark"}
    assert profile["max_open_jobs"] == 3


@pytest.mark.parametrize(
    "body",
    [
        {"service_area": {"latitude": 0, "longitude": 0, "radius": 10}},
        {"service_area": {"latitude": 40, "longitude": -74, "radius": 0}},
        {"service_area": {"latitude": 40, "longitude": -74, "radius": 101}},
        {"services": ["astrology"]},
        {"services": []},
        {"preferences": {"colour": "red"}},
        {"phone": "12"},
        {"working_hours": {"mon": [{"from": "09:00", "to": "08:00"}]}},
        {"timezone": "Mars/Olympus"},
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(business: Any, body: dict[str, Any]) -> None:
    worker = await business.vendor()
    before = (await worker.app.get(PROFILE)).json()["profile"]
    refused = await worker.app.put(PROFILE, json=body)
    assert refused.status_code == 422, refused.text
    assert (await worker.app.get(PROFILE)).json()["profile"] == before


async def test_who_serves_where_follows_the_profile(business: Any) -> None:
    worker = await business.vendor()
    assert [row.vendor_id for row in await found(business, 40.75, -74.0, 20, "cleaning")] == [worker.id]
    assert await found(business, 40.75, -74.0, 20, "painting") == []
    await worker.app.put(PROFILE, json={"services": ["painting"]})
    assert await found(business, 40.75, -74.0, 20, "cleaning") == []
    rows = await found(business, 40.75, -74.0, 20, "painting", "cleaning")
    assert [(row.vendor_id, row.radius_km, row.open_jobs, row.user_active) for row in rows] == [
        (worker.id, 25, 0, True)
    ]
    await worker.app.put(PROFILE, json={"service_area": {"latitude": -18.0, "longitude": 179.99, "radius": 30}})
    assert await found(business, 40.75, -74.0, 20, "painting") == []
    across = await found(business, -18.0, -179.99, 20, "painting")
    assert [row.vendor_id for row in across] == [worker.id], "the antimeridian is no wall"


async def test_only_verified_vendors_of_the_tenant_are_candidates(business: Any, other_business: Any) -> None:
    await business.vendor(verified=False)
    await other_business.vendor()
    assert await found(business, 40.7128, -74.006, 20, "cleaning") == []
    one = await business.vendor()
    assert [row.vendor_id for row in await found(business, 40.7128, -74.006, 20, "cleaning", "plumbing")] == [one.id]


async def test_presence_ends_with_its_time_and_after_a_day_unseen(business: Any, clock: OffsetClock) -> None:
    worker = await business.vendor()

    async def online() -> bool:
        row = (await found(business, 40.7128, -74.006, 20, "cleaning"))[0]
        assert (await worker.app.get(PROFILE)).json()["profile"]["is_online"] == row.is_online
        return bool(row.is_online)

    assert not await online()
    until = (clock.now() + timedelta(minutes=5)).isoformat()
    await worker.app.put(f"{PROFILE}/availability", json={"is_online": True, "until": until})
    assert await online()
    clock.advance(timedelta(minutes=6))
    assert not await online()
    await worker.app.put(PROFILE, json={"is_online": True})
    assert await online()
    clock.advance(timedelta(hours=25))
    async with business.work():
        assert not (await found(business, 40.7128, -74.006, 20, "cleaning"))[0].is_online


async def test_a_heartbeat_tells_the_place_and_does_not_defeat_an_edit(business: Any) -> None:
    worker = await business.vendor()
    path = f"/api/admin/vendors/{worker.id}"
    etag = (await business.owner.get(path)).headers["ETag"]
    beat = await worker.app.post(f"{PROFILE}/heartbeat", json={"location": {"lat": 40.7, "lng": -74.1}})
    assert beat.json()["pending_offers"] == 2
    edited = await business.owner.patch(path, json={"admin_notes": "on time"}, headers={"If-Match": etag})
    assert edited.status_code == 200
    assert edited.json()["current_location"] == {"lat": 40.7, "lng": -74.1}
    await worker.app.post(f"{PROFILE}/heartbeat", json={"location": {"lat": 0, "lng": 0}})
    shown = (await business.owner.get(path)).json()
    assert shown["current_location"] == {"lat": 40.7, "lng": -74.1}, "(0, 0) is no place"


async def test_hours_are_weekly_or_always(business: Any) -> None:
    worker = await business.vendor()
    hours = {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "24:00"}]}
    set_to = (await worker.app.put(f"{PROFILE}/working-hours", json=hours)).json()
    assert set_to["mon"] == hours["mon"]
    assert set_to["tue"] == []
    assert (await worker.app.get(f"{PROFILE}/working-hours")).json() == set_to
    cleared = await worker.app.put(
        f"{PROFILE}/working-hours", content="null", headers={"content-type": "application/json"}
    )
    assert cleared.status_code == 200, cleared.text
    assert (await worker.app.get(f"{PROFILE}/working-hours")).json() is None


async def test_time_off_is_the_vendors_own(business: Any, clock: OffsetClock) -> None:
    worker, colleague = await business.vendor(), await business.vendor()
    body = {
        "from_at": (clock.now() + timedelta(days=1)).isoformat(),
        "to_at": (clock.now() + timedelta(days=2)).isoformat(),
        "note": "dentist",
    }
    made = await worker.app.post(f"{PROFILE}/time-off", json=body)
    assert made.status_code == 201, made.text
    span = f"{PROFILE}/time-off/{made.json()['id']}"
    assert (await colleague.app.delete(span)).status_code == 404
    assert len((await worker.app.get(f"{PROFILE}/time-off")).json()) == 1
    assert (await worker.app.delete(span)).status_code == 204
    assert (await worker.app.get(f"{PROFILE}/time-off")).json() == []


async def test_a_device_belongs_to_whoever_registered_it_last(business: Any) -> None:
    worker, colleague = await business.vendor(), await business.vendor()
    for vendor in (worker, colleague):
        done = await vendor.app.post(f"{PROFILE}/device-token", json={"device_token": "phone-1", "platform": "ios"})
        assert done.json() == {"registered": True}
    for number in range(12):
        await colleague.app.post(PROFILE, json={"token": f"other-{number}"})
    async with business.work() as work:
        assert await devices_of(work, worker.signup["vendor"]["user_id"]) == []
        assert len(await devices_of(work, colleague.signup["vendor"]["user_id"])) == 10
    gone = await colleague.app.request("DELETE", f"{PROFILE}/device-token", json={"token": "other-11"})
    assert gone.status_code == 204
    async with business.work() as work:
        assert len(await devices_of(work, colleague.signup["vendor"]["user_id"])) == 9


async def test_a_document_is_handed_in_and_reviewed(business: Any) -> None:
    worker = await business.vendor(verified=False)
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "JPEG")
    upload = await worker.app.post(
        "/api/shared/files", files={"file": ("licence.jpg", picture.getvalue())}, data={"purpose": "vendor_document"}
    )
    assert upload.status_code == 201, upload.text
    body = {"kind": "license", "file_id": upload.json()["id"], "number": "A-1", "expires_on": "2099-01-01"}
    made = await worker.app.post(f"{PROFILE}/documents", json=body)
    assert (made.status_code, made.json()["review"]) == (201, "pending")
    path = f"/api/admin/vendors/{worker.id}/documents/{made.json()['id']}/review"
    assert (await business.owner.post(path, json={"review": "approved"})).json()["review"] == "approved"
    shown = (await worker.app.get(f"{PROFILE}/documents")).json()
    assert [row["review"] for row in shown] == ["approved"]
    assert (await worker.app.post(f"{PROFILE}/documents", json={**body, "file_id": str(uuid4())})).status_code == 422


async def test_a_file_of_a_colleague_cannot_be_handed_in(business: Any) -> None:
    worker, colleague = await business.vendor(), await business.vendor()
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "JPEG")
    upload = await colleague.app.post(
        "/api/shared/files", files={"file": ("id.jpg", picture.getvalue())}, data={"purpose": "vendor_document"}
    )
    refused = await worker.app.post(f"{PROFILE}/documents", json={"kind": "id", "file_id": upload.json()["id"]})
    assert refused.status_code == 422


async def test_admins_find_vendors_by_word_service_and_place(business: Any) -> None:
    near = await business.vendor(full_name="Nina Near")
    await business.vendor(
        full_name="Fred Far", services=["painting"], service_area={"latitude": 41.5, "longitude": -74.0}
    )
    listing = "/api/admin/vendors"

    async def names(query: str) -> list[str]:
        answer = await business.owner.get(f"{listing}{query}")
        assert answer.status_code == 200, answer.text
        return [row["full_name"] for row in answer.json()["items"]]

    assert await names("?sort=full_name") == ["Fred Far", "Nina Near"]
    assert await names("?q=nina") == ["Nina Near"]
    assert await names("?service=painting") == ["Fred Far"]
    assert await names("?near=40.7,-74.0&radius_km=30") == ["Nina Near"]
    assert await names("?status=pending") == []
    assert await names("?account_status=verified&is_online=false&sort=full_name") == ["Fred Far", "Nina Near"]
    nearby = (await business.owner.get(f"{listing}/nearby?lat=40.7128&lng=-74.006&radius_km=200")).json()["items"]
    assert [row["full_name"] for row in nearby] == ["Nina Near", "Fred Far"]
    assert nearby[0]["distance_km"] == 0
    assert nearby[0]["id"] == str(near.id)
    assert (await business.owner.get(f"{listing}?colour=red")).json()["code"] == "unknown_parameter"
    assert (await business.owner.get(f"{listing}?near=north")).status_code == 422


async def test_pairs_of_vendor_and_customer(business: Any) -> None:
    worker, contact = await business.vendor(), str(uuid4())
    path = "/api/admin/vendor-selection/pairs"
    body = {"vendor_id": str(worker.id), "contact_id": contact, "relation": "blocked", "reason": "dog"}
    assert (await business.owner.put(path, json=body)).status_code == 200
    assert (await business.owner.put(path, json={**body, "relation": "preferred"})).json()["relation"] == "preferred"
    assert (await business.owner.get(f"{path}?contact_id={contact}")).json()["total"] == 1
    query = f"?vendor_id={worker.id}&contact_id={contact}"
    assert (await business.owner.delete(path + query)).status_code == 204
    assert (await business.owner.delete(path + query)).status_code == 404
    assert (await business.owner.delete(path)).status_code == 422
