"""A town to dispatch in: a tenant in Springfield, vendors at any distance, orders, and both services in process."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from callout.adapters.object_store.store import UrlObjectStore
from callout.features.accounts.tables import Tenant, User
from callout.features.analytics import admin_api as reports_admin_api
from callout.features.dispatch import admin_api, no_show, reactions, recheck, vendor_api
from callout.features.dispatch.expire import advance
from callout.features.dispatch.service import OfferDispatcher
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.orders import admin_actions_api, events
from callout.features.orders import admin_api as orders_admin_api
from callout.features.orders import vendor_api as orders_vendor_api
from callout.features.orders.desk import OrderDesk
from callout.features.orders.links import LinkMaker
from callout.features.orders.tables import Order
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.features.vendors.events import VendorPresenceChanged, VendorStatusChanged, VendorUpdated
from callout.features.vendors.store import reindex
from callout.features.vendors.tables import Vendor
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events import Bus
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

SPRINGFIELD = (39.7990, -89.6440)
DEGREE_KM = 111.19507973436875
ALWAYS = {day: [{"from": "00:00", "to": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


class Badges:
    """Recognises `Bearer role:tenant:vendor`: who signs in is no part of these tests."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if authorization is None:
            return None
        role, tenant, vendor = authorization.removeprefix("Bearer ").split(":")
        vendor_id = UUID(vendor) if vendor else None
        return Principal(
            role=role,
            tenant_id=UUID(tenant),
            actor_id=vendor_id or UUID(int=1),
            session_id=uuid7(),
            vendor_id=vendor_id,
        )


class NoInvoices:
    """No order has an invoice yet."""

    async def summaries(self, work: Work, order_ids: list[UUID]) -> dict[UUID, Any]:
        return {}

    async def pdf(self, work: Work, order_id: UUID) -> None:
        return None


class NoMap:
    """Knows no address."""

    async def search(self, text: str, *, country: str | None = None, limit: int = 5) -> list[Any]:
        return []


def bind(bus: Bus) -> None:
    """The reactions of dispatch as the composition root binds them."""
    bus.on(events.OrderCompleted, reactions.order_completed)
    bus.on(events.OrderCancelled, reactions.order_cancelled)
    bus.on(events.OrderOffering, reactions.order_given_back)
    bus.on(events.RatingReceived, reactions.rating_received)
    bus.on(events.OrderAssigned, no_show.order_assigned, recheck.order_assigned)
    bus.on(events.OrderUpdated, reactions.order_updated, no_show.order_rescheduled)
    bus.on(VendorStatusChanged, reactions.vendor_status_changed)
    bus.on(VendorPresenceChanged, reactions.vendor_presence_changed, recheck.vendor_presence_changed)
    bus.on(VendorUpdated, reactions.vendor_updated, recheck.vendor_updated)


