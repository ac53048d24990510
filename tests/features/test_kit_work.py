"""A unit of work keeps its promises on a real database."""

from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import text

import callout
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
    with pytest.raises(RuntimeError):  # noqa: PT012 - the whole block is one transaction
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


async def test_a_part_that_failed_takes_its_events_and_actions_with_it(database: Database) -> None:
    tenant, ran = uuid4(), []

    async def act(name: str) -> None:
        ran.append(name)

    async with database.transaction(Principal.system(tenant)) as work:
        await work.publish(Painted(noun_id=uuid4(), colour="red"))
        work.after_commit(lambda: act("red"))
        with pytest.raises(LookupError):  # noqa: PT012 - the whole block is one savepoint
            async with work.nested():
                await work.publish(Painted(noun_id=uuid4(), colour="green"))
                work.after_commit(lambda: act("green"))
                raise LookupError
        async with work.nested():
            await work.publish(Painted(noun_id=uuid4(), colour="blue"))
    async with database.transaction(Principal.system(tenant)) as work:
        events = await read_after(work.session, tenant, 0)
    assert [event.data["colour"] for event in events] == ["red", "blue"]
    assert ran == ["red"]


def test_features_use_savepoints_through_the_unit_of_work_only() -> None:
    features = Path(callout.__file__).parent / "features"
    bare = [str(file) for file in features.rglob("*.py") if "begin_nested" in file.read_text()]
    assert bare == []


async def test_what_follows_an_undone_transaction_has_one_of_its_own(database: Database) -> None:
    tenant = uuid4()

    async def keep(colour: str, work: Work) -> None:
        await work.publish(Painted(noun_id=uuid4(), colour=colour))
        if colour == "black":
            raise LookupError

    with pytest.raises(RuntimeError):  # noqa: PT012 - the whole block is one transaction
        async with database.transaction(Principal.system(tenant)) as work:
            await work.publish(Painted(noun_id=uuid4(), colour="red"))
            work.after_rollback(partial(keep, "black"))
            work.after_rollback(partial(keep, "grey"))
            raise RuntimeError
    async with database.transaction(Principal.system(tenant)) as work:
        work.after_rollback(partial(keep, "white"))
        events = await read_after(work.session, tenant, 0)
    assert [event.data["colour"] for event in events] == ["grey"]
    async with database.transaction(Principal.system(tenant)) as work:
        assert len(await read_after(work.session, tenant, 0)) == 1
