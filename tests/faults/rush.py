"""Many orders at once among vendors who answer on their own, and what must be true of them in the end."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from callout.run import embedded_postgres
from callout.run.demo.client import Client, Refused
from tests.e2e.place import Place

PASSWORD = "brackish-otter-42"
VENDORS = 6
ALWAYS = {day: [{"from": "00:00", "to": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TOO_LATE = frozenset({404, 409, 410})
UNDER_WAY = ("new", "offering")
POLL_S = 0.25
PATIENCE_S = 240.0
"""How long somebody tries to be answered while everything is killed again and again, and has to start each time."""

Reaction = Callable[[random.Random], str]
"""What a vendor does with an offer: accept, decline or nothing."""


def choosy(rng: random.Random) -> str:
    """Somebody who mostly says no, sometimes nothing."""
    return rng.choices(("accept", "decline", "nothing"), (0.2, 0.65, 0.15))[0]


def answering(rng: random.Random) -> str:
    """Somebody who always says something."""
    return rng.choices(("accept", "decline"), (0.25, 0.75))[0]


@dataclass
class Rush:
    """A business, its vendors and their orders.

    Attributes:
        ignored: orders no vendor answers.
        told: what each vendor was answered when it accepted, by order.
    """

    place: Place
    owner: Client
    apps: list[Client]
    vendor_ids: list[str]
    seed: int
    orders: list[str] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    told: dict[str, list[str]] = field(default_factory=dict)

    async def order(self, mode: str, *, deadline_min: int = 1, ignored: bool = False) -> str:
        """A new cleaning order, dispatched."""
        made = await self.owner.post(
            "/api/admin/orders",
            {
                "customer_name": "Anna Reyes",
                "customer_phone": "+13055550199",
                "customer_email": "anna@example.com",
                "customer_address": "12 Oak Street, Springfield",
                "customer_location": {"lat": 39.7990, "lng": -89.6440},
                "service_type": "cleaning",
                "description": "House cleaning",
                "dispatch": False,
            },
        )
        self.orders.append(made["id"])
        if ignored:
            self.ignored.add(made["id"])
        named = self.vendor_ids if mode == "manual" else []
        body = {"mode": mode, "vendor_ids": named, "deadline_min": deadline_min}
        try:
            await self.owner.post(f"/api/admin/orders/{made['id']}/dispatch", body)
        except Refused as refused:  # the repetition of a request whose answer was lost finds it dispatched
            if refused.status not in TOO_LATE:
                raise
        return str(made["id"])

    @asynccontextmanager
    async def vendors_at_work(self, react: Reaction) -> AsyncIterator[None]:
        """All vendors look at their offers and answer, whatever happens to the services."""
        tasks = [asyncio.create_task(self._work(number, app, react)) for number, app in enumerate(self.apps)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended

    async def _work(self, number: int, app: Client, react: Reaction) -> None:
        done: set[str] = set()
        while True:
            for offer in (await app.get("/api/vendor/orders/offers"))["items"]:
                if offer["offer_id"] in done or offer["order"]["id"] in self.ignored:
                    continue
                done.add(offer["offer_id"])
                verb = react(random.Random(f"{self.seed}-{number}-{offer['order']['order_id']}-{offer['wave']}"))
                if verb != "nothing":
                    await self._answer(app, offer["order"]["id"], verb)
            await asyncio.sleep(POLL_S)

    async def _answer(self, app: Client, order_id: str, verb: str) -> None:
        try:
            await app.post(f"/api/vendor/orders/{order_id}/{verb}")
        except Refused as refused:
            if refused.status not in TOO_LATE:
                raise
        else:
            if verb == "accept":
                self.told.setdefault(order_id, []).append("yes")

    async def all_ended(self, within_s: float) -> list[dict[str, Any]]:
        """The orders once each has a vendor or asks an admin."""
        deadline = time.monotonic() + within_s
        while True:
            orders = [await self.owner.get(f"/api/admin/orders/{order_id}") for order_id in self.orders]
            left = [order["order_number"] for order in orders if order["status"] in UNDER_WAY]
            if not left:
                return orders
            assert time.monotonic() < deadline, f"still under way: {left}; {self._worker_said()}"
            await asyncio.sleep(0.5)

    def _worker_said(self) -> str:
        """The last lines of the worker's log."""
        log = self.place.state / "logs" / "worker.log"
        return log.read_text()[-3000:] if log.exists() else "the worker has no log"

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the database."""
        server = embedded_postgres.find(self.place.state)
        assert server is not None
        with psycopg.connect(server.url_owner, autocommit=True, row_factory=dict_row) as connection:
            connection.execute("SELECT set_config('callout.tenant', '*', false)")
            found = connection.execute(query, values)
            return list(found.fetchall()) if found.description else []

    def let_time_pass(self, orders: Sequence[str], minutes: int) -> None:
        """Makes offers and deadlines of some orders older than they are."""
        age = f"interval '{minutes} minutes'"
        self.rows(
            f"UPDATE offers SET sent_at = sent_at - {age}, expires_at = expires_at - {age} WHERE order_id = ANY(%s)",
            list(orders),
        )
        self.rows(
            f"UPDATE orders SET fill_deadline = fill_deadline - {age}, updated_at = updated_at - {age}"
            " WHERE id = ANY(%s) AND status = 'offering'",
            list(orders),
        )

    def check(self) -> None:
        """One winner, no offer twice, nothing left open, one word to the customer."""
        mine = list(self.orders)
        orders = {str(row["id"]): row for row in self.rows("SELECT * FROM orders WHERE id = ANY(%s) ORDER BY id", mine)}
        offers = self.rows("SELECT * FROM offers WHERE order_id = ANY(%s) ORDER BY sent_at, id", mine)
        for order_id, order in orders.items():
            own = [offer for offer in offers if str(offer["order_id"]) == order_id]
            winners = [offer["vendor_id"] for offer in own if offer["status"] == "accepted"]
            if order["status"] == "assigned":
                assert winners == [order["vendor_id"]], (order["order_number"], winners)
            else:
                assert (order["status"], order["vendor_id"], winners) == ("needs_attention", None, [])
                assert order["attention_reason"] in {"no_candidates", "fill_deadline"}
            assert len(self.told.get(order_id, [])) <= 1, "two vendors were told that the job is theirs"
            assert not [offer for offer in own if offer["status"] == "pending"]
        self._check_offers(offers, mine)
        self._check_traces(orders, offers, mine)

    def _check_offers(self, offers: list[dict[str, Any]], mine: list[str]) -> None:
        waves = self.rows("SELECT order_id, run, wave FROM dispatch_decisions WHERE order_id = ANY(%s)", mine)
        keys = [tuple(wave.values()) for wave in waves]
        assert len(keys) == len(set(keys)), "a wave was decided twice"
        asked: dict[tuple[Any, ...], dict[str, Any]] = {}
        for offer in offers:
            key = (offer["order_id"], offer["run"], offer["vendor_id"])
            before = asked.get(key)
            again = before is not None and (before["status"], before["wave"] < offer["wave"]) == ("expired", True)
            assert before is None or again, "a vendor was asked twice though it had answered"
            asked[key] = offer

    def _check_traces(self, orders: dict[str, dict[str, Any]], offers: list[dict[str, Any]], mine: list[str]) -> None:
        open_runs = "SELECT id FROM dispatch_runs WHERE order_id = ANY(%s) AND ended_at IS NULL"
        assert not self.rows(open_runs, mine), "a search goes on though its order has ended"
        sent = self.rows("SELECT noun_id FROM events WHERE type = 'offer.sent'")
        told = sorted(str(row["noun_id"]) for row in sent if row["noun_id"] in {offer["id"] for offer in offers})
        assert told == sorted(str(offer["id"]) for offer in offers), "events and offers differ"
        letters = self.rows(
            "SELECT order_id FROM messages WHERE event = 'order_delayed' AND channel = 'email' AND order_id = ANY(%s)",
            mine,
        )
        delayed = sorted(order_id for order_id, order in orders.items() if order["status"] == "needs_attention")
        assert sorted(str(row["order_id"]) for row in letters) == delayed
        jobs = self.rows(
            "SELECT v.open_jobs, (SELECT count(*) FROM orders o WHERE o.vendor_id = v.id AND o.status = 'assigned') AS held"
            " FROM vendors v WHERE v.id = ANY(%s)",
            self.vendor_ids,
        )
        assert all(row["open_jobs"] == row["held"] for row in jobs), jobs


@asynccontextmanager
async def rush_in(place: Place, seed: int) -> AsyncIterator[Rush]:
    """A new business with its vendors signed in."""
    mark = uuid4().hex[:8]
    owner = Client(place.url(), patience_s=PATIENCE_S)
    apps: list[Client] = []
    try:
        await _found(owner, mark)
        ids = []
        for number in range(VENDORS):
            app = Client(place.url(), patience_s=PATIENCE_S)
            apps.append(app)
            ids.append(await _register(owner, app, number, mark))
        yield Rush(place, owner, apps, ids, seed)
    finally:
        for client in (owner, *apps):
            await client.close()


async def _found(owner: Client, mark: str) -> None:
    founding = {
        "email": f"owner@{mark}.example",
        "password": PASSWORD,
        "full_name": "Olivia Bright",
        "business_name": f"Bright {mark}",
        "country": "US",
        "timezone": "America/Chicago",
    }
    await owner.post("/api/shared/auth/signup", founding)
    await owner.sign_in(founding["email"], PASSWORD)


async def _register(owner: Client, app: Client, number: int, mark: str) -> str:
    [invite] = await owner.post("/api/admin/vendors/invites", {"count": 1})
    email = f"vendor{number}@{mark}.example"
    form = {
        "code": invite["code"],
        "full_name": f"Vendor Number{number}",
        "email": email,
        "phone": f"+130555501{number:02d}",
        "password": PASSWORD,
        "services": ["cleaning"],
        "service_area": {"latitude": 39.7990 + number / 200, "longitude": -89.6440, "radius": 40},
        "working_hours": ALWAYS,
    }
    made = await app.post("/api/shared/auth/vendor-signup", form)
    vendor_id = str(made["vendor"]["id"])
    path = f"/api/admin/vendors/{vendor_id}"
    await owner.post(f"{path}/verify", {"note": "Documents seen."})
    tag = (await owner.call("GET", path)).headers["ETag"]
    await owner.call("PATCH", path, json={"daily_cap": 50, "max_open_jobs": 20}, headers={"If-Match": tag})
    await app.sign_in(email, PASSWORD)
    return vendor_id
