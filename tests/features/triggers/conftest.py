"""A tenant with stored conversations, and the admin service with its trigger routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from callout.features.accounts.tables import Tenant
from callout.features.conversations.analysis import analyse, with_place
from callout.features.conversations.calls import call_context
from callout.features.conversations.material import material_of
from callout.features.conversations.model import Geo, Turn
from callout.features.conversations.model import Place as SaidPlace
from callout.features.conversations.tables import Conversation, ConversationTurn
from callout.features.geocoding.ports import Components, Place
from callout.features.triggers import admin_api, firing, service
from callout.features.triggers.events import TriggerFired
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events import Bus, Event
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

PREFIX = "/api/admin/vendor-selection"
VISIT = {
    "name": "House visit",
    "type": "location_visit",
    "instructions": "The customer wants somebody to come and clean.",
    "keywords": ["cleaning", "visit", "deep clean"],
    "alternative_phrases": ["send someone over", "come and clean", "send our cleaner"],
    "negative_keywords": ["just looking", "already have someone"],
}
REQUEST = "Yes I need cleaning at 12 Oak Street, Springfield. My name is Anna Reyes."
ROOFTOP = SaidPlace(geo=Geo(39.799, -89.644), precision="rooftop")


class TokensByRole:
    """Signs in whoever names a tenant and a role: `Bearer <tenant id>:<role>`."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if not authorization:
            return None
        tenant_id, role = authorization.removeprefix("Bearer ").split(":")
        return Principal(tenant_id=UUID(tenant_id), role=role, actor_id=UUID(int=1), session_id=uuid7())


class OneStreet:
    """A geocoder that knows Oak Street."""

    async def search(self, q: str, country: str | None = None, near: Any = None, limit: int = 5) -> list[Place]:
        if "oak" not in q.lower():
            return []
        parts = Components(house_number="12", street="Oak Street", city="Springfield", country_code="US")
        return [Place(label=q, lat=39.799, lng=-89.644, precision="rooftop", confidence=0.9, components=parts)]


class OrderBook:
    """Orders as far as triggers ask for them: an id, and the report back."""

    def __init__(self) -> None:
        self.made: dict[UUID, dict[str, Any]] = {}

    async def summaries(self, work: Work, order_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Any]]:
        return {one: self.made[one] for one in order_ids if one in self.made}

    async def create(self, work: Work, fired: TriggerFired, overrides: Mapping[str, Any]) -> dict[str, Any]:
        order = {"id": uuid7(), "order_number": f"ORD-{len(self.made) + 1:06}", "customer_name": fired.customer_name}
        order |= overrides
        self.made[order["id"]] = order
        taken = [{"action": "create_order", "ok": True, "ref": order["order_number"]}]
        await firing.record_actions(work, fired.noun_id, taken, order["id"])
        return order

    async def react(self, work: Work, fired: TriggerFired) -> None:
        """What follows from a firing, in its transaction."""
        if fired.act and fired.actions["create_order"]:
            await self.create(work, fired, {})


@dataclass
class House:
    """One tenant."""

    database: Database
    client: httpx.AsyncClient
    orders: OrderBook
    told: list[Event]
    tenant_id: UUID = field(default_factory=uuid7)

    def work(self) -> Any:
        return self.database.transaction(Principal.system(self.tenant_id))

    async def call(self, method: str, path: str, *, role: str = "owner", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tenant_id}:{role}"} | more.pop("headers", {})
        return await self.client.request(method, f"{PREFIX}{path}", headers=headers, **more)

    async def rule(self, **changes: Any) -> dict[str, Any]:
        answer = await self.call("POST", "/trigger-rules", json=VISIT | changes)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def talk(self, *lines: str, placed: bool = True) -> UUID:
        """Stores a conversation with its analysis; lines of the agent begin with "A:"."""
        conversation_id = uuid7()
        async with self.work() as work:
            conversation = Conversation(
                id=conversation_id,
                tenant_id=self.tenant_id,
                external_id=str(conversation_id),
                calling_system="callout",
                phone_number="+13055550100",
                started_at=work.now,
                status="completed",
            )
            work.session.add(conversation)
            turns = [
                Turn(
                    seq=seq,
                    speaker="agent" if line.startswith("A:") else "customer",
                    content=line.removeprefix("A:").strip(),
                )
                for seq, line in enumerate(lines, 1)
            ]
            for turn in turns:
                work.session.add(
                    ConversationTurn(
                        tenant_id=self.tenant_id,
                        conversation_id=conversation_id,
                        seq=turn.seq,
                        speaker=turn.speaker,
                        content=turn.content,
                        at=work.now + timedelta(seconds=turn.seq),
                    )
                )
            await work.session.flush()
            analysis = analyse(turns, await call_context(work, conversation))
            conversation.analysis = (with_place(analysis, ROOFTOP) if placed else analysis).document()
        return conversation_id

    async def hear_more(self, conversation_id: UUID, line: str) -> None:
        """Adds a customer turn to a stored conversation."""
        async with self.work() as work:
            material = await material_of(work, conversation_id)
            work.session.add(
                ConversationTurn(
                    tenant_id=self.tenant_id,
                    conversation_id=conversation_id,
                    seq=len(material.turns) + 1,
                    speaker="customer",
                    content=line,
                    at=work.now + timedelta(minutes=1),
                )
            )

    async def evaluate(self, conversation_id: UUID, phase: Any = "final", **more: Any) -> service.Evaluated:
        async with self.work() as work:
            return await service.evaluate(work, await material_of(work, conversation_id), phase, **more)

    async def events(self, conversation_id: UUID) -> list[dict[str, Any]]:
        answer = await self.call("GET", f"/trigger-events?conversation_id={conversation_id}")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def facts(self, kind: type[Event]) -> list[Any]:
        return [one for one in self.told if isinstance(one, kind)]


@pytest.fixture
async def open_house(database: Database, bus: Bus, serve: Any) -> Any:
    """Founds tenants served by one admin service."""
    orders = OrderBook()
    told: list[Event] = []

    async def remember(work: Work, event: Event) -> None:
        told.append(event)

    for kind in Event.__subclasses__():
        if kind.__module__ == "callout.features.triggers.events":
            bus.on(kind, remember)
    bus.on(TriggerFired, orders.react)
    app = build_service(
        "admin",
        admin_api.routers,
        version="test",
        database=database,
        authenticator=TokensByRole(),
        limits=RateLimits(database, factor=1000),
        requests_per_window={"": 100_000},
        dependencies={"triggered_orders": orders, "geocoder": OneStreet()},
        body_limit=lambda path: 2 * 1024 * 1024,
        docs=False,
    )
    client = await serve(app)

    async def found() -> House:
        house = House(database, client, orders, told)
        async with database.lookup() as work:
            work.session.add(
                Tenant(
                    id=house.tenant_id,
                    name="Bright Home",
                    slug=f"t{house.tenant_id.hex[-12:]}",
                    country="US",
                    timezone="America/New_York",
                    currency="USD",
                    email="owner@example.com",
                    business_hours={},
                    app_id=house.tenant_id.hex[-24:],
                    status="trial",
                    plan_code="trial",
                    webhook_token=house.tenant_id.hex,
                )
            )
        async with house.work() as work:
            await seed_catalogue(work)
        return house

    return found


@pytest.fixture
async def house(open_house: Any) -> House:
    """A tenant."""
    founded: House = await open_house()
    return founded


def plain(value: Any) -> Any:
    """A struct as JSON."""
    return msgspec.to_builtins(value)
