"""Two businesses in one house: nothing of the one is ever seen, counted or changed by the other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.system.belongings import found_in, ids_of, rows_of, traces_of
from tests.system.bodies import bodies_naming, path_bodies
from tests.system.business import Business, found_business
from tests.system.furnish import furnish
from tests.system.house import Client, House, eventually
from tests.system.routes import CREDENTIALS, NOUNS, Route, routes_of

NOUN_OF_FILTER = {
    "agent_id": "access_keys",
    "actor_id": "users",
    "campaign_id": "call_lists",
    "kept_id": "businesses",
    "noun_id": "orders",
}
"""Filters whose name alone does not say whose ids they take; any id of the neighbour will do."""
PLACES = "/api/admin/data-scraper/locations"
NEEDED = {
    "/api/admin/calling-agents/compliance/check": {"phone": "+12175550178", "at": "2026-11-24T16:00:00Z"},
    "/api/admin/vendors/nearby": {"lat": "39.799", "lng": "-89.644"},
    f"{PLACES}/states": {"country": "US"},
    f"{PLACES}/cities": {"country": "US"},
    f"{PLACES}/localities": {"country": "US", "city": "Chicago"},
}
"""Queries without which a list says nothing."""
NEEDS_A_LIMITED_PLAN = frozenset({"usage_counters"})
VOLATILE = frozenset(
    {
        "last_login_at",
        "last_seen_at",
        "last_used_at",
        "now",
        "generated_at",
        "from",
        "to",
        "seconds_left",
        "uptime_s",
        "hits",
        "misses",
        "hit_rate",
        "bytes",
        "entries",
        "url",
        "system_status",
        "latency_ms",
    }
)
"""Members that change by themselves."""


@dataclass
class Neighbours:
    """A looks; B must not be seen."""

    house: House
    a: Business
    b: Business
    alone: dict[str, Any]
    together: dict[str, Any]
    ids: dict[str, list[str]]
    traces: set[str]
    before: dict[str, list[str]]

    def one(self, table: str) -> str:
        """The newest row of B."""
        return self.ids[table][0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def neighbours(system: House) -> AsyncIterator[Neighbours]:
    a = await found_business(system, "Amberfield", "+13055550111")
    await furnish(a, "100.00")
    who = await walkers(a)
    await overviews(a, who)  # looking for the first time leaves marks, such as when an offer was seen
    alone = await overviews(a, who)
    b = await found_business(system, "Quillhaven", "+14155550111")
    await furnish(b, "7391.37", policies=3)
    rows = await rows_of(b)
    together = await overviews(a, who)
    yield Neighbours(system, a, b, alone, together, await ids_of(b), await traces_of(b, rows), rows)


async def overviews(business: Business, who: dict[str, dict[str, Client]]) -> dict[str, Any]:
    """What every list, statistic and dashboard says to the owner and to a vendor."""
    said = {}
    clients = {"admin": who["owner"]["admin"], "vendor": who["vendor"]["vendor"]}
    for route in routes_of(business.house.apps):
        prefix = f"/api/{route.service}"
        if route.method == "GET" and not route.parameters and route.path.startswith(prefix):
            query = NEEDED.get(route.path)
            async with clients[route.service].stream("GET", route.path, params=query) as answer:
                assert answer.status_code == 200, f"{route}: {await answer.aread()!r}"
                if "json" in answer.headers["content-type"]:
                    await answer.aread()
                    said[str(route)] = steady(answer.json())
    return said


def steady(value: Any) -> Any:
    """Without what changes by itself."""
    if isinstance(value, dict):
        return {name: steady(inner) for name, inner in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return [steady(inner) for inner in value]
    return value.split("token=")[0] if isinstance(value, str) else value


async def walkers(business: Business) -> dict[str, dict[str, Client]]:
    """The same person or machine as a client of each service."""
    house, worker = business.house, business.workers[0]
    tokens = {
        "owner": (await business.sign_in(business.emails["owner"])).headers["Authorization"],
        "vendor": (await business.sign_in(worker.email)).headers["Authorization"],
        "agent key": f"Bearer {business.keys['agent']}",
        "manager key": f"Bearer {business.keys['manager']}",
    }
    return {
        who: {service: await house.client(service, Authorization=token) for service in house.apps}
        for who, token in tokens.items()
    }


async def ask(client: Client, route: Route, path: str, body: Any) -> tuple[int, bytes]:
    """Status, and everything the answer says; of an endless answer, its beginning."""
    async with client.stream(route.method, path, json=body, headers={"If-Match": "*"}) as answer:
        head = repr(answer.headers.raw).encode()
        if "event-stream" in answer.headers.get("content-type", ""):
            async for chunk in answer.aiter_bytes():
                return answer.status_code, head + chunk
        return answer.status_code, head + await answer.aread()


def expected(route: Route, who: str) -> set[int]:
    """What a request with a neighbour's id may be answered: not found, or not for this role at all."""
    role = who.removesuffix(" key")
    is_machine = who.endswith("key")
    return {404} if route.is_open_to(role, is_machine=is_machine) else {403}


