"""A business with orders and the services that bill them, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from callout.features.accounts.tables import Tenant
from callout.features.billing import admin_api, public_api, vendor_api
from callout.features.billing.context import Billing
from callout.features.billing.issue import invoice_completed_order
from callout.features.billing.ports import Letter
from callout.features.files.public_api import router as files_router
from callout.features.files.service import Files
from callout.features.orders import events as order_events
from callout.features.orders.facts import publish
from callout.features.orders.numbering import allocate, order_number
from callout.features.orders.tables import Order, OrderPhoto
from callout.features.vendors.tables import Service, Vendor
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

PROFILE = {
    "business_name": "Bright Home Services",
    "business_address": "400 Market Street\nSpringfield, IL 62704",
    "business_phone": "+1 217 555 0142",
    "business_email": "hello@bright.example",
    "tax_rate": "8.25",
}
WEEK: dict[str, Any] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@dataclass
class PostBox:
    """The port `InvoiceMail`: keeps what it is given; refuses to send while `is_down`."""

    letters: list[Letter] = field(default_factory=list)
    reminders: list[Letter] = field(default_factory=list)
    receipts: list[tuple[Letter, Decimal]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    failed: list[UUID] = field(default_factory=list)
    is_down: bool = False

    async def send_invoice(self, work: Work, letter: Letter) -> list[dict[str, Any]]:
        self.letters.append(letter)
        status = "failed" if self.is_down else "queued"
        return [
            {"channel": channel, "status": status, "message_id": str(uuid4())}
            for channel in letter.channels or ["email"]
        ]

    async def send_reminder(self, work: Work, letter: Letter) -> None:
        self.reminders.append(letter)

    async def send_receipt(self, work: Work, letter: Letter, amount: Decimal) -> None:
        self.receipts.append((letter, amount))

    async def tell_profile_missing(self, work: Work, orders_waiting: int) -> None:
        self.waiting.append(orders_waiting)

    async def tell_invoice_failed(self, work: Work, order_id: UUID) -> None:
        self.failed.append(order_id)


class Badges:
    """Reads `Bearer role/tenant/actor/vendor`: who somebody is does not matter here, only what it may."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if authorization is None:
            return None
        try:
            role, tenant, actor, vendor = authorization.removeprefix("Bearer ").split("/")
        except ValueError:
            raise Unauthenticated from None
        return Principal(
            role=role,
            tenant_id=UUID(tenant),
            actor_id=UUID(actor),
            session_id=uuid4(),
            vendor_id=UUID(vendor) if vendor else None,
            label=role,
        )


@dataclass
class House:
    """The service and what it stands on."""

    database: Database
    billing: Billing
    mail: PostBox
    app: Any
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def open(self, **headers: str) -> httpx.AsyncClient:
        """A client of the running service."""
        transport = httpx.ASGITransport(app=self.app)
        client = httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=60)
        self.clients.append(client)
        return client

    async def close(self) -> None:
        """Closes the clients."""
        for client in self.clients:
            await client.aclose()

    @property
    def files(self) -> Files:
        return self.billing.files

    async def found(self, **columns: Any) -> "Business":
        """A new business."""
        tenant_id = uuid7()
        row = {
            "id": tenant_id, "name": "Bright", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": "self_hosted",
            "webhook_token": tenant_id.hex, **columns,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**row))
        business = Business(self, tenant_id, row["currency"])
        async with business.work() as work:
            service = {"code": "cleaning", "canonical": "cleaning", "label": "Cleaning", "base_price": Decimal(150)}
            work.session.add(Service(tenant_id=tenant_id, **service))
        return business


