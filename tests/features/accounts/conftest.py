"""The account routes on a real database, with the ports of accounts answered by the test."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Router, get, post

from callout.features.accounts import admin_api, public_api
from callout.features.accounts.access_tokens import AccessTokens
from callout.features.accounts.authenticator import TokenAuthenticator
from callout.features.accounts.context import Accounts
from callout.features.accounts.password_hashing import Passwords
from callout.features.accounts.permissions import allow
from callout.features.accounts.ports import VendorStanding
from callout.features.accounts.signing_keys import SigningKeys
from callout.features.accounts.tables import User
from callout.features.accounts.users import create_user
from callout.features.plans.limits import PlanLimits
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer

PASSWORD = "brackish-otter-42"
OTHER_PASSWORD = "velvet-harbour-77"


@dataclass
class Mailbox:
    """Receives what accounts would mail, once the transaction commits."""

    letters: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    async def send(self, work: Work, key: str, user_or_email: User | str, variables: Mapping[str, Any]) -> None:
        address = user_or_email if isinstance(user_or_email, str) else user_or_email.email
        letter = (key, address, dict(variables))

        async def deliver() -> None:
            self.letters.append(letter)

        work.after_commit(deliver)

    def last(self, key: str, address: str) -> dict[str, Any]:
        return next(words for name, to, words in reversed(self.letters) if (name, to) == (key, address))

    def count(self, key: str, address: str) -> int:
        return sum((name, to) == (key, address) for name, to, _ in self.letters)


class Outside:
    """What stands above accounts: files, invoices, vendors."""

    def __init__(self) -> None:
        self.files: set[UUID] = set()
        self.has_invoices = False
        self.standings: dict[UUID, VendorStanding] = {}

    async def url(self, work: Work, file_id: UUID) -> str | None:
        return f"https://files.test/{file_id}" if file_id in self.files else None

    async def any_issued(self, work: Work) -> bool:
        return self.has_invoices

    async def standing(self, work: Work, user_id: UUID) -> VendorStanding | None:
        return self.standings.get(user_id)


class Pauses:
    """Waits by moving the clock and remembers for how long and with how many connections in use."""

    def __init__(self, clock: OffsetClock) -> None:
        self.clock = clock
        self.seconds: list[float] = []
        self.connections: list[int] = []
        self.database: Database | None = None

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        assert self.database is not None
        self.connections.append(self.database.engine.pool.checkedout())  # type: ignore[attr-defined]


@dataclass
class Member:
    """A signed-in client."""

    http: httpx.AsyncClient
    body: dict[str, Any]
    email: str
    password: str = PASSWORD

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.body['access_token']}"}

    async def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **given: Any) -> Any:
        return await self.http.request(method, path, headers={**self.auth, **(headers or {})}, **given)

    async def get(self, path: str, **given: Any) -> httpx.Response:
        return await self.send("GET", path, **given)

    async def post(self, path: str, json: Any = None, **given: Any) -> httpx.Response:
        return await self.send("POST", path, json=json, **given)

    async def patch(self, path: str, json: Any, **given: Any) -> httpx.Response:
        return await self.send("PATCH", path, json=json, **given)

    async def delete(self, path: str, **given: Any) -> httpx.Response:
        return await self.send("DELETE", path, **given)

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.body["tenant"]["id"])

    @property
    def user_id(self) -> UUID:
        return UUID(self.body["user"]["id"])


@get("/orders", guards=[allow("order.read")])
async def read_orders() -> list[str]:
    return []


@post("/orders", guards=[allow("order.create")])
async def create_order() -> dict[str, str]:
    return {}


@get("/profile", guards=[allow("vendor.read")])
async def read_profile() -> dict[str, str]:
    return {}


@get("/offers", guards=[allow("offer.read")])
async def read_offers() -> list[str]:
    return []


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def pauses(clock: OffsetClock, database: Database) -> Pauses:
    pauses = Pauses(clock)
    pauses.database = database
    return pauses


@pytest.fixture
def default_plan() -> str:
    return "self_hosted"


@pytest.fixture
async def accounts(
    tmp_path: Path, database: Database, mailbox: Mailbox, outside: Outside, pauses: Pauses, default_plan: str
) -> AsyncIterator[Accounts]:
    passwords = Passwords()
    await passwords.warm_up()
    yield Accounts(
        database=database,
        tokens=AccessTokens(SigningKeys(tmp_path / "keys"), issuer="https://callout.test"),
        passwords=passwords,
        sealer=Sealer({"k1": b"0123456789abcdef"}, "k1"),
        mail=mailbox,
        plans=PlanLimits(default_plan=default_plan, upgrade_url="https://callout.test/console/plan"),
        files=outside,
        invoices=outside,
        vendors=outside,
        public_url="https://callout.test",
        allowed_origins=["https://app.example.com"],
        pause=pauses,
    )
    passwords.close()


@pytest.fixture
async def http(
    accounts: Accounts, database: Database, serve: Callable[..., Awaitable[httpx.AsyncClient]]
) -> httpx.AsyncClient:
    probes = [
        Router("/api/admin", route_handlers=[read_orders, create_order]),
        Router("/api/vendor", route_handlers=[read_profile, read_offers]),
    ]
    app = build_service(
        "accounts",
        [*admin_api.routers, *public_api.routers, *probes],
        version="0",
        database=database,
        authenticator=TokenAuthenticator(accounts),
        limits=RateLimits(database, factor=1000),
        requests_per_window={"": 100_000},
        dependencies={"accounts": accounts},
        body_limit=lambda _path: 1_000_000,
        docs=False,
    )
    return await serve(app)


@pytest.fixture
def found(http: httpx.AsyncClient) -> Callable[..., Awaitable[Member]]:
    """Founds a business: `owner = await found()`."""

    async def found_business(email: str | None = None, name: str = "Bright Homes", **more: Any) -> Member:
        address = email or f"owner-{uuid7().hex[-12:]}@example.com"
        body = {"email": address, "password": PASSWORD, "full_name": "Olive Owner", "business_name": name, **more}
        answer = await http.post("/api/shared/auth/signup", json=body)
        assert answer.status_code == 201, answer.text
        return Member(http, answer.json(), address)

    return found_business


@pytest.fixture
async def owner(found: Callable[..., Awaitable[Member]]) -> Member:
    return await found()


@pytest.fixture
def sign_in(http: httpx.AsyncClient) -> Callable[..., Awaitable[Member]]:
    """Signs somebody in: `again = await sign_in(owner.email)`."""

    async def sign_in_as(email: str, password: str = PASSWORD, **more: Any) -> Member:
        answer = await http.post("/api/shared/auth/login", json={"email": email, "password": password, **more})
        assert answer.status_code == 200, answer.text
        return Member(http, answer.json(), email, password)

    return sign_in_as


@pytest.fixture
def join(accounts: Accounts, sign_in: Callable[..., Awaitable[Member]]) -> Callable[[Member, str], Awaitable[Member]]:
    """Adds a user of some role to a business: `viewer = await join(owner, "viewer")`."""

    async def join_business(owner: Member, role: str) -> Member:
        address = f"{role}-{uuid7().hex[-12:]}@example.com"
        hashed = await accounts.passwords.hash(PASSWORD)
        async with accounts.database.transaction(Principal.system(owner.tenant_id)) as work:
            await create_user(work, email=address, full_name=f"{role.title()} Person", role=role, password_hash=hashed)
        return await sign_in(address)

    return join_business


@pytest.fixture
def stopwatch() -> Callable[[], float]:
    """Seconds on a clock that never goes back."""
    return time.perf_counter
