"""An office that finds prospects, on a real database, with its files in a directory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.engine import make_url

from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant
from callout.features.api_configs.checking import Checker
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.exports import admin_api as exports_api
from callout.features.exports.ports import ExportSources
from callout.features.exports.produce import Exporter
from callout.features.files import public_api as files_api
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting import admin_api
from callout.features.prospecting.exporting.sources import prospecting_sources
from callout.features.prospecting.importing.context import Importing
from callout.features.prospecting.importing.running import run_import
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.database import Database
from callout.kit.errors import Unauthenticated
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.http.sse import LiveStreams
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.run.outbound import Outbound

SCRAPER = "/api/admin/data-scraper"
CALLING = "/api/admin/calling-agents"
WEEK: dict[str, Any] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


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
class Town:
    """The service and what it stands on."""

    database: Database
    files: Files
    plans: PlanLimits
    exporter: Exporter
    app: Any
    open: Callable[..., Awaitable[httpx.AsyncClient]]

    def importing(self, size: int = 2000) -> Importing:
        """What imports run with; some `size` rows a transaction."""
        return Importing(self.database, self.files, self.plans, processes=1, chunk_rows=size, block=20 * size)

    async def office(self, country: str = "US", plan: str = "self_hosted") -> "Office":
        """A new business with its owner's client."""
        tenant_id = uuid7()
        row = {
            "id": tenant_id, "name": "Bright", "slug": f"bright-{tenant_id.hex[-12:]}", "country": country,
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": plan,
            "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**row))
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await PlanLimits(default_plan=plan, upgrade_url="http://callout.test/plan").start(work)
        office = Office(self, tenant_id, None)  # type: ignore[arg-type]
        office.owner = await office.client("owner")
        return office


@dataclass
class Office:
    """One tenant."""

    town: Town
    tenant_id: UUID
    owner: httpx.AsyncClient

    def work(self, now: Any = None) -> Any:
        """A transaction of the system in this tenant."""
        return self.town.database.transaction(Principal.system(self.tenant_id), now)

    async def client(self, role: str) -> httpx.AsyncClient:
        return await self.town.open(authorization=f"Bearer {role}/{self.tenant_id}/{uuid4()}")

    async def upload(self, data: bytes | str, filename: str = "list.csv", **form: str) -> httpx.Response:
        content = data.encode() if isinstance(data, str) else data
        return await self.owner.post(f"{SCRAPER}/businesses/upload", files={"file": (filename, content)}, data=form)

    async def batch(self, job_id: str, size: int = 2000, run: int | None = None) -> bool:
        """Brings in a part of a file, as a step does; whether there is nothing left to do."""
        async with self.work() as work:
            job = await work.session.get(ScrapeJob, UUID(job_id))
        number = run or (job.run if job else 0)
        return await run_import(self.town.importing(size), self.tenant_id, UUID(job_id), number, within_s=0)

    async def bring_in(
        self, data: bytes | str, filename: str = "list.csv", size: int = 2000, **form: str
    ) -> dict[str, Any]:
        """Uploads a file and takes its batches, as the workflow does. Returns the finished job."""
        answer = await self.upload(data, filename, **form)
        assert answer.status_code == 202, answer.text
        job_id = answer.json()["id"]
        while not await self.batch(job_id, size):
            pass
        return await self.get(f"{SCRAPER}/jobs/{job_id}")

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.owner.get(path, params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def businesses(self, **params: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.get(f"{SCRAPER}/businesses", limit=200, sort="name", **params))[
            "items"
        ]
        return items

    async def export(self, path: str = f"{SCRAPER}/exports", **wanted: Any) -> dict[str, Any]:
        """Asks for an export and makes it, as the worker does. Returns it as it then is."""
        answer = await self.owner.post(path, json={"format": "csv", **wanted})
        assert answer.status_code == 202, answer.text
        export_id = answer.json()["id"]
        await self.town.exporter.produce(str(self.tenant_id), UUID(export_id))
        return await self.get(f"{path}/{export_id}")

    async def fetched(self, path: str = f"{SCRAPER}/exports", **wanted: Any) -> bytes:
        """The bytes of an export, by its link."""
        made = await self.export(path, **wanted)
        assert made["status"] == "ready", (made["error"], made)
        answer = await self.owner.get(made["url"], headers={"Authorization": ""})
        assert answer.status_code == 200, answer.text
        return answer.content

    async def contact(self, name: str = "Anna Reyes", phone: str = "(305) 555-0100", **fields: Any) -> dict[str, Any]:
        answer = await self.owner.post(f"{CALLING}/contacts", json={"name": name, "phone": phone, **fields})
        assert answer.status_code in {200, 201}, answer.text
        body: dict[str, Any] = answer.json()
        return body


def _no_provider(database: Database) -> ApiConfigs:
    """Nobody searches for places here: businesses come from files."""
    sealer = Sealer({"k": b"0" * 32}, "k")
    rehearsal = Rehearsal(is_allowed=False, providers=frozenset())
    access = ProviderAccess(
        ProviderRegistry.of(PROVIDERS), sealer, rehearsal, simulators_url="", setup_url="http://callout.test/console"
    )
    outbound = Outbound(httpx.AsyncClient(), AddressRules(), user_agent="Callout")
    return ApiConfigs(access, sealer, Checker({}, outbound), database)


@pytest.fixture
async def town(postgres: Any, database: Database, tmp_path: Path, serve: Any) -> AsyncIterator[Town]:
    hub = EventHub(
        make_url(postgres.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    )
    await hub.start()
    files = Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(b"an installation secret", "http://callout.test"))
    sources = ExportSources(prospecting_sources())
    app: Any = build_service(
        "prospecting",
        [*admin_api.routers, exports_api.router, files_api.router],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={
            "api_configs": _no_provider(database),
            "database": database,
            "export_sources": sources,
            "files": files,
            "streams": LiveStreams(database, hub),
        },
        body_limit=lambda _path: 51 * 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as stack:

        async def client(**headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=30)
            )

        plans = PlanLimits(default_plan="self_hosted", upgrade_url="http://callout.test/plan")
        yield Town(database, files, plans, Exporter(database, files, sources), app, client)
    await hub.stop()


@pytest.fixture
async def office(town: Town) -> Office:
    return await town.office()
