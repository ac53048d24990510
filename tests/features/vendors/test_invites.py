"""Invite codes: made, looked up, used once, withdrawn."""

import asyncio
from datetime import timedelta
from typing import Any

from callout.kit.clock import OffsetClock


async def look_up(system: Any, code: str) -> dict[str, Any]:
    public = await system.open(system.vendor)
    answer = await public.get(f"/api/shared/auth/vendor-invites/{code}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_code_is_valid_in_lower_case_and_without_dash(system: Any, business: Any) -> None:
    code = await business.invite(services=["cleaning"], note="for Vera")
    found = await look_up(system, code.lower().replace("-", ""))
    assert found["valid"] is True
    assert found["reason"] is None
    assert found["tenant_name"] == "Bright Cleaning"
    assert found["services"] == ["cleaning"]


async def test_an_unknown_code_is_told_by_the_look_up_and_refused_at_registration(system: Any, business: Any) -> None:
    found = await look_up(system, "VND-ZZZZZ9")
    assert (found["valid"], found["reason"], found["tenant_name"]) == (False, "unknown", None)
    refused = await business.register("VND-ZZZZZ9")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_code")


async def test_a_used_code_is_refused(system: Any, business: Any) -> None:
    code = await business.invite()
    assert (await business.register(code.lower())).status_code == 201
    assert (await look_up(system, code))["reason"] == "used"
    again = await business.register(code)
    assert (again.status_code, again.json()["code"]) == (409, "invite_used")


async def test_an_expired_code_is_gone(system: Any, business: Any, clock: OffsetClock) -> None:
    code = await business.invite()
    clock.advance(timedelta(days=366))
    assert (await look_up(system, code))["reason"] == "expired"
    refused = await business.register(code)
    assert (refused.status_code, refused.json()["code"]) == (410, "invite_expired")


async def test_a_withdrawn_code_is_gone_and_a_used_one_cannot_be_withdrawn(business: Any) -> None:
    made = (await business.owner.post("/api/admin/vendors/invites", json={"count": 2})).json()
    assert (await business.owner.delete(f"/api/admin/vendors/invites/{made[0]['id']}")).status_code == 204
    assert (await business.register(made[0]["code"])).status_code == 410
    assert (await business.register(made[1]["code"])).status_code == 201
    refused = await business.owner.delete(f"/api/admin/vendors/invites/{made[1]['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "invite_used")


async def test_eight_people_with_one_code_become_one_vendor(business: Any) -> None:
    code = await business.invite()
    answers = await asyncio.gather(*(business.register(code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"invite_used"}
    vendors = (await business.owner.get("/api/admin/vendors")).json()
    assert vendors["total"] == 1
    assert vendors["items"][0]["unique_vendor_id"] == code


async def test_a_failed_registration_leaves_the_code_usable(business: Any) -> None:
    code = await business.invite()
    assert (await business.register(code, services=["astrology"])).json()["code"] == "validation_failed"
    assert (await business.register(code, password="short")).json()["code"] == "weak_password"
    assert (await business.register(code, phone="12")).json()["errors"][0]["field"] == "phone"
    assert (await business.register(code)).status_code == 201


async def test_the_list_tells_the_status_of_every_code(business: Any) -> None:
    made = (await business.owner.post("/api/admin/vendors/invites", json={"count": 3})).json()
    await business.register(made[0]["code"])
    await business.owner.delete(f"/api/admin/vendors/invites/{made[1]['id']}")
    listed = (await business.owner.get("/api/admin/vendors/invites")).json()
    assert [row["status"] for row in listed["items"]] == ["active", "revoked", "used"]
    active = (await business.owner.get("/api/admin/vendors/invites?status=active,revoked")).json()
    assert active["total"] == 2


async def test_codes_end_within_two_years_and_name_known_services(business: Any, clock: OffsetClock) -> None:
    for body in (
        {"expires_at": (clock.now() + timedelta(minutes=30)).isoformat()},
        {"expires_at": (clock.now() + timedelta(days=731)).isoformat()},
        {"services": ["astrology"]},
        {"count": 51},
    ):
        assert (await business.owner.post("/api/admin/vendors/invites", json=body)).status_code == 422


async def test_a_code_of_another_tenant_is_invisible_to_admins(business: Any, other_business: Any) -> None:
    made = (await business.owner.post("/api/admin/vendors/invites", json={})).json()
    assert (await other_business.owner.delete(f"/api/admin/vendors/invites/{made[0]['id']}")).status_code == 404
    assert (await other_business.owner.get("/api/admin/vendors/invites")).json()["total"] == 0


async def test_viewers_and_vendors_do_not_invite(business: Any) -> None:
    viewer = await business.member("viewer")
    assert (await viewer.post("/api/admin/vendors/invites", json={})).status_code == 403
    worker = await business.vendor()
    admin_as_vendor = await business.system.open(
        business.system.admin, authorization=worker.app.headers["authorization"]
    )
    assert (await admin_as_vendor.get("/api/admin/vendors")).status_code == 403
