"""An office that calls: its routes, its exchange, the rules, and a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant
from callout.features.calling.agents.tables import Agent
from callout.features.calling.calls import live, opting_out, store, workflows
from callout.features.calling.calls.admin_api import router, statistics_router
from callout.features.calling.calls.agreed_orders import AgreedOrders
from callout.features.calling.calls.dialling import Dialler
from callout.features.calling.calls.ending import Endings
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.health_admin_api import router as health
from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.ports import Addresses
from callout.features.calling.calls.reactions import CallReactions
from callout.features.calling.calls.recording import Recordings
from callout.features.calling.calls.records import CallRecords
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.calls.scam_admin_api import router as scam
from callout.features.calling.calls.tables import Call
from callout.features.calling.calls.tools import CallTools
from callout.features.conversations.events import ConversationProcessed
from callout.features.dispatch.service import OfferDispatcher
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.notifications.quote_news import CallQuotes
from callout.features.orders.desk import OrderDesk
from callout.features.orders.links import LinkMaker
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.events import ContactSuppressed
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows
from tests.features.calling.calls.exchange import Exchange, Rules, call_desk
from tests.features.calling.conftest import LINE, WEEK, Badges

BASE = "/api/admin/calling-agents/calls"
PHONE = "+12175550171"


class Nowhere:
    """Finds no address."""

    async def search(self, q: str, country: str | None = None, near: Any = None, limit: int = 5) -> list[Any]:
        return []

    async def reverse(self, lat: float, lng: float) -> None:
        return None


class NoInvoices:
    """Has no documents."""

    async def of_order(self, work: Any, order_id: UUID) -> None:
        return None


@dataclass
class House:
    """What the office stands on."""

    database: Database
    exchange: Exchange
    rules: Rules
    dialler: Dialler
    endings: Endings
    recordings: Recordings
    tools: CallTools
    addresses: Addresses
    files: Files
    open: Callable[..., Any]

    async def office(self, plan: str = "self_hosted") -> "Office":
        """A new business with an agent and its people."""
        tenant_id, agent_id = uuid7(), uuid7()
        row = {
            "id": tenant_id, "name": "Bright Homes", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": plan, "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**row))
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await PlanLimits(default_plan=plan, upgrade_url="http://callout.test/plan").start(work)
            await seed_catalogue(work)
            agent = Agent(
                id=agent_id, name="Mia", status="active", voice_id=uuid7(), welcome_message="Do you have a minute?",
                disclosure_line=LINE, system_prompt="Be brief.", language="en",
            )  # fmt: skip
            work.session.add(agent)
        people = {}
        for role in ("owner", "manager", "viewer", "agent"):
            people[role] = await self.open(authorization=f"Bearer {role}/{tenant_id}/{uuid4()}")
        return Office(self, tenant_id, agent_id, people)


@dataclass
class Office:
    """One tenant."""

    house: House
    tenant_id: UUID
    agent_id: UUID
    people: dict[str, httpx.AsyncClient]

    @property
    def owner(self) -> httpx.AsyncClient:
        return self.people["owner"]

    def work(self) -> Any:
        """A transaction of the system in this tenant."""
        return self.house.database.transaction(Principal.system(self.tenant_id))

    async def place(self, phone: str = PHONE, **members: Any) -> UUID:
        """Places a call; its id."""
        async with self.work() as work:
            call = await place_call(work, Attempt(agent_id=self.agent_id, to_number=phone, **members))
            return call.id

    async def dial(self, phone: str = PHONE, **members: Any) -> UUID:
        """Places a call and dials it without a worker; its id."""
        call_id = await self.place(phone, **members)
        await self.house.dialler.dial(self.tenant_id, call_id)
        return call_id

    async def talk(self, phone: str = PHONE, process: str = "voice-1") -> tuple[UUID, CallRecords]:
        """A call that is answered and whose audio a process holds."""
        call_id = await self.dial(phone)
        await self.tell(call_id, "ringing", 1, 1)
        await self.tell(call_id, "answered", 2, 2)
        token = self.house.exchange.asked[-1].instruction.parameters["token"]  # type: ignore[union-attr]
        assert await live.claim(self.house.database, token, process) is not None
        return call_id, CallRecords(self.house.database, self.tenant_id, call_id)

    async def tell(self, call_id: UUID, kind: Any, sequence: int, after_s: float = 0, **members: Any) -> Call:
        """Has the provider report something, some seconds after the call was placed."""
        async with self.work() as work:
            call = await store.find(work, call_id)
            at = call.created_at + timedelta(seconds=after_s)
            return await report_fact(work, call_id, Fact(kind=kind, at=at, sequence=sequence, **members))

    async def call(self, call_id: UUID) -> Call:
        async with self.work() as work:
            return await store.find(work, call_id)

    async def shown(self, call_id: UUID, by: str = "owner") -> dict[str, Any]:
        answer = await self.people[by].get(f"{BASE}/{call_id}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def until_settled(self, call_id: UUID, within_s: float = 30) -> Call:
        async with asyncio.timeout(within_s):
            while True:
                call = await self.call(call_id)
                if call.settled_at is not None:
                    return call
                await asyncio.sleep(0.05)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def house(
    database: Database, bus: Bus, serve: Any, exchange: Exchange, rules: Rules, tmp_path: Path
) -> AsyncIterator[House]:
    files = Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(b"k" * 32, "http://callout.test"))
    plans = PlanLimits(default_plan="self_hosted", upgrade_url="http://callout.test/plan")
    addresses = Addresses(base_url="http://callout.test", media_url="ws://callout.test")
    desk = OrderDesk(
        geocoder=Nowhere(),
        dispatcher=OfferDispatcher(),
        files=files,
        links=LinkMaker(b"k" * 32, "http://callout.test"),
        invoices=NoInvoices(),  # type: ignore[arg-type]
    )
    agreed = AgreedOrders(desk)
    bus.on(ConversationProcessed, CallReactions(agreed).processed)
    bus.on(ContactSuppressed, opting_out.suppressed)
    app: Any = build_service(
        "calls",
        [router, statistics_router, health, scam],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"call_desk": call_desk(rules, plans, files)},
        body_limit=lambda _path: 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as stack:

        async def client(**headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=30)
            )

        yield House(
            database,
            exchange,
            rules,
            Dialler(database, exchange, gate=rules, pace=rules, quota=plans, addresses=addresses),  # type: ignore[arg-type]
            Endings(database, exchange),  # type: ignore[arg-type]
            Recordings(database, exchange, files, addresses),  # type: ignore[arg-type]
            CallTools(database, agreed, CallQuotes()),
            addresses,
            files,
            client,
        )


@pytest.fixture
async def office(house: House) -> Office:
    return await house.office()


@pytest.fixture
async def worker(house: House, postgres: Any) -> AsyncIterator[None]:
    """Works off what is queued."""
    flows = Workflows()
    workflows.register(flows, house.database, dialler=house.dialler, endings=house.endings, recordings=house.recordings)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)


def moment(call: Call, seconds: float) -> datetime:
    """Some seconds after a call was placed."""
    return call.created_at + timedelta(seconds=seconds)
