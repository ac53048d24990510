"""A tenant, the admin service with its conversations, and the jobs run as the worker would run them."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from callout.adapters.cloned_voice.signature import check_signature as check_cloned_voice
from callout.adapters.elevenlabs.signature import check_signature as check_elevenlabs
from callout.adapters.generic_webhook.signature import check_signature as check_generic
from callout.features.accounts.tables import Tenant
from callout.features.conversations import admin_api, hooks_api
from callout.features.conversations.cache import MemoryCache
from callout.features.conversations.foresight import Foresight
from callout.features.conversations.inbound import CallProcessor, InboundWork
from callout.features.conversations.ports import InboundSource, MadeOrder
from callout.features.conversations.process import Processing
from callout.features.conversations.submit import Desk
from callout.features.geocoding.ports import Components, Place
from callout.features.vendors.tables import Service
from callout.kit.errors import UpstreamFailed
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.kit.http.sse import LiveStreams
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.services.parts import Parts, assemble_service

SECRET = "wsec_test_secret_for_fixtures_only"


class TokensByRole:
    """Signs in whoever names a tenant and a role: `Bearer <tenant id>:<role>`."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if not authorization:
            return None
        tenant_id, role = authorization.removeprefix("Bearer ").split(":")
        return Principal(tenant_id=UUID(tenant_id), role=role, actor_id=UUID(tenant_id), session_id=UUID(tenant_id))


class OneSecret:
    """Every provider signs with the same secret."""

    async def webhook_secrets(self, work: Any, provider: str) -> list[str]:
        return [SECRET]


class Town:
    """A geocoder that knows one street, or is out of order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False

    async def search(self, q, country=None, near=None, limit=5):
        self.asked.append(q)
        if self.broken:
            raise UpstreamFailed
        if "oak" not in q.lower():
            return []
        parts = Components(house_number="12", street="Oak Street", city="Springfield", region="IL", country_code="US")
        return [Place(label=q, lat=39.799, lng=-89.644, precision="rooftop", confidence=0.9, components=parts)]

    async def reverse(self, lat, lng):
        return None


class Ledger:
    """What features above made: here nothing but the order a test puts in."""

    def __init__(self) -> None:
        self.orders: dict[UUID, MadeOrder] = {}
        self.forgotten: list[UUID] = []

    async def made_of(self, work, conversation_id):
        return self.orders.get(conversation_id, MadeOrder())

    async def progress(self, work, conversation_id):
        return []

    async def trigger_events(self, work, conversation_id):
        return []

    async def evaluations(self, work, conversation_id):
        return []

    async def forget(self, work, conversation_id):
        self.forgotten.append(conversation_id)


class House(msgspec.Struct, kw_only=True):
    """Everything a test of conversations needs."""

    tenant_id: UUID
    token: str
    client: Any
    database: Any
    inbound: InboundWork
    foresight: Foresight
    processing: Processing
    outcomes: Ledger
    town: Town

    def as_role(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tenant_id}:{role}"}

    async def work(self, statement):
        async with self.database.transaction(Principal.system(self.tenant_id)) as work:
            return (await work.session.execute(statement)).all()


async def make_tenant(database) -> tuple[UUID, str]:
    tenant_id = uuid7()
    token = f"token-{tenant_id}"[:43]
    tenant = Tenant(
        id=tenant_id,
        name="Bright Home",
        slug=f"t{tenant_id.hex[-12:]}",
        country="US",
        timezone="America/New_York",
        currency="USD",
        locale="en",
        email="office@bright.example",
        business_hours={},
        app_id=tenant_id.hex[-24:],
        status="active",
        plan_code="self_hosted",
        webhook_token=token,
    )
    async with database.lookup() as work:
        work.session.add(tenant)
    async with database.transaction(Principal.system(tenant_id)) as work:
        cleaning = {"code": "cleaning", "canonical": "cleaning", "label": "Cleaning", "base_price": 150}
        work.session.add(Service(**cleaning, synonyms=["clean", "deep clean", "house cleaning"]))
    return tenant_id, token


@pytest.fixture
async def house(postgres, database, serve) -> House:
    tenant_id, token = await make_tenant(database)
    town, outcomes = Town(), Ledger()
    foresight, processing = Foresight(database, town), Processing(outcomes)
    checks = {"elevenlabs": check_elevenlabs, "cloned_voice": check_cloned_voice, "generic": check_generic}
    sources = {
        name: InboundSource(check=check, processor=CallProcessor(name, database)) for name, check in checks.items()
    }
    hub = EventHub(postgres.url_app)
    ports = {
        "database": database,
        "streams": LiveStreams(database, hub),
        "inbound_sources": sources,
        "webhook_secrets": OneSecret(),
        "conversation_desk": Desk(foresight, processing),
        "conversation_cache": MemoryCache(),
        "outcomes": outcomes,
    }
    parts = Parts(
        database=database,
        hub=hub,
        limits=RateLimits(database),
        authenticator=TokensByRole(),
        ports=ports,
        checks={},
        docs=False,
    )
    client = await serve(conversations_only(parts), Authorization=f"Bearer {tenant_id}:owner")
    return House(
        tenant_id=tenant_id,
        token=token,
        client=client,
        database=database,
        inbound=InboundWork(database, sources),
        foresight=foresight,
        processing=processing,
        outcomes=outcomes,
        town=town,
    )


def conversations_only(parts: Parts):
    """The admin service reduced to this feature's routes."""
    return assemble_service(
        "admin",
        [admin_api.router, hooks_api.router],
        parts,
        requests_per_window={"": 1000},
        body_limit_mib={"": 5},
    )
