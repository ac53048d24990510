"""A book of businesses that a job told of, and the person who tidies it up."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from callout.features.accounts.tables import Tenant
from callout.features.prospecting.businesses_admin_api import router as businesses
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.identity.admin_api import router as duplicates
from callout.features.prospecting.identity.suggesting import suggest_next
from callout.features.prospecting.merging import merge_drafts
from callout.features.prospecting.tables import Business, ScrapeJob
from callout.kit.db.database import Database
from callout.kit.errors import Unauthenticated
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

SCRAPER = "/api/admin/data-scraper"
BUSINESSES = f"{SCRAPER}/businesses"
DUPLICATES = f"{SCRAPER}/duplicates"
WEEK: dict[str, Any] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
AUSTIN = (30.2672, -97.7431)


class Badges:
    """Reads `Bearer role/tenant/actor`."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if authorization is None:
            raise Unauthenticated
        role, tenant, actor = authorization.removeprefix("Bearer ").split("/")
        return Principal(role=role, tenant_id=UUID(tenant), actor_id=UUID(actor), session_id=uuid4(), label=role)


def draft(name: str = "Joe's Garage", **fields: Any) -> Draft:
    """A garage in Austin, told without a place id unless given one."""
    lat, lng = fields.pop("at", AUSTIN) or (None, None)
    return Draft(**({"name": name, "lat": lat, "lng": lng, "address": "1 Main St, Austin", "country": "US"} | fields))


@dataclass
class Book:
    """One tenant's businesses."""

    database: Database
    tenant_id: UUID
    app: Any
    clients: AsyncExitStack
    jobs: list[UUID] = field(default_factory=list)

    def work(self, now: Any = None) -> Any:
        return self.database.transaction(Principal.system(self.tenant_id), now)

    async def client(self, role: str) -> httpx.AsyncClient:
        return await self.clients.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=self.app),
                base_url="http://callout.test",
                headers={"authorization": f"Bearer {role}/{self.tenant_id}/{uuid4()}"},
                timeout=30,
            )
        )

    async def tell(self, *drafts: Draft, job: UUID | None = None, now: Any = None) -> list[dict[str, Any]]:
        """Stores drafts as a job would; returns all businesses, in the order they were first stored."""
        async with self.work(now) as work:
            if job is None:
                row = ScrapeJob(id=uuid7(), name="Austin", provider="serpapi", country="US", started_at=work.now)
                work.session.add(row)
                await work.session.flush()
                job = row.id
                self.jobs.append(job)
            await merge_drafts(work, str(job), drafts, source="serpapi")
        return await self.rows()

    async def rows(self) -> list[dict[str, Any]]:
        async with self.work() as work:
            found = (await work.session.execute(select(Business).order_by(Business.id))).scalars()
            return [
                {column.key: getattr(row, column.key) for column in Business.__mapper__.column_attrs} for row in found
            ]

    async def row(self, row_id: Any) -> dict[str, Any]:
        return next(row for row in await self.rows() if str(row["id"]) == str(row_id))

    async def look(self, size: int = 1000) -> int:
        """Searches for duplicates among all, as the workflow does. Returns how many were found."""
        found, after = 0, None
        while True:
            async with self.work() as work:
                looked = await suggest_next(work, since=None, after=after, size=size)
            found += looked.found
            if (after := looked.last) is None:
                return found


@dataclass
class Desk:
    """A person before the book."""

    http: httpx.AsyncClient

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, expected: int = 200, **body: Any) -> Any:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def merge(self, keep: Any, *others: Any, expected: int = 200, **more: Any) -> Any:
        ids = [str(other["id"]) for other in others]
        return await self.post(f"{DUPLICATES}/merge", expected, keep_id=str(keep["id"]), merge_ids=ids, **more)

    async def undo(self, merge: Any, expected: int = 200) -> Any:
        return await self.post(f"{DUPLICATES}/merges/{merge['merge_id']}/undo", expected)

    async def suggested(self, **params: Any) -> list[tuple[str, str]]:
        """Names of the pairs suggested."""
        items = (await self.get(DUPLICATES, **params))["items"]
        return [tuple(sorted(business["name"] for business in item["businesses"])) for item in items]


@pytest.fixture
async def book(database: Database, serve: Any) -> AsyncIterator[Book]:
    app: Any = build_service(
        "identity",
        [businesses, duplicates],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"database": database},
        body_limit=lambda _path: 2 * 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as clients:
        yield Book(database, await new_tenant(database), app, clients)


async def new_tenant(database: Database) -> UUID:
    tenant_id = uuid7()
    async with database.lookup() as work:
        work.session.add(
            Tenant(
                id=tenant_id, name="Bright", slug=f"bright-{tenant_id.hex[-12:]}", country="US",
                timezone="America/New_York", currency="USD", email="owner@bright.example", business_hours=WEEK,
                app_id=tenant_id.hex[-24:], status="active", plan_code="self_hosted", webhook_token=tenant_id.hex,
            )
        )  # fmt: skip
    return tenant_id


@pytest.fixture
async def desk(book: Book) -> Desk:
    return Desk(await book.client("owner"))


def ids(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in rows]
