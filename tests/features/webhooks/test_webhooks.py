"""Tenants' systems are told of events over real HTTP: signed, once, again after a failure, never into our network."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from callout.adapters.generic_webhook.signature import check_signature
from callout.features.accounts.tables import Tenant
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.webhooks import store, workflows
from callout.features.api_configs.webhooks.admin_api import router
from callout.features.api_configs.webhooks.delivering import Courier
from callout.features.api_configs.webhooks.service import Webhooks
from callout.features.api_configs.webhooks.tables import WebhookDelivery, WebhookEndpoint
from callout.kit.db.database import Database
from callout.kit.events import Event
from callout.kit.events.tables import StoredEvent
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.kit.workflows import Workflows
from callout.run.outbound import Outbound
from callout.run.webhooks import forward_once, make_webhooks
from tests.features.calling.conftest import WEEK, Badges

BASE = "/api/admin/api-configs/webhooks"


class KettleBoiled(Event, frozen=True, kw_only=True):
    type: ClassVar[str] = "kettle.boiled"
    cups: int


class KettleFilled(Event, frozen=True, kw_only=True):
    type: ClassVar[str] = "kettle.filled"


@dataclass
class Listener:
    """Somebody's own system on a port of this machine."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.heard.append((headers, body))
        code = self.answers.pop(0) if self.answers else 200
        writer.write(
            f"HTTP/1.1 {code} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 4\r\nconnection: close\r\n\r\nword".encode()
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    there = Listener()
    server = await asyncio.start_server(there.take, "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    yield there
    server.close()
    await server.wait_closed()


@dataclass
class Office:
    database: Database
    webhooks: Webhooks
    courier: Courier
    tenant_id: UUID
    owner: httpx.AsyncClient
    manager: httpx.AsyncClient
    viewer: httpx.AsyncClient

    def work(self) -> Any:
        return self.database.transaction(Principal.system(self.tenant_id))

    async def endpoint(self, url: str, *events: str, expect: int = 201) -> dict[str, Any]:
        answer = await self.owner.post(f"{BASE}/", json={"url": url, "events": list(events) or ["*"]})
        assert answer.status_code == expect, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def boil(self, cups: int = 2) -> None:
        async with self.work() as work:
            await work.publish(KettleBoiled(noun_id=uuid7(), cups=cups))
            await work.publish(KettleFilled(noun_id=uuid7()))

    async def rows(self) -> list[WebhookDelivery]:
        async with self.work() as work:
            query = select(WebhookDelivery).where(WebhookDelivery.tenant_id == self.tenant_id)
            return list((await work.session.execute(query.order_by(WebhookDelivery.id))).scalars())

    async def carry(self) -> list[float | None]:
        """Tries what is not over once."""
        await forward_once(self.database)
        return [
            await self.courier.attempt(self.tenant_id, row.id, row.rounds)
            for row in await self.rows()
            if row.status in ("pending", "failed")
        ]


@asynccontextmanager
async def _client(app: Any, role: str, tenant_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {role}/{tenant_id}/{uuid4()}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t", headers=headers) as one:
        yield one


@pytest.fixture
async def office(database: Database, serve: Any, listener: Listener) -> AsyncIterator[Office]:
    rules = AddressRules(may_be_http=True, private_hosts=frozenset({f"127.0.0.1:{listener.port}"}))
    outbound = Outbound(httpx.AsyncClient(), rules, user_agent="Callout test")
    webhooks = make_webhooks(database, Sealer.of(b"k" * 32), outbound, may_be_http=True)
    app: Any = build_service(
        "webhooks",
        [router],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"webhooks": webhooks},
        body_limit=lambda _path: 1024 * 1024,
        docs=False,
    )
    await serve(app)
    tenant_id = uuid7()
    row = {
        "id": tenant_id, "name": "Bright Homes", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
        "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
        "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": "self_hosted", "webhook_token": tenant_id.hex,
    }  # fmt: skip
    async with database.lookup() as work:
        work.session.add(Tenant(**row))
    async with (
        _client(app, "owner", tenant_id) as owner,
        _client(app, "manager", tenant_id) as manager,
        _client(app, "viewer", tenant_id) as viewer,
    ):
        yield Office(database, webhooks, Courier(webhooks), tenant_id, owner, manager, viewer)
    await outbound.aclose()


async def test_an_event_is_delivered_once_signed_in_its_envelope(office: Office, listener: Listener) -> None:
    await office.boil()  # before there was an endpoint
    made = await office.endpoint(listener.url, "kettle.boiled")
    await office.boil(3)
    await asyncio.gather(*(forward_once(office.database) for _ in range(3)))
    assert await office.carry() == [None]
    assert await office.carry() == []
    [(headers, body)] = listener.heard
    envelope = json.loads(body)
    assert (envelope["type"], envelope["data"], envelope["tenant_id"]) == (
        "kettle.boiled", {"cups": 3}, str(office.tenant_id),
    )  # fmt: skip
    assert headers["x-callout-event"] == "kettle.boiled"
    async with office.work() as work:
        event = await work.session.scalar(select(StoredEvent).where(StoredEvent.id == UUID(envelope["id"])))
        assert check_signature(headers, body, [made["secret"]], work.now) == "ok"
        assert check_signature(headers, body, ["whsec_other"], work.now) == "bad_signature"
    assert event is not None
    assert envelope["sequence"] == event.sequence


async def test_a_failure_is_tried_again_and_a_success_forgets_it(office: Office, listener: Listener) -> None:
    endpoint = await office.endpoint(listener.url, "kettle.boiled")
    listener.answers = [500, 302]
    await office.boil()
    first, second, third = [(await office.carry())[0] for _ in range(3)]
    assert first is not None
    assert second is not None
    assert 10 <= first <= 12
    assert 60 <= second <= 72
    assert third is None
    [row] = await office.rows()
    assert (row.status, row.attempt, row.response_code, row.response_snippet) == ("delivered", 3, 200, "word")
    shown = (await office.owner.get(f"{BASE}/{endpoint['id']}")).json()
    assert shown["failing_since"] is None
    assert "secret" not in shown
    assert len({body for _, body in listener.heard}) == 1
    assert [headers["x-callout-attempt"] for headers, _ in listener.heard] == ["1", "2", "3"]


async def test_what_takes_nothing_for_long_is_switched_off(office: Office, listener: Listener) -> None:
    endpoint = await office.endpoint(listener.url, "kettle.boiled")
    listener.answers = [500]
    await office.boil()
    await office.carry()
    async with office.work() as work:
        row = await store.fetch(work, UUID(endpoint["id"]), lock=True)
        row.failing_since = work.now - timedelta(hours=49)
    listener.answers = [503]
    assert await office.carry() == [None]
    shown = (await office.owner.get(f"{BASE}/{endpoint['id']}")).json()
    assert (shown["is_active"], shown["disabled_reason"]) == (False, "nothing was taken for 48 hours")
    async with office.work() as work:
        query = select(StoredEvent).where(
            StoredEvent.tenant_id == office.tenant_id, StoredEvent.type == "webhook.disabled"
        )
        assert (await work.session.execute(query)).scalars().all()
    await office.boil()
    assert await office.carry() == []
    on = await office.owner.patch(f"{BASE}/{endpoint['id']}", json={"is_active": True})
    assert (on.json()["disabled_reason"], on.json()["failing_since"]) == (None, None)
    assert await office.carry() == []  # what happened meanwhile is not told


async def test_gone_means_gone(office: Office, listener: Listener) -> None:
    endpoint = await office.endpoint(listener.url, "*")
    listener.answers = [410]
    await office.boil()
    await office.carry()
    assert not (await office.owner.get(f"{BASE}/{endpoint['id']}")).json()["is_active"]
    assert {row.status for row in await office.rows()} == {"dead"}


async def test_a_delivery_is_replayed(office: Office, listener: Listener) -> None:
    endpoint = await office.endpoint(listener.url, "kettle.boiled")
    await office.boil()
    await office.carry()
    listed = (await office.manager.get(f"{BASE}/{endpoint['id']}/deliveries", params={"status": "delivered"})).json()
    [delivery] = listed["items"]
    assert delivery["payload"]["type"] == "kettle.boiled"
    path = f"{BASE}/deliveries/{delivery['id']}/replay"
    assert (await office.manager.post(path)).status_code == 403
    again = await office.owner.post(path)
    assert (again.status_code, again.json()["rounds"], again.json()["status"]) == (202, 2, "pending")
    assert await office.courier.attempt(office.tenant_id, UUID(delivery["id"]), 1) is None  # the round before
    await office.carry()
    assert len(listener.heard) == 2
    assert (await office.owner.post(f"{BASE}/deliveries/{uuid4()}/replay")).status_code == 404


async def test_deliveries_are_paged_by_cursor(office: Office, listener: Listener) -> None:
    endpoint = await office.endpoint(listener.url, "kettle.*")
    for cups in range(3):
        await office.boil(cups)
    await forward_once(office.database)
    path, seen, cursor = f"{BASE}/{endpoint['id']}/deliveries", [], None
    while True:
        params = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
        page = (await office.owner.get(path, params=params)).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (len(seen), len(set(seen)), page["total"]) == (6, 6, 6)
    assert (await office.owner.get(path, params={"cursor": "x"})).status_code == 400


async def test_two_secrets_sign_while_one_is_rotated(office: Office, listener: Listener) -> None:
    endpoint = await office.endpoint(listener.url, "kettle.boiled")
    renewed = (await office.owner.post(f"{BASE}/{endpoint['id']}/rotate-secret")).json()
    assert renewed["secret"] != endpoint["secret"]
    tested = (await office.owner.post(f"{BASE}/{endpoint['id']}/test")).json()
    assert (tested["delivered"], tested["response_code"]) == (True, 200)
    [(headers, body)] = listener.heard
    async with office.work() as work:
        for secret in (endpoint["secret"], renewed["secret"]):
            assert check_signature(headers, body, [secret], work.now) == "ok"
        row = await work.session.get(WebhookEndpoint, UUID(endpoint["id"]))
        assert row is not None
        assert endpoint["secret"] not in repr(row.sealed)
    assert await office.rows() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x", "http://localhost/x", "http://10.0.0.1/x", "http://[::1]/x", "http://169.254.169.254/",
        "http://2130706433/", "http://user@example.org/", "http://no-such-host.invalid/",
    ],
)  # fmt: skip
async def test_no_way_leads_into_our_network(office: Office, url: str) -> None:
    refused = await office.endpoint(url, expect=422)
    assert refused["errors"][0]["field"] == "url"
    posted = await office.webhooks.way.post(url, b"{}", {})
    assert posted.code is None


