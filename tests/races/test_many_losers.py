"""Accepting costs as many statements however many others lose the job, and each of them is told exactly once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from callout.features.dispatch.accept import accept
from callout.features.dispatch.events import OfferAccepted, OfferSent, OfferWithdrawn
from callout.features.notifications import losers, workflows
from callout.features.notifications.deliver import Delivery
from callout.features.notifications.order_news import OrderNews
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows
from callout.run.embedded_postgres import EmbeddedPostgres
from tests.features.dispatch.town import Town

FEW, CROWD = losers.TOLD_AT_ONCE, losers.TOLD_AT_ONCE + 8


class NoLinks:
    """No customer is told anything here."""

    async def status_link(self, work: Any, order_id: UUID) -> None:
        return None

    async def rating_link(self, work: Any, order_id: UUID) -> None:
        return None


class NoMail:
    """A tenant without a provider."""

    async def mailer_of(self, work: Any) -> None:
        return None

    async def attachment(self, work: Any, file_id: UUID) -> None:
        return None


@pytest.fixture
def news(bus: Bus) -> OrderNews:
    """Vendors are told of offers as the composition root binds it."""
    news = OrderNews(NoLinks())
    bus.on_many(OfferSent, news.on_offers_sent)
    bus.on(OfferAccepted, news.on_offer_accepted)
    bus.on_many(OfferWithdrawn, news.on_offers_withdrawn)
    return news


@pytest.fixture
async def worker(postgres: EmbeddedPostgres, database: Database, news: OrderNews) -> AsyncIterator[Workflows]:
    """Runs the workflows of notifications in this process."""
    flows = Workflows()
    workflows.register(flows, database, delivery=Delivery(database, NoMail(), NoMail()))
    await flows.launch(postgres.url_app, executor_id="loser-tests", polling_s=0.05)
    yield flows
    await flows.shutdown(2)


async def asked(town: Town, vendors: list[UUID]) -> UUID:
    order_id = await town.order()
    await town.dispatch(order_id, mode="manual", vendor_ids=[str(vendor) for vendor in vendors])
    return order_id


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while open."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def win(town: Town, order_id: UUID, vendor_id: UUID) -> int:
    """Accepts; how many statements that took."""
    principal = Principal(role="vendor", tenant_id=town.tenant_id, actor_id=vendor_id, vendor_id=vendor_id)
    with counted(town.database) as sent:
        async with town.database.transaction(principal) as work:
            await accept(work, order_id, vendor_id)
    return len(sent)


async def told(town: Town, order_id: UUID) -> Counter[tuple[str, str]]:
    """How many entries of which kind and standing are in the inboxes about an order."""
    query = text("SELECT subtype, status, recipient_user_id FROM notifications WHERE order_id = :id")
    async with town.work() as work:
        rows = (await work.session.execute(query, {"id": order_id})).all()
    assert len(rows) == len({(row.subtype, row.recipient_user_id) for row in rows})
    return Counter((row.subtype, row.status) for row in rows)


async def heard(town: Town, kind: str, order_id: UUID) -> int:
    """How many different vendors the event log tells of."""
    query = text("SELECT data FROM events WHERE type = :kind")
    async with town.work() as work:
        found = [data for (data,) in (await work.session.execute(query, {"kind": kind})).all()]
    about = [data for data in found if data["order_id"] == str(order_id)]
    vendors = {data.get("vendor_id") or data["user_id"] for data in about if data.get("kind") != "new_order"}
    assert len(vendors) == sum(data.get("kind") != "new_order" for data in about)
    return len(vendors)


async def test_one_loser_or_many_take_as_many_statements(town: Town, news: OrderNews) -> None:
    vendors = [await town.vendor(km=1 + n / 10, max_open_jobs=20, daily_cap=50) for n in range(CROWD + 1)]
    taken = {}
    for count in (2, FEW, CROWD):
        order_id = await asked(town, vendors[: count + 1])
        taken[count] = await win(town, order_id, vendors[0])
    assert taken[2] == taken[FEW]
    assert taken[CROWD] <= taken[FEW]


async def test_few_losers_are_told_with_the_acceptance(town: Town, news: OrderNews) -> None:
    vendors = [await town.vendor(km=1 + n / 10, max_open_jobs=20, daily_cap=50) for n in range(FEW + 1)]
    order_id = await asked(town, vendors)
    await win(town, order_id, vendors[0])
    assert await told(town, order_id) == {
        ("new_order", "read"): 1,
        ("new_order", "expired"): FEW,
        ("offer_taken", "sent"): FEW,
    }
    assert await heard(town, "offer.withdrawn", order_id) == FEW
    assert await heard(town, "notification.created", order_id) == FEW


async def test_a_crowd_of_losers_hears_at_once_and_is_told_right_after(
    town: Town, news: OrderNews, worker: Workflows
) -> None:
    vendors = [await town.vendor(km=1 + n / 10, max_open_jobs=20, daily_cap=50) for n in range(CROWD + 1)]
    order_id = await asked(town, vendors)
    await win(town, order_id, vendors[0])
    assert await heard(town, "offer.withdrawn", order_id) == CROWD
    closed = {("new_order", "read"): 1, ("new_order", "expired"): CROWD}
    async with asyncio.timeout(60):
        while (found := await told(town, order_id)) != {**closed, ("offer_taken", "sent"): CROWD}:
            assert {kind: found[kind] for kind in closed} == closed
            await asyncio.sleep(0.05)
    assert await heard(town, "notification.created", order_id) == CROWD


async def test_telling_a_crowd_again_tells_nobody_twice(town: Town, news: OrderNews) -> None:
    vendors = [await town.vendor(km=1 + n / 10, max_open_jobs=20, daily_cap=50) for n in range(CROWD + 1)]
    order_id = await asked(town, vendors)
    await win(town, order_id, vendors[0])
    crowd = [
        losers.Loser(UUID(offer["id"]), UUID(offer["vendor_id"]), order_id, "ORD-1")
        for offer in await town.offers(order_id)
        if offer["status"] == "withdrawn"
    ]
    for _ in range(2):
        async with town.work() as work:
            await losers.tell(work, "offer_taken", crowd, "taken")
    assert (await told(town, order_id))["offer_taken", "sent"] == CROWD