@dataclass
class Town:
    """One tenant with its services."""

    database: Database
    serve: Callable[..., Awaitable[httpx.AsyncClient]]
    desk: OrderDesk
    tenant_id: UUID = field(default_factory=uuid7)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A transaction of the system."""
        return self.database.transaction(Principal.system(self.tenant_id))

    async def found(self, **changes: Any) -> None:
        """Makes the tenant and its catalogue."""
        values: dict[str, Any] = {
            "id": self.tenant_id,
            "name": "Bright Homes",
            "slug": f"bright-{self.tenant_id.hex[-12:]}",
            "country": "US",
            "timezone": "UTC",
            "currency": "USD",
            "email": "owner@example.com",
            "business_hours": ALWAYS,
            "app_id": self.tenant_id.hex[-24:],
            "status": "trial",
            "plan_code": "trial",
            "webhook_token": self.tenant_id.hex,
        }
        async with self.database.lookup() as work:
            work.session.add(Tenant(**(values | changes)))
        async with self.work() as work:
            await seed_catalogue(work)

    async def vendor(self, km: float = 4.0, **changes: Any) -> UUID:
        """Adds a verified vendor who cleans, `km` north of the customer."""
        user_id, vendor_id = uuid7(), uuid7()
        email = f"{vendor_id.hex[-12:]}@example.com"
        async with self.work() as work:
            user = User(id=user_id, email=email, full_name="Ana Diaz", role="vendor", password_changed_at=work.now)
            values: dict[str, Any] = {
                "id": vendor_id,
                "user_id": user_id,
                "vendor_code": f"VND-{vendor_id.hex[-6:].upper()}",
                "email": email,
                "full_name": "Ana Diaz",
                "phone": "+13055550100",
                "services": ["cleaning"],
                "area_lat": SPRINGFIELD[0] + km / DEGREE_KM,
                "area_lng": SPRINGFIELD[1],
                "area_radius_km": 50.0,
                "timezone": "UTC",
                "status": "verified",
                "status_changed_at": work.now,
                "registered_at": work.now,
                "verified_at": work.now,
                "member_since": work.now.date(),
            }
            vendor = Vendor(**(values | changes))
            work.session.add_all([user, vendor])
            await reindex(work, vendor)
        return vendor_id

    async def order(self, **changes: Any) -> UUID:
        """Adds a new cleaning order in Springfield, not dispatched yet."""
        order_id = uuid7()
        async with self.work() as work:
            values: dict[str, Any] = {
                "id": order_id,
                "order_number": f"ORD-{order_id.hex[-8:].upper()}",
                "customer_name": "Anna Reyes",
                "customer_phone": "+13055550199",
                "customer_address": "12 Oak Street, Springfield",
                "customer_lat": SPRINGFIELD[0],
                "customer_lng": SPRINGFIELD[1],
                "location_precision": "rooftop",
                "business_name": "Anna Reyes",
                "service_type": "cleaning",
                "description": "House cleaning",
                "currency": "USD",
                "estimated_value": Decimal("180.00"),
                "fill_deadline": work.now + timedelta(hours=4),
            }
            work.session.add(Order(**(values | changes)))
        return order_id

    async def set(self, key: str, value: Any) -> None:
        """Changes a setting of the tenant."""
        async with self.work() as work:
            await work.session.execute(
                text(
                    "INSERT INTO tenant_settings (id, tenant_id, key, value, created_at, updated_at, version) "
                    "VALUES (gen_random_uuid(), :tenant, :key, CAST(:value AS jsonb), now(), now(), 1)"
                ),
                {"tenant": self.tenant_id, "key": key, "value": json.dumps(value)},
            )

    async def admin(self, role: str = "owner") -> httpx.AsyncClient:
        """A client of the admin service."""
        routers = [
            orders_admin_api.router,
            admin_actions_api.router,
            *admin_api.routers,
            reports_admin_api.router,
        ]
        return await self._client("admin", routers, f"{role}:{self.tenant_id}:")

    async def app(self, vendor_id: UUID) -> httpx.AsyncClient:
        """A vendor's client of the vendor service."""
        routers = [vendor_api.router, orders_vendor_api.router]
        return await self._client("vendor", routers, f"vendor:{self.tenant_id}:{vendor_id}")

    async def dispatch(self, order_id: UUID, **body: Any) -> dict[str, Any]:
        """Dispatches as the owner."""
        answer = await (await self.admin()).post(f"/api/admin/orders/{order_id}/dispatch", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def answer(self, vendor_id: UUID, order_id: UUID, verb: str, **body: Any) -> httpx.Response:
        """A vendor accepts, declines or releases."""
        return await (await self.app(vendor_id)).post(f"/api/vendor/orders/{order_id}/{verb}", json=body)

    async def move_on(self, order_id: UUID, run: int = 1) -> float | None:
        """The step the workflow takes when it wakes."""
        async with self.work() as work:
            return await advance(work, order_id, run)

    async def end_window(self, order_id: UUID, run: int = 1) -> float | None:
        """Lets the matching window of an order be over, and takes the step that follows."""
        async with self.work() as work:
            await work.session.execute(
                text("UPDATE dispatch_runs SET after = :now WHERE order_id = :id AND number = :run"),
                {"now": work.now, "id": order_id, "run": run},
            )
        return await self.move_on(order_id, run)

    async def offers(self, order_id: UUID) -> list[dict[str, Any]]:
        """All offers of an order as the owner sees them."""
        answer = await (await self.admin()).get(f"/api/admin/orders/{order_id}/offers")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def decisions(self, order_id: UUID) -> list[dict[str, Any]]:
        """All decision records of an order."""
        answer = await (await self.admin()).get(f"/api/admin/orders/{order_id}/decisions")
        return list(answer.json()["items"])

    async def row(self, table: str, row_id: UUID) -> Any:
        """One row as it is."""
        async with self.work() as work:
            return (await work.session.execute(text(f"SELECT * FROM {table} WHERE id = :id"), {"id": row_id})).one()

    async def age(self, order_id: UUID, by: timedelta) -> None:
        """Lets the offers of an order be older than they are."""
        async with self.work() as work:
            await work.session.execute(
                text(
                    "UPDATE offers SET sent_at = sent_at - CAST(:by AS interval), expires_at = expires_at - CAST(:by AS interval) WHERE order_id = :id"
                ),
                {"by": by, "id": order_id},
            )

    async def _client(self, service: str, routers: list[Any], badge: str) -> httpx.AsyncClient:
        if service not in self.clients:
            app = build_service(
                service,
                routers,
                version="test",
                database=self.database,
                authenticator=Badges(),
                limits=RateLimits(self.database, factor=100_000),
                requests_per_window={"": 1_000_000},
                dependencies={"order_desk": self.desk, "database": self.database},
                body_limit=lambda _path: 1_000_000,
                docs=False,
            )
            self.clients[service] = await self.serve(app)
        known = self.clients[service]
        return httpx.AsyncClient(
            transport=known._transport,
            base_url=known.base_url,
            headers={"authorization": f"Bearer {badge}"},
            timeout=60,
        )


def desk_at(folder: Path) -> OrderDesk:
    """The ports of orders for tests: dispatch is real, invoices and maps are empty."""
    files = Files(UrlObjectStore(f"file://{folder}/objects"), LinkSigner(b"0123456789abcdef", "https://callout.test"))
    return OrderDesk(
        geocoder=NoMap(),
        dispatcher=OfferDispatcher(),
        files=files,
        links=LinkMaker(b"0123456789abcdef0123456789abcdef", "https://callout.test"),
        invoices=NoInvoices(),
    )


def moment(stamp: str) -> datetime:
    """A wire timestamp as a datetime."""
    return datetime.fromisoformat(stamp)
