"""Both services with the routes vendors need, on a real database, with accounts' own tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from callout.adapters.geocoding.nominatim import NominatimGeocoder
from callout.adapters.object_store.store import UrlObjectStore
from callout.features.accounts.access_tokens import AccessTokens
from callout.features.accounts.authenticator import TokenAuthenticator
from callout.features.accounts.context import Accounts
from callout.features.accounts.events import UserJoined
from callout.features.accounts.password_hashing import Passwords
from callout.features.accounts.ports import PlanStart
from callout.features.accounts.sessions import Device, issue_session
from callout.features.accounts.sign_up import Founding, sign_up
from callout.features.accounts.signing_keys import SigningKeys
from callout.features.accounts.users import create_user
from callout.features.api_configs import admin_api as api_configs_api
from callout.features.api_configs.checking import Checker
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Asking
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.api_configs.vault import ProviderSecrets
from callout.features.files.links import LinkSigner
from callout.features.files.public_api import router as files_router
from callout.features.files.service import Files
from callout.features.geocoding.public_api import router as geocoding_router
from callout.features.geocoding.service import RememberingGeocoder
from callout.features.vendors import admin_api, public_api, vendor_api
from callout.features.vendors.events import VendorStatusChanged
from callout.features.vendors.no_referrals import NoReferralCodes
from callout.features.vendors.ports import Withdrawal
from callout.features.vendors.reactions import forget_standing, stock_catalogue
from callout.features.vendors.standing import Standings
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events import Bus
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from callout.run.outbound import Outbound
from callout.run.webhooks import make_webhooks
from callout.sandbox import nominatim

PASSWORD = "gentle otter rides 42"
SERVER_AREA = {"latitude": 40.7128, "longitude": -74.006, "radius": 25}


class Unlimited:
    """A plan without limits."""

    async def start(self, work: Work) -> PlanStart:
        return PlanStart("self_hosted", "active", None)

    async def describe(self, work: Work) -> Mapping[str, Any]:
        return {"code": "self_hosted"}

    async def check(self, work: Work, metric: str) -> None:
        return None


class Quiet:
    """Mail nobody reads, files and invoices nobody has."""

    async def send(self, work: Work, key: str, user_or_email: object, variables: Mapping[str, Any]) -> None:
        return None

    async def url(self, work: Work, file_id: UUID) -> str | None:
        return f"https://files.test/{file_id}"

    async def any_issued(self, work: Work) -> bool:
        return False


class Unasked:
    """No way to any provider: there are no checks."""

    def asker_of(self, credential: Credential) -> Asking:
        raise AssertionError("nobody asks a provider here")


@dataclass
class Jobs:
    """The orders feature as far as vendors ask for it; a test sets what it knows."""

    moved: Withdrawal = field(default_factory=Withdrawal)
    needed: set[str] = field(default_factory=set)

    async def withdrawn(self, work: Work, vendor_id: UUID) -> Withdrawal:
        return self.moved

    async def pending_offers(self, work: Work, vendor_id: UUID) -> int:
        return 2

    async def acceptance_rates(self, work: Work, vendor_ids: Sequence[UUID]) -> Mapping[UUID, float]:
        return {}

    async def service_in_use(self, work: Work, service_code: str) -> bool:
        return service_code in self.needed


class Referrals:
    """Knows one code."""

    async def use(self, work: Work, code: str, vendor_id: UUID) -> str:
        return code if code == "FRIEND22" else await NoReferralCodes().use(work, code, vendor_id)


@dataclass
class System:
    """The services in process and the ways into them."""

    database: Database
    accounts: Accounts
    admin: Any
    vendor: Any
    workload: Jobs
    secrets: ProviderSecrets
    api_configs: ApiConfigs
    open: Callable[..., Awaitable[httpx.AsyncClient]]

    async def found(self, name: str = "Bright Cleaning") -> "Business":
        email = f"owner-{uuid4().hex[:10]}@example.com"
        founding = Founding(email, PASSWORD, "Olga Owner", name, country="US")
        signed = await sign_up(self.accounts, founding, Device("127.0.0.1", "tests"))
        client = await self.open(self.admin, authorization=f"Bearer {signed.tokens.access_token}")
        return Business(self, signed.tenant.id, client)


@dataclass
class Business:
    """One tenant with its owner's client."""

    system: System
    tenant_id: UUID
    owner: httpx.AsyncClient

    async def member(self, role: str) -> httpx.AsyncClient:
        async with self.system.database.transaction(Principal.system(self.tenant_id)) as work:
            email = f"{role}-{uuid4().hex[:10]}@example.com"
            user = await create_user(work, email=email, full_name=role.title(), role=role, password_hash=None)
            tokens = await issue_session(self.system.accounts, work, user, Device("127.0.0.1", "tests"))
        app = self.system.vendor if role == "vendor" else self.system.admin
        return await self.system.open(app, authorization=f"Bearer {tokens.access_token}")

    async def invite(self, **body: Any) -> str:
        answer = await self.owner.post("/api/admin/vendors/invites", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["code"])

    async def register(self, code: str | None = None, **changes: Any) -> httpx.Response:
        public = await self.system.open(self.system.vendor)
        body = {
            "code": code or await self.invite(),
            "full_name": "Vera Vendor",
            "email": f"vera-{uuid4().hex[:10]}@example.com",
            "phone": "(305) 555-0100",
            "password": PASSWORD,
            "services": ["cleaning", "plumbing"],
            "service_area": SERVER_AREA,
        } | changes
        return await public.post("/api/shared/auth/vendor-signup", json=body)

    async def vendor(self, *, verified: bool = True, **changes: Any) -> "Worker":
        answer = await self.register(**changes)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        vendor_id = body["vendor"]["id"]
        if verified:
            done = await self.owner.post(f"/api/admin/vendors/{vendor_id}/verify")
            assert done.status_code == 200, done.text
        client = await self.system.open(self.system.vendor, authorization=f"Bearer {body['access_token']}")
        return Worker(UUID(vendor_id), client, body)

    def work(self) -> Any:
        return self.system.database.transaction(Principal.system(self.tenant_id))


