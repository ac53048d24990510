"""An office that prepares its calls: the routes of agents, voices, knowledge and numbers on a real database."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant
from callout.features.calling.admin_api import agents, knowledge_bases, numbers, rehearsals, voices
from callout.features.calling.agents import workflows as knowledge_workflows
from callout.features.calling.agents.store import count as count_agents
from callout.features.calling.desk import CallingDesk
from callout.features.calling.numbers.store import count as count_numbers
from callout.features.calling.voices import workflows as voice_workflows
from callout.features.calling.voices.store import count_cloned
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.enrichment.ports import Page, PageFailed
from callout.kit.db.database import Database
from callout.kit.errors import Unauthenticated
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows
from tests.features.calling.calls.exchange import Rules, call_desk
from tests.features.calling.provider import Provider
from tests.unit.calling.voices import sounds

BASE = "/api/admin/calling-agents"
WEEK: dict[str, Any] = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
LINE = "Hello, this is {agent_name}, an AI assistant calling for {business_name}."
CONSENT = {"speaker_name": "Olga Owner", "relation": "self", "statement": "I, Olga Owner, agree to this copy."}


class Badges:
    """Reads `Bearer role/tenant/actor`: who somebody is does not matter here, only what it may."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        if authorization is None:
            return None
        try:
            role, tenant, actor = authorization.removeprefix("Bearer ").split("/")
        except ValueError:
            raise Unauthenticated from None
        return Principal(role=role, tenant_id=UUID(tenant), actor_id=UUID(actor), session_id=uuid4(), label=role)


class Site:
    """Pages of the web, as many as there are."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}

    async def page(self, url: str) -> Page:
        if url not in self.pages:
            raise PageFailed("http_404", "The page does not exist (404).", is_final=True)
        return Page(url=url, html=self.pages[url])


async def eventually(look: Callable[[], Any], within_s: float = 20) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(within_s):
        while not look():  # noqa: ASYNC110 - what is looked at belongs to another part
            await asyncio.sleep(0.05)


@dataclass
class Street:
    """The service, the provider, and what they stand on."""

    database: Database
    provider: Provider
    desk: CallingDesk
    site: Site
    open: Callable[..., Awaitable[httpx.AsyncClient]]

    async def office(self, plan: str = "self_hosted") -> "Office":
        """A new business with clients of its people."""
        tenant_id = uuid7()
        row = {
            "id": tenant_id, "name": "Bright Homes", "slug": f"bright-{tenant_id.hex[-12:]}", "country": "US",
            "timezone": "America/New_York", "currency": "USD", "email": "owner@bright.example", "business_hours": WEEK,
            "app_id": tenant_id.hex[-24:], "status": "active", "plan_code": plan, "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**row))
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await PlanLimits(default_plan=plan, upgrade_url="http://callout.test/plan").start(work)
        people = {}
        for role in ("owner", "manager", "viewer"):
            people[role] = await self.open(authorization=f"Bearer {role}/{tenant_id}/{uuid4()}")
        return Office(self, tenant_id, people["owner"], people["manager"], people["viewer"])


@dataclass
class Office:
    """One tenant."""

    street: Street
    tenant_id: UUID
    owner: httpx.AsyncClient
    manager: httpx.AsyncClient
    viewer: httpx.AsyncClient

    def work(self, now: Any = None) -> Any:
        """A transaction of the system in this tenant."""
        return self.street.database.transaction(Principal.system(self.tenant_id), now)

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.owner.get(f"{BASE}{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def stock(self, name: str = "Rachel") -> dict[str, Any]:
        """One of the provider's voices."""
        voices = (await self.get("/voices", kind="stock"))["items"]
        return next(voice for voice in voices if voice["name"] == name)

    async def agent(self, expect: int = 201, **members: Any) -> dict[str, Any]:
        """Makes an agent."""
        given = {
            "name": "Mia", "language": "en", "welcome_message": "Do you have a minute?", "disclosure_line": LINE,
            "system_prompt": "Offer a visit; be brief.", **members,
        }  # fmt: skip
        given.setdefault("voice_id", (await self.stock())["id"] if "voice_id" not in members else None)
        answer = await self.owner.post(f"{BASE}/", json=given)
        assert answer.status_code == expect, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def clone(
        self,
        expect: int = 201,
        *,
        consent: bool = True,
        by: str = "owner",
        samples: list[bytes] | None = None,
        **form: Any,
    ) -> dict[str, Any]:
        """Sends samples of a voice, with the owner's consent unless said otherwise."""
        files: list[Any] = [
            ("files", (f"s{number}.wav", data, "audio/wav"))
            for number, data in enumerate(samples if samples is not None else [sounds.wav(30)])
        ]
        data = {"name": "Olga", "language": "en", **form}
        if consent:
            data["consent"] = json.dumps(CONSENT)
            files.append(("consent_audio", ("statement.wav", sounds.wav(4), "audio/wav")))
        answer = await getattr(self, by).post(f"{BASE}/voices/clone", data=data, files=files)
        assert answer.status_code == expect, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def until(self, path: str, member: str, *states: str, within_s: float = 30) -> dict[str, Any]:
        """What is under a path once a member has one of some values."""
        async with asyncio.timeout(within_s):
            while True:
                now: dict[str, Any] = await self.get(path)
                if now[member] in states:
                    return now
                await asyncio.sleep(0.05)

    async def voice(self, voice: dict[str, Any], *states: str, within_s: float = 30) -> dict[str, Any]:
        """The voice once it is in one of the states."""
        return await self.until(f"/voices/{voice['id']}", "status", *states, within_s=within_s)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def street(database: Database, serve: Any, provider: Provider, tmp_path: Path) -> AsyncIterator[Street]:
    files = Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(b"k" * 32, "http://callout.test"))
    plans = PlanLimits(
        default_plan="self_hosted",
        upgrade_url="http://callout.test/plan",
        counts={"agents": count_agents, "cloned_voices": count_cloned, "phone_numbers": count_numbers},
    )
    desk = CallingDesk(database=database, files=files, plans=plans, voices=provider, telephony=provider)
    app: Any = build_service(
        "calling",
        [agents, voices, knowledge_bases, numbers, rehearsals],
        version="test",
        database=database,
        authenticator=Badges(),
        limits=RateLimits(database),
        requests_per_window={"": 100_000},
        dependencies={"calling_desk": desk, "call_desk": call_desk(Rules(), plans, files)},
        body_limit=lambda _path: 50 * 1024 * 1024,
        docs=False,
    )
    await serve(app)
    async with AsyncExitStack() as stack:

        async def client(**headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=30)
            )

        yield Street(database, provider, desk, Site(), client)


@pytest.fixture
async def office(street: Street) -> Office:
    return await street.office()


@pytest.fixture
async def worker(street: Street, postgres: Any) -> AsyncIterator[None]:
    """Works off what is queued."""
    flows = Workflows()
    voice_workflows.register(flows, street.database, files=street.desk.files, access=street.provider)
    knowledge_workflows.register(flows, street.database, files=street.desk.files, pages=street.site)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)
