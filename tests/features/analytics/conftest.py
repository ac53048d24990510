"""A business that sells and bills, with its reports."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from callout.adapters.object_store import UrlObjectStore
from callout.adapters.typst_pdf import TypstRenderer
from callout.features.analytics.admin_api import router
from callout.features.billing.context import Billing
from callout.features.billing.issue import issue_invoice
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.orders.links import LinkMaker
from callout.features.orders.tables import Order, Rating
from callout.features.vendors.tables import Vendor
from callout.kit.db.database import Database
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from tests.features.billing.house import WEEK, Badges, Business, PostBox, build  # type: ignore[import-not-found,unused-ignore]

SECRET = b"an installation secret for tests"
REPORTS = "/api/admin/analytics"


@dataclass
class Firm:
    """One tenant: what it did, and what its reports say."""

    business: Business
    app: Any
    stack: AsyncExitStack

    @property
    def tenant_id(self) -> UUID:
        tenant_id: UUID = self.business.tenant_id
        return tenant_id

    async def reader(self, role: str = "owner") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        headers = {"authorization": f"Bearer {role}/{self.tenant_id}/{uuid4()}/"}
        return await self.stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=30)
        )

    async def report(self, name: str, **params: Any) -> dict[str, Any]:
        answer = await (await self.reader()).get(f"{REPORTS}/{name}", params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def order(self, created_at: datetime, **columns: Any) -> UUID:
        """An order made at a time, completed at that time unless told otherwise."""
        order_id: UUID = await self.business.order(**{"completed_at": created_at} | columns)
        async with self.business.work() as work:
            values = {"created_at": created_at, "version": Order.version + 1}
            await work.session.execute(update(Order).where(Order.id == order_id).values(**values))
        return order_id

    async def invoice(self, order_id: UUID, at: datetime) -> UUID:
        """Invoices a completed order as billing does, at a time."""
        async with self.business.work(at) as work:
            invoice_id: UUID = (await issue_invoice(work, self.business.house.billing, order_id)).id
        return invoice_id

    async def rate(self, order_id: UUID, stars: int, at: datetime) -> None:
        async with self.business.work(at) as work:
            rating = Rating(tenant_id=self.tenant_id, order_id=order_id, stars=stars, source="link", created_at=at)
            work.session.add(rating)

    async def vendor(self, verified_at: datetime | None, name: str = "Maria Lopez") -> UUID:
        """A vendor, waiting for verification without a time."""
        vendor_id: UUID = uuid7()
        async with self.business.work() as work:
            vendor = Vendor(
                id=vendor_id,
                user_id=uuid7(),
                full_name=name,
                email=f"{vendor_id.hex}@x.example",
                phone="+13055550111",
                vendor_code=f"V{vendor_id.hex[-9:]}",
                status="verified" if verified_at else "pending",
                status_changed_at=work.now,
                registered_at=work.now,
                member_since=work.now.date(),
                working_hours=WEEK,
                timezone="America/New_York",
                verified_at=verified_at,
            )
            work.session.add(vendor)
        return vendor_id


@pytest.fixture
async def found_firm(database: Database, tmp_path: Path, serve: Any) -> AsyncIterator[Any]:
    renderer = TypstRenderer()
    files = Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(SECRET, "http://callout.test"))
    links = LinkMaker(key=SECRET, base_url="http://callout.test")
    mail = PostBox()
    house = build(database, Billing(renderer=renderer, files=files, links=links, mail=mail), mail)
    await serve(house.app)
    app: Any = build_service(
        "reports",
        [router],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={},
        body_limit=lambda _path: 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as stack:

        async def found(**columns: Any) -> Firm:
            return Firm(await house.found(**columns), app, stack)

        yield found
    await house.close()
    await renderer.close()


@pytest.fixture
async def firm(found_firm: Any) -> Firm:
    """A tenant in New York that bills in dollars."""
    made: Firm = await found_firm()
    return made
