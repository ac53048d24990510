"""An office whose businesses have websites: simulated ones, read over the real wire by a real worker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from callout.adapters.geocoding.nominatim import NominatimGeocoder
from callout.adapters.web_fetch import PolitePages, SafeFetcher
from callout.features.prospecting.catalogue import admin_api as catalogues
from callout.features.prospecting.enrichment import admin_api
from callout.features.prospecting.enrichment.batches import Batches
from callout.features.prospecting.enrichment.tables import WebsiteCheck
from callout.features.prospecting.enrichment.workflows import register
from callout.features.prospecting.tables import Business
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.workflows import Workflows
from callout.sandbox import nominatim
from tests.contract.web_fetch.conftest import AGENT, simulated
from tests.features.scraping.conftest import SCRAPER, Badges, City, Office, city, rehearsal

__all__ = ["city", "rehearsal", "simulated"]


@dataclass
class Street:
    """Businesses of one tenant and how their websites are read."""

    office: Office
    web: PolitePages
    port: int
    open: Any

    async def add(self, website: str | None, **fields: Any) -> UUID:
        """A business with a website."""
        given: dict[str, Any] = {
            "source": "upload", "name": "Harbor Abbott", "country": "US", "website": website, "dedupe_key": uuid4().hex,
            "call_priority": "low", "status": "new", "tags": [], "edited": [], "job_ids": [], **fields,
        }  # fmt: skip
        async with self.office.work() as work:
            row = Business(**given, scraped_at=work.now, last_seen_at=work.now)
            work.session.add(row)
            await work.session.flush()
            return row.id

    async def business(self, business_id: UUID) -> Business:
        async with self.office.work() as work:
            return (await work.session.execute(select(Business).where(Business.id == business_id))).scalar_one()

    async def check(self, business_id: UUID) -> WebsiteCheck | None:
        async with self.office.work() as work:
            query = select(WebsiteCheck).where(WebsiteCheck.business_id == business_id)
            return (await work.session.execute(query)).scalar_one_or_none()

    async def client(self, role: str = "owner") -> httpx.AsyncClient:
        client: httpx.AsyncClient = await self.open(authorization=f"Bearer {role}/{self.office.tenant_id}/{uuid4()}")
        return client

    async def enrich(self, **body: Any) -> dict[str, Any]:
        """Starts a job."""
        answer = await (await self.client()).post(f"{SCRAPER}/businesses/enrich", json=body)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = answer.json()
        return job

    async def run(self, job: dict[str, Any], web: Any = None, run: int = 1) -> dict[str, Any]:
        """Works a job off without a worker."""
        steps = Batches(self.office.city.database, web or self.web)
        while await steps.next(str(self.office.tenant_id), job["id"], run):
            pass
        return await self.office.get(f"/jobs/{job['id']}")

    async def visits(self) -> dict[str, list[str]]:
        """Host → paths that were asked for."""
        async with httpx.AsyncClient(trust_env=False) as client:
            told: dict[str, list[str]] = (
                await client.get(f"http://127.0.0.1:{self.port}/websites/_sandbox/visits")
            ).json()
            return told


@pytest.fixture
async def web(simulated: int) -> AsyncIterator[PolitePages]:
    stand_ins = {".example": ("127.0.0.1", simulated)}
    pages = PolitePages(SafeFetcher(user_agent=AGENT, stand_ins=stand_ins, total_s=10), gap_s=0)
    yield pages
    await pages.aclose()


@pytest.fixture
async def street(city: City, web: PolitePages, simulated: int, serve: Any) -> AsyncIterator[Street]:
    geocoder = NominatimGeocoder(
        "http://places.test", user_agent=AGENT, transport=httpx.ASGITransport(app=nominatim.app())
    )
    app: Any = build_service(
        "enrichment",
        [admin_api.router, catalogues.router],
        version="test",
        database=city.database,
        authenticator=Badges(),
        limits=RateLimits(city.database),
        requests_per_window={"": 100_000},
        dependencies={"geocoder": geocoder},
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

        yield Street(await city.office(), web, simulated, client)
    await geocoder.aclose()


@pytest.fixture
async def worker(city: City, web: PolitePages, postgres: Any) -> AsyncIterator[None]:
    """Works off what is queued."""
    flows = Workflows()
    register(flows, city.database, web=web)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)
