"""Where the tenant says so, nothing a vendor can see before it has the job tells who the customer is or where."""

import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.system.belongings import ids_of
from tests.system.business import Business, Worker, found_business
from tests.system.house import House, eventually
from tests.system.routes import routes_of
from tests.system.test_isolation import listening

CUSTOMER = {
    "customer_name": "Anna Quartzmann",
    "customer_phone": "+13055557731",
    "customer_email": "quartzmann@example.com",
    "customer_address": "71 Hidden Lane, Springfield",
    "customer_location": {"lat": 39.7812345, "lng": -89.6512345},
    "business_name": "Quartzmann Flowers",
}
SECRETS = ("quartzmann", "5557731", "hidden lane", "39.78123", "89.65123")


class Scene:
    """A business with two vendors who are both asked."""

    def __init__(self, house: House, business: Business, first: Worker, second: Worker) -> None:
        self.house, self.business, self.first, self.second = house, business, first, second

    async def discloses(self, how: str) -> None:
        await self.business.owner.changed("/api/admin/settings/orders", {"orders.offer_disclosure": how})

    async def offered(self) -> dict[str, Any]:
        """An order both vendors hold an offer of."""
        order = await self.business.order(**CUSTOMER, dispatch=False)
        path = f"/api/admin/orders/{order['id']}/dispatch"
        vendors = [self.first.id, self.second.id]
        sent: dict[str, Any] = await self.business.owner.done(path, {"mode": "manual", "vendor_ids": vendors})
        await self.house.settle()
        return sent

    async def everything(self, worker: Worker, order_id: str) -> dict[str, str]:
        """All a vendor can read: every list and every single thing, by route."""
        said = {}
        ids = await ids_of(self.business) | {"orders": [order_id]}
        for route in routes_of(self.house.apps):
            if route.service != "vendor" or route.method != "GET" or route.is_stream or not route.is_open_to("vendor"):
                continue
            path = route.filled({name: (ids[table] or ["nothing"])[0] for name, table in route.nouns.items()})
            said[str(route)] = (await worker.app.get(path)).text.lower()
        return said | await self.messages(worker)

    async def messages(self, worker: Worker) -> dict[str, str]:
        """All that was written to a vendor, on any channel."""
        async with self.house.database.lookup() as work:
            query = text("SELECT channel, subject, body, status FROM messages WHERE recipient_ref = :id")
            rows = (await work.session.execute(query, {"id": worker.id})).all()
        mails = await self.house.mail_to(worker.email)
        return {"messages": repr(rows).lower(), "mail": json.dumps(mails).lower()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(system: House) -> Scene:
    business = await found_business(system, "Veiled Homes", "+13055550111")
    workers = [await business.worker(name) for name in ("Walter", "Xenia")]
    for worker in workers:
        worker.app = await business.sign_in(worker.email, "vendor")
    return Scene(system, business, *workers)


def leaks(said: dict[str, str]) -> dict[str, list[str]]:
    found = {where: [secret for secret in SECRETS if secret in what] for where, what in said.items()}
    return {where: secrets for where, secrets in found.items() if secrets}


async def test_a_masked_customer_is_a_first_name_and_an_area_until_acceptance(scene: Scene) -> None:
    await scene.discloses("masked")
    async with AsyncExitStack() as stack:
        heard = await stack.enter_async_context(listening(scene.first.app, "/api/vendor/events"))
        order = await scene.offered()
        await eventually("the offer on the stream", lambda: _contains(heard, "offer.sent"))
        said = await scene.everything(scene.first, order["id"])
        assert leaks(said | {"stream": _text(heard)}) == {}
    shown = await scene.first.app.read(f"/api/vendor/orders/{order['id']}")
    assert (shown["customer_name"], shown["customer_phone"], shown["customer_address"]) == ("Anna", None, None)
    assert shown["customer_location"] == {"lat": 39.78, "lng": -89.65}
    assert "anna" in said["mail"]
    assert "39.78, -89.65" in said["messages"]
    withheld = await scene.first.app.get(f"/api/vendor/orders/{order['id']}/contact-links")
    assert withheld.status_code == 403

    for query in (
        {"search": "Quartzmann"},
        {"q": '{"customer_phone": {"$regex": "7731"}}'},
        {"customer_email": CUSTOMER["customer_email"]},
    ):
        assert await scene.first.app.read("/api/vendor/orders/", **query) == [], query

    await scene.first.app.done(f"/api/vendor/orders/{order['id']}/accept")
    mine = await scene.first.app.read(f"/api/vendor/orders/{order['id']}")
    assert {name: mine[name] for name in CUSTOMER} == CUSTOMER
    assert leaks(await scene.everything(scene.second, order["id"])) == {}


async def test_who_loses_an_open_offer_keeps_no_customer(scene: Scene) -> None:
    await scene.discloses("full")
    order = await scene.offered()
    asked = await scene.second.app.read(f"/api/vendor/orders/{order['id']}")
    assert {name: asked[name] for name in CUSTOMER} == CUSTOMER
    await scene.first.app.done(f"/api/vendor/orders/{order['id']}/accept")
    await scene.house.settle()
    said = await scene.everything(scene.second, order["id"])
    for outgoing in ("messages", "mail"):  # what was sent cannot be called back
        said.pop(outgoing)
    assert leaks(said) == {}


@pytest.mark.parametrize("verb", ["decline", "accept"])
async def test_an_answer_in_the_inbox_closes_the_entry(scene: Scene, verb: str) -> None:
    await scene.discloses("masked")
    order = await scene.offered()
    inbox = await scene.first.app.read("/api/vendor/notifications/", type="new_order")
    entry = next(item for item in inbox["items"] if item["order_id"] == order["id"])
    body = {"notification_id": entry["id"], "action": f"{verb}_order"}
    await scene.first.app.done("/api/vendor/notifications/action", body)
    entry = await scene.first.app.read(f"/api/vendor/notifications/{entry['id']}")
    assert (entry["action_taken"], entry["actions"]) == (f"{verb}_order", [])
    assert leaks({"entry": json.dumps(entry).lower()}) == {}


def _text(heard: Any) -> str:
    return str(heard).lower()


async def _contains(heard: Any, what: str) -> bool:
    return what in _text(heard)
