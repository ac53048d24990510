"""An office with lists to call: the routes of campaigns and compliance, the rules, an exchange, and a worker."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.calling.agents.tables import Agent
from callout.features.calling.calls import opting_out, store, winding_up, workflows
from callout.features.calling.calls.dialling import Dialler
from callout.features.calling.calls.ending import Endings
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.ports import Addresses
from callout.features.calling.calls.recording import Recordings
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.campaigns import dialling
from callout.features.calling.campaigns import workflows as campaign_workflows
from callout.features.calling.campaigns.admin_api import router as campaigns
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.campaigns.store import count as count_campaigns
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.compliance.admin_api import router as compliance
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.compliance.tables import DialDecision
from callout.features.calling.dial_pace import AccountPace
from callout.features.calling.voices.tables import Voice
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.consents import record_consent
from callout.features.prospecting.contacts import zone_of
from callout.features.prospecting.events import ContactSuppressed
from callout.features.prospecting.tables import CallList, CallListItem, Contact
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.kit.workflows import Workflows
from callout.run.campaigns import bind_campaigns
from tests.features.calling.calls.exchange import Exchange
from tests.features.calling.conftest import LINE, WEEK, Badges

BASE = "/api/admin/calling-agents"
MONDAY_NOON = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
"""12:00 in New York."""


@dataclass
class Town:
    """What offices stand on."""

    database: Database
    exchange: Exchange
    desk: CampaignDesk
    dialler: Dialler
    endings: Endings
    recordings: Recordings
    clock: OffsetClock
    open: Callable[..., Any]

    def at(self, moment: datetime) -> None:
        """Makes it a certain time."""
        self.clock.advance(moment - self.clock.now())

    async def office(self, plan: str = "self_hosted") -> "Office":
        """A new business with an agent that is ready to call."""
        tenant_id, agent_id, voice_id, list_id = uuid7(), uuid7(), uuid7(), uuid7()
        row = {
            "id": tenant_id, "name": "Bright Homes", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": plan, "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**row))
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await PlanLimits(default_plan=plan, upgrade_url="http://callout.test/plan").start(work)
            voice = Voice(id=voice_id, name="Rachel", kind="stock", status="ready", external_id=f"v-{voice_id.hex}")
            agent = Agent(
                id=agent_id, name="Mia", status="active", voice_id=voice_id, welcome_message="Do you have a minute?",
                disclosure_line=LINE, system_prompt="Be brief.", language="en",
            )  # fmt: skip
            script = "Purpose: a spring clean\nOffer: {service}"
            homes = CallList(id=list_id, name="Homes", call_script=script, knowledge_base_ids=[str(list_id)])
            work.session.add_all([voice, agent, homes])
        people = {}
        for role in ("owner", "manager", "viewer", "agent"):
            people[role] = await self.open(authorization=f"Bearer {role}/{tenant_id}/{uuid4()}")
        return Office(self, tenant_id, agent_id, list_id, people)


@dataclass
class Office:
    """One tenant."""

    town: Town
    tenant_id: UUID
    agent_id: UUID
    list_id: UUID
    people: dict[str, httpx.AsyncClient]

    def work(self) -> Any:
        """A transaction of the system in this tenant."""
        return self.town.database.transaction(Principal.system(self.tenant_id))

    async def ask(self, method: str, path: str, status: int = 200, by: str = "owner", **given: Any) -> Any:
        answer = await self.people[by].request(method, f"{BASE}{path}", **given)
        assert answer.status_code == status, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def contact(
        self, phone: str, *, basis: str | None = "express_written", listed: bool = True, **members: Any
    ) -> UUID:
        """Somebody, on the list unless said otherwise, whose consent is on file."""
        contact_id = uuid7()
        zone, source = zone_of(phone, members.pop("timezone", None), None, None)
        async with self.work() as work:
            work.session.add(
                Contact(
                    id=contact_id, name=f"Person {phone[-4:]}", phone=phone, source="manual", timezone=zone,
                    timezone_source=source, **members,
                )
            )  # fmt: skip
            await work.session.flush()
            if basis:
                await record_consent(
                    work, phone=phone, contact_id=contact_id, scope="call", basis=basis, action="granted", source="form"
                )
            if listed:
                query = select(CallListItem).where(CallListItem.call_list_id == self.list_id)
                position = len((await work.session.execute(query)).scalars().all()) + 1
                work.session.add(
                    CallListItem(call_list_id=self.list_id, contact_id=contact_id, position=position, added_at=work.now)
                )
        return contact_id

    async def campaign(self, **members: Any) -> str:
        """A draft; its id."""
        given = {
            "name": "March homes", "agent_id": str(self.agent_id), "call_list_id": str(self.list_id),
            "call_interval_s": 0, **members,
        }  # fmt: skip
        return str((await self.ask("POST", "/campaigns", 201, json=given))["id"])

    async def started(self, **members: Any) -> str:
        """A campaign that calls."""
        campaign_id = await self.campaign(**members)
        await self.ask("POST", f"/campaigns/{campaign_id}/start")
        return campaign_id

    async def look(self, campaign_id: str) -> float | None:
        """One look of the work on a campaign, without a worker."""
        async with self.work() as work:
            campaign = await work.session.get(Campaign, UUID(campaign_id))
            return (await dialling.look(work, self.town.desk.gate, UUID(campaign_id), campaign.run)).wait_s

    async def entry(self, campaign_id: str, contact_id: UUID) -> CampaignContact:
        async with self.work() as work:
            query = select(CampaignContact).where(
                CampaignContact.campaign_id == UUID(campaign_id), CampaignContact.contact_id == contact_id
            )
            row: CampaignContact = (await work.session.execute(query)).scalar_one()
            return row

    async def calls(self, campaign_id: str | None = None) -> list[Call]:
        """Calls in the order they were put in line."""
        async with self.work() as work:
            query = select(Call).where(Call.tenant_id == self.tenant_id).order_by(Call.id)
            if campaign_id is not None:
                query = query.where(Call.campaign_id == UUID(campaign_id))
            return list((await work.session.execute(query)).scalars())

    async def decisions(self, **equal: Any) -> list[DialDecision]:
        async with self.work() as work:
            query = select(DialDecision).where(DialDecision.tenant_id == self.tenant_id).filter_by(**equal)
            return list((await work.session.execute(query.order_by(DialDecision.id))).scalars())

    async def dial(self, call: Call) -> None:
        """Has a call that is in line dialled."""
        await self.town.dialler.dial(self.tenant_id, call.id)

    async def end(self, call: Call, kind: str, *, answered: bool = False, **members: Any) -> Call:
        """Has the provider report the end of a call, and closes its books."""
        async with self.work() as work:
            now = work.now
            if answered:
                await report_fact(work, call.id, Fact(kind="answered", at=now, sequence=2))
            fact = Fact(kind=kind, at=now + timedelta(seconds=1), sequence=3, **members)  # type: ignore[arg-type]
            await report_fact(work, call.id, fact)
        return await self.close(call)

    async def close(self, call: Call) -> Call:
        """Closes the books of a call that is over."""
        async with self.work() as work:
            await winding_up.wind_up(work, call.id)
        async with self.work() as work:
            return await store.find(work, call.id)

    async def one_call(self, campaign_id: str, kind: str, **members: Any) -> Call:
        """The next call of a campaign from its line to its end."""
        await self.look(campaign_id)
        call = (await self.calls(campaign_id))[-1]
        await self.dial(call)
        return await self.end(call, kind, **members)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
async def town(
    database: Database, bus: Bus, clock: OffsetClock, serve: Any, exchange: Exchange, tmp_path: Path
) -> AsyncIterator[Town]:
    plans = PlanLimits(
        default_plan="self_hosted", upgrade_url="http://callout.test/plan", counts={"campaigns": count_campaigns}
    )
    registry = ProviderRegistry.of(PROVIDERS)
    access = ProviderAccess(
        registry,
        Sealer.of(b"k" * 32),
        Rehearsal(is_allowed=True, is_forced=False, providers=registry.simulated),
        simulators_url="http://callout.test/sandbox",
    )
    gate = Gate(exchange)  # type: ignore[arg-type]
    desk = CampaignDesk(gate=gate, plans=plans, access=access)
    addresses = Addresses(base_url="http://callout.test", media_url="ws://callout.test")
    files = Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(b"k" * 32, "http://callout.test"))
    bus.on(ContactSuppressed, opting_out.suppressed)
    bind_campaigns(bus)
    app: Any = build_service(
        "campaigns",
        [campaigns, compliance],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"campaign_desk": desk},
        body_limit=lambda _path: 60 * 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as stack:

        async def client(**headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=60)
            )

        made = Town(
            database,
            exchange,
            desk,
            Dialler(database, exchange, gate=gate, pace=AccountPace(), quota=plans, addresses=addresses),  # type: ignore[arg-type]
            Endings(database, exchange),  # type: ignore[arg-type]
            Recordings(database, exchange, files, addresses),  # type: ignore[arg-type]
            clock,
            client,
        )
        made.at(MONDAY_NOON)
        yield made


@pytest.fixture
async def office(town: Town) -> Office:
    return await town.office()


@pytest.fixture
async def worker(town: Town, postgres: Any) -> AsyncIterator[None]:
    """Works off what is queued."""
    flows = Workflows()
    workflows.register(flows, town.database, dialler=town.dialler, endings=town.endings, recordings=town.recordings)
    campaign_workflows.register(flows, town.database, gate=town.desk.gate, longest_wait_s=0.5)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)
