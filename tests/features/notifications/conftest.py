"""A tenant with an owner and a vendor, both services, and a SendGrid that keeps its outbox."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from callout.adapters.sendgrid.events import check_signature, read_receipts
from callout.adapters.sendgrid.mailer import SendgridMailer
from callout.features.accounts.tables import User
from callout.features.conversations import hooks_api
from callout.features.conversations.inbound import InboundWork
from callout.features.conversations.ports import InboundSource
from callout.features.notifications import admin_api, vendor_api
from callout.features.notifications.deliver import Delivery
from callout.features.notifications.order_news import OrderNews
from callout.features.notifications.ports import Attachment
from callout.features.notifications.receipt_processor import ReceiptProcessor
from callout.features.vendors.tables import Vendor
from callout.kit.errors import Gone
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.kit.http.sse import LiveStreams
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.sandbox import sendgrid
from callout.services.parts import Parts, assemble_service
from tests.features.conversations.conftest import make_tenant

PDF = b"%PDF-1.7 invoice"


class Credentials:
    """Signs in whoever names a tenant, a role and a user: `Bearer <tenant>:<role>:<user>[:<vendor>]`, also as ticket."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if not authorization and not ticket:
            return None
        tenant, role, user, *vendor = (authorization or ticket or "").removeprefix("Bearer ").split(":")
        return Principal(
            tenant_id=UUID(tenant),
            role=role,
            actor_id=UUID(user),
            session_id=UUID(user),
            vendor_id=UUID(vendor[0]) if vendor else None,
            status="verified" if vendor else "active",
        )


class Post:
    """The tenant's e-mail provider: SendGrid's adapter at the simulator, or none at all."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.configured = True

    async def mailer_of(self, work: Any) -> SendgridMailer | None:
        if not self.configured:
            return None
        return SendgridMailer(self.client, api_key="SG.x", sender="post@bright.example", base_url="http://callout.test")


class Drawer:
    """Stored files."""

    async def attachment(self, work: Any, file_id: UUID) -> Attachment | None:
        return Attachment(filename="INV-0001.pdf", content_type="application/pdf", content=PDF)


class Links:
    """Customer pages."""

    async def status_link(self, work: Any, order_id: UUID) -> str | None:
        return f"https://bright.example/t/o/{order_id}"

    async def rating_link(self, work: Any, order_id: UUID) -> str | None:
        return None


class Offers:
    """Takes answers to offers; an order in `over` has expired."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, UUID, UUID]] = []
        self.over: set[UUID] = set()

    async def accept(self, work, order_id, vendor_id):
        if order_id in self.over:
            raise Gone
        self.answers.append(("accept", order_id, vendor_id))
        return "accepted"

    async def decline(self, work, order_id, vendor_id, reason):
        self.answers.append(("decline", order_id, vendor_id))
        return "cancelled"

    async def look(self, work, order_id, vendor_id):
        return "new"


class PublicKey:
    """The key SendGrid's events are checked with."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def webhook_secrets(self, work: Any, provider: str) -> list[str]:
        return self.keys


class Desk(msgspec.Struct, kw_only=True):
    """Everything a test of notifications needs."""

    tenant_id: UUID
    token: str
    owner_id: UUID
    vendor_id: UUID
    vendor_user_id: UUID
    admin: Any
    vendor: Any
    provider: Any
    database: Any
    delivery: Delivery
    news: OrderNews
    post: Post
    offers: Offers
    inbound: InboundWork
    app: Any
    streams: LiveStreams

    @property
    def system(self) -> Principal:
        return Principal.system(self.tenant_id)

    async def rows(self, statement):
        async with self.database.transaction(self.system) as work:
            return list((await work.session.execute(statement)).scalars())

    async def outbox(self):
        return [item["mail"] for item in (await self.provider.get("/_sandbox/outbox")).json()["items"]]


@pytest.fixture
async def desk(postgres, database, serve) -> AsyncIterator[Desk]:
    tenant_id, token = await make_tenant(database)
    owner_id, vendor_id, vendor_user_id = uuid7(), uuid7(), uuid7()
    async with database.transaction(Principal.system(tenant_id)) as work:
        owner = {"role": "owner", "email": "owner@bright.example", "full_name": "Olga Owner"}
        worker = {"role": "vendor", "email": "alex@vendor.example", "full_name": "Alex Diaz"}
        work.session.add(User(id=owner_id, password_changed_at=work.now, **owner))
        work.session.add(User(id=vendor_user_id, password_changed_at=work.now, **worker))
        work.session.add(
            Vendor(
                id=vendor_id,
                user_id=vendor_user_id,
                vendor_code="VND-AAAAAA",
                email=worker["email"],
                full_name=worker["full_name"],
                phone="+13055550111",
                timezone="America/New_York",
                status="verified",
                status_changed_at=work.now,
                registered_at=work.now,
                member_since=work.now.date(),
            )
        )
    key = PublicKey()
    processor = ReceiptProcessor("sendgrid", database, read_receipts)
    sources = {"sendgrid": InboundSource(check=check_signature, processor=processor)}
    offers = Offers()
    hub = EventHub(postgres.url_app)
    streams = LiveStreams(database, hub)
    parts = Parts(
        database=database,
        hub=hub,
        limits=RateLimits(database),
        authenticator=Credentials(),
        ports={
            "database": database,
            "offer_actions": offers,
            "streams": streams,
            "inbound_sources": sources,
            "webhook_secrets": key,
        },
        checks={},
        docs=False,
    )
    routers = [*admin_api.routers, *vendor_api.routers, hooks_api.router]
    app = assemble_service("both", routers, parts, requests_per_window={"": 1000}, body_limit_mib={"": 5})
    admin = await serve(app, Authorization=f"Bearer {tenant_id}:owner:{owner_id}")
    headers = {"Authorization": f"Bearer {tenant_id}:vendor:{vendor_user_id}:{vendor_id}"}
    worker_client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://callout.test", headers=headers
    )
    provider = await serve(sendgrid.create_app(admin))
    key.keys = [(await provider.get("/v3/user/webhooks/event/settings/signed")).json()["public_key"]]
    post = Post(provider)
    yield Desk(
        tenant_id=tenant_id,
        token=token,
        owner_id=owner_id,
        vendor_id=vendor_id,
        vendor_user_id=vendor_user_id,
        admin=admin,
        vendor=worker_client,
        provider=provider,
        database=database,
        delivery=Delivery(database, post, Drawer()),
        news=OrderNews(Links()),
        post=post,
        offers=offers,
        inbound=InboundWork(database, sources),
        app=app,
        streams=streams,
    )
    await worker_client.aclose()
