"""Customers look at their order, ask for changes and rate, by link alone."""

from datetime import timedelta
from typing import Any

import pytest

from callout.features.orders import store
from callout.kit.clock import OffsetClock

PAGE = "/api/shared/public"


async def link(shop: Any, order: dict[str, Any], kind: str) -> str:
    """The token of a link as the admin gives it out."""
    answer = await shop.owner.post(f"/api/admin/orders/{order['id']}/links", json={"kind": kind})
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["url"]
    return url.rpartition("/")[2]


async def finished(shop: Any) -> tuple[dict[str, Any], Any]:
    """A completed order and its vendor."""
    vendor = await shop.vendor()
    order = await shop.order()
    await vendor.put(order, status="accepted")
    await vendor.put(order, status="on_way")
    await vendor.photo(order, "before")
    await vendor.put(order, status="processing", dealing_price=250)
    await vendor.photo(order, "after")
    assert (await vendor.put(order, status="completed")).status_code == 200
    return order, vendor


async def test_the_page_follows_the_job_and_tells_no_more_than_it_should(shop: Any, system: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order(admin_notes="pays late")
    token = await link(shop, order, "status")
    assert await link(shop, order, "status") == token
    customer = await system.client()
    page = (await customer.get(f"{PAGE}/orders/{token}")).json()
    assert (page["step"], page["vendor"], page["can_request_change"]) == ("received", None, True)
    assert page["tenant"]["name"] == "Bright Home"
    await vendor.put(order, status="accepted")
    page = (await customer.get(f"{PAGE}/orders/{token}")).json()
    assert page["vendor"] == {"first_name": "Vera", "avatar_url": None, "phone": None}
    await vendor.put(order, status="on_way")
    page = (await customer.get(f"{PAGE}/orders/{token}")).json()
    assert (page["step"], page["vendor"]["phone"], page["can_request_change"]) == ("on_way", "+13055550177", False)
    text = str(page)
    for secret in (order["id"], str(vendor.id), "pays late", "Vendor"):
        assert secret not in text
    assert (await shop.read(order))["status_link"].endswith(token)


async def test_a_viewer_gets_neither_the_customers_link_nor_its_number(shop: Any) -> None:
    order = await shop.order(dispatch=False)
    await link(shop, order, "status")
    viewer = await shop.admin("viewer")
    shown = (await viewer.get(f"/api/admin/orders/{order['id']}")).json()
    phone = order["customer_phone"]
    assert (shown["status_link"], shown["customer_phone"]) == (None, f"+1•••••••{phone[-4:]}")
    for q, found in ((phone[-5:], 0), (phone, 1), (order["order_number"], 1)):
        assert (await viewer.get("/api/admin/orders", params={"q": q})).json()["total"] == found, q
    assert (await shop.owner.get("/api/admin/orders", params={"q": phone[-5:]})).json()["total"] == 1


async def test_one_changed_character_opens_nothing(shop: Any, system: Any) -> None:
    order = await shop.order(dispatch=False)
    token = await link(shop, order, "status")
    customer = await system.client()
    altered = ("A" if token[5] != "A" else "B").join((token[:5], token[6:]))
    assert (await customer.get(f"{PAGE}/orders/{altered}")).status_code == 404
    rating_token = await link(shop, order, "rating")
    assert (await customer.get(f"{PAGE}/orders/{rating_token}")).status_code == 404
    assert (await customer.get(f"{PAGE}/orders/{token}/invoice.pdf")).status_code == 404


async def test_a_customer_asks_and_the_order_stays_as_it_is(shop: Any, system: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    customer = await system.client()
    url = f"{PAGE}/orders/{await link(shop, order, 'status')}/change-request"
    asked = await customer.post(url, json={"kind": "cancel", "message": "we are away"})
    assert (asked.status_code, asked.json()) == (202, {"received": True})
    after = await shop.read(order)
    assert (after["status"], after["change_request"]["kind"]) == ("offering", "cancel")
    await vendor.put(order, status="accepted")
    await vendor.put(order, status="on_way")
    assert (await customer.post(url, json={"kind": "reschedule"})).json()["code"] == "invalid_transition"
    assert (await customer.post(url, json={"kind": "message", "message": "ring twice"})).status_code == 202


async def test_a_rating_is_given_once_and_may_be_changed_for_a_day(shop: Any, system: Any, clock: OffsetClock) -> None:
    order, _ = await finished(shop)
    url = f"{PAGE}/ratings/{await link(shop, order, 'rating')}"
    customer = await system.client()
    assert (await customer.get(url)).json() is None
    assert (await customer.post(url, json={"stars": 6})).status_code == 422
    first = await customer.post(url, json={"stars": 4, "comment": "good"})
    assert (first.status_code, first.json()["stars"]) == (201, 4)
    changed = await customer.post(url, json={"stars": 5})
    assert (changed.status_code, changed.json()["stars"]) == (200, 5)
    assert (await shop.read(order))["rating"]["stars"] == 5
    clock.advance(timedelta(hours=25))
    assert (await customer.post(url, json={"stars": 1})).json()["code"] == "already_rated"
    clock.advance(timedelta(days=14))
    assert (await customer.post(url, json={"stars": 1})).json()["code"] == "link_expired"


async def test_the_status_page_lives_thirty_days_after_the_end(shop: Any, system: Any, clock: OffsetClock) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    token = await link(shop, order, "status")
    clock.advance(timedelta(days=200))
    customer = await system.client()
    assert (await customer.get(f"{PAGE}/orders/{token}")).status_code == 200
    await shop.owner.post(f"/api/admin/orders/{order['id']}/cancel", json={"reason": "too late"})
    clock.advance(timedelta(days=29))
    assert (await customer.get(f"{PAGE}/orders/{token}")).json()["step"] == "cancelled"
    clock.advance(timedelta(days=2))
    gone = await customer.get(f"{PAGE}/orders/{token}")
    assert (gone.status_code, gone.json()["code"]) == (410, "link_expired")
    assert vendor.id


@pytest.mark.parametrize("setting", [True, False])
async def test_codes_reach_the_customer_only_when_the_business_wants_them(shop: Any, setting: bool) -> None:
    await shop.settings(orders__require_start_code=setting, orders__require_before_photo=False)
    vendor = await shop.vendor()
    order = await shop.order()
    await vendor.put(order, status="accepted")
    await vendor.put(order, status="on_way")
    started = await vendor.put(order, status="processing", dealing_price=1)
    if not setting:
        assert started.status_code == 200
        return
    assert started.json()["code"] == "code_required"
    async with shop.system.database.transaction(vendor.principal) as work:
        code = (await store.find(work, order["id"])).start_code
    assert "start_code" not in await shop.read(order)
    assert (await vendor.put(order, status="processing", dealing_price=1, start_code=code)).status_code == 200