@dataclass
class Business:
    """One tenant."""

    house: House
    tenant_id: UUID
    currency: str = "USD"

    def work(self, now: datetime | None = None) -> Any:
        """A transaction of the system in this tenant."""
        return self.house.database.transaction(Principal.system(self.tenant_id), now)

    async def client(
        self, role: str = "owner", *, actor: UUID | None = None, vendor: UUID | None = None
    ) -> httpx.AsyncClient:
        badge = f"Bearer {role}/{self.tenant_id}/{actor or uuid4()}/{vendor or ''}"
        return await self.house.open(authorization=badge)

    async def with_profile(self, **changes: Any) -> httpx.AsyncClient:
        """The owner's client after the billing profile was saved."""
        owner = await self.client()
        answer = await owner.put("/api/admin/billing/profile", json={**PROFILE, **changes})
        assert answer.status_code == 200, answer.text
        return owner

    async def vendor(self, name: str = "Maria Lopez") -> UUID:
        async with self.work() as work:
            vendor_id = uuid7()
            columns = {column.name for column in Vendor.__table__.columns}
            row: dict[str, Any] = {
                "id": vendor_id, "tenant_id": self.tenant_id, "user_id": uuid7(), "full_name": name, "email": "m@x.example",
                "phone": "+13055550111", "vendor_code": f"V{vendor_id.hex[-9:]}", "status": "verified",
                "timezone": "America/New_York", "status_changed_at": work.now, "registered_at": work.now,
                "member_since": work.now.date(), "working_hours": WEEK,
            }  # fmt: skip
            work.session.add(Vendor(**{key: value for key, value in row.items() if key in columns}))
        return vendor_id

    async def order(
        self, *, price: str | None = "250.00", completed_at: datetime | None = None, **columns: Any
    ) -> UUID:
        """A completed order, as orders leave it, with its event not yet published."""
        async with self.work() as work:
            number = order_number(await allocate(work, "order"))
            row = {
                "id": uuid7(), "tenant_id": self.tenant_id, "order_number": number, "status": "completed",
                "customer_name": "Anna Reyes", "customer_phone": "+13055550100", "customer_email": "anna@example.com",
                "customer_address": "12 Oak Street, Springfield", "business_name": "Anna Reyes",
                "service_type": "cleaning", "description": "House cleaning", "currency": self.currency,
                "final_price": Decimal(price) if price else None, "completed_at": completed_at or work.now,
                "fill_deadline": work.now + timedelta(hours=4), **columns,
            }  # fmt: skip
            work.session.add(Order(**row))
        return row["id"]

    async def photo(self, order_id: UUID, stage: str, data: bytes) -> UUID:
        async with self.work() as work:
            file = await self.house.files.store_bytes(work, "order_photo", f"{stage}.jpg", data)
            work.session.add(OrderPhoto(tenant_id=self.tenant_id, order_id=order_id, stage=stage, file_id=file.id))
        return file.id

    async def announce_completed(self, order_id: UUID) -> None:
        """Publishes the order's completion, as the transition does."""
        async with self.work() as work:
            order = (await work.session.execute(select(Order).where(Order.id == order_id))).scalar_one()
            await publish(
                work,
                order,
                order_events.OrderCompleted,
                completed_at=order.completed_at,
                amount=str(order.final_price),
                dealing_price=None,
                final_price=str(order.final_price),
                photo_file_ids={},
                invoice_texts=None,
                on_site_contact=None,
            )

    async def read_order(self, order_id: UUID) -> Order:
        async with self.work() as work:
            return (await work.session.execute(select(Order).where(Order.id == order_id))).scalar_one()


def build(database: Database, billing: Billing, mail: PostBox) -> House:
    """The house on these ports, with billing's reaction bound."""
    database.bus.on(order_events.OrderCompleted, invoice_completed_order)
    app = build_service(
        "billing",
        [*admin_api.routers, vendor_api.router, public_api.router, files_router],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"billing": billing, "files": billing.files, "database": database},
        body_limit=lambda _path: 50 * 1024 * 1024,
        docs=False,
    )
    return House(database, billing, mail, app)


async def eventually(check: Callable[[], Awaitable[bool]], *, seconds: float = 30) -> None:
    """Waits until something has become true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - the other side is a workflow in its own thread
            await asyncio.sleep(0.1)