async def test_who_may_what(office: Office, listener: Listener) -> None:
    body = {"url": listener.url, "events": ["kettle.boiled"]}
    assert (await office.manager.post(f"{BASE}/", json=body)).status_code == 403
    assert (await office.viewer.get(f"{BASE}/")).status_code == 403
    endpoint = await office.endpoint(listener.url)
    assert (await office.manager.get(f"{BASE}/")).json()["total"] == 1
    assert (await office.manager.delete(f"{BASE}/{endpoint['id']}")).status_code == 403
    assert (await office.owner.post(f"{BASE}/", json=body | {"events": ["kettle.exploded"]})).status_code == 422
    assert (await office.owner.post(f"{BASE}/", json=body | {"events": []})).status_code == 422
    assert (await office.owner.delete(f"{BASE}/{endpoint['id']}")).status_code == 204
    assert (await office.owner.get(f"{BASE}/{endpoint['id']}")).status_code == 404


async def test_twenty_endpoints_are_enough(office: Office, listener: Listener) -> None:
    for _ in range(20):
        await office.endpoint(listener.url)
    assert (await office.endpoint(listener.url, expect=409))["code"] == "too_many_endpoints"


async def test_the_worker_delivers(office: Office, listener: Listener, postgres: Any) -> None:
    await office.endpoint(listener.url, "kettle.boiled")
    flows = Workflows()
    workflows.register(flows, office.courier)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    try:
        await office.boil(7)
        await forward_once(office.database)
        async with asyncio.timeout(20):
            while not listener.heard:  # noqa: ASYNC110 - the worker posts
                await asyncio.sleep(0.02)
    finally:
        await flows.shutdown(5)
    assert json.loads(listener.heard[0][1])["data"] == {"cups": 7}
