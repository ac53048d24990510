"""Every route asked by every role: who is let in, and how the others are refused."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from callout.features.accounts.permission_table import BLOCKED_MAY, LETTERS, PENDING_MAY
from tests.system.api_roles import roles_said, specification, tidy
from tests.system.business import Business
from tests.system.house import Client, House
from tests.system.routes import CHECKS_ITSELF, Route, routes_of

WHO = (
    *("nobody", "owner", "manager", "viewer", "agent key", "manager key", "viewer key"),
    *("vendor", "pending vendor", "blocked vendor"),
)
OF_THE_CASE = frozenset(
    {"email_not_verified", "API_KEYS_REQUIRED", "not_your_order", "origin_not_allowed", "ip_not_allowed"}
)
"""403 that say something about the case and not about the role."""


@dataclass
class Cast:
    """Everybody, as a client of each service."""

    house: House
    clients: Mapping[str, Mapping[str, Client]]
    business: Business


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(system: House, business: Business) -> AsyncIterator[Cast]:
    for standing in ("verified", "pending", "blocked"):
        await business.worker("Vera", standing=standing)
    await system.settle()
    tokens = await tokens_of(business)
    clients = {
        who: {service: await system.client(service, **headers) for service in system.apps}
        for who, headers in tokens.items()
    }
    yield Cast(system, clients, business)


async def tokens_of(business: Business) -> dict[str, dict[str, str]]:
    """What everybody sends."""
    tokens = {f"{role} key": {"Authorization": f"Bearer {key}"} for role, key in business.keys.items()}
    for who, (email, service) in people(business).items():
        tokens[who] = {"Authorization": (await business.sign_in(email, service)).headers["Authorization"]}
    return {"nobody": {}, **tokens}


def people(business: Business) -> dict[str, tuple[str, str]]:
    """Who signs in where."""
    admins = {role: (email, "admin") for role, email in business.emails.items()}
    vendors = ("vendor", "pending vendor", "blocked vendor")
    return admins | {who: (worker.email, "vendor") for who, worker in zip(vendors, business.workers, strict=True)}


def refusal(route: Route, who: str) -> tuple[int, str] | None:
    """Status and code with which somebody must be refused; None for whoever is let in."""
    if route.is_public:
        return None
    if who == "nobody":
        return 401, "unauthenticated"
    role = who.removesuffix(" key").split()[-1]
    if not route.is_open_to(role, is_machine=who.endswith("key")):
        return 403, "permission_denied"
    left = {"blocked vendor": BLOCKED_MAY, "pending vendor": PENDING_MAY}.get(who)
    if left is not None and route.guard.permission not in left:
        return 403, f"account_{who.split(maxsplit=1)[0]}"
    return None


async def ask(client: Client, route: Route) -> tuple[int, Any]:
    """A request about nothing that exists."""
    async with client.stream(route.method, route.about_nothing(), headers={"If-Match": "*"}) as answer:
        if "json" not in answer.headers.get("content-type", ""):
            return answer.status_code, {}
        await answer.aread()
        return answer.status_code, answer.json()


@pytest.mark.parametrize("who", WHO)
async def test_each_route_lets_in_whom_the_table_allows_and_nobody_else(cast: Cast, who: str) -> None:
    faults = []
    for route in routes_of(cast.house.apps):
        client, wanted = cast.clients[who][route.service], refusal(route, who)
        if route.ends_session and wanted is None:
            email, service = people(cast.business)[who]
            headers = (await cast.business.sign_in(email, service)).headers
            client = await cast.house.client(route.service, Authorization=headers["Authorization"])
        status, said = await ask(client, route)
        code = said.get("code") if isinstance(said, dict) else None
        if wanted is not None and (status, code) != wanted:
            faults.append(f"{route}: {status} {code}, not {wanted}")
        elif wanted is None and not is_let_in(route, status, code):
            faults.append(f"{route}: {status} {code} although {who} may")
    assert not faults, "\n".join(faults)


def is_let_in(route: Route, status: int, code: str | None) -> bool:
    """Whether an answer says anything but that this caller may not."""
    if status == 401:
        return route.is_public
    return status < 500 and (status != 403 or code in OF_THE_CASE or route.path in CHECKS_ITSELF)


def test_the_roles_of_the_specification_are_those_of_the_handlers(system: House) -> None:
    routes = {(route.method, tidy(route.path)): route for route in routes_of(system.apps)}
    compared, faults = 0, []
    for said in roles_said(specification().read_text("utf-8")):
        route = routes.get((said.method, said.path))
        if route is None or said.roles & set("CU"):
            continue
        compared += 1
        if "P" in said.roles:
            if not route.is_public:
                faults.append(f"{route}: is for everybody, but guarded")
            continue
        actual = {letter for letter, role in LETTERS.items() if letter in "OMWVA" and route.is_open_to(role)}
        if route.is_public or actual != said.roles:
            faults.append(f"{route}: {''.join(sorted(actual))}, not {''.join(sorted(said.roles))}")
    assert not faults, "\n".join(faults)
    assert compared > 100