@dataclass
class Worker:
    """A registered vendor with its client."""

    id: UUID
    app: httpx.AsyncClient
    signup: dict[str, Any]


@pytest.fixture
def address_rules() -> AddressRules:
    """Which addresses of providers may be entered."""
    return AddressRules(may_be_http=True)


@pytest.fixture
def checker() -> Checker:
    """What checks keys: nothing."""
    return Checker({}, Unasked())


@pytest.fixture
async def system(
    database: Database, bus: Bus, tmp_path: Path, serve: Any, checker: Checker, address_rules: AddressRules
) -> AsyncIterator[System]:
    quiet, passwords = Quiet(), Passwords()
    accounts = Accounts(
        database=database,
        tokens=AccessTokens(SigningKeys(tmp_path / "keys"), issuer="https://callout.test"),
        passwords=passwords,
        sealer=Sealer({"a": b"0123456789abcdef0123456789abcdef"}, "a"),
        mail=quiet,
        plans=Unlimited(),
        files=quiet,
        invoices=quiet,
        vendors=Standings(),
        public_url="https://callout.test",
    )
    bus.on(UserJoined, stock_catalogue)
    bus.on(VendorStatusChanged, forget_standing(accounts))
    workload = Jobs()
    source = NominatimGeocoder(
        "http://places.test", user_agent="tests", transport=httpx.ASGITransport(app=nominatim.app())
    )
    registry = ProviderRegistry.of(PROVIDERS)
    rehearsal = Rehearsal(is_allowed=True, providers=frozenset({"elevenlabs"}))
    access = ProviderAccess(registry, accounts.sealer, rehearsal, setup_url="https://callout.test/console/providers")
    ports: dict[str, Any] = {
        "accounts": accounts,
        "api_configs": ApiConfigs(access, accounts.sealer, checker, database, address_rules),
        "database": database,
        "workload": workload,
        "referral_codes": Referrals(),
        "geocoder": RememberingGeocoder(source, database),
        "files": Files(
            UrlObjectStore(f"file://{tmp_path}/objects"), LinkSigner(b"0123456789abcdef", "https://callout.test")
        ),
    }
    ways_out = Outbound(httpx.AsyncClient(), address_rules, user_agent="tests")
    ports["webhooks"] = make_webhooks(database, accounts.sealer, ways_out, may_be_http=True)
    limits = RateLimits(database, factor=1000)

    def service(name: str, routers: list[Any]) -> Any:
        return build_service(
            name,
            routers,
            version="test",
            database=database,
            authenticator=TokenAuthenticator(accounts),
            limits=limits,
            requests_per_window={"": 100_000},
            dependencies=ports,
            body_limit=lambda path: 10 * 1024 * 1024,
            docs=False,
        )

    shared = [public_api.router, geocoding_router, files_router]
    admin = service("admin", [*admin_api.routers, *api_configs_api.routers, *shared])
    vendor = service("vendor", [vendor_api.router, *shared])
    for app in (admin, vendor):
        await serve(app)
    async with AsyncExitStack() as stack:

        async def client(app: Any, **headers: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=60)
            )

        secrets = ProviderSecrets(registry, accounts.sealer)
        yield System(database, accounts, admin, vendor, workload, secrets, ports["api_configs"], client)
    await source.aclose()
    passwords.close()


@pytest.fixture
async def business(system: System) -> Business:
    """A tenant."""
    return await system.found()


@pytest.fixture
async def other_business(system: System) -> Business:
    """Another tenant."""
    return await system.found("Other Works")
