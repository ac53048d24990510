"""Verify, suspend, block, reactivate, delete."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from callout.features.accounts.tables import User
from callout.features.vendors.events import VendorStatusChanged
from callout.features.vendors.ports import Withdrawal
from callout.features.vendors.standing import block, end_suspension, reactivate, suspend
from callout.features.vendors.store import count_jobs, get_vendor
from callout.features.vendors.tables import VendorService
from callout.kit.clock import OffsetClock
from callout.kit.events import Bus
from callout.kit.ids import uuid7


async def do(business: Any, worker: Any, verb: str, **body: Any) -> Any:
    return await business.owner.post(f"/api/admin/vendors/{worker.id}/{verb}", json=body)


async def indexed(business: Any, worker: Any) -> set[tuple[str, bool]]:
    async with business.work() as work:
        rows = await work.session.execute(
            select(VendorService.service_code, VendorService.is_verified).where(VendorService.vendor_id == worker.id)
        )
        return {(code, flag) for code, flag in rows}


async def test_a_registered_vendor_waits_until_an_admin_verifies_it(business: Any) -> None:
    worker = await business.vendor(verified=False)
    assert worker.signup["status"] == "pending"
    assert worker.signup["next_steps"] == ["wait_for_verification"]
    assert (await worker.app.get("/api/vendor/profile")).json()["account_status"] == "pending_verification"
    assert await indexed(business, worker) == {("cleaning", False), ("plumbing", False)}
    verified = await do(business, worker, "verify", note="papers seen")
    assert (verified.status_code, verified.json()["status"]) == (200, "verified")
    assert await indexed(business, worker) == {("cleaning", True), ("plumbing", True)}


async def test_repeating_a_step_changes_and_writes_nothing(business: Any) -> None:
    worker = await business.vendor()
    again = await do(business, worker, "verify")
    assert again.status_code == 200
    detail = (await business.owner.get(f"/api/admin/vendors/{worker.id}")).json()
    assert [entry["action"] for entry in detail["blocks"]] == ["verify"]
    assert again.headers["ETag"] == f'"v{detail["version"]}"'


async def test_a_step_that_is_not_listed_is_refused_with_the_ones_that_are(business: Any) -> None:
    worker = await business.vendor(verified=False)
    refused = await do(business, worker, "suspend", reason="too early")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
    assert refused.json()["from"] == "pending"
    assert refused.json()["allowed"] == ["blocked", "verified"]


async def test_a_blocked_vendor_sees_why_and_nothing_else(business: Any, bus: Bus) -> None:
    worker = await business.vendor()
    seen: list[VendorStatusChanged] = []

    async def watch(_work: Any, event: VendorStatusChanged) -> None:
        seen.append(event)

    bus.on(VendorStatusChanged, watch)
    order = uuid7()
    business.system.workload.moved = Withdrawal(orders_released=[order], offers_withdrawn=2)
    await worker.app.put("/api/vendor/profile/availability", json={"is_online": True})
    blocked = (await do(business, worker, "block", reason="kept the keys")).json()
    assert blocked["orders_released"] == [str(order)]
    assert blocked["orders_attention"] == []
    assert blocked["offers_withdrawn"] == 2
    assert blocked["vendor"]["status"] == "blocked"
    assert blocked["vendor"]["is_online"] is False
    assert blocked["vendor"]["block"]["reason"] == "kept the keys"
    assert [(event.action, event.from_status, event.to_status) for event in seen] == [("block", "verified", "blocked")]
    shown = (await worker.app.get("/api/vendor/profile")).json()
    assert (shown["account_status"], shown["status_reason"]) == ("blocked", "kept the keys")
    refused = await worker.app.put("/api/vendor/profile", json={"bio": "sorry"})
    assert (refused.status_code, refused.json()["code"]) == (403, "account_blocked")
    assert refused.json()["reason"] == "kept the keys"
    assert await indexed(business, worker) == {("cleaning", False), ("plumbing", False)}
    listed = (await business.owner.get("/api/admin/vendors/blocked")).json()["items"]
    assert listed[0]["reason"] == "kept the keys"
    assert listed[0]["snapshot"]["services"] == ["cleaning", "plumbing"]


async def test_a_reactivated_vendor_works_again(business: Any) -> None:
    worker = await business.vendor()
    await do(business, worker, "block", reason="a mistake")
    back = await do(business, worker, "reactivate", note="cleared")
    assert (back.status_code, back.json()["status"], back.json()["block"]) == (200, "verified", None)
    assert (await worker.app.put("/api/vendor/profile", json={"bio": "back"})).status_code == 200
    detail = (await business.owner.get(f"/api/admin/vendors/{worker.id}")).json()
    assert [entry["action"] for entry in detail["blocks"]] == ["unblock", "block", "verify"]


async def test_only_an_owner_blocks_permanently_and_lifts_that_again(business: Any) -> None:
    worker, manager = await business.vendor(), await business.member("manager")
    path = f"/api/admin/vendors/{worker.id}"
    body = {"reason": "fraud", "permanent": True}
    assert (await manager.post(f"{path}/block", json=body)).status_code == 403
    assert (await business.owner.post(f"{path}/block", json=body)).status_code == 200
    assert (await manager.post(f"{path}/reactivate", json={})).status_code == 409
    assert (await business.owner.post(f"{path}/reactivate", json={})).json()["status"] == "verified"


async def test_a_suspension_ends_by_itself_and_not_before(business: Any, clock: OffsetClock) -> None:
    worker = await business.vendor()
    until = clock.now() + timedelta(days=2)
    suspended = (await do(business, worker, "suspend", reason="holiday", until=until.isoformat())).json()
    assert (suspended["status"], suspended["account_status"]) == ("suspended", "verified")

    async def end() -> str:
        async with business.work() as work:
            await end_suspension(work, worker.id, until)
            return (await get_vendor(work, worker.id)).status

    assert await end() == "suspended"
    clock.advance(timedelta(days=2, seconds=1))
    assert await end() == "verified"
    async with business.work() as work:
        await block(work, worker.id, "something else")
    assert await end() == "blocked"


async def test_a_prolonged_suspension_does_not_end_at_the_first_date(business: Any, clock: OffsetClock) -> None:
    worker = await business.vendor()
    first, second = clock.now() + timedelta(days=1), clock.now() + timedelta(days=9)
    async with business.work() as work:
        await suspend(work, worker.id, "holiday", first)
        await reactivate(work, worker.id)
        await suspend(work, worker.id, "longer holiday", second)
    clock.advance(timedelta(days=2))
    async with business.work() as work:
        await end_suspension(work, worker.id, first)
        assert (await get_vendor(work, worker.id)).status == "suspended"


async def test_a_suspension_must_end_in_the_future(business: Any, clock: OffsetClock) -> None:
    worker = await business.vendor()
    refused = await do(business, worker, "suspend", reason="holiday", until=clock.now().isoformat())
    assert refused.status_code == 422


async def test_of_two_blocks_at_once_one_is_recorded(business: Any) -> None:
    worker = await business.vendor()
    answers = await asyncio.gather(*(do(business, worker, "block", reason=f"reason {n}") for n in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    detail = (await business.owner.get(f"/api/admin/vendors/{worker.id}")).json()
    assert [entry["action"] for entry in detail["blocks"]] == ["block", "verify"]


async def test_a_vendor_with_open_orders_is_not_deleted(business: Any) -> None:
    worker = await business.vendor()
    async with business.work() as work:
        await count_jobs(work, worker.id, open_jobs=1, total=1)
    path = f"/api/admin/vendors/{worker.id}"
    version = (await business.owner.get(path)).headers["ETag"]
    headers = {"If-Match": version}
    refused = await business.owner.request("DELETE", path, json={"reason": "left us"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "open_orders")
    async with business.work() as work:
        await count_jobs(work, worker.id, open_jobs=-1, completed=1)
    gone = await business.owner.request("DELETE", path, json={"reason": "left us"}, headers=headers)
    assert gone.status_code == 204, gone.text
    assert (await business.owner.get(path)).status_code == 404
    assert (await worker.app.get("/api/vendor/profile")).status_code == 401
    assert await indexed(business, worker) == set()
    async with business.work() as work:
        user = await work.session.scalar(select(User).where(User.id == UUID(worker.signup["vendor"]["user_id"])))
        assert user is not None
        assert not user.is_active


async def test_an_admin_changes_a_vendor_only_with_the_current_version(business: Any) -> None:
    worker = await business.vendor()
    path = f"/api/admin/vendors/{worker.id}"
    etag = (await business.owner.get(path)).headers["ETag"]
    assert (await business.owner.patch(path, json={"tags": ["fast"]})).status_code == 428
    done = await business.owner.patch(path, json={"tags": ["fast"]}, headers={"If-Match": etag})
    assert (done.status_code, done.json()["tags"]) == (200, ["fast"])
    stale = await business.owner.patch(path, json={"tags": []}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    refused = await business.owner.patch(path, json={"status": "verified"}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_field")


async def test_another_tenants_vendor_does_not_exist(business: Any, other_business: Any) -> None:
    worker = await business.vendor()
    path = f"/api/admin/vendors/{worker.id}"
    assert (await other_business.owner.get(path)).status_code == 404
    assert (await other_business.owner.post(f"{path}/block", json={"reason": "mine now"})).status_code == 404
    assert (await other_business.owner.get("/api/admin/vendors")).json()["total"] == 0


async def test_viewers_see_masked_phones_and_addresses(business: Any) -> None:
    worker, viewer = await business.vendor(), await business.member("viewer")
    shown = (await viewer.get(f"/api/admin/vendors/{worker.id}")).json()
    assert shown["phone"] == "+1•••••••0100"
    assert shown["email"].startswith("v•••@")
    assert (await viewer.post(f"/api/admin/vendors/{worker.id}/verify")).status_code == 403
