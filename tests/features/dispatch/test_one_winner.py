"""Whatever happens to an order, in whatever order and at once: one winner, no doubled offer, and an end."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import make_url, text

from callout.features.dispatch.accept import accept
from callout.features.dispatch.assign import assign_directly
from callout.features.dispatch.decline import decline
from callout.features.dispatch.release import release
from callout.features.dispatch.start import start
from callout.features.dispatch.withdraw import withdraw_offer
from callout.features.orders import store as order_store
from callout.features.orders.transition import apply_transition
from callout.features.vendors import standing
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Problem
from callout.kit.events import Bus
from callout.kit.principal import Principal
from callout.kit.workflows import DbosJobs
from callout.run.embedded_postgres import EmbeddedPostgres
from tests.features.dispatch.town import Town, bind, desk_at

HELD = ("assigned", "on_way", "processing")
SEARCHING = ("new", "offering")
KM = (2, 5, 12, 20, 40)
VENDOR = st.integers(0, len(KM) - 1)
MODES = st.sampled_from(["waves", "sequential", "broadcast", "manual"])
EXAMPLES, STEPS = (400, 25) if os.environ.get("CALLOUT_SOAK") == "1" else (8, 14)
MOST_WAVES = 30

Deed = Callable[[Work], Awaitable[Any]]


class Search(RuleBasedStateMachine):
    """One order among five vendors."""

    run: Callable[[Coroutine[Any, Any, Any]], Any]
    database: Database
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(self.database, None, desk_at(self.folder))  # type: ignore[arg-type]
        self.run(self._settle())

    async def _settle(self) -> None:
        await self.town.found()
        self.vendors = [await self.town.vendor(km=km, max_open_jobs=9, daily_cap=9) for km in KM]
        self.order_id = await self.town.order()

    # what happens

    @rule(mode=MODES)
    @precondition(lambda self: self.status in ("new", "needs_attention"))
    def dispatch(self, mode: str) -> None:
        named = self.vendors[:3] if mode == "manual" else []

        async def deed(work: Work) -> None:
            order = await order_store.lock(work, self.order_id)
            if order.status in ("new", "needs_attention"):
                await start(work, order, mode=mode, vendor_ids=named, criteria={"location_radius_km": 10})

        self.run(self.as_owner(deed))

    @rule(who=VENDOR)
    def accepts(self, who: int) -> None:
        self.run(self.as_vendor(who, lambda work: accept(work, self.order_id, self.vendors[who])))

    @rule(who=VENDOR)
    def declines(self, who: int) -> None:
        self.run(self.as_vendor(who, lambda work: decline(work, self.order_id, self.vendors[who])))

    @rule(who=VENDOR)
    def releases(self, who: int) -> None:
        async def deed(work: Work) -> None:
            order = await order_store.lock(work, self.order_id)
            if order.vendor_id == self.vendors[who] and order.status in HELD:
                await release(work, order, reason="car broke down")

        self.run(self.as_vendor(who, deed))

    @rule(who=VENDOR)
    def is_assigned_by_an_admin(self, who: int) -> None:
        async def deed(work: Work) -> None:
            order = await order_store.lock(work, self.order_id)
            if order.status in (*SEARCHING, "needs_attention"):
                await assign_directly(work, order, self.vendors[who])

        self.run(self.as_owner(deed))

    @rule()
    def is_reassigned_by_an_admin(self) -> None:
        async def deed(work: Work) -> None:
            order = await order_store.lock(work, self.order_id)
            if order.status in HELD:
                await release(work, order, reason="customer asked for another")

        self.run(self.as_owner(deed))

    @rule(who=VENDOR)
    def is_withdrawn_by_an_admin(self, who: int) -> None:
        for offer in self.offers:
            if offer.vendor_id == self.vendors[who]:
                self.run(self.as_owner(lambda work, offer=offer: withdraw_offer(work, offer.id, "wrong crew")))

    @rule(who=VENDOR)
    def is_blocked_and_comes_back(self, who: int) -> None:
        self.run(self.as_owner(lambda work: standing.block(work, self.vendors[who], "unsafe work")))
        self.check()
        self.run(self.as_owner(lambda work: standing.reactivate(work, self.vendors[who])))

    @rule()
    def time_passes(self) -> None:
        self.run(self.town.age(self.order_id, timedelta(minutes=11)))

    @rule()
    def the_deadline_passes(self) -> None:
        self.run(self.shift_deadline())

    @rule(times=st.integers(1, 3))
    def the_search_wakes(self, times: int) -> None:
        for _ in range(times):
            self.run(self.move_on())

    @rule()
    @precondition(lambda self: self.status == "assigned")
    def is_on_the_way(self) -> None:
        async def deed(work: Work) -> None:
            order = await order_store.lock(work, self.order_id)
            await apply_transition(work, order, "travel")

        self.run(self.as_owner(deed))

    @rule(seed=st.integers(0, 99))
    def all_at_once(self, seed: int) -> None:
        """Everybody answers, an admin withdraws, and the search wakes, in the same moment."""
        rng = random.Random(seed)
        deeds: list[Coroutine[Any, Any, Any]] = []
        for place, vendor in enumerate(self.vendors):
            answer = rng.choice((accept, accept, decline))
            deeds.append(self.as_vendor(place, lambda work, do=answer, who=vendor: do(work, self.order_id, who)))
        deeds += [
            self.as_owner(lambda work, offer=offer: withdraw_offer(work, offer.id, "late")) for offer in self.offers[:1]
        ]
        deeds += [self.move_on(), self.move_on()]
        rng.shuffle(deeds)

        async def together() -> None:
            await asyncio.gather(*deeds)

        self.run(together())

    # what always holds

    @invariant()
    def check(self) -> None:
        order, offers = self.order, self.offers
        accepted = [offer.vendor_id for offer in offers if offer.status == "accepted"]
        pending = Counter(offer.vendor_id for offer in offers if offer.status == "pending")
        assert len(accepted) <= 1
        assert max(pending.values(), default=0) <= 1, "a vendor holds two pending offers of one order"
        if order.status in HELD:
            assert order.vendor_id is not None
            assert accepted == ([order.vendor_id] if order.assignment_source == "offer" else [])
            assert not pending, "offers stay open though somebody has the job"
        elif order.status in SEARCHING:
            assert (order.vendor_id, accepted) == (None, [])
        else:
            assert not pending
        self.run(self.check_records(order))

    async def check_records(self, order: Any) -> None:
        async with self.town.work() as work:
            held = await work.session.execute(text("SELECT id, open_jobs FROM vendors ORDER BY id"))
            for vendor_id, open_jobs in held.all():
                holds = order.vendor_id == vendor_id and order.status in (*HELD, "needs_attention")
                assert open_jobs == int(holds), (vendor_id, open_jobs, order.status)
            told = await work.session.execute(
                text("SELECT run, wave, ring FROM dispatch_decisions WHERE order_id = :id ORDER BY run, wave"),
                {"id": self.order_id},
            )
            rings: dict[int, list[int]] = {}
            waves: dict[int, list[int]] = {}
            for row in told.all():
                rings.setdefault(row.run, []).append(row.ring)
                waves.setdefault(row.run, []).append(row.wave)
            assert all(ring == sorted(ring) for ring in rings.values()), "a ring shrank"
            assert all(wave == list(range(1, len(wave) + 1)) for wave in waves.values()), (
                "a wave was skipped or doubled"
            )

    def teardown(self) -> None:
        """Left alone, every order ends: somebody has it, or an admin is asked."""
        for _ in range(MOST_WAVES):
            if self.status != "offering":
                break
            self.run(self.town.age(self.order_id, timedelta(hours=3)))
            self.run(self.move_on())
            self.check()
        assert self.status != "offering"

    # means

    @property
    def order(self) -> Any:
        return self.run(self.town.row("orders", self.order_id))

    @property
    def status(self) -> str:
        return str(self.order.status)

    @property
    def offers(self) -> list[Any]:
        async def read() -> list[Any]:
            async with self.town.work() as work:
                query = text("SELECT id, vendor_id, status FROM offers WHERE order_id = :id ORDER BY sent_at, position")
                return list((await work.session.execute(query, {"id": self.order_id})).all())

        return list(self.run(read()))

    async def as_owner(self, deed: Deed) -> None:
        await self._do(Principal(role="owner", tenant_id=self.town.tenant_id, actor_id=UUID(int=1)), deed)

    async def as_vendor(self, who: int, deed: Deed) -> None:
        me = self.vendors[who]
        await self._do(Principal(role="vendor", tenant_id=self.town.tenant_id, actor_id=me, vendor_id=me), deed)

    async def _do(self, principal: Principal, deed: Deed) -> None:
        """Does it, or is told in words why not; anything else is a fault."""
        try:
            async with self.database.transaction(principal) as work:
                await deed(work)
        except Problem as refused:
            assert refused.status < 500, refused  # noqa: PT017

    async def move_on(self) -> None:
        async with self.town.work() as work:
            newest = text("SELECT coalesce(max(number), 0) FROM dispatch_runs WHERE order_id = :id")
            number = (await work.session.execute(newest, {"id": self.order_id})).scalar_one()
        for run in range(1, number + 1):  # those of earlier searches find nothing to do
            await self.town.move_on(self.order_id, run)

    async def shift_deadline(self) -> None:
        await self.town.age(self.order_id, timedelta(hours=25))
        async with self.town.work() as work:
            late = text("UPDATE orders SET fill_deadline = fill_deadline - interval '25 hours' WHERE id = :id")
            await work.session.execute(late, {"id": self.order_id})


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.timeout(3600)
def test_every_interleaving_leaves_one_winner_and_ends(
    postgres: EmbeddedPostgres, jobs: DbosJobs, bus: Bus, tmp_path: Path, runner: asyncio.Runner
) -> None:
    bind(bus)
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg")
    opened = Database(url.render_as_string(hide_password=False), bus=bus, jobs=jobs, pool_size=10)
    machine = type("OneSearch", (Search,), {"run": staticmethod(runner.run), "database": opened, "folder": tmp_path})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
    finally:
        runner.run(opened.close())
