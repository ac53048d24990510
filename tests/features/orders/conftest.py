"""Orders and dispatch behind HTTP on a real database, with tenants, vendors and offers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from callout.adapters.geocoding.nominatim import NominatimGeocoder
from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant, TenantSetting, User
from callout.features.dispatch import reactions
from callout.features.dispatch.service import OfferDispatcher
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.orders import admin_api, public_api, vendor_api
from callout.features.orders.desk import OrderDesk
from callout.features.orders.events import OrderCancelled, OrderCompleted, OrderOffering
from callout.features.orders.links import LinkMaker
from callout.features.orders.ports import InvoiceSummary
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.features.vendors.store import reindex
from callout.features.vendors.tables import Vendor
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated
from callout.kit.events import Bus
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.http.sse import LiveStreams
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.sandbox import nominatim

SPRINGFIELD = (39.7817, -89.6501)
BODY = {
    "customer_name": "Anna Reyes",
    "customer_phone": "(305) 555-0100",
    "customer_address": "12 Oak Street, Springfield",
    "service_type": "cleaning",
    "description": "House cleaning",
}


class Badges:
    """Recognises the tokens handed out in a test."""

    def __init__(self) -> None:
        self.known: dict[str, Principal] = {}

    def give(self, principal: Principal) -> str:
        token = uuid4().hex
        self.known[token] = principal
        return token

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if authorization is None:
            return None
        try:
            return self.known[authorization.removeprefix("Bearer ")]
        except KeyError:
            raise Unauthenticated from None


@dataclass
class Invoices:
    """The invoices of billing as far as orders ask for them."""

    by_order: dict[UUID, InvoiceSummary] = field(default_factory=dict)

    async def summaries(self, work: Work, order_ids: Any) -> dict[UUID, InvoiceSummary]:
        return {key: self.by_order[key] for key in order_ids if key in self.by_order}

    async def pdf(self, work: Work, order_id: UUID) -> tuple[str, bytes] | None:
        return ("INV-0001.pdf", b"%PDF-1.7") if order_id in self.by_order else None


@dataclass
class Shop:
    """One tenant and the people around it."""

    system: "System"
    tenant_id: UUID
    owner: httpx.AsyncClient

    async def admin(self, role: str) -> httpx.AsyncClient:
        return await self.system.client(Principal(role=role, tenant_id=self.tenant_id, actor_id=uuid7()))

    async def settings(self, **values: Any) -> None:
        async with self.system.database.transaction(Principal.system(self.tenant_id)) as work:
            for key, value in values.items():
                work.session.add(TenantSetting(key=key.replace("__", "."), value=value, updated_by=None))

    async def vendor(self, **changes: Any) -> "VendorApp":
        number = uuid4().hex[:8]
        async with self.system.database.transaction(Principal.system(self.tenant_id)) as work:
            user = User(
                id=uuid7(),
                email=f"{number}@vendors.test",
                full_name="Vera Vendor",
                role="vendor",
                is_active=True,
                password_hash=None,
            )
            work.session.add(user)
            vendor = Vendor(
                **{
                    "id": uuid7(),
                    "user_id": user.id,
                    "vendor_code": f"VND-{number[:6].upper()}",
                    "email": user.email,
                    "full_name": "Vera Vendor",
                    "phone": "+13055550177",
                    "services": ["cleaning"],
                    "area_lat": SPRINGFIELD[0],
                    "area_lng": SPRINGFIELD[1],
                    "area_radius_km": 25.0,
                    "timezone": "America/New_York",
                    "status": "verified",
                    "status_changed_at": work.now,
                    "registered_at": work.now,
                    "member_since": date(2026, 1, 1),
                    "is_online": True,
                    "last_seen_at": work.now,
                    **changes,
                }
            )
            work.session.add(vendor)
            await work.session.flush()
            await reindex(work, vendor)
            vendor_id = vendor.id
        principal = Principal(role="vendor", tenant_id=self.tenant_id, actor_id=user.id, vendor_id=vendor_id)
        return VendorApp(self, vendor_id, principal, await self.system.client(principal))

    async def order(self, **changes: Any) -> dict[str, Any]:
        answer = await self.owner.post("/api/admin/orders", json={**BODY, **changes})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def read(self, order: dict[str, Any]) -> dict[str, Any]:
        answer = await self.owner.get(f"/api/admin/orders/{order['id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@dataclass
class VendorApp:
    """A vendor with its app."""

    shop: Shop
    id: UUID
    principal: Principal
    http: httpx.AsyncClient

    async def put(self, order: dict[str, Any], **body: Any) -> httpx.Response:
        return await self.http.put(f"/api/vendor/orders/{order['id']}", json=body)

    async def photo(self, order: dict[str, Any], stage: str) -> httpx.Response:
        return await self.http.post(
            f"/api/vendor/orders/{order['id']}/photos",
            data={"stage": stage},
            files={"file": ("job.jpg", picture(), "image/jpeg")},
        )


@dataclass
class System:
    """The services in process."""

    database: Database
    badges: Badges
    desk: OrderDesk
    invoices: Invoices
    app: Any
    clients: AsyncExitStack
    picture: bytes

    async def client(self, principal: Principal | None = None) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.badges.give(principal)}"} if principal else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://callout.test", headers=headers, timeout=30
        )
        return await self.clients.enter_async_context(client)

    async def shop(self, **changes: Any) -> Shop:
        tenant_id = uuid7()
        mark = uuid4().hex
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            work.session.add(
                Tenant(
                    **{
                        "id": tenant_id,
                        "name": "Bright Home",
                        "slug": f"bright-{mark[:10]}",
                        "country": "US",
                        "timezone": "America/New_York",
                        "currency": "USD",
                        "locale": "en",
                        "email": "hello@bright.test",
                        "phone": "+13055550111",
                        "business_hours": {},
                        "app_id": mark[:24],
                        "status": "active",
                        "plan_code": "self_hosted",
                        "webhook_token": mark,
                        **changes,
                    }
                )
            )
            await work.session.flush()
            await seed_catalogue(work)
        owner = await self.client(Principal(role="owner", tenant_id=tenant_id, actor_id=uuid7()))
        return Shop(self, tenant_id, owner)


def picture() -> bytes:
    """A small real JPEG."""
    buffer = BytesIO()
    Image.new("RGB", (32, 24), (200, 30, 30)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
async def system(
    database: Database, bus: Bus, postgres: Any, tmp_path: Path, serve: Callable[[Any], Any]
) -> AsyncIterator[System]:
    """Orders' routes with the real dispatcher, a geocoder over the simulator and files on disk."""
    bus.on(OrderCompleted, reactions.order_completed)
    bus.on(OrderCancelled, reactions.order_cancelled)
    bus.on(OrderOffering, reactions.order_given_back)
    geocoder = NominatimGeocoder(
        "http://nominatim.test", user_agent="tests", transport=httpx.ASGITransport(nominatim.app())
    )
    invoices = Invoices()
    desk = OrderDesk(
        geocoder=geocoder,
        dispatcher=OfferDispatcher(),
        files=Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(b"s" * 32, "http://callout.test")),
        links=LinkMaker(b"k" * 32, "http://callout.test"),
        invoices=invoices,
    )
    badges = Badges()
    limits = RateLimits(database)
    app = build_service(
        "orders",
        [*admin_api.routers, vendor_api.router, public_api.router],
        version="0",
        database=database,
        authenticator=badges,
        limits=limits,
        requests_per_window={"": 10_000},
        dependencies={
            "order_desk": desk,
            "database": database,
            "streams": LiveStreams(database, EventHub(postgres.url_app)),
        },
        body_limit=lambda _path: 20 * 1024 * 1024,
    )
    await serve(app)
    async with AsyncExitStack() as clients:
        yield System(database, badges, desk, invoices, app, clients, picture())


@pytest.fixture
async def shop(system: System) -> Shop:
    """One business in the United States."""
    return await system.shop()
