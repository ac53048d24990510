"""An office that scrapes simulated providers over their real wire, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from callout.features.accounts.tables import Tenant, TenantSetting
from callout.features.api_configs.checking import Checker
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.recording import UsageRecorder
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.scraping import admin_api, providers_admin_api, supply_gap_admin_api
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.tables import ScrapePage
from callout.features.prospecting.scraping.workflows import register
from callout.features.prospecting.tables import Business
from callout.kit.db.database import Database
from callout.kit.errors import Unauthenticated
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.http.sse import LiveStreams
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.kit.workflows import Workflows
from callout.run.bindings import NoGeocoder
from callout.run.metering import Metering
from callout.run.outbound import Outbound
from callout.run.places import TenantPlaces
from callout.sandbox import google_maps, serpapi, server

SCRAPER = "/api/admin/data-scraper"
SIMULATED = ("serpapi", "google_maps")
ENDED = frozenset({"completed", "stopped", "failed"})
AUSTIN = {"country": "US", "state": "TX", "city": "Austin"}
WEEK: dict[str, Any] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
PACE_MS = 1


class Badges:
    """Reads `Bearer role/tenant/actor`: who somebody is does not matter here, only what it may."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if authorization is None:
            return None
        try:
            role, tenant, actor = authorization.removeprefix("Bearer ").split("/")
        except ValueError:
            raise Unauthenticated from None
        return Principal(role=role, tenant_id=UUID(tenant), actor_id=UUID(actor), session_id=uuid4(), label=role)


@dataclass
class City:
    """The service, the simulators, and what they stand on."""

    database: Database
    simulators: httpx.AsyncClient
    scraping: Scraping
    plans: PlanLimits
    rehearsal: Rehearsal
    open: Callable[..., Awaitable[httpx.AsyncClient]]

    async def office(self, plan: str = "self_hosted", pace_ms: int = PACE_MS) -> "Office":
        """A new business with its owner's client."""
        tenant_id = uuid7()
        row = {
            "id": tenant_id, "name": "Bright", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": plan, "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**row))
        plans = PlanLimits(default_plan=plan, upgrade_url="http://callout.test/plan")
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await plans.start(work)
            work.session.add(TenantSetting(key="scraper.request_interval_ms", value=pace_ms))
        owner = await self.open(authorization=f"Bearer owner/{tenant_id}/{uuid4()}")
        return Office(self, tenant_id, owner)

    async def faults(self, provider: str = "serpapi", **arranged: Any) -> None:
        """Arranges what goes wrong at a provider."""
        answer = await self.simulators.post(f"/{provider}/_sandbox/faults", json=arranged)
        assert answer.status_code == 200, answer.text

    async def calls(self, provider: str = "serpapi") -> dict[str, Any]:
        """What a provider was asked."""
        told: dict[str, Any] = (await self.simulators.get(f"/{provider}/_sandbox/calls")).json()
        return told


@dataclass
class Office:
    """One tenant."""

    city: City
    tenant_id: UUID
    owner: httpx.AsyncClient

    def work(self, now: Any = None) -> Any:
        """A transaction of the system in this tenant."""
        return self.city.database.transaction(Principal.system(self.tenant_id), now)

    async def start(self, **job: Any) -> dict[str, Any]:
        """Starts a job."""
        given = {"provider": "serpapi", "business_types": ["hotel"], "min_rating": 0, **AUSTIN, **job}
        answer = await self.owner.post(f"{SCRAPER}/jobs", json=given)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.owner.get(f"{SCRAPER}{path}", params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def act(self, job: dict[str, Any], verb: str) -> dict[str, Any]:
        """Pauses, resumes or stops."""
        answer = await self.owner.post(f"{SCRAPER}/jobs/{job['id']}/{verb}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def until(self, job: dict[str, Any], *states: str, within_s: float = 60) -> dict[str, Any]:
        """The job once it is in one of the states; any end unless named."""
        async with asyncio.timeout(within_s):
            while True:
                now = await self.get(f"/jobs/{job['id']}")
                if now["status"] in (states or ENDED):
                    return now
                await asyncio.sleep(0.2)

    async def run(self, **job: Any) -> dict[str, Any]:
        """Starts a job and waits for its end."""
        return await self.until(await self.start(**job))

    async def businesses(self) -> list[Business]:
        async with self.work() as work:
            query = select(Business).where(Business.tenant_id == self.tenant_id)
            return list((await work.session.execute(query)).scalars())

    async def pages(self, job: dict[str, Any]) -> list[ScrapePage]:
        async with self.work() as work:
            query = select(ScrapePage).where(ScrapePage.job_id == UUID(job["id"])).order_by(ScrapePage.id)
            return list((await work.session.execute(query)).scalars())


def adds_up(job: dict[str, Any]) -> bool:
    """Whether every place found is accounted for."""
    accounted = job["stored"] + job["duplicates"] + job["filtered"] + job["rejected"]
    return bool(job["found"] == accounted and job["batches_done"] <= job["batches_total"])


@pytest.fixture
async def rehearsal() -> Rehearsal:
    """Simulators may stand in for both providers."""
    return Rehearsal(is_allowed=True, providers=frozenset(SIMULATED))


@pytest.fixture
async def city(postgres: Any, database: Database, serve: Any, rehearsal: Rehearsal) -> AsyncIterator[City]:
    hub = EventHub(
        make_url(postgres.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    )
    await hub.start()
    simulated = server.create_app({"serpapi": serpapi.create_app(), "google_maps": google_maps.create_app()})
    simulators = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=simulated), base_url="http://sandbox.test", timeout=30
    )
    sealer = Sealer({"k": b"0" * 32}, "k")
    access = ProviderAccess(
        ProviderRegistry.of(PROVIDERS),
        sealer,
        rehearsal,
        simulators_url="http://sandbox.test",
        setup_url="http://callout.test/console/settings/providers",
    )
    outbound = Outbound(simulators, AddressRules(), user_agent="Callout")
    api_configs = ApiConfigs(access, sealer, Checker({}, outbound), database)
    metering = Metering(UsageRecorder(database), api_configs, database)
    plans = PlanLimits(default_plan="self_hosted", upgrade_url="http://callout.test/plan")
    scraping = Scraping(
        sources=TenantPlaces(access, outbound, metering, timeout_s=30),
        api_configs=api_configs,
        geocoder=NoGeocoder(),
        plans=plans,
        database=database,
    )
    app: Any = build_service(
        "scraping",
        [admin_api.router, providers_admin_api.router, supply_gap_admin_api.router],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"scraping": scraping, "api_configs": api_configs, "streams": LiveStreams(database, hub)},
        body_limit=lambda _path: 2 * 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as stack:

        async def client(**headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=30)
            )

        yield City(database, simulators, scraping, plans, rehearsal, client)
    await outbound.aclose()
    await hub.stop()


@pytest.fixture
async def office(city: City) -> Office:
    return await city.office()


@pytest.fixture
async def worker(city: City, postgres: Any) -> AsyncIterator[None]:
    """Works off what is queued."""
    flows = Workflows()
    register(flows, city.database, scraping=city.scraping)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)