@pytest.mark.parametrize("who", ["owner", "vendor", "agent key", "manager key"])
async def test_no_route_gives_away_or_changes_a_neighbours_rows(neighbours: Neighbours, who: str) -> None:
    bodies, faults = path_bodies(neighbours.one("files")), []
    clients = (await walkers(neighbours.a))[who]
    for route in routes_of(neighbours.house.apps):
        if route.ends_session:
            clients = (await walkers(neighbours.a))[who]
        values = {name: neighbours.one(table) for name, table in route.nouns.items()}
        body = bodies.get(str(route))
        status, said = await ask(clients[route.service], route, route.filled(values), body)
        if given := found_in(said, neighbours.traces, json.dumps([values, body])):
            faults.append(f"{route} gives away {given}")
        if status >= 500 or (values and status not in expected(route, who)):
            faults.append(f"{route}: {status} {said[-300:]!r}")
    assert not faults, "\n".join(faults)
    assert await rows_of(neighbours.b) == neighbours.before


async def test_ids_of_a_neighbour_in_bodies_are_nobodys(neighbours: Neighbours) -> None:
    ids, faults = {table: rows[0] for table, rows in neighbours.ids.items() if rows}, []
    who = await walkers(neighbours.a)
    for name, method, path, body in bodies_naming(ids):
        service = "vendor" if name == "vendor" else "admin"
        answer = await who[name][service].request(method, path, json=body, headers={"If-Match": "*"})
        sent = json.dumps([path, body])
        if given := found_in(answer.content, neighbours.traces, sent):
            faults.append(f"{method} {path} {body} gives away {given}")
        if answer.status_code >= 500:
            faults.append(f"{method} {path} {body}: {answer.status_code} {answer.text}")
    assert not faults, "\n".join(faults)
    await neighbours.house.settle()
    assert await rows_of(neighbours.b) == neighbours.before
    for table, rows in (await rows_of(neighbours.a)).items():
        assert found_in("\n".join(rows).encode(), neighbours.traces) == set(), table


async def test_filters_by_a_neighbours_ids_and_words_find_nothing(neighbours: Neighbours) -> None:
    faults = []
    clients = await walkers(neighbours.a)
    for route in routes_of(neighbours.house.apps):
        filters = route.handler.opt.get("filters")
        if filters is None or route.method != "GET" or route.parameters:
            continue
        who = "vendor" if route.path.startswith("/api/vendor") else "owner"
        for name, field in filters.model_fields.items():
            values = neighbours.ids.get(NOUN_OF_FILTER.get(name, NOUNS.get(name, "")), [])[:1]
            if name in {"q", "search"}:
                values = [neighbours.b.mark, neighbours.b.phone[:-2]]
            elif not values and "UUID" in str(field.annotation) and name != "cursor":
                faults.append(f"{route}: say whose ids {name} takes")
            for value in values:
                answer = await clients[who][route.service].get(
                    route.path, params=NEEDED.get(route.path, {}) | {name: value}
                )
                found = answer.json()
                count = found.get("total") if isinstance(found, dict) else len(found)
                if answer.status_code != 404 and (answer.status_code, count) != (200, 0):
                    faults.append(f"{route}?{name}={value}: {answer.status_code} {answer.text[:300]}")
    assert not faults, "\n".join(faults)


async def test_lists_statistics_and_dashboards_count_only_ones_own(neighbours: Neighbours) -> None:
    for path, said in neighbours.alone.items():
        assert neighbours.together[path] == said, path


async def test_live_streams_tell_only_of_ones_own(neighbours: Neighbours) -> None:
    who, ids = await walkers(neighbours.a), await ids_of(neighbours.a)
    neighbours.a.owner = who["owner"]["admin"]
    streams = [
        (who[name][route.service], route.filled({param: ids[table][0] for param, table in route.nouns.items()}))
        for route in routes_of(neighbours.house.apps)
        for name in ("owner", "vendor")
        if route.is_stream and (route.is_public or route.is_open_to(name)) and not CREDENTIALS & set(route.parameters)
    ]
    assert len(streams) > 2
    async with AsyncExitStack() as stack:
        heard = [await stack.enter_async_context(listening(client, path)) for client, path in streams]
        for business in (neighbours.b, neighbours.a):
            order = await business.order(description=f"news of {business.mark}")
            await business.owner.done(f"/api/admin/orders/{order['id']}/cancel", {"reason": "only news"})
        await eventually("news", lambda: said(heard, "order.cancelled"))
    whole = b"".join(part for parts in heard for part in parts)
    new = await rows_of(neighbours.b)
    assert found_in(whole, await traces_of(neighbours.b, new)) == set()
    neighbours.before.update(new)


async def said(heard: list[list[bytes]], word: str) -> bool:
    """Whether some stream told of something."""
    return any(word.encode() in part for parts in heard for part in parts)


@asynccontextmanager
async def listening(client: Client, path: str) -> AsyncIterator[list[bytes]]:
    """Collects what a stream says while open."""
    heard: list[bytes] = []
    ready = asyncio.Event()

    async def listen() -> None:
        async with client.stream("GET", path, timeout=None) as answer:
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            async for part in answer.aiter_bytes():
                heard.append(part)
                ready.set()

    task = asyncio.create_task(listen())
    async with asyncio.timeout(10):
        await asyncio.wait([task, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
    assert ready.is_set(), f"{path} says nothing"
    yield heard
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_every_kind_of_row_is_there_to_be_seen(neighbours: Neighbours) -> None:
    empty = {table for table, rows in neighbours.before.items() if not rows}
    assert empty - NEEDS_A_LIMITED_PLAN == set()
