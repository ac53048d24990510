"""All streams of a tenant share one look at its newest events, and none misses any."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from callout.features.notifications.events import NotificationCreated
from callout.kit.db.database import Database
from callout.kit.events.hub import EventHub
from callout.kit.http import tails
from callout.kit.http.tails import Tails
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.run.embedded_postgres import EmbeddedPostgres


@pytest.fixture
async def hub(postgres: EmbeddedPostgres) -> AsyncIterator[EventHub]:
    hub = EventHub(postgres.url_app)
    await hub.start()
    async with asyncio.timeout(30):
        while not hub.told(UUID(int=0))[0]:  # noqa: ASYNC110 - until it listens
            await asyncio.sleep(0.01)
    yield hub
    await hub.stop()


async def happen(database: Database, tenant_id: UUID, count: int = 1) -> None:
    async with database.transaction(Principal.system(tenant_id)) as work:
        for _ in range(count):
            user_id = uuid7()
            await work.publish(
                NotificationCreated(
                    noun_id=uuid7(), user_id=user_id, audience="admin", kind="-", title="-", urgent=False, order_id=None
                )
            )


async def test_many_streams_look_once(database: Database, hub: EventHub) -> None:
    tenant_id = uuid7()
    tail = Tails(database, hub).of(tenant_id)
    looks: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if " FROM events" in " ".join(statement.split()):
            looks.append(statement)

    async with hub.subscribe(tenant_id) as news:
        assert not await tail.after(0, afresh=True)
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        for number in (1, 2, 3):
            news.clear()
            await happen(database, tenant_id)
            async with asyncio.timeout(30):
                await news.wait()
            heard = await asyncio.gather(*(tail.after(number - 1, afresh=False) for _ in range(20)))
            assert [[one.sequence for one in events] for events in heard] == [[number]] * 20
            assert len(looks) == number
        assert not await tail.after(3, afresh=False)
        assert len(looks) == 3


async def test_who_is_far_behind_misses_nothing(
    database: Database, hub: EventHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "KEPT", 4)
    monkeypatch.setattr(tails, "AT_ONCE", 3)
    tenant_id = uuid7()
    tail = Tails(database, hub).of(tenant_id)
    await happen(database, tenant_id, 10)
    for start in (8, 0, 5):
        position = start
        while events := await tail.after(position, afresh=True):
            assert [one.sequence for one in events] == list(range(position + 1, events[-1].sequence + 1))
            position = events[-1].sequence
        assert position == 10


async def test_tenants_hear_their_own(database: Database, hub: EventHub) -> None:
    mine, other = uuid7(), uuid7()
    made = Tails(database, hub)
    tail = made.of(mine)
    assert made.of(mine) is tail
    assert made.of(other) is not tail
    await happen(database, other)
    assert not await tail.after(0, afresh=True)
