"""A unit of work keeps its promises on a real database."""

from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import text

from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events import Bus, Event
from callout.kit.events.log import read_after
from callout.kit.principal import Principal


class Painted(Event):
    type: ClassVar[str] = "wall.painted"
    colour: str


async def test_events_are_numbered_without_gaps_and_only_the_tenant_sees_them(database: Database) -> None:
    tenant, other = uuid4(), uuid4()
    for colour in ("red", "blue"):
        async with database.transaction(Principal.system(tenant)) as work:
            await work.publish(Painted(noun_id=uuid4(), colour=colour))
    async with database.transaction(Principal.system(tenant)) as work:
        events = await read_after(work.session, tenant, 0)
    assert [(event.sequence, event.data["colour"]) for event in events] == [(1, "red"), (2, "blue")]
    async with database.transaction(Principal.system(other)) as work:
        count = await work.session.execute(text("SELECT count(*) FROM events"))
        assert count.scalar_one() == 0


async def test_a_failing_reaction_undoes_the_fact(database: Database, bus: Bus) -> None:
    tenant = uuid4()

    async def refuse(_work: Work, _event: Painted) -> None:
        raise RuntimeError("no paint")

    bus.on(Painted, refuse)
    with pytest.raises(RuntimeError, match="no paint"):
        async with database.transaction(Principal.system(tenant)) as work:
            await work.publish(Painted(noun_id=uuid4(), colour="green"))
    async with database.transaction(Principal.system(tenant)) as work:
        assert await read_after(work.session, tenant, 0) == []


async def test_a_workflow_key_is_used_once_and_commits_with_the_work(database: Database) -> None:
    tenant, key = uuid4(), f"paint-{uuid4()}"
    with pytest.raises(RuntimeError):
        async with database.transaction(Principal.system(tenant)) as work:
            await work.enqueue("paint", key=key)
            raise RuntimeError
    count = text("SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid = :key")
    async with database.lookup() as work:
        assert (await work.session.execute(count, {"key": key})).scalar_one() == 0
    for _ in range(2):
        async with database.transaction(Principal.system(tenant)) as work:
            await work.enqueue("paint", key=key)
            await work.signal("nobody-there", {"colour": "red"}, "paint")
    async with database.lookup() as work:
        assert (await work.session.execute(count, {"key": key})).scalar_one() == 1
