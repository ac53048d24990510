"""A service made of probes, so that the kit's conventions can be met one at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from callout.features.prospecting.tables import Contact
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.errors import Unauthenticated
from callout.kit.events.hub import EventHub
from callout.kit.http.idempotency import IdempotencyRecord
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.http.sse import LiveStreams
from callout.kit.principal import Principal
from tests.features.kit.probes import ROUTERS, Gates
from tests.features.kit.streams import Stream

BODY_LIMIT = 20_000


class Badges:
    """Reads `Bearer role/tenant/actor`: who somebody is does not matter here."""

    def __init__(self) -> None:
        self.is_down = False

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if self.is_down:
            raise RuntimeError("the keys are gone")
        if authorization is None:
            return None
        parts = authorization.removeprefix("Bearer ").split("/")
        if len(parts) != 3:
            raise Unauthenticated("The token is expired.", code="token_expired")
        return Principal(role=parts[0], tenant_id=UUID(parts[1]), actor_id=UUID(parts[2]))


@dataclass
class Stand:
    """The service, and looks into its database."""

    app: Any
    database: Database
    hub: EventHub
    limits: RateLimits
    badges: Badges
    gates: Gates
    clock: OffsetClock
    client: httpx.AsyncClient
    tenant_id: UUID
    authorization: str
    streams: list[Stream] = field(default_factory=list)

    def stranger(self) -> str:
        """A badge of another tenant."""
        return f"Bearer owner/{uuid4()}/{uuid4()}"

    async def names(self, tenant_id: UUID | None = None) -> list[str]:
        """The names of what the probes stored."""
        tenant_id = tenant_id or self.tenant_id
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            return list((await work.session.execute(select(Contact.name).order_by(Contact.name))).scalars())

    async def records(self) -> int:
        """How many answers are stored for repetition."""
        async with self.database.transaction(Principal.system(self.tenant_id)) as work:
            return int((await work.session.execute(select(func.count()).select_from(IdempotencyRecord))).scalar_one())

    async def events(self) -> int:
        async with self.database.transaction(Principal.system(self.tenant_id)) as work:
            return int((await work.session.execute(text("SELECT count(*) FROM events"))).scalar_one())

    async def stream(self, path: str = "/api/admin/live", authorization: str | None = None, **headers: str) -> Stream:
        """An open event stream."""
        stream = Stream(self.app, path, {"authorization": authorization or self.authorization, **headers})
        self.streams.append(stream)
        await stream.open()
        return stream


@pytest.fixture
async def stand(postgres: Any, database: Database, clock: OffsetClock, serve: Any) -> AsyncIterator[Stand]:
    hub = EventHub(
        make_url(postgres.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    )
    await hub.start()
    limits, badges, gates = RateLimits(database), Badges(), Gates()
    app = build_service(
        "probe",
        ROUTERS,
        version="test",
        database=database,
        authenticator=badges,
        limits=limits,
        requests_per_window={"": 1000, "viewer": 3},
        dependencies={"streams": LiveStreams(database, hub), "gates": gates},
        origins=["https://console.example"],
        body_limit=lambda _path: BODY_LIMIT,
        docs=False,
    )
    tenant_id = uuid4()
    authorization = f"Bearer owner/{tenant_id}/{uuid4()}"
    client = await serve(app, authorization=authorization)
    stand = Stand(app, database, hub, limits, badges, gates, clock, client, tenant_id, authorization)
    yield stand
    await hub.stop()
    for stream in stand.streams:
        await stream.close()
    await asyncio.gather(*limits._tasks)
