"""A job is offered to a vendor, who does it with nothing but the vendor's own endpoints."""

from typing import Any, NamedTuple

from callout.run.demo.client import Client
from callout.run.demo.photos import drawn_photo
from callout.run.demo.preparations import vendor_password
from callout.run.demo.stage import WAIT_S, Stage, wait_for
from callout.run.demo.story import hire_vendors, sign_in, take_calls
from callout.run.demo.town import WORKERS
from tests.e2e.owner import login_of
from tests.e2e.place import Place


class Job(NamedTuple):
    """An order on offer and who may take it."""

    order_id: str
    email: str
    password: str


async def offered_job(place: Place) -> Job:
    """Brings the demonstration tenant as far as an offer."""
    login = login_of(place)
    stage = Stage(place.url(), place.url("SANDBOX_PORT"), *login, lambda _line: None)
    try:
        for step in (sign_in, hire_vendors, take_calls):
            await step(stage)
        order_id = stage.told.conversations[0]["order_id"]

        async def asked() -> list[int]:
            return [n for n, vendor in enumerate(stage.vendors) if await _is_offered(vendor, order_id)]

        place_of_vendor = (await wait_for("an offer", asked, within_s=WAIT_S))[0]
    finally:
        await stage.close()
    worker = WORKERS[place_of_vendor]
    return Job(order_id, f"{worker.email_name}@{stage.field_domain}", vendor_password(stage, worker))


async def work_through(place: Place, job: Job) -> dict[str, Any]:
    """Signs in, lists, accepts, completes; returns the order as the vendor sees it."""
    vendor = Client(place.url())
    path = f"/api/vendor/orders/{job.order_id}"
    try:
        await vendor.sign_in(job.email, job.password)
        assert await _is_offered(vendor, job.order_id)
        await vendor.post(f"{path}/accept")
        await vendor.post(f"{path}/status", {"status": "on_way"})
        await vendor.upload(f"{path}/photos", "before.jpg", drawn_photo("Before", (120, 80, 60)), stage="before")
        await vendor.put(path, {"dealing_price": 90.0})
        await vendor.post(f"{path}/status", {"status": "processing"})
        await vendor.upload(f"{path}/photos", "after.jpg", drawn_photo("After", (60, 120, 90)), stage="after")
        await vendor.post(f"{path}/status", {"status": "completed"})
        return dict(await vendor.get(path))
    finally:
        await vendor.close()


async def _is_offered(vendor: Client, order_id: str) -> bool:
    offers = (await vendor.get("/api/vendor/orders/offers"))["items"]
    return any(offer["order"]["id"] == order_id for offer in offers)
